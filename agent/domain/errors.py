"""Why a service did not do what was asked, told by what may be done about it.

ServiceError
├── RefusedError      our credentials or rights: nothing more can be sent until somebody mends them
├── UnavailableError  surely not done, and worth asking again later
├── UncertainError    perhaps done: look before asking again
└── RejectedError     surely not done, and asking again would change nothing
"""


class ServiceError(Exception):
    """A service did not do what was asked. `remedy` says what would change that, "" where nobody knows."""

    def __init__(self, reason: str, remedy: str = "", *, after: float | None = None, code: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.after = after  # seconds the service wants to be left alone
        self.code = code  # of HTTP, 0 where there was no answer


class AuthenticationError(ServiceError):
    """Our credentials or rights do not suffice, or what answers is not the service."""


class TransientError(ServiceError):
    """It was not reached, or it said that it did nothing: too many requests, say."""


class UnknownOutcomeError(ServiceError):
    """The request was sent, and nobody knows whether it was carried out."""


class PermanentError(ServiceError):
    """The service understood and declined."""

    def __init__(self, reason: str, remedy: str = "", *, code: int = 0, name: str = "") -> None:
        super().__init__(reason, remedy, code=code)
        self.name = name  # the service's own word for the mistake, such as "IdempotentRequestError"


class StoreError(Exception):
    """The store cannot be used; the message says why and what would mend it."""


class BusyError(StoreError):
    """Another round is writing."""


EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_BAD_INVENTORY = 65
EXIT_NO_STORE = 73
EXIT_BUSY = 75
EXIT_INTERRUPTED = 130


class CommandError(Exception):
    """Ends a command with a sentence on standard error and an exit code."""

    def __init__(self, sentence: str, code: int = EXIT_FAILED) -> None:
        super().__init__(sentence)
        self.code = code
