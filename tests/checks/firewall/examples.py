"""A finding of each kind, by what the firewall check makes of sample answers."""

from collections.abc import Iterator
from datetime import timedelta

from checks import Finding
from checks.firewall import Settings
from tests.checks.firewall.answers import allow, answer, part, socket
from tests.checks.firewall.test_evaluate import NOW, ONLY_IPV4, WEB, judge


def examples() -> Iterator[Finding]:
    """Hosts that are closed, open in every way, guarded elsewhere, changed, and closed to us."""
    yield from judge(answer(WEB, allow(22, 80, 443), allow(22, 80, 443))).findings
    yield from judge(answer()).findings
    for port, process in ((3306, "mariadbd"), (3306, ""), (4321, "node"), (4321, "")):
        yield from judge(answer([socket(port, process=process)], allow(port), [])).findings
    yield from judge(answer([socket(3306)], allow(3306, source="203.0.113.7/32"), [])).findings
    for port in (3306, 4321):
        yield from judge(published(port)).findings
    yield from judge(answer([], None, None, addresses=ONLY_IPV4)).findings
    yield from judge(answer([], ["-j ACCEPT"], ["-j ACCEPT"])).findings
    yield from judge(answer([], (), None)).findings
    yield from judge(answer(WEB, None, None), Settings(managed_elsewhere="the provider's firewall")).findings
    units = part("units", "nftables.service enabled enabled\nufw.service enabled enabled")
    before = judge(answer([], allow(22), [], units, part("ufw", "yes"), part("csf", '"1"')))
    yield from before.findings
    yield from judge(answer([], [], []), memory=before.memory, now=NOW + timedelta(days=1)).findings
    kept, now = (
        part(f"firewalld-{name}", f"public\n  ports: {port}\n") for name, port in (("kept", ""), ("now", "80/tcp"))
    )
    yield from judge(answer([], [], [], kept, now)).findings
    yield from judge(answer([], [], [], part("nft", "", "1 plain /usr/sbin/nft", "Operation not permitted"))).findings


def published(port: int) -> str:
    """The answer of a host on which Docker publishes a port past the rules."""
    sent_on = f"-A PREROUTING -p tcp -m tcp --dport {port} -j DNAT --to-destination 172.17.0.2:{port}"
    nat = f"*nat\n:PREROUTING ACCEPT [0:0]\n{sent_on}\nCOMMIT"
    forward = (
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -d 172.17.0.2/32 -o docker0 -j ACCEPT\nCOMMIT"
    )
    bridge = f"{ONLY_IPV4}\n3: docker0    inet 172.17.0.1/16 scope global docker0"
    sockets = [socket(port, process="docker-proxy")]
    return answer(sockets, [], [], part("iptables-nft", f"{nat}\n{forward}"), addresses=bridge)
