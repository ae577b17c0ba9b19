"""The directory of an office on this machine: OpenLDAP's slapd, which nobody here wrote."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_ports

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/libexec")
BASE = "dc=office"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "of the reader"
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/pid
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
TLSCACertificateFile {folder}/cert.pem
disallow bind_anon
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""
ROWS = """
dn: {base}
objectClass: dcObject
objectClass: organization
o: office
dc: office

dn: cn=reader,{base}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {password}

dn: uid=qianjb,{base}
objectClass: inetOrgPerson
uid: qianjb
uid: jingban
cn: Qian
sn: Qian
displayName: Qian Jingban
mail: qian@example.cn
userPassword: his own word

dn: uid=sunlz,{base}
objectClass: inetOrgPerson
uid: sunlz
cn: Sun
sn: Sun
userPassword: her own word
"""
GROUP = """
dn: cn=ops,{base}
objectClass: groupOfNames
cn: ops
member: uid=qianjb,{base}
"""


NESTED = """
dn: cn=all,{base}
objectClass: groupOfNames
cn: all
member: cn=ops,{base}
member: cn=circle,{base}

dn: cn=circle,{base}
objectClass: groupOfNames
cn: circle
member: cn=all,{base}
"""
MANY = 450  # groups of one person: more than a page, and than three questions


def _many() -> str:
    row = "\ndn: cn=g{at},{base}\nobjectClass: groupOfNames\ncn: g{at}\nmember: uid=sunlz,{base}\n"
    return "".join(row.format(at=at, base=BASE) for at in range(MANY))


class Slapd:
    """Use as a context manager; ``certificate`` is what its own is checked by."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.certificate = folder / "cert.pem"

    def __enter__(self) -> Slapd:
        assert SLAPD
        self.port, self.tls_port = free_ports(2)
        folder = self._folder
        (folder / "data").mkdir()
        _write_certificate(folder)
        config = folder / "slapd.conf"
        config.write_text(CONFIG.format(folder=folder, base=BASE, reader=READER))
        self._add(config, ROWS.format(base=BASE, password=READER_PASSWORD))
        urls = f"ldap://127.0.0.1:{self.port}/ ldaps://127.0.0.1:{self.tls_port}/"
        self._process = subprocess.Popen(
            [SLAPD, "-h", urls, "-f", str(config), "-d", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 10
        while not _answers(self.tls_port):
            assert time.monotonic() < end, "slapd does not start"
            time.sleep(0.05)
        return self

    def _add(self, config: Path, rows: str) -> None:
        command = [str(SLAPD), "-T", "add", "-f", str(config)]
        # One after the other: the overlay writes the membership when the group comes.
        for text in (rows, GROUP.format(base=BASE), NESTED.format(base=BASE), _many()):
            subprocess.run(command, input=text.encode(), check=True, capture_output=True)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "office")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
