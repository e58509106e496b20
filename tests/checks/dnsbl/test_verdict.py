"""What an answer of a block list is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import DnsAnswer, DnsOutcome
from checks.dnsbl.lists import DBL, LISTS, SURBL, URIBL, ZEN, BlockList, Code
from checks.dnsbl.verdict import Word, trial_verdict, verdict

GRADED = BlockList("rep.example", ("v4",), codes=(Code("127.0.0.10", "bad"), Code("127.0.0.20", "good", good=True)))


def said(*records: str) -> DnsAnswer:
    return DnsAnswer(DnsOutcome.ANSWERED, records)


NO = DnsAnswer(DnsOutcome.NXDOMAIN)


@pytest.mark.parametrize(
    ("row", "answer", "word", "meanings"),
    [
        (ZEN, NO, Word.CLEAN, []),
        (ZEN, DnsAnswer(DnsOutcome.NODATA), Word.CLEAN, []),
        (ZEN, said("127.0.0.2"), Word.LISTED, ["SBL"]),
        (ZEN, said("127.0.0.9", "127.0.0.2"), Word.LISTED, ["SBL", "DROP"]),
        (ZEN, said("127.0.0.4", "127.0.0.99"), Word.LISTED, ["XBL"]),
        (DBL, said("127.0.1.102"), Word.LISTED, ["a legitimate domain abused in spam"]),
        (SURBL, said("127.0.0.8"), Word.LISTED, ["PH"]),
        (SURBL, said("127.0.0.80"), Word.LISTED, ["MW", "ABUSE"]),
        (SURBL, said("127.0.0.254"), Word.LISTED, ["DM", "PH", "MW", "CT", "ABUSE", "CR"]),
        (URIBL, said("127.0.0.2"), Word.LISTED, ["black"]),
        (GRADED, said("127.0.0.20"), Word.CLEAN, []),
        (GRADED, said("127.0.0.20", "127.0.0.10"), Word.LISTED, ["bad"]),
    ],
)
def test_plain_answers(row: BlockList, answer: DnsAnswer, word: Word, meanings: list[str]) -> None:
    found = verdict(row, answer)
    assert found.word is word
    assert [code.meaning.partition(":")[0] for code in found.codes] == meanings


@pytest.mark.parametrize(
    ("row", "answer", "kind", "reason"),
    [
        (ZEN, said("127.255.255.252"), "refused", "misspelt"),
        (ZEN, said("127.255.255.254"), "refused", "public resolver"),
        (ZEN, said("127.255.255.255"), "refused", "too many questions"),
        (ZEN, said("127.255.3.4"), "refused", "error code"),
        (ZEN, said("127.0.0.2", "127.255.255.254"), "refused", "public resolver"),
        (ZEN, said("127.0.0.1"), "new-code", "127.0.0.1"),
        (ZEN, said("127.0.0.99"), "new-code", "127.0.0.99"),
        (ZEN, said("127.0.1.2"), "new-code", "127.0.1.2"),
        (ZEN, said("93.184.216.34"), "rewritten", "93.184.216.34"),
        (ZEN, said("127.0.0.2", "93.184.216.34"), "rewritten", "93.184.216.34"),
        (ZEN, said("0.0.0.0"), "rewritten", "0.0.0.0"),
        (ZEN, said("<script>alert(1)</script>"), "rewritten", "<script>"),
        (ZEN, said(), "rewritten", "nothing"),
        (ZEN, DnsAnswer(DnsOutcome.TIMEOUT, reason="no answer in 2 s"), "no-answer", "no answer in 2 s"),
        (ZEN, DnsAnswer(DnsOutcome.SERVFAIL), "no-answer", "no working server"),
        (ZEN, DnsAnswer(DnsOutcome.REFUSED), "refused", "refused"),
        (ZEN, DnsAnswer(DnsOutcome.FAILED), "no-answer", "no usable answer"),
        (DBL, said("127.0.1.255"), "refused", "asked about an address"),
        (SURBL, said("127.0.0.1"), "refused", "blocked"),
        (SURBL, said("127.0.1.8"), "new-code", "127.0.1.8"),
        (URIBL, said("127.0.0.1"), "refused", "refuses"),
        (URIBL, said("127.0.0.255"), "refused", "refuses"),
        (URIBL, said("127.0.0.64"), "new-code", "127.0.0.64"),
    ],
)
def test_answers_that_say_nothing(row: BlockList, answer: DnsAnswer, kind: str, reason: str) -> None:
    found = verdict(row, answer)
    assert (found.word, found.kind) == (Word.UNKNOWN, kind)
    assert reason in found.reason
    assert not found.codes


@pytest.mark.parametrize(
    ("listed", "unlisted", "word", "reason"),
    [
        (said("127.0.0.2", "127.0.0.4", "127.0.0.10"), NO, Word.CLEAN, ""),
        (said("127.0.0.2"), DnsAnswer(DnsOutcome.NODATA), Word.CLEAN, ""),
        (NO, NO, Word.UNKNOWN, "does not list its own test entry 127.0.0.2"),
        (DnsAnswer(DnsOutcome.NODATA), NO, Word.UNKNOWN, "does not list its own test entry 127.0.0.2"),
        (said("127.0.0.2"), said("127.0.0.2"), Word.UNKNOWN, "lists 127.0.0.1, which no list may"),
        (said("127.0.0.2"), said("127.0.0.99"), Word.UNKNOWN, "lists 127.0.0.1, which no list may"),
        (said("127.0.0.2"), said("93.184.216.34"), Word.UNKNOWN, "rewrites"),
        (said("127.0.0.2"), said("127.255.255.254"), Word.UNKNOWN, "public resolver"),
        (said("127.0.0.2"), DnsAnswer(DnsOutcome.TIMEOUT), Word.UNKNOWN, "did not answer"),
        (said("127.0.0.99"), NO, Word.UNKNOWN, "none of its published codes"),
        (said("127.255.255.254"), said("127.255.255.254"), Word.UNKNOWN, "public resolver"),
        (DnsAnswer(DnsOutcome.SERVFAIL), NO, Word.UNKNOWN, "no working server"),
    ],
)
def test_whether_a_list_works(listed: DnsAnswer, unlisted: DnsAnswer, word: Word, reason: str) -> None:
    found = trial_verdict(ZEN, "v4", (listed, unlisted))
    assert found.word is word
    assert reason in found.reason
    assert bool(found.remedy) == (
        reason not in ("", "none of its published codes", "did not answer", "no working server")
    )


def test_a_test_entry_may_have_a_code_of_its_own() -> None:
    row = LISTS["dnsbl.dronebl.org"]
    assert trial_verdict(row, "v4", (said("127.0.0.2"), NO)).word is Word.CLEAN
    assert verdict(row, said("127.0.0.2")).word is Word.UNKNOWN


answers = st.builds(
    DnsAnswer,
    st.sampled_from(list(DnsOutcome)),
    st.lists(st.one_of(st.text(max_size=20), st.ip_addresses(v=4).map(str)), max_size=4).map(tuple),
)


@given(st.sampled_from(list(LISTS.values())), answers)
def test_only_a_published_code_is_a_listing(row: BlockList, answer: DnsAnswer) -> None:
    found = verdict(row, answer)
    if found.word is Word.LISTED:
        assert answer.outcome is DnsOutcome.ANSWERED
        assert all(record.startswith("127.") and not record.startswith("127.255.") for record in answer.records)
        assert found.codes
    if found.word is Word.UNKNOWN:
        assert found.reason
        assert found.kind


@given(st.sampled_from(list(LISTS.values())), st.lists(st.ip_addresses(v=4).map(str), min_size=1))
def test_an_answer_with_records_is_never_clean_by_accident(row: BlockList, records: list[str]) -> None:
    assert verdict(row, said(*records)).word is not Word.CLEAN
