"""The settings of the dnsbl check."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from checks.dnsbl.facts import address, ascii_domain
from checks.dnsbl.lists import DEFAULT, LISTS, BlockList

SHARED = (
    # Cloudflare, https://www.cloudflare.com/ips/
    "173.245.48.0/20",
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "141.101.64.0/18",
    "108.162.192.0/18",
    "190.93.240.0/20",
    "188.114.96.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "162.158.0.0/15",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "172.64.0.0/13",
    "131.0.72.0/22",
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
    # Fastly, https://api.fastly.com/public-ip-list, the larger ones
    "23.235.32.0/20",
    "146.75.0.0/17",
    "151.101.0.0/16",
    "199.232.0.0/16",
    "2a04:4e40::/32",
    "2a04:4e42::/32",
)
"""Networks of content delivery networks: thousands of sites share each address, and none of them can fix a listing."""

MAIL_PROVIDERS = (
    "google.com",
    "googlemail.com",
    "outlook.com",
    "mx.microsoft",
    "pphosted.com",
    "mimecast.com",
    "messagelabs.com",
    "messagingengine.com",
    "zoho.com",
    "zoho.eu",
    "protonmail.ch",
    "mail.icloud.com",
)
"""Domains of those who receive mail for others."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Which lists are asked, and about what."""

    lists: tuple[str, ...] = DEFAULT  # names of lists known here: see checks/dnsbl/lists.py
    extra: Mapping[str, BlockList] = field(default_factory=dict)  # name → a whole row; these are asked beside `lists`
    zones: Mapping[str, str] = field(default_factory=dict)  # name of a list → the zone to ask instead of its own
    addresses: tuple[str, ...] = ()  # looked up as well, and taken to send mail: the outgoing mail server
    mail_domain: str = ""  # whose MX and SPF are read; empty: the site's host without its www
    shared: tuple[str, ...] = SHARED  # networks whose addresses are left out, unless they stand in `addresses`
    mail_providers: tuple[str, ...] = MAIL_PROVIDERS  # mail servers below these domains are left out
    private_addresses: bool = False  # look up private and reserved addresses as well
    policy_listings: bool = True  # a listing for the kind of address (PBL) is a warning where the address sends mail
    most_addresses: int = 64  # of one site

    def __post_init__(self) -> None:
        """Refuse names, addresses and networks that are none."""
        known = {**LISTS, **self.extra}
        for name in (*self.lists, *self.zones):
            if name not in known:
                raise ValueError(f"no block list is called {name!r}; known are {', '.join(known)}")
        for name, zone in self.zones.items():
            replace(known[name], zone=zone)
        for text in self.addresses:
            found = address(text)
            if found is None:
                raise ValueError(f"{text!r} in `addresses` is not an IP address")
            if not (found.is_global or self.private_addresses):
                raise ValueError(f"{text} in `addresses` is not a public address; `private_addresses: true` allows it")
        for text in self.shared:
            ip_network(text)  # its own sentence is clear enough
        for text in (*self.mail_providers, *filter(None, [self.mail_domain])):
            ascii_domain(text)
        if self.most_addresses < 1:
            raise ValueError(f"`most_addresses` must be at least 1, not {self.most_addresses}")

    def chosen(self) -> Mapping[str, BlockList]:
        """The lists to ask, by the name they are known by, each with the zone to ask it at.

        A zone from `zones` may hold a secret key: the name is what findings show, never the zone.
        """
        rows = {name: LISTS[name] for name in self.lists if name in LISTS} | dict(self.extra)
        return {name: replace(row, zone=self.zones[name]) if name in self.zones else row for name, row in rows.items()}
