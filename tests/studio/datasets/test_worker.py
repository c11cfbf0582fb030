"""Reading by the real worker, in a process of its own."""

from __future__ import annotations

from studio.datasets.models import DatasetVersion
from tests.studio.processes import eventually


def test_uploads_are_read_by_the_worker_each_to_its_own_end(worker, upload):
    good, bad = upload(), upload(b"%PDF-1.7\n" + bytes(2_000), "report.csv")

    def done(version: DatasetVersion) -> DatasetVersion | None:
        version.refresh_from_db()
        return version if version.is_over else None

    assert eventually(lambda: done(good), what="reading the table").status == "ready"
    assert (good.rows, good.proposal["target"]) == (200, "churned")
    assert eventually(lambda: done(bad), what="reading the document").status == "unreadable"
    assert bad.message == "This is a PDF document, not a CSV file."
    assert (good.attempt, good.losses, bad.attempt, bad.losses) == (1, 0, 1, 0)
