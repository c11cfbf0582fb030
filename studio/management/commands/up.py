"""``manage.py up``: broker, web, worker and reaper together, until Ctrl-C."""

from __future__ import annotations

import http.client
import os
import signal
import sys
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from studio import broker, installation
from studio.accounts.tokens import make_signin_link
from studio.processes import Crew, GaveUp, Program, die_with_parent

MANAGE = str(settings.BASE_DIR / "manage.py")
LOGS = settings.DATA_DIR / "logs"


class Command(BaseCommand):
    help = "Starts the studio (STUDIO_BIND, STUDIO_PORT, STUDIO_DATA_DIR) and prints a sign-in link."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if "MAKELEVEL" in os.environ:
            die_with_parent()  # a killed `make up` must not leave us behind
        try:
            held = installation.lock(settings.DATA_DIR)
            installation.check_address(settings.BIND, settings.PORT)
            installation.prepare_database()
        except installation.Refusal as refusal:
            self._refuse(refusal, 2)
        crew = Crew(say=self.stderr.write)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: setattr(crew, "stopping", True))
        try:
            self._run(crew)
        except installation.Refusal as refusal:
            self._refuse(refusal, 2)
        except (GaveUp, OSError) as error:
            self._refuse(error, 1)
        finally:
            crew.stop()
            if settings.BROKER.socket and settings.BROKER.socket.parent.exists():
                broker.tidy(settings.BROKER.socket)
            held.close()

    def _refuse(self, why: Exception, code: int) -> NoReturn:
        self.stderr.write(str(why))
        sys.exit(code)

    def _run(self, crew: Crew) -> None:
        self._start_broker(crew)
        owner = installation.prepare_owner()
        installation.check_exposure()
        connections.close_all()
        for program in (_web(), _manage("worker"), _manage("reaper")):
            crew.add(program)
        crew.watch(until=_web_answers)
        if not crew.stopping:
            self.stdout.write(f"Strata is ready: {make_signin_link(owner)}")
            self.stdout.flush()
            connections.close_all()
        crew.watch()

    def _start_broker(self, crew: Crew) -> None:
        path = settings.BROKER.socket
        if path is None:
            return
        broker.prepare(path, settings.DATA_DIR)
        path.unlink(missing_ok=True)
        crew.add(Program("The broker", broker.command(path), LOGS / "broker.log"))
        crew.watch(until=path.is_socket)


def _manage(command: str) -> Program:
    return Program(f"The {command}", [sys.executable, MANAGE, command], LOGS / f"{command}.log")


def _web() -> Program:
    command = [sys.executable, "-m", "uvicorn", "studio.asgi:application"]
    command += ["--host", settings.BIND, "--port", str(settings.PORT)]
    # No access log: addresses may hold what is nobody's business.
    command += ["--no-access-log", "--log-level", "warning", "--no-server-header", "--lifespan", "off"]
    command += ["--timeout-graceful-shutdown", "3", "--http", "studio.wire:Guarded"]
    if not settings.HTTPS:
        # No proxy stands before us: X-Forwarded-For would be the client's own invention.
        command.append("--no-proxy-headers")
    return Program("The web process", command, LOGS / "web.log")


def _web_answers() -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.BIND, settings.BIND)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.PORT, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": settings.ALLOWED_HOSTS[0]})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
