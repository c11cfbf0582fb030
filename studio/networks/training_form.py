"""The training settings as sections of fields: only what suits the data, rarely used ones folded."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from studio.networks import fields
from studio.networks.training_fields import Fields
from training.errors import StrataError
from training.optimizers import OPTIMIZERS
from training.schedules import SCHEDULES

ONE_CLASS_TASKS = ("binary", "multiclass")


@dataclass(frozen=True)
class Section:
    """Fields under one heading; ``more`` are those that fold away."""

    id: str
    title: str
    sentence: str
    fields: list[fields.Field]
    more: list[fields.Field] = field(default_factory=list)

    @property
    def more_is_wrong(self) -> bool:
        """Whether the fold hides an error, and so has to be open."""
        return any(each.error for each in self.more)

    def form(self, typed: str) -> list[tuple[object, ...]]:
        """Equal to another's when the fields are the same; of the one being typed in only its kind counts."""
        return [
            (each.id, each.title, each.kind, *(() if each.id == typed else (each.value, each.choices)))
            for each in (*self.fields, *self.more)
        ]

    def told(self) -> dict[str, tuple[str, str]]:
        """What stands beneath each field."""
        return {each.id: (each.error, each.description) for each in (*self.fields, *self.more)}


def sections(
    draft: dict[str, Any], problems: Iterable[StrataError], columns: list[str], inputs: Collection[str]
) -> list[Section]:
    """All sections in the order of the page, each field with its value and its error.

    columns: names of the table's columns; inputs: the arrays that the network gets, such as "picture".
    """
    form = Fields(draft, problems)
    found = [
        _run(form),
        _schedule(form),
        _stopping(form),
        _augment(form, inputs),
        _windows(form),
        _split(form, columns),
        _encode(form, inputs),
        _machine(form, inputs),
    ]
    return [section for section in found if section.fields]


def _run(form: Fields) -> Section:
    balanced = ["sampling"] if form.draft["data"].get("task") in ONE_CLASS_TASKS else []
    return Section(
        "run",
        _("Training"),
        _("How long and in what steps."),
        [
            *form.part("fit", form.unit, "batch_size"),
            form.choice("optimizer", OPTIMIZERS.values(), _("How weights follow the gradient.")),
            *form.own("optimizer", only=("lr",)),
            form.objective(),
            *form.own("objective"),
        ],
        [
            *form.own("optimizer", but=("lr",)),
            *form.part("fit", *balanced, "accumulation", "clip_norm", "clip_value"),
            form.counted(),
        ],
    )


def _schedule(form: Fields) -> Section:
    return Section(
        "schedule",
        _("Learning rate over the run"),
        _("Whether the rate changes while training goes on."),
        [
            form.choice("schedule", SCHEDULES.values(), _("How the learning rate moves.")),
            *form.own("schedule"),
        ],
    )


def _stopping(form: Fields) -> Section:
    return Section(
        "stopping",
        _("Early stopping"),
        _("Ends a run that no longer learns, and keeps its best epoch."),
        [*form.part("fit.stopping", "enabled", "patience"), form.judge()],
        form.part("fit.stopping", "min_gain"),
    )


def _augment(form: Fields, inputs: Collection[str]) -> Section:
    """Pictures can be turned and cut; numbers take noise; codes of texts and categories stay as they are."""
    pictures = ["flip", "shift", "rotate", "crop"] if "picture" in inputs else []
    values = ["noise", "mixup"] if {"picture", "numbers", "series"} & set(inputs) else []
    return Section(
        "augment",
        _("Augmentation"),
        _("Training rows change a little each time they are seen."),
        form.part("fit.augment", *pictures, *values),
    )


def _windows(form: Fields) -> Section:
    is_forecast = form.draft["data"].get("task") == "forecast"
    return Section(
        "windows",
        _("Windows"),
        _("What the network looks at, and how far ahead it predicts."),
        form.part("data.series", "window", "horizon", "stride") if is_forecast else [],
    )


def _split(form: Fields, columns: list[str]) -> Section:
    return Section(
        "split",
        _("Split"),
        _("Which rows train, which judge each epoch, and which are kept for the report."),
        [*form.part("data.split", "validation", "test"), *form.dealing(columns)],
        form.part("data.split", "seed"),
    )


def _encode(form: Fields, inputs: Collection[str]) -> Section:
    has_numbers = bool({"numbers", "series"} & set(inputs))
    usual, rare = [], []
    if has_numbers:
        usual += form.part("data.encode", "scale", "missing", "indicator")
        rare += form.part("data.encode", "clip", "constant")
    if "categories" in inputs:
        usual += form.part("data.encode", "max_categories")
    if "text" in inputs:
        usual += form.part("data.encode.text", "tokens", "length", "vocabulary")
    if "picture" in inputs:
        usual += form.part("data.encode.picture", "size", "channels")
        rare += form.part("data.encode.picture", "pixels")
    return Section(
        "encode", _("How cells become numbers"), _("Learned on the training rows alone."), usual, rare
    )


def _machine(form: Fields, inputs: Collection[str]) -> Section:
    pictures = ["channels_last"] if "picture" in inputs else []
    return Section(
        "machine",
        _("Where and how exactly"),
        _("The same seed, device and settings repeat a run exactly."),
        [form.device(), *form.part("fit", "seed", "precision")],
        form.part("fit", *pictures, "compile", "deterministic", "threads"),
    )


def changes(
    before: list[Section], after: list[Section], typed: str
) -> tuple[list[Section], list[fields.Field]]:
    """The sections to draw again, and in all others the fields under which something else stands now.

    ``typed`` is the id of the field that somebody has just changed: it may hold focus.
    """
    pairs = _pairs(before, after)
    redrawn = [new for old, new in pairs if old.form(typed) != new.form(typed)]
    told = [
        field
        for old, new in pairs
        if new not in redrawn
        for field in (*new.fields, *new.more)
        if old.told().get(field.id) != new.told()[field.id]
    ]
    return redrawn, told


def _pairs(before: list[Section], after: list[Section]) -> list[tuple[Section, Section]]:
    """Each section as it is now beside itself as it was, or beside an empty one."""
    known = {section.id: section for section in before}
    return [(known.get(new.id, Section(new.id, "", "", [])), new) for new in after]


def gone(before: list[Section], after: list[Section]) -> bool:
    """Whether sections have come or gone, so that only a whole new page is right."""
    return [section.id for section in before] != [section.id for section in after]
