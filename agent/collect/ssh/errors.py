"""The error of a host that was not reached."""

from checks.ssh import Connection, Outcome


class HostConnectionError(Exception):
    """Ends the way to a host; `connection` says how."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.reason)
        self.connection = connection


def connection_error(outcome: Outcome, reason: str, remedy: str = "", hop: str = "") -> HostConnectionError:
    """The error for one way in which a connection can end."""
    return HostConnectionError(Connection(outcome, reason, remedy, hop))
