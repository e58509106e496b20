# ruff: noqa: E501 - log lines are as long as they are
"""What real installations write into their logs, an hour ago."""

import json
import os
import time
from collections.abc import Mapping

from tests.checks.logs.site import PlainSite

T = time.time() - 3600
PHP = time.strftime("%d-%b-%Y %H:%M:%S UTC", time.gmtime(T))
FPM = time.strftime("%d-%b-%Y %H:%M:%S", time.localtime(T))
ISO = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(T))
OLD_ISO = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(T))
LOCAL = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(T))
NGINX = time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(T))
APACHE = time.strftime("%a %b %d %H:%M:%S.123456 %Y", time.localtime(T))
TRACE = "Stack trace:\n#0 ROOT/index.php(17): require('...')\n#1 {main}\n"

# form, text (ROOT is the site's root) → severity, class, message, file of each thing, in the order of gravity
Said = tuple[str, str, str, str]
TABLE: Mapping[str, tuple[str, str, list[Said]]] = {
    "a fatal error with its trace": (
        "php",
        f"[{PHP}] PHP Fatal error:  Uncaught Error: Call to undefined function x() in ROOT/wp-content/p.php:17\n{TRACE}"
        "  thrown in ROOT/wp-content/p.php on line 17\n",
        [("fatal", "Error", "Call to undefined function x()", "wp-content/p.php")],
    ),
    "memory": (
        "php",
        f"[{PHP}] PHP Fatal error:  Allowed memory size of 8 bytes exhausted (tried to allocate 9 bytes) in ROOT/p.php on line 2\n",
        [("fatal", "", "Allowed memory size of 8 bytes exhausted (tried to allocate 9 bytes)", "p.php")],
    ),
    "a parse error": (
        "php",
        f"[{PHP}] PHP Parse error:  syntax error, unexpected token \"}}\" in ROOT/p.php on line 2\n",
        [("fatal", "", 'syntax error, unexpected token "}"', "p.php")],
    ),
    "an exception with a cause": (
        "php",
        f"[{PHP}] PHP Fatal error:  Uncaught LogicException: inner in ROOT/p.php:3\n{TRACE}\nNext RuntimeException: Feed refused:\n"
        f"HTTP 503 in ROOT/p.php:3\n{TRACE}  thrown in ROOT/p.php on line 3\n",
        [("fatal", "LogicException", "inner", "p.php")],
    ),
    "an old PHP's exception": (
        "php",
        f"[{PHP}] PHP Fatal error:  Uncaught exception 'Exception' with message 'no stock' in ROOT/p.php:3\n{TRACE}",
        [("fatal", "Exception", "no stock", "p.php")],
    ),
    "a warning, a notice, a deprecation, and what a program says": (
        "php",
        f'[{PHP}] PHP Warning:  Undefined array key "sku" in ROOT/p.php on line 16\n'
        f"[{PHP}] PHP Notice:  Function x was called <strong>incorrectly</strong> in ROOT/p.php on line 1\n"
        f"[{PHP}] PHP Deprecated:  strlen(): Passing null in ROOT/p.php on line 1\n[{PHP}] stock: 0 rows\n",
        [("warning", "", 'Undefined array key "sku"', "p.php")],
    ),
    "a query that failed in WordPress": (
        "php",
        f"[{PHP}] WordPress database error Table 'wp.x' doesn't exist for query SELECT 'a' made by require('index.php')\n",
        [("error", "", "WordPress database error Table 'wp.x' doesn't exist", "")],
    ),
    "Xdebug's trace": (
        "php",
        f"[{PHP}] PHP Fatal error:  Uncaught Error: x in ROOT/p.php:1\n[{PHP}] PHP Stack trace:\n[{PHP}] PHP   1. {{main}}() ROOT/i.php:0\n",
        [("fatal", "Error", "x", "p.php")],
    ),
    "PHP-FPM's own lines": (
        "php",
        f"[{FPM}] NOTICE: fpm is running, pid 1\n"
        f"[{FPM}] WARNING: [pool shop] server reached pm.max_children setting (5), consider raising it\n"
        f'[{FPM}] WARNING: [pool shop] child 9 said into stderr: "NOTICE: PHP message: PHP Fatal error:  Uncaught Error: y in ROOT/p.php:1"\n',
        [
            ("fatal", "Error", "y", "p.php"),
            ("warning", "", "[pool shop] server reached pm.max_children setting (5), consider raising it", ""),
        ],
    ),
    "WooCommerce": (
        "wc",
        f'{ISO}+00:00 CRITICAL Uncaught Error: x() in ROOT/p.php:17 CONTEXT: {{"error":{{"type":1,"file":"ROOT/p.php"}}}}\n'
        f"{ISO}+00:00 ERROR Payment gateway timeout\n{ISO}+00:00 INFO done\n",
        [("fatal", "Error", "x()", "p.php"), ("error", "", "Payment gateway timeout", "")],
    ),
    "WooCommerce's memory error names its file in the context": (
        "wc",
        f'{ISO}+00:00 CRITICAL Allowed memory size of 1 bytes exhausted CONTEXT: {{"error":{{"file":"ROOT/q.php","line":2}}}}\n',
        [("fatal", "", "Allowed memory size of 1 bytes exhausted", "q.php")],
    ),
    "Magento": (
        "monolog",
        f"[{ISO}.123456+00:00] main.ERROR: Feed refused:\nHTTP 503 from warehouse [] []\n"
        f'[{ISO}.123456+00:00] main.ERROR: Stock feed rejected {{"source":"warehouse","code":401}} []\n'
        f"[{ISO}.123456+00:00] main.EMERGENCY: multi\nline message [] []\n[{ISO}+00:00] main.INFO: fine [] []\n",
        [("fatal", "", "multi", ""), ("error", "", "Feed refused: HTTP 503 from warehouse", ""), ("error", "", "Stock feed rejected", "")],
    ),
    "Magento's older form": (
        "monolog",
        f"[{OLD_ISO}] main.CRITICAL: Broken reference [] []\n",
        [("fatal", "", "Broken reference", "")],
    ),
    "Magento calls a missing source map critical": (
        "monolog",
        f"[{OLD_ISO}] report.CRITICAL: Unable to resolve the source file for 'adminhtml/x.js.map' [] []\n",
        [("noise", "", "Unable to resolve the source file for 'adminhtml/x.js.map'", "")],
    ),
    "PHP's word outranks Monolog's": (
        "monolog",
        f'[{ISO}+00:00] main.ERROR: Warning: Undefined array key "sku" in ROOT/p.php on line 13 [] []\n'
        f"[{ISO}+00:00] main.CRITICAL: Notice: Undefined index in ROOT/p.php on line 1 [] []\n",
        [("warning", "", 'Undefined array key "sku"', "p.php")],
    ),
    "a warning that Magento made an error page of": (
        "monolog",
        f'[{ISO}+00:00] main.CRITICAL: Exception: Warning: Undefined array key "sku" in ROOT/p.php on line 13 in ROOT/h.php:62\n'
        f'{TRACE} {{"report_id":"{"ab" * 32}","exception":"[object] (Exception(code: 0)"}} []\n',
        [("error", "Exception", 'Undefined array key "sku"', "p.php")],
    ),
    "OpenMage": (
        "magento1",
        f"{ISO}+00:00 ERR (3): \nException: Feed refused:\nHTTP 503 in ROOT/om.php:4\nStack trace:\n#0 {{main}}\n"
        f"{ISO}+00:00 DEBUG (7): Array\n(\n    [a] => 1\n)\n\n{ISO}+00:00 CRIT (2): custom\n"
        f'{ISO}+00:00 ERR (3): Warning: Undefined array key "sku"  in ROOT/om.php on line 4\n',
        [
            ("fatal", "", "custom", ""),
            ("error", "Exception", "Feed refused: HTTP 503", "om.php"),
            ("warning", "", 'Undefined array key "sku"', "om.php"),
        ],
    ),
    "ExpressionEngine": (
        "ee",
        "<?php  if ( ! defined('BASEPATH')) exit('No direct script access allowed'); ?>\n\n"
        f'ERROR - {LOCAL} --> Severity: E_WARNING  --> Undefined array key "x" ROOT/mod.php 6\n'
        f"ERROR - {LOCAL} --> Severity: error  --> Out of cheese ROOT/mod.php 7\n"
        f"ERROR - {LOCAL} --> MySQL Error: SQLSTATE[42S02]: 1146 Table 'ee.x' doesn't exist:<br>\nSELECT * FROM x\n",
        [
            ("fatal", "", "Out of cheese", "mod.php"),
            ("error", "", "MySQL Error: SQLSTATE[42S02]: 1146 Table 'ee.x' doesn't exist:", ""),
            ("warning", "", 'Undefined array key "x"', "mod.php"),
        ],
    ),
    "nginx": (
        "nginx-error",
        f'{NGINX} [error] 9#9: *1 access forbidden by rule, client: 127.0.0.1, server: s, request: "POST /app/etc/config.php"\n'
        f'{NGINX} [error] 9#9: *2 open() "ROOT/x.php" failed (2: No such file or directory), client: 1.1.1.1, server: s\n'
        f"{NGINX} [crit] 9#9: *3 SSL_do_handshake() failed (SSL: error:0A:bad key share) while SSL handshaking, client: 1.1.1.1\n"
        f'{NGINX} [error] 9#9: *4 upstream timed out (110: Connection timed out) while reading, client: 1.1.1.1, server: s, request: "GET /"\n'
        f"{NGINX} [emerg] 9#9: bind() to 0.0.0.0:80 failed\n",
        [
            ("fatal", "", "bind() to 0.0.0.0:80 failed", ""),
            ("error", "", "upstream timed out (110: Connection timed out) while reading", ""),
            ("noise", "", "", ""), ("noise", "", "", ""), ("noise", "", "", ""),
        ],
    ),
    "what PHP says through nginx, several at once": (
        "nginx-error",
        f'{NGINX} [error] 9#9: *5 FastCGI sent in stderr: "PHP message: PHP Warning:  Undefined array key "a" in ROOT/p.php on line 1'
        f"; PHP message: PHP Fatal error:  Uncaught Error: z in ROOT/p.php:2\n{TRACE}  thrown in ROOT/p.php on line 2"
        '" while reading response header from upstream, client: 9.9.9.9, server: s, request: "GET /? HTTP/1.1", host: "s"\n',
        [("fatal", "Error", "z", "p.php"), ("warning", "", 'Undefined array key "a"', "p.php")],
    ),
    "Apache with PHP inside, and with PHP-FPM behind": (
        "apache-error",
        f"[{APACHE}] [php:error] [pid 7] [client 9.9.9.9:1] PHP Fatal error:  Uncaught Error: v in ROOT/p.php:2\\nStack trace:\\n#0 {{main}}\\n  thrown in ROOT/p.php on line 2\n"
        f"[{APACHE}] [proxy_fcgi:error] [pid 7:tid 8] [client 9.9.9.9:1] AH01071: Got error 'PHP message: PHP Fatal error:  Uncaught Error: w in ROOT/p.php:2', referer: https://s/\n"
        f"[{APACHE}] [authz_core:error] [pid 7] [client 9.9.9.9:1] AH01630: client denied by server configuration: ROOT/x\n",
        [("fatal", "Error", "v", "p.php"), ("fatal", "Error", "w", "p.php"), ("noise", "", "", "")],
    ),
}  # fmt: skip


def place(site: PlainSite, name: str, text: str) -> None:
    (site.root / name).write_text(text.replace("ROOT", str(site.root)))


def one_error_page_of_magento(site: PlainSite) -> None:
    """As Magento 2.4 writes it: the message, the exception with its cause, and a report."""
    place(site, "system.log", f"[{ISO}.847000+00:00] main.ERROR: Feed refused:\nHTTP 503 from warehouse [] []\n")
    exception = (
        f"[{ISO}.848000+00:00] main.CRITICAL: LogicException: inner cause in ROOT/app/Index.php:14\n{TRACE}\n"
        f"Next RuntimeException: Feed refused:\nHTTP 503 from warehouse in ROOT/app/Index.php:14\n{TRACE.strip()} "
        f'{{"report_id":"{"3e" * 32}","exception":"[object] (RuntimeException(code: 0): Feed refused:\n'
        'HTTP 503 from warehouse at ROOT/app/Index.php:14)"} []\n'
    )
    place(site, "exception.log", exception)
    place(site, "debug.log", exception)
    (site.root / "report").mkdir()
    report = site.root / "report" / ("3e" * 32)
    report.write_text(json.dumps({"0": "Feed refused:\nHTTP 503 from warehouse", "1": "#1 x() called at [a.php:1]"}))
    os.utime(report, (T, T))
    site.sources(
        {"path": "system.log", "format": "monolog"},
        {"path": "exception.log", "format": "monolog"},
        {"path": "debug.log", "format": "monolog"},
        {"path": "report/*", "format": "monolog", "purpose": "report-files"},
    )


def one_fatal_error_everywhere(site: PlainSite) -> None:
    """As WordPress with WooCommerce has it, behind nginx and PHP-FPM."""
    fatal = f"PHP Fatal error:  Uncaught Error: Call to undefined function x() in ROOT/p.php:17\n{TRACE}  thrown in ROOT/p.php on line 17"
    place(site, "debug.log", f"[{PHP}] {fatal}\n")
    place(site, "pool.log", f"[{PHP}] {fatal}\n")
    place(
        site,
        "wc.log",
        f'{ISO}+00:00 CRITICAL Uncaught Error: Call to undefined function x() in ROOT/p.php:17 CONTEXT: {{"a":1}}\n',
    )
    place(
        site,
        "nginx.log",
        f'{NGINX} [error] 9#9: *5 FastCGI sent in stderr: "PHP message: {fatal}" while reading, client: 9.9.9.9\n',
    )
    site.sources(
        {"path": "debug.log", "format": "php"},
        {"path": "pool.log", "format": "php", "purpose": "php"},
        {"path": "wc.log", "format": "wc"},
        {"path": "nginx.log", "format": "nginx-error", "purpose": "server-error"},
    )
