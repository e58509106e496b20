"""Secrets as they may travel in a header."""

from agent.domain.errors import RefusedError


def sound_token(name: str, token: str) -> str:
    """The token; RefusedError where it holds what no header can carry, such as a line break in its middle."""
    if token and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise RefusedError(f"the secret kept for {name} is no token: it holds more than letters, digits and signs")
