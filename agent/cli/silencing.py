"""The commands by which a person says what is to be told of a problem: incidents ack, mute, unmute."""

import getpass
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.context import context_of, talk
from agent.clock import now
from agent.domain.errors import EXIT_USAGE, CommandError
from agent.domain.incidents import Phase

if TYPE_CHECKING:
    from agent.domain.tickets import Silencing

Number = Annotated[int, typer.Argument(help="The number that `siterounds incidents` shows.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept, and shown with the problem.")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; without it, your account's name.")]

_SPAN = re.compile(r"([1-9][0-9]{0,3})(h|d|w)")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_WHEN = "a day such as 2026-12-31, a moment such as 2026-12-31T18:00+01:00, or a span such as 8h, 3d or 2w"


def ack(
    ctx: typer.Context,
    number: Number,
    reason: Reason,
    until: Annotated[str | None, typer.Option("--until", help=f"When it ends: {_WHEN}.")] = None,
    by: By = None,
) -> None:
    """Acknowledge a problem: its ticket hears only that it gets worse, or that it is over. Ends with the problem."""
    from agent.domain.tickets import Silencing

    _say(ctx, number, Silencing.ACK, reason, moment(until, now()) if until else None, by)


def mute(
    ctx: typer.Context,
    number: Number,
    reason: Reason,
    until: Annotated[str, typer.Option("--until", help=f"When it ends: {_WHEN}.")],
    by: By = None,
) -> None:
    """Have nothing told of a problem until a day, but that it is over. It goes on being looked at and reported."""
    from agent.domain.tickets import Silencing

    _say(ctx, number, Silencing.MUTE, reason, moment(until, now()), by)


def unmute(ctx: typer.Context, number: Number) -> None:
    """Have a problem told on again, from the next round on."""
    with context_of(ctx).recorded_store() as store:
        if not store.silences.end(number, now()):
            raise CommandError(f"incident #{number} is neither acknowledged nor muted", EXIT_USAGE)
    talk.print(f"#{number} is told on again.")


def moment(text: str, at: datetime) -> datetime:
    """When a silence ends. A mere day ends with it, in UTC."""
    if match := _SPAN.fullmatch(text):
        return at + int(match[1]) * _UNITS[match[2]]
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--until {text}: write {_WHEN}", EXIT_USAGE) from None
    if len(text) <= len("2026-12-31"):
        until += timedelta(days=1)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    if until <= at:
        raise CommandError(f"--until {text}: that has passed; write {_WHEN}", EXIT_USAGE)
    return until


def _say(
    ctx: typer.Context, number: int, kind: "Silencing", reason: str, until: datetime | None, by: str | None
) -> None:
    from agent.store.tickets import Wish

    if not reason.strip():
        raise CommandError("--reason: say why, for those who read it later", EXIT_USAGE)
    with context_of(ctx).recorded_store() as store:
        known = dict(store.incidents().values())
        if number not in known or known[number].phase is Phase.RESOLVED:
            raise CommandError(
                f"there is no incident #{number} that is not over: see `siterounds incidents`", EXIT_USAGE
            )
        store.silences.say(number, Wish(kind, reason.strip(), by or _account(), until), now())
    end = f" until {until:%Y-%m-%d %H:%M %Z}" if until else " until it is over"
    talk.print(f"#{number} is {'acknowledged' if kind == 'ack' else 'muted'}{end}.", soft_wrap=True)


def _account() -> str:
    """Who types, as far as the machine knows."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
