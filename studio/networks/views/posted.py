"""What the pages' scripts post: JSON with the revision that the page knows, and edits."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from studio.networks import fields, history, training_fields
from training.errors import RecipeError, UserError
from training.layers import CATALOG

_TOKEN = re.compile(r"[\w.-]{1,36}\Z", re.ASCII)


@dataclass(frozen=True)
class Posted:
    """One request. ``typed_in`` is the node whose field somebody changed by hand, or empty.

    ``ok`` is whether the page that it came from showed a network that can be trained; None: not said.
    """

    revision: int
    edits: list[dict[str, Any]]
    token: str
    typed: bool
    ok: bool | None = None

    @property
    def typed_in(self) -> str:
        edit = self.edits[0] if self.typed and self.edits else {}
        return (
            str(edit.get("node", ""))
            if edit.get("do") == "set" and edit.get("field") not in ("id", "title")
            else ""
        )


def read(request: HttpRequest) -> Posted:
    """Raises RecipeError for what is no such JSON."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise RecipeError(_("This request is no JSON object."))
    revision, edits = body.get("revision"), body.get("edits", [])
    if type(revision) is not int or not 0 < revision < 2**31:
        raise RecipeError(_("“revision” has to be the number that the page was drawn with."))
    if not isinstance(edits, list) or not all(isinstance(edit, dict) for edit in edits):
        raise RecipeError(_("“edits” have to be a list of objects."))
    token = body.get("token")
    return Posted(
        revision,
        edits,
        token if isinstance(token, str) and _TOKEN.match(token) else "",
        body.get("typed") is True,
        body["ok"] if isinstance(body.get("ok"), bool) else None,
    )


def meant(draft: dict[str, Any], posted: Posted) -> list[dict[str, Any]]:
    """The edits with typed texts turned into the values that their fields mean."""
    return [_meant(draft, edit) for edit in posted.edits] if posted.typed else posted.edits


def again(draft: dict[str, Any], posted: Posted, error: UserError) -> str:
    """The edits of a conflict as JSON, so that they can be made again with one click; empty otherwise."""
    return json.dumps(meant(draft, posted)) if isinstance(error, history.Conflict) and posted.edits else ""


def _meant(draft: dict[str, Any], edit: dict[str, Any]) -> dict[str, Any]:
    info = None
    if edit.get("do") == "set" and edit.get("field") == "title":
        title = " ".join(str(edit.get("value") or "").split())
        return edit | {"value": title or None}
    if edit.get("do") == "set":
        node = next((each for each in draft["network"]["main"] if each["id"] == edit.get("node")), {})
        layer = CATALOG.get(node.get("layer", ""))
        known = layer.fields() if layer else []
        info = next((each for each in known if each.name == edit.get("field")), None)
    elif edit.get("do") == "put" and isinstance(edit.get("path"), str):
        info = training_fields.info_of(edit["path"].split("."), draft)
    return edit | {"value": fields.typed(info, edit.get("value"))}
