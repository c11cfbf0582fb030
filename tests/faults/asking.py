"""A person who asks the studio over REST and looks at its pages, and the tables that they send."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.studio.processes import eventually

Json = dict[str, Any]
HEADER = b"a,b,target\n"


def rows(row: Callable[[int], str], count: int = 60, header: bytes = HEADER) -> bytes:
    return header + "".join(row(number) + "\n" for number in range(count)).encode()


def good(number: int) -> str:
    return f"{number / 7:.3f},{number % 5},{'yn'[number % 3 == 0]}"


def layers(count: int, units: int) -> list[Json]:
    linear = [{"id": f"fc_{n}", "layer": "Linear", "units": units} for n in range(count)]
    return [{"id": "features", "layer": "Features"}, *linear]


@dataclass
class Studio:
    """The REST interface and the pages, as one person uses them."""

    client: Client

    def send(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Json:
        sent = json.dumps(body)
        answer = self.client.generic(method, "/api/v1" + path, sent, content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        if status >= 400:
            assert answer["Content-Type"] == "application/problem+json"
        return answer.json()

    def get(self, path: str) -> Json:
        return self.client.get("/api/v1" + path).json()

    def page(self, path: str) -> str:
        """A page as people read it: it stands, without a stack trace."""
        answer = self.client.get(path)
        text = answer.content.decode()
        assert answer.status_code == 200 and "Traceback" not in text
        return text

    def upload(self, content: bytes, name: str = "table.csv", path: str = "/datasets") -> Json:
        """The dataset once it is read, or known to be unreadable."""
        answer = self.client.post("/api/v1" + path, {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 201, answer.content.decode()
        return self.read(answer.json()["id"])

    def read(self, dataset: int) -> Json:
        found = lambda: self.get(f"/datasets/{dataset}")  # noqa: E731
        eventually(lambda: found()["status"] in ("ready", "unreadable", "failed"), what="the reading")
        return found()

    def network(self, version: int, **changes: Json) -> Json:
        """A network that trains briefly. changes: of the recipe's parts, over what is proposed."""
        made = self.send("POST", "/networks", {"version": version}, status=201)
        recipe = made["recipe"]
        brief = {"epochs": 2, "device": "cpu", "threads": 1, "objective": {"name": "auto"}}
        for part, fields in ({"fit": brief} | changes).items():
            recipe[part] |= fields
        recipe["fit"] = brief | recipe["fit"]
        body = {"revision": made["revision"], "recipe": recipe}
        return self.send("PUT", f"/networks/{made['id']}", body)

    def train(self, network: Json) -> Json:
        """A run of the network, once it is over."""
        run = self.send("POST", "/runs", {"network": network["id"]}, status=201)
        return self.over(run["id"])

    def over(self, run: int) -> Json:
        found = lambda: self.get(f"/runs/{run}")  # noqa: E731
        eventually(lambda: found()["state"] in ("done", "stopped", "failed"), what="the run's end")
        return found()

    def told(self, run: Json, kind: str) -> list[Json]:
        return [event for event in self.get(f"/runs/{run['id']}/events")["events"] if event["kind"] == kind]
