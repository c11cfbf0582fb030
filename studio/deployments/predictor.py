"""Bundles that this web process has open: predictions in milliseconds.

What people download is what answers here: the bundle's own runtime on ONNX Runtime.
"""

from __future__ import annotations

import zipfile
from functools import lru_cache

from studio.datasets import files
from studio.deployments.models import Model
from training.bundle.runtime import Bundle

OPEN_BUNDLES = 4  # each holds its weights in memory


def bundle_of(model: Model) -> Bundle:
    """The opened bundle of a packed model; the caller has checked access."""
    return _opened(model.bundle)


def members_of(model: Model) -> list[tuple[str, int]]:
    """(name, bytes) of the files in a packed model's zip."""
    return _members(model.bundle)


# A stored file never changes and a new packing has a new name, so a name is a key for good.
@lru_cache(maxsize=OPEN_BUNDLES)
def _opened(name: str) -> Bundle:
    return Bundle(files.local(name))


@lru_cache(maxsize=64)
def _members(name: str) -> list[tuple[str, int]]:
    with zipfile.ZipFile(files.local(name)) as packed:
        return [(member.filename, member.file_size) for member in packed.infolist()]
