"""Which GPU a job gets, and how many jobs a worker with many of them takes."""

from __future__ import annotations

import os

import pytest

from studio.jobs import devices, process, worker


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("", "1", id="all of the machine's"),
        pytest.param("4,6", "6", id="some of the machine's"),
        pytest.param("GPU-a1,GPU-b2", "GPU-b2", id="by name"),
    ],
)
def test_a_job_sees_the_gpu_that_its_slot_means(monkeypatch, given, shown):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", given)

    process._show_device("cuda:1")

    assert os.environ["CUDA_VISIBLE_DEVICES"] == shown


def test_a_worker_can_train_on_all_of_its_gpus_and_still_read_files(monkeypatch):
    monkeypatch.setenv(devices.NOTE, ",".join(f"cuda:{number}" for number in range(8)))

    options = worker.options()

    assert int(options[options.index("--concurrency") + 1]) > len(devices.slots())
