"""Where files lie: in Django's storage, under names that the server makes.

A file is written once and never changed; what people call it is only ever a value in a row.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage


def new_name(kind: str, suffix: str = "") -> str:
    """A fresh storage name: ``new_name("tables", ".parquet")`` -> "tables/3f…e1.parquet"."""
    return f"{kind}/{uuid.uuid4().hex}{suffix}"


def incoming() -> Path:
    """The folder for files that are not whole yet, on the same disk as the storage."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_folder() -> Path:
    """An empty folder of its own for a process to write in."""
    folder = incoming() / uuid.uuid4().hex
    folder.mkdir()
    return folder


def local(name: str) -> Path:
    """A local path with the content of a stored file; a copy where the storage is remote."""
    if isinstance(default_storage, FileSystemStorage):
        return Path(default_storage.path(name))
    copy = Path(settings.DATA_DIR) / "copies" / name
    if not copy.exists():  # what is stored never changes, so a copy stays right
        copy.parent.mkdir(parents=True, exist_ok=True)
        part = copy.with_name(f"{copy.name}.{uuid.uuid4().hex}")
        with default_storage.open(name) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target)
        part.replace(copy)
    return copy


def adopt(path: Path, name: str) -> None:
    """Move a whole local file into the storage under ``name``: on one disk, a rename."""
    sync(path)
    if isinstance(default_storage, FileSystemStorage):
        target = Path(default_storage.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        sync(target.parent)
        return
    with path.open("rb") as file:
        default_storage.save(name, File(file))
    path.unlink()


def size(name: str) -> int:
    """Bytes of a stored file; 0 for one that is not there."""
    try:
        return default_storage.size(name) if name else 0
    except FileNotFoundError:
        return 0


def remove(*names: str) -> None:
    """Delete stored files; one that is not there is no error."""
    for name in filter(None, names):
        default_storage.delete(name)


def sweep(older_than: float = 3_600.0) -> None:
    """Delete what interrupted uploads and readings left behind, untouched for that many seconds."""
    before = time.time() - older_than
    for left in incoming().iterdir():
        try:
            parts = [left, *left.rglob("*")] if left.is_dir() else [left]
            if max(part.stat().st_mtime for part in parts) > before:
                continue
        except FileNotFoundError:  # its owner was faster
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have the disk take what was written: before a row says that it is there."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def free_bytes() -> int:
    """What the disk of the storage still takes."""
    return shutil.disk_usage(incoming()).free
