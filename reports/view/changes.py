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


def changes(telling: ViewContext) -> ItemList:
    """What came, came back, or became worse or better, and what was solved, counted."""
    language, period = telling.language, telling.report.period
    named = {
        "opened": language("New"),
        "reopened": language("Back again"),
        "worsened": language("Worse"),
        "eased": language("Better"),
    }
    told = [one for change in named for one in telling.report.changes(change)]
    most = telling.limits.lines
    lines = tuple(_line(one, named[one.change], telling) for one in told[:most])
    title = language("What changed")
    if period.since is not None:
        title = translate(language, "What changed since {day}", day=language.day(period.since))
    return ItemList(lines, title, telling.more(len(told) - most), counts(telling))


def _line(one: ReportedChange, label: str, telling: ViewContext) -> TextLine:
    state = State.OK if one.change == "eased" else one.incident.state
    return TextLine(_text(one, telling), _note(one, telling), label, state)


def counts(telling: ViewContext) -> str:
    """How many problems changed in which way; what is known or under maintenance does not count."""
    language = telling.language
    changed = Counter(one.change for one in telling.report.happened if not one.incident.silence)
    told = ((language(label), changed[change]) for label, change, _ in CHANGES if changed[change])  # type: ignore[index]
    return " · ".join(
        translate(language, "{change}: {count}", change=label, count=language.number(count)) for label, count in told
    )


def done(telling: ViewContext) -> ItemList:
    """What was solved or updated."""
    lines = [*_done(telling)]
    most = telling.limits.lines
    return ItemList(tuple(lines[:most]), more=telling.more(len(lines) - most))


def _done(telling: ViewContext) -> Iterator[TextLine]:
    language = telling.language
    for one in telling.report.changes("resolved"):
        if one.updated:
            what, before, now = one.updated
            text = translate(language, "{what} was updated from {before} to {now}.", what=what, before=before, now=now)
            yield TextLine(text, _note(one, telling), language("Updated"))
        else:
            yield TextLine(_text(one, telling), _note(one, telling), language("Solved"))


def _text(one: ReportedChange, telling: ViewContext) -> str:
    finding = telling.newest.get(key_of(one.incident))
    language = telling.language
    if one.change == "resolved":
        told = (
            finding and finding.finding.state is State.OK and finding.finding.kind != "settled"
        )  # that says not what it was
        if finding and told:
            return phrase_for(finding, language).headline
        return translate(language, "No longer so: {problem}", problem=short(one.incident.summary))
    if finding and finding.finding.state is not State.OK:
        return phrase_for(finding, language).headline
    return telling.name(one.incident.summary, 300)


def _note(one: ReportedChange, telling: ViewContext) -> str:
    where = telling.where(one.incident.host, one.incident.site)
    parts = (
        where,
        telling.seen(one.at, one.round),
        telling.tickets((one.incident.ticket,) if one.incident.ticket else ()),
    )
    return " · ".join(part for part in parts if part)


def hours(telling: ViewContext) -> tuple[str, ...]:
    """The hours booked in the period, and where the contract's stand."""
    language, booked = telling.language, telling.report.hours_booked
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
    if telling.report.standing is not None:
        sentences.append(hours_sentence(telling.report.standing, telling.shown.round.ended_at, language))
    return tuple(sentence for sentence in sentences if sentence)


def hours_share(telling: ViewContext) -> float | None:
    """Per cent of the agreed hours that are used."""
    standing = telling.report.standing
    if standing is None or not standing.agreed or standing.used is None:
        return None
    return float(standing.used * Decimal(100) / standing.agreed)
