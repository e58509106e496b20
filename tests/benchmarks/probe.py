"""What a WordPress says of itself: siterounds' streamed PHP against booting WordPress for the same facts."""

import json
from pathlib import Path
from typing import Any

from checks import Probe, Target
from checks.logs.probe import logs_probe
from checks.logs.settings import Settings
from checks.platforms.builtin import PLATFORMS
from checks.platforms.probe import site_probe
from inventory.model import Host, Site
from tests.benchmarks.measuring import Comparison, Contender, Measured, interleaved, timed
from tests.servers.folders import open_folder
from tests.servers.mariadb import mariadb
from tests.servers.php import literal
from tests.servers.wordpress import HOST, WordPress, install

PLUGINS = 12
ACTIVE = 3
PEOPLE = 20
CORE, LIST_PLUGINS, LIST_USERS = (
    "$told['core'] = $GLOBALS['wp_version'];",
    "require_once ABSPATH . 'wp-admin/includes/plugin.php'; $told['plugins'] = get_plugins();"
    " $told['updates'] = get_site_transient('update_plugins');",
    "$told['users'] = array_map(function ($user) { return array($user->user_login, $user->roles); }, get_users());",
)
REMARKS = (
    "wp-cli is in no Debian release: its boot is stood in for by `php -r 'require wp-load.php; …'`, which loads",
    "WordPress with its plugins as wp-cli does, but without wp-cli's own code. The plugins hold no code of their own.",
    "Three boots are what `wp core version`, `wp plugin list` and `wp user list` cost. No peer reads logs.",
)


def compare(folder: Path, repetitions: int, plugins: int = PLUGINS, people: int = PEOPLE) -> Comparison:
    """A WordPress that is really installed, asked by each in turn."""
    with open_folder() as place, mariadb() as server:
        site = install(server, place / "shop", "wp_benchmark")
        _furnish(site, plugins, people)
        facts = _Asked(folder, site, site_probe, None)
        logs = _Asked(folder, site, logs_probe, Settings())

        def one_boot() -> Measured:
            return _booted(site, folder, (CORE, LIST_PLUGINS, LIST_USERS), plugins, people)

        def three_boots() -> Measured:
            parts = [_booted(site, folder, (part,), plugins, people) for part in (CORE, LIST_PLUGINS, LIST_USERS)]
            return Measured(sum(part.wall for part in parts), sum(part.cpu for part in parts))

        def ask_facts() -> Measured:
            measured, answer = facts.ask()
            found = site_probe.parse(answer)
            names = [one.kind for one in found.software]
            if names.count("plugin") != plugins or len(found.accounts) != people + 1 or found.account_gaps:
                raise AssertionError(f"wrong facts: {found}")
            return measured

        def ask_logs() -> Measured:
            measured, answer = logs.ask()
            if "debug.log" not in answer or not logs_probe.parse(answer):
                raise AssertionError(f"wrong logs: {answer[:500]}")
            return measured

        contenders = [
            Contender("siterounds, facts", ask_facts),
            Contender("WordPress booted once", one_boot),
            Contender("WordPress booted three times", three_boots),
            Contender("siterounds, logs", ask_logs),
        ]
        runs = interleaved(contenders, repetitions)
    return Comparison(f"A WordPress of {plugins} plugins and {people + 1} people", runs, (), REMARKS)


class _Asked:
    """A probe of a site as its host runs it: our script by sh, our PHP on standard input."""

    def __init__(self, folder: Path, site: WordPress, probe: Probe[Any], settings: object) -> None:
        self._payload = folder / f"{probe.name}.payload"
        assert probe.payload
        self._payload.write_text(probe.payload(PLATFORMS))
        target = Target(Host("web"), Site("shop", "harbour", "web", f"https://{HOST}", str(site.root)))
        self._command = ["sh", "-c", probe.script, probe.name, *probe.arguments(target, settings, {})]
        self._env = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

    def ask(self) -> tuple[Measured, str]:
        """What it took, and the answer."""
        return timed(self._command, self._payload, self._env, Path("/"))


def _furnish(site: WordPress, plugins: int, people: int) -> None:
    """Plugins, of which the first ones are active, people, and a log of errors."""
    for number in range(plugins):
        headers = {"Plugin Name": f"Plugin {number}", "Version": f"1.{number}"}
        site.plugin(f"plugin{number}/plugin{number}.php", headers)
    active = [f"plugin{number}/plugin{number}.php" for number in range(min(ACTIVE, plugins))]
    site.boot(
        f"update_option('active_plugins', {literal(active)}); for ($i = 0; $i < {people}; $i++) {{"
        " $id = wp_insert_user(array('user_login' => \"person$i\", 'user_pass' => 'x', 'role' => 'administrator',"
        " 'user_email' => \"person$i@wp.example\")); if (is_wp_error($id)) { exit(1); } }"
    )
    line = "[01-Nov-2026 05:06:07 UTC] PHP Warning:  Undefined variable $x in /srv/shop/wp-content/x.php on line 7\n"
    (site.root / "wp-content/debug.log").write_text(line * 200)


def _booted(site: WordPress, folder: Path, parts: tuple[str, ...], plugins: int, people: int) -> Measured:
    load = literal(str(site.root / "wp-load.php"))
    visitor = f"$_SERVER['HTTP_HOST'] = {literal(HOST)}; $_SERVER['REQUEST_URI'] = '/';"
    code = f"{visitor} $_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1'; require {load}; $told = array(); {' '.join(parts)}"
    measured, said = timed(["php", "-d", "display_errors=stderr", "-r", f"{code} echo json_encode($told);"], cwd=folder)
    told = json.loads(said)
    counts = {"plugins": plugins, "users": people + 1}
    if any(len(told[what]) != count for what, count in counts.items() if what in told) or not told:
        raise AssertionError(f"wrong answer of WordPress itself: {said[:500]}")
    return measured
