"""What reads a file: runs in a process of its own (studio.jobs), with no database."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from studio.datasets import files
from training.disk import disk_full, is_full

if TYPE_CHECKING:
    from studio.jobs.link import Link


def read(payload: dict[str, Any], link: Link) -> None:
    """Read payload["source"] into the stored file payload["table"] and send what it holds.

    Raises DataError when the file cannot be read, EngineError when the disk is full.
    """
    from training.table import ingest

    folder = files.new_folder()
    try:
        info = ingest(
            payload["source"],
            folder,
            file_name=payload["file_name"],
            reading=payload["reading"] or None,
            types=payload["types"] or None,
            limit_bytes=settings.UNPACKED_LIMIT_BYTES,
            progress=lambda share, text: link.send({"progress": {"share": share, "text": text}}),
        )
        files.adopt(folder / "table.parquet", payload["table"])
    except OSError as error:
        if not is_full(error):
            raise
        # A table is smaller than its text; beside it lies the draft that it is made of.
        size = Path(payload["source"]).stat().st_size
        hint = "Your file is kept. Free some space, then read it again."
        raise disk_full("reading the file", folder, needed=size, hint=hint) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    link.send({"info": info, "table": payload["table"]})
