"""What services say when they decline, each in a form of its own, as one sentence that may be kept and shown."""

import json
from collections.abc import Iterator
from typing import Any

from checks.logs.redaction import redact

_TEXTS = ("description", "message", "error_description", "detail", "title", "MESSAGE")
_LONGEST = 300  # characters


def described(kind: str, body: bytes) -> tuple[str, str]:
    """The service's name for the mistake and its sentence, "" where there is none; secrets and addresses left out."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        text = body[:1000].decode("utf-8", "replace") if "text/plain" in kind else ""
        return "", _kept(text)
    error = said.get("error") if isinstance(said, dict) else None
    named = error.get("title") if isinstance(error, dict) else error
    name = named if isinstance(named, str) else ""
    sentences = dict.fromkeys([*([name] if name else []), *_sentences(said)])
    return _kept(name), _kept(": ".join(sentences))


def _kept(text: str) -> str:
    return redact(" ".join(text.split()), _LONGEST)


def _sentences(said: Any, depth: int = 0) -> Iterator[str]:
    """Every sentence of the answer, the general ones before those about a field."""
    if depth > 6:
        return
    if isinstance(said, dict):
        yield from (said[key] for key in _TEXTS if isinstance(said.get(key), str) and said[key])
        for key, value in said.items():
            if key in ("details", "errors", "error", "base") or depth:
                yield from _sentences(value, depth + 1)
    elif isinstance(said, list):
        for one in said[:5]:
            if isinstance(one, str):
                yield one
            else:
                yield from _sentences(one, depth + 1)
