"""A host sends codes and values; what becomes of them is our sentence or nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.remedies import named, remedy_text

CODES = ["owner-read", "group-read", "account-read", "run-as", "allow-php", "wordpress-plugin", "expressionengine-cli"]
NAMES = ["account", "self", "group", "path", "php", "root", "file", "name", "version", "package", "platform"]


def test_values_of_the_right_form_are_repeated() -> None:
    said = remedy_text("run-as account=www-data self=deploy php=/usr/bin/php8.2 group=www-data")
    assert "`run_as: www-data`" in said
    assert "`deploy ALL=(www-data) NOPASSWD: /usr/bin/php8.2`" in said


@pytest.mark.parametrize("account", ["root", "sudo", "ALL", "", "deploy", "x)NOPASSWD:ALL"])
def test_nobody_is_advised_to_become_a_mighty_account_or_itself(account: str) -> None:
    assert remedy_text(f"allow-php self=deploy account={account} php=/usr/bin/php") == ""


def test_nobody_is_put_into_a_mighty_group() -> None:
    for group in ("shadow", "docker", "root", "sudo", "disk"):
        said = remedy_text(f"group-read group={group} path=/srv/a self=deploy")
        assert "group shadow" not in said
        assert f"group {group}" not in said


@pytest.mark.parametrize("php", ["/home/x/php", "/tmp/php8.2", "/usr/bin/../../tmp/php", "/usr/bin/php;id", "/bin/nft"])
def test_php_is_named_only_where_php_lies(php: str) -> None:
    said = remedy_text(f"allow-php self=deploy account=shop php={php}")
    assert said.endswith("`deploy ALL=(shop) NOPASSWD: /usr/bin/php`")


def test_what_the_inventory_says_goes_before_what_a_host_says() -> None:
    said = remedy_text("allow-php self=deploy account=other php=/tmp/x", known={"account": "shop", "php": "/opt/php"})
    assert said.endswith("`deploy ALL=(shop) NOPASSWD: /opt/php`")


@given(st.sampled_from(CODES), st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=60)), max_size=8))
def test_nothing_that_a_shell_or_sudoers_reads_gets_in(code: str, pairs: list[tuple[str, str]]) -> None:
    bare = set(remedy_text(code) + remedy_text(f"{code} account=a self=b group=c"))
    said = remedy_text(f"{code} " + " ".join(f"{name}={value}" for name, value in pairs))
    assert set(re.sub(r"[A-Za-z0-9 ./_+:,-]", "", said)) <= bare | set("`()=;")


@given(st.text())
def test_words_are_no_remedy(text: str) -> None:
    assert "curl" not in remedy_text(f"curl {text}")


@pytest.mark.parametrize("text", ["", "/srv/a b", "/srv/`id`", "$(id)", "-rf", "/a;id", "/a\nb", "/a|sh", "x" * 300])
def test_a_name_of_other_signs_is_not_repeated(text: str) -> None:
    assert named(text, "PATH") == "PATH"
    assert named("/srv/www", "PATH") == "/srv/www"
    assert named("nas.example:/export/a", "PATH") == "nas.example:/export/a"
