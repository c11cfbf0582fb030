"""What the builder's scripts say, so that it is translated where all other words are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

BUILDER = {
    "saving": _("Saving"),
    "saved_seconds": _("Saved {n} s ago"),
    "saved_minutes": _("Saved {n} min ago"),
    "retrying": _("Not saved, retrying"),
    "added": _("{name} added at position {position} of {count}."),
    "opened": _("{name} opened: {count} layers stand in its place."),
    "deleted": _("{name} deleted."),
    "deleted_all": _("{count} layers deleted."),
    "moved_all": _("{layers} layers moved to position {position} of {count}."),
    "chosen": _("Layers chosen: {count}"),
    "copied_layers": _("Layers copied: {count}. They can be pasted into this or another network."),
    "pasted": _("Layers added at position {position}: {count}."),
    "no_layers": _("The clipboard holds no layers. Copy some in a network first."),
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
