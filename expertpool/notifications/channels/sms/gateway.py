"""Any platform that takes a short message by one POST: fields and success as the office sets them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from expertpool.core.configuration import Reader
from expertpool.core.posting import Answer
from expertpool.core.text import LEFT_OUT, masked_words, without_people
from expertpool.core.validators import only_writable
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus
from expertpool.notifications.channels.sms.encoding import read_text, written_in
from expertpool.notifications.channels.sms.posting import NotHandedIn, handed_in, turned_down
from expertpool.notifications.channels.sms.settings import (
    GATEWAY_ENCODING,
    GATEWAY_EXTENSION,
    GATEWAY_FIELDS,
    GATEWAY_FORMAT,
    GATEWAY_ID,
    GATEWAY_PHONE,
    GATEWAY_REFERENCE,
    GATEWAY_SECRET,
    GATEWAY_SECRET_NAME,
    GATEWAY_SUCCESS,
    GATEWAY_TEXT,
    GATEWAY_URL,
    IN_HEADER,
    NOT_PLAIN,
    is_secret_header,
    pairs,
)

REPEATED = 6  # signs in a row that an answer has of what was sent: the digits by which a letter is answered are as many
MOST_READ = 2000  # of an answer, to be kept: 120 are shown
A_PAGE = "短信网关答复的是网页，没有收下短信，请核对接口地址。"


@dataclass(frozen=True)
class Gateway:
    """Hands a message to ``read``'s platform. ``read`` gives the settings, stored or just typed."""

    read: Reader

    def send(self, outbound: Outbound) -> SendResult:
        fields, headers = self._parts(outbound)
        encoding = written_in(self.read(GATEWAY_ENCODING))
        if self.read(GATEWAY_FORMAT) == "json":
            body = _json_in(fields, encoding)
            headers["Content-Type"] = f"application/json; charset={encoding}"
        else:
            body = urlencode(fields, encoding=encoding, errors="replace").encode()
            headers["Content-Type"] = f"application/x-www-form-urlencoded; charset={encoding}"
        try:
            sent = "\n".join([outbound.address, outbound.body, *fields.values(), *headers.values()])
            return self._result(handed_in(self.read(GATEWAY_URL), body, headers), sent)
        except NotHandedIn as error:
            return error.result
        except UnicodeEncodeError:  # a header holds ASCII alone
            return SendResult(SendStatus.DOWN, detail=NOT_PLAIN)

    def _parts(self, outbound: Outbound) -> tuple[dict[str, str], dict[str, str]]:
        read = self.read
        headers: dict[str, str] = {}
        fields = dict(pairs(read(GATEWAY_FIELDS)))
        if name := read(GATEWAY_REFERENCE):
            fields[name] = outbound.reference
        name = read(GATEWAY_SECRET_NAME)
        if not name.startswith(IN_HEADER):
            fields |= {name: read(GATEWAY_SECRET)} if name else {}
        elif is_secret_header(name := name.removeprefix(IN_HEADER)):  # stored long ago, else
            headers[name] = read(GATEWAY_SECRET)
        if (name := read(GATEWAY_EXTENSION)) and outbound.extension:
            fields[name] = outbound.extension
        # Last: nothing else stands in their place, whatever it is called.
        fields[read(GATEWAY_TEXT)] = outbound.body
        fields[read(GATEWAY_PHONE)] = outbound.address
        return fields, headers

    def _result(self, answer: Answer, sent: str) -> SendResult:
        text = read_text(answer.content, answer.content_type, self.read(GATEWAY_ENCODING))
        content = _json_of(text)
        if refused := turned_down(answer.status, who="短信网关"):
            return refused
        if not (mark := self.read(GATEWAY_SUCCESS)) and _is_page(text):
            return SendResult(SendStatus.DOWN, detail=A_PAGE)
        if not _says(text, content, mark):
            # Many platforms escape each Chinese character of an answer.
            words = text if content is None else json.dumps(content, ensure_ascii=False)
            words = masked_words(without_people(_without(sent, only_writable(words[:MOST_READ]))))
            detail = f"短信网关没有收下：{' '.join(words.split())[:120]}"
            return SendResult(SendStatus.REJECTED, detail=detail)
        return SendResult(SendStatus.ACCEPTED, provider_id=_found(content, self.read(GATEWAY_ID)))


def _without(sent: str, words: str) -> str:
    """Return ``words`` without what repeats a part of ``sent``, however short: the text of the letter, its living link,
    the number, our key. Answers are kept as they are and shown to whoever looks after messages."""
    sent = f"{sent}\n{json.dumps(sent)}"  # as many a platform writes what is not ASCII
    repeated: set[int] = set()
    for at in range(len(words) - REPEATED + 1):
        if words[at : at + REPEATED] in sent:
            repeated.update(range(at, at + REPEATED))
    kept = ("\0" if at in repeated else char for at, char in enumerate(words))
    return re.sub("\0+", LEFT_OUT, "".join(kept))


def _is_page(text: str) -> bool:
    """Tell whether an answer is a page for people: that of a sign-in, or of a proxy, took no message."""
    return text.lstrip("\ufeff \t\r\n").lower().startswith(("<!doctype html", "<html"))


def _json_in(fields: dict[str, str], encoding: str) -> bytes:
    """Return ``fields`` as JSON; a character that ``encoding`` lacks is escaped, and lost to nobody."""
    text = json.dumps(fields, ensure_ascii=False)
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(fields).encode()


def _json_of(text: str) -> Any:
    """Return the object or list of an answer; None where it is none, or one too deep to be written again."""
    try:
        content = json.loads(text)
        json.dumps(content)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict | list) else None


def _says(text: str, content: Any, mark: str) -> bool:
    """Tell whether an answer holds ``mark``. Members of JSON (`"code":0`) are looked for as such, at any depth: 0 is
    neither "0" nor the beginning of 01; any other mark is a part of the text, whatever blanks stand in either."""
    members = _json_of(mark) or _json_of(f"{{{mark}}}")
    if content is not None and members and isinstance(members, dict):
        return any(
            _canonical(members).items() <= _canonical(one).items() for one in _objects(content)
        )
    texts = (text, "" if content is None else json.dumps(content, ensure_ascii=False))
    return any(_plain(mark) in _plain(one) for one in texts)


def _canonical(members: dict[str, Any]) -> dict[str, str]:
    return {name: json.dumps(value, sort_keys=True) for name, value in members.items()}


def _objects(content: Any) -> Iterator[dict[str, Any]]:
    waiting = [content]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
        if isinstance(one, dict | list):
            waiting.extend(one.values() if isinstance(one, dict) else one)


def _plain(text: str) -> str:
    return "".join(text.split())


def _found(content: Any, path: str) -> str:
    """Return what stands at ``path`` (``data.msgid``) of a JSON answer; empty where there is nothing."""
    if not path:
        return ""
    value = content
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return str(value) if isinstance(value, str | int) else ""
