"""Things that people choose by name and set fields of: layers, objectives, optimizers, schedules.

One pydantic class says a thing once; form, validation, JSON schema and documentation derive
from it. What it makes is a ``Call``: data that ``training.build`` evaluates and the code view
prints, so the two cannot disagree.
"""

from __future__ import annotations

import re
import types
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ConfigDict, ValidationError

from training.errors import SettingError
from training.recipe import wants


@dataclass(frozen=True, init=False)
class Call:
    """Something to construct or to apply: ``Call("nn.Linear", 27, 128, bias=True)``.

    name: ``"nn.…"`` (torch.nn), ``"optim.…"`` (torch.optim), ``"torch.…"`` (a function, applied in
    the forward pass) or the bare name of a class in training/modules. Arguments are numbers,
    texts, truth values, None, and lists and tuples of these: their ``repr`` is Python.
    """

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "args", args)
        object.__setattr__(self, "kwargs", kwargs)

    @property
    def is_function(self) -> bool:
        """Whether it is applied as it stands, with no module of its own."""
        return self.name.startswith("torch.")

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.arguments())})"

    def arguments(self) -> list[str]:
        """The arguments as Python source; every value goes through repr."""
        return [*map(repr, self.args), *(f"{name}={value!r}" for name, value in self.kwargs.items())]


@dataclass(frozen=True)
class FieldInfo:
    """One field of a form. low and high are included; None where there is no bound.

    above and below are bounds that are not included. choices are texts in the order shown.
    """

    name: str
    title: str
    description: str
    kind: Literal["whole", "number", "choice", "switch", "text"]
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    default: Any
    advanced: bool = False
    above: float | None = None
    below: float | None = None


class Declared(BaseModel):
    """A thing with a name and settings. Values are never coerced: ``"64"`` is no number of units."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]  # first sentence of the docstring
    also: ClassVar[tuple[str, ...]] = ()  # other names that people search for

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        for attribute in ("name", "title"):
            if attribute not in cls.__dict__:
                setattr(cls, attribute, cls.__name__)
        first = re.split(r"(?<=\.)\s", " ".join((cls.__doc__ or "").split()), maxsplit=1)[0]
        cls.summary = re.sub(r" \(torch\.[\w.]+\)", "", first)

    @classmethod
    def fields(cls) -> list[FieldInfo]:
        """The fields in the order of the form."""
        return [field_of(cls, name) for name in cls.model_fields]

    @classmethod
    def read(cls, settings: dict[str, Any], where: str) -> Self:
        """The thing with these settings. Raises SettingError with the field's place below ``where``."""
        try:
            return cls.model_validate(settings)
        except ValidationError as error:
            raise cls.refusal(error, where) from None

    @classmethod
    def refusal(cls, error: ValidationError, where: str, of: str = "") -> SettingError:
        """pydantic's first complaint as a sentence: "Units of Linear must be 1 or more, not 0."."""
        item = error.errors(include_url=False)[0]
        field = str(item["loc"][0]) if item["loc"] else ""
        place = f"{where}.{field}" if field else where
        of = of or cls.title
        if item["type"] == "extra_forbidden":
            return SettingError(f"{of} has no setting “{clipped(field)}”.", where=where, hint="Remove it.")
        title = cls.model_fields[field].title or field if field in cls.model_fields else field
        return SettingError(f"{title} of {of} {wants(item)}.", where=place)


def clipped(text: Any, length: int = 40) -> str:
    """What somebody typed, short enough for a sentence and on one line."""
    line = " ".join(str(text)[: 4 * length].split())
    return line if len(line) <= length else line[: length - 1] + "…"


def field_of(model: type[BaseModel], name: str) -> FieldInfo:
    """One field of any pydantic class, such as the parts of the recipe."""
    info = model.model_fields[name]
    bounds: dict[str, Any] = {}
    for item in info.metadata:
        if isinstance(item, annotated_types.Ge):
            bounds["low"] = item.ge
        elif isinstance(item, annotated_types.Le):
            bounds["high"] = item.le
        elif isinstance(item, annotated_types.Gt):
            bounds["above"] = item.gt
        elif isinstance(item, annotated_types.Lt):
            bounds["below"] = item.lt
    kind, choices = _kind(info.annotation)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return FieldInfo(
        name=name,
        title=info.title or name.replace("_", " ").capitalize(),
        description=info.description or "",
        kind=kind,
        low=bounds.get("low"),
        high=bounds.get("high"),
        choices=choices,
        default=info.get_default(call_default_factory=True),
        advanced=bool(extra.get("advanced")),
        above=bounds.get("above"),
        below=bounds.get("below"),
    )


_KINDS: dict[Any, Literal["whole", "number", "switch", "text"]] = {
    int: "whole",
    float: "number",
    bool: "switch",
    str: "text",
}


def _kind(annotation: Any) -> tuple[Literal["whole", "number", "choice", "switch", "text"], tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", tuple(map(str, get_args(annotation)))
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(kind for kind in get_args(annotation) if kind is not type(None))
    return _KINDS[annotation], ()
