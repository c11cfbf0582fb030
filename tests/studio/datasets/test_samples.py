"""The samples that ship: each is there as the index says, and comes into a project once."""

from __future__ import annotations

import csv
import zipfile

import pytest

from studio.datasets import samples
from studio.datasets.models import Dataset

from .conftest import kept_files, read_next


@pytest.mark.parametrize("sample", samples.catalogue(), ids=lambda sample: sample.key)
def test_a_sample_is_as_the_index_says(sample):
    if sample.path.suffix == ".zip":
        pictures = zipfile.ZipFile(sample.path).namelist()
        assert len(pictures) == sample.rows and all(name.endswith(".png") for name in pictures)
    else:
        with sample.path.open(newline="") as file:
            rows = list(csv.reader(file))
        assert (len(rows) - 1, len(rows[0])) == (sample.rows, sample.columns)
        assert sample.target in rows[0]
    assert sample.licence and sample.source and sample.sentence.endswith(".")


def test_using_a_sample_opens_one_dataset_however_often(owner_client):
    first = owner_client.post("/datasets/samples/penguins/")
    again = owner_client.post("/datasets/samples/penguins/")

    assert first["Location"] == again["Location"]
    dataset = Dataset.objects.get()
    assert (dataset.name, dataset.sample) == ("Penguins", "penguins")
    assert len(kept_files()) == 1

    version = read_next()
    assert version.status == "ready" and version.rows == 344
    assert version.proposal["target"] == "species" and version.proposal["task"] == "multiclass"


def test_every_sample_is_read_with_its_target_proposed(owner, project):
    samples.load_samples(owner, project)
    assert len(samples.load_samples(owner, project)) == len(samples.catalogue())
    assert Dataset.objects.count() == len(samples.catalogue())

    while version := read_next():
        sample = samples.find(version.dataset.sample)
        assert version.status == "ready", (sample.key, version.message)
        assert version.proposal["target"] == sample.target
        assert version.rows == sample.rows and len(version.info["columns"]) == sample.columns


def test_a_sample_that_does_not_exist_is_404(owner_client):
    assert owner_client.post("/datasets/samples/nope/").status_code == 404
