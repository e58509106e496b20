"""What is planted in the WordPress sites of the tests, and how they are asked about it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from checks import NotChecked
from checks.platforms.facts import Account, SiteFacts, Software, parse
from tests.checks.platforms.asking import run
from tests.servers.php import literal
from tests.servers.wordpress import WordPress, write_headers

ASKED: Final = 1700000000  # when the update checks were answered
CORE: Final = "6.1.9"  # Debian's

HOSTILE_NAME: Final = "<b onclick=alert(1)>Evil</b> \x1b[31m\udcff\udcfe"
HOSTILE_LOGIN: Final = "<img src=x>"

PLUGINS: Final[Mapping[str, Mapping[str, str]]] = {
    "akismet/akismet.php": {"Plugin Name": "Akismet Anti-spam", "Version": "5.6"},
    "contact-form-7/wp-contact-form-7.php": {"Plugin Name": "Contact Form 7", "Version": "5.9.8"},
    "hello.php": {"Plugin Name": "Hello Dolly", "Version": "1.7.2"},
    "harbour-stock/harbour-stock.php": {"Plugin Name": "Stock", "Version": "0.9.4", "Update URI": "false"},
    "withdrawn/withdrawn.php": {"Plugin Name": "Withdrawn", "Version": "2.0"},
    "late/late.php": {"Plugin Name": "Late", "Version": "1.0"},
    "two-factor/two-factor.php": {"Plugin Name": "Two Factor", "Version": "0.14.2"},
    "unversioned/a.php": {"Plugin Name": "Unversioned"},
    "hostile/hostile.php": {"Plugin Name": HOSTILE_NAME, "Version": "1.0<script>"},
}
ACTIVE: Final = (
    "akismet/akismet.php",
    "contact-form-7/wp-contact-form-7.php",
    "harbour-stock/harbour-stock.php",
    "two-factor/two-factor.php",
)
NEWER: Final = {"contact-form-7/wp-contact-form-7.php": "6.1.6", "two-factor/two-factor.php": "0.16.0"}
CURRENT: Final = ("akismet/akismet.php", "hello.php")

# What holds `object(…)` in PHP: WordPress keeps offers of plugins as objects, of themes as arrays.
_TRANSIENTS: Final = """
function offer($response, $version) { return (object) array('response' => $response, 'current' => $version,
    'version' => $version, 'locale' => 'en_US', 'php_version' => '7.4', 'packages' => (object) array('full' => 'x')); }
function plugin($key, $version) { return (object) array('id' => "w.org/plugins/x", 'slug' => dirname($key),
    'plugin' => $key, 'new_version' => $version, 'package' => 'https://downloads.wordpress.org/x.zip'); }
set_site_transient('update_core', (object) array('updates' => array(offer('upgrade', '7.1'), offer('autoupdate', '7.1'),
    offer('autoupdate', '7.0.4'), offer('autoupdate', '6.1.10')), 'last_checked' => ASKED, 'version_checked' => 'CORE',
    'translations' => array()));
$response = array(); $no_update = array();
foreach (NEWER as $key => $version) { $response[$key] = plugin($key, $version); }
foreach (CURRENT as $key) { $no_update[$key] = plugin($key, CHECKED[$key]); }
set_site_transient('update_plugins', (object) array('last_checked' => ASKED, 'response' => $response,
    'no_update' => $no_update, 'checked' => CHECKED, 'translations' => array()));
set_site_transient('update_themes', (object) array('last_checked' => ASKED, 'checked' => array('harbour' => '1.4'),
    'response' => array('harbour' => array('theme' => 'harbour', 'new_version' => '1.5')), 'no_update' => array()));
"""

_PEOPLE: Final = """
add_role('shop_manager', 'Shop manager', array('read' => true, 'manage_woocommerce' => true, 'edit_products' => true));
add_role('customer', 'Customer', array('read' => true));
add_role('100%_me', 'Odd', array('edit_others_posts' => true));
function person($login, $role, $meta = array(), $created = '2024-05-06 07:08:09') {
    $id = wp_insert_user(array('user_login' => $login, 'user_pass' => 'not-the-password', 'role' => $role,
        'user_email' => "$login@wp.example", 'user_registered' => $created, 'display_name' => ucfirst($login)));
    if (is_wp_error($id)) { throw new Exception($id->get_error_message()); }
    foreach ($meta as $key => $value) { update_user_meta($id, $key, $value); }
    return $id;
}
function session($login, $ua = 'Mozilla') { return array('expiration' => $login + 172800, 'ip' => '203.0.113.7',
    'ua' => $ua, 'login' => $login); }
$jane = person('editor_jane', 'editor', array('session_tokens' => array(str_repeat('a', 64) => session(1794868212),
    str_repeat('b', 64) => session(1794000000, 's:5:"login";i:1999999999;'))));
wp_insert_post(array('post_author' => $jane, 'post_title' => 'x', 'post_content' => 'y', 'post_status' => 'publish',
    'post_date' => '2025-01-02 03:04:05', 'post_date_gmt' => '2025-01-02 03:04:05'));
wp_insert_post(array('post_author' => $jane, 'post_title' => 'future', 'post_content' => 'y', 'post_status' => 'future',
    'post_date' => '2099-01-02 03:04:05', 'post_date_gmt' => '2099-01-02 03:04:05'));
person('old_admin', 'administrator', array('wc_last_active' => '1727049600', '_application_passwords' => array(
    array('uuid' => 'fb7d', 'name' => 'feed', 'password' => '$generic$hash', 'created' => 1, 'last_used' => 1795386612),
    array('uuid' => 'aa', 'name' => 'unused', 'password' => '$P$hash', 'created' => 1, 'last_used' => null))));
person('recorded', 'administrator', array('wfls-last-login' => '1790000000', 'wp-last-login' => '1780000000',
    'when_last_login' => '1770000000', '_um_last_login' => '2026-01-02 03:04:05', 'last_login' => 'nonsense',
    '_two_factor_enabled_providers' => array('Two_Factor_Totp')));
person('shop_lee', 'shop_manager');
person('author_kim', 'author');
person('odd_role', '100%_me');
person('cust_1', 'customer', array('wc_last_active' => '1795132800'));
person('sub_amy', 'subscriber');
person('no_role', '');
$raised = new WP_User(person('raised', 'subscriber'));
$raised->add_cap('manage_options');
$lowered = new WP_User(person('lowered', 'editor'));
$lowered->add_cap('unfiltered_html', false);
$wpdb->insert($wpdb->users, array('user_login' => HOSTILE, 'user_email' => "<b>\\x1b[0m", 'user_pass' => '$P$Bhash',
    'display_name' => "'\\"><script>", 'user_registered' => '0000-00-00 00:00:00'));
update_user_meta($wpdb->insert_id, $wpdb->prefix . 'capabilities', array('administrator' => true));
"""


def _filled(code: str) -> str:
    checked = {key: head["Version"] for key, head in PLUGINS.items() if "Version" in head and key != "late/late.php"}
    for name, value in {
        "ASKED": ASKED, "NEWER": NEWER, "CURRENT": CURRENT, "CHECKED": checked, "HOSTILE": HOSTILE_LOGIN,
    }.items():  # fmt: skip
        code = code.replace(name, literal(value))
    return code.replace("'CORE'", literal(CORE))


def plant(site: WordPress) -> WordPress:
    """A shop as they are in life."""
    content = site.root / "wp-content"
    for path, headers in PLUGINS.items():
        write_headers(content / "plugins" / path, headers)
    write_headers(content / "plugins/akismet/class.akismet.php", {"Package": "Akismet"})
    write_headers(content / "plugins/akismet/deeper/inner.php", {"Plugin Name": "Too deep", "Version": "1"})
    write_headers(content / "mu-plugins/harbour-guard.php", {"Plugin Name": "Harbour Guard", "Version": "1.0.2"})
    (content / "mu-plugins/plain.php").write_text("<?php // no headers\n")
    write_headers(content / "mu-plugins/folder/folder.php", {"Plugin Name": "Not loaded", "Version": "1"})
    write_headers(content / "advanced-cache.php", {"Plugin Name": "Page cache", "Version": "3.1"})
    headers = {"Theme Name": "Harbour Child", "Template": "harbour"}
    write_headers(content / "themes/harbour-child/style.css", headers, opening="")
    (content / "themes/not-a-theme").mkdir()
    active = f"update_option('active_plugins', {literal(ACTIVE)});"
    site.boot(active + _filled(_TRANSIENTS) + _filled(_PEOPLE))
    return site


def plant_network(site: WordPress) -> WordPress:
    """A network: one plugin on for all, one on one site only, people with different roles on different sites."""
    content = site.root / "wp-content"
    for path in ("akismet/akismet.php", "contact-form-7/wp-contact-form-7.php", "hello.php"):
        write_headers(content / "plugins" / path, PLUGINS[path])
    code = """
    update_site_option('active_sitewide_plugins', array('akismet/akismet.php' => time()));
    update_blog_option(2, 'active_plugins', array('contact-form-7/wp-contact-form-7.php'));
    function member($login, $roles) {
        $id = wpmu_create_user($login, 'not-the-password', "$login@wp.example");
        foreach ($roles as $blog => $role) { add_user_to_blog($blog, $id, $role); }
        return $id;
    }
    member('north_admin', array(2 => 'administrator', 3 => 'subscriber'));
    member('south_editor', array(3 => 'editor'));
    $boss = member('boss', array()); grant_super_admin($boss);
    $spammer = member('spammer', array(2 => 'editor')); wp_update_user(array('ID' => $spammer, 'spam' => '1'));
    member('reader', array(1 => 'subscriber', 2 => 'subscriber'));
    """
    site.boot(code + _filled(_TRANSIENTS))
    return site


def ask(site: WordPress, **how: Any) -> SiteFacts:
    """What a site says of itself. Nothing secret may stand in it, wherever it comes from."""
    done = run(how.pop("root", site.root), **how)
    assert done.returncode == 0, done.stderr
    escaped = json.dumps(site.database.password)[1:-1]
    for secret in (site.database.password, escaped, "not-the-password", "$P$", "$generic$", "203.0.113.7", "fb7d"):
        assert secret not in done.stdout + done.stderr
    return parse(done.stdout)


def software(facts: SiteFacts, kind: str) -> dict[str, Software]:
    """What is installed of a kind, by key."""
    found = {one.key: one for one in facts.software if one.kind == kind}
    assert len(found) == sum(one.kind == kind for one in facts.software)
    return found


def core(facts: SiteFacts) -> Software:
    """The core."""
    (one,) = software(facts, "core").values()
    return one


def people(facts: SiteFacts) -> dict[str, Account]:
    """The accounts, by login."""
    return {account.login: account for account in facts.accounts}


def evidence(account: Account) -> dict[str, int]:
    """When an account was last seen in unix seconds, by source."""
    return {sign.source: int(sign.at.timestamp()) for sign in account.evidence}


def gaps(facts: SiteFacts) -> dict[str, NotChecked]:
    """The gaps of both areas; those of one item are the same in both."""
    return {gap.item: gap for gap in (*facts.software_gaps, *facts.account_gaps)}


def moment(stamp: int) -> datetime:
    """Unix seconds as a time."""
    return datetime.fromtimestamp(stamp, UTC)
