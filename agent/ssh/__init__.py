"""Getting to hosts: everything that is asked of a host goes out and comes back here."""

from agent.ssh.hostkeys import HostKeys, ServerKey
from agent.ssh.trouble import NoConnectionError
from agent.ssh.visits import fetch_key, visit, visit_all
from agent.visit import Limits, Visit

__all__ = ["HostKeys", "Limits", "NoConnectionError", "ServerKey", "Visit", "fetch_key", "visit", "visit_all"]
