"""Named snapshots of a network: keep its draft under a name, and go back to it as one undoable step."""

from __future__ import annotations

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.networks import history, services
from studio.networks.models import Network, Snapshot
from training.errors import UserError

MOST = 100


@transaction.atomic
def take(user: User, network: Network, name: str) -> Snapshot:
    """Keep the draft of now. Raises UserError for a name that is none, and when there are too many."""
    name = services.checked_name(name, _("A snapshot"))
    if network.snapshots.count() >= MOST:
        raise UserError(
            _("This network has %(most)s snapshots, which are the most that are kept.") % {"most": MOST},
            hint=_("Delete one that is no longer needed."),
        )
    network.refresh_from_db(fields=["draft"])
    return Snapshot.objects.create(network=network, name=name, draft=network.draft, made_by=user)


def snapshot_of(network: Network, pk: int) -> Snapshot:
    """One snapshot of this network; Http404 for any other."""
    return get_object_or_404(network.snapshots, pk=pk)


def restore(user: User, network: Network, snapshot: Snapshot) -> Network:
    """Make the snapshot the draft again, as one step of the history that undo takes back.

    The network stays on its dataset version, whichever it was when the snapshot was taken.
    """
    label = _("Back to “%(name)s”") % {"name": snapshot.name}
    return history.replace_draft(user, network, snapshot.draft, label=label)
