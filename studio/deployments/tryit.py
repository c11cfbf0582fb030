"""The form of one row: a field a feature, filled with a typical value. Of a forecast, one field of rows."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from studio.deployments import rows
from training.bundle.runtime import Bundle
from training.encode.cells import text_of_number
from training.errors import SettingError

FIRST_FIELDS = 12  # what is seen at once; the rest folds away, typical values filled in
FIRST_CLASSES = 10


@dataclass(frozen=True)
class TryField:
    """One feature as a form field. id: its name in the form (``f0``, ``f1`` …), never the column's.

    kind: the feature's type, or "rows" for the rows of a forecast, as a CSV.
    """

    id: str
    column: str
    kind: str
    value: str
    choices: list[str]
    error: str = ""


@dataclass(frozen=True)
class Chance:
    """One class and its probability, as text and as the length of a bar (0 to 100)."""

    label: str
    text: str
    share: float


@dataclass(frozen=True)
class Answer:
    """One number of several that are predicted, as text; range: "3.1 to 5.2" where one is predicted."""

    name: str
    text: str
    range: str = ""


def fields_of(bundle: Bundle) -> list[TryField]:
    """The form of a model with its typical values."""
    if bundle.task == "forecast":
        title = _("The last %(count)s rows or more, in order of time") % {"count": f"{bundle.window:,}"}
        return [TryField("rows", title, "rows", typical_rows(bundle), [])]
    return [
        TryField(
            f"f{at}",
            feature["name"],
            feature["type"],
            _text(typical(feature)) if feature["type"] != "picture" else "",
            [str(choice) for choice in feature.get("choices") or []],
        )
        for at, feature in enumerate(bundle.features)
    ]


def typical_rows(bundle: Bundle) -> str:
    """A CSV of one window, each row with typical values."""
    values = {feature["name"]: typical(feature) for feature in bundle.features}
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(bundle.columns)
    lines.writerows([[values.get(name) for name in bundle.columns]] * min(bundle.window, rows.MAX_ROWS))
    return out.getvalue()


def filled(fields: list[TryField], form: QueryDict, uploads: MultiValueDict[str, Any]) -> list[TryField]:
    """The fields with what was typed and uploaded; a picture's value is its file in base64."""
    return [replace(field, value=_sent(field, form, uploads)) for field in fields]


def _sent(field: TryField, form: QueryDict, uploads: MultiValueDict[str, Any]) -> str:
    if field.kind != "picture":
        return form.get(field.id, "")[: rows.MAX_BYTES if field.kind in ("text", "rows") else rows.MAX_CELL]
    file = uploads.get(field.id)
    if file is None:
        return ""
    if file.size > rows.MAX_BYTES:
        return _("a file of %(size)s MB") % {"size": f"{file.size / 1e6:,.1f}"}
    return base64.b64encode(file.path.read_bytes()).decode()


def rows_of(fields: list[TryField], bundle: Bundle) -> list[rows.Row]:
    """The rows that the form stands for: one, or those of a forecast. Raises SettingError."""
    if bundle.task != "forecast":
        return [{field.column: field.value for field in fields}]
    given = rows.from_csv(fields[0].value.encode(), {**bundle.reading, "encoding": "utf-8"})
    rows.check_columns(given, features=bundle.columns)
    return given


def with_error(fields: list[TryField], error: SettingError) -> list[TryField]:
    """The fields with what is wrong of all of them, beside the first."""
    return [replace(fields[0], error=f"{error.message} {error.hint}".strip()), *fields[1:]]


def refused(fields: list[TryField], problems: list[dict[str, Any]]) -> list[TryField]:
    """The fields with the sentence of each cell that cannot be read."""
    what = {problem["column"]: _refusal(problem) for problem in reversed(problems)}
    if problems and fields[0].kind == "rows":
        place = _("Row %(row)s, %(column)s:") % {"row": problems[0]["row"], "column": problems[0]["column"]}
        return [replace(fields[0], error=f"{place} {_refusal(problems[0])}")]
    return [replace(field, error=what.get(field.column, "")) for field in fields]


def _refusal(problem: dict[str, Any]) -> str:
    if problem["what"].endswith("picture"):  # nobody knows a picture by its base64
        return _("It is no picture that can be opened: PNG, JPEG, GIF, BMP or WebP, of at most 5 MB.")
    return f"“{problem['text'][:80]}” {problem['what']}."


def chances_of(prediction: dict[str, Any]) -> list[Chance]:
    """The likeliest classes, best first; empty for a number."""
    found = sorted(prediction.get("probabilities", {}).items(), key=lambda item: -item[1])
    return [Chance(label, f"{chance:.3f}", round(100 * chance, 1)) for label, chance in found[:FIRST_CLASSES]]


def said(prediction: dict[str, Any]) -> str:
    """The prediction as text: the class, the labels, or a number; of several numbers, how many."""
    value = prediction["prediction"]
    if isinstance(value, dict):
        return _("%(count)s numbers") % {"count": f"{len(value):,}"}
    if isinstance(value, list):
        return ", ".join(value) or _("no label")
    return _number(value)


def answers_of(prediction: dict[str, Any]) -> list[Answer]:
    """Each number where several are predicted; else empty."""
    value = prediction["prediction"]
    if not isinstance(value, dict):
        return []
    return [Answer(name, _number(one), _range(prediction, name)) for name, one in value.items()]


def range_of(prediction: dict[str, Any], bundle: Bundle) -> str:
    """The predicted range of a single number in a sentence; "" where there is none."""
    if "low" not in prediction or isinstance(prediction["low"], dict):
        return ""
    share = f"{bundle.levels[-1] - bundle.levels[0]:.0%}"
    return _("%(range)s, with %(share)s probability") % {"range": _range(prediction), "share": share}


def _range(prediction: dict[str, Any], name: str | None = None) -> str:
    if "low" not in prediction:
        return ""
    low, high = (prediction[end] if name is None else prediction[end][name] for end in ("low", "high"))
    return _("%(low)s to %(high)s") % {"low": f"{low:,.4g}", "high": f"{high:,.4g}"}


def _number(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def typical(feature: dict[str, Any]) -> Any:
    """What a form or an example starts with: a number in six digits or whole, a date without its time."""
    value = feature["typical"]
    if feature["type"] == "picture":
        return "…"  # its file in base64
    if feature["type"] == "number" and value is not None:
        return int(value) if feature["whole"] else float(f"{value:.6g}")
    return str(value)[:10] if feature["type"] == "date" and value else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return text_of_number(value) if isinstance(value, float) else str(value)
