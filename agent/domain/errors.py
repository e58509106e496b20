"""The errors of services, of the store and of commands.

ServiceError                  a service did not do what was requested; the class says what to do next
├── AuthenticationError       wrong credentials or rights: send nothing more until somebody fixes them
├── TransientError            not done: retry later
├── UnknownOutcomeError       perhaps done: look it up before a retry
└── PermanentError            not done, and a retry would change nothing
StoreError                    the store cannot be used
└── BusyError                 another process holds the lock
CommandError                  ends a command with an exit code
"""


class ServiceError(Exception):
    """A service did not do what was requested. `remedy` says how to fix it; "" means unknown."""

    def __init__(self, reason: str, remedy: str = "", *, after: float | None = None, code: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.after = after  # seconds that the service asks us to wait; None means it did not say
        self.code = code  # HTTP status or SMTP reply code; 0 means no response


class AuthenticationError(ServiceError):
    """The credentials or rights do not suffice, or the response does not come from the service."""


class TransientError(ServiceError):
    """The service was not reached, or it answered that it did nothing, for example because of too many requests."""


class UnknownOutcomeError(ServiceError):
    """The request was sent, and it is unknown whether the service carried it out."""


class PermanentError(ServiceError):
    """The service understood the request and rejected it."""

    def __init__(self, reason: str, remedy: str = "", *, code: int = 0, name: str = "") -> None:
        super().__init__(reason, remedy, code=code)
        self.name = name  # the service's own name of the error, such as "IdempotentRequestError"


class StoreError(Exception):
    """The store cannot be used; the message says why and how to fix it."""


class DamagedError(StoreError):
    """The store's file is damaged; the message names the way back."""


class BusyError(StoreError):
    """Another process holds the lock."""


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
