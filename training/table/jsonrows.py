"""JSON as records: one flat object a line, or a list of them; what is nested stays JSON text."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from training.encode.cells import text_of_number
from training.errors import DataError
from training.table.dialect import MAX_COLUMNS
from training.table.scan import LINE_LIMIT, too_long

_CHUNK = 1 << 18
_GAP = re.compile(r"[\s,]*")
_DIGITS = 18  # beyond, an id rather than an amount: kept as the text that it is


def is_json(head: bytes) -> bool:
    """Whether a file that begins like this is objects, one a line, or a list of them."""
    start = head.decode("utf-8", errors="replace").removeprefix("\ufeff").lstrip()
    if re.match(r"\[\s*\{\s*[\"}]", start):
        return True
    return bool(re.match(r"\{\s*[\"}]", start)) and (
        len(head) >= _CHUNK or isinstance(_parsed(start.splitlines()[0]), dict)
    )


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= _DIGITS else text


_DECODER = json.JSONDecoder(parse_int=_whole)


def _parsed(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def objects(source: Path, tell: Callable[[float], None]) -> Iterator[tuple[int, Any]]:
    """Each value with the line in which it begins; the line's text where it is no JSON."""
    with source.open("rb") as raw, io.TextIOWrapper(raw, "utf-8-sig", "replace") as text:
        first = text.read(_CHUNK).lstrip()[:1]
        text.seek(0)
        size = source.stat().st_size or 1
        reader = _listed(text) if first == "[" else _lined(text)
        for count, pair in enumerate(reader, start=1):
            if count % 20_000 == 0:
                tell(min(1.0, raw.tell() / size))
            yield pair


def _lined(text: Any) -> Iterator[tuple[int, Any]]:
    number = 0
    while line := text.readline(LINE_LIMIT + 1):
        number += 1
        if len(line) > LINE_LIMIT:
            raise too_long()
        if line.strip():
            value = _parsed(line)
            yield number, line.strip() if value is None else value


def _listed(text: Any) -> Iterator[tuple[int, Any]]:
    """The objects of a list, however long: what waits to become whole is at most one object."""
    waiting, line = text.read(_CHUNK), 1
    at = waiting.index("[") + 1
    while True:
        start = _GAP.match(waiting, at).end()  # type: ignore[union-attr]
        line += waiting.count("\n", at, start)
        at = start
        if waiting.startswith("]", at):
            return
        try:
            value, end = _DECODER.raw_decode(waiting, at)
        except (ValueError, RecursionError) as error:
            waiting, at = waiting[at:], 0
            more = text.read(max(_CHUNK, len(waiting)))
            if len(waiting) > LINE_LIMIT or not more or isinstance(error, RecursionError):
                raise DataError(
                    f"The JSON list breaks off or is no JSON from line {line:,} on.",
                    where=f"line {line}",
                    hint="Check that the file is whole.",
                ) from None
            waiting += more
            continue
        yield line, value
        line += waiting.count("\n", at, end)
        at = end


def columns(source: Path, tell: Callable[[float], None]) -> list[str]:
    """All keys, in the order in which they first appear. Raises DataError for too many, or none."""
    found: dict[str, None] = {}
    for _, value in objects(source, tell):
        if isinstance(value, dict):
            found.update(dict.fromkeys(value))
        if len(found) > MAX_COLUMNS:
            raise DataError(
                f"The objects have more than {MAX_COLUMNS:,} different keys.",
                hint="Check that the keys are the names of columns.",
            )
    if not found:
        raise DataError("The JSON holds no object with a key.", hint="Write one flat object a line.")
    return list(found)


def record_of(value: Any, names: list[str]) -> list[str] | None:
    """The cells of an object in the order of ``names``; None for what is no object."""
    return [text_of(value.get(name)) for name in names] if isinstance(value, dict) else None


def text_of(value: Any) -> str:
    """A value as it would stand in a CSV file; a list or an object as its JSON text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return text_of_number(value) if abs(value) < float("inf") else str(value)
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case _:
            return str(value)
