"""The fields of the training page, one by one: what is declared of each, and how it stands in a draft."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from studio.networks import fields
from training import recipe
from training.declared import Declared, FieldInfo, field_of
from training.errors import StrataError
from training.metrics import LOSS, metrics_of
from training.objectives import OBJECTIVES, objectives_for
from training.optimizers import OPTIMIZERS
from training.schedules import SCHEDULES

CATALOGS: dict[str, dict[str, Any]] = {
    "objective": OBJECTIVES,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
PARTS: dict[tuple[str, ...], Any] = {
    ("fit",): recipe.Fit,
    ("fit", "stopping"): recipe.Stopping,
    ("fit", "augment"): recipe.Augment,
    ("data", "split"): recipe.Split,
    ("data", "series"): recipe.Series,
    ("data", "encode"): recipe.Encode,
    ("data", "encode", "text"): recipe.Text,
    ("data", "encode", "picture"): recipe.Picture,
}
SPLIT_COLUMN_METHODS = ("time", "group", "column")
# How rows cannot be dealt, by task: windows of a forecast overlap, and only classes can be stratified.
UNSUITED_SPLITS = {"forecast": ("random", "stratified"), "regression": ("stratified",)}


def info_of(path: list[str], draft: dict[str, Any]) -> FieldInfo | None:
    """What is known of the field at ``path``, for reading what was typed; None for no field."""
    owner, name = tuple(path[:-1]), path[-1]
    if len(owner) == 2 and owner[0] == "fit" and owner[1] in CATALOGS:
        kind = chosen(draft, owner[1])
        return next((info for info in (kind.fields() if kind else []) if info.name == name), None)
    model = PARTS.get(owner)
    return declared(model, name) if model and name in model.model_fields else None


def declared(model: Any, name: str) -> FieldInfo | None:
    """One field of a part of the recipe; None for what is no single value."""
    if model is recipe.Fit and name == "threads":
        field = recipe.Fit.model_fields["threads"]
        return FieldInfo(name, field.title or "", field.description or "", "whole", 1, 1024, (), "auto")
    try:
        info = field_of(model, name)
    except KeyError:
        return None
    # None stands for "not by epochs": an emptied field is a mistake to explain instead.
    return replace(info, default=0) if info.default is None and info.kind in ("whole", "number") else info


def chosen(draft: dict[str, Any], group: str) -> type[Declared] | None:
    """The declaration that the draft names for ``group``; None for a name that there is not."""
    name = draft["fit"].get(group, {}).get("name")
    suited = objectives_for(draft["data"].get("task")) if group == "objective" else []
    if group == "objective" and name == "auto":
        return suited[0] if suited else None
    return CATALOGS[group].get(name) if isinstance(name, str) else None


class Fields:
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

    def part(self, prefix: str, *names: str) -> list[fields.Field]:
        """The fields of these names of one part of the recipe, such as ``"fit.augment"``."""
        model = PARTS[tuple(prefix.split("."))]
        infos = [info for name in names if (info := declared(model, name))]
        return [
            self.field(info, f"{prefix}.{info.name}", self._value(prefix, info.name, info.default))
            for info in infos
        ]

    def _value(self, prefix: str, name: str, default: Any) -> Any:
        owner: Any = self.draft
        for step in prefix.split("."):
            owner = owner.get(step) or {}
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
        return self.select(f"fit.{group}.name", title, _(kind.summary) if kind else sentence, name, titles)

    def objective(self) -> fields.Field:
        suited = objectives_for(self.draft["data"].get("task"))
        auto = _("Automatic: %(title)s") % {"title": suited[0].title} if suited else _("Automatic")
        return self.choice("objective", suited, _("What training makes small."), auto)

    def judge(self) -> fields.Field:
        kind = chosen(self.draft, "objective")
        known = [LOSS, *(metrics_of(kind, self.draft["data"]["task"]) if kind else [])]
        value = self._value("fit.stopping", "metric", LOSS.name)
        description = next((metric.description for metric in known if metric.name == value), "")
        return self.select(
            "fit.stopping.metric",
            _("Judge by"),
            _(description) if description else "",
            value,
            {metric.name: metric.title for metric in known},
        )

    def device(self) -> fields.Field:
        titles = {"auto": _("Automatic"), "cpu": _("CPU"), "cuda": _("GPU (CUDA)"), "mps": _("GPU (Apple)")}
        value = self._value("fit", "device", "auto")
        return self.select(
            "fit.device", _("Device"), _("Automatic takes a free GPU, or the CPU."), value, titles
        )

    @property
    def unit(self) -> str:
        """What the length of the run is counted in: ``"epochs"`` or ``"steps"``."""
        return "steps" if self.draft["fit"].get("steps") is not None else "epochs"

    def counted(self) -> fields.Field:
        return self.select(
            "fit.counted",
            _("Length in"),
            _("Epochs go through all training rows; steps count batches."),
            self.unit,
            {"epochs": _("Epochs"), "steps": _("Steps")},
        )

    def dealing(self, columns: list[str]) -> list[fields.Field]:
        """The method of the split, those that suit the task, and its column where it needs one."""
        (method,) = self.part("data.split", "method")
        unsuited = UNSUITED_SPLITS.get(str(self.draft["data"].get("task")), ())
        suited = [each for each in method.choices if each.chosen or each.value not in unsuited]
        method = replace(method, choices=tuple(suited))
        if method.value not in SPLIT_COLUMN_METHODS:
            return [method]
        info = field_of(recipe.Split, "column")
        value = self._value("data.split", "column", "") or ""
        titles = {"": "–"} | {name: name for name in columns}
        return [method, self.select("data.split.column", info.title, _(info.description), value, titles)]

    def select(
        self, path: str, title: str, sentence: str, value: Any, titles: dict[str, str]
    ) -> fields.Field:
        text = fields.shown(value)
        if text not in titles:
            titles = {text: text} | titles
        info = FieldInfo(path.rpartition(".")[2], title, sentence, "choice", None, None, (), "")
        choices = tuple(fields.Choice(name, shown, name == text) for name, shown in titles.items())
        return replace(self.field(info, path, value), title=title, description=sentence, choices=choices)
