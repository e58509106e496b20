"""What sudo's refusals ask for."""

import pytest

from agent.collect.transcript import remedy_for_refusal
from checks import Target
from inventory.model import Host
from tests.agent.collect.asking import site

HOST = Target(Host("web"))
SHOP = Target(Host("web"), site(run_as="shop"))
SHOP_PHP = Target(Host("web"), site(run_as="shop", php="/usr/bin/php8.3"))
GENERAL = "in sudoers (visudo), let deploy run this probe's command without a password (NOPASSWD)"


@pytest.mark.parametrize(
    ("said", "target", "remedy"),
    [
        ("sudo: a password is required", SHOP, "in sudoers (visudo): deploy ALL=(shop) NOPASSWD: /usr/bin/php"),
        ("sudo: a password is required", SHOP_PHP, "in sudoers (visudo): deploy ALL=(shop) NOPASSWD: /usr/bin/php8.3"),
        ("sudo: a password is required", HOST, GENERAL),
        ("sudo: interactive authentication is required", HOST, GENERAL),  # sudo-rs
        ("Sorry, user deploy may not run sudo on web1.", HOST, GENERAL),
        ("deploy is not in the sudoers file.", HOST, GENERAL),
        (
            "Sorry, user deploy is not allowed to execute '/usr/sbin/nft -j list ruleset' as root on web1.",
            HOST,
            GENERAL,
        ),
        (
            "Sorry, user deploy is not allowed to execute '/usr/bin/php8.1 -- /srv/shop' as shop on web1.",
            SHOP,
            "in sudoers (visudo): deploy ALL=(shop) NOPASSWD: /usr/bin/php",
        ),
        (
            "sudo: sorry, you must have a tty to run sudo",
            HOST,
            "in sudoers (visudo): Defaults:deploy !requiretty",
        ),
        ("sudo: unknown user: shop", SHOP, ""),
        ("permission denied", SHOP, ""),
        ("", HOST, ""),
    ],
)
def test_remedies(said: str, target: Target, remedy: str) -> None:
    assert remedy_for_refusal(["something before", said], target, "deploy") == remedy


@pytest.mark.parametrize("user", ["", "x y", "root ALL=(ALL)", "$(id)", "%admins"])
def test_a_name_that_is_none_is_not_repeated(user: str) -> None:
    said = remedy_for_refusal(["sudo: a password is required"], SHOP, user)
    assert said == "in sudoers (visudo): THE_SSH_USER ALL=(shop) NOPASSWD: /usr/bin/php"
