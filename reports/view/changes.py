"""What changed in the period, and what was done."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from checks import State
from reports.format import short, translate, translate_plural
from reports.health_report import ReportedChange
from reports.model import key_of
from reports.summary import CHANGES, hours_sentence
from reports.view.context import ViewContext
from reports.view.model import ItemList, TextLine
from reports.wording import phrase_for


def changes(context: ViewContext) -> ItemList:
    """Return the new, reopened, worsened and eased problems, with the counts of all changes."""
    language, period = context.language, context.report.period
    named = {
        "opened": language("New"),
        "reopened": language("Back again"),
        "worsened": language("Worse"),
        "eased": language("Better"),
    }
    shown = [one for change in named for one in context.report.changes(change)]
    most = context.limits.lines
    lines = tuple(_line(one, named[one.change], context) for one in shown[:most])
    title = language("What changed")
    if period.since is not None:
        title = translate(language, "What changed since {day}", day=language.day(period.since))
    return ItemList(lines, title, context.more(len(shown) - most), counts(context))


def _line(one: ReportedChange, label: str, context: ViewContext) -> TextLine:
    state = State.OK if one.change == "eased" else one.incident.state
    return TextLine(_text(one, context), _note(one, context), label, state)


def counts(context: ViewContext) -> str:
    """Return the number of problems by change; silenced problems do not count."""
    language = context.language
    changed = Counter(one.change for one in context.report.happened if not one.incident.silence)
    shown = ((language(label), changed[change]) for label, change, _ in CHANGES if changed[change])  # type: ignore[index]
    return " · ".join(
        translate(language, "{change}: {count}", change=label, count=language.number(count)) for label, count in shown
    )


def done(context: ViewContext) -> ItemList:
    """Return what was solved or updated."""
    lines = [*_done(context)]
    most = context.limits.lines
    return ItemList(tuple(lines[:most]), more=context.more(len(lines) - most))


def _done(context: ViewContext) -> Iterator[TextLine]:
    language = context.language
    for one in context.report.changes("resolved"):
        if one.updated:
            what, before, now = one.updated
            text = translate(language, "{what} was updated from {before} to {now}.", what=what, before=before, now=now)
            yield TextLine(text, _note(one, context), language("Updated"))
        else:
            yield TextLine(_text(one, context), _note(one, context), language("Solved"))


def _text(one: ReportedChange, context: ViewContext) -> str:
    finding = context.newest.get(key_of(one.incident))
    language = context.language
    if one.change == "resolved":
        shown = (
            finding and finding.finding.state is State.OK and finding.finding.kind != "settled"
        )  # that says not what it was
        if finding and shown:
            return phrase_for(finding, language).headline
        return translate(language, "No longer so: {problem}", problem=short(one.incident.summary))
    if finding and finding.finding.state is not State.OK:
        return phrase_for(finding, language).headline
    return context.name(one.incident.summary, 300)


def _note(one: ReportedChange, context: ViewContext) -> str:
    where = context.where(one.incident.host, one.incident.site)
    parts = (
        where,
        context.seen(one.at, one.round),
        context.tickets((one.incident.ticket,) if one.incident.ticket else ()),
    )
    return " · ".join(part for part in parts if part)


def hours(context: ViewContext) -> tuple[str, ...]:
    """Return the sentences on the hours booked in the period and used of the contract."""
    language, booked = context.language, context.report.hours_booked
    sentences = []
    if booked:
        number = int(booked) if booked == int(booked) else 2  # "1.5 hours" is plural everywhere that matters
        sentences.append(
            translate_plural(
                language,
                "{hours} hour was booked for our rounds in this time.",
                "{hours} hours were booked for our rounds in this time.",
                number,
                hours=language.number(booked, 2),
            )
        )
    if context.report.standing is not None:
        sentences.append(hours_sentence(context.report.standing, context.shown.round.ended_at, language))
    return tuple(sentence for sentence in sentences if sentence)


def hours_share(context: ViewContext) -> float | None:
    """Return used hours in per cent of the agreed ones; None if either is not known or none are agreed."""
    standing = context.report.standing
    if standing is None or not standing.agreed or standing.used is None:
        return None
    return float(standing.used * Decimal(100) / standing.agreed)
