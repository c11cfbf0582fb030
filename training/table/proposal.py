"""What to predict, as what, and from which columns: proposals that people may change."""

from __future__ import annotations

import re
from math import isqrt
from typing import Any

_TARGETS = (
    "target",
    "label",
    "labels",
    "y",
    "class",
    "outcome",
    "churn",
    "churned",
    "species",
    "price",
    "saleprice",
    "median_house_value",
    "diagnosis",
    "survived",
    "default",
    "fraud",
    "is_fraud",
    "quality",
    "rings",
    "mpg",
    "cultivar",
    "response",
    "result",
    "rating",
    "score",
    "category",
    "目标",
    "标签",
)
_ENDINGS = ("_target", "_label", "_class", "target", "label")
_IDENTIFIER = re.compile(
    r"((^|[_\s\-.#])(id|ids|uuid|guid|key|nr|number|index)|(?-i:[a-z]I[Dd])|(customer|user|order|row|product)id)$"
    r"|^(unnamed: 0|row|column_1|no|№|#|编号|番号|序号)$",
    re.I,
)

MANY_CLASSES = 20
LABEL_LENGTH = 40
SMALLEST_PICTURE, USUAL_PICTURE = 8, 64
SENTENCE = 3.0  # words
FEW_NUMBERS = 10


def task_of(column: dict[str, Any]) -> str:
    """ "binary", "multiclass", "multilabel" or "regression" by a column's profile.

    Numbers are classes when they are few whole ones in a row (digits 0 … 9, grades 1 … 5),
    each with several rows; two different numbers are two classes.
    """
    distinct, type_ = column["distinct"], column["type"]
    if holds_labels(column):
        return "multilabel"
    if type_ != "number":
        return "binary" if distinct == 2 else "multiclass"
    if distinct == 2:
        return "binary"
    low, high = column.get("min"), column.get("max")
    if low is None or high is None or not column.get("whole"):
        return "regression"
    in_a_row = high - low + 1 <= 1.5 * distinct
    return "multiclass" if distinct <= FEW_NUMBERS and in_a_row and low in (0, 1) else "regression"


def proposal_for(info: dict[str, Any], target: str | None) -> dict[str, Any]:
    """{"target", "task", "roles"} with this target; every column of the table has a role."""
    columns = {column["name"]: column for column in info["columns"]}
    roles = {name: role_of(column, info["rows"]) for name, column in columns.items()}
    if target is None:
        return {"target": None, "task": None, "roles": roles}
    roles[target] = "target"
    proposal = {"target": target, "task": task_of(columns[target]), "roles": roles}
    if pixels := pixel_columns(info, target):
        roles |= dict.fromkeys(pixels, "feature")
        proposal["encode"] = {"picture": _picture_of(len(pixels))}
    elif sized := [column for column in columns.values() if column.get("side")]:
        proposal["encode"] = {"picture": picture_size(sized[0])}
    return proposal


def picture_size(column: dict[str, Any]) -> dict[str, Any]:
    """The size that pictures are brought to: their own up to 64 pixels, grey where they have no colours."""
    size = min(max(column["side"], SMALLEST_PICTURE), USUAL_PICTURE)
    return {"size": size, "channels": 1 if column["grey"] else 3}


def holds_labels(column: dict[str, Any]) -> bool:
    """Whether the cells of a column are several labels, "a;b;c", of which few are different."""
    cells = [value for value, _ in column.get("top") or [] if isinstance(value, str)]
    several = [cell for cell in cells if ";" in cell or "|" in cell]
    if column["type"] not in ("category", "text") or len(several) < max(2, len(cells) / 3):
        return False
    mark = ";" if any(";" in cell for cell in several) else "|"
    labels = [label.strip() for cell in cells for label in cell.split(mark)]
    return 2 <= len(set(labels)) <= len(labels) / 2 and max(map(len, labels)) <= LABEL_LENGTH


def pixel_columns(info: dict[str, Any], target: str) -> list[str]:
    """All columns but the target where they are the pixels of one picture, 784 of 0 … 255; else none."""
    rest = [column for column in info["columns"] if column["name"] != target]
    if _picture_of(len(rest)) is None or not all(map(_can_be_pixel, rest)):
        return []
    return [column["name"] for column in rest]


def _can_be_pixel(column: dict[str, Any]) -> bool:
    if column["type"] == "yes/no":  # a pixel at the edge is 0 or 1 only, and is still a number
        return False
    return bool(column["type"] == "number" and column.get("whole") and column["min"] is not None
                and column["min"] >= 0 and column["max"] <= 255)  # fmt: skip


def _picture_of(pixels: int) -> dict[str, Any] | None:
    """The square picture of at least 8 × 8 that so many pixels fill, in colours or in grey."""
    for channels in (1, 3):
        side = isqrt(pixels // channels)
        if side >= SMALLEST_PICTURE and channels * side * side == pixels:
            return {"pixels": True, "size": side, "channels": channels}
    return None


def role_of(column: dict[str, Any], rows: int) -> str:
    """ "feature", "identifier" or "ignored" by a column's profile, not considering the target."""
    if column["distinct"] <= 1 or (column["type"] == "text" and not _is_sentences(column)):
        return "ignored"
    if column["type"] in ("text", "picture"):
        return "feature"
    return "identifier" if is_identifier(column, rows) else "feature"


def _is_sentences(column: dict[str, Any]) -> bool:
    """Whether texts say something, rather than being names: of three words or more, or as long in Chinese."""
    examples = [str(text) for text in column.get("examples") or []]
    words = sum(max(len(text.split()), 0 if text.isascii() else len(text) / 3) for text in examples)
    return bool(examples) and words >= SENTENCE * len(examples)


def is_identifier(column: dict[str, Any], rows: int) -> bool:
    """Whether a column tells rows apart and nothing else: nearly all values differ."""
    if rows < 20 or column["type"] in ("yes/no", "date"):
        return False
    differ = column["distinct"] >= 0.95 * (rows - column["missing"]) and column["missing_share"] < 0.5
    if column["type"] == "category":
        return bool(differ)
    if column["type"] != "number" or not column.get("whole") or not differ:
        return False
    return bool(_IDENTIFIER.search(column["name"])) or column["min"] > 1e9


def propose_target(info: dict[str, Any]) -> str | None:
    """The likeliest target: one with a telling name, else the last or first column that can be one."""
    rows = info["rows"]
    able: list[str] = [column["name"] for column in info["columns"] if can_be_target(column, rows)]
    plain = {re.sub(r"[\s\-.]+", "_", name.strip().lower()): name for name in reversed(able)}
    for wanted in _TARGETS:
        if wanted in plain:
            return plain[wanted]
    for name in able:
        if name.lower().endswith(_ENDINGS):
            return name
    return able[-1] if able else None


def can_be_target(column: dict[str, Any], rows: int) -> bool:
    """Whether a column, by its profile, is worth predicting."""
    if column["distinct"] < 2 or column["type"] in ("text", "picture", "date"):
        return False
    if holds_labels(column):
        return True
    if column["type"] == "category" and column["distinct"] > max(MANY_CLASSES, rows / 10):
        return False
    named = bool(_IDENTIFIER.search(column["name"])) and column["distinct"] == rows
    return not named and not is_identifier(column, rows)
