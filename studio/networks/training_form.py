"""The training settings as sections of fields, drawn from the declarations of the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from studio.networks import fields
from training import recipe
from training.declared import Declared, FieldInfo, field_of
from training.errors import StrataError
from training.metrics import LOSS, metrics_for
from training.objectives import OBJECTIVES, objectives_for
from training.optimizers import OPTIMIZERS
from training.schedules import SCHEDULES

SPLIT_COLUMN_METHODS = ("time", "group", "column")
CATALOGS: dict[str, dict[str, Any]] = {
    "objective": OBJECTIVES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}


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


def info_of(path: list[str], draft: dict[str, Any]) -> FieldInfo | None:
    """What is known of the field at ``path``, for reading what was typed; None for no field."""
    match path:
        case ["fit", group, name] if group in CATALOGS:
            kind = chosen(draft, group)
            known = kind.fields() if kind else []
            return next((info for info in known if info.name == name), None)
        case ["fit", "stopping", name] if name in recipe.Stopping.model_fields:
            return field_of(recipe.Stopping, name)
        case ["data", "split", name] if name in recipe.Split.model_fields:
            return field_of(recipe.Split, name)
        case ["data", "encode", name] if name in recipe.Encode.model_fields:
            return field_of(recipe.Encode, name)
        case ["fit", ("epochs" | "batch_size" | "seed") as name]:
            # None stands for "not by epochs": an emptied field is a mistake to explain instead.
            return replace(field_of(recipe.Fit, name), default=0)
    return None


def chosen(draft: dict[str, Any], group: str) -> type[Declared] | None:
    """The declaration that the draft names for ``group``; None for a name that there is not."""
    name = draft["fit"].get(group, {}).get("name")
    suited = objectives_for(draft["data"].get("task")) if group == "objective" else []
    if group == "objective" and name == "auto":
        return suited[0] if suited else None
    return CATALOGS[group].get(name) if isinstance(name, str) else None


def sections(draft: dict[str, Any], problems: Iterable[StrataError], columns: list[str]) -> list[Section]:
    """All sections in the order of the page, each field with its value and its error."""
    form = _Form(draft, problems)
    return [
        Section(
            "run",
            _("Training"),
            _("How long and in what steps."),
            [
                form.duration(),
                form.part("fit", recipe.Fit, "batch_size"),
                form.choice("optimizer", OPTIMIZERS.values(), _("How weights follow the gradient.")),
                *form.own("optimizer", only=("lr",)),
                form.objective(),
            ],
            [*form.own("optimizer", but=("lr",)), *form.own("objective")],
        ),
        Section(
            "schedule",
            _("Learning rate over the run"),
            _("Whether the rate changes while training goes on."),
            [
                form.choice("schedule", SCHEDULES.values(), _("How the learning rate moves.")),
                *form.own("schedule"),
            ],
        ),
        Section(
            "stopping",
            _("Early stopping"),
            _("Ends a run that no longer learns, and keeps its best epoch."),
            [
                form.part("fit.stopping", recipe.Stopping, "enabled"),
                form.part("fit.stopping", recipe.Stopping, "patience"),
                form.judge(),
            ],
            [form.part("fit.stopping", recipe.Stopping, "min_gain")],
        ),
        Section(
            "split",
            _("Split"),
            _("Which rows train, which judge each epoch, and which are kept for the report."),
            [
                form.part("data.split", recipe.Split, "validation"),
                form.part("data.split", recipe.Split, "test"),
                *form.dealing(columns),
            ],
            [form.part("data.split", recipe.Split, "seed")],
        ),
        Section(
            "encode",
            _("How cells become numbers"),
            _("Learned on the training rows alone."),
            [
                form.part("data.encode", recipe.Encode, name)
                for name in ("scale", "missing", "indicator", "max_categories")
            ],
            [form.part("data.encode", recipe.Encode, "constant")],
        ),
        Section(
            "machine",
            _("Where and how exactly"),
            _("The same seed, device and settings repeat a run exactly."),
            [form.device(), form.part("fit", recipe.Fit, "seed"), form.part("fit", recipe.Fit, "precision")],
        ),
    ]


def changes(
    before: list[Section], after: list[Section], typed: str
) -> tuple[list[Section], list[fields.Field]]:
    """The sections to draw again, and in all others the fields under which something else stands now.

    ``typed`` is the id of the field that somebody has just changed: it may hold focus.
    """
    redrawn = [new for old, new in zip(before, after, strict=True) if old.form(typed) != new.form(typed)]
    told = [
        field
        for old, new in zip(before, after, strict=True)
        if new not in redrawn
        for field in (*new.fields, *new.more)
        if old.told().get(field.id) != new.told()[field.id]
    ]
    return redrawn, told


class _Form:
    """Fields of one draft, with the problems that stand beside them."""

    def __init__(self, draft: dict[str, Any], problems: Iterable[StrataError]) -> None:
        self.draft = draft
        self.errors: dict[str, str] = {}
        for problem in problems:
            self.errors.setdefault(problem.where, str(problem))

    def field(self, info: FieldInfo, path: str, value: Any) -> fields.Field:
        place = path.rpartition(".")[0]
        return fields.field(
            info, value, place=place, id="f-" + path.replace(".", "-"), error=self.errors.get(path, "")
        )

    def part(self, prefix: str, model: Any, name: str) -> fields.Field:
        info = field_of(model, name)
        return self.field(info, f"{prefix}.{name}", self._value(prefix, name, info.default))

    def _value(self, prefix: str, name: str, default: Any) -> Any:
        owner: Any = self.draft
        for step in prefix.split("."):
            owner = owner.get(step, {})
        return owner.get(name, default)

    def own(self, group: str, only: tuple[str, ...] = (), but: tuple[str, ...] = ()) -> list[fields.Field]:
        """The fields of what the draft chose for ``group``."""
        kind = chosen(self.draft, group)
        known = [
            info
            for info in (kind.fields() if kind else [])
            if info.name not in but and (not only or info.name in only)
        ]
        return [
            self.field(info, f"fit.{group}.{info.name}", self._value(f"fit.{group}", info.name, info.default))
            for info in known
        ]

    def choice(
        self, group: str, kinds: Iterable[type[Declared]], sentence: str, auto: str = ""
    ) -> fields.Field:
        """A select of declarations by name, described by the chosen one's own sentence."""
        name = self.draft["fit"].get(group, {}).get("name", "")
        kind = chosen(self.draft, group)
        titles = ({"auto": auto} if auto else {}) | {each.name: each.title for each in kinds}
        title = {"objective": _("Loss"), "optimizer": _("Optimizer"), "schedule": _("Schedule")}[group]
        return self._select(f"fit.{group}.name", title, _(kind.summary) if kind else sentence, name, titles)

    def objective(self) -> fields.Field:
        suited = objectives_for(self.draft["data"].get("task"))
        auto = _("Automatic: %(title)s") % {"title": suited[0].title} if suited else _("Automatic")
        return self.choice("objective", suited, _("What training makes small."), auto)

    def judge(self) -> fields.Field:
        known = [LOSS, *metrics_for(self.draft["data"].get("task"))]
        value = self._value("fit.stopping", "metric", LOSS.name)
        description = next((metric.description for metric in known if metric.name == value), "")
        return self._select(
            "fit.stopping.metric",
            _("Judge by"),
            _(description) if description else "",
            value,
            {metric.name: metric.title for metric in known},
        )

    def device(self) -> fields.Field:
        titles = {"auto": _("Automatic"), "cpu": _("CPU"), "cuda": _("GPU (CUDA)"), "mps": _("GPU (Apple)")}
        value = self._value("fit", "device", "auto")
        return self._select(
            "fit.device", _("Device"), _("Automatic takes a free GPU, or the CPU."), value, titles
        )

    def duration(self) -> fields.Field:
        """Epochs, or steps where the draft (over REST) counts in these."""
        by_steps = self.draft["fit"].get("steps") is not None
        return self.part("fit", recipe.Fit, "steps" if by_steps else "epochs")

    def dealing(self, columns: list[str]) -> list[fields.Field]:
        method = self.part("data.split", recipe.Split, "method")
        if method.value not in SPLIT_COLUMN_METHODS:
            return [method]
        info = field_of(recipe.Split, "column")
        value = self._value("data.split", "column", "") or ""
        titles = {"": "–"} | {name: name for name in columns}
        return [method, self._select("data.split.column", info.title, _(info.description), value, titles)]

    def _select(
        self, path: str, title: str, sentence: str, value: Any, titles: dict[str, str]
    ) -> fields.Field:
        text = fields.shown(value)
        if text not in titles:
            titles = {text: text} | titles
        info = FieldInfo(path.rpartition(".")[2], title, sentence, "choice", None, None, (), "")
        choices = tuple(fields.Choice(name, shown, name == text) for name, shown in titles.items())
        return replace(self.field(info, path, value), title=title, description=sentence, choices=choices)
