"""The settings of reading as the dataset page offers them, and how a change of them would look."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from studio.datasets import files
from studio.datasets.forms import GUESS
from studio.datasets.models import DatasetVersion
from training.errors import DataError
from training.table.archive import tables
from training.table.peek import peek

ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "gb18030": "GB18030 (GBK)",
    "big5": "Big5",
    "shift_jis": "Shift-JIS",
    "euc_kr": "EUC-KR",
    "utf-16": "UTF-16",
}
DELIMITERS = {
    ",": _("Comma"),
    ";": _("Semicolon"),
    "\t": _("Tab"),
    "|": _("Vertical bar"),
    " ": _("Spaces"),
    "": _("None: one column"),
}
DECIMALS = {".": _("Point (3.14)"), ",": _("Comma (3,14)")}
FORMATS = {
    "csv": _("Text (CSV)"),
    "json": _("JSON"),
    "excel": _("Excel workbook"),
    "parquet": _("Parquet"),
    "pictures": _("Pictures in a zip archive"),
}
PACKED = {"gzip": _("gzip"), "zip": _("zip")}
DATES = {"day": _("Day first (1 February)"), "month": _("Month first (January 2)")}
BAD = {"missing": _("Count as missing"), "drop": _("Leave the row out")}
OFFERED = {  # by the format of the file
    "csv": ("format", "encoding", "delimiter", "decimal", "header_row", "dates"),
    "json": ("format", "dates"),
    "excel": ("sheet", "decimal", "header_row", "dates"),
    "parquet": (),
    "pictures": (),
}


def fields(version: DatasetVersion) -> dict[str, Any]:
    """The settings of reading: what was used, what people fixed, and what can be chosen."""
    used, fixed = version.info.get("reading", {}), version.reading
    choices = {name: dict(zip(some, some, strict=True)) for name, some in _choices(version).items()}

    def field(name: str, options: dict[str, Any]) -> dict[str, Any]:
        value = used.get(name, fixed.get(name))
        chosen = fixed.get(name, GUESS)
        return {"used": options.get(value, value), "fixed": chosen, "options": options.items()}

    header = used.get("header_row", fixed.get("header_row", 1))
    pictures = any(column["type"] == "picture" for column in version.info.get("columns", ()))
    shape = "pictures" if pictures else used.get("format", fixed.get("format", "csv"))
    return {
        "offered": OFFERED.get(shape, OFFERED["csv"]),
        "shape": FORMATS.get(shape, shape),
        "packed": PACKED.get(used.get("packed"), ""),
        "format": field("format", {name: FORMATS[name] for name in ("csv", "json")}),
        "member": field("member", choices.get("member", {})),
        "sheet": field("sheet", choices.get("sheet", {})),
        "encoding": field("encoding", ENCODINGS),
        "delimiter": field("delimiter", DELIMITERS),
        "decimal": field("decimal", DECIMALS),
        "dates": field("dates", DATES),
        "bad": [
            ("bad_cells", _("Cells that cannot be read"), fixed.get("bad_cells", "missing"), BAD.items()),
            ("bad_rows", _("Rows of a wrong length"), fixed.get("bad_rows", "missing"), BAD.items()),
        ],
        "header_row": header,
        "header_fixed": "header_row" in fixed,
        "lines": range(1, max(10, header or 0) + 1),
    }


def _choices(version: DatasetVersion) -> dict[str, list[str]]:
    """What a setting can be in this file: the tables of an archive also where none could be read."""
    if not version.unreadable:
        return version.info.get("reading", {}).get("choices", {})
    try:
        with files.local(version.raw).open("rb") as file:
            packed = file.read(4) == b"PK\x03\x04"
        return {"member": tables(files.local(version.raw))} if packed else {}
    except (DataError, OSError, ValueError):
        return {}


def preview(version: DatasetVersion, reading: dict[str, Any]) -> dict[str, Any]:
    """The first rows as ``reading`` would read them; ``problem`` where it would not be a table."""
    try:
        return {"seen": peek(files.local(version.raw), reading)}
    except DataError as error:
        return {"problem": error}
