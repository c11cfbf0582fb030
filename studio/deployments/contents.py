"""What lies in a bundle's zip, in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

MAIN_FILES = 6  # what is seen at once; the rest folds away

WORDS = {
    "model.onnx": _("The network for ONNX Runtime, which runs in most languages."),
    "weights.safetensors": _("The weights alone, safe to open."),
    "model.py": _("The network as plain PyTorch, to read and to train on."),
    "preprocessing.json": _("How cells become numbers: all that was learned from the training rows."),
    "predict.py": _("Predicts a CSV: python predict.py rows.csv"),
    "requirements.txt": _("The Python packages that predict.py needs."),
    "MODEL_CARD.md": _("What the model is for, how well it does, and how it was checked."),
    "metrics.json": _("The metrics of the report."),
    "recipe.json": _("The recipe that trained it: data, network and settings."),
    "runtime.py": _("What predict.py runs on; this site predicts with the same file."),
    "apply.py": _("Turns values into the network's inputs, as training did."),
    "cells.py": _("Reads the text of a cell, as training did."),
    "texts.py": _("Cuts texts into words or pieces, as training did."),
    "pictures.py": _("Opens pictures and brings them to their size, as training did."),
    "windows.py": _("Cuts rows that follow one another into windows, as training did."),
    "preparation.py": _("The steps that prepare a column, as training did."),
}


@dataclass(frozen=True)
class Member:
    """One file of the zip."""

    name: str
    about: str
    size: int


def contents_of(members: list[tuple[str, int]]) -> list[Member]:
    """The files that people would look for, in the order of WORDS; the others after them."""
    order = {name: at for at, name in enumerate(WORDS)}
    found = [Member(name, str(WORDS.get(name, "")), size) for name, size in members if not name.endswith("/")]
    return sorted(found, key=lambda member: (order.get(member.name, len(order)), member.name))
