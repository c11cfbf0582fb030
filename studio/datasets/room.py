"""How much a project's uploaded files take, and how much they may."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from studio.accounts.models import Project
from studio.datasets import files
from studio.datasets.intake import TooLarge
from studio.datasets.models import DatasetVersion
from studio.datasets.words import megabytes


def used_bytes(project: Project) -> int:
    """What the files uploaded to a project take: a file that several versions read counts once."""
    versions = DatasetVersion.objects.filter(dataset__project=project, raw_deleted_at=None)
    return sum(size for _raw, size in versions.order_by().values_list("raw", "size_bytes").distinct())


def check_room(project: Project, size: int) -> None:
    """Raises TooLarge when a file of that size does not fit into the project any more."""
    used, limit = used_bytes(project), settings.PROJECT_LIMIT_BYTES
    if used + size > limit:
        raise TooLarge(
            _("The file needs %(needed)s, and the project has %(free)s left of its %(limit)s.")
            % {"needed": megabytes(size), "free": megabytes(max(0, limit - used)), "limit": megabytes(limit)},
            where="file",
            hint=_("Nothing was kept. Delete datasets that you need no more, or upload a smaller file."),
        )


def said(project: Project) -> str:
    """What the upload page says: how much of the project's limit is used, and what the disk has."""
    return _("This project uses %(used)s of %(limit)s; the disk has %(free)s free.") % {
        "used": megabytes(used_bytes(project)),
        "limit": megabytes(settings.PROJECT_LIMIT_BYTES),
        "free": megabytes(files.free_bytes()),
    }
