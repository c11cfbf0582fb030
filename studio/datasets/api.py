"""Datasets over REST: the services of the pages, and what they answer as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate
from pydantic import ConfigDict, Field

from studio.accounts.services import current_project, visible_project
from studio.datasets import services
from studio.datasets.intake import uploaded_file
from studio.datasets.models import Dataset, DatasetVersion
from studio.datasets.rows import listed
from studio.datasets.views import find, send_raw, whole
from training.table.browse import TESTS, Wish

router = Router(tags=["datasets"])
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "name": {"type": "string"},
                        "project": {"type": "integer"},
                    },
                }
            }
        },
    }
}


class Paging(LimitOffsetPagination):
    """Numbers that a database takes; ninja's own have no upper bound."""

    class Input(Schema):
        limit: int = Field(100, ge=1, le=1_000)
        offset: int = Field(0, ge=0, lt=2**63 - 1_000)


class VersionLine(Schema):
    version: int = Field(alias="number")
    status: str
    file_name: str
    size_bytes: int
    rows: int | None
    created_at: datetime


class DatasetLine(Schema):
    id: int
    name: str
    project: int = Field(alias="project_id")
    created_at: datetime
    versions: list[VersionLine]


class Changes(Schema):
    """What may be changed. reading and types derive a new version; the proposal stays on its own."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    reading: dict[str, Any] | None = None
    types: dict[str, str] | None = None
    target: str | None = None
    task: str | None = None
    roles: dict[str, str] = {}


def described(version: DatasetVersion) -> dict[str, Any]:
    """One version with all that is known of it; ``schema`` and ``profile`` once it is read."""
    dataset, info = version.dataset, version.info
    return {
        "id": dataset.pk,
        "name": dataset.name,
        "project": dataset.project_id,
        "version": version.number,
        "version_id": version.pk,
        "status": version.status,
        "progress": version.progress,
        "message": version.message,
        "hint": version.hint,
        "file_name": version.file_name,
        "size_bytes": version.size_bytes,
        "sha256": version.sha256,
        "created_at": version.created_at,
        "rows": version.rows,
        "reading": {"fixed": version.reading, "used": info.get("reading")},
        "types": version.types,
        "columns": info.get("columns", []),
        "preview": info.get("preview", []),
        "problems": info.get("problems"),
        "findings": info.get("findings", []),
        "proposal": version.described["proposal"],
    }


@router.get("", response=list[DatasetLine], summary="The datasets that you see, newest first")
@paginate(Paging)
def list_datasets(request: HttpRequest):
    versions = DatasetVersion.objects.defer("info", "proposal")
    return Dataset.objects.visible_to(request.user).prefetch_related(Prefetch("versions", versions))


@router.post("", response={201: dict}, openapi_extra=FILE_BODY, summary="Upload a file as a new dataset")
def create(request: HttpRequest) -> Status[dict[str, Any]]:
    upload = uploaded_file(request)
    number = request.POST.get("project", "")
    project = visible_project(request.user, whole(number)) if number else current_project(request)
    version = services.create_dataset(
        user=request.user, project=project, upload=upload, name=request.POST.get("name", "")
    )
    return Status(201, described(version))


@router.get("/{int:pk}", response=dict, summary="A dataset at its newest version, or at ?version=")
def read(request: HttpRequest, pk: int, version: int | None = None) -> dict[str, Any]:
    return described(find(request.user, pk, version))


@transaction.atomic
def _changed(row: DatasetVersion, changes: Changes) -> DatasetVersion:
    """The version after all of the changes, or none of them."""
    if changes.name is not None:
        services.rename(dataset=row.dataset, name=changes.name)
    if changes.target is not None:
        services.set_target(version=row, target=changes.target)
    if changes.task is not None:
        services.set_task(version=row, task=changes.task)
    for column, role in changes.roles.items():
        services.set_role(version=row, column=column, role=role)
    if changes.reading is None and changes.types is None:
        return row
    return services.reread(version=row, reading=changes.reading, types=changes.types)


@router.patch("/{int:pk}", response=dict, summary="Rename it, read it differently, or propose another use")
def change(request: HttpRequest, pk: int, changes: Changes, version: int | None = None) -> dict[str, Any]:
    return described(_changed(find(request.user, pk, version), changes))


@router.delete("/{int:pk}", response={204: None}, summary="Delete it with its files; 409 while runs need it")
def delete(request: HttpRequest, pk: int) -> Status[None]:
    services.delete_dataset(dataset=find(request.user, pk).dataset)
    return Status(204, None)


@router.post(
    "/{int:pk}/versions",
    response={201: dict},
    openapi_extra=FILE_BODY,
    summary="Upload a file as the dataset's newest version",
)
def add_version(request: HttpRequest, pk: int) -> Status[dict[str, Any]]:
    dataset = find(request.user, pk).dataset
    return Status(201, described(services.add_version(dataset=dataset, upload=uploaded_file(request))))


class RowsAsked(Schema):
    """Which rows: ``where``, ``test`` and ``value`` filter, ``sort`` orders. Names are values, never keys."""

    offset: int = Field(0, ge=0, lt=2**63 - 1_000)
    limit: int = Field(50, ge=1, le=1_000)
    columns: list[str] = []
    sort: str = ""
    down: bool = False
    where: str = ""
    test: Literal[TESTS] = "is"  # type: ignore[valid-type]
    value: str = Field("", max_length=200)
    version: int | None = None


@router.get("/{int:pk}/rows", response=dict, summary="Any rows of its table, sorted and filtered")
def rows(request: HttpRequest, pk: int, asked: Query[RowsAsked]) -> dict[str, Any]:
    wish = Wish(asked.sort, asked.down, asked.where, asked.test, asked.value)
    version = find(request.user, pk, asked.version)
    return listed(version, asked.columns, wish, asked.offset, asked.limit)


@router.get("/{int:pk}/raw", summary="The uploaded file, byte for byte; Range is honoured")
def raw(request: HttpRequest, pk: int, version: int | None = None) -> HttpResponse:
    return send_raw(request, find(request.user, pk, version))
