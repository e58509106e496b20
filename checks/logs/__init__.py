"""What a site's logs say: fatal errors, failing requests, and whether anything is written down at all."""

from checks.check import Check
from checks.findings import Kind
from checks.logs.evaluate import evaluate
from checks.logs.facts import LogFacts
from checks.logs.probe import logs_probe
from checks.logs.settings import Settings

check: Check[LogFacts, Settings] = Check(
    name="logs",
    title="Logs",
    probe=logs_probe,
    evaluate=evaluate,
    settings=Settings(),
    kinds=(
        Kind("logs-read"),
        Kind("log-read"),
        Kind("fatal-error"),
        Kind("frequent-error"),
        Kind("failed-requests"),
        Kind("failed-logins"),
        Kind("logging-off"),
        Kind("log-exposed"),
        Kind("log-large"),
    ),
    scope_words=("logs", "log file", "error log"),
)

__all__ = ["LogFacts", "Settings", "check"]
