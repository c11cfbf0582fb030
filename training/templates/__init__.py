"""Templates: whole networks to begin with, made for the data's inputs, size and task.

To add one, write its ``Template`` in the file of its family and list it in that file's
``TEMPLATES``: the menu and the common test, which trains it on every kind of data that it offers
itself for, follow.
"""

from __future__ import annotations

from training.encode.targets import MAX_CLASSES
from training.layers import CATALOG, Shape
from training.network import Head, check
from training.templates import autoencoder, pictures, sequences, tables, texts
from training.templates.given import Given, Nodes
from training.templates.template import Entry, Template

__all__ = ["CATALOGUE", "Entry", "Given", "Template", "first_for", "first_nodes", "templates"]

CATALOGUE: dict[str, Template] = {
    template.name: template
    for room in (tables, autoencoder, pictures, texts, sequences)
    for template in room.TEMPLATES
}
_FIRST = {"picture": "cnn", "series": "gru", "text": "text_cnn"}  # what decides first; else a table
_TOO_MUCH = "Needs less data in a row: fewer columns, smaller pictures, or shorter texts or windows."


def templates(inputs: dict[str, Shape], task: str, rows: int | None = None) -> list[Entry]:
    """The menu for these inputs: the default, the others that suit, and those that do not.

    rows: of the table, if known.
    """
    given = Given(inputs, task, rows)
    first = first_for(inputs)
    found = [_entry(template, given) for template in CATALOGUE.values()]
    return sorted(found, key=lambda entry: (not entry.suits, entry.name != first))


def first_for(inputs: dict[str, Shape]) -> str:
    """The name of the template that a network begins with."""
    return next((name for kind, name in _FIRST.items() if kind in inputs), "tabular")


def first_nodes(inputs: dict[str, Shape], task: str, rows: int | None = None) -> Nodes:
    """The network that a draft begins with, even where it does not fit: the check then says why."""
    return CATALOGUE[first_for(inputs)].nodes(Given(inputs, task, rows))


def _entry(template: Template, given: Given) -> Entry:
    why_not = template.why_not(given)
    nodes = [] if why_not else template.nodes(given)
    if not why_not and not check(nodes, given.inputs, _ANY_HEAD).ok:
        nodes, why_not = [], _TOO_MUCH
    return Entry(template.name, template.title(given), template.description, nodes, not why_not, why_not)


_ANY_HEAD = Head("Output", CATALOG["Linear"].read({"units": MAX_CLASSES}, "head"))  # the largest there is
