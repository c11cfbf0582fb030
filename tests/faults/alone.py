"""The whole main job over REST inside a network namespace that has only loopback.

Run as ``unshare -n python tests/faults/alone.py DATA_DIR``: brings loopback up, starts
``manage.py up``, uploads, trains, reads the report, downloads and predicts; prints JSON.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
PORT = 8000


def main(data_dir: str) -> None:
    loopback_up()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "STUDIO_BROKER_URL")
    }
    environment |= {"STUDIO_DATA_DIR": data_dir, "STUDIO_PORT": str(PORT)}
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        line = up.stdout.readline()
        key = subprocess.run(
            [sys.executable, "manage.py", "apikey", "alone"],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()[-1]
        sys.stdout.write(
            json.dumps({"line": line.split("#")[0], "outside": outside_answers(), **main_job(Api(key))})
        )
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(30)


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        asked = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(probe, SIOCGIFFLAGS, asked)[:18])[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def outside_answers() -> list[int]:
    """Which of the usual servers' ports answer in here: none should."""
    found = []
    for port in (5432, 6379, 5672):
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                found.append(port)
    return found


class Api:
    def __init__(self, key: str) -> None:
        self.key = key

    def __call__(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/api/v1/{path}", data=body, method=method)
        request.add_header("Authorization", f"Bearer {self.key}")
        request.add_header("Content-Type", kind)
        with urllib.request.urlopen(request, timeout=60) as answer:
            content = answer.read()
        return (
            json.loads(content) if answer.headers["Content-Type"].startswith("application/json") else content
        )

    def until(self, path: str, field: str, wanted: set[str], seconds: float = 240) -> Any:
        deadline = time.monotonic() + seconds
        while (answer := self("GET", path))[field] not in wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} is still {answer[field]}: {answer}")
            time.sleep(0.2)
        return answer


def main_job(api: Api) -> dict[str, Any]:
    dataset = api("POST", "datasets", *multipart(ROOT / "samples" / "penguins" / "penguins.csv"))
    ready = api.until(f"datasets/{dataset['id']}", "status", {"ready", "unreadable", "failed"})
    network = api("POST", "networks", json.dumps({"version": ready["version_id"]}).encode())
    network["recipe"]["fit"]["epochs"] = 30
    edited = {"revision": network["revision"], "recipe": network["recipe"]}
    api("PUT", f"networks/{network['id']}", json.dumps(edited).encode())
    run = api("POST", "runs", json.dumps({"network": network["id"]}).encode())
    done = api.until(f"runs/{run['id']}", "state", {"done", "failed"})
    events = api("GET", f"runs/{run['id']}/events")["events"]
    report, bundle = delivered(api, run["id"])
    row = {
        "island": "Biscoe",
        "bill_length_mm": 46.1,
        "bill_depth_mm": 13.2,
        "flipper_length_mm": 211,
        "body_mass_g": 4500,
        "sex": "female",
        "year": 2007,
    }
    answer = api("POST", f"runs/{run['id']}/predict", json.dumps({"rows": [row]}).encode())
    return {
        "dataset": ready["status"],
        "rows": ready["rows"],
        "run": done["state"],
        "kinds": sorted({event["kind"] for event in events}),
        "accuracy": accuracy(report),
        "zip": bundle[:2].decode("latin-1"),
        "answer": answer,
    }


def accuracy(report: dict[str, Any]) -> float:
    return next(metric["value"] for metric in report["metrics"] if metric["name"] == "accuracy")


def delivered(api: Api, run: int, seconds: float = 240) -> tuple[dict[str, Any], bytes]:
    """The report and the bundle, which are made after the run; 404 or 409 until then."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return api("GET", f"runs/{run}/report"), api("GET", f"runs/{run}/bundle")
        except urllib.error.HTTPError as error:
            if error.code not in (404, 409) or time.monotonic() > deadline:
                raise
        time.sleep(0.5)


def multipart(path: Path) -> tuple[bytes, str]:
    mark = "strata-boundary"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
    return (
        head.encode() + path.read_bytes() + f"\r\n--{mark}--\r\n".encode(),
        f"multipart/form-data; boundary={mark}",
    )


if __name__ == "__main__":
    main(sys.argv[1])
