"""Files of every format, made of a few rows, and what reading them yields."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from training.errors import DataError
from training.table import ingest

CSV = b"age,plan,left\n" + b"".join(
    b"%d,%s,%d\n" % (row, (b"a", b"b")[row % 2], row % 2) for row in range(60)
)


def read(content: bytes, folder: Path, **settings):
    source = folder / "given"
    source.write_bytes(content)
    info = ingest(source, folder / "out", file_name="given", **settings)
    assert [path.name for path in (folder / "out").iterdir()] == ["table.parquet"]
    json.dumps(info, allow_nan=False)
    return info, pl.read_parquet(folder / "out/table.parquet")


def refusal(content: bytes, folder: Path, **settings) -> DataError:
    with pytest.raises(DataError) as caught:
        read(content, folder, **settings)
    assert caught.value.hint
    assert not list((folder / "out").iterdir())
    return caught.value


def workbook(**sheets: list[list]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def zipped(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def lines(*values) -> bytes:
    return "\n".join(json.dumps(value) for value in values).encode()


def types(info: dict) -> dict[str, str]:
    return {column["name"]: column["type"] for column in info["columns"]}
