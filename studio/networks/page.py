"""What the builder page shows of a draft: cards, problems, totals, diagram, code; and what changed.

Everything that depends on shapes comes from training.network.check, so that it is said once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from studio.networks import cards, history, services
from studio.networks.diagram import diagram
from studio.networks.models import Network
from studio.networks.totals import Totals
from training import start
from training.errors import StrataError
from training.network import Checked, code


class Page:
    """A draft as the builder draws it."""

    def __init__(self, network: Network, draft: dict[str, Any] | None = None) -> None:
        self.network = network
        self.draft = draft if draft is not None else network.draft
        self.info: dict[str, Any] = network.dataset_version.info

    @cached_property
    def checked(self) -> Checked:
        return start.checked(self.draft, self.info)

    @cached_property
    def cards(self) -> list[cards.CardView]:
        return cards.views(self.checked)

    @cached_property
    def problems(self) -> list[StrataError]:
        """All that keeps the draft from training: data, fit and network."""
        return services.problems_of(self.draft, self.info, judged=self.checked)

    @property
    def other_problems(self) -> list[StrataError]:
        """Problems that stand on no card."""
        return [problem for problem in self.problems if not problem.where.startswith("network")]

    @property
    def remarks(self) -> list[tuple[StrataError, str]]:
        """Each problem with the page where it is mended: data, network or settings."""
        return [(problem, _mended_in(problem.where)) for problem in self.problems]

    @property
    def first_bad(self) -> cards.CardView | None:
        return next((card for card in self.cards if card.state == "bad"), None)

    @property
    def warnings(self) -> list[cards.Remark]:
        return [cards.remark(warning) for warning in self.checked.warnings]

    @cached_property
    def code(self) -> str:
        return code(self.checked) if self.checked.ok else ""

    @cached_property
    def totals(self) -> Totals:
        return Totals(self.draft, self.checked, self.network.dataset_version.rows or 0)

    @cached_property
    def brief_state(self) -> dict[str, Any]:
        """What the training page's script needs to know."""
        undo, redo = history.steps(self.network)
        wrong = ["f-" + problem.where.replace(".", "-") for problem in self.other_problems]
        return {
            "revision": self.network.revision,
            "ok": not self.problems,
            "invalid": wrong,
            "undo": undo,
            "redo": redo,
        }

    @cached_property
    def state(self) -> dict[str, Any]:
        """What the browser needs to know beside the HTML; see static/js/builder-*.js."""
        return {
            **self.brief_state,
            "order": [card.key for card in self.cards],
            "bad": [card.key for card in self.cards if card.state == "bad"],
            "waiting": [card.key for card in self.cards if card.state == "wait"],
            "invalid": [card.wrong_field for card in self.cards if card.wrong_field],
            "nodes": self.draft["network"]["main"],
            "graph": diagram(self.checked),
        }


def _mended_in(where: str) -> str:
    if where.startswith(("fit", "data.split", "data.encode")):
        return "settings"
    return "network" if where.startswith("network") else "data"


@dataclass(frozen=True)
class Changes:
    """What has to be swapped to turn one page into the next."""

    added: list[tuple[cards.CardView, cards.CardView | None]]  # with the card above it
    removed: list[str]
    redrawn: list[cards.CardView]
    slots: list[cards.CardView]


def changes(before: Page, after: Page, typed_in: str = "") -> Changes:
    """The differences between two pages. ``typed_in`` is the card whose field somebody has just
    changed by hand: its form is as it should be, and it may hold focus."""
    old = {card.key: card for card in before.cards}
    new = {card.key: card for card in after.cards}
    above = dict(zip(new, [None, *after.cards], strict=False))
    kept = [card for key, card in new.items() if key in old]
    redrawn = [card for card in kept if card.key != typed_in and card.form != old[card.key].form]
    again = {card.key for card in redrawn}
    return Changes(
        added=[(card, above[key]) for key, card in new.items() if key not in old],
        removed=[key for key in old if key not in new],
        redrawn=redrawn,
        slots=[card for card in kept if card.key not in again and card.slots != old[card.key].slots],
    )
