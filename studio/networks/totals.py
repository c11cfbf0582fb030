"""What a draft costs, in words: parameters, arithmetic, size, memory and time, before anything is queued."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import ValidationError

from studio.datasets.words import megabytes
from training.devices import may_have_gpu
from training.errors import SettingError
from training.estimate import training_bytes
from training.network import Checked
from training.optimizers import optimizer_of
from training.recipe import Named

NOTHING = "–"
# What a step took in plain PyTorch on one CPU core and on a data-centre GPU: seconds for calling it and
# each layer, and multiplications with additions a second. Right to a factor of two or three.
PACE = {"cpu": (2e-4, 6e-5, 3e10), "cuda": (2e-4, 8e-5, 8e12), "mps": (5e-4, 1e-4, 1e12)}
FLOPS_OF_A_STEP = 6  # a multiply-add is two; forwards once, backwards twice


class Totals:
    """The totals of one draft. ``rows``: of the table."""

    def __init__(self, draft: dict[str, Any], checked: Checked, rows: int) -> None:
        self.draft, self.checked, self.rows = draft, checked, rows
        self.known = checked.totals
        self.whole: bool = self.known["whole"]
        self.about: bool = self.known["about"]

    @property
    def parameters(self) -> str:
        return f"{self.known['parameters']:,}"

    @property
    def frozen(self) -> str:
        """How many of the parameters training does not change; empty where it changes all."""
        return f"{self.known['frozen']:,}" if self.known["frozen"] else ""

    @property
    def multiply_adds(self) -> str:
        return f"{self.known['multiply_adds']:,}" if self.whole else NOTHING

    @property
    def model_size(self) -> str:
        return megabytes(self.known["model_bytes"]) if self.whole else NOTHING

    @property
    def memory(self) -> str:
        """What training needs beside the data, as far as the settings allow to tell."""
        size = min(self.batch_size, max(1, self.training_rows))
        try:
            optimizer = optimizer_of(Named.model_validate(self.draft["fit"].get("optimizer")))
        except (ValidationError, SettingError):
            return NOTHING
        return (
            megabytes(training_bytes(self.checked, size, optimizer)) if self.checked.ok and size else NOTHING
        )

    @cached_property
    def batch_size(self) -> int:
        return _count(self.draft["fit"].get("batch_size"))

    @property
    def steps_per_epoch(self) -> int:
        """0 where the batch size is no number yet."""
        return math.ceil(self.training_rows / self.batch_size) if self.batch_size else 0

    @property
    def steps(self) -> str:
        """How long a run is at most, in words."""
        steps = self.most_steps
        return ngettext("at most %(n)s step", "at most %(n)s steps", steps) % {"n": f"{steps:,}"}

    @property
    def most_steps(self) -> int:
        fit = self.draft["fit"]
        epochs = _count(fit.get("epochs"))
        return epochs * self.steps_per_epoch if epochs else _count(fit.get("steps"))

    @property
    def epoch_time(self) -> str:
        return _spoken(self.step_seconds * self.steps_per_epoch) if self._can_tell else NOTHING

    @property
    def longest_time(self) -> str:
        """Of a run that is not stopped early."""
        return _spoken(self.step_seconds * self.most_steps) if self._can_tell else NOTHING

    @property
    def _can_tell(self) -> bool:
        return self.checked.ok and self.steps_per_epoch > 0

    @property
    def device(self) -> str:
        """What a run is guessed to train on: ``"cpu"``, ``"cuda"`` or ``"mps"``."""
        chosen = str(self.draft["fit"].get("device", "auto")).partition(":")[0]
        return chosen if chosen in PACE else "cuda" if may_have_gpu() else "cpu"

    @property
    def epoch_title(self) -> str:
        return _("One epoch on the CPU") if self.device == "cpu" else _("One epoch on a GPU")

    @property
    def step_seconds(self) -> float:
        """A rough guess from the arithmetic of one batch."""
        calling, layer, flops = PACE[self.device]
        rows = min(self.batch_size, max(1, self.training_rows))
        arithmetic = FLOPS_OF_A_STEP * self.known["multiply_adds"] * rows / flops
        return calling + layer * len(self.checked.steps) + arithmetic

    @cached_property
    def training_rows(self) -> int:
        """About how many rows train; the rest validates and tests."""
        split = self.draft["data"].get("split", {})
        shares = [split.get(name, 0.15) for name in ("validation", "test")]
        kept = sum(share for share in shares if isinstance(share, float) and 0 < share < 1)
        return round(self.rows * max(0.0, 1 - kept))


def _spoken(seconds: float) -> str:
    """ "about 3 s", "about 20 min": one figure, because it is a guess."""
    if seconds < 1:
        return _("under 1 s")
    units = ((_("s"), 1), (_("min"), 60), (_("h"), 3_600))
    unit, size = next((each for each in units if seconds < 90 * each[1]), units[-1])
    rounded = float(f"{seconds / size:.1g}") if seconds / size >= 1 else 1.0
    return _("about %(n)s %(unit)s") % {"n": f"{rounded:,.0f}", "unit": unit}


def _count(value: Any) -> int:
    return value if type(value) is int and 0 < value < 10**12 else 0
