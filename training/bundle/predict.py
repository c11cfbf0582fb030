"""Predict the rows of a CSV:  python predict.py rows.csv [predictions.csv]

The first line of rows.csv names its columns. Without a second file the predictions are printed.
Cells may be empty; columns that the model does not know are ignored. Pictures are
file names beside rows.csv, or in base64. Needs what requirements.txt says.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

if __package__:
    from training.bundle.runtime import Bundle, listed
    from training.encode.cells import names_from_header
else:  # unzipped: the same files lie beside this one
    from cells import names_from_header  # type: ignore
    from runtime import Bundle, listed  # type: ignore

SAID = ("prediction", "low", "high")  # what an answer says, apart from probabilities
_AT_ONCE = 10_000
_LONGEST_PATH = 1_000
_DELIMITERS = ",;\t|"
# At the start of a cell, and within one where a spreadsheet that separates by ; or lines may cut it.
_FORMULA = re.compile(r"\A(?=[=+\-@\t\r])|(?<=[;\t\r\n])(?=[=+\-@])")
csv.field_size_limit(10_000_000)


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2) or arguments[0] in ("-h", "--help"):
        sys.stderr.write(__doc__ or "")
        return 2
    try:
        bundle = Bundle(Path(__file__).resolve().parent)
        if len(arguments) == 1:
            predict_file(bundle, Path(arguments[0]), sys.stdout)
            return 0
        with Path(arguments[1]).open("w", encoding="utf-8", newline="") as out:
            predict_file(bundle, Path(arguments[0]), out)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def predict_file(bundle: Bundle, source: Path, out: TextIO) -> int:
    """Write a CSV with one prediction for each row of ``source``; the number of rows is returned.

    Raises ValueError, in a sentence, when the file or a cell cannot be read.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_safe(cell) for cell in _header(bundle))
    done = 0
    is_forecast = bundle.task == "forecast"  # whose windows hold rows of any two blocks
    for rows in _blocks(rows_of_csv(source, bundle.reading), None if is_forecast else _AT_ONCE):
        if not done and (unknown := bundle.unknown_columns(rows)):
            sys.stderr.write(f"Ignored, because the model does not know them: {listed(unknown)}.\n")
        try:
            predictions = bundle.predict(_with_files(bundle, rows, source.parent))
        except ValueError as error:
            raise ValueError(
                f"{error} Row 1 of these is row {done + 1:,} of the file." if done else error
            ) from None
        for prediction in predictions:
            writer.writerow(_safe(cell) for cell in _cells_of(prediction))
        if len(predictions) < len(rows):
            sys.stderr.write(f"{no_window(rows, predictions)}\n")
        done += len(rows)
    if not done:
        raise ValueError(f"{source.name} has no rows below its header.")
    return done


def _with_files(bundle: Bundle, rows: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """The rows with the pictures that they name, where such files lie in the folder."""
    names = [feature["name"] for feature in bundle.features if feature["type"] == "picture"]
    return (
        [{**row, **{name: _content(folder, row.get(name)) for name in names}} for row in rows]
        if names
        else rows
    )


def _content(folder: Path, cell: Any) -> Any:
    if not cell or len(cell) > _LONGEST_PATH or not (folder / cell).is_file():
        return cell
    return (folder / cell).read_bytes()


def _header(bundle: Bundle) -> list[str]:
    row = ["row"] if bundle.task == "forecast" else []
    kinds = SAID if bundle.levels else SAID[:1]
    several = len(bundle.outputs) > 1
    said = [f"{kind} of {name}" if several else kind for kind in kinds for name in bundle.outputs]
    return [*row, *said, *(f"probability of {name}" for name in bundle.classes)]


def _cells_of(prediction: dict[str, Any]) -> list[Any]:
    row = [prediction["row"]] if "row" in prediction else []
    said = [cell for kind in SAID if kind in prediction for cell in answer_cells(prediction[kind])]
    return [*row, *said, *prediction.get("probabilities", {}).values()]


def no_window(rows: list[dict[str, Any]], predictions: list[dict[str, Any]]) -> str:
    """Which rows of a forecast have no prediction, in a sentence."""
    missing = sorted({*range(1, len(rows) + 1)} - {prediction["row"] for prediction in predictions})
    return (
        f"{len(missing):,} of {len(rows):,} rows end no whole window, so they have no prediction: "
        f"{listed(f'row {row:,}' for row in missing)}."
    )


def answer_cells(answer: Any) -> list[Any]:
    """A prediction as cells: several numbers are a cell each, labels are one, "a;b;c"."""
    if isinstance(answer, dict):
        return list(answer.values())
    return [";".join(answer) if isinstance(answer, list) else answer]


def rows_of_csv(source: Path, reading: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The rows of a CSV, column -> text.

    reading: how the training file was read: delimiter, quote, encoding.
    """
    text = _text(source, reading)
    header = text.partition("\n")[0]
    usual = str(reading.get("delimiter") or ",")
    delimiter = usual if usual in header else max(_DELIMITERS, key=header.count)
    lines = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, quotechar=reading.get("quote") or '"'
    )
    names: list[str] = []
    for cells in lines:
        if not cells:
            continue
        if not names:
            names = names_from_header(cells)
        elif len(cells) != len(names):
            raise ValueError(
                f"Line {lines.line_num:,} has {len(cells):,} values, the header has {len(names):,}."
            )
        else:
            yield dict(zip(names, cells, strict=True))


def _text(source: Path, reading: dict[str, Any]) -> str:
    content = source.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = str(reading.get("encoding") or "")
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise ValueError(f"{source.name} is not in UTF-8. Save it as “CSV UTF-8” and try again.") from None


def _blocks(rows: Iterator[dict[str, str]], size: int | None) -> Iterator[list[dict[str, str]]]:
    block: list[dict[str, str]] = []
    for row in rows:
        block.append(row)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _safe(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets a '."""
    if not isinstance(cell, str):
        return "" if cell is None else cell
    try:
        float(cell)
    except ValueError:
        return _FORMULA.sub("'", cell)
    return cell


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
