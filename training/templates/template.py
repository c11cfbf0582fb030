"""What a template is, and what the menu shows of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from training.templates.given import Given, Nodes


@dataclass(frozen=True)
class Entry:
    """A line of the menu. nodes: a whole network for the data, empty where it does not suit.

    suits: whether it fits the data; why_not: "Needs pictures.", else empty.
    """

    name: str
    title: str
    description: str
    nodes: Nodes
    suits: bool = True
    why_not: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Template:
    """A network that adapts to the data.

    takes: the inputs that it is about, of which one must be there; none: it takes any. make: its
    nodes; inputs that it is not about are joined to them. limit: why it does not suit data of these
    sizes, else empty.
    """

    name: str
    heading: str | Callable[[Given], str]
    description: str
    make: Callable[[Given], Nodes]
    takes: tuple[str, ...] = ()
    limit: Callable[[Given], str] = field(default=lambda given: "")

    def title(self, given: Given) -> str:
        return self.heading if isinstance(self.heading, str) else self.heading(given)

    def why_not(self, given: Given) -> str:
        """Why it does not suit, in words of the data; empty where it does."""
        if not given.inputs:
            return "Needs a column to learn from."
        if self.takes and not given.has(*self.takes):
            return _needs(self.takes)
        return self.limit(given)

    def nodes(self, given: Given) -> Nodes:
        return self.make(given)


_WORDS = {
    "numbers": "number columns",
    "categories": "category columns",
    "text": "texts",
    "picture": "pictures",
    "series": "a series over time",
}


def _needs(takes: tuple[str, ...]) -> str:
    return f"Needs {' or '.join(_WORDS[name] for name in takes)}."
