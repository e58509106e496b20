"""What a person sees when something is wrong: a sentence and an exit code, never a traceback."""

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
