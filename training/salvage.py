"""What can be made of a draft that may hold anything: its data part, its head, its checked network."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from training.errors import SettingError
from training.network import Checked, Head, check, head_for, inputs_about
from training.recipe import Data, Named


def checked(draft: Any, info: dict[str, Any]) -> Checked:
    """The draft's network, judged with the profile's sizes. What is wrong elsewhere is passed over."""
    data = salvaged_data(draft)
    return check(_nodes(draft), inputs_about(info, data), _head(draft, data, info), rows=info["rows"])


def salvaged_data(draft: Any) -> Data:
    """The data part without what is wrong in it, so that the network can still be judged."""
    part = _part(draft, "data")
    kept = {name: dict(value) if isinstance(value, dict) else value for name, value in part.items()}
    if not isinstance(kept.get("target"), list | str) or not kept["target"]:
        kept["target"] = [""]
    while True:
        try:
            return Data.model_validate(kept)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_context=False, include_input=False):
                _drop(kept, item["loc"])


def _drop(kept: dict[str, Any], place: tuple[int | str, ...]) -> None:
    if not place:
        for name in ("types", "reading", "table"):
            kept.pop(name, None)
        return
    first = str(place[0])
    inner = kept.get(first)
    if len(place) > 1 and isinstance(inner, dict) and place[1] in inner:
        del inner[place[1]]
        return
    kept.pop(first, None)
    if first in ("task", "target"):
        kept[first] = {"task": "regression", "target": [""]}[first]


def _head(draft: Any, data: Data, info: dict[str, Any]) -> Head:
    try:
        named = Named.model_validate(_part(_part(draft, "fit"), "objective") or {"name": "auto"})
        return head_for(data, info, named)
    except (ValidationError, SettingError):
        return head_for(data, info)


def _part(document: Any, name: str) -> dict[str, Any]:
    part = document.get(name) if isinstance(document, dict) else None
    return part if isinstance(part, dict) else {}


def _nodes(draft: Any) -> Any:
    return _part(draft, "network").get("main")
