"""Ways in which a name server, or whoever stands before it, answers wrongly."""

from collections.abc import Callable, Sequence

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Behaviour = Callable[[dns.message.Message, dns.message.Message, bool], Sequence[bytes]]
"""From the question, the honest answer, and whether it came over TCP, to what is sent: nothing is silence."""


def whole(answer: dns.message.Message) -> bytes:
    """An answer on the wire, however much of it the question would have taken."""
    return answer.to_wire(max_size=65535)


def refused(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """REFUSED, whatever it is."""
    return [_empty(question, dns.rcode.REFUSED)]


def servfail(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """SERVFAIL, whatever it is."""
    return [_empty(question, dns.rcode.SERVFAIL)]


def notimp(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """NOTIMP, whatever it is."""
    return [_empty(question, dns.rcode.NOTIMP)]


def nodata(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """NOERROR without a record, whatever it is."""
    return [_empty(question, dns.rcode.NOERROR)]


def nxdomain(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """No such name, whatever it is."""
    return [_empty(question, dns.rcode.NXDOMAIN)]


def silent(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """Nothing at all."""
    return []


def garbage(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """Bytes that are no message, and a message that ends too soon."""
    return [b"\xff" * 40, whole(answer)[:-3]]


def wrong_id(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """An answer to somebody else's question."""
    wire = bytearray(whole(answer))
    wire[0] ^= 0xFF
    return [bytes(wire)]


def wrong_question(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """An answer with the right id to another question, as a forger who guessed it would send."""
    other = dns.message.make_query("other.example.", "A", id=question.id)
    forged = dns.message.make_response(other)
    forged.answer.append(dns.rrset.from_text("other.example.", 60, "IN", "A", "198.51.100.66"))
    return [forged.to_wire()]


def cut(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """Cut short over UDP, whole over TCP."""
    if tcp:
        return [whole(answer)]
    short = dns.message.make_response(question)
    short.flags |= dns.flags.TC | dns.flags.RA
    return [short.to_wire()]


def cut_for_good(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """Cut short over UDP, and closed over TCP."""
    return [] if tcp else cut(question, answer, tcp)


def referral(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """Points to another server, as one does that serves only its own zones."""
    pointing = dns.message.make_response(question)
    pointing.authority.append(dns.rrset.from_text("example.", 60, "IN", "NS", "ns.elsewhere.example."))
    return [pointing.to_wire()]


def looping(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
    """A chain of aliases that bites its own tail."""
    name = question.question[0].name
    turned = dns.message.make_response(question)
    turned.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "other.example."))
    turned.answer.append(dns.rrset.from_text("other.example.", 60, "IN", "CNAME", name.to_text()))
    return [turned.to_wire()]


def saying(*addresses: str) -> Behaviour:
    """These addresses to every question for some; to others, that the name is there without such a record."""

    def behave(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
        asked = question.question[0]
        said = dns.message.make_response(question, recursion_available=True)
        if asked.rdtype == dns.rdatatype.A:
            said.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "A", *addresses))
        return [said.to_wire()]

    return behave


def rewriting(address: str) -> Behaviour:
    """What exists as it is, and an address for what does not: a provider's search page."""

    def behave(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
        return saying(address)(question, answer, tcp) if answer.rcode() == dns.rcode.NXDOMAIN else [whole(answer)]

    return behave


def turning(after: int, behaviour: Behaviour) -> Behaviour:
    """Honest for so many questions, and then no more."""
    asked = iter(range(after))

    def behave(question: dns.message.Message, answer: dns.message.Message, tcp: bool) -> Sequence[bytes]:
        return [whole(answer)] if next(asked, None) is not None else behaviour(question, answer, tcp)

    return behave


def _empty(question: dns.message.Message, rcode: dns.rcode.Rcode) -> bytes:
    response = dns.message.make_response(question, recursion_available=True)
    response.set_rcode(rcode)
    return response.to_wire()
