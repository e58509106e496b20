"""Remedies: a host sends a code and values, the sentence is ours.

On the wire a remedy is one line: a code, then `name=value` without spaces, as in `owner-read account=shop path=/srv/a`.
What is no code of ours becomes "", and a value that does not have the strict form of its name is not repeated.
"""

import re
from collections.abc import Mapping

ACCOUNT = re.compile(r"[a-z_][a-z0-9._-]{0,63}")
"""The name of an account or a group as sudoers takes it; no word of sudoers' own (ALL) has this form."""

_PATH = re.compile(r"/(?:[A-Za-z0-9_+-][A-Za-z0-9._+-]*/?|\.[A-Za-z0-9_-][A-Za-z0-9._-]*/?){1,40}")
_PHP = re.compile(
    r"/(?:usr/(?:local/)?(?:bin|php[0-9]{0,2}/bin|lsws/lsphp[0-9]{2}/bin)|opt/cpanel/ea-php[0-9]{2}/root/usr/bin"
    r"|opt/plesk/php/[0-9.]{1,4}/bin|opt/alt/php[0-9]{2}/usr/bin|opt/remi/php[0-9]{2}/root/usr/bin"
    r"|opt/bitnami/php/bin|run/current-system/sw/bin)/php[0-9]?(?:\.?[0-9]{1,2})?"
)
_FORMS = {
    "account": ACCOUNT,
    "self": ACCOUNT,
    "group": ACCOUNT,
    "path": _PATH,
    "root": _PATH,
    "file": _PATH,
    "php": _PHP,
    "version": re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}(?:-?(?:p|rc|beta|alpha)[0-9]{1,3})?"),
    "name": re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"),
    "package": re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}/[a-z0-9][a-z0-9_.-]{0,60}"),
    "platform": re.compile(r"[a-z][a-z0-9]{0,30}"),
}
_OTHERWISE = {
    "account": "the account it belongs to",
    "self": "THE_SSH_USER",
    "group": "its group",
    "path": "it",
    "root": "SITE_ROOT",
    "file": "eecli.php",
    "php": "/usr/bin/php",
    "version": "VERSION",
    "name": "NAME",
    "package": "PACKAGE",
    "platform": "what it is",
}
_MIGHTY = frozenset(
    {"root", "admin", "sudo", "wheel", "docker", "lxd", "disk", "shadow", "kmem", "mem", "libvirt", "kvm", "_ssh"}
)
"""Accounts and groups that give more than the reading of a site: nobody is ever put into them."""
_BECOMING = frozenset({"run-as", "run-as-alone", "allow-php", "install-sudo"})
_LONGEST = 900
_MOST = 4

_RUN_AS = (
    "set `run_as: {account}` for this site in the inventory, with the sudoers line "
    "`{self} ALL=({account}) NOPASSWD: {php}`"
)
_OURS: Mapping[str, str] = {
    "correct-root": "correct `root` of this site in the inventory",
    "absolute-root": "write `root` as an absolute path",
    "correct-php": "correct `php` of this site in the inventory, or remove it",
    "root-owned-php": "let root own that PHP and its folders, writable by nobody else, or name another as `php`",
    "correct-run-as": "correct `run_as` of this site in the inventory",
    "install-sudo": "install sudo with the sudoers line `{self} ALL=({account}) NOPASSWD: {php}`",
    "allow-php": "the sudoers line that allows it: `{self} ALL=({account}) NOPASSWD: {php}`",
    "try-php": "try `{php} -v` on the host; `php` of this site in the inventory chooses another",
    "choose-platform": "write one of the known ones, or auto, as `platform` of this site",
    "set-platform": "set `platform: {platform}` for this site",
    "owner-read": "give the owner {account} the right to read {path}",
    "group-read": "let the group {group} read {path}, and put {self} into that group",
    "account-read": "let {self} read {path}, by an access list or a group of its own",
    "run-as": _RUN_AS + "; or let the group {group} read it and put {self} into that group",
    "run-as-alone": _RUN_AS,
    "no-link": "see what this link leads to and why; put the file itself there",
    "database-server": "see whether the database server runs, and listens where the configuration of the site says",
    "database-account": "compare the account in the configuration of the site with the one in the database",
    "database-try": "try it on the host with the settings of the site",
    "database-tables": "let the database account of the site read the tables of members and roles",
    "plain-it": "write it as a plain value",
    "plain-value": "write {name} as a plain value",
    "plain-or-env": "write {name} as a plain value, or in Bedrock's .env, where it can be read without running the "
    "site",
    "finish-installation": "finish the installation, or correct `root` of this site in the inventory",
    "database-prefix": "let the database account of the site read it, or correct the prefix",
    "composer-install": "`composer install` writes it anew",
    "keep-composer-lock": "keep composer.lock beside composer.json on the server",
    "magento-database": "finish the installation; on a cloud host, let the session see MAGENTO_CLOUD_RELATIONSHIPS",
    "magento-core": "composer require {package}:VERSION --no-update && composer update && bin/magento setup:upgrade",
    "magento-module": "composer update {package} --with-dependencies && bin/magento setup:upgrade",
    "openmage-core": "composer update openmage/magento-lts, or the release unpacked over it",
    "openmage-log": "System > Configuration > Developer > Log Settings > Enabled: Yes",
    "wordpress-log": "in wp-config.php: define('WP_DEBUG', true); "
    "define('WP_DEBUG_LOG', '/a/path/outside/the/web/root.log'); define('WP_DEBUG_DISPLAY', false);",
    "wordpress-updates": "look at the page of updates in the site's administration, or at `wp core check-update` and "
    "`wp plugin list`",
    "wordpress-page": "the page of updates in the site's administration",
    "wordpress-database": "wp --path={root} core update-db",
    "wordpress-network-database": "wp --path={root} core update-db --network",
    "wordpress-core": "wp --path={root} core update",
    "wordpress-core-to": "wp --path={root} core update --version={version}",
    "wordpress-apt": "apt install --only-upgrade wordpress",
    "wordpress-deploy": "composer update in the site's repository, deploy",
    "wordpress-plugin": "wp --path={root} plugin update {name}",
    "wordpress-theme": "wp --path={root} theme update {name}",
    "wordpress-plugin-deploy": "composer update wpackagist-plugin/{name} in the site's repository, then deploy",
    "wordpress-theme-deploy": "composer update wpackagist-theme/{name} in the site's repository, then deploy",
    "expressionengine-log": "set $config['log_threshold'] = 1 in {path}; the site must be able to write to its folder "
    "of logs",
    "expressionengine-errors": "watch the access log for them; $debug = 1 would log the errors, and show them to "
    "visitors",
    "expressionengine-database": "write $config['database'] there as plain values",
    "expressionengine-system": "correct $system_path in index.php",
    "expressionengine-system-plain": "write $system_path in index.php as a plain text",
    "expressionengine-cli": "php {file} update",
    "expressionengine-wizard": "replace system/ee and themes/ee by those of the new release, then open the control "
    "panel's update wizard",
    "expressionengine-end": "end the update in the control panel",
    "expressionengine-end-cli": "end the update in the control panel, or with eecli.php update",
    "expressionengine-shut": "set EE_INSTALL_MODE=FALSE in .env.php",
    "expressionengine-installer": "remove the folder of the installer",
    "expressionengine-addon": "run its update in the control panel, under Add-ons",
    "expressionengine-addon-cli": "php {file} addons:update -a {name}",
    "replace-folder": "replace its folder by the new release",
    "php-mysql": "install PHP's MySQL extension for the command line: `apt install php{version}-mysql`, or "
    "`dnf install php-mysqlnd`",
    "php-mysql-ini": "install PHP's MySQL extension for the command line: `apt install php{version}-mysql`, or "
    "`dnf install php-mysqlnd`; it reads {path}",
}


_NAMED = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._:/+@-]{0,199}")


def named(text: str, otherwise: str) -> str:
    """A path or another name from a host as it may stand in advice: of plain characters, else `otherwise`."""
    return text if _NAMED.fullmatch(text) else otherwise


def remedy_text(said: str, own: Mapping[str, str] | None = None, known: Mapping[str, str] | None = None) -> str:
    """The sentence for what a host sent, "" for what is no code; several codes are parted by "; ", and done in turn.

    `own` are a plugin's sentences by code, taken as they are. `known` are values of the
    inventory, which go before the host's.
    """
    parts = said[:_LONGEST].split("; ")[:_MOST]
    return ", then: ".join(text for part in parts if (text := _sentence(part, own or {}, known or {})))


def _sentence(said: str, own: Mapping[str, str], known: Mapping[str, str]) -> str:
    code, *pairs = said.split() or [""]
    if code in own:
        return own[code]
    values = {**dict(pair.partition("=")[::2] for pair in pairs), **known}
    if code in _BECOMING and not _may_become(values):
        return ""
    if values.get("group", "") in _MIGHTY:
        code = {"run-as": "run-as-alone", "group-read": "account-read"}.get(code, code)
    return _OURS.get(code, "").format_map(
        {name: known.get(name) or _value(name, values.get(name, "")) for name in _FORMS}
    )


def _may_become(values: Mapping[str, str]) -> bool:
    """Whether one account may be advised to become the other: both are known, they differ, and it is no mighty one."""
    account = values.get("account", "")
    return bool(ACCOUNT.fullmatch(account)) and account not in _MIGHTY and account != values.get("self", "")


def _value(name: str, text: str) -> str:
    return text if _FORMS[name].fullmatch(text) else _OTHERWISE[name]
