"""The data part: which rows and columns, how they are prepared, split and encoded."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from training.recipe.part import Part

Task = Literal["binary", "multiclass", "multilabel", "regression", "forecast"]
Role = Literal["feature", "target", "identifier", "ignored", "group", "time"]
ColumnType = Literal["number", "yes/no", "category", "text", "date", "picture"]


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
