"""What a mail server answers, and what follows from it."""

import base64
import re
from collections.abc import Sequence

from agent.domain.errors import RefusedError, RejectedError, ServiceError, UnavailableError
from checks.logs.redaction import redact

Reply = tuple[int, bytes]
"""Its code, -1 where it is no SMTP, and its lines."""

HIDDEN = "[hidden]"

_NOT_LET_IN = (530, 534, 535, 538)  # wherever they come: log in first, or otherwise (RFC 4954)
_LONGEST = 300  # characters


class Words:
    """Makes a server's words fit to be kept and shown: on one line, without addresses and without our secrets."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Leave these out, however they are encoded."""
        forms = [
            form
            for one in secrets
            if one
            for form in (one, base64.b64encode(one.encode("utf-8", "surrogateescape")).decode())
        ]
        self._secrets = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, reply: Reply) -> str:
        """Code and text."""
        text = reply[1].decode("utf-8", "replace")
        for one in self._secrets:
            text = text.replace(one, HIDDEN)
        said = redact(" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split()), _LONGEST)
        return f"{reply[0]} {said}".strip() if reply[0] > 0 else "something that is no SMTP"


def declined(code: int, reason: str, remedy: str, kind: type[ServiceError]) -> ServiceError:
    """The error that a reply other than a good one means; `kind` and its remedy where the server would say it again."""
    if code in _NOT_LET_IN:
        return RefusedError(reason, "say in the inventory as whom to log in: services.mail.user", code=code)
    if not 500 <= code < 600:
        return UnavailableError(reason, code=max(code, 0))
    return kind(reason, remedy, code=code)


def too_much(code: int) -> type[ServiceError]:
    """What a server means that declines a sender: this message is too big, or we may not write in that name."""
    return RejectedError if code == 552 else RefusedError
