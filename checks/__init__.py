"""WHAT is asked and how it is judged. This module is the public interface for third parties' checks."""

from checks.check import Check, Policy, Threshold
from checks.findings import Cause, CheckResult, Finding, Kind, Memory, NotChecked, NotCheckedError, State
from checks.phrases import KindPhrases, PhraseTemplate
from checks.probes import DnsAnswer, DnsOutcome, Lookup, LookupSteps, Probe, Query, Scope, Target

__all__ = [
    "Cause",
    "Check",
    "CheckResult",
    "DnsAnswer",
    "DnsOutcome",
    "Finding",
    "Kind",
    "KindPhrases",
    "Lookup",
    "LookupSteps",
    "Memory",
    "NotChecked",
    "NotCheckedError",
    "PhraseTemplate",
    "Policy",
    "Probe",
    "Query",
    "Scope",
    "State",
    "Target",
    "Threshold",
]
