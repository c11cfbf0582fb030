"""What the builder's scripts say, so that it is translated where all other words are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

BUILDER = {
    "saving": _("Saving"),
    "saved_seconds": _("Saved {n} s ago"),
    "saved_minutes": _("Saved {n} min ago"),
    "retrying": _("Not saved, retrying"),
    "added": _("{name} added at position {position} of {count}."),
    "deleted": _("{name} deleted."),
    "moved": _("{name} moved to position {position} of {count}."),
    "edge": _("It cannot move further: inputs and output stay where they are."),
    "fits": _("All shapes fit."),
    "checked": _("Checked. Something else does not fit yet."),
    "next_problem": _("Done. There is another problem."),
    "undo": _("Undo"),
    "undone": _("Undone: {what}."),
    "redone": _("Done again: {what}."),
    "no_undo": _("There is nothing to undo."),
    "no_redo": _("There is nothing to redo."),
    "found": _("Layers found: {n}."),
    "copied": _("Copied."),
    "graph": _("Diagram of the network: {path}."),
}
