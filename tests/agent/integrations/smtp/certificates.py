"""An authority of our own, and certificates of all kinds from it."""

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """Whom a client trusts that is given its file."""

    folder: Path
    name: str = "authority"

    def __post_init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        built = self._begun(self._named, key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), True
        )
        self._write(self.name, built.sign(key, hashes.SHA256()), key)

    @property
    def file(self) -> Path:
        """What `ca:` in the inventory names."""
        return self.folder / f"{self.name}.pem"

    @property
    def _named(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])

    def server(self, host: str = "localhost", *, expired: bool = False) -> ssl.SSLContext:
        """What a server needs that is called so, and, unless it is another one, reached at 127.0.0.1, too."""
        authority = serialization.load_pem_private_key((self.folder / f"{self.name}.key").read_bytes(), None)
        assert isinstance(authority, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        if host == "localhost":
            names.append(x509.IPAddress(ipaddress.IPv4Address("127.0.0.1")))
        called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        built = self._begun(called, key.public_key(), -1 if expired else 1)
        made = built.add_extension(x509.SubjectAlternativeName(names), False).sign(authority, hashes.SHA256())
        self._write(host, made, key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{host}.pem", self.folder / f"{host}.key")
        return context

    def _begun(self, subject: x509.Name, public: ec.EllipticCurvePublicKey, days: int = 1) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return x509.CertificateBuilder(
            self._named, subject, public, x509.random_serial_number(), now - 3 * _DAY, now + days * _DAY
        )

    def _write(self, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (self.folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (self.folder / f"{name}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, none))
