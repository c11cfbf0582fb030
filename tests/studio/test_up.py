"""``manage.py up`` as people use it: one line, a link that works, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^Strata is ready: (http://127\.0\.0\.1:\d+/signin/)#([\w-]{22})$")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    """What a fresh shell has: none of the settings of this test session."""
    ours = ("STUDIO_", "DATABASE_URL", "REDIS_URL", "DJANGO_", "ALLOWED_HOSTS", "MAKE", "PYTEST")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"STUDIO_DATA_DIR": str(data_dir), "STUDIO_PORT": str(free_port())} | more


def up(values: dict[str, str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "up"],
        env=values,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=values["STUDIO_DATA_DIR"],
    )


def refused(values: dict[str, str]) -> str:
    """The line with which ``up`` refuses to start."""
    answer = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "up"],
        env=values,
        capture_output=True,
        text=True,
        timeout=60,
    )
    lines = (answer.stdout + answer.stderr).strip().splitlines()
    assert answer.returncode == 2 and len(lines) == 1, lines
    return lines[0]


def processes_of(data_dir: Path) -> dict[int, str]:
    """The numbers and command lines of the processes that run on a data folder."""
    mark, note = f"STUDIO_DATA_DIR={data_dir}\0", data_dir / "broker.socket"
    # The broker writes its title, with its socket in it, over its environment.
    title = note.read_text().strip() if note.exists() else mark
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text().replace("\0", " ")
            if title in command or mark in (folder / "environ").read_text(errors="replace"):
                found[int(folder.name)] = command
        except OSError:
            continue  # it ended while we looked
    return found


def number_of(data_dir: Path, part: str) -> int:
    return next(number for number, command in processes_of(data_dir).items() if part in command)


def wait_until_gone(data_dir: Path) -> None:
    deadline = time.monotonic() + 20
    while left := processes_of(data_dir):
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


def sign_in(address: str, token: str) -> OpenerDirector:
    """A browser without a screen, signed in by a link."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    page = browser.open(address, timeout=20).read().decode()
    field = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    form = urlencode({"token": token, "csrfmiddlewaretoken": field[1]}).encode()
    answer = browser.open(address, form, timeout=20)
    assert answer.status == 200 and answer.url.endswith("/") and "signin" not in answer.url
    return browser


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    folder.mkdir()
    yield folder
    for number in processes_of(folder):
        os.kill(number, signal.SIGKILL)


@pytest.fixture
def studio(data_dir: Path) -> Iterator[tuple[subprocess.Popen, str, str]]:
    """A studio that is ready: its process, and the two halves of the link that it printed."""
    process = up(environment(data_dir))
    try:
        line = process.stdout.readline().strip()
        match = LINE.match(line)
        assert match, line + process.stdout.read() if process.poll() is not None else line
        yield process, match[1], match[2]
    finally:
        process.terminate()
        process.communicate(timeout=30)
        wait_until_gone(data_dir)


def test_one_line_with_a_link_that_signs_in_and_ctrl_c_leaves_nothing(studio, data_dir):
    process, address, token = studio

    home = sign_in(address, token).open(address.replace("/signin/", "/"), timeout=20).read().decode()
    running = processes_of(data_dir)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=30)

    assert "Start with a table of data" in home and "My first project" in home
    for part in ("uvicorn", "worker", "reaper", "unixsocket"):
        assert any(part in command for command in running.values()), running
    assert rest == "" and process.returncode == 0
    assert processes_of(data_dir) == {}
    assert not Path((data_dir / "broker.socket").read_text().strip()).parent.exists()


def test_the_token_is_in_no_log_and_no_command_line(studio, data_dir):
    _, address, token = studio
    sign_in(address, token)

    written = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert token.encode() not in written
    assert all(token not in command for command in processes_of(data_dir).values())


def test_when_up_is_killed_nothing_lives_on(studio, data_dir):
    process, _, _ = studio

    process.kill()
    process.wait(10)

    wait_until_gone(data_dir)


def test_a_web_process_that_is_killed_comes_back(studio, data_dir):
    process, address, _ = studio
    os.kill(number_of(data_dir, "uvicorn"), signal.SIGKILL)

    assert process.stdout.readline().startswith("The web process ended (killed by SIGKILL); it starts again")
    deadline = time.monotonic() + 30
    while True:
        try:
            assert build_opener().open(address.replace("/signin/", "/healthz"), timeout=5).status == 200
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_second_up_on_the_same_folder_is_refused(studio, data_dir):
    process, _, _ = studio

    line = refused(environment(data_dir))

    assert line.startswith(f"Strata is already running on {data_dir} (process {process.pid}).")


def test_what_the_first_start_made_is_private_and_kept(studio, data_dir):
    key = data_dir / "secret_key"
    note = Path((data_dir / "broker.socket").read_text().strip())

    assert key.stat().st_mode & 0o777 == 0o600 and len(key.read_text()) > 40
    assert note.parent.stat().st_mode & 0o777 == 0o700 and note.is_socket()


def test_a_taken_port_is_told_in_one_line(data_dir):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        line = refused(environment(data_dir, STUDIO_PORT=str(port)))

    assert line == (f"Port {port} is taken by another program. Stop that, or set STUDIO_PORT to a free port.")


def test_a_data_folder_that_cannot_be_written_is_told_in_one_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("in the way")

    line = refused(environment(file / "data"))

    assert line.startswith(f"The data folder {file / 'data'} cannot be written to")
    assert line.endswith("Set STUDIO_DATA_DIR to one that can.")


def test_other_machines_are_let_in_only_with_names_and_a_password(data_dir):
    values = environment(data_dir, STUDIO_BIND="0.0.0.0")

    assert "Set ALLOWED_HOSTS" in refused(values)
    assert "changepassword owner" in refused(values | {"ALLOWED_HOSTS": "strata.example"})
    assert processes_of(data_dir) == {}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("STUDIO_PORT", "eighty", "STUDIO_PORT must be a whole number from 1 to 65,535, not 'eighty'."),
        ("STUDIO_DEBUG", "yes", "STUDIO_DEBUG must be True or False, not 'yes'."),
    ],
)
def test_a_setting_that_makes_no_sense_is_told_in_one_line(data_dir, name, value, sentence):
    assert refused(environment(data_dir) | {name: value}) == sentence
