"""Which part of a version's table the page shows: a page of columns, a page of rows, order and filter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studio.datasets import files
from studio.datasets.columns import Column
from studio.datasets.models import DatasetVersion
from training.errors import DataError, SettingError
from training.table.browse import TESTS, Rows, Wish, browse, text_of

PAGE = 50
MOST_CELLS = 100_000  # of one answer to a program
TEST_WORDS = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "contains": gettext_lazy("contains"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "empty": gettext_lazy("is empty"),
    "filled": gettext_lazy("is not empty"),
}


def whole(text: str, missing: int = 0) -> int:
    """A number from an address; ``missing`` for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else missing


@dataclass(frozen=True)
class Place:
    """What the address says: ``query`` and ``page`` choose columns, ``first`` (from 1) and ``wish`` rows."""

    query: str = ""
    page: int = 1
    first: int = 1
    wish: Wish = field(default_factory=Wish)

    @classmethod
    def of(cls, given: QueryDict) -> Place:
        test = given.get("test", "")
        wish = Wish(
            sort=given.get("sort", ""),
            down=given.get("down") == "1",
            column=given.get("where", ""),
            test=test if test in TESTS else "is",
            value=given.get("value", "")[:200],
        )
        return cls(
            given.get("q", "")[:200],
            whole(given.get("page", ""), 1),
            max(1, whole(given.get("row", ""), 1)),
            wish,
        )

    def address(self, version: DatasetVersion) -> str:
        """The place as the query of an address."""
        wish = self.wish
        said = {"version": version.number, "page": self.page}
        said |= {"q": self.query} if self.query else {}
        said |= {"row": self.first} if self.first > 1 else {}
        said |= {"sort": wish.sort, "down": int(wish.down)} if wish.sort else {}
        said |= {"where": wish.column, "test": wish.test, "value": wish.value} if wish.column else {}
        return urlencode(said)

    def known(self, version: DatasetVersion) -> Place:
        """The same without columns that this version has not: an old address is no error."""
        names = {column["name"] for column in version.info["columns"] if column["type"] != "picture"}
        wish = self.wish
        wish = wish if wish.sort in names else replace(wish, sort="", down=False)
        wish = wish if wish.column in names else replace(wish, column="", test="is", value="")
        return replace(self, wish=wish)


@dataclass(frozen=True)
class Preview:
    """A page of rows, and where the ways from it lead (queries of addresses; "" where there is none)."""

    rows: list[tuple[int, list[str | None]]]
    found: int
    place: Place
    reach: int = 0  # how many rows order and filter went through
    before: str = ""
    after: str = ""
    problem: DataError | None = None

    @property
    def first(self) -> int:
        return self.place.first

    @property
    def last(self) -> int:
        return self.place.first + len(self.rows) - 1


def preview(version: DatasetVersion, shown: list[Column], place: Place) -> Preview:
    """The page of rows at ``place``. The first rows are in the profile: no table is opened for them."""
    try:
        rows = _rows(version, shown, place)
    except DataError as problem:
        return Preview([], 0, place, problem=problem)
    if place.first > 1 and not rows.numbers:  # past the end, for instance of what a new filter leaves
        return preview(version, shown, replace(place, first=1))
    last = place.first + len(rows.numbers) - 1
    return Preview(
        list(zip(rows.numbers, rows.cells, strict=True)),
        rows.found,
        place,
        reach=rows.reach,
        before=_at(version, place, place.first - PAGE) if place.first > 1 else "",
        after=_at(version, place, last + 1) if last < rows.found else "",
    )


def _at(version: DatasetVersion, place: Place, first: int) -> str:
    return replace(place, first=max(1, first)).address(version)


def _rows(version: DatasetVersion, shown: list[Column], place: Place) -> Rows:
    info = version.info
    whole_page = len(info["preview"]) >= min(PAGE, info["rows"])  # of many columns fewer rows are kept
    if place.first == 1 and place.wish.is_plain and whole_page:
        cells = [[_cell(row, column) for column in shown] for row in info["preview"][:PAGE]]
        return Rows(list(range(len(cells))), cells, info["rows"], info["rows"])
    names = [column.name for column in shown]
    return browse(files.local(version.table), names, first=place.first - 1, count=PAGE, wish=place.wish)


def _cell(row: list[str | None], column: Column) -> str | None:
    """A cell of the profile as ``browse`` writes it: numbers without noughts at their end."""
    cell = row[column.index]
    if not cell or column.type != "number" or "." not in cell:
        return cell
    try:
        return text_of(float(cell))
    except ValueError:
        return cell


def sorting(version: DatasetVersion, column: Column, place: Place) -> dict[str, str]:
    """A column head's order: what it is now, as aria-sort says it, and the address of its next one.

    Up, then down, then as in the file.
    """
    wish, name = place.wish, column.name
    now = ("descending" if wish.down else "ascending") if wish.sort == name else "none"
    following = {"none": (name, False), "ascending": (name, True), "descending": ("", False)}[now]
    there = replace(place, first=1, wish=replace(wish, sort=following[0], down=following[1]))
    return {"now": now, "address": there.address(version)}


def listed(
    version: DatasetVersion, columns: list[str], wish: Wish, offset: int, limit: int
) -> dict[str, Any]:
    """Rows as plain JSON for programs: numbers count from 1, pictures are null.

    Raises SettingError for a column that is not there, a version without a table and too many cells at
    once, DataError for what ``browse`` refuses.
    """
    if not version.is_ready:
        raise SettingError(
            _("This version has no table yet."),
            where="version",
            hint=_("Wait until the file is read, or change how it is read."),
        )
    known = {column["name"]: column["type"] for column in version.info["columns"]}
    names = list(dict.fromkeys(columns)) or list(known)
    for where, name in [*(("columns", name) for name in names), ("sort", wish.sort), ("where", wish.column)]:
        if name and (name not in known or (where != "columns" and known[name] == "picture")):
            said = {"name": name[:60]}
            raise SettingError(
                _("There is no column “%(name)s” to show, to sort by or to ask for.") % said, where=where
            )
    if len(names) * limit > MOST_CELLS:
        raise SettingError(
            _("%(cells)s cells are more than one answer holds.") % {"cells": f"{len(names) * limit:,}"},
            where="limit",
            hint=_("Ask for fewer rows, or name the columns that you need."),
        )
    rows = browse(files.local(version.table), names, first=offset, count=limit, wish=wish)
    lines = [
        {"row": number + 1, "cells": cells} for number, cells in zip(rows.numbers, rows.cells, strict=True)
    ]
    return {"columns": names, "rows": lines, "found": rows.found, "of": version.rows, "reach": rows.reach}
