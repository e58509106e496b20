"""A report from the round that makes it due to the reader's mailbox: looked at before, sent once, never twice."""

import email
import email.policy
import re
import subprocess
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from agent.store.store import Store
from tests.agent.integrations.smtp.acceptance import complaints
from tests.agent.integrations.smtp.inbox import Inbox, inbox
from tests.outside.agency import Agency

ANN = "    contacts: [{name: Ann Example, email: ann@shop.example}]\n"


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox(auth_required=False) as made:
        yield made


@pytest.fixture
def desk(at: Agency, box: Inbox) -> Agency:
    """The agency, with mail, and one client who is told of every change."""
    at.mail = (
        f"{{host: 127.0.0.1, port: {box.port}, security: none, from: {{name: Help Desk, email: l2@agency.example}}}}"
    )
    at.about["harbour"] = ANN + "    report: {when: change}\n"
    at.write()
    return at


def mails(box: Inbox) -> list[EmailMessage]:
    return [email.message_from_bytes(one.content, policy=email.policy.default) for one in box.received]


def test_a_report_waits_for_approval_and_then_goes_once(desk: Agency, box: Inbox) -> None:
    desk.siterounds("run")
    desk.problems("shop", "disk critical It is full")
    done = desk.siterounds("run")
    assert (done.code, box.received) == (0, [])
    waiting = desk.json("report", "list")
    assert [(one["client"], one["stage"], one["to"]) for one in waiting] == [
        ("harbour", "prepared", ["ann@shop.example"])
    ]
    number = str(waiting[0]["id"])
    assert "to approve" in desk.siterounds("report", "list").out
    assert desk.siterounds("report", "approve", number).code == 0
    (mail,) = mails(box)
    assert mail["To"] == "Ann Example <ann@shop.example>"
    assert mail["Subject"] == "Health report for Harbour Books: One thing needs action now."
    assert mail["Auto-Submitted"] == "auto-generated"
    assert complaints(box.received[0].content) == []
    again = desk.siterounds("report", "send", number)
    assert (again.code, "Nothing new" in again.err, len(box.received)) == (0, True, 1)
    assert desk.siterounds("report", "send", number, "--again").code == 0
    assert [one["Message-ID"] for one in mails(box)] == [mail["Message-ID"]] * 2
    assert desk.json("report", "list")[0]["stage"] == "sent"


def test_services_say_whether_mail_is_taken(desk: Agency, box: Inbox) -> None:
    desk.siterounds("run")
    greeted = {one["service"]: one for one in desk.json("services")}
    assert (greeted["mail"]["said"], greeted["mail"]["well"]) == ("takes mail from us", True)
    desk.mail = desk.mail.replace(str(box.port), "1")
    desk.write()
    assert desk.siterounds("services").code == 1


def test_without_news_there_is_no_report(desk: Agency, box: Inbox) -> None:
    desk.about["harbour"] = ANN + "    report: {when: change, approve: false}\n"
    desk.write()
    for _ in range(3):
        desk.siterounds("run")
    assert box.received == []
    desk.problems("books", "mail warning It waits")
    desk.siterounds("run")
    assert len(box.received) == 1
    desk.siterounds("run")
    assert len(box.received) == 1


def test_a_narrowed_round_makes_no_report(desk: Agency, box: Inbox) -> None:
    desk.about["harbour"] = ANN + "    report: {when: change, approve: false}\n"
    desk.write()
    desk.siterounds("run")
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run", "--check", "rehearsal")
    assert box.received == []
    desk.siterounds("run", "--client", "harbour")
    assert len(box.received) == 1


@pytest.mark.parametrize("language", ["de", "fr", "nl", "it", "pl", "es"])
def test_it_speaks_its_readers_language(desk: Agency, box: Inbox, language: str) -> None:
    more = f"    language: {language}\n    report: {{when: change, approve: false, zone: Europe/Berlin}}\n"
    desk.about["harbour"] = ANN + more
    desk.write()
    desk.siterounds("run")
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run")
    (mail,) = mails(box)
    assert mail["Content-Language"] == language
    assert "needs action" not in str(mail["Subject"])
    html = mail.get_body(("html",))
    assert html is not None
    assert f'lang="{language}"' in html.get_content()
    assert complaints(box.received[0].content) == []


def test_a_preview_is_what_will_be_read_and_sends_nothing(desk: Agency, box: Inbox) -> None:
    desk.siterounds("run")
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run")
    folder = desk.folder / "looked"
    done = desk.siterounds("report", "preview", "--client", "harbour", "--folder", str(folder))
    assert done.code == 0
    assert sorted(Path(line).name for line in done.out.split()) == ["report-1.eml", "report.html", "report.txt"]
    assert "It is full" in (folder / "report.html").read_text()
    assert (
        (folder / "report.txt").read_text().startswith("Health report for Harbour Books: One thing needs action now.")
    )
    number = str(desk.json("report", "list")[0]["id"])
    assert desk.siterounds("report", "preview", number, "--folder", str(folder)).code == 0
    overview = desk.siterounds("report", "preview", "--folder", str(folder / "all"))
    assert overview.code == 0
    assert "Regatta Club" in (folder / "all/report.html").read_text()
    assert box.received == []


def test_the_agency_has_an_overview_of_its_own(desk: Agency, box: Inbox) -> None:
    desk.top = "report: {when: weekly, to: [desk@agency.example], approve: false}\n"
    desk.write()
    desk.siterounds("run")
    (mail,) = mails(box)
    assert mail["To"] == "desk@agency.example"
    assert str(mail["Subject"]).startswith("Health report for all sites: ")
    desk.siterounds("run")
    assert len(box.received) == 1


def test_a_report_that_is_skipped_is_told_by_the_next_one(desk: Agency, box: Inbox) -> None:
    desk.siterounds("run")
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run")
    number = str(desk.json("report", "list")[0]["id"])
    assert desk.siterounds("report", "skip", number).code == 0
    refused = desk.siterounds("report", "send", number)
    assert (refused.code, "is skipped, and not approved" in refused.err) == (73, True)
    desk.problems("shop")
    time.sleep(1.1)  # a report is known by the second in which its round ended
    desk.siterounds("run")
    assert [one["stage"] for one in desk.json("report", "list")] == ["prepared", "skipped"]


def test_each_recipient_has_an_outcome_of_their_own(desk: Agency, box: Inbox) -> None:
    desk.about["harbour"] = "    report: {when: change, approve: false, to: [ann@shop.example, bob@shop.example]}\n"
    desk.write()
    desk.siterounds("run")
    box.answers["RCPT"] = ["550 5.1.1 no such user"]
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run")
    assert [str(one["To"]) for one in mails(box)] == ["bob@shop.example"]
    (stuck,) = [one for one in desk.json("outbox") if one["service"] == "mail"]
    assert (stuck["stage"], "ann@shop.example" in stuck["what"]) == ("parked", True)


def test_a_pdf_travels_where_that_is_wanted(desk: Agency, box: Inbox) -> None:
    desk.about["harbour"] = ANN + "    report: {when: change, approve: false, pdf: attach}\n"
    desk.write()
    desk.siterounds("run")
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run")
    (mail,) = mails(box)
    (pdf,) = mail.iter_attachments()
    assert pdf.get_content_type() == "application/pdf"
    path = desk.folder / "report.pdf"
    path.write_bytes(pdf.get_content())
    told = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Tagged: +yes$", told, re.M)
    assert complaints(box.received[0].content) == []


def test_a_pdf_is_kept_where_that_is_wanted(desk: Agency, box: Inbox) -> None:
    desk.about["harbour"] = ANN + "    report: {when: change, approve: false, pdf: file}\n"
    desk.write()
    desk.siterounds("run")
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run")
    (kept,) = (desk.state / "reports").glob("harbour-*.pdf")
    assert kept.read_bytes().startswith(b"%PDF-")
    assert list(mails(box)[0].iter_attachments()) == []


def test_the_bytes_are_those_that_were_approved(desk: Agency, box: Inbox) -> None:
    desk.siterounds("run")
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run")
    number = desk.json("report", "list")[0]["id"]
    with Store(desk.state) as store:
        filed = store.reports.get(number)
    desk.problems("shop")
    assert filed is not None
    desk.siterounds("report", "approve", str(number))
    html = mails(box)[0].get_body(("html",))
    assert html is not None
    assert html.get_content().splitlines() == filed.html.splitlines()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["preview", "99"], 2, "there is no report #99"),
        (["approve", "99"], 73, "there is no report #99"),
        (["preview", "--client", "harbor"], 2, "did you mean 'harbour'?"),
        (["send", "x"], 2, "should be a valid integer"),
    ],
)
def test_mistakes_are_sentences(desk: Agency, arguments: list[str], code: int, said: str) -> None:
    desk.siterounds("run")
    done = desk.siterounds("report", *arguments)
    assert (done.code, said in " ".join(done.err.split())) == (code, True)


def test_what_was_there_at_the_first_look_is_no_news(desk: Agency, box: Inbox) -> None:
    desk.about["harbour"] = ANN + "    report: {when: weekly, approve: false}\n"
    desk.write()
    desk.problems("shop", "disk critical It is full")
    desk.siterounds("run")
    (mail,) = mails(box)
    html = mail.get_body(("html",))
    assert html is not None
    assert "It is full" in html.get_content()
    assert "What changed" not in html.get_content()
