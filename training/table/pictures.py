"""A zip of pictures -> a table with a picture column: a folder for each class, or a CSV of file names.

Entries are read by their own names only, never written to disk under them; a picture's header is
checked before it is decoded, one picture at a time.
"""

from __future__ import annotations

import csv
import io
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import polars as pl
import polars.selectors as cs

from training.encode.cells import names_from_header
from training.encode.pictures import pixels_of
from training.errors import DataError
from training.table.proposal import picture_size

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp")
PARTS = {"train": "train", "training": "train", "val": "validation", "valid": "validation",
         "validation": "validation", "test": "test", "testing": "test"}  # fmt: skip
LARGEST_PICTURE = 50_000_000
LARGEST_CSV = 100_000_000
MOST_ENTRIES = 2_000_000
_LOOKED_AT = 100
_GREY = ("1", "L", "LA", "I", "I;16", "F")
MOST_RATIO = 200  # pictures are compressed already: more than this is no honest zip
PICTURE, LABEL, SPLIT, FILE = "picture", "label", "split", "file"
_AT_ONCE = 64_000_000
_GROUP_BYTES = 4_000_000
_PROBE = {"channels": 1, "height": 4, "width": 4}
_SHOWN = 20

_DRAWN = 0.15  # of the training rows, for a part that the folders do not give
_SEED = 42

Progress = Callable[[float, str], None]
Row = dict[str, Any]
Labelled = list[tuple[zipfile.ZipInfo, Row]]


def holds_pictures(source: Path) -> bool:
    """Whether a file is a zip in which there are pictures."""
    if not zipfile.is_zipfile(source):
        return False
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()[:MOST_ENTRIES]
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    # A workbook is a zip as well, and may have pictures on its sheets.
    return "[Content_Types].xml" not in names and any(map(_is_picture, names))


def ingest_pictures(
    source: Path,
    folder: Path,
    read: Callable[..., dict[str, Any]],
    *,
    file_name: str,
    types: dict[str, str],
    progress: Progress,
    limit_bytes: int,
) -> dict[str, Any]:
    """Write ``folder/table.parquet`` with the labels and the pictures' files, and answer *info*.

    read: ``ingest``, which reads the labels as any CSV. Columns are ``label`` and ``file``, or those of
    the zip's CSV, ``split`` where top folders say train, validation and test, and ``picture`` last. A
    picture that cannot be opened is left out, counted and named. Raises DataError for a zip that is
    unsafe or holds no labelled picture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    problems, work = _Problems(), folder / "pictures"
    work.mkdir(exist_ok=True)
    try:
        with zipfile.ZipFile(source) as archive:
            rows = _labelled(archive, _safe_entries(archive, limit_bytes), problems)
            column = names_from_header([*rows[0][1], PICTURE])[-1]
            kept = _write_pictures(archive, rows, column, work, problems, progress)
        progress(0.9, "Reading the labels")
        labels = _write_labels(kept, work / "labels.csv")
        given = {name: type_ for name, type_ in types.items() if name != column}
        info = read(labels, work / "labels", file_name=file_name, types=given)
        both = [pl.scan_parquet(work / "labels" / "table.parquet"), pl.scan_parquet(work / "*.parquet")]
        pl.concat(both, how="horizontal").sink_parquet(
            folder / "table.parquet", compression="lz4", row_group_size=_group_rows(work, len(kept))
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)
    progress(1.0, "The pictures are ready")
    return _with_pictures(info, column, source, problems, sizes_of(folder / "table.parquet", column))


def _group_rows(parts: Path, rows: int) -> int:
    """Rows a row group: to show one picture, all of its group are read."""
    size = sum(part.stat().st_size for part in parts.glob("*.parquet"))
    return max(1, min(rows, _GROUP_BYTES * rows // max(1, size)))


def pictures_at(table: Path, column: str, first: int, count: int) -> list[bytes | None]:
    """The files of ``count`` pictures of a table from row ``first`` (from 0), for a page of them."""
    cells = pl.scan_parquet(table).slice(first, count).select(cs.by_name(column)).collect()
    return cells.to_series().to_list()


def thumbnail(content: bytes, side: int = 96) -> bytes:
    """A PNG of ``side`` x ``side`` pixels. Raises ValueError for what cannot be opened."""
    from PIL import Image

    pixels = pixels_of(content, {"channels": 3, "height": side, "width": side})
    out = io.BytesIO()
    Image.fromarray(pixels.transpose(1, 2, 0)).save(out, "PNG")
    return out.getvalue()


def sizes_of(table: Path, column: str) -> dict[str, Any]:
    """{"side", "grey"} of the first pictures: the usual shorter side in pixels, whether none has colours."""
    from PIL import Image

    sides, grey = [], True
    for content in pictures_at(table, column, 0, _LOOKED_AT):
        with Image.open(io.BytesIO(content or b"")) as picture:
            sides.append(min(picture.size))
            grey = grey and picture.mode in _GREY
    return {"side": int(np.median(sides)), "grey": grey}


def _with_pictures(
    info: dict[str, Any], column: str, source: Path, problems: _Problems, sizes: dict[str, Any]
) -> dict[str, Any]:
    """The labels' info with the picture column, which is the feature."""
    rows = info["rows"]
    picture = {"name": column, "type": "picture", "missing": 0, "missing_share": 0.0, "distinct": rows,
               "top": [], "examples": [], **sizes}  # fmt: skip
    proposal = {**info["proposal"], "encode": {"picture": picture_size(picture)}}
    roles = {name: role if role == "target" else "ignored" for name, role in proposal["roles"].items()}
    proposal = {**proposal, "roles": {**roles, column: "feature"}}
    if SPLIT in roles:
        proposal["split"] = {"method": "column", "column": SPLIT}
    told = [one for one in info["findings"] if one["code"] not in ("no_feature", "identifier")]
    return info | {
        "size_bytes": source.stat().st_size,
        "columns": [*info["columns"], picture],
        "preview": [[*row, None] for row in info["preview"]],
        "problems": {"count": problems.count, "first": problems.first},
        "proposal": proposal,
        "findings": told,
    }


@dataclass
class _Problems:
    count: int = 0
    first: list[dict[str, Any]] = field(default_factory=list)

    def add(self, line: int, text: str, what: str) -> None:
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append({"line": line, "column": PICTURE, "text": text[:200], "what": what})


def _is_picture(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and "__MACOSX" not in path.parts


def _safe_entries(archive: zipfile.ZipFile, limit: int) -> list[zipfile.ZipInfo]:
    """The entries that are files. Raises DataError where the zip wants more than to be read."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise DataError(f"The zip has {len(entries):,} files; at most {MOST_ENTRIES:,} are read.")
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > limit or total > MOST_RATIO * packed + 1_000_000:
        raise DataError(
            f"The zip would unpack to {total / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB, which is refused.",
            hint="Pack pictures as they are, in parts if they are more than the limit.",
        )
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (path.parts[:1] and ":" in path.parts[0]):
            raise DataError(
                f"The zip holds a path that leads out of it: {entry.filename[:100]}.",
                hint="Pack the folder itself, with paths that begin at it.",
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise DataError(
                f"The zip holds a link to another file: {entry.filename[:100]}.",
                hint="Pack the files themselves in place of links.",
            )
        if entry.flag_bits & 1:
            raise DataError("The zip is locked with a password.", hint="Pack it without one.")
    return [entry for entry in entries if not entry.is_dir()]


def _labelled(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], problems: _Problems) -> Labelled:
    pictures = sorted(
        (entry for entry in entries if _is_picture(entry.filename)), key=lambda each: each.filename
    )
    lists = [
        entry
        for entry in entries
        if entry.filename.lower().endswith((".csv", ".tsv")) and "__MACOSX" not in entry.filename
    ]
    if len(lists) == 1:
        return list(_by_list(archive, lists[0], pictures, problems))
    return _with_all_parts(_by_folder(pictures))


def _with_all_parts(rows: Labelled) -> Labelled:
    """Rows with three parts where the folders give one or two: what is missing is drawn from train."""
    given = {row.get(SPLIT) for _, row in rows}
    if None in given or "train" not in given:
        return rows
    training = [row for _, row in rows if row[SPLIT] == "train"]
    order = np.argsort(np.random.PCG64(_SEED).random_raw(len(training)), kind="stable")
    count = max(1, round(_DRAWN * len(training)))
    for place, part in enumerate(part for part in ("validation", "test") if part not in given):
        for drawn in order[place * count : (place + 1) * count]:
            training[drawn][SPLIT] = part
    return rows


def _by_folder(pictures: list[zipfile.ZipInfo]) -> Labelled:
    paths = [PurePosixPath(entry.filename) for entry in pictures]
    # What wraps everything says nothing: photos.zip holds one folder, photos.
    while (
        paths and len({path.parts[0] for path in paths}) == 1 and all(len(path.parts) > 2 for path in paths)
    ):
        if paths[0].parts[0].lower() in PARTS:
            break
        paths = [path.relative_to(path.parts[0]) for path in paths]
    has_parts = bool(paths) and all(path.parts[0].lower() in PARTS and len(path.parts) > 2 for path in paths)
    rows = []
    for entry, path in zip(pictures, paths, strict=True):
        label = path.parts[1] if has_parts else path.parts[0] if len(path.parts) > 1 else None
        split = {SPLIT: PARTS[path.parts[0].lower()]} if has_parts else {}
        rows.append((entry, {LABEL: label, **split, FILE: str(path)}))
    if not any(row[LABEL] for _, row in rows):
        raise DataError(
            "The zip holds pictures, and nothing says what they show.",
            hint="Put the pictures of each class into a folder of that name, or add a CSV of labels.",
        )
    return rows


def _by_list(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, pictures: list[zipfile.ZipInfo], problems: _Problems
) -> Iterator[tuple[zipfile.ZipInfo, Row]]:
    if entry.file_size > LARGEST_CSV:
        raise DataError(f"{entry.filename[:100]} is larger than {LARGEST_CSV // 1_000_000} MB.")
    try:
        text = archive.read(entry).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(
            f"{entry.filename[:100]} is not in UTF-8.", hint="Save it as “CSV UTF-8” and pack the zip again."
        ) from None
    header = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=header.count))
    names = names_from_header(next(lines, []))
    known = {picture.filename: picture for picture in pictures}
    by_name = {PurePosixPath(picture.filename).name: picture for picture in pictures}
    rows = [dict(zip(names, cells, strict=False)) for cells in lines if cells]
    of = max(
        names,
        key=lambda name: sum(_found(row.get(name), known, by_name) is not None for row in rows),
        default="",
    )
    if not rows or not any(_found(row.get(of), known, by_name) for row in rows):
        raise DataError(
            f"No column of {entry.filename[:100]} names the pictures of the zip.",
            hint="One column has to hold the pictures' file names as they stand in the zip.",
        )
    for line, row in enumerate(rows, start=2):
        picture = _found(row.get(of), known, by_name)
        if picture is None:
            problems.add(line, str(row.get(of) or ""), "is no picture of the zip; the row is left out")
        else:
            yield picture, {name: row.get(name, "").strip() or None for name in names}


def _found(cell: Any, known: dict[str, Any], by_name: dict[str, Any]) -> zipfile.ZipInfo | None:
    name = str(cell or "").strip().replace("\\", "/").removeprefix("./")
    found: zipfile.ZipInfo | None = known.get(name) or by_name.get(PurePosixPath(name).name)
    return found


def _write_pictures(
    archive: zipfile.ZipFile, rows: Labelled, column: str, work: Path, problems: _Problems, progress: Progress
) -> list[Row]:
    """Write the files in parts of some 64 MB, never more in memory; the rows that are kept."""
    kept: list[Row] = []
    held: list[bytes] = []
    parts = size = 0
    for place, (entry, row) in enumerate(rows):
        if place % 100 == 0:
            progress(0.9 * place / len(rows), f"Opening picture {place + 1:,} of {len(rows):,}")
        content = _content(archive, entry, place, problems)
        if content is not None:
            kept.append(row)
            held.append(content)
            size += len(content)
        if size > _AT_ONCE:
            _write_part(held, column, work, parts)
            held, parts, size = [], parts + 1, 0
    if held:
        _write_part(held, column, work, parts)
    if not kept:
        raise DataError(
            "No picture of the zip can be opened.", hint="Pack PNG, JPEG, GIF, BMP or WebP files."
        )
    return kept


def _write_part(held: list[bytes], column: str, work: Path, number: int) -> None:
    frame = pl.DataFrame({column: held}, schema={column: pl.Binary})
    frame.write_parquet(work / f"{number:06}.parquet", compression="lz4")


def _write_labels(rows: list[Row], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _content(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: int, problems: _Problems
) -> bytes | None:
    if entry.file_size > LARGEST_PICTURE:
        problems.add(
            place + 1, entry.filename, f"is larger than {LARGEST_PICTURE // 1_000_000} MB; it is left out"
        )
        return None
    try:
        content = archive.read(entry)
        pixels_of(content, _PROBE)
    except (ValueError, OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        what = str(error) if isinstance(error, ValueError) else "The zip is damaged here."
        problems.add(place + 1, entry.filename, f"is left out. {what}")
        return None
    return content
