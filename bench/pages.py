"""Server time and queries of the pages with 1,000 runs in the database, and of a builder edit.

In process, through Django's whole stack of middleware, on SQLite; milliseconds, p50 and p95 of 40.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TIMES = 40
RUNS = 1_000


def measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"STUDIO_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "studio.settings"}
        environment.pop("DATABASE_URL", None)
        ended = subprocess.run(
            [sys.executable, "-m", "bench.pages"],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return json.loads(ended.stdout.splitlines()[-1])


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    client, places = populated()
    figures = {
        name: timed(client, lambda path=path: client.get(path)) for name, path in places["pages"].items()
    }
    figures["builder_edit"] = timed(client, lambda: edit(client, places))
    sys.stdout.write(json.dumps(figures) + "\n")


def populated() -> tuple[Any, dict[str, Any]]:
    """A client that is signed in, and the addresses of a project with RUNS runs."""
    from django.test import Client
    from django.utils import timezone

    from studio.accounts.models import User
    from studio.accounts.services import first_project
    from studio.datasets.models import DatasetVersion
    from studio.datasets.samples import use_sample
    from studio.networks.services import create_network
    from studio.runs.models import EventBlock, Run
    from training.events import EpochEnded, Scalars

    user = User.objects.create_user("bench")
    project = first_project(user)
    dataset = use_sample(user=user, project=project, key="telco_churn")
    version: DatasetVersion = dataset.newest
    info = _ingested(version)
    DatasetVersion.objects.filter(pk=version.pk).update(
        state="done", info=info, rows=info["rows"], proposal=info["proposal"]
    )
    version.refresh_from_db()
    network = create_network(user, version)
    now = timezone.now()
    Run.objects.bulk_create(
        [
            Run(
                project=project,
                number=number,
                name=f"Run {number}",
                network=network,
                dataset_version=version,
                recipe=network.draft,
                state="done",
                attempt=1,
                created_by=user,
                last_seq=220,
                started_at=now,
                ended_at=now,
            )
            for number in range(1, RUNS + 1)
        ]
    )
    run = Run.objects.first()
    split = {"loss": 0.5, "accuracy": 0.8}
    events = [
        {
            **EpochEnded(
                epoch=n,
                step=n * 10,
                metrics={"training": split, "validation": split},
                best_epoch=n,
                is_best=True,
                seconds=0.1,
            ).as_dict(),
            "seq": 2 * n - 1,
            "run": run.pk,
            "attempt": 1,
        }
        if kind == "epoch"
        else {
            **Scalars(
                step=n * 10,
                epoch=float(n),
                split="training",
                steps=10,
                values={"loss": {"mean": 0.5, "min": 0.4, "max": 0.6}},
            ).as_dict(),
            "seq": 2 * n,
            "run": run.pk,
            "attempt": 1,
        }
        for n in range(1, 111)
        for kind in ("epoch", "scalars")
    ]
    EventBlock.objects.create(run=run, attempt=1, first_seq=1, last_seq=len(events), events=events)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    pages = {
        "home": "/",
        "runs": "/runs/",
        "dataset": f"/datasets/{dataset.pk}/",
        "builder": f"/networks/{network.pk}/",
        "run": f"/runs/{run.pk}/",
    }
    return client, {"pages": pages, "network": network.pk, "units": 64}


def _ingested(version: Any) -> dict[str, Any]:
    # In a process of its own, as in the product: this one must not run polars.
    from django.core.files.storage import default_storage

    code = (
        "import sys, json; from pathlib import Path; from training.table import ingest;"
        "print(json.dumps(ingest(Path(sys.argv[1]), Path(sys.argv[2]), file_name='telco.csv')))"
    )
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run(
            [sys.executable, "-c", code, default_storage.path(version.raw), folder],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    return json.loads(ended.stdout)


def edit(client: Any, places: dict[str, Any]) -> Any:
    """Set the units of the first Linear layer to another number."""
    from studio.networks.models import Network

    network = Network.objects.get(pk=places["network"])
    places["units"] += 1
    node = next(node["id"] for node in network.draft["network"]["main"] if node["layer"] == "Linear")
    edits = [{"do": "set", "node": node, "field": "units", "value": places["units"]}]
    return client.post(
        f"/networks/{network.pk}/edit/",
        {"revision": network.revision, "edits": edits},
        content_type="application/json",
        headers={"hx-request": "true"},
    )


def timed(client: Any, ask: Callable[[], Any]) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(connection) as queries:
        answer = ask()
    asked = len(queries)  # now: the log is emptied by the next request
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.content[:500]!r}")
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return {
        "p50_ms": round(taken[TIMES // 2], 1),
        "p95_ms": round(taken[int(TIMES * 0.95)], 1),
        "queries": asked,
    }


if __name__ == "__main__":
    main()
