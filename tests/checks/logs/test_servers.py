# ruff: noqa: E501 - lines of logs and configurations are as long as they are
"""The web server's and PHP-FPM's logs of a site are found by its files, and lines of other sites are not its own."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checks import State
from checks.logs.facts import LogFacts, LogFile
from tests.checks.logs.site import PlainSite, by_item, nowhere
from tests.checks.logs.writers import fatal

NOW = time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(time.time() - 60))
ACCESS = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(time.time() - 60))


class Estate:
    """A host's /etc and /var/log in a folder, with a site on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.etc = folder / "etc"
        self.log = folder / "log"
        self.log.mkdir()
        (self.etc / "sites-enabled").mkdir(parents=True)
        self.site = PlainSite(folder / "shop", self.settings())

    def settings(self, **more: Any) -> Any:
        """Settings that look into the folder."""
        found = {
            "nginx": (str(self.etc / "nginx.conf"),),
            "apache": (str(self.etc / "apache2.conf"),),
            "fpm": (str(self.etc / "pool.d/*.conf"),),
            "fpm_logs": (str(self.log / "php*-fpm.log"),),
            "usual": (str(self.log / "nginx-*error*.log"),),
        }
        return nowhere(self.folder, **{**found, **more})

    def nginx(self, **servers: str) -> None:
        """nginx's configuration with servers."""
        text = f"# main\nerror_log {self.log}/error.log warn;\nhttp {{ access_log {self.log}/access.log combined;\n"
        (self.etc / "nginx.conf").write_text(text + "log_format x '\"}};'; include sites-enabled/*; }\n")
        for name, text in servers.items():
            (self.etc / "sites-enabled" / name).write_text(self.filled(text))

    def apache(self, text: str) -> None:
        """Apache's configuration."""
        (self.etc / "envvars").write_text(f"export APACHE_LOG_DIR={self.log}$SUFFIX\n")
        (self.etc / "apache2.conf").write_text(
            "ErrorLog ${APACHE_LOG_DIR}/error.log\nIncludeOptional sites-enabled/*.conf\n"
        )
        (self.etc / "sites-enabled" / "a.conf").write_text(self.filled(text))

    def pool(self, name: str, text: str) -> None:
        """A pool of PHP-FPM's."""
        (self.etc / "pool.d").mkdir(exist_ok=True)
        (self.etc / "pool.d" / f"{name}.conf").write_text(f"[{name}]\n" + self.filled(text))

    def filled(self, text: str) -> str:
        """A configuration's text with this folder's paths."""
        return text.replace("@ROOT", str(self.site.root)).replace("@LOG", str(self.log)).replace("@ETC", str(self.etc))

    def write(self, name: str, *lines: str) -> None:
        """Lines into a log."""
        (self.log / name).write_text("".join(self.filled(line) for line in lines))

    def read(self) -> dict[str, LogFile]:
        """What is read, by the log's name."""
        return {Path(row.path).name: row for row in self.site.facts().files}


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path)


def failed(what: str, server: str) -> str:
    return f'{NOW} [error] 9#9: *1 {what}, client: 203.0.113.9, server: {server}, request: "GET / HTTP/1.1", host: "{server}"\n'


def request(code: int) -> str:
    return f'203.0.113.9 - - [{ACCESS}] "GET / HTTP/1.1" {code} 5 "-" "curl"\n'


def messages(facts: LogFacts) -> list[str]:
    return sorted(group.message for group in facts.groups)


OWN = "server { listen 80; server_name shop.example; root @ROOT; access_log @LOG/shop-access.log; error_log @LOG/shop-error.log; }"
OTHER = "server { listen 80; server_name other.example; root /srv/other; }"


def test_nginx_by_root(estate: Estate) -> None:
    estate.nginx(shop=OWN, other=OTHER)
    estate.write("shop-error.log", failed("upstream timed out", "_"))
    estate.write("shop-access.log", request(200), request(502))
    rows = estate.read()
    assert {name: row.state for name, row in rows.items()} == {"shop-error.log": "read", "shop-access.log": "read"}
    facts = estate.site.facts()
    assert messages(facts) == ["upstream timed out"]
    assert [(one.requests, one.failed) for one in facts.access] == [(2, 1)]
    assert (facts.configured, facts.served) == (True, 1)


def test_nginx_as_magento_has_it(estate: Estate) -> None:
    (estate.site.root / "pub").mkdir()
    sample = "root $MAGE_ROOT/pub;\nlocation / { try_files $uri $uri/ /index.php$is_args$args; }\n"
    (estate.site.root / "nginx.conf.sample").write_text(sample)
    estate.nginx(
        shop="upstream fastcgi_backend { server unix:/run/mage.sock; }\nserver { server_name www.else.example;\n"
        'set $MAGE_ROOT @ROOT; access_log @LOG/m-access.log; error_log "@LOG/m-error.log" notice; include @ROOT/nginx.conf.sample; }'
    )
    estate.write("m-error.log", failed("upstream timed out", "www.else.example"))
    estate.write("m-access.log", request(200))
    assert sorted(estate.read()) == ["m-access.log", "m-error.log"]


def test_nginx_by_name_where_no_root_fits(estate: Estate) -> None:
    estate.nginx(
        shop="server { server_name www.shop.example; location / { proxy_pass http://127.0.0.1:8080; } error_log @LOG/s.log; access_log off; }"
    )
    estate.write("s.log", failed("upstream timed out", "www.shop.example"))
    assert [(name, row.records) for name, row in estate.read().items()] == [("s.log", 1)]


def test_of_a_shared_error_log_only_own_lines_are_its_own(estate: Estate) -> None:
    estate.nginx(shop="server { server_name shop.example; root @ROOT; access_log off; }", other=OTHER)
    estate.write(
        "error.log",
        failed("upstream timed out", "shop.example"),
        failed("no live upstreams", "other.example"),
        f'{NOW} [error] 9#9: *1 connect() to "@ROOT, client: 1.1.1.1, server: shop.example, x" failed, client: 1.1.1.1, server: other.example\n',
        f"{NOW} [crit] 9#9: cannot write into @ROOT/x\n",
        f"{NOW} [alert] 9#9: worker process 7 exited on signal 9\n",
    )
    assert messages(estate.site.facts()) == ["cannot write into x", "upstream timed out"]


def test_a_shared_access_log_is_nobodys(estate: Estate) -> None:
    estate.nginx(shop="server { server_name shop.example; root @ROOT; error_log @LOG/e.log; }", other=OTHER)
    estate.write("access.log", request(500) * 50)
    estate.write("e.log", "")
    facts, judgement = estate.site.visit()
    assert not facts.access
    assert [row.state for row in facts.files if row.purpose == "access"] == ["shared"]
    assert any("is shared by several sites" in detail for detail in by_item(judgement)[""].details)


def test_a_server_that_stands_alone_has_the_common_logs(estate: Estate) -> None:
    estate.nginx(shop="server { server_name shop.example; root @ROOT; }")
    estate.write("access.log", request(200))
    estate.write("error.log", failed("upstream timed out", "shop.example"))
    assert {name: row.records for name, row in estate.read().items()} == {"access.log": 1, "error.log": 1}


def test_apache_by_root(estate: Estate) -> None:
    at = time.strftime("%a %b %d %H:%M:%S.000000 %Y", time.localtime(time.time() - 60))
    estate.apache(
        "Define base @ROOT\n<VirtualHost *:80>\n  ServerName shop.example:80\n  DocumentRoot \\\n  ${base}\n"
        '  ErrorLog ${APACHE_LOG_DIR}/shop-error.log\n  CustomLog "@LOG/shop-access.log" combined\n</VirtualHost>\n'
        "<VirtualHost *:80>\n  ServerName other.example\n  DocumentRoot /srv/other\n  CustomLog |/bin/x combined\n</VirtualHost>\n"
    )
    estate.write("shop-error.log", f"[{at}] [core:error] [pid 1] [client 203.0.113.9:5] AH00124: too many redirects\n")
    estate.write("shop-access.log", request(200))
    assert {name: (row.records, row.format) for name, row in estate.read().items()} == {
        "shop-error.log": (1, "apache-error"),
        "shop-access.log": (1, "nginx-access"),
    }


def test_a_pool_is_found_by_its_socket(estate: Estate) -> None:
    estate.nginx(
        shop="server { server_name shop.example; root @ROOT; access_log off; error_log @LOG/e.log;"
        " location ~ \\.php$ { fastcgi_pass unix:/run/shop.sock; } }"
    )
    estate.pool("shop", "user = nobody\nlisten = /var/run/shop.sock\nphp_admin_value[error_log] = @LOG/$pool.log\n")
    estate.pool("other", "user = nobody\nlisten = /run/other.sock\nphp_admin_value[error_log] = @LOG/other.log\n")
    estate.write("e.log", "")
    estate.write("shop.log", fatal(1))
    estate.write("other.log", fatal(1))
    stamp = time.strftime("%d-%b-%Y %H:%M:%S", time.localtime())
    estate.write(
        "php8.2-fpm.log",
        f"[{stamp}] WARNING: [pool shop] server reached pm.max_children setting (5)\n",
        f"[{stamp}] WARNING: [pool other] server reached pm.max_children setting (7)\n",
    )
    facts = estate.site.facts()
    assert messages(facts) == ["[pool shop] server reached pm.max_children setting (5)", "order 1 failed"]


def test_a_pool_that_others_use_too_counts_by_the_files_it_names(estate: Estate) -> None:
    php = "location ~ \\.php$ { fastcgi_pass 127.0.0.1:9000; }"
    estate.nginx(
        shop=f"server {{ server_name shop.example; root @ROOT; access_log off; error_log @LOG/e.log; {php} }}",
        other=f"server {{ server_name other.example; root /srv/other; {php} }}",
    )
    estate.pool("www", "listen = 9000\nphp_admin_value[error_log] = @LOG/www.log\n")
    estate.write("e.log", "")
    own = fatal(1).replace("/srv/shop", "@ROOT").replace("order", "own")
    estate.write("www.log", fatal(1).replace("/srv/shop", "/srv/other"), own)
    assert messages(estate.site.facts()) == ["own 1 failed"]


def test_a_pool_is_found_by_the_owner_where_no_server_is_known(estate: Estate) -> None:
    owner = estate.site.root.owner()
    estate.pool("a", f"user = {owner}\nlisten = /run/a.sock\nphp_admin_value[error_log] = @LOG/a.log\n")
    estate.write("a.log", fatal(1).replace("/srv/shop", "@ROOT"), fatal(2, said="foreign {}"))
    assert messages(estate.site.facts()) == ["order 1 failed"]


def test_without_a_configuration_the_usual_logs_are_searched_for_the_site(estate: Estate) -> None:
    estate.write(
        "nginx-error.log", failed("upstream timed out", "shop.example"), failed("no live upstreams", "x.example")
    )
    facts, judgement = estate.site.visit()
    assert messages(facts) == ["upstream timed out"]
    assert "no virtual host of nginx or Apache was found for this site" in by_item(judgement)[""].details


def test_a_log_that_the_configuration_names_must_be_there(estate: Estate) -> None:
    estate.nginx(shop=OWN)
    _, judgement = estate.site.visit()
    found = by_item(judgement)
    assert {item for item, finding in found.items() if finding.state == State.UNKNOWN} == {
        f"log:{estate.log}/shop-error.log",
        f"log:{estate.log}/shop-access.log",
    }
    assert all(finding.remedy for finding in found.values() if finding.state == State.UNKNOWN)


@pytest.mark.parametrize(
    ("rules", "exposed"),
    [
        ("", True),
        ("location ~* \\.(log|sql)$ { deny all; }", False),
        ("location = /debug.log { return 404; }", False),
        ("location /debug { internal; }", False),
        ("location ~ /other { deny all; }", True),
        ("location / { try_files $uri =404; }", True),
    ],
)
def test_a_log_among_visitors_files_is_said_unless_the_server_refuses_it(
    estate: Estate, rules: str, exposed: bool
) -> None:
    estate.nginx(
        shop=f"server {{ server_name shop.example; root @ROOT; access_log off; error_log @LOG/e.log; {rules} }}"
    )
    estate.write("e.log", "")
    estate.site.sources({"path": "debug.log", "format": "php"})
    (estate.site.root / "debug.log").write_text(fatal(1))
    found = by_item(estate.site.visit()[1])
    assert ("exposed:debug.log" in found) == exposed
    if exposed:
        assert found["exposed:debug.log"].data == {"log": "debug.log", "path": "/debug.log"}
        assert "it was not asked for from outside" in found["exposed:debug.log"].details[0]
        (estate.site.root / "debug.log").rename(estate.folder / "debug.log")
        estate.site.settings = replace(estate.settings(), paths={str(estate.folder / "debug.log"): "php"})


def test_apaches_own_rules_count_where_nginx_is_not(estate: Estate) -> None:
    site = estate.site
    (site.root / "index.php").touch()
    (site.root / "logs").mkdir()
    (site.root / "logs" / "debug.log").write_text(fatal(1))
    site.sources({"path": "logs/debug.log", "format": "php"})
    assert "exposed:logs/debug.log" in by_item(site.visit()[1])
    (site.root / "logs" / ".htaccess").write_text("Require all denied\n")
    assert by_item(site.visit()[1])["exposed:logs/debug.log"].state == State.OK


def test_a_name_that_cannot_be_guessed_is_not_exposed(estate: Estate) -> None:
    site = estate.site
    (site.root / "index.php").touch()
    (site.root / f"stripe-2026-11-22-{'8f' * 16}.log").write_text("")
    site.sources({"path": "*.log", "format": "wc"})
    assert not any(finding.item.startswith("exposed") for finding in site.visit()[1].findings)


@pytest.mark.parametrize(
    "text",
    [
        "server { root @ROOT",
        "}}}}{{{{;;;",
        "include nginx.conf;" * 50,
        "server { " * 3000,
        "server { root \"@ROOT; error_log '@LOG/x",
        "server { include @ETC/sites-enabled/*; root @ROOT; }",
        "\x00\xff" * 100,
    ],
)
def test_a_broken_configuration_costs_nothing_else(estate: Estate, text: str) -> None:
    estate.nginx(shop=text)
    (estate.etc / "apache2.conf").write_text(
        "Include apache2.conf\n<VirtualHost\n</VirtualHost>\n</VirtualHost>\n" + text
    )
    estate.site.sources({"path": "app.log", "format": "php"})
    (estate.site.root / "app.log").write_text(fatal(1))
    facts = estate.site.facts()
    assert messages(facts) == ["order 1 failed"]
    assert facts.gaps == ()
