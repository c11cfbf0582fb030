"""Searches for a learning rate or a batch size: asked for, shown with their curve, taken over."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.jobs.doorbell import ring
from studio.networks import search_chart
from studio.networks.models import Network, Search
from studio.networks.services import problems_of
from training.errors import DataError, UserError
from training.optimizers import OPTIMIZERS

PATHS = {Search.Kind.LR: "fit.optimizer.lr", Search.Kind.BATCH_SIZE: "fit.batch_size"}


def kind_of(name: str) -> Search.Kind:
    """The kind of search by its name. Raises Http404."""
    if name not in Search.Kind.values:
        raise Http404
    return Search.Kind(name)


@transaction.atomic
def begin(user: User | None, network: Network, kind: Search.Kind) -> Search:
    """Queue a search on the draft as it is now, in place of an earlier one.

    Raises UserError with the first thing that keeps the draft from training.
    """
    if not network.dataset_version.is_ready:
        raise DataError(_("The dataset is not ready yet."), hint=_("Wait until its file has been read."))
    problems = problems_of(network.draft, network.dataset_version.info)
    if problems:
        raise UserError(problems[0].message, where=problems[0].where, hint=problems[0].hint)
    drop(network, kind)
    search = Search.objects.create(network=network, kind=kind, recipe=network.draft, made_by=user)
    transaction.on_commit(partial(ring, Search))
    return search


def drop(network: Network, kind: Search.Kind) -> None:
    """Forget a search; one that runs loses its row, and so ends."""
    network.searches.filter(kind=kind).delete()


@dataclass(frozen=True)
class Shown:
    """One search as its piece of the page shows it; ``search`` is None before it was ever asked for."""

    network: Network
    kind: Search.Kind
    search: Search | None
    error: UserError | None = None

    @property
    def id(self) -> str:
        return f"search-{self.kind}"

    @property
    def title(self) -> str:
        return _("Find a learning rate") if self.kind == Search.Kind.LR else _("Find a batch size")

    @property
    def sentence(self) -> str:
        if self.kind == Search.Kind.LR:
            return _(
                "Raises the rate step by step for some seconds and watches where the loss falls fastest."
            )
        return _("Tries sizes, each twice the one before, until memory is full or they are no faster.")

    @property
    def is_waiting(self) -> bool:
        return self.search is not None and self.search.state == Search.State.QUEUED

    @property
    def is_busy(self) -> bool:
        return self.search is not None and not self.search.is_over

    @property
    def result(self) -> dict[str, Any]:
        return self.search.result if self.search and self.search.is_over else {}

    @property
    def trouble(self) -> str:
        """Why there is no result, in whole sentences; empty where there is one."""
        if self.error:
            return f"{self.error.message} {self.error.hint}".strip()
        if self.search and self.search.state == Search.State.FAILED:
            return f"{self.search.message} {self.search.hint}".strip()
        return ""

    @property
    def suggested(self) -> str:
        value = self.result.get("suggested")
        return "" if value is None else search_chart.figure(value)

    @property
    def verdict(self) -> str:
        """What was found, as a sentence."""
        if not self.result:
            return ""
        if self.kind == Search.Kind.LR:
            if not self.suggested:
                return _("The loss falls at no rate: look at the data and the network first.")
            return _("The loss falls fastest at %(rate)s.") % {"rate": self.suggested}
        return _("%(size)s rows a step are almost as fast as any; %(largest)s were tried and fit.") % {
            "size": self.suggested,
            "largest": search_chart.figure(self.result["largest"]),
        }

    @property
    def take(self) -> str:
        """The edits that take the suggestion over, as JSON; empty where the draft has it already."""
        value, path = self.result.get("suggested"), PATHS[self.kind]
        if value is None or value == _at(self.network.draft, path):
            return ""
        return json.dumps([{"do": "put", "path": path, "value": value}])

    @property
    def take_title(self) -> str:
        if self.kind == Search.Kind.LR:
            return _("Set the learning rate to %(value)s") % {"value": self.suggested}
        return _("Set the batch size to %(value)s") % {"value": self.suggested}

    @property
    def is_stale(self) -> bool:
        """Whether network, data or settings have changed since, other than by what searches find."""
        return bool(self.result) and _without_found(self.search.recipe) != _without_found(self.network.draft)

    @property
    def chart(self) -> search_chart.Chart | None:
        if not self.result:
            return None
        if self.kind == Search.Kind.LR:
            return search_chart.of_rates(self.result)
        return search_chart.of_sizes(self.result)


def shown(network: Network, kind: Search.Kind, error: UserError | None = None) -> Shown:
    return Shown(network, kind, network.searches.filter(kind=kind).first(), error)


def all_shown(network: Network) -> list[Shown]:
    """The pieces of the page: what the network's optimizer has a use for."""
    found = {search.kind: search for search in network.searches.all()}
    optimizer = OPTIMIZERS.get(str(network.draft["fit"].get("optimizer", {}).get("name", "")))
    has_rate = optimizer is None or "lr" in optimizer.model_fields
    kinds = [kind for kind in Search.Kind if has_rate or kind != Search.Kind.LR]
    return [Shown(network, kind, found.get(kind)) for kind in kinds]


def _at(draft: dict[str, Any], path: str) -> Any:
    value: Any = draft
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _without_found(draft: dict[str, Any]) -> dict[str, Any]:
    fit = draft["fit"]
    optimizer = {name: value for name, value in fit.get("optimizer", {}).items() if name != "lr"}
    rest = {name: value for name, value in fit.items() if name != "batch_size"} | {"optimizer": optimizer}
    return draft | {"fit": rest}
