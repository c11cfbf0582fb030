"""What people do with whole networks: make, copy, rename, import and delete them."""

from __future__ import annotations

import json
import re
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from studio.accounts.models import User
from studio.datasets.models import DatasetVersion
from studio.jobs import devices
from studio.networks import drafts
from studio.networks.models import Network
from training import start
from training.errors import DataError, RecipeError, SettingError, StrataError
from training.network import Checked

NAME_LENGTH = 120
FILE_ENDING = re.compile(r"\.(csv|tsv|txt)$", re.IGNORECASE)


def visible_network(user: User, pk: int) -> Network:
    """The network with its dataset version; Http404 when it is in none of the user's projects."""
    rows = Network.objects.visible_to(user).select_related("dataset_version__dataset")
    return get_object_or_404(rows, pk=pk)


def visible_version(user: User, pk: int) -> DatasetVersion:
    """The dataset version; Http404 when it is in none of the user's projects."""
    rows = DatasetVersion.objects.visible_to(user).select_related("dataset")
    return get_object_or_404(rows, pk=pk)


def problems_of(
    draft: dict[str, Any], info: dict[str, Any], *, judged: Checked | None = None
) -> list[StrataError]:
    """Everything that keeps a draft from training here, the machine's memory included.

    judged: its network as checked, where that is known already.
    """
    memory = devices.memory_of(str(draft["fit"].get("device", "auto")))
    return start.problems_of(draft, info, memory_bytes=memory, judged=judged)


def create_network(user: User, version: DatasetVersion, *, name: str = "") -> Network:
    """A network with a sensible start for this data. Raises DataError while the data is not ready."""
    _check_ready(version)
    draft = start.draft(version.described, dataset_version=version.pk)
    return _create(user, version, draft, name or _fresh_name(version))


def import_network(user: User, version: DatasetVersion, text: str | bytes, *, name: str = "") -> Network:
    """A network from an exported one's JSON, on ``version``. Raises UserError when it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise RecipeError(
            _("This is not a network: it is no JSON."), hint=_("Export a network to see the format.")
        ) from None
    return network_of(user, version, document, name=name)


def network_of(user: User, version: DatasetVersion, document: Any, *, name: str = "") -> Network:
    """A network with this recipe, on ``version``. Raises UserError when it is no recipe at all."""
    _check_ready(version)
    return _create(user, version, drafts.parsed(document, version.pk), name or _fresh_name(version))


def duplicate_network(user: User, network: Network) -> Network:
    """A copy with a history of its own."""
    name = _("%(name)s, copy") % {"name": network.name[: NAME_LENGTH - 10]}
    return _create(user, network.dataset_version, network.draft, name)


def rename_network(network: Network, name: str) -> Network:
    """Raises SettingError when ``name`` is empty or too long."""
    network.name = checked_name(name)
    network.save(update_fields=["name"])
    return network


@transaction.atomic
def delete_network(network: Network) -> None:
    """Delete the draft and its history; runs that were started from it stay."""
    network.delete()


def _create(user: User, version: DatasetVersion, draft: dict[str, Any], name: str) -> Network:
    return Network.objects.create(
        project=version.dataset.project,
        dataset_version=version,
        name=checked_name(name),
        draft=draft,
        created_by=user,
    )


def _check_ready(version: DatasetVersion) -> None:
    if not version.is_ready:
        raise DataError(
            _("“%(name)s” cannot be used yet: it is not read.") % {"name": version.dataset.name},
            hint=_("Open the dataset to see how far it is, or why it could not be read."),
        )


def _fresh_name(version: DatasetVersion) -> str:
    """The dataset's name without a file's ending, and the next number that is free: "Churn 3"."""
    stem = FILE_ENDING.sub("", version.dataset.name)[: NAME_LENGTH - 10]
    taken = set(
        Network.objects.filter(project=version.dataset.project, name__startswith=stem).values_list(
            "name", flat=True
        )
    )
    return next(name for number in range(1, len(taken) + 2) if (name := f"{stem} {number}") not in taken)


def checked_name(name: str, of: str = "") -> str:
    """The name on one line. Raises SettingError when it is empty or too long; ``of``: "A network"."""
    of = of or _("A network")
    if not isinstance(name, str) or "\0" in name:
        raise SettingError(_("%(thing)s needs a name that is a text.") % {"thing": of}, where="name")
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise SettingError(
            _("%(thing)s needs a name of 1 to %(limit)s characters.") % {"thing": of, "limit": NAME_LENGTH},
            where="name",
        )
    return name
