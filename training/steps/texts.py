"""What people typed into a step, read as ``encode.cells`` reads a cell.

The encoding imports the steps, so what they need of it is imported when it is needed.
"""

from __future__ import annotations


def number(text: str) -> float | None:
    """The finite number that a text says in plain style, or None."""
    from training.encode.cells import SPACE, number_of

    return number_of(text.strip(SPACE), {})


def date(text: str) -> str | None:
    """The moment that a text says, such as 2024-05-31, in ISO form; or None."""
    from training.encode.cells import ISO_DATES, SPACE, date_of

    found = next((moment for form in ISO_DATES if (moment := date_of(text.strip(SPACE), form))), None)
    return found.isoformat() if found else None


def word(text: str) -> str:
    """A text without the space around it."""
    from training.encode.cells import SPACE

    return text.strip(SPACE)


def shortest(value: float) -> str:
    """A number as the shortest text that says it."""
    from training.encode.cells import text_of_number

    return text_of_number(value)
