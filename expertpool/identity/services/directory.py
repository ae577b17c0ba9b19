"""Asking an LDAP directory (RFC 4511): bind as somebody, find one entry by what an attribute equals. No more.

Filters are built as the values they are, never as text: what somebody types at the door cannot become a part of one. Each
sign-in is bounded in time and in what is read, and leads only where an operator lets it (`core.reachable`).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from django.conf import settings
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import namedtype, univ
from pyasn1_modules import rfc2251

from expertpool.core import reachable
from expertpool.identity.enums import Security
from expertpool.identity.exceptions import ProviderFailed

MEND = "单位内部的目录服务器，请运维人员把它列入 IDENTITY_PRIVATE_HOSTS。"
SILENT = "单位目录没有答复，请过几分钟再试；一直不行的，请联系管理员。"
PLAIN = "目录服务器不在本机，不能用明文连接：密码会在网上传输。请改用 ldaps 或 StartTLS。"
ALTOGETHER = 8.0  # seconds for all that one sign-in asks
LARGEST = 256 * 1024  # bytes of an answer
MOST = (
    512 * 1024
)  # bytes of all answers to one sign-in: half a second of the processor takes some 128 KB
PAGE = 200  # entries of one answer to a question that has many (RFC 2696)
PAGED = b"1.2.840.113556.1.4.319"
START_TLS = "1.3.6.1.4.1.1466.20037"
SUCCESS, WRONG = 0, 49  # resultCode of RFC 4511
LDAPS, START, CLEAR = Security.LDAPS.value, Security.START.value, Security.CLEAR.value

Attributes = Mapping[str, Sequence[bytes]]


@dataclass(frozen=True)
class Place:
    """Where the directory is, and how it is spoken to: LDAPS, START or CLEAR."""

    host: str
    port: int
    security: str


@dataclass(frozen=True)
class Found:
    """An entry by its name; attributes by their names in small letters."""

    dn: str
    attributes: Attributes

    def texts(self, name: str) -> list[str]:
        return [one.decode("utf-8", "replace") for one in self.attributes.get(name.lower(), ())]

    def text(self, name: str) -> str:
        return next(iter(self.texts(name)), "")


class _Page(univ.Sequence):  # type: ignore[misc]
    """realSearchControlValue of RFC 2696."""

    componentType = namedtype.NamedTypes(  # noqa: N815 (its name in pyasn1)
        namedtype.NamedType("size", univ.Integer()),
        namedtype.NamedType("cookie", univ.OctetString()),
    )


class Silent(ProviderFailed):
    """It took its time, and nothing came of it."""


class Line:
    """A connection to the directory; use as a context manager. Raises ProviderFailed for whatever keeps it from answering."""

    def __init__(self, place: Place) -> None:
        self._place, self._number, self._read, self._taken = place, 0, b"", 0
        self._cookie = b""  # of the last answer
        self._end = time.monotonic() + ALTOGETHER

    def __enter__(self) -> Line:
        place = self._place
        try:
            url = f"https://{place.host}:{place.port}"  # as all addresses are written
            target = reachable.resolve_target(
                url, private=settings.IDENTITY_PRIVATE_HOSTS, mend=MEND
            )
        except reachable.AddressRefused as error:
            raise ProviderFailed(str(error)) from error
        if place.security == CLEAR and not reachable.is_loopback(target.url.host):
            raise ProviderFailed(PLAIN)
        try:
            self._socket = socket.create_connection(
                (target.url.host, place.port), timeout=self._left()
            )
            try:
                self._secure(target.server_name)
            except BaseException:
                self._socket.close()
                raise
        except TimeoutError as error:
            raise Silent(SILENT) from error
        except (OSError, PyAsn1Error) as error:
            raise ProviderFailed(SILENT) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()  # a directory takes that for an unbind

    def bind(self, dn: str, password: str) -> bool:
        """Tell whether ``password`` is that of ``dn``. None at all is no password, though directories take it for a
        visitor who names himself (RFC 4513, 5.1.2)."""
        if not dn or not password:
            return False
        asked = rfc2251.BindRequest()
        asked["version"] = 3
        asked["name"] = dn.encode()
        asked["authentication"]["simple"] = password.encode()
        code = int(self._call("bindRequest", asked, "bindResponse")[-1]["resultCode"])
        if code not in (SUCCESS, WRONG):
            raise ProviderFailed(f"单位目录不接受这个账号的登录（{code}），请联系管理员。")
        return code == SUCCESS

    def find(
        self, base: str, equal: Mapping[str, str], attributes: Collection[str], *, most: int
    ) -> list[Found]:
        """Return at most ``most`` entries below ``base`` whose attributes ``equal`` these values, with ``attributes``."""
        asked = self._asked(base, attributes, most)
        for at, (name, value) in enumerate(equal.items()):
            _equals(asked["filter"]["and"][at], name, value)
        found, _ = self._search(asked, None)
        return found[:most]

    def find_any(
        self, base: str, name: str, values: Sequence[str], attributes: Collection[str], *, most: int
    ) -> list[Found]:
        """Return at most ``most`` entries below ``base`` whose attribute ``name`` has one of ``values``, page by page: a
        directory gives no more than some hundred at once. One that knows no pages gives what it gives."""
        found: list[Found] = []
        cookie: bytes | None = b""
        while cookie is not None and values:
            asked = self._asked(base, attributes, 0)
            for at, value in enumerate(values):
                _equals(asked["filter"]["or"][at], name, value)
            some, cookie = self._search(asked, cookie)
            found += some
            if len(found) >= most:
                break
        return found[:most]

    def _asked(self, base: str, attributes: Collection[str], most: int) -> Any:
        asked = rfc2251.SearchRequest()
        asked["baseObject"] = base.encode()
        asked["scope"] = "wholeSubtree"
        asked["derefAliases"] = "neverDerefAliases"
        asked["sizeLimit"], asked["timeLimit"] = most, max(1, int(self._left()))
        asked["typesOnly"] = False
        for at, name in enumerate(attributes):
            asked["attributes"][at] = name.encode()
        return asked

    def _search(self, asked: Any, cookie: bytes | None) -> tuple[list[Found], bytes | None]:
        """Return what is found, of the page that ``cookie`` names (empty: the first), and what names the next; None: that
        was all."""
        said = self._call("searchRequest", asked, "searchResDone", cookie=cookie)
        code = int(said[-1]["resultCode"])
        # 4: more than were asked for. 32: there is no such base.
        if code not in (SUCCESS, 4):
            raise ProviderFailed(f"单位目录查不到人（{code}），请管理员核对查找的起点和账号。")
        return [_found(one) for one in said[:-1]], self._cookie or None

    def _secure(self, name: str) -> None:
        if self._place.security == CLEAR:
            return
        if self._place.security == START:
            asked = rfc2251.ExtendedRequest()
            asked["requestName"] = START_TLS.encode()
            done = self._call("extendedReq", asked, "extendedResp")[-1]
            if int(done["resultCode"]) != SUCCESS or self._read:
                # What came before the encryption may be of anybody.
                raise ProviderFailed("单位目录不支持 StartTLS，请改用 ldaps。")
        self._socket.settimeout(self._left())
        # The public authorities, and those that the operator added to the machine.
        context = ssl.create_default_context()
        self._socket = context.wrap_socket(self._socket, server_hostname=name)

    def _call(self, kind: str, asked: Any, last: str, *, cookie: bytes | None = None) -> list[Any]:
        """Send a request, for a page where there is a ``cookie``; return the answers to it, the ``last`` of that kind."""
        self._number += 1
        message = rfc2251.LDAPMessage()
        message["messageID"] = self._number
        message["protocolOp"][kind] = asked
        if cookie is not None:
            _ask_page(message, cookie)
        answers: list[Any] = []
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(encoder.encode(message))
            while True:
                answer = self._next()
                if int(answer["messageID"]) != self._number:
                    raise ProviderFailed(SILENT)  # it ends the connection, with a notice
                name = answer["protocolOp"].getName()
                if name == last:
                    self._cookie = _next_page(answer)
                    return [*answers, answer["protocolOp"].getComponent()]
                if name == "searchResEntry":
                    answers.append(answer["protocolOp"].getComponent())
        except TimeoutError as error:
            raise Silent(SILENT) from error
        except (OSError, PyAsn1Error, ValueError) as error:
            raise ProviderFailed(SILENT) from error

    def _next(self) -> Any:
        while (length := _length(self._read)) is None or len(self._read) < length:
            if (length is not None and length > LARGEST) or len(self._read) > LARGEST:
                raise ProviderFailed(SILENT)
            self._socket.settimeout(self._left())
            if not (part := self._socket.recv(65_536)):
                raise ProviderFailed(SILENT)
            self._read += part
            self._taken += len(part)
            if self._taken > MOST:
                raise ProviderFailed(SILENT)
        self._left()  # reading what came takes time, too
        answer, _ = decoder.decode(self._read[:length], asn1Spec=rfc2251.LDAPMessage())
        self._read = self._read[length:]
        return answer

    def _left(self) -> float:
        if (left := self._end - time.monotonic()) <= 0:
            raise Silent(SILENT)
        return left


def _length(read: bytes) -> int | None:
    """Return how long the first message in ``read`` is (BER: its kind, its length, its content); None: not known yet."""
    if len(read) < 2:
        return None
    if read[1] < 0x80:
        return 2 + read[1]
    more = read[1] & 0x7F
    if not 1 <= more <= 4:
        raise ValueError("no length of LDAP")
    return 2 + more + int.from_bytes(read[2 : 2 + more], "big") if len(read) >= 2 + more else None


def _found(entry: Any) -> Found:
    attributes = {
        bytes(one["type"]).decode("ascii", "replace").lower(): [bytes(v) for v in one["vals"]]
        for one in entry["attributes"]
    }
    return Found(bytes(entry["objectName"]).decode("utf-8", "replace"), attributes)


def _equals(one: Any, name: str, value: str) -> None:
    one["equalityMatch"]["attributeDesc"] = name.encode()
    one["equalityMatch"]["assertionValue"] = value.encode()


def _ask_page(message: Any, cookie: bytes) -> None:
    page, control = _Page(), message["controls"][0]
    page["size"], page["cookie"] = PAGE, cookie
    control["controlType"], control["controlValue"] = PAGED, encoder.encode(page)


def _next_page(answer: Any) -> bytes:
    """Return what names the page after ``answer``; empty: it is the last, or the directory knows no pages."""
    for control in answer["controls"] if answer["controls"].hasValue() else ():
        if bytes(control["controlType"]) == PAGED:
            page, _ = decoder.decode(bytes(control["controlValue"]), asn1Spec=_Page())
            return bytes(page["cookie"])
    return b""
