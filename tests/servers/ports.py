"""Ports for servers that must be told theirs before they start."""

import errno
import random
import socket

_BELOW_THE_SYSTEMS_OWN = range(10_000, 32_000)
_chance = random.SystemRandom()  # not the one that tests seed: two runs would draw the same


def free_port(address: str = "127.0.0.1", kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nobody listens on at the moment, nor is given by the system to whoever wants any."""
    while True:
        port = _chance.choice(_BELOW_THE_SYSTEMS_OWN)
        with socket.socket(type=kind) as probe:
            try:
                probe.bind((address, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                return port
