"""A finding of each kind, by what the check of users makes of sample accounts."""

from collections.abc import Iterator
from datetime import date

from checks import Finding
from checks.users import Settings
from checks.waivers import Waiver
from tests.checks.users.test_evaluate import ADA, DOWN, ago, judged, person, seen


def examples() -> Iterator[Finding]:
    """People who are well, idle, new, raised, by themselves, with odd names and addresses; nobody; and closed to us."""
    yield from judged(person("a", second_factor=True)).findings
    yield from judged(
        ADA,
        person("bob", evidence=(seen(70),), second_factor=False),
        person("erp", evidence=(seen(400),), tokens_used=ago(4)),
        person("new", evidence=(), absence_is_never=True, created=ago(50)),
        person("old", evidence=(), absence_is_never=True, created=None),
        person("quiet", evidence=()),
        person("Admin"),
        person("eve", email="eve@mail.example"),
        settings=Settings(email_domains=("agency.example",)),
    ).findings
    before = judged(ADA, person("bob", powers=()), person("cut", powers=("edit_posts",)))
    added = (person("bob"), person("cut"), person("mallory", created=ago(-1)))
    after = judged(ADA, *added, memory=before.memory, now=ago(-1))
    yield from after.findings
    yield from judged(ADA, memory=after.memory, now=ago(-2)).findings
    accepted = Settings(exceptions={"bob": Waiver("comes back in May", "Ada", date(2027, 1, 1))})
    yield from judged(ADA, person("bob", evidence=(seen(70),)), settings=accepted).findings
    yield from judged().findings
    yield from judged(gaps=[DOWN]).findings
