"""How the state of a run is shown: class, icon and word, never by colour alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from studio.runs.models import Run

State = Run.State
CHIPS = {
    State.QUEUED: ("", "queue", _("Queued")),
    State.RUNNING: ("chip-accent chip-live", "sync", _("Training")),
    State.DONE: ("chip-ok", "ok", _("Finished")),
    State.PAUSED: ("chip-warn", "clock", _("Paused")),
    State.STOPPED: ("chip-ok", "stop-best", _("Stopped, best kept")),
    State.FAILED: ("chip-bad", "error", _("Failed")),
    State.DISCARDED: ("", "trash", _("Discarded")),
}


def chip_of(run: Run) -> tuple[str, str, str]:
    return CHIPS[State(run.state)]
