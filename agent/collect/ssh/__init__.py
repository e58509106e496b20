"""SSH: connections to hosts, over which scripts are sent and transcripts received."""

from agent.collect.plan import Limits, Visit
from agent.collect.ssh.hostkeys import HostKeys, ServerKey
from agent.collect.ssh.socket import HostConnectionError
from agent.collect.ssh.visit import fetch_key, visit, visit_all

__all__ = ["HostConnectionError", "HostKeys", "Limits", "ServerKey", "Visit", "fetch_key", "visit", "visit_all"]
