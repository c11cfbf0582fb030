"""Numbers that people are known by, told by their check digits: cards, accounts, identity numbers."""

from __future__ import annotations

import re
from collections.abc import Callable


def luhn(digits: str) -> bool:
    """The check of payment cards, Swedish and other numbers (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _is_card(text: str) -> bool:
    return bool(re.fullmatch(r"[2-6][0-9]{12,18}", text)) and luhn(text)


def _is_iban(text: str) -> bool:
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text):
        return False
    return int("".join(str(int(ch, 36)) for ch in text[4:] + text[:4])) % 97 == 1


def _is_chinese(text: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return bool(re.fullmatch(r"[1-9][0-9]{5}(19|20)[0-9]{9}[0-9X]", text)) and (
        "10X98765432"[_weighted(text, weights) % 11] == text[-1]
    )


def _is_spanish(text: str) -> bool:
    found = re.fullmatch(r"([XYZ]?)([0-9]{7,8})([A-Z])", text)
    if not found or len(found[1] + found[2]) != 8:
        return False
    number = int(str("XYZ".index(found[1]) if found[1] else "") + found[2])
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == found[3]


def _is_italian(text: str) -> bool:
    if not re.fullmatch(r"[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]", text):
        return False
    odd = "BAKPLCQDREVOSFTGUHMINJWZYX"  # a letter's value in an odd place is its own place in here
    values = [odd.index(chr(65 + int(ch)) if ch.isdigit() else ch) for ch in text[0:15:2]]
    values += [int(ch) if ch.isdigit() else ord(ch) - 65 for ch in text[1:15:2]]
    return chr(65 + sum(values) % 26) == text[15]


def _is_french(text: str) -> bool:
    digits = text.replace("2A", "19", 1).replace("2B", "18", 1) if text[5:7] in ("2A", "2B") else text
    return bool(re.fullmatch(r"[12][0-9]{14}", digits)) and 97 - int(digits[:13]) % 97 == int(digits[13:])


def _is_german(text: str) -> bool:
    if not re.fullmatch(r"[1-9][0-9]{10}", text):
        return False
    product = 10
    for digit in text[:10]:
        product = 2 * ((int(digit) + product) % 10 or 10) % 11
    return (11 - product) % 10 == int(text[10])


def _is_brazilian(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{11}", text) or len(set(text)) == 1:
        return False
    checks = [sum(int(text[at]) * (size + 1 - at) for at in range(size)) * 10 % 11 % 10 for size in (9, 10)]
    return checks == [int(text[9]), int(text[10])]


def _is_polish(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{2}[0-9][0-9][0-3][0-9]{6}", text)) and (
        -_weighted(text, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10 == int(text[10])
    )


def _is_dutch(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{9}", text)) and _weighted(text, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def _is_swedish(text: str) -> bool:
    return bool(re.fullmatch(r"(19|20)?[0-9]{2}[01][0-9][0-3][0-9]{5}", text)) and luhn(text[-10:])


def _is_swiss(text: str) -> bool:
    return bool(re.fullmatch(r"756[0-9]{10}", text)) and _weighted(text, (1, 3) * 6 + (1,)) % 10 == 0


# What is found -> its test of a text without spaces, points and dashes, in capitals.
NUMBERS: dict[str, Callable[[str], bool]] = {
    "payment card numbers": _is_card,
    "bank account numbers (IBAN)": _is_iban,
    "Chinese identity numbers": _is_chinese,
    "Spanish identity numbers": _is_spanish,
    "Italian tax codes": _is_italian,
    "French social security numbers": _is_french,
    "German tax numbers": _is_german,
    "Brazilian CPF numbers": _is_brazilian,
    "Polish PESEL numbers": _is_polish,
    "Dutch citizen numbers": _is_dutch,
    "Swedish personal numbers": _is_swedish,
    "Swiss insurance numbers": _is_swiss,
}
