"""Files to take home: always an attachment, never sniffed, in whole or in part (Range)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.http import http_date

CHUNK = 2**18
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z")


def attachment(request: HttpRequest, path: Path, *, name: str, tag: str) -> HttpResponse:
    """The file at ``path`` under the name that people see; the caller has checked access.

    tag: what changes when the content does (a sha256), for If-Range. One range is honoured
    (206, or 416 when it lies beyond the file); several are answered with the whole file.
    """
    status = path.stat()
    wanted = _wanted(request, status.st_size, f'"{tag}"')
    if wanted is None:
        response = Download(_Part(path, range(status.st_size)), as_attachment=True, filename=_plain(name))
    elif not wanted:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{status.st_size}"})
    else:
        response = Download(_Part(path, wanted), as_attachment=True, filename=_plain(name), status=206)
        response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{status.st_size}"
    response["Content-Type"] = "application/octet-stream"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = f'"{tag}"'
    response["Last-Modified"] = http_date(status.st_mtime)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-cache"
    return response


def _plain(name: str) -> str:
    """A name without what a file system or a header could take for more than a name."""
    kept = "".join("_" if ch in '/\\:*?"<>|' or not ch.isprintable() else ch for ch in name)
    return kept.strip(" .")[:200] or "download"


def _wanted(request: HttpRequest, size: int, tag: str) -> range | None:
    """The bytes that are asked for; None for all of them, an empty range for none that exist."""
    match = _RANGE.match(request.headers.get("Range", ""))
    if not match or match.groups() == ("", "") or request.headers.get("If-Range", tag) != tag:
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    return range(int(first), min(size, int(last) + 1 if last else size))


class _Part:
    """The bytes ``wanted`` of a file, read as they are sent."""

    def __init__(self, path: Path, wanted: range) -> None:
        self.file: BinaryIO = path.open("rb")
        self.file.seek(wanted.start)
        self.left = len(wanted)

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.file.close()


class Download(FileResponse):
    """A file sent piece by piece, over ASGI too (where Django's own would read it whole)."""

    block_size = CHUNK

    def set_headers(self, filelike: _Part) -> None:
        super().set_headers(filelike)
        self["Content-Length"] = str(filelike.left)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await asyncio.to_thread(self.file_to_stream.read, CHUNK):
            yield piece
