"""WHAT is asked and how it is judged. This module is the public interface for third parties' checks."""

from checks.check import Check, Policy, Threshold
from checks.findings import Cause, Finding, Gap, Judgement, Memory, NotCheckedError, State
from checks.probes import Asking, DnsAnswer, DnsOutcome, Lookup, Probe, Query, Scope, Target

__all__ = [
    "Asking",
    "Cause",
    "Check",
    "DnsAnswer",
    "DnsOutcome",
    "Finding",
    "Gap",
    "Judgement",
    "Lookup",
    "Memory",
    "NotCheckedError",
    "Policy",
    "Probe",
    "Query",
    "Scope",
    "State",
    "Target",
    "Threshold",
]
