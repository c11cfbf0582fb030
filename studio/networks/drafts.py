"""Drafts and edits as plain data: applying, describing and comparing them. No database here.

A draft is a recipe's JSON, possibly with values that are not allowed (yet): they stay as they were
typed, and training.start.problems_of explains them. What is refused here is only what could not be
stored or drawn: things of the wrong kind, names that do not exist, texts without end.

Beside the edits of training.network there is ``{"do": "put", "path": "fit.batch_size", "value": …}``
for the data and fit parts; a path with a column's name in it is a list. ``add``, ``move`` and ``paste``
may name the node that they go behind as ``after`` ("" is the top), which survives other people's edits.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from studio.networks import step_edits
from studio.networks.settings_paths import put
from training import recipe
from training.errors import NetworkError, RecipeError, SettingError
from training.network import apply_edits
from training.start import followed

NODES_LIMIT = 1_000
EDITS_LIMIT = 200
DRAFT_LIMIT_BYTES = 1_000_000
VALUE_LIMIT_BYTES = 2_000
DEPTH_LIMIT = 32  # far beyond any recipe, far below what Python's own recursion takes


def apply(draft: dict[str, Any], edits: list[dict[str, Any]], info: dict[str, Any]) -> dict[str, Any]:
    """The draft after ``edits``; ``info`` is the dataset version's. Raises UserError, changes nothing."""
    _check_edits(edits)
    after = copy.deepcopy(draft)
    for edit in edits:
        if edit["do"] == "put":
            put(after, edit.get("path"), edit.get("value"), info)
        else:
            nodes = after["network"]["main"]
            after["network"]["main"] = apply_edits(nodes, [_placed(edit, nodes)])
    check_nodes(after["network"]["main"])
    return followed(draft, after, info)


def _check_edits(edits: Any) -> None:
    if not isinstance(edits, list) or not 0 < len(edits) <= EDITS_LIMIT:
        raise RecipeError(_("Edits have to be a list of 1 to %(limit)s edits.") % {"limit": EDITS_LIMIT})
    for edit in edits:
        if not isinstance(edit, dict) or not isinstance(edit.get("do"), str):
            raise RecipeError(_("An edit has to be an object that says what to “do”."))
        texts = (edit.get(key, "") for key in ("node", "field", "layer", "after"))
        if not all(isinstance(text, str) for text in texts):
            raise RecipeError(_("Node, field, layer and after of an edit have to be texts."))
        storable(edit, limit=DRAFT_LIMIT_BYTES if "nodes" in edit else VALUE_LIMIT_BYTES)


def _placed(edit: dict[str, Any], nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """The edit with ``after`` turned into the index that the engine's edits use."""
    if "after" not in edit or edit["do"] not in ("add", "move", "paste"):
        return edit
    placed = {key: value for key, value in edit.items() if key != "after"}
    others = [node["id"] for node in nodes if edit["do"] != "move" or node["id"] != edit.get("node")]
    if edit["after"] and edit["after"] not in others:
        raise NetworkError(
            _("There is no layer “%(name)s” to put it behind.") % {"name": edit["after"]},
            hint=_("Choose another place."),
        )
    index = others.index(edit["after"]) + 1 if edit["after"] else 0
    return placed | {"to" if edit["do"] == "move" else "at": index}


def aims(edits: Any) -> set[str]:
    """What an edit is about, in the words of ``touched``; ``order`` where it counts on positions."""
    found: set[str] = set()
    for edit in edits if isinstance(edits, list) else []:
        if not isinstance(edit, dict):
            continue
        if edit.get("do") == "put":
            found.add("data.steps" if _steps_path(edit) else _path_name(edit.get("path")))
        elif edit.get("do") == "replace":
            found |= {"order", "nodes"}
        elif "node" in edit:
            found.add(f"node {edit['node']}")
        if "at" in edit or "to" in edit:
            found.add("order")
    return found


def touched(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """What differs between two drafts: nodes, the order of the nodes, and settings by path."""
    old = {node["id"]: node for node in before["network"]["main"]}
    new = {node["id"]: node for node in after["network"]["main"]}
    found = {f"node {name}" for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    if found or list(old) != list(new):
        found.add("nodes")
    if list(old) != list(new):
        found.add("order")
    for part in ("data", "fit"):
        found |= _differences(before[part], after[part], part)
    return found


def _differences(before: Any, after: Any, path: str) -> set[str]:
    if before == after:
        return set()
    if not isinstance(before, dict) or not isinstance(after, dict):
        return {path}
    keys = before.keys() | after.keys()
    return set().union(*(_differences(before.get(key), after.get(key), f"{path}.{key}") for key in keys))


def _path_name(path: Any) -> str:
    return ".".join(map(str, path)) if isinstance(path, list) else str(path)


def _steps_path(edit: dict[str, Any]) -> list[Any]:
    """What follows ["data", "steps"] in the path of an edit; [] for another edit."""
    path = edit.get("path")
    path = path.split(".") if isinstance(path, str) else path
    return path[2:] if isinstance(path, list) and path[:2] == ["data", "steps"] else []


def label(edits: list[dict[str, Any]]) -> str:
    """What the edits do, for the undo button: "Set units of fc_in"."""
    edit = edits[0]
    if len(edits) > 1 and {each["do"] for each in edits} in ({"remove"}, {"move"}):
        said = _("Deleted %(count)s layers") if edit["do"] == "remove" else _("Moved %(count)s layers")
        return said % {"count": len(edits)}
    if path := _steps_path(edit):
        return step_edits.label(path)
    names = {
        "node": edit.get("node", ""),
        "layer": edit.get("layer", ""),
        "field": str(edit.get("field", "")).replace("_", " "),
        "setting": _path_name(edit.get("path")).rpartition(".")[2].replace("_", " "),
    }
    sentences = {
        "add": _("Added %(layer)s"),
        "set": _("Set %(field)s of %(node)s"),
        "move": _("Moved %(node)s"),
        "duplicate": _("Duplicated %(node)s"),
        "remove": _("Deleted %(node)s"),
        "open": _("Opened %(node)s"),
        "paste": _("Pasted layers"),
        "replace": _("Replaced all layers"),
        "put": _("Set %(setting)s"),
    }
    return sentences.get(edit["do"], _("Changed the network")) % names


def parsed(document: Any, version_id: int) -> dict[str, Any]:
    """A draft from what somebody sent or imported; its values may still be wrong, its kinds not.

    The draft is of ``version_id``, whatever it was exported from. Raises UserError.
    """
    if not isinstance(document, dict):
        raise RecipeError(
            _("This is not a network: it has to be a JSON object."),
            hint=_("Export a network to see the format."),
        )
    storable(document, limit=DRAFT_LIMIT_BYTES)
    draft = copy.deepcopy(document)
    if draft.setdefault("version", recipe.VERSION) != recipe.VERSION:
        raise RecipeError(
            _("This network has a format that this Strata does not read."),
            where="version",
            hint=_("Update Strata, or export the network again."),
        )
    _known(draft, recipe.Recipe, "")
    data = _part(draft, "data", recipe.Data)
    for name in ("reading", "types", "table"):
        data.pop(name, None)
    data["dataset_version"] = version_id
    if isinstance(data.get("target"), str):
        data["target"] = [data["target"]]
    steps = data.get("steps", [])
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise SettingError(
            _("“%(name)s” has to be a list of objects.") % {"name": "steps"}, where="data.steps"
        )
    fit = _part(draft, "fit", recipe.Fit)
    _parts(
        data,
        {"split": recipe.Split, "encode": recipe.Encode, "series": recipe.Series, "roles": None},
        "data.",
    )
    _parts(data.get("encode", {}), {"text": recipe.Text, "picture": recipe.Picture}, "data.encode.")
    named = dict.fromkeys(("objective", "optimizer", "schedule"))
    _parts(fit, {"stopping": recipe.Stopping, "augment": recipe.Augment} | named, "fit.")
    check_nodes(_part(draft, "network", None).setdefault("main", []))
    return draft


def _parts(owner: dict[str, Any], models: dict[str, Any], prefix: str) -> None:
    """Check the parts that are there; one that says nothing (null) is left out."""
    for name in models.keys() & owner.keys():
        if owner[name] is None:
            del owner[name]
        else:
            _part(owner, name, models[name], prefix)


def _part(owner: dict[str, Any], name: str, model: Any, prefix: str = "") -> dict[str, Any]:
    part = owner.setdefault(name, {})
    if not isinstance(part, dict):
        raise SettingError(_("“%(name)s” has to be an object.") % {"name": name}, where=prefix + name)
    if model is not None:
        _known(part, model, f"{prefix}{name}.")
    return part


def _known(part: dict[str, Any], model: Any, prefix: str) -> None:
    for name in part.keys() - model.model_fields.keys():
        raise SettingError(
            _("“%(name)s” is not a setting that Strata knows.") % {"name": name[:60]},
            where=prefix + name[:60],
        )


def check_nodes(nodes: Any) -> None:
    """Raises UserError unless ``nodes`` is a list of nodes with ids of their own."""
    if not isinstance(nodes, list) or len(nodes) > NODES_LIMIT:
        raise NetworkError(
            _("A network is a list of at most %(limit)s layers.") % {"limit": NODES_LIMIT},
            where="network.main",
        )
    for position, node in enumerate(nodes):
        try:
            recipe.Node.model_validate(node)
        except ValidationError as error:
            problem = recipe.first_problem(error)
            where = f"network.main.{position}.{problem.where}"
            raise NetworkError(
                _("Layer %(number)s: %(what)s") % {"number": position + 1, "what": problem.message},
                where=where,
            ) from None
    names = [node["id"] for node in nodes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise NetworkError(
            _("Two layers are called “%(name)s”.") % {"name": twice},
            where="network.main",
            hint=_("Give each layer an id of its own."),
        )


def storable(value: Any, *, limit: int = VALUE_LIMIT_BYTES) -> None:
    """Raises SettingError for what no database keeps: too deep, too long, not finite, NUL, broken text."""
    if _is_deep(value):
        raise SettingError(
            _("This value cannot be kept: it is nested more than %(limit)s levels deep.")
            % {"limit": DEPTH_LIMIT}
        )
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (ValueError, TypeError, RecursionError):
        raise SettingError(
            _("This value cannot be kept: it is no finite number and no plain text.")
        ) from None
    if size > limit:
        raise SettingError(
            _("This is too long: %(size)s bytes, where %(limit)s are allowed.")
            % {"size": f"{size:,}", "limit": f"{limit:,}"}
        )
    if "\\u0000" in text:
        raise SettingError(_("This value cannot be kept: it holds a zero character."))


def _is_deep(value: Any) -> bool:
    """Whether lists and objects stand in one another more than DEPTH_LIMIT times; without recursion."""
    level = [value]
    for _depth in range(DEPTH_LIMIT + 1):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True
