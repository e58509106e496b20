"""Days on which a host says no, a database is down, or names are chosen to do harm: a whole round over each."""

import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest

from tests.end_to_end.estate import SECRETS, Estate
from tests.end_to_end.faults import fatal_error, told
from tests.servers.php import literal
from tests.servers.wordpress import WordPress, clone, write_config, write_headers

SITE_CHECKS: Final = {"logs", "versions", "users"}
TITLE: Final = "\x1b]0;owned\x07\x1b[2J\x9b31m<script>alert(1)</script>"
PLUGIN: Final = f"{TITLE}<img src=x onerror=alert(2)>"
FOLDER: Final = "two\n  ✓ lines \"'$x/a.php"
LOGIN: Final = f"{TITLE}'\"><b onclick=alert(3)>"


def site(root: Path, run_as: str = "") -> str:
    """One site of an inventory."""
    more = f", run_as: {run_as}" if run_as else ""
    return (
        f"  books: {{client: harbour, host: web1, url: 'https://shop.example', root: {json.dumps(str(root))}{more}}}\n"
    )


def findings(round_: Mapping[str, Any], check: str) -> list[Mapping[str, Any]]:
    """What a check says of the one site."""
    return [one for one in round_["findings"] if one["check"] == check and one["site"]]


@pytest.fixture
def hostile(built: Estate) -> Iterator[WordPress]:
    """A WordPress whose plugin and administrator have names that are HTML and steer terminals."""
    root = built.host.sites / "hostile"
    made = clone(built.books, root, "hostile")
    write_headers(root / "wp-content/plugins" / FOLDER, {"Plugin Name": "Two lines", "Version": "1.0"})
    write_config(made, {"WP_DEBUG": True, "WP_DEBUG_LOG": True})
    (root / "wp-content/debug.log").write_text(fatal_error(root, datetime.now(UTC), TITLE))
    write_headers(root / "wp-content/plugins/evil/evil.php", {"Plugin Name": PLUGIN, "Version": "1.0<b>"})
    offer = {"new_version": "2.0\x1b[31m<i>", "slug": "evil", "plugin": "evil/evil.php"}
    code = f"""
    set_site_transient('update_plugins', (object) array('last_checked' => time(), 'no_update' => array(),
        'checked' => array('evil/evil.php' => '1.0<b>', {literal(FOLDER)} => '1.0'),
        'response' => array('evil/evil.php' => (object) {literal(offer)},
            {literal(FOLDER)} => (object) {literal(offer)})));
    $wpdb->insert($wpdb->users, array('user_login' => {literal(LOGIN[:60])}, 'user_email' => 'evil@wp.example',
        'user_pass' => 'x', 'display_name' => {literal(TITLE)}, 'user_registered' => '2020-01-02 03:04:05'));
    $id = $wpdb->insert_id; if (!$id) {{ exit(1); }}
    update_user_meta($id, $wpdb->prefix . 'capabilities', array('administrator' => true));
    update_user_meta($id, 'wc_last_active', (string) (time() - 200 * 86400));
    """
    built.host.on_host(lambda: made.boot(code))
    yield made
    shutil.rmtree(root)
    built.host.database.run("DROP DATABASE hostile")


def test_sudo_that_asks_for_a_password_costs_the_site_and_nothing_else(built: Estate) -> None:
    owner, deploy = built.host.outsider.name, built.host.deploy
    rules = Path(f"/etc/sudoers.d/{deploy.name}").read_text()
    deploy.may(f"{rules}{deploy.name} ALL=({owner}) /usr/bin/php")
    try:
        inventory = built.inventory("sudo", sites=site(built.books.root, run_as=owner))
        done = built.siterounds(inventory, "run", "--format", "json")
    finally:
        deploy.may(rules)
    assert done.code == 0
    for check in SITE_CHECKS:
        (one,) = findings(done.json, check)
        assert one["state"] == "unknown"
        assert "password" in one["summary"]
        assert f"{deploy.name} ALL=({owner}) NOPASSWD: /usr/bin/php" in one["remedy"]
    assert {one["check"] for one in done.json["coverage"]["not_run"]} == SITE_CHECKS
    assert {one["state"] for one in done.json["findings"] if one["check"] in ("ssh", "firewall", "disk")} == {"ok"}
    assert built.host.left_by(deploy) == []


def test_a_database_that_is_down_is_unknown_and_mends_nothing(built: Estate) -> None:
    books, server = built.books, built.host.database
    seen = int(time.time()) - 200 * 86400
    number = built.host.on_host(lambda: books.user("absent", "administrator", wc_last_active=str(seen)))
    inventory = built.inventory("down", sites=site(books.root))
    before = built.siterounds(inventory, "run", "--format", "json").json
    assert ("books", "users", "account:absent", "critical") in told(before)
    server.stop()
    try:
        down = [built.siterounds(inventory, "run", "--format", "json").json for _ in range(2)]
    finally:
        built.host.on_host(server.start)
        server.run(f"DELETE FROM {books.prefix}users WHERE ID = {number}", books.database.name)
    for one in down:
        users = findings(one, "users")
        assert {finding["state"] for finding in users} == {"unknown"}
        assert all("database" in finding["summary"] for finding in users)
        assert all(finding["remedy"] for finding in users)
        assert {"users", "versions"} <= {missed["check"] for missed in one["coverage"]["not_run"]}
        assert [
            finding["item"] for finding in one["findings"] if finding["state"] == "ok" and finding["item"] == "core"
        ] == []
    listed = built.siterounds(inventory, "incidents", "--all", "--format", "json").json
    (kept,) = [one for one in listed if one["item"] == "account:absent"]
    assert (kept["phase"], kept["state"]) == ("open", "critical")


def test_a_root_with_blanks_quotes_and_a_line_break_is_read_like_any(built: Estate) -> None:
    plain, odd = built.host.sites / "plain", built.host.sites / 'it\'s a "$(touch gone)" `x`;*\\\n shop & more'
    named = built.host.sites / 'the books\' "$HOME" \\ shop'
    for root in (plain, odd):
        shutil.copytree(built.books.root, root, symlinks=True)
        write_config(replace(built.books, root=root), {"WP_DEBUG": True, "WP_DEBUG_LOG": True})
        (root / "wp-content/debug.log").write_text(fatal_error(Path("/srv/elsewhere"), datetime.now(UTC)))
    named.symlink_to(odd)
    try:
        expected, said = (
            built.siterounds(built.inventory(name, sites=site(root)), "run", "--format", "json").json
            for name, root in (("plain", plain), ("odd", named))
        )
    finally:
        named.unlink()
        for root in (plain, odd):
            shutil.rmtree(root)
    assert said["coverage"]["not_run"] == expected["coverage"]["not_run"]
    assert told(said) == told(expected)
    assert any(item.startswith("fatal:") for _, _, item, _ in told(said))
    for check in SITE_CHECKS:
        one, other = ([(each["item"], each["state"]) for each in findings(of, check)] for of in (said, expected))
        assert one == other
    assert not list(built.host.sites.rglob("gone"))


class _Tags(HTMLParser):
    """The tags of a page and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_names_that_would_do_harm_do_none_anywhere(built: Estate, hostile: WordPress) -> None:
    inventory, report = built.inventory("hostile", sites=site(hostile.root)), built.desk / "hostile.html"
    as_json = built.siterounds(inventory, "run", "--format", "json", "--html", str(report))
    wrong = told(as_json.json)
    assert ("books", "versions", "plugin:evil/evil.php", "warning") in wrong
    assert any(check == "users" and "<script>" in item and state == "critical" for _, check, item, state in wrong)
    assert any(check == "logs" and item.startswith("fatal:") and "alert(1)" in item for _, check, item, _ in wrong)
    assert any("two" in item and "lines" in item for _, check, item, _ in wrong if check == "versions")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", as_json.out), "a control character in the JSON"
    shown = [
        built.siterounds(inventory, *how) for how in (("report", "--details", "--all"), ("incidents",), ("doctor",))
    ]
    number = next(str(one["id"]) for one in as_json.json["incidents"] if "<script>" in one["item"])
    shown.append(built.siterounds(inventory, "why", number))
    coloured = built.siterounds(inventory, "report", "--details", "--all", FORCE_COLOR="1", TERM="xterm-256color")
    assert "\x1b[" in coloured.out
    shown.append(replace(coloured, out=re.sub(r"\x1b\[[0-9;]*m", "", coloured.out)))
    for done in shown:
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.out + done.err), (
            "a control character on the terminal"
        )
        assert not any(line.lstrip().startswith("✓ lines") for line in done.out.splitlines()), (
            "a line of its own making"
        )
    assert "alert(1)" in shown[0].out, "the names are shown all the same"
    page = _Tags()
    page.feed(report.read_text())
    assert "alert(1)" in page.text
    assert not {"script", "img", "i"} & page.names
    assert not {name for name in page.attributes if name.startswith("on")}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", report.read_text())


def test_doctor_names_a_remedy_for_all_that_a_stranger_may_not_read(built: Estate) -> None:
    inventory = built.inventory("stranger", user=built.host.outsider.name)
    done = built.siterounds(inventory, "doctor", "--format", "json")
    assert done.code == 1
    places = {place["site"] or place["host"]: place for place in done.json}
    for name in ("books", "shop", "club"):
        assert {one["check"] for one in places[name]["missed"]} == SITE_CHECKS
        assert places[name]["whole"] == ["dnsbl"]
    assert {one["check"] for one in places["web1"]["missed"]} == {"firewall"}
    for place in places.values():
        for one in place["missed"]:
            assert one["reason"]
            assert one["remedy"], f"{one['check']} of {place['site']}: {one['reason']}"
    text = built.siterounds(inventory, "doctor")
    assert text.out.count("→") == sum(len(place["missed"]) for place in places.values())
    assert not any(secret in text.out + done.out for secret in SECRETS)
    assert built.host.left_by(built.host.outsider) == []
