"""What is unusual about a target, and which columns give it away: told from the profile alone. Light."""

from __future__ import annotations

from typing import Any

from training.encode.cells import text_of_number
from training.table.finding import finding
from training.words import counted

CODES = ("target_missing", "many_classes", "imbalance", "rare_class", "leak", "missing_tells")
_CLASSES_LIMIT = 1_000
_FEW = 10


def about_target(info: dict[str, Any], name: str, task: str) -> list[dict[str, Any]]:
    """What is unusual about this target. info: what ``ingest`` answered, with its ``relations``."""
    target = next(column for column in info["columns"] if column["name"] == name)
    found = []
    if target["missing"]:
        text = f"{name} is empty in {counted(target['missing'], 'row')}; training leaves these out."
        found.append(finding("target_missing", "warn", name, "Rows without a target", text))
    if task in ("binary", "multiclass"):
        if target["distinct"] > _CLASSES_LIMIT:
            text = f"{name} has {target['distinct']:,} classes, which looks like an identifier."
            return [*found, finding("many_classes", "bad", name, "Too many classes", text)]
        found += _about_classes(target, info["rows"] - target["missing"])
    related = info.get("relations", {}).get(name, {"leaks": [], "missing": []})
    found += [_leak(column, name) for column in related["leaks"]]
    return found + [_missing_tells(told, target) for told in related["missing"]]


def class_counts(column: dict[str, Any]) -> list[tuple[str, int]]:
    """(class, rows) of a column, the most frequent first, as far as its profile knows them."""
    if column["type"] != "number":
        return [(str(value), rows) for value, rows in column.get("top") or []]
    drawn = column.get("histogram") or {"edges": [], "counts": []}
    named = zip(drawn["edges"], drawn["counts"], strict=False)
    if column["distinct"] == 2:  # only the ends of the histogram have rows, whatever its bins
        ends = [(column["min"], drawn["counts"][0]), (column["max"], drawn["counts"][-1])]
        found = [(text_of_number(value), rows) for value, rows in ends]
    elif column.get("whole") and column["max"] - column["min"] + 1 == len(drawn["counts"]):
        found = [(text_of_number(edge + 0.5), rows) for edge, rows in named if rows]
    else:
        return []
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _about_classes(target: dict[str, Any], total: int) -> list[dict[str, Any]]:
    name, counts = target["name"], class_counts(target)
    if not counts or not total:
        return []
    found, largest, rarest = [], counts[0], counts[-1]
    unknown = target["distinct"] - len(counts)
    if largest[1] > 0.8 * total or largest[1] > 10 * rarest[1]:
        text = (
            f"“{largest[0][:40]}” has {largest[1] / total:.0%} of the rows, “{rarest[0][:40]}” "
            f"{counted(rarest[1], 'row')}. Judge by balanced accuracy rather than accuracy."
        )
        found.append(finding("imbalance", "warn", name, "Unequal classes", text))
    rare = [pair for pair in counts if pair[1] < _FEW]
    if unknown > 0 and total - sum(rows for _, rows in counts) < _FEW * unknown:
        text = (
            f"The {unknown:,} rarest of the {target['distinct']:,} classes have fewer than {_FEW} rows on "
            "average. What is rare cannot be learned or judged."
        )
        found.append(finding("rare_class", "warn", name, "Rare classes", text))
    elif rare:
        found.append(_rare(name, rare))
    return found


def _rare(name: str, rare: list[tuple[str, int]]) -> dict[str, Any]:
    word, rows = rare[-1]
    text = (
        f"{counted(len(rare), 'class has', 'classes have')} fewer than {_FEW} rows; "
        f"“{word[:40]}” has {rows}. What is rare cannot be learned or judged."
    )
    drop = {"do": "drop_rows", "column": name, "when": "equals", "value": word} if len(rare) == 1 else None
    return finding("rare_class", "warn", name, "Rare classes", text, step=drop)


def _leak(column: str, target: str) -> dict[str, Any]:
    text = (
        f"{column} alone predicts {target} almost perfectly. If it is known only later, "
        "or is the target under another name, leave it out."
    )
    return finding("leak", "bad", column, "Gives the target away", text, "ignored")


def _missing_tells(told: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
    column, name = told["column"], target["name"]
    if told["value"] is None:
        figures = f"the mean of {name} is {told['empty']:.4g}, where it is filled {told['filled']:.4g}"
    else:
        figures = (
            f"{name} is “{told['value'][:40]}” in {told['empty']:.0%} of the rows, "
            f"where it is filled in {told['filled']:.0%}"
        )
    text = (
        f"Where {column} is empty, {figures}. That it is empty says something: keep the flag for empty "
        "numbers on, and make sure that it is as often empty when you predict."
    )
    return finding("missing_tells", "info", column, "Empty cells tell of the target", text)
