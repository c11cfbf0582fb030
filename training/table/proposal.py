"""What to predict, as what, and from which columns: proposals that people may change."""

from __future__ import annotations

import re
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
FEW_NUMBERS = 10


def task_of(column: dict[str, Any]) -> str:
    """ "binary", "multiclass" or "regression" by a column's profile.

    Numbers are classes when they are few whole ones in a row (digits 0 … 9, grades 1 … 5),
    each with several rows; two different numbers are two classes.
    """
    distinct, type_ = column["distinct"], column["type"]
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
    return {"target": target, "task": task_of(columns[target]), "roles": roles}


def role_of(column: dict[str, Any], rows: int) -> str:
    """ "feature", "identifier" or "ignored" by a column's profile, not considering the target."""
    if column["distinct"] <= 1 or column["type"] in ("text", "picture"):
        return "ignored"
    return "identifier" if is_identifier(column, rows) else "feature"


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
    able: list[str] = [column["name"] for column in info["columns"] if _can_be_target(column, rows)]
    plain = {re.sub(r"[\s\-.]+", "_", name.strip().lower()): name for name in reversed(able)}
    for wanted in _TARGETS:
        if wanted in plain:
            return plain[wanted]
    for name in able:
        if name.lower().endswith(_ENDINGS):
            return name
    return able[-1] if able else None


def _can_be_target(column: dict[str, Any], rows: int) -> bool:
    if column["distinct"] < 2 or column["type"] in ("text", "picture", "date"):
        return False
    if column["type"] == "category" and column["distinct"] > max(MANY_CLASSES, rows / 10):
        return False
    named = bool(_IDENTIFIER.search(column["name"])) and column["distinct"] == rows
    return not named and not is_identifier(column, rows)
