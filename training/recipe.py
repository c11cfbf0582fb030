"""The recipe: the one document that says which data, which network and how to fit it.

People edit it as a draft, a run freezes it, the bundle contains it, the command line takes it.
A *draft* is the same JSON, possibly with values that are not allowed yet: it is stored as it is
typed and ``problems`` says what is wrong with it. ``Recipe`` itself is always valid, apart from
its network, which ``training.network.check`` judges because that needs the data's shapes.
"""

from __future__ import annotations

import keyword
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from training.errors import RecipeError, SettingError

VERSION: Literal[1] = 1

Task = Literal["binary", "multiclass", "multilabel", "regression", "forecast"]
Role = Literal["feature", "target", "identifier", "ignored", "group", "time"]
ColumnType = Literal["number", "yes/no", "category", "text", "date", "picture"]

_TYPE_IN_PLACE = re.compile(r"(constrained-)?(int|float|str|bool)\Z|literal\[")
_NODE_ID = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


def node_id(text: str) -> str:
    """A node's id, unchanged. Raises ValueError when it could not stand in printed code."""
    if not _NODE_ID.match(text) or keyword.iskeyword(text) or keyword.issoftkeyword(text):
        raise ValueError(
            "must begin with a small letter, hold only small letters, digits and _, "
            "have at most 40 characters and be no Python keyword"
        )
    return text


class Part(BaseModel):
    """A piece of the recipe: unknown names are refused, values are never coerced from text."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, validate_default=False)


class Split(Part):
    """Which rows train, which validate and which are kept for the report."""

    method: Literal["random", "stratified", "time", "group", "column"] = Field(
        "random", title="Method", description="How rows are dealt to the three parts."
    )
    validation: float = Field(
        0.15, ge=0.01, le=0.45, title="Validation", description="Share of rows that judge each epoch."
    )
    test: float = Field(
        0.15, ge=0.01, le=0.45, title="Test", description="Share of rows kept for the report."
    )
    column: str | None = Field(
        None, title="Column", description="The time, group or split column that the method needs."
    )
    seed: int = Field(42, ge=0, le=2**31 - 1, title="Seed", description="The same seed gives the same split.")


class Text(Part):
    """How text columns become codes: the text columns of a table are read as one text, one after another."""

    tokens: Literal["auto", "words", "characters", "bpe"] = Field(
        "auto",
        title="Cut texts into",
        description="Words, characters, or pieces of words that are learned (BPE). Auto takes characters for "
        "Chinese, Japanese and Korean and words for all else.",
    )
    length: int = Field(
        64, ge=2, le=4096, title="Length", description="Pieces kept of each text; the rest is cut off."
    )
    vocabulary: int = Field(
        8_000, ge=10, le=65_535, title="Vocabulary", description="Different pieces that get a code."
    )


class Picture(Part):
    """How pictures become pixels."""

    size: int = Field(
        64, ge=4, le=1024, title="Size", description="Width and height that pictures are brought to."
    )
    channels: Literal[1, 3] = Field(3, title="Channels", description="1: shades of grey, 3: colours.")
    pixels: bool = Field(
        False,
        title="Pixel columns",
        description="The number columns are the pixels of one picture, row by row (colour after colour).",
    )


class Series(Part):
    """How the rows of a forecast become windows, in the order of the time column or of the file."""

    window: int = Field(
        24, ge=1, le=10_000, title="Window", description="How many rows in a row the network looks at."
    )
    horizon: int = Field(
        1, ge=1, le=1_000, title="Horizon", description="How many rows ahead it predicts, each of them."
    )
    stride: int = Field(
        1, ge=1, le=10_000, title="Stride", description="Rows from one window to the next one."
    )


class Encode(Part):
    """How cells become numbers; everything learned is learned on the training split."""

    scale: Literal["standard", "robust", "minmax", "quantile", "none"] = Field(
        "standard", title="Scale numbers", description="Brings number columns to a like size."
    )
    clip: Literal["none", "smooth"] = Field(
        "none",
        title="Outliers",
        description="Smooth: scaled numbers are drawn softly into -3 to 3, so that no outlier rules.",
    )
    missing: Literal["median", "mean", "constant"] = Field(
        "median", title="Empty numbers", description="What stands in for an empty number."
    )
    constant: float = Field(
        0.0, title="Constant", description="The number that stands in when you choose a constant."
    )
    indicator: bool = Field(
        True, title="Flag empty numbers", description="Adds a 0/1 input that says the cell was empty."
    )
    dates: Literal["parts", "cyclic"] = Field(
        "parts",
        title="Dates",
        description="Parts: year, month, day, weekday and hour as numbers. Cyclic: all but the year as a "
        "sine and a cosine, so that December stands beside January.",
    )
    max_categories: int = Field(
        255,
        ge=2,
        le=65_535,
        title="Categories kept",
        description="The most frequent values of a category column that get a code of their own.",
    )
    text: Text = Field(default_factory=Text)
    picture: Picture = Field(default_factory=Picture)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Step(BaseModel):
    """A step of the preparation: ``{"do": "fill", "column": "age", …}``; ``off`` keeps it, undone.

    The settings are checked by the declaration (training.steps), which needs the table's columns.
    """

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)

    do: str = Field(max_length=60)
    off: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Data(Part):
    """The data part: a dataset version (studio) or a table file (command line), and its use."""

    dataset_version: int | None = None
    table: str | None = None
    reading: dict[str, Any] | None = None  # only beside ``table``
    types: dict[str, ColumnType] | None = None  # only beside ``table``
    task: Task
    target: Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1, max_length=100)]
    roles: dict[str, Role] = Field(default_factory=dict)
    steps: list[Step] = Field(default_factory=list, max_length=200)
    split: Split = Field(default_factory=Split)
    encode: Encode = Field(default_factory=Encode)
    series: Series | None = None  # of a forecast only

    @model_validator(mode="before")
    @classmethod
    def _forecasts_are_split_by_time(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("task") == "forecast" and values.get("split") is None:
            return {**values, "split": {"method": "time"}}
        return values

    @model_validator(mode="after")
    def _targets_suit_the_task(self) -> Data:
        if len(self.target) > 1 and self.task not in ("regression", "forecast"):
            raise ValueError("has one target only for this task; regression and forecast take several")
        if len(set(self.target)) < len(self.target):
            raise ValueError("names a target twice")
        if self.task == "forecast" and len(self.target) * self.windows.horizon > 1_000:
            raise ValueError("predicts more than 1,000 numbers at once; lower the horizon or the targets")
        if self.task == "forecast" and self.split.method in ("random", "stratified"):
            raise ValueError("must be split by time, group or column for a forecast: a window spans rows")
        return self

    @model_validator(mode="after")
    def _types_only_beside_a_table(self) -> Data:
        if self.dataset_version is not None and (self.types or self.reading or self.table):
            raise ValueError("types, reading and table stand in a recipe only without dataset_version")
        return self

    @property
    def windows(self) -> Series:
        """The windows of a forecast: what is chosen, or the usual ones."""
        return self.series or Series()

    def columns(self, role: Role) -> list[str]:
        """The columns of one role, in the order of ``roles``."""
        return [name for name, has in self.roles.items() if has == role]


class Node(BaseModel):
    """One layer of a network: ``id``, ``layer`` (a name of the catalogue), ``inputs`` and its fields.

    Without ``inputs`` a node takes the node above it. Fields are checked by the catalogue
    (training.network), not here.
    """

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)

    id: Annotated[str, AfterValidator(node_id)]
    layer: str = Field(max_length=60)
    inputs: list[str] | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """The layer's own fields, as given."""
        return dict(self.model_extra or {})


class Stopping(Part):
    """Early stopping: end when validation has not gained for a while."""

    enabled: bool = Field(True, title="Stop early", description="Ends when validation stops gaining.")
    metric: str = Field(
        "loss",
        max_length=40,
        title="Judge by",
        description="The validation figure that decides what is best.",
    )
    patience: int = Field(
        20, ge=1, le=10_000, title="Patience", description="Epochs without a gain before training ends."
    )
    min_gain: float = Field(
        0.0, ge=0.0, le=1e6, title="Smallest gain", description="A smaller gain than this does not count."
    )


class Named(BaseModel):
    """A declared thing by name with its own settings: ``{"name": "Adam", "lr": 0.001}``.

    The settings are checked by the declaration (training.optimizers, objectives, schedules).
    """

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)

    name: str = Field(max_length=60)

    @property
    def settings(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Augment(Part):
    """Training rows that are changed a little each time they are seen; other rows stay as they are."""

    flip: Literal["none", "horizontal", "vertical", "both"] = Field(
        "none", title="Flip", description="Mirrors every other picture."
    )
    shift: float = Field(
        0.0, ge=0.0, le=0.5, title="Shift", description="Moves pictures by up to this share of their size."
    )
    rotate: float = Field(
        0.0, ge=0.0, le=180.0, title="Rotate", description="Turns pictures by up to so many degrees."
    )
    crop: float = Field(
        0.0, ge=0.0, le=0.5, title="Crop", description="Cuts up to this share off and enlarges the rest."
    )
    noise: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title="Noise",
        description="Deviation of random noise on numbers; for pictures 1 is the range from black to white.",
    )
    mixup: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Mixup",
        description="Blends pairs of rows and their targets, 0 is off (arXiv 1710.09412).",
    )


class Fit(Part):
    """How the network is fitted."""

    objective: Named = Field(default_factory=lambda: Named(name="auto"))
    optimizer: Named = Field(default_factory=lambda: Named(name="Adam"))
    schedule: Named = Field(default_factory=lambda: Named(name="Constant"))
    epochs: int | None = Field(
        100,
        ge=1,
        le=100_000,
        title="Epochs",
        description="How often training goes through all training rows.",
    )
    steps: int | None = Field(
        None,
        ge=1,
        le=1_000_000_000,
        title="Steps",
        description="Instead of epochs: how many batches to train.",
    )
    batch_size: int = Field(
        256,
        ge=1,
        le=1_048_576,
        title="Batch size",
        description="Rows per step. Larger is faster per row, smaller often learns better.",
    )
    stopping: Stopping = Field(default_factory=Stopping)
    sampling: Literal["shuffle", "balanced"] = Field(
        "shuffle",
        title="Sampling",
        description="Balanced: each class is drawn equally often, so that rare ones are seen more.",
        json_schema_extra={"advanced": True},
    )
    accumulation: int = Field(
        1,
        ge=1,
        le=1024,
        title="Accumulation",
        description="Batches that make one step together: as if the batch were larger, with less memory.",
        json_schema_extra={"advanced": True},
    )
    clip_norm: float = Field(
        0.0,
        ge=0.0,
        le=1e6,
        title="Clip gradient length",
        description="Shortens the whole gradient to this length where it is longer; 0 leaves it.",
        json_schema_extra={"advanced": True},
    )
    clip_value: float = Field(
        0.0,
        ge=0.0,
        le=1e6,
        title="Clip gradient values",
        description="Limits each number of the gradient to this size; 0 leaves it.",
        json_schema_extra={"advanced": True},
    )
    augment: Augment = Field(default_factory=Augment)
    precision: Literal["auto", "float32", "tf32", "bf16", "fp16"] = Field(
        "auto",
        title="Precision",
        description="Number format of the arithmetic: the shorter ones are faster on many GPUs. "
        "Auto takes what is fast and safe.",
    )
    channels_last: Literal["auto", "on", "off"] = Field(
        "auto",
        title="Channels last",
        description="How pictures lie in memory: channels last is faster for most.",
        json_schema_extra={"advanced": True},
    )
    compile: bool = Field(
        False,
        title="Compile",
        description="Translates the network first: the start takes up to a minute, steps may be faster.",
        json_schema_extra={"advanced": True},
    )
    deterministic: bool = Field(
        False,
        title="Deterministic",
        description="Only arithmetic that repeats exactly on GPUs too, which may be slower.",
        json_schema_extra={"advanced": True},
    )
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$",
        title="Device",
        description="Where to train: auto takes a free GPU, or the CPU.",
    )
    threads: Annotated[int, Field(ge=1, le=1024)] | Literal["auto"] = Field(
        "auto", title="Threads", description="CPU threads to use."
    )
    seed: int = Field(
        42, ge=0, le=2**31 - 1, title="Seed", description="The same seed repeats the run exactly."
    )

    @model_validator(mode="before")
    @classmethod
    def _steps_stand_for_epochs(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("steps") is not None and "epochs" not in values:
            return {**values, "epochs": None}
        return values

    @model_validator(mode="after")
    def _epochs_or_steps(self) -> Fit:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError("must have either epochs or steps")
        return self


class Recipe(Part):
    """A whole recipe: ``{"version": 1, "data": …, "network": {part: [nodes]}, "fit": …}``."""

    version: Literal[1] = VERSION
    data: Data
    network: dict[str, list[Node]]
    fit: Fit = Field(default_factory=Fit)

    @classmethod
    def parse(cls, document: Any) -> Recipe:
        """A recipe from JSON text or from a dict.

        Raises RecipeError when it is not a recipe that this version reads, and SettingError
        with the field's place when one value is wrong.
        """
        document = _document(document)
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise first_problem(error) from None

    def as_dict(self) -> dict[str, Any]:
        """The recipe as plain JSON values; fields that say nothing (None) are left out."""
        return self.model_dump(mode="json", exclude_none=True)


def _document(document: Any) -> dict[str, Any]:
    import json

    if isinstance(document, str | bytes):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            raise RecipeError(
                "This is not a recipe: it is no JSON.", hint="Export a network to see the format."
            ) from None
    if not isinstance(document, dict):
        raise RecipeError(
            "This is not a recipe: it has to be a JSON object.", hint="Export a network to see the format."
        )
    version = document.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        raise RecipeError(
            f"This recipe has format {version}; this Strata reads formats up to {VERSION}.",
            where="version",
            hint="Update Strata, or export the recipe from the older one again.",
        )
    return document


def first_problem(error: ValidationError) -> SettingError:
    """The first of pydantic's complaints as one sentence with its place."""
    return problems(error)[0]


def problems(error: ValidationError) -> list[SettingError]:
    """pydantic's complaints as SettingErrors, in the order of the document, one for each place."""
    found: dict[str, SettingError] = {}
    for item in error.errors(include_url=False):
        problem = _problem(item)
        found.setdefault(problem.where, problem)
    return list(found.values())


def _problem(item: Any) -> SettingError:
    # Where a field may be one of several types, pydantic adds the type to the place.
    place = [str(part) for part in item["loc"] if not _TYPE_IN_PLACE.match(str(part))]
    name = place[-1][:60].replace("_", " ").capitalize() if place else "The recipe"
    return SettingError(f"{name} {wants(item)}.", where=".".join(place))


def _is_short(given: Any) -> bool:
    if isinstance(given, str):
        return len(given) < 38
    # Python refuses to write whole numbers of thousands of digits.
    return isinstance(given, float) or (isinstance(given, int) and abs(given) < 10**30)


def _figure(bound: float) -> str:
    return f"{int(bound) if bound == int(bound) else bound:,}"


def wants(item: Any) -> str:
    """What pydantic's complaint asks for, as the end of a sentence: "must be 1 or more"."""
    context = item.get("ctx", {})
    given = item.get("input")
    shown = f", not {given!r}" if _is_short(given) else ""
    match item["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a setting that Strata knows"
        case "greater_than_equal":
            return f"must be {_figure(context['ge'])} or more{shown}"
        case "greater_than":
            return f"must be more than {_figure(context['gt'])}{shown}"
        case "less_than_equal":
            return f"must be {_figure(context['le'])} or less{shown}"
        case "less_than":
            return f"must be less than {_figure(context['lt'])}{shown}"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return f"must be a whole number{shown}"
        case "float_type" | "float_parsing" | "finite_number":
            return f"must be a number{shown}"
        case "bool_type" | "bool_parsing":
            return f"must be on or off{shown}"
        case "string_type":
            return f"must be a text{shown}"
        case "literal_error":
            return f"must be {context['expected']}{shown}"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "must be an object with settings"
        case "list_type":
            return "must be a list"
        case "string_too_long":
            return f"must have at most {context['max_length']} characters"
        case "string_pattern_mismatch":
            return f"is nothing that Strata knows{shown}"
        case "value_error":
            return str(context["error"])
        case _:
            return f"is not allowed: {item['msg'].lower()}"
