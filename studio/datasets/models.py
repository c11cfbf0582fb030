"""Datasets (a name) and their versions (a file, and what was read from it)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from studio.accounts.models import InProject, Project, User
from studio.datasets import files
from studio.datasets.proposals import fitted
from studio.jobs import queue as jobs
from studio.jobs.models import Job, Outcome


class Dataset(models.Model):
    """A name under which versions of a file are kept."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(_("name"), max_length=200)
    sample = models.CharField(max_length=60, blank=True, default="")  # key of the sample it came from
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InProject.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def newest(self) -> DatasetVersion:
        return self.versions.order_by("-number").first()

    @property
    def stored_bytes(self) -> int:
        """What its versions take on the disk: their tables and files, one that several read counts once."""
        pairs = self.versions.order_by().values_list("raw", "table")
        return sum(files.size(name) for name in {name for pair in pairs for name in pair})


class VersionQuerySet(InProject):
    path = "dataset__project"


USER_KINDS = ("UserError", "DataError", "SettingError")  # of training.errors: the file is at fault


class DatasetVersion(Job):
    """One uploaded file as it was read: the job is reading it.

    state ``done`` and not ``unreadable`` means ready. ``raw`` and ``table`` are storage names
    that the server made; ``file_name`` is what the user called it, and only ever shown.
    ``info`` is what training.table.ingest answered (columns, profile, preview, findings,
    proposal). Changing a type or reading setting derives a new version of the same raw file.
    """

    entry = "studio.datasets.child:read"
    queue = "ingest"

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    file_name = models.CharField(max_length=300)
    raw = models.CharField(max_length=200)
    raw_deleted_at = models.DateTimeField(null=True, blank=True)  # the table stays
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    reading = models.JSONField(default=dict, blank=True)  # what the user fixed; {} = guess
    types = models.JSONField(default=dict, blank=True)  # column -> type the user fixed
    unreadable = models.BooleanField(default=False)
    table = models.CharField(max_length=200, blank=True, default="")
    rows = models.BigIntegerField(null=True)
    info = models.JSONField(default=dict, blank=True)
    # What is proposed to networks: info's own proposal, until somebody chooses otherwise.
    proposal = models.JSONField(default=dict, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="one_version_number")]

    def __str__(self) -> str:
        return f"{self.dataset.name} v{self.number}"

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.DONE and not self.unreadable

    @property
    def status(self) -> str:
        """Its state as people and programs outside see it: the job's, or what reading yielded."""
        if self.state == self.State.DONE:
            return "unreadable" if self.unreadable else "ready"
        return self.state

    @property
    def described(self) -> dict:
        """``info`` with the proposal that people left: what a network starts from."""
        return {**self.info, "proposal": self.proposal or self.info.get("proposal", {})}

    @property
    def table_bytes(self) -> int:
        """What its table takes on the disk, beside the uploaded file."""
        return files.size(self.table)

    def table_name(self, attempt: int) -> str:
        """Where an attempt puts its table; attempts never share a file."""
        return f"tables/{self.raw.rsplit('/', 1)[-1]}-{self.pk}-{attempt}.parquet"

    def stored_names(self) -> set[str]:
        """Every file that this version may have in storage."""
        return {self.raw, *(self.table_name(attempt) for attempt in range(1, self.attempt + 1))}

    def payload(self) -> dict[str, Any]:
        files.sweep()
        return {
            "source": files.local(self.raw),
            "file_name": self.file_name,
            "reading": self.reading,
            "types": self.types,
            "table": self.table_name(self.attempt),
        }

    def on_messages(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            if "info" in message:
                self._keep(message["info"], message["table"])
        progress = [message["progress"] for message in messages if "progress" in message]
        if progress:
            jobs.write(self, progress=progress[-1])

    def _keep(self, info: dict[str, Any], table: str) -> None:
        files.remove(*(self.table_name(attempt) for attempt in range(1, self.attempt)))
        try:
            jobs.write(self, info=info, rows=info["rows"], table=table, proposal=fitted(info, self.proposal))
        except jobs.LeaseLost:  # somebody else reads it now, or it was deleted
            files.remove(table)
            raise

    def on_end(self, outcome: Outcome) -> dict[str, Any]:
        fields = super().on_end(outcome)
        if outcome.error and outcome.error["kind"] in USER_KINDS:
            fields |= {"state": self.State.DONE, "unreadable": True}
        return fields
