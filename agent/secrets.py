"""Secrets, read from where the inventory says that they are kept."""

import os
from collections.abc import Mapping
from pathlib import Path

from inventory.secrets import Reference

LIMIT = 65536
"""Bytes of the longest secret."""


class SecretError(Exception):
    """A secret cannot be read; the message names the place, never the secret."""


def read_secret(reference: Reference, environment: Mapping[str, str] = os.environ) -> str:
    """Return the secret without its trailing line break. Raises SecretError if it cannot be read."""
    if reference.scheme == "env":
        if not environment.get(reference.name):
            raise SecretError(f"{reference}: that variable is not set")
        return environment[reference.name]
    if reference.scheme == "file":
        return _read(Path(reference.name).expanduser(), reference)
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise SecretError(f"{reference}: there are no systemd credentials here (LoadCredential= in the unit)")
    return _read(Path(folder) / reference.name, reference)


def _read(path: Path, reference: Reference) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LIMIT)
    except OSError as error:
        raise SecretError(f"{reference}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SecretError(f"{reference}: not text") from error
    secret = text.rstrip("\r\n")
    if not secret:
        raise SecretError(f"{reference}: empty")
    return secret
