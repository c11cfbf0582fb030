"""Checkpoints: tensors as safetensors, all else as JSON; no crash costs the last good one.

A checkpoint called ``last`` is two files: ``last-000000000420.safetensors`` (the step) and
``last.json``, which names the first with its sha256 and carries a checksum of itself. Each is
written to a temporary file, flushed to the disk, read back and renamed; the JSON goes last, so
that it never names what is not there. The one before stays as ``last.previous.json``.

Failpoints for tests: ``STRATA_FAILPOINT=before_rename`` (or ``after_tensors``, ``after_previous``,
``after_json``) kills the process there.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from training.disk import disk_full, is_full
from training.errors import EngineError

FORMAT = 1


@dataclass(frozen=True)
class Checkpoint:
    """What was saved. meta: plain JSON, at least ``step`` and ``epoch``; tensors: by dotted name."""

    meta: dict[str, Any]
    tensors: dict[str, Tensor]

    def part(self, prefix: str) -> dict[str, Tensor]:
        """The tensors below a prefix: ``part("best")`` has ``best.fc.weight`` as ``fc.weight``."""
        start = prefix + "."
        return {name[len(start) :]: tensor for name, tensor in self.tensors.items() if name.startswith(start)}


@dataclass(frozen=True)
class Saved:
    """A checkpoint that is safely on disk: its file's name in the folder, and its size."""

    path: str
    bytes: int


def save(folder: Path, which: str, checkpoint: Checkpoint) -> Saved:
    """Write ``which`` ("best" or "last") so that at any moment a whole checkpoint can be read.

    Raises EngineError when the disk is full or answers back something else than was written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _save(folder, which, checkpoint)
    except OSError as error:
        if is_full(error):
            size = sum(tensor.nbytes for tensor in checkpoint.tensors.values())
            hint = "What was saved before is kept. Free some space, then resume the run."
            raise disk_full("a checkpoint", folder, needed=size, hint=hint) from error
        raise EngineError(
            f"A checkpoint could not be written: {error.strerror or error}.",
            where=f"checkpoint {which}",
            hint="The one before is kept. Look after the disk, then resume the run.",
        ) from error


def _save(folder: Path, which: str, checkpoint: Checkpoint) -> Saved:
    name = f"{which}-{checkpoint.meta['step']:012d}.safetensors"
    previous = folder / f"{which}.previous.json"
    current = folder / f"{which}.json"
    tensors = {key: tensor.detach().cpu().contiguous() for key, tensor in checkpoint.tensors.items()}
    content = safetensors.torch.save(tensors)
    _write(folder / name, content)
    _failpoint("after_tensors")
    body = {"format": FORMAT, "tensors": name, "sha256": _digest(content), "meta": checkpoint.meta}
    text = json.dumps({"checksum": _digest(_canonical(body)), "body": body}, allow_nan=False).encode()
    fresh = folder / f"{which}.json.new"
    _write(fresh, text)
    _failpoint("before_rename")
    if current.exists():
        current.replace(previous)
    _failpoint("after_previous")
    fresh.replace(current)
    _sync(folder)
    _failpoint("after_json")
    _sweep(folder, which)
    return Saved(name, len(content) + len(text))


def load(folder: Path, which: str) -> tuple[Checkpoint | None, list[str]]:
    """The newest whole checkpoint called ``which``, or None; and a sentence for each damaged one."""
    notes: list[str] = []
    for name in (f"{which}.json", f"{which}.previous.json"):
        if not (folder / name).exists():
            continue
        try:
            return _load(folder, name), notes
        except (OSError, ValueError, KeyError, TypeError, safetensors.SafetensorError):
            what = "newest" if name == f"{which}.json" else "one before"
            notes.append(f"The {what} of the checkpoints “{which}” is damaged and was passed over.")
    return None, notes


def _load(folder: Path, name: str) -> Checkpoint:
    document = json.loads((folder / name).read_bytes())
    body = document["body"]
    if document["checksum"] != _digest(_canonical(body)) or body["format"] != FORMAT:
        raise ValueError(name)
    content = (folder / Path(body["tensors"]).name).read_bytes()
    if _digest(content) != body["sha256"]:
        raise ValueError(body["tensors"])
    return Checkpoint(body["meta"], safetensors.torch.load(content))


def _write(path: Path, content: bytes) -> None:
    """Write, flush to the disk, read back, rename."""
    temporary = path.with_name(path.name + ".writing")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with temporary.open("rb") as file:
            there = hashlib.file_digest(file, "sha256").hexdigest()
        if there != _digest(content):
            raise OSError("the disk gave back something else than was written")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _sync(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle of a folder to flush
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(folder: Path, which: str) -> None:
    """Remove tensor files that no JSON names any more, and what a killed writer left."""
    named = set()
    for name in (f"{which}.json", f"{which}.previous.json"):
        try:
            named.add(json.loads((folder / name).read_bytes())["body"]["tensors"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a damaged one names nothing that could be read
    for path in [*folder.glob(f"{which}-*.safetensors"), *folder.glob(f"{which}*.writing")]:
        if path.name not in named:
            path.unlink(missing_ok=True)


def _canonical(body: dict[str, Any]) -> bytes:
    return json.dumps(body, sort_keys=True, allow_nan=False).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _failpoint(name: str) -> None:
    if os.environ.get("STRATA_FAILPOINT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
