"""Select the parts of a round that a client's report shows, and leave out what concerns only the agency."""

from dataclasses import replace

from reports.language import ENGLISH, Language
from reports.model import Coverage, NotRun, ReportedFinding, ReportedIncident, Round, key_of
from reports.wording import phrase_for

OURS = "This part lies with us, not with your site; we see to it."
"""The reason is stored in a round in English; the report translates it when it is rendered."""
SHARED = "This server is shared with others: its details are in the agency's report."


def is_ours(finding: ReportedFinding) -> bool:
    """Return whether a finding is about the agency's tools or a contract, not about a client's site or host."""
    return finding.finding.data.get("audience") == "agency" or _of_a_contract(finding)


def _of_a_contract(one: ReportedFinding | ReportedIncident) -> bool:
    return one.place.host is None and one.place.site is None


def told_to_client(shown: Round, language: Language = ENGLISH) -> Round:
    """Return the round as a client's report shows it.

    Findings about the agency's own tools are left out; checks that did not run because of them stay listed as not run.
    Findings about a server that several clients share keep only the text that names no other client's folders.
    Remedies are left out: they are for engineers, and may hold a command.
    """
    ours = {key_of(one) for one in shown.findings if is_ours(one)}
    missed = tuple(_for_client(one) for one in shown.coverage.not_run)
    return replace(
        shown,
        coverage=Coverage.of(shown.coverage.checks, missed),
        findings=tuple(_finding_without_details(one, language) for one in shown.findings if not is_ours(one)),
        incidents=tuple(
            _incident_without_details(one, language)
            for one in shown.incidents
            if key_of(one) not in ours and not _of_a_contract(one)
        ),
    )


def _for_client(missed: NotRun) -> NotRun:
    reason = OURS if missed.internal else missed.reason
    return replace(missed, reason=reason, remedy="", excused=missed.internal)


def _finding_without_details(finding: ReportedFinding, language: Language) -> ReportedFinding:
    for_client = replace(finding.finding, remedy="")
    if finding.place.site is None and len(finding.place.clients) > 1:
        for_client = replace(for_client, summary=phrase_for(finding, language).headline, details=(language(SHARED),))
    return replace(finding, finding=for_client)


def _incident_without_details(incident: ReportedIncident, language: Language) -> ReportedIncident:
    if incident.site is not None or len(incident.clients) < 2:
        return incident
    return replace(incident, summary=language("a problem of the server"))
