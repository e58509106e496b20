"""The words for people who can administer a site."""

from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

_IDLE = (
    "Whoever gets hold of such an account can change everything on the site, and nobody would miss the password. "
    "Accounts of people who have left are a favourite way in."
)
_STILL = "Tell us who still needs access. The others are switched off, not deleted: what they wrote stays."

USERS: PhrasesByKind = {
    "accounts": (
        all_well("People who can administer the site: {count:number}; without cause for concern: {well:number}.", True),
    ),
    "second-factor": (
        all_well("Everybody who can administer the site logs in with a second proof beside the password."),
    ),
    "last-use-known": (all_well("For every account it is known when it was last used."),),
    "account-idle": (
        PhraseTemplate(
            "An administrator's account that nobody uses: {login}, last used on {last:day}",
            _IDLE,
            _STILL,
            many="Administrators' accounts that nobody uses: {findings}",
            entry="{login}, last used on {last:day}",
        ),
    ),
    "account-idle-token": (
        PhraseTemplate(
            "Nobody logs in as {login} any more, but a program still works with this account",
            "A person's account that a program lives on can neither be switched off nor be watched.",
            "Find out which program it is, give it an account of its own, then switch this one off.",
            many="Accounts that nobody logs in with, but programs still use: {findings}",
            entry="{login}, last used by a person on {last:day}",
        ),
    ),
    "account-never-used": (
        PhraseTemplate(
            "An administrator's account that was never used: {login}, created {days:ago}",
            _IDLE,
            _STILL,
            many="Administrators' accounts that nobody uses: {findings}",
            entry="{login}, never used, created {days:ago}",
        ),
        PhraseTemplate(
            "An administrator's account that was never used: {login}",
            _IDLE,
            _STILL,
            many="Administrators' accounts that nobody uses: {findings}",
            entry="{login}, never used",
        ),
    ),
    "account-default-name": (
        PhraseTemplate(
            "An administrator's account has a name that every attacker tries first: {login}",
            "Half of the log-in is known already; only the password is left to be guessed.",
            "Make an account with a personal name, and take the rights from this one.",
            many="Administrators' accounts with names that every attacker tries first: {findings}",
            entry="{login}",
        ),
    ),
    "account-foreign-address": (
        PhraseTemplate(
            "The account {login} can administer the site, and its mail address is of no company we agreed on",
            "New passwords are sent to that address. Whoever reads the mail there can take over the site.",
            "Tell us whose account it is; then its address is corrected, or its rights are taken away.",
            many="Accounts that can administer the site, with mail addresses of no company we agreed on: {findings}",
            entry="{login}",
        ),
    ),
    "account-new": (
        PhraseTemplate(
            "Somebody new can administer the site: {login}, since {since:day}",
            "If you know the person, all is well. If nobody ordered this account, it is a sign of a break-in.",
            "Tell us whether you know about it. If not, call us: do not wait for the next report.",
            many="New accounts that can administer the site: {findings}",
            entry="{login}, since {since:day}",
        ),
    ),
    "account-raised": (
        PhraseTemplate(
            "An account can do more than before: {login}, since {since:day}",
            "If you know about it, all is well. If nobody ordered it, it is a sign of a break-in.",
            "Tell us whether you know about it. If not, call us: do not wait for the next report.",
            many="Accounts that can do more than before: {findings}",
            entry="{login}, since {since:day}",
        ),
    ),
    "second-factor-missing": (
        PhraseTemplate(
            "People who can administer the site with nothing but a password: {count:number} of {of:number}",
            "A stolen or guessed password is enough to take over the site. A second proof, such as a code on the "
            "phone, stops nearly all of these attacks.",
            "Have it switched on for everybody who can administer the site.",
        ),
    ),
    "last-use-unknown": (
        PhraseTemplate(
            "Administrators' accounts of which nobody knows when they were last used: {count:number} of {of:number}",
            "So nobody can tell which accounts are no longer needed. That the site shows nothing does not mean that "
            "they are unused.",
            "Have log-ins written down from now on, or tell us which of these accounts are needed.",
        ),
    ),
    "no-accounts": (
        PhraseTemplate(
            "Nobody was found who can administer the site",
            "That cannot be: every site has somebody. So we do not see the real list.",
            "We find out where the site keeps its accounts.",
        ),
    ),
}
