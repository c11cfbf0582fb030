"""What reads a file: runs in a process of its own (studio.jobs), with no database."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from studio.datasets import files
from studio.datasets.intake import FULL
from training.errors import EngineError

if TYPE_CHECKING:
    from studio.jobs.link import Link


def read(payload: dict[str, Any], link: Link) -> None:
    """Read payload["source"] into the stored file payload["table"] and send what it holds.

    Raises DataError when the file cannot be read, EngineError when the disk is full.
    """
    from training.table import ingest

    link.section("step")
    folder = files.new_folder()
    try:
        info = ingest(
            payload["source"],
            folder,
            file_name=payload["file_name"],
            reading=payload["reading"] or None,
            types=payload["types"] or None,
            progress=lambda share, text: link.send({"progress": {"share": share, "text": text}}),
        )
        files.adopt(folder / "table.parquet", payload["table"])
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise EngineError(
            "The disk of this server is full: the file could not be read into a table.",
            hint="Your file is kept. Free some space, then read it again.",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    link.send({"info": info, "table": payload["table"]})
