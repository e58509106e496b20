"""What a finding means to somebody who is no technician: a headline, its meaning, what to do."""

from collections.abc import Sequence
from string import Formatter

from checks import State
from reports.model import NotRun, ReportedFinding
from reports.words import WORDS, Words


def words_for(finding: ReportedFinding) -> Words:
    """The words for a finding, from its kind and data; an unknown kind speaks by its own summary."""
    template = WORDS.get(finding.kind)
    values = {"item": finding.item, "reason": finding.summary, **finding.data}
    if template is None or not _can_fill(template, values):
        return Words(finding.summary, "", finding.remedy)
    return Words(*(_filled(part, values) for part in (template.headline, template.meaning, template.action)))


def _can_fill(template: Words, values: dict[str, object]) -> bool:
    parts = template.headline + template.meaning + template.action
    return all(name is None or name in values for _, name, _, _ in Formatter().parse(parts))


def _filled(part: str, values: dict[str, object]) -> str:
    """A sentence with its values; only names are filled in, so that a value is never read as a template."""
    return "".join(
        text + ("" if name is None else f"{values[name]:g}" if isinstance(values[name], float) else str(values[name]))
        for text, name, _, _ in Formatter().parse(part)
    )


def says(findings: Sequence[ReportedFinding], missed: Sequence[NotRun]) -> str:
    """One check of one site in one line."""
    bad = sorted((one for one in findings if one.state is not State.OK), key=lambda one: -one.state.severity)
    if bad:
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        return words_for(bad[0]).headline.rstrip(".") + more
    if missed:
        return missed[0].reason
    return findings[0].summary if len(findings) == 1 else f"{len(findings)} looked at, all in order" if findings else ""


__all__ = ["Words", "says", "words_for"]
