"""The words that the run page's scripts say, translated here; ``{name}`` is filled in by them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from studio.runs.chips import CHIPS


def words() -> dict[str, str]:
    return {
        **{f"state_{state}": str(word) for state, (_class, _icon, word) in CHIPS.items()},
        "saving": _("Saving"),
        "stopping": _("Stopping"),
        "discarding": _("Discarding"),
        "epoch": _("Epoch"),
        "epoch_of": _("Epoch {epoch}"),
        "of_epochs": _("of {epochs}"),
        "no_epoch": _("First epoch"),
        "waits": _("Waits for a worker"),
        "next": _("Next in the queue"),
        "place": _("Place {place} in the queue"),
        "waits_why": _("It starts by itself as soon as a device is free."),
        "so_far": _("{time} trained so far"),
        "trained": _("{time} of training"),
        "left": _("about {time} left"),
        "ended_at": _("ended at {time}"),
        "sooner": _("Ends sooner, at epoch {end}, if epoch {best} stays the best."),
        "not_run": _("{epochs} epochs not run."),
        "at_epoch": _("at the best epoch, {epoch}"),
        "now": _("now {value}"),
        "last": _("at the end {value}"),
        "per_epoch": _("{time} per epoch"),
        "rows_per_second": _("rows/s"),
        "memory": _("{memory} of memory"),
        "best_line": _("Best, epoch {epoch}"),
        "new_best": _("New best at epoch {epoch}: {metrics}."),
        "loss": _("loss"),
        "queued": _("Queued."),
        "started": _(
            "Started on {device}. {parameters} parameters, {training} training and {validation} "
            "validation rows."
        ),
        "resumed": _("Going on from epoch {epoch}."),
        "resumed_start": _("Starting again from the beginning."),
        "paused": _("Paused after epoch {epoch}. Everything is saved."),
        "stopped": _("Stopped at epoch {epoch}. The weights of epoch {best} are kept."),
        "finished": _("Finished after epoch {epoch}. The weights of epoch {best} are kept."),
        "kept_loss": _("Validation loss {loss}."),
        "train": _("Train"),
        "validation": _("Validation"),
        "raw": _("Train, each block of steps"),
        "chart": _(
            "{title} per epoch. Training {training}, validation {validation} at epoch {epoch}; "
            "best epoch {best}."
        ),
        "chart_empty": _("{title} per epoch. Nothing to show yet."),
        "speed_chart": _("Speed over the last minutes, now {value} rows per second."),
        "memory_chart": _("Memory over the last minutes, now {value}."),
        "log_why": _("Not with values of zero or less."),
        "lost": _("Live updates paused. The connection was lost {seconds} s ago. Training goes on."),
        "again": _("Trying again in {seconds} s."),
        "trying": _("Trying now."),
        "reload": _("Reload the page to continue."),
        "gone": _("You can no longer see this run. Sign in again, or ask a member of its project."),
        "hours": _("{n} h"),
        "minutes": _("{n} min"),
        "seconds": _("{n} s"),
        "milliseconds": _("{n} ms"),
        "of_total": _("{shown}/{total}"),
    }
