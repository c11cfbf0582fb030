"""Every change of a draft: saved at once, under an optimistic lock, and kept for undo.

An edit names the revision that it was made on. Where somebody was faster, it is still applied when
both touched different things; otherwise the later one is told, and loses nothing but its place.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.networks import drafts
from studio.networks.models import Edit, Network
from training.errors import StrataError, UserError

STEPS_KEPT = 200


class Conflict(UserError):
    """The network was changed elsewhere since the page was drawn, and both changed the same thing."""

    status = 409


@transaction.atomic
def edit_network(
    user: User, network: Network, revision: int, edits: list[dict[str, Any]], *, token: str = ""
) -> Network:
    """Apply ``edits`` (see drafts.apply) as one step of the history, and save.

    Raises Conflict when ``revision`` is stale and the newer changes touch the same things, and
    UserError when an edit cannot be applied; then nothing is saved.
    """
    network = _locked(network)
    if token and network.edits.filter(token=token).exists():
        return network
    missed = _missed(network, revision)
    if missed & drafts.aims(edits):
        raise _changed_elsewhere()
    try:
        after = drafts.apply(network.draft, edits, network.dataset_version.info)
    except StrataError as error:
        if missed:
            raise _changed_elsewhere() from error
        raise
    return _record(network, user, after, label=drafts.label(edits), token=token)


@transaction.atomic
def put_draft(user: User, network: Network, revision: int, document: Any) -> Network:
    """Replace the whole draft. Raises Conflict when ``revision`` is stale, UserError for no draft at all."""
    network = _locked(network)
    if revision != network.revision:
        raise _changed_elsewhere()
    after = drafts.parsed(document, network.dataset_version_id)
    return _record(network, user, after, label=_("Replaced the whole network"))


@transaction.atomic
def replace_draft(user: User, network: Network, document: Any, *, label: str) -> Network:
    """Replace the whole draft of now, whatever its revision: what it was is one undo away."""
    network = _locked(network)
    after = drafts.parsed(document, network.dataset_version_id)
    return _record(network, user, after, label=label)


@transaction.atomic
def undo(user: User, network: Network, revision: int) -> Network:
    """Take back the last edit. Raises Conflict when it is not the one that the page knows."""
    return _step(network, revision, back=True)


@transaction.atomic
def redo(user: User, network: Network, revision: int) -> Network:
    """Do again what undo took back."""
    return _step(network, revision, back=False)


def _step(network: Network, revision: int, *, back: bool) -> Network:
    network = _locked(network)
    if revision != network.revision:
        raise _changed_elsewhere()
    edit = network.edits.filter(number=network.position if back else network.position + 1).first()
    if edit is None:
        raise UserError(_("There is nothing to undo.") if back else _("There is nothing to redo."))
    network.draft = edit.before if back else edit.after
    network.position += -1 if back else 1
    return _saved(network)


def steps(network: Network) -> tuple[str, str]:
    """The labels of the edits that undo and redo would act on; empty where there is none."""
    around = (network.position, network.position + 1)
    labels = dict(network.edits.filter(number__in=around).values_list("number", "label"))
    return labels.get(around[0], ""), labels.get(around[1], "")


def _locked(network: Network) -> Network:
    row = Network.objects.select_for_update().get(pk=network.pk)
    if row.dataset_version_id == network.dataset_version_id:
        row.dataset_version = network.dataset_version  # its profile may be large: not read twice
    return row


def _missed(network: Network, revision: int) -> set[str]:
    """What changed between ``revision`` and now; raises Conflict where the history does not say."""
    if revision == network.revision:
        return set()
    since = network.edits.filter(revision__gt=revision, number__lte=network.position)
    newer = list(since.only("before", "after"))
    if revision > network.revision or len(newer) != network.revision - revision:
        raise _changed_elsewhere()
    return set().union(*(drafts.touched(edit.before, edit.after) for edit in newer))


def _record(network: Network, user: User, after: dict[str, Any], *, label: str, token: str = "") -> Network:
    if after == network.draft:
        return network
    number = network.position + 1
    network.edits.filter(number__gte=number).delete()
    Edit.objects.create(
        network=network,
        number=number,
        revision=network.revision + 1,
        token=token,
        label=label[:200],
        before=network.draft,
        after=after,
        made_by=user,
    )
    network.edits.filter(number__lte=number - STEPS_KEPT).delete()
    network.draft = after
    network.position = number
    return _saved(network)


def _saved(network: Network) -> Network:
    network.revision += 1
    network.save(update_fields=["draft", "position", "revision", "updated_at"])
    return network


def _changed_elsewhere() -> Conflict:
    return Conflict(
        _("This network was changed elsewhere in the meantime, in the same place."),
        hint=_("The newer state is shown now. Make your change again if it is still wanted."),
    )
