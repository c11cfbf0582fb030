"""What people do with datasets: upload, read anew, rename, delete.

Nothing here overwrites a raw file or a table: every change of how a file is read is a new version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.accounts.models import Project, User
from studio.datasets import files, findings, proposals
from studio.datasets.intake import Upload, shown_name
from studio.datasets.models import Dataset, DatasetVersion
from studio.datasets.room import check_room
from studio.jobs.doorbell import ring
from training.errors import SettingError, UserError
from training.table.reading import check


class InUse(UserError):
    """Something else still needs it."""

    status = 409


class RawDeleted(UserError):
    """The uploaded file was deleted, at somebody's wish."""

    status = 409


def create_dataset(
    *, user: User | None, project: Project, upload: Upload, name: str = "", sample: str = "", target: str = ""
) -> DatasetVersion:
    """A new dataset of an uploaded file; its first version is queued for reading.

    sample: the key of the sample that it comes from; target: the column to propose, if it is there.
    """
    check_room(project, upload.size)
    fields = {"project": project, "name": _name(name or shown_name(upload.name)), "sample": sample}
    proposal = {"target": target, "roles": {}} if target else {}
    return _kept(upload, lambda: Dataset.objects.create(created_by=user, **fields), proposal=proposal)


def add_version(*, dataset: Dataset, upload: Upload) -> DatasetVersion:
    """A new file for a dataset, as its newest version; older ones stay as they are."""
    check_room(dataset.project, upload.size)
    newest = dataset.newest
    return _kept(upload, lambda: dataset, proposal=_chosen(newest) if newest else {})


def reread(
    *, version: DatasetVersion, reading: dict[str, Any] | None = None, types: dict[str, str] | None = None
) -> DatasetVersion:
    """The same raw file read differently, as a new version.

    reading, types: what is fixed from now on (None: as in ``version``); {} leaves all to guessing.
    Raises DataError for a setting that cannot be, SettingError when it is read this way already.
    """
    reading = version.reading if reading is None else reading
    types = version.types if types is None else types
    check_raw(version)
    check(reading)
    if (reading, types) == (version.reading, version.types):
        raise SettingError(
            _("The file is already read this way."),
            where="reading",
            hint=_("Change a setting or a type first."),
        )
    with transaction.atomic():
        return _queue(
            version.dataset,
            file_name=version.file_name,
            raw=version.raw,
            sha256=version.sha256,
            size_bytes=version.size_bytes,
            reading=reading,
            types=types,
            proposal=_chosen(version),
        )


def check_raw(version: DatasetVersion) -> None:
    """Raises RawDeleted when the uploaded file is not there any more."""
    if version.raw_deleted_at is not None:
        raise RawDeleted(
            _("The uploaded file of “%(name)s” was deleted; only its table is kept.")
            % {"name": version.dataset.name},
            where="file",
            hint=_("Upload the file again: that makes a new version."),
        )


def delete_raw(*, version: DatasetVersion) -> None:
    """Delete the uploaded file for good, for all versions that were read from it; their tables stay.

    Raises RawDeleted when it is deleted already, InUse while a version is still being read from it.
    """
    check_raw(version)
    with transaction.atomic():
        rows = DatasetVersion.objects.select_for_update().filter(raw=version.raw)
        if any(not row.is_ready for row in rows.only("state", "unreadable")):
            raise InUse(
                _("A version of this file has no table yet."),
                where="file",
                hint=_("Wait until it is read. Without a table, delete the dataset instead."),
            )
        version.raw_deleted_at = timezone.now()
        rows.update(raw_deleted_at=version.raw_deleted_at)
        transaction.on_commit(lambda: files.remove(version.raw))


def read_again(*, version: DatasetVersion) -> None:
    """Queue a version whose reading failed on our side (a lost worker, a full disk) once more."""
    state = DatasetVersion.State
    with transaction.atomic():
        changed = DatasetVersion.objects.filter(pk=version.pk, state=state.FAILED).update(
            state=state.QUEUED,
            losses=0,
            message="",
            hint="",
            progress={},
            queued_at=timezone.now(),
            ended_at=None,
        )
        if not changed:
            raise SettingError(_("This version is not one that failed."), where="version")
        transaction.on_commit(partial(ring, DatasetVersion))


def set_target(*, version: DatasetVersion, target: str) -> None:
    """Predict another column (or none yet: ""); every other column keeps its role."""
    _propose(version, lambda proposal: proposals.retargeted(version.info, proposal, target))


def set_role(*, version: DatasetVersion, column: str, role: str) -> None:
    """Give a column a role; making it the target takes that from the column that has it."""
    _propose(version, lambda proposal: proposals.with_role(version.info, proposal, column, role))


def set_task(*, version: DatasetVersion, task: str) -> None:
    """Say which kind of answer is wanted for the target."""
    _propose(version, lambda proposal: proposals.with_task(proposal, task))


def set_remedy(*, version: DatasetVersion, finding: str, act: str) -> None:
    """Take a finding's remedy ("take") or take it back ("undo"), hide the finding ("dismiss") or show it
    again ("restore"). finding: its key. Raises SettingError for a finding or an act that there is not."""

    def changed(proposal: dict[str, Any]) -> dict[str, Any]:
        found = findings.findings_of(version.info, proposal)
        one = next((each for each in found if each.key == finding), None)
        if one is None or act not in ("take", "undo", "dismiss", "restore"):
            raise SettingError(_("There is no such finding."), where="finding")
        if act in ("dismiss", "restore"):
            return proposals.with_dismissed(proposal, finding, act == "dismiss")
        if not one.remedy:
            raise SettingError(_("This finding has no remedy."), where="finding")
        change = proposals.with_remedy if act == "take" else proposals.without_remedy
        return change(version.info, proposal, one.column, one.remedy)

    _propose(version, changed)


def drop_step(*, version: DatasetVersion, place: int) -> None:
    """Take a step out of the preparation that new networks start with."""
    _propose(version, lambda proposal: proposals.without_step(proposal, place))


def rename(*, dataset: Dataset, name: str) -> None:
    dataset.name = _name(name)
    dataset.save(update_fields=["name"])


def delete_dataset(*, dataset: Dataset) -> None:
    """Delete a dataset with all its versions and files. Raises InUse when networks or runs need it."""
    names = {name for version in dataset.versions.defer("info") for name in version.stored_names()}
    try:
        with transaction.atomic():
            dataset.delete()
            transaction.on_commit(lambda: files.remove(*names))
    except ProtectedError as error:
        raise InUse(
            _("%(name)s is needed by %(users)s.")
            % {"name": dataset.name, "users": _users(error.protected_objects)},
            where="dataset",
            hint=_("Delete those first. Nothing was deleted."),
        ) from None


def _propose(version: DatasetVersion, changed: Callable[[dict], dict]) -> None:
    """Store what ``changed`` makes of the proposal as it stands now, not as this page saw it."""
    if not version.is_ready:
        raise SettingError(
            _("This version has no table yet."),
            where="version",
            hint=_("Wait until the file is read, or change how it is read."),
        )
    with transaction.atomic():
        row = DatasetVersion.objects.select_for_update().only("proposal").get(pk=version.pk)
        version.proposal = changed(row.proposal or version.info["proposal"])
        DatasetVersion.objects.filter(pk=version.pk).update(proposal=version.proposal)


def _chosen(version: DatasetVersion) -> dict[str, Any]:
    """What people chose as target and roles; {} while they left all as it was proposed."""
    return version.proposal if version.proposal != version.info.get("proposal") else {}


def _users(rows) -> str:
    """ "2 networks and 1 run", of rows that stand in the way."""
    counts = Counter(row._meta.model_name for row in rows)
    parts = []
    if counts["network"]:
        parts.append(ngettext("%d network", "%d networks", counts["network"]) % counts["network"])
    if counts["run"]:
        parts.append(ngettext("%d run", "%d runs", counts["run"]) % counts["run"])
    return _(" and ").join(parts)


def _name(name: str) -> str:
    name = "".join(ch for ch in name if ch.isprintable()).strip()[:200]
    if not name:
        raise SettingError(_("A dataset needs a name."), where="name", hint=_("Type one."))
    return name


def _kept(upload: Upload, dataset_of: Callable[[], Dataset], **fields: Any) -> DatasetVersion:
    """Keep the file, then write the rows; without rows, without the file."""
    raw = files.new_name("raw")
    upload.keep(raw)
    try:
        with transaction.atomic():
            return _queue(
                dataset_of(),
                file_name=shown_name(upload.name),
                raw=raw,
                sha256=upload.sha256,
                size_bytes=upload.size,
                **fields,
            )
    except BaseException:
        files.remove(raw)
        raise


def _queue(dataset: Dataset, **fields: Any) -> DatasetVersion:
    """A version with the next number, queued. Called inside a transaction."""
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    newest = dataset.versions.aggregate(newest=Max("number"))["newest"] or 0
    version = DatasetVersion.objects.create(dataset=dataset, number=newest + 1, **fields)
    transaction.on_commit(partial(ring, DatasetVersion))
    return version
