"""The embedded default needs no server: the main job inside a namespace with only loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_whole_main_job_runs_where_no_server_and_no_network_can_be_reached(tmp_path):
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]

    ended = subprocess.run(
        [*unshare, sys.executable, str(ROOT / "tests" / "faults" / "alone.py"), str(tmp_path / "data")],
        capture_output=True,
        text=True,
        timeout=420,
        cwd=ROOT,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-3000:]
    told = json.loads(ended.stdout)
    assert told["outside"] == []
    assert told["line"].startswith("Strata is ready: http://127.0.0.1:")
    assert (told["dataset"], told["rows"], told["run"]) == ("ready", 344, "done")
    assert {"queued", "started", "scalars", "epoch", "checkpoint", "finished"} <= set(told["kinds"])
    assert told["accuracy"] > 0.9
    assert told["zip"] == "PK"
    assert told["answer"]["predictions"][0]["prediction"] == "Gentoo"
