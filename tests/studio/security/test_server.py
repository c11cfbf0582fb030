"""Against the real web server: odd addresses, crowds at the door, uploads beyond the limit."""

from __future__ import annotations

import http.client
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from studio.accounts.tokens import make_signin_link
from studio.settings import env_folder

pytestmark = pytest.mark.django_db(transaction=True)


def raw(server: str, address: bytes, cookie: str = "") -> bytes:
    """The whole answer to a GET whose address no client has tidied up."""
    at = urlsplit(server)
    with socket.create_connection((at.hostname, at.port), timeout=20) as connection:
        lines = [b"GET " + address + b" HTTP/1.1", f"Host: {at.netloc}".encode(), b"Connection: close"]
        connection.sendall(b"\r\n".join([*lines, f"Cookie: {cookie}".encode(), b"", b""]))
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize(
    "address",
    [
        b"/static/../studio/settings.py",
        b"/static/%2e%2e/studio/settings.py",
        b"/static/%2e%2e%2fstudio/settings.py",
        b"/static/%252e%252e%252fstudio/settings.py",
        b"/static/..;/studio/settings.py",
        b"/static/..\\studio\\settings.py",
        b"/static/%5c..%5cstudio%5csettings.py",
        b"/static//etc/passwd",
        b"/static/js/../../manage.py",
        b"/static/js/%00.js",
        b"/static/%c0%ae%c0%ae/manage.py",
        b"/static/",
        b"/static/" + b"a" * 5_000,
        b"/../../../../etc/passwd",
        b"//etc/passwd",
        b"/files/raw/",
        b"/media/",
        b"/%ff%fe",
        b"/\xff",
        b"*",
    ],
)
def test_no_address_leads_out_of_what_is_served(server, owner_client, dataset_version, address):
    cookie = f"sessionid={owner_client.cookies['sessionid'].value}"
    assert b" 200 OK" in raw(server, b"/datasets/", cookie)[:15]

    answer = raw(server, address, cookie)

    assert answer[9:12] in (b"400", b"404")
    assert b"SECRET_KEY" not in answer and b"root:" not in answer and b"Traceback" not in answer


@pytest.mark.parametrize("query", ["path=/etc/passwd", "name=../studio.sqlite3", "file=../../secret_key"])
def test_a_download_knows_no_path(server, owner_client, dataset_version, query):
    cookie = f"sessionid={owner_client.cookies['sessionid'].value}"

    answer = raw(server, f"/datasets/{dataset_version.dataset_id}/raw/?{query}".encode(), cookie)

    assert b" 200 OK" in answer[:15] and b"root:" not in answer
    assert answer.endswith(Path(settings.BASE_DIR, "samples/penguins/penguins.csv").read_bytes())


def test_a_crowd_with_one_signin_link_signs_in_once(server, owner):
    token = make_signin_link(owner).partition("#")[2]
    ready, answers = threading.Barrier(20), []
    at = urlsplit(server).netloc

    def press() -> None:
        connection = http.client.HTTPConnection(at, timeout=30)
        connection.request("GET", "/signin/")
        page = connection.getresponse()
        page.read()
        csrf = page.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
        headers = {"Cookie": f"csrftoken={csrf}", "X-CSRFToken": csrf}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        ready.wait(30)
        connection.request("POST", "/signin/", f"token={token}", headers)
        answers.append(connection.getresponse().status)
        connection.close()

    crowd = [threading.Thread(target=press) for _ in range(20)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert sorted(answers) == [302] + [403] * 19


def test_several_files_of_one_form_share_its_limit(owner_client, settings):
    settings.UPLOAD_LIMIT_BYTES = 1_000_000
    parts = {f"file{at}": SimpleUploadedFile("a.csv", b"a,b\n" + b"1,2\n" * 100_000) for at in range(4)}
    one = {"file": SimpleUploadedFile("a.csv", b"a,b\n" + b"1,2\n" * 100_000)}
    assert owner_client.post("/datasets/upload/", one).status_code == 302

    assert owner_client.post("/datasets/upload/", parts).status_code == 413
    assert not list(Path(settings.MEDIA_ROOT, "incoming").glob("*.part"))


def test_a_data_folder_that_is_made_is_for_this_user_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_DATA_DIR", str(tmp_path / "made"))

    assert env_folder("STUDIO_DATA_DIR", tmp_path).stat().st_mode & 0o077 == 0
