"""The datasets that ship with Strata (samples/), and how they come into a project."""

from __future__ import annotations

import json
import mimetypes
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import Http404

from studio.accounts.models import Project, User
from studio.datasets import services
from studio.datasets.intake import Upload
from studio.datasets.models import Dataset, DatasetVersion


@dataclass(frozen=True)
class Sample:
    """One entry of samples/index.json; ``file`` lies in that folder, ``columns`` and ``rows`` count."""

    key: str
    title: str
    sentence: str
    file: str
    target: str
    rows: int
    columns: int
    source: str
    licence: str

    @property
    def path(self) -> Path:
        return Path(settings.BASE_DIR) / "samples" / self.file

    @property
    def picture(self) -> str:
        """The template that draws some of its rows (samples/draw.py makes it)."""
        return f"datasets/pictures/{self.key}.svg"


@cache
def catalogue() -> list[Sample]:
    """All samples, in the order in which they are offered."""
    text = (Path(settings.BASE_DIR) / "samples" / "index.json").read_text()
    return [Sample(**entry) for entry in json.loads(text)]


def find(key: str) -> Sample:
    """The sample of that key. Raises Http404 when there is none."""
    for sample in catalogue():
        if sample.key == key:
            return sample
    raise Http404


def use_sample(*, user: User, project: Project, key: str) -> Dataset:
    """The project's dataset of a sample: the one that is there, or a new one, queued for reading."""
    sample = find(key)
    there = Dataset.objects.filter(project=project, sample=key).first()
    if there is not None:
        return there
    upload = Upload(sample.path.name, mimetypes.guess_type(sample.path.name)[0] or "")
    try:
        with sample.path.open("rb") as source:
            shutil.copyfileobj(source, upload, 2**18)
        version = services.create_dataset(
            user=user, project=project, upload=upload, name=sample.title, sample=key, target=sample.target
        )
    finally:
        upload.close()
    return version.dataset


def load_samples(user: User, project: Project, keys: list[str] | None = None) -> list[DatasetVersion]:
    """Bring samples (all, or ``keys``) into a project; those that are there are left alone."""
    wanted = keys if keys is not None else [sample.key for sample in catalogue()]
    return [use_sample(user=user, project=project, key=key).newest for key in wanted]
