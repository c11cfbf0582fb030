"""Uploads, and reading what was uploaded by the real entry, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from studio.datasets import child
from studio.datasets.models import DatasetVersion
from studio.jobs import queue
from studio.jobs.models import Outcome
from training.errors import StrataError

CHURN = b"customer,plan,age,churned\n" + b"".join(
    b"C-%03d,%s,%d,%s\n" % (row, (b"basic", b"plus")[row % 2], 20 + row % 50, (b"no", b"no", b"yes")[row % 3])
    for row in range(200)
)


class Messages:
    """A link that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def section(self, name: str) -> None:
        pass

    def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


def read_next() -> DatasetVersion | None:
    """Work on the next queued version as a worker does, without its processes."""
    job = queue.claim(DatasetVersion, "test")
    if job is None:
        return None
    link, outcome = Messages(), Outcome()
    try:
        child.read(job.payload(), link)
    except StrataError as error:
        outcome = Outcome(error=error.as_dict())
    job.on_messages(link.sent)
    queue.conclude(job, outcome)
    return DatasetVersion.objects.get(pk=job.pk)


@pytest.fixture
def upload(owner_client: Client) -> Callable[..., DatasetVersion]:
    """Uploads bytes as a file of some name and answers the version that came of it."""

    def send(content: bytes = CHURN, name: str = "churn.csv") -> DatasetVersion:
        answer = owner_client.post("/datasets/upload/", {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 302, answer.content.decode()
        return DatasetVersion.objects.latest("pk")

    return send


@pytest.fixture
def ready(upload) -> DatasetVersion:
    """The version of a small churn table, read."""
    upload()
    return read_next()


def kept_files() -> list[Path]:
    """Everything that lies in the storage."""
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def empty_storage() -> None:
    for path in kept_files():
        path.unlink()
