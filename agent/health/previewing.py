"""A report shown before it is sent."""

from collections.abc import Mapping
from datetime import datetime

from agent.health.gathering import newest_whole
from agent.health.making import Maker, MakingError
from agent.health.sending import messages
from agent.integrations.smtp.delivery import encoded
from agent.store.reports import Filed, Head, Stage
from reports.health import Period


def period_as_of_now(maker: Maker, client: str | None, at: datetime) -> Period:
    """All the time since the last report, until the newest round; raises MakingError, StoreError."""
    newest = newest_whole(maker.store, maker.inventory, client, at)
    if newest is None:
        raise MakingError("no round over all of it was recorded yet: make one by `siterounds run`")
    last = maker.store.archive.last(client)
    since = last.period.until if last and last.period.until < newest.ended_at else None
    return Period("round", "preview", since, newest.ended_at)


def as_of_now(maker: Maker, client: str | None, at: datetime) -> Filed:
    """A report as it would be made now; raises MakingError, StoreError."""
    made = maker.made(client, period_as_of_now(maker, client, at), at)
    head = Head(
        0, client, made.period, made.round_id, at, Stage.PREPARED, at, made.subject, made.language,
        made.recipients, made.digest,
    )  # fmt: skip
    return Filed(head, made.html, made.text)


def files_of(maker: Maker, filed: Filed) -> Mapping[str, str]:
    """The report by file name: as a page by itself, as text, and as each mail where it is known how mail goes out."""
    head = filed.head
    page = maker.page(head.client, head.period, head.made_at)
    files = {"report.html": page, "report.txt": f"{head.subject}\n\n{filed.text}"}
    mail = maker.inventory.services.mail
    if mail is not None:
        for number, draft in enumerate(messages(maker, filed), 1):
            files[f"report-{number}.eml"] = encoded(draft.payload, mail).decode()
    return files
