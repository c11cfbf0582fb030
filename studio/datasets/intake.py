"""What takes an uploaded file in: written while it arrives, hashed on the way, bounded.

Bytes go straight into a file on the storage's own disk, so that keeping the upload is a rename.
What keeps a file out is noted on the request as ``refusal``, because Django parses a form before
any view runs; ``uploaded_file`` raises it.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
import weakref
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.utils.translation import gettext as _

from studio.datasets import files
from studio.datasets.words import megabytes
from training.disk import is_full
from training.errors import UserError

LONGEST_NAME = 300


class TooLarge(UserError):
    """More bytes than an upload may have."""

    status = 413


class DiskFull(UserError):
    """The disk does not take the file."""

    status = 507


class Upload(UploadedFile):
    """A file that arrives; deleted when it is closed or nobody holds it, unless ``keep`` took it over."""

    def __init__(self, name: str, content_type: str | None = None) -> None:
        self.path: Path = files.incoming() / f"{uuid.uuid4().hex}.part"
        self.digest = hashlib.sha256()
        super().__init__(self.path.open("xb"), name, content_type, size=0)
        # Django forgets the file of a form that breaks off, without closing it.
        self.drop = weakref.finalize(self, _drop, self.file, self.path)

    def write(self, piece: bytes) -> None:
        self.file.write(piece)
        self.digest.update(piece)
        self.size += len(piece)

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()

    def keep(self, name: str) -> None:
        """Move the file into the storage under ``name``."""
        self.file.close()
        files.adopt(self.path, name)
        self.drop.detach()

    def close(self) -> None:
        self.drop()


def _drop(file: BinaryIO, path: Path) -> None:
    with contextlib.suppress(OSError):  # a full disk: what is thrown away need not be written
        file.close()
    path.unlink(missing_ok=True)


class Intake(FileUploadHandler):
    """Django's door for uploaded files (settings.FILE_UPLOAD_HANDLERS)."""

    chunk_size = 2**18
    file: Upload  # only once there is one: Django closes what a handler has by this name

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None) -> None:
        self.announced = content_length or 0
        self.taken = 0  # bytes of all files of the form

    def new_file(self, field_name, file_name, *args, **kwargs) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if not self.request.user.is_authenticated:
            raise StopUpload(connection_reset=True)  # the sign-in page is the answer; read nothing
        # What is announced includes the form around the file, which is small.
        if self.announced > settings.UPLOAD_LIMIT_BYTES + 100_000:
            self.refuse(too_large())
        if self.announced > files.free_bytes():
            self.refuse(disk_full(self.announced))
        self.file = Upload(file_name, self.content_type)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_LIMIT_BYTES:
            self.refuse(too_large())
        try:
            self.file.write(raw_data)
        except OSError as error:
            if not is_full(error):
                raise
            self.refuse(disk_full(max(self.announced, self.file.size + len(raw_data))))

    def file_complete(self, file_size: int) -> Upload:
        try:
            self.file.flush()
        except OSError as error:
            if not is_full(error):
                raise
            self.refuse(disk_full(max(self.announced, file_size)))
        return self.file

    def refuse(self, problem: UserError) -> None:
        """Stop reading, keep nothing."""
        self.request.refusal = problem
        raise StopUpload(connection_reset=True)  # upon which Django closes the file

    def upload_interrupted(self) -> None:
        self.file.close()


def uploaded_file(request: HttpRequest, field: str = "file") -> Upload:
    """The file of a form. Raises UserError when there is none, it is empty, or was refused."""
    request.POST  # noqa: B018  parsing the form is what fills in ``refusal``
    refusal = getattr(request, "refusal", None)
    if refusal is not None:
        raise refusal
    upload = request.FILES.get(field)
    if upload is None:
        raise UserError(_("No file arrived."), where=field, hint=_("Choose a file and try again."))
    if not upload.size:
        raise UserError(
            _("%(name)s is empty: it has 0 bytes.") % {"name": shown_name(upload.name)},
            where=field,
            hint=_("Choose a file with a header and rows. Nothing was kept."),
        )
    return upload


def shown_name(name: str) -> str:
    """What people called a file, without folders: only ever shown, never a path."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(ch for ch in base if ch.isprintable()).strip()
    return kept[:LONGEST_NAME] or "data.csv"


def too_large() -> TooLarge:
    return TooLarge(
        _("The file is larger than the %(limit)s that an upload may have.")
        % {"limit": megabytes(settings.UPLOAD_LIMIT_BYTES)},
        where="file",
        hint=_("Nothing was kept. Upload a smaller file, for instance fewer rows."),
    )


def disk_full(needed: int) -> DiskFull:
    return DiskFull(
        _("The disk of this server is full: %(needed)s are needed, %(free)s are free.")
        % {"needed": megabytes(needed), "free": megabytes(files.free_bytes())},
        where="file",
        hint=_("Nothing was kept. Free some space or upload a smaller file."),
    )
