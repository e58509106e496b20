"""Whether block lists name a site's addresses or its domain."""

from checks.check import Check, Policy
from checks.dnsbl.evaluate import evaluate
from checks.dnsbl.facts import Facts
from checks.dnsbl.lookup import ask
from checks.dnsbl.settings import Settings
from checks.findings import Kind
from checks.probes import Lookup, Scope

check: Check[Facts, Settings] = Check(
    name="dnsbl",
    title="Block lists",
    probe=Lookup(name="dnsbl", ask=ask, scope=Scope.SITE),
    evaluate=evaluate,
    settings=Settings(),
    kinds=(
        Kind("lists-asked"),
        Kind("listed"),
        Kind("listed-by-policy"),
        Kind("listed-hint"),
        Kind("no-longer-listed"),
        Kind("no-longer-concerned"),
        Kind("listing-unknown"),
        Kind("list-unusable"),
        Kind("list-usable"),
        Kind("no-list-usable"),
        Kind("no-dns-answer"),
        Kind("resolver-rewrites"),
    ),
    scope_words=("dnsbl", "rbl", "blocklist", "block list", "blacklist"),
    policy=Policy(confirm=2, recover=2),
)

__all__ = ["Facts", "Settings", "check"]
