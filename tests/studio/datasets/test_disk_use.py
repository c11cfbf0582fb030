"""What versions take on the disk: said on the page, and given back by deleting."""

from __future__ import annotations

from studio.datasets import files, services
from training.words import megabytes

from .conftest import CHURN, kept_files, read_next
from .test_page import get


def test_the_page_says_what_the_file_and_its_table_take(owner_client, ready):
    page = get(owner_client, ready)

    assert f"<dd>{megabytes(len(CHURN))}</dd>" in page
    assert f"<dd>{megabytes(files.local(ready.table).stat().st_size)}</dd>" in page
    assert "All versions" not in page


def test_a_file_that_several_versions_read_counts_once(owner_client, ready):
    services.reread(version=ready, types={"age": "category"})
    second = read_next()

    assert ready.dataset.stored_bytes == sum(path.stat().st_size for path in kept_files())
    page = get(owner_client, second)
    assert "All versions" in page and f"<dd>{megabytes(ready.dataset.stored_bytes)}</dd>" in page
    assert "Version 1" in page and "Version 2" in page


def test_a_deleted_upload_takes_nothing_and_its_table_still_does(
    owner_client, ready, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_raw(version=ready)
    ready.refresh_from_db()

    assert ready.dataset.stored_bytes == ready.table_bytes > 0
    assert get(owner_client, ready)


def test_a_version_that_waits_or_failed_has_no_table_to_count(owner_client, upload):
    version = upload()

    assert version.table_bytes == 0 and version.dataset.stored_bytes == len(CHURN)
    assert "All versions" not in get(owner_client, version)
