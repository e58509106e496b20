"""The words for what a site writes down."""

from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

LOGS: PhrasesByKind = {
    "logs-read": (
        all_well(
            "New lines read: {lines:number}; fatal errors among them: {fatal:number}, errors: {errors:number}.", True
        ),
    ),
    "log-read": (all_well("{item:place} is read again."),),
    "fatal-error": (
        all_well("Not seen lately: {message:short}"),
        PhraseTemplate(
            "A page or a task of the site broke off with an error, last on {last:day}: {message:short}",
            "Whoever was there saw an error or an empty page, or something that should run in the background did not.",
            "A developer reads the error and mends its cause. If customers wrote to you about that time, tell us.",
            many="Errors that made a page or a task of the site break off: {findings}",
            entry="{message:short} (times: {count:number}; last on {last:moment})",
        ),
    ),
    "frequent-error": (
        all_well("Not seen lately: {message:short}"),
        PhraseTemplate(
            "A new error is written down again and again, last on {last:day}: {message:short}",
            "It does not stop the site, but something does not work as it should.",
            "A developer reads the error and mends its cause.",
            many="New errors that are written down again and again: {findings}",
            entry="{message:short} (times: {count:number}; last on {last:moment})",
        ),
    ),
    "failed-requests": (
        all_well("Page requests that failed: {failed:number} of {requests:number}."),
        PhraseTemplate(
            "Many visitors meet an error page: {percent:percent} of all requests fail",
            "Requests that ended with an error of the server since the last round: {failed:number} of "
            "{requests:number}. Such visitors leave, and search engines notice.",
            "A developer looks at the pages named in the detail for your engineer.",
        ),
    ),
    "failed-logins": (
        all_well("Failed log-ins in the worst hour: {logins:number}."),
        PhraseTemplate(
            "Somebody tries out passwords (failed log-ins in one hour: {logins:number})",
            "Programs try out common and stolen passwords. One weak password is enough.",
            "Limit how often a log-in may fail, and let everybody who can administer the site use a second proof.",
        ),
    ),
    "logging-off": (
        PhraseTemplate(
            "The site does not write its errors down ({log})",
            "When something breaks, nobody will be able to see what it was, and neither can we.",
            "Have it switched on where that is safe: what to set stands in the detail for your engineer.",
            many="Logs of the site that are switched off: {findings}",
            entry="{log}",
        ),
    ),
    "log-exposed": (
        all_well("A log that could be downloaded no longer can."),
        PhraseTemplate(
            "A log of the site can probably be downloaded by anybody: {path}",
            "It lies where visitors' files lie. Logs tell an attacker how the site is built, and may hold "
            "customers' data.",
            "Move it out of the visitors' folder, or have the web server refuse it.",
            many="Logs that can probably be downloaded by anybody: {findings}",
            entry="{path}",
        ),
    ),
    "log-large": (
        all_well("The log {log} has a sound size: {bytes:size}."),
        PhraseTemplate(
            "A log grows without end: {log}, {bytes:size}",
            "Nothing clears it. One day it fills the disk, and a full disk stops the site.",
            "Have it rotated, so that old parts are deleted by themselves.",
            many="Logs that grow without end: {findings}",
            entry="{log}: {bytes:size}",
        ),
    ),
}
