"""A full disk, in words: how much is needed, how much is free."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from training.errors import EngineError
from training.words import megabytes

# The last one is a file's own limit, which people meet as the same thing.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: OSError) -> bool:
    """Whether the disk did not take what was written."""
    return error.errno in _FULL


def disk_full(what: str, folder: Path, *, needed: int, hint: str) -> EngineError:
    """An error with ``where`` "disk". what: "a checkpoint"; folder: where it goes; needed: bytes, about."""
    place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(place).free
    return EngineError(
        f"The disk of this server is full: {what} needs {megabytes(needed)}, {megabytes(free)} are free.",
        where="disk",
        hint=hint,
    )
