"""Every address of the studio and who may do what there: the table that test_access.py holds.

A new route needs a row: its methods, and whose object it is about. What a row means for
everybody is written once, in the test: members get an answer; signed-in strangers get 404 for
somebody else's object; anonymous callers are sent to the sign-in page, or get 401 from the REST
interface.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """methods: those that are answered, separated by spaces. subject: whose object it is, if any.

    fill: values of the route's other parts. is_open: needs no sign-in.
    """

    methods: str = "GET"
    subject: str = ""
    fill: dict[str, str] = field(default_factory=dict)
    is_open: bool = False


ANY = "GET POST PUT PATCH DELETE"  # ninja's own pages do not look at the method

TABLE: dict[str, Row] = {
    # Home and what stands beside the rooms
    "": Row(),
    "evaluate/": Row(),
    "deploy/": Row(),
    "healthz": Row(is_open=True),
    # Accounts
    "signin/": Row("GET POST", is_open=True),
    "accounts/login/": Row("GET POST", is_open=True),
    "accounts/signup/": Row("GET POST", is_open=True),
    "accounts/inactive/": Row(is_open=True),
    "accounts/logout/": Row("GET POST", is_open=True),
    "accounts/password/change/": Row("GET POST"),
    "accounts/password/set/": Row("GET POST"),
    "projects/": Row("POST"),
    "projects/<int:pk>/switch/": Row("POST", "project"),
    "projects/<int:pk>/rename/": Row("POST", "project"),
    "keys/": Row("GET POST"),
    "keys/<int:pk>/revoke/": Row("POST", "key"),
    # Datasets
    "datasets/": Row(),
    "datasets/upload/": Row("POST"),
    "datasets/samples/<slug:key>/": Row("POST", fill={"key": "iris"}),
    "datasets/<int:pk>/": Row("GET", "dataset"),
    "datasets/<int:pk>/state/": Row("GET", "dataset"),
    "datasets/<int:pk>/columns/": Row("GET", "dataset"),
    "datasets/<int:pk>/look/<int:at>/": Row("GET", "dataset", fill={"at": "0"}),
    "datasets/<int:pk>/picture/<int:at>/<int:row>/": Row("GET", "dataset", fill={"at": "0", "row": "0"}),
    "datasets/<int:pk>/raw/": Row("GET", "dataset"),
    "datasets/<int:pk>/versions/": Row("POST", "dataset"),
    "datasets/<int:pk>/reread/": Row("POST", "dataset"),
    "datasets/<int:pk>/preview/": Row("POST", "dataset"),
    "datasets/<int:pk>/read-again/": Row("POST", "dataset"),
    "datasets/<int:pk>/role/": Row("POST", "dataset"),
    "datasets/<int:pk>/target/": Row("POST", "dataset"),
    "datasets/<int:pk>/task/": Row("POST", "dataset"),
    "datasets/<int:pk>/remedy/": Row("POST", "dataset"),
    "datasets/<int:pk>/drop-step/": Row("POST", "dataset"),
    "datasets/<int:pk>/delete-raw/": Row("POST", "dataset"),
    "datasets/<int:pk>/rename/": Row("POST", "dataset"),
    "datasets/<int:pk>/delete/": Row("POST", "dataset"),
    # Networks
    "networks/": Row(),
    "networks/new/": Row("POST"),
    "networks/import/": Row("POST"),
    "networks/<int:pk>/": Row("GET", "network"),
    "networks/<int:pk>/edit/": Row("POST", "network"),
    "networks/<int:pk>/undo/": Row("POST", "network"),
    "networks/<int:pk>/redo/": Row("POST", "network"),
    "networks/<int:pk>/data/": Row("GET", "network"),
    "networks/<int:pk>/training/": Row("GET", "network"),
    "networks/<int:pk>/training/edit/": Row("POST", "network"),
    "networks/<int:pk>/training/undo/": Row("POST", "network"),
    "networks/<int:pk>/training/redo/": Row("POST", "network"),
    "networks/<int:pk>/find/<slug:kind>/": Row("GET", "network", fill={"kind": "lr"}),
    "networks/<int:pk>/find/<slug:kind>/begin/": Row("POST", "network", fill={"kind": "lr"}),
    "networks/<int:pk>/find/<slug:kind>/drop/": Row("POST", "network", fill={"kind": "lr"}),
    "networks/<int:pk>/snapshots/": Row("POST", "network"),
    "networks/<int:pk>/snapshots/<int:number>/restore/": Row("POST", "network", fill={"number": "1"}),
    "networks/<int:pk>/snapshots/<int:number>/delete/": Row("POST", "network", fill={"number": "1"}),
    "networks/<int:pk>/rename/": Row("POST", "network"),
    "networks/<int:pk>/duplicate/": Row("POST", "network"),
    "networks/<int:pk>/delete/": Row("POST", "network"),
    "networks/<int:pk>/network.json": Row("GET", "network"),
    # Runs
    "runs/": Row(),
    "runs/start/<int:network_id>/": Row("POST", "network"),
    "runs/<int:pk>/": Row("GET", "run"),
    "runs/<int:pk>/epochs/": Row("GET", "run"),
    "runs/<int:pk>/epochs.csv": Row("GET", "run"),
    "runs/<int:pk>/stop/": Row("POST", "run"),
    "runs/<int:pk>/pause/": Row("POST", "run"),
    "runs/<int:pk>/resume/": Row("POST", "run"),
    "runs/<int:pk>/discard/": Row("POST", "run"),
    "runs/<int:pk>/delete/": Row("POST", "run"),
    "runs/<int:pk>/report/": Row("GET", "run"),
    "runs/<int:pk>/model/": Row("GET", "run"),
    "runs/<int:pk>/model/again/": Row("POST", "run"),
    "runs/<int:pk>/model/download/": Row("GET", "run"),
    "runs/<int:pk>/model/try/": Row("POST", "run"),
    "runs/<int:pk>/model/score/": Row("POST", "run"),
    # REST
    "api/v1/": Row(ANY),
    "api/v1/docs": Row(ANY),
    "api/v1/openapi.json": Row(ANY),
    "api/v1/datasets": Row("GET POST"),
    "api/v1/datasets/<int:pk>": Row("GET PATCH DELETE", "dataset"),
    "api/v1/datasets/<int:pk>/rows": Row("GET", "dataset"),
    "api/v1/datasets/<int:pk>/raw": Row("GET", "dataset"),
    "api/v1/datasets/<int:pk>/versions": Row("POST", "dataset"),
    "api/v1/networks": Row("GET POST"),
    "api/v1/networks/<int:network_id>": Row("GET PUT", "network"),
    "api/v1/networks/<int:network_id>/snapshots": Row("GET POST", "network"),
    "api/v1/networks/<int:network_id>/snapshots/<int:number>": Row("DELETE", "network", fill={"number": "1"}),
    "api/v1/networks/<int:network_id>/snapshots/<int:number>/restore": Row(
        "POST", "network", fill={"number": "1"}
    ),
    "api/v1/networks/<int:network_id>/searches/<kind>": Row("GET POST", "network", fill={"kind": "lr"}),
    "api/v1/runs": Row("GET POST"),
    "api/v1/runs/<int:run_id>": Row("GET DELETE", "run"),
    "api/v1/runs/<int:run_id>/events": Row("GET", "run"),
    "api/v1/runs/<int:run_id>/stop": Row("POST", "run"),
    "api/v1/runs/<int:run_id>/pause": Row("POST", "run"),
    "api/v1/runs/<int:run_id>/resume": Row("POST", "run"),
    "api/v1/runs/<int:run_id>/discard": Row("POST", "run"),
    "api/v1/runs/<int:run_id>/report": Row("GET", "run"),
    "api/v1/runs/<int:run_id>/bundle": Row("GET", "run"),
    "api/v1/runs/<int:run_id>/predict": Row("POST", "run"),
}

SOCKETS: dict[str, str] = {  # route -> whose object
    "ws/runs/<int:run_id>/": "run",
}
