"""One Valkey from the wheel's program, on a socket and without files: it only wakes people up."""

import socket
from dataclasses import dataclass
from pathlib import Path

from cli.programs import Programs
from cli.supervisor import Account, Supervisor


@dataclass(frozen=True)
class Valkey:
    """The Valkey of one home."""

    home: Path
    sockets: Path
    programs: Programs
    account: Account | None

    @property
    def _socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """How clients reach it."""
        return f"unix://{self._socket}?db=0"

    def spawn(self, supervisor: Supervisor) -> None:
        """Start it as the supervisor's child "valkey"."""
        self._socket.unlink(missing_ok=True)
        folder = self.home / "valkey"
        options = ("--port", "0", "--save", "", "--appendonly", "no", "--dir", folder, "--unixsocketperm", "700")
        supervisor.spawn(
            "valkey",
            [self.programs.valkey, *options, "--unixsocket", self._socket],
            log_file=self.home / "logs" / "valkey.log",
            cwd=folder,
            account=self.account,
        )

    def answers(self) -> bool:
        """Whether it answers a PING."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(1)
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
