"""One visit to a host: how long it may take, and what it brought home."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.answers import Answer
from checks.ssh import Connection


@dataclass(frozen=True, slots=True)
class Limits:
    """What a visit may take, in seconds unless said otherwise. Each jump host on the way has each limit anew."""

    resolve: float = 10.0  # the host's name
    connect: float = 10.0  # TCP, all addresses of the name together
    banner: float = 10.0  # the server's first line
    handshake: float = 15.0  # agreeing on keys
    authentication: float = 20.0  # all keys together
    channel: float = 10.0  # opening one
    grace: float = 15.0  # silence beyond the longest probe's own limit
    visit: float = 300.0  # from the login to the last answer
    output: int = 64 * 1024 * 1024  # bytes of transcript
    parallel: int = 16  # hosts visited at once


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit went, and the answers by question id; none at all where the host never got to the questions."""

    connection: Connection
    answers: Mapping[str, Answer]
    seconds: float = 0.0  # from the first attempt to the last answer
