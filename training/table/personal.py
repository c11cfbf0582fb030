"""Columns that look like personal data: who is meant can be told from their cells."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from training.table.finding import finding
from training.table.identity import NUMBERS

_CELLS = 500
_ENOUGH = 5
_FEW = 20  # looked at first: most columns are nothing personal
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}\Z")
_PHONE = re.compile(
    r"(\+|00)[1-9][0-9]{7,14}\Z|\(?0[0-9]{1,4}\)?[ /\-][0-9][0-9 /\-]{4,11}\Z|1[3-9][0-9]{9}\Z"
)
_DIGITS_PHONE = re.compile(r"\+?[0-9]{7,15}\Z")
_SOCIAL = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}\Z")  # it has no check digit
_BRITISH = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]\Z")
_NAME = re.compile(r"[^\W\d_][^\d_@/]{0,59}\Z")
_NAMED_PHONE = re.compile(r"phone|mobile|\btel|telef|handy|cell_?no|电话|手机|電話", re.I)
_NAMED_NAME = re.compile(
    r"(^|_)(first|last|full|sur|family|given|middle|maiden)[_ ]?names?$|^(customer|client|patient|employee|"
    r"student|person|user|contact)[_ ]?names?$|^names?$|^(vor|nach)name$|^apellidos?$|^nombres?$|^pr[eé]nom$"
    r"|^nom$|姓名|^名前$|氏名",
    re.I,
)


def about_personal(column: dict[str, Any], cells: pl.Series) -> list[dict[str, Any]]:
    """Whether a column looks like personal data. column: its profile; cells: some of its cells."""
    kind = column["type"]
    if kind not in ("category", "text", "number") or (kind == "number" and not column["whole"]):
        return []
    texts = [str(cell).strip() for cell in cells.drop_nulls().unique(maintain_order=True).head(_CELLS)]
    few = texts[:_FEW]
    found = _kind(column["name"], few) if len(texts) >= _ENOUGH else ""
    if not found or _kind(column["name"], texts) != found:
        return []
    name = column["name"]
    text = (
        f"{name} looks like {found}. Leave it out, or hash it: what is the same stays the same, and "
        "nobody can read it."
    )
    return [finding("personal", "warn", name, "Personal data", text, step={"do": "hash", "column": name})]


def _kind(name: str, texts: list[str]) -> str:
    """What most of the cells look like, in words; "" when it is nothing personal."""
    plain = [re.sub(r"[\s.\-/]", "", text).upper() for text in texts]
    if _share(_EMAIL.match, texts) > 0.6:
        return "e-mail addresses"
    if _share(_SOCIAL.match, texts) > 0.9:
        return "social security numbers of the United States"
    if _share(_BRITISH.match, plain) > 0.9:
        return "British insurance numbers"
    for kind, test in NUMBERS.items():
        if _share(test, plain) > 0.9:
            return kind
    if (
        _share(_PHONE.match, [text.replace(" ", "") if text.startswith("+") else text for text in texts])
        > 0.8
    ):
        return "phone numbers"
    if _NAMED_PHONE.search(name) and _share(_DIGITS_PHONE.match, [text.strip("()") for text in plain]) > 0.8:
        return "phone numbers"
    is_name = _NAMED_NAME.search(name) and _share(_NAME.match, texts) > 0.9
    return "names of people" if is_name and len(texts) > 10 else ""


def _share(test: Any, texts: list[str]) -> float:
    return sum(bool(test(text)) for text in texts) / len(texts)
