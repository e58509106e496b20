"""Whether block lists name a site's addresses or its domain."""

from checks.check import Check, Policy
from checks.dnsbl.evaluate import evaluate
from checks.dnsbl.facts import Facts
from checks.dnsbl.lookup import ask
from checks.dnsbl.settings import Settings
from checks.probes import Lookup, Scope

check: Check[Facts, Settings] = Check(
    name="dnsbl",
    title="Block lists",
    probe=Lookup(name="dnsbl", ask=ask, scope=Scope.SITE),
    evaluate=evaluate,
    settings=Settings(),
    policy=Policy(confirm=2, recover=2),
)

__all__ = ["Facts", "Settings", "check"]
