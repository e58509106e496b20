"""WHAT is asked and how it is judged. This module is the public interface for third parties' checks."""

from checks.check import Check, Policy, Threshold
from checks.findings import Cause, CheckResult, Finding, Memory, NotChecked, NotCheckedError, State
from checks.probes import DnsAnswer, DnsOutcome, Lookup, LookupSteps, Probe, Query, Scope, Target

__all__ = [
    "Cause",
    "Check",
    "CheckResult",
    "DnsAnswer",
    "DnsOutcome",
    "Finding",
    "Lookup",
    "LookupSteps",
    "Memory",
    "NotChecked",
    "NotCheckedError",
    "Policy",
    "Probe",
    "Query",
    "Scope",
    "State",
    "Target",
    "Threshold",
]
