"""The settings of the logs check."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

FORMATS = ("php", "monolog", "magento1", "ee", "wc", "nginx-error", "apache-error", "nginx-access")
"""The forms of log that can be read. `nginx-access` is the common or combined format, which Apache writes too."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults of the check `logs`."""

    # A fatal error, or a frequent one, is a finding until it was not seen for this many hours.
    quiet_hours: float = 24.0
    # An error that was not there when the site was first visited is a finding from this many an hour on.
    errors_an_hour: int = 5
    # Requests answered with 5xx are a finding when they are this share of the new ones, in percent, …
    failed_percent: float = 8.0
    # … and at least so many.
    failed_least: int = 10
    # Failed logins an hour.
    logins_an_hour: int = 300
    # A log that nobody rotates is a finding from this size on, in bytes.
    large_bytes: int = 524_288_000
    # Whether a log is a finding that lies where the web server may give it to anybody.
    exposed: bool = True
    # Whether it is a finding that a platform's logging is switched off and nothing else records its errors.
    must_log: bool = True
    # Further logs: path, absolute or below the site's root, wildcards allowed → one of FORMATS.
    paths: Mapping[str, str] = field(default_factory=dict)
    # Regular expressions of messages that are known and not to be reported.
    exclude: tuple[str, ...] = ()
    # How far back is read where a log is read for the first time, in hours.
    look_back_hours: float = 24.0
    # The longest reading may take, in seconds, …
    seconds: float = 30.0
    # … and the most that is read of one file, in megabytes, the newest.
    megabytes: int = 64
    # Where the web server's and PHP-FPM's configuration is, and its logs where that cannot be read.
    nginx: tuple[str, ...] = (
        "/etc/nginx/nginx.conf",
        "/usr/local/nginx/conf/nginx.conf",
        "/usr/local/etc/nginx/nginx.conf",
    )
    apache: tuple[str, ...] = ("/etc/apache2/apache2.conf", "/etc/httpd/conf/httpd.conf")
    fpm: tuple[str, ...] = (
        "/etc/php/*/fpm/pool.d/*.conf",
        "/etc/php-fpm.d/*.conf",
        "/usr/local/etc/php-fpm.d/*.conf",
    )
    fpm_logs: tuple[str, ...] = ("/var/log/php*-fpm.log", "/var/log/php-fpm/*.log")
    usual: tuple[str, ...] = (
        "/var/log/nginx/*error*.log",
        "/var/log/apache2/*error*.log",
        "/var/log/httpd/*error*log",
    )

    def __post_init__(self) -> None:
        """Refuse what could not be obeyed."""
        for path, form in self.paths.items():
            if form not in FORMATS:
                raise ValueError(f"the format of {path} is {form!r}; use one of: {', '.join(FORMATS)}")
        for pattern in self.exclude:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"exclude {pattern!r} is no regular expression: {error}") from error
        for name in ("quiet_hours", "errors_an_hour", "look_back_hours", "seconds", "megabytes", "failed_least"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0")
        if self.seconds > 50:
            raise ValueError("seconds must be at most 50, so that the answer is there before its time limit")
