"""The model card: what a model is, how good, and how the export was checked. Light."""

from __future__ import annotations

import re
from typing import Any

from training.headline import number


def model_card(
    name: str,
    report: dict[str, Any],
    features: list[dict[str, Any]],
    checked: dict[str, Any],
    parameters: int,
) -> str:
    """MODEL_CARD.md. checked: what ``check_bundle`` answered."""
    return "\n".join([
        f"# {plain(name)}", "",
        f"Predicts **{plain(report['target'])}** ({_WHAT[report['task']]}) from {len(features)} "
        f"columns, with a network of {parameters:,} parameters that was trained with Strata.", "",
        f"> {plain(report['headline']['sentence'])}", "",
        *_figures(report), "",
        *_classes(report),
        *_outputs(report),
        *_features(features), "",
        *_rows(report), "",
        *_use(), "",
        *_checks(checked), "",
        *_limits(report), "",
    ])  # fmt: skip


_MOST_OUTPUTS = 50
_OUTPUT_FIGURES = {
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "coverage": "within the range",
    "baseline": "MAE of the trivial answer",
}
_WHAT = {
    "binary": "one of two classes",
    "multiclass": "one of several classes",
    "multilabel": "any of several labels",
    "regression": "a number",
    "forecast": "the next numbers of a series",
}


def plain(text: Any) -> str:
    """What people typed, without anything that Markdown or HTML would take for markup."""
    return re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", " ".join(str(text).split()))


def _figures(report: dict[str, Any]) -> list[str]:
    lines = [
        "## How good it is",
        "",
        f"On {report['rows']['test']:,} test rows that training never saw, beside a trivial answer "
        f"({plain(report['baseline']['title'])}):",
        "",
        "| metric | model | trivial | better is |",
        "|---|---:|---:|---|",
    ]
    for metric in report["metrics"]:
        lines.append(
            f"| {metric['title']} | {_figure(metric['value'])} | {_figure(metric['baseline'])} "
            f"| {metric['better']} |"
        )
    return lines


def _figure(value: float | None) -> str:
    return "not defined" if value is None else number(value)


def _classes(report: dict[str, Any]) -> list[str]:
    if not report["per_class"]:
        return []
    kind = "label" if report["task"] == "multilabel" else "class"
    lines = [f"| {kind} | test rows | precision | recall | F1 |", "|---|---:|---:|---:|---:|"]
    for row in report["per_class"]:
        figures = " | ".join(_figure(row[name]) for name in ("precision", "recall", "f1"))
        lines.append(f"| {plain(row['class'])} | {row['rows']:,} | {figures} |")
    return [*lines, ""]


def _outputs(report: dict[str, Any]) -> list[str]:
    """The figures of each number in its own unit."""
    shown = (report.get("per_output") or [])[:_MOST_OUTPUTS]
    if not shown:
        return []
    names = [name for name in _OUTPUT_FIGURES if name in shown[0]]
    lines = [
        " | ".join(["| number", *(_OUTPUT_FIGURES[name] for name in names)]) + " |",
        "|---|" + "---:|" * len(names),
    ]
    for line in shown:
        figures = " | ".join(_figure(line[name]) for name in names)
        lines.append(f"| {plain(line['output'])} | {figures} |")
    more = len(report["per_output"]) - len(shown)
    return [*lines, *([f"| and {more:,} more |" + " |" * len(names)] if more else []), ""]


def _features(features: list[dict[str, Any]]) -> list[str]:
    lines = ["## What it needs", "", "| column | type | |", "|---|---|---|"]
    for feature in features:
        lines.append(f"| {plain(feature['name'])} | {feature['type']} | {_range(feature)} |")
    lines += ["", "Cells may be empty. A category that training did not have counts as unknown."]
    return [*lines, *_hashed(features)]


def _hashed(features: list[dict[str, Any]]) -> list[str]:
    hashed = [feature for feature in features if feature["type"] == "hash"]
    if not hashed:
        return []
    names = ", ".join(f"{plain(feature['name'])} ({feature['length']} digits)" for feature in hashed)
    return [
        "",
        f"These columns are expected hashed, and raw values are refused: {names}. A hash is the "
        "beginning of HMAC-SHA256 of the cell's text in UTF-8, in small hexadecimal digits, with the key "
        "of the project that trained this model. The key is not in this bundle: "
        '`hmac.new(key, text.encode(), "sha256").hexdigest()[:digits]`.',
    ]


def _range(feature: dict[str, Any]) -> str:
    if feature.get("choices"):
        shown = ", ".join(plain(choice) for choice in feature["choices"][:8])
        return shown + (", …" if len(feature["choices"]) > 8 else "")
    if feature.get("min") is None or feature.get("max") is None:
        return ""
    low, high = (
        number(end) if isinstance(end, float | int) else plain(end)
        for end in (feature["min"], feature["max"])
    )
    return f"{low} to {high}"


def _rows(report: dict[str, Any]) -> list[str]:
    rows = report["rows"]
    return [
        "## What it learned from",
        "",
        f"{rows['training']:,} rows trained it, {rows['validation']:,} chose the best epoch, "
        f"{rows['test']:,} were kept for the figures above. recipe.json has every setting; with the same "
        "data it trains the same network again.",
    ]


def _use() -> list[str]:
    return [
        "## How to use it",
        "",
        "```",
        "pip install -r requirements.txt",
        "python predict.py rows.csv",
        "```",
        "",
        "`model.onnx` runs wherever ONNX does; its inputs are the arrays that `apply.py` makes with "
        "`preprocessing.json`. `model.py` and `weights.safetensors` are the same network in plain PyTorch.",
    ]


def _checks(checked: dict[str, Any]) -> list[str]:
    return [
        "## How the export was checked",
        "",
        f"On {checked['rows']:,} real rows: the arrays that this bundle makes equal the ones that were "
        f"trained on, exactly, and the largest difference between PyTorch's predictions and the ONNX "
        f"model's is {checked['difference']:.1e} ({checked['unit']}).",
    ]


def _limits(report: dict[str, Any]) -> list[str]:
    return [
        "## Limits",
        "",
        "The figures hold for rows like the ones it learned from. Rows from another time, place or source "
        "may be predicted worse; watch them, and train again when they change.",
    ]
