"""Subjects: text at the edges, a value everywhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.subject import Subject, SubjectKind

subjects = st.builds(Subject, st.sampled_from(SubjectKind), st.text(min_size=1))


@given(subjects)
def test_its_text_is_read_back(one: Subject) -> None:
    assert Subject.parse(str(one)) == one


@given(st.lists(subjects))
def test_subjects_stand_in_the_order_of_their_texts(several: list[Subject]) -> None:
    assert [str(one) for one in sorted(several)] == sorted(map(str, several))


@pytest.mark.parametrize("text", ["", "shop", "site", "site:", ":shop", "place:shop", "SITE:shop"])
def test_what_names_no_subject(text: str) -> None:
    with pytest.raises(ValueError, match=r"subject|SubjectKind"):
        Subject.parse(text)


@pytest.mark.parametrize(
    ("text", "on_host"),
    [
        ("host:web1", True),
        ("site:shop", True),
        ("client:quay", False),
        ("agency:siterounds", False),
        ("chore:a", False),
    ],
)
def test_what_is_on_a_host(text: str, on_host: bool) -> None:
    assert Subject.parse(text).on_host is on_host
