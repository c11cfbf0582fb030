"""A plain CSV file -> typed Parquet, streaming; the same cells mean the same as in ``encode.cells``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import polars.selectors as cs

from training.encode.cells import DATE_FORMATS, ISO_DATES, MISSING, SPACE, number_pattern
from training.table import kinds
from training.table.kinds import Kind
from training.table.reading import Reading

_SAMPLE = 5_000
_ROW = "row number"  # beside the inner names, which are c0, c1 …
_CELLS = 2_000_000
_CELL_BYTES = 16  # what a number or a short word takes at most
_GROUP_BYTES = 16_000_000
_OS_ERROR = re.compile(r"IO error: .*\(os error (\d+)\)")


@dataclass(frozen=True)
class Plain:
    """A CSV file that polars may read as it is; the first ``skipped`` lines are not data."""

    path: Path
    delimiter: str
    quote: str
    skipped: int


def read_column(table: Path, name: str) -> pl.Series:
    """One column of a Parquet file, whatever its name: polars takes "*" and "^…$" for patterns."""
    return pl.scan_parquet(table).select(cs.by_name(name)).collect().to_series().rename("cells")


def read_columns(table: Path, names: list[str], rows: int) -> Iterator[tuple[str, pl.Series]]:
    """Columns with their names, one after another; read few at a time of a long table, many of a wide one."""
    some = max(1, _CELLS // rows)
    for start in range(0, len(names), some):
        part = names[start : start + some]
        for name, series in zip(part, pl.scan_parquet(table).select(cs.by_name(part)).collect(), strict=True):
            yield name, series.rename("cells")


def write(source: Plain, kinds_: dict[str, Kind], spellings: list[str], out: Path) -> bool:
    """Read with these kinds, strictly; False when a cell does not fit its kind.

    spellings: the texts of missing cells that the file's number columns are known to use.
    Yes/no, category and text columns come out trimmed, with null for missing.
    """
    # Inner names, because polars reads "*" and "^…$" in a name as a pattern.
    columns = {f"c{place}": kind for place, kind in enumerate(kinds_.values())}
    frame = pl.scan_csv(
        source.path,
        has_header=False,
        skip_lines=source.skipped,
        separator=source.delimiter or "\x1f",
        quote_char=source.quote or None,
        null_values=spellings or None,
        schema={name: _csv_type(kind) for name, kind in columns.items()},
    )
    frame = frame.with_columns(
        trimmed(name) for name, kind in columns.items() if _csv_type(kind) == pl.String
    )
    frame = frame.with_columns(
        _strict_date(name, kind) for name, kind in columns.items() if kind.type == "date"
    )
    try:
        _sink(frame.rename(dict(zip(columns, kinds_, strict=True))), out)
    except (pl.exceptions.ComputeError, pl.exceptions.InvalidOperationError):
        return False
    return True


def _csv_type(kind: Kind) -> type[pl.DataType]:
    if kind.plain:
        return pl.Int64 if kind.whole else pl.Float64
    return pl.String


def trimmed(name: str) -> pl.Expr:
    """A text column without the space around its cells, null where they say nothing."""
    return trim(pl.col(name)).alias(name)


def trim(text: pl.Expr) -> pl.Expr:
    """Texts without the space around them, null where they say nothing."""
    text = text.str.strip_chars(SPACE)
    return pl.when(text.is_in(_nothing())).then(None).otherwise(text)


def _cases(word: str) -> list[str]:
    return ["".join(letters) for letters in product(*({ch.lower(), ch.upper()} for ch in word))]


@lru_cache(maxsize=1)
def _nothing() -> pl.Series:
    """In every mix of cases: looking a text up costs a fifth of lowering it first.

    Not made on import: that would start polars' threads in a process that forks.
    """
    return pl.Series([text for word in MISSING for text in _cases(word)], dtype=pl.String).implode()


def _strict_date(name: str, kind: Kind) -> pl.Expr:
    pattern, _ = DATE_FORMATS[kind.format["date"]]
    text = pl.col(name)
    fits = text.is_null() | text.str.contains(pattern)
    text = pl.when(fits).then(text).otherwise(pl.lit("no date"))
    return _as_date(text, kind.format["date"], strict=True).alias(name)


def _as_date(text: pl.Expr, form: str, *, strict: bool) -> pl.Expr:
    if "Z?" in DATE_FORMATS[form][0]:
        text = text.str.strip_suffix("Z")
    if "%H" not in form:  # to_datetime wants a clock
        return text.str.to_date(form, strict=strict).cast(pl.Datetime("us"))
    return text.str.to_datetime(form, strict=strict, time_unit="us", ambiguous="raise")


def judge(cells: pl.Series, wanted: str | None, used: Reading) -> Kind:
    """The kind of a whole text column (trimmed, null for missing)."""
    filled = cells.drop_nulls()
    step = max(1, len(filled) // _SAMPLE)
    texts = filled.gather_every(step).head(2 * _SAMPLE).to_list()
    guess = kinds.guess(texts, wanted, used)
    if wanted == "category" or wanted == "text" or wanted == "picture":
        return guess
    if guess.type == "yes/no" and filled.n_unique() > 2:
        guess = kinds.guess(filled.unique().head(_SAMPLE).to_list(), used=used)
    if guess.type in ("number", "date"):
        values = converted(cells, guess)
        fits = values.len() - values.null_count()
        if guess.type == "number":
            fits += int(filled.str.contains(kinds.INFINITE).sum())
        if wanted is None and fits < kinds.SHARE * len(filled):
            return Kind("category")
        if guess.type == "number":
            return Kind("number", guess.format, _all_whole(filled, guess))
    return guess


def _all_whole(filled: pl.Series, kind: Kind) -> bool:
    numbers = _plain_texts(filled, kind)
    whole = numbers.str.contains(r"^[+-]?[0-9]+$") | numbers.is_null()
    return bool(whole.all()) and numbers.cast(pl.Int64, strict=False).null_count() == numbers.null_count()


def converted(cells: pl.Series, kind: Kind) -> pl.Series:
    """Texts as numbers or dates; null for what is missing or does not fit."""
    frame = cells.to_frame("cells").lazy()
    return frame.select(conversion("cells", kind)).collect()["cells"]


def conversion(name: str, kind: Kind) -> pl.Expr:
    """The expression that makes a trimmed text column what its kind says, null where it does not fit."""
    text = pl.col(name)
    if kind.type == "number":
        numbers = _plain(text, kind).cast(pl.Int64 if kind.whole else pl.Float64, strict=False)
        return (numbers if kind.whole else pl.when(numbers.is_finite()).then(numbers)).alias(name)
    if kind.type == "date":
        forms = dict.fromkeys((kind.format["date"], *ISO_DATES))
        return pl.coalesce(_date_where_it_fits(text, form) for form in forms).alias(name)
    return text


def _date_where_it_fits(text: pl.Expr, form: str) -> pl.Expr:
    fitting = pl.when(text.str.contains(DATE_FORMATS[form][0])).then(text)
    return _as_date(fitting, form, strict=False)


def _plain(text: pl.Expr, kind: Kind) -> pl.Expr:
    decimal, thousands = kind.format.get("decimal", "."), kind.format.get("thousands", "")
    if signs := kind.format.get("signs"):
        text = text.str.replace_all(f"[{re.escape(signs)}]", "")
    text = text.str.strip_chars(SPACE)
    text = pl.when(text.str.contains(number_pattern(decimal, thousands))).then(text)
    if thousands:
        text = text.str.replace_all(thousands, "", literal=True)
    return text.str.replace(decimal, ".", literal=True) if decimal != "." else text


def _plain_texts(filled: pl.Series, kind: Kind) -> pl.Series:
    return filled.to_frame("cells").select(_plain(pl.col("cells"), kind))["cells"]


def misfits(cells: pl.Series, kind: Kind) -> pl.Series:
    """The row numbers of texts that are there but do not fit the kind."""
    return (converted(cells, kind).is_null() & cells.is_not_null()).arg_true()


def all_finite(table: Path) -> bool:
    """Whether no float column holds NaN or an infinite number."""
    schema = pl.read_parquet_schema(table)
    floats = [place for place, kind in enumerate(schema.values()) if kind.is_float()]
    if not floats:
        return True
    finite = pl.scan_parquet(table).select(pl.nth(*floats).is_finite().all()).collect(engine="streaming")
    return all(finite.row(0))


def zero_or_one(table: Path, names: list[str]) -> set[str]:
    """Those of the whole-number columns that hold 0 and 1 and nothing else."""
    places = {name: place for place, name in enumerate(pl.read_parquet_schema(table)) if name in set(names)}
    if not places:
        return set()
    frame, columns = pl.scan_parquet(table), pl.nth(*places.values())
    low, high = (
        frame.select(one).collect(engine="streaming").row(0) for one in (columns.min(), columns.max())
    )
    return {name for name, least, most in zip(places, low, high, strict=True) if (least, most) == (0, 1)}


def empty_columns(table: Path, names: list[str]) -> list[str]:
    """Those of the columns that have no value in any row."""
    return [name for name in names if not read_column(table, name).count()]


def is_finished(draft: Path, kinds_: dict[str, Kind]) -> bool:
    """Whether a draft has these columns, each already of its kind."""
    schema = pl.read_parquet_schema(draft)
    return list(schema) == list(kinds_) and all(
        (schema[name] == pl.String) == (kind.type not in ("number", "date")) for name, kind in kinds_.items()
    )


def finish(draft: Path, kinds_: dict[str, Kind], out: Path, dropped: np.ndarray) -> None:
    """Write these columns of a draft, its texts converted to their kinds, without the rows ``dropped``."""
    schema = pl.read_parquet_schema(draft)
    inner = {name: f"c{place}" for place, name in enumerate(schema)}
    expressions = []
    for name, kind in kinds_.items():
        if schema[name] == pl.String:
            expressions.append(conversion(inner[name], kind))
        else:
            words = kind.type not in ("number", "date")
            expressions.append(pl.col(inner[name]).cast(pl.String) if words else pl.col(inner[name]))
    frame = pl.scan_parquet(draft).rename(inner)
    if len(dropped):
        numbers = pl.Series(dropped, dtype=pl.get_index_type())
        frame = frame.with_row_index(_ROW).filter(~pl.col(_ROW).is_in(numbers.implode()))
    frame = frame.select(expressions)
    _sink(frame.rename({inner[name]: name for name in kinds_}), out, group_rows(draft))


def group_rows(draft: Path) -> int | None:
    """Rows a row group where long texts ask for few: to show one row, a column's group is read whole.

    None for any other table, whose groups are best as polars makes them.
    """
    height = int(pl.scan_parquet(draft).select(pl.len()).collect().item())
    ordinary = _CELL_BYTES * height * len(pl.read_parquet_schema(draft))
    long = draft.stat().st_size - ordinary
    return max(1, _GROUP_BYTES * height // long) if long > _GROUP_BYTES else None


def _sink(frame: pl.LazyFrame, out: Path, rows: int | None = None) -> None:
    """Write a frame. Raises OSError for what polars tells as a ComputeError: a full disk."""
    try:
        frame.sink_parquet(out, compression="lz4", row_group_size=rows)
    except pl.exceptions.ComputeError as error:
        if found := os_error(error):
            raise found from error
        raise


def os_error(error: Exception) -> OSError | None:
    """What the system told polars, which tells it as an error of its own."""
    found = _OS_ERROR.search(str(error))
    return OSError(int(found[1]), os.strerror(int(found[1]))) if found else None
