"""The fit part: objective, optimizer, schedule, and how long and how exactly training goes on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from training.recipe.part import Part


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
