"""What a letter that came back says: reports of delivery (RFC 3464), and what servers write that know none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser

from expertpool.notifications.channels.base import DeliveryReport
from expertpool.notifications.enums import DeliveryEventKind

# Parts within parts: each line is compared with the mark of each part around it. Reports have four.
MOST_PARTS = 30
_MARK = re.compile(rb"boundary", re.IGNORECASE)
_OWN_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,200}>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")
_LATE = re.compile(r"delay|warning|延迟|延误|稍后", re.IGNORECASE)
# The same in the text: it is kept back, or tried again.
_NOT_YET = re.compile(
    r"quarantin|\bwill (re-?try|try again|keep|be (retried|tried again))|keep trying|隔离|(继续|自动)(尝试|投递|重试|重发)",
    re.IGNORECASE,
)
# What says that a letter did not arrive, where no report does.
_FAILED = re.compile(
    r"\b5\.\d{1,3}\.\d{1,3}\b|\b55\d[ -]|undeliver|returned (mail|to sender)|delivery (has )?failed|delivery failure|"
    r"failure notice|failed permanently|permanent (error|failure)|(not|n't) (be )?(able to )?deliver|unable to deliver|"
    r"(user|address|recipient|mailbox) (is )?(unknown|full|unavailable|not found)|"
    r"(unknown|no such) (user|address|recipient|mailbox)|退信|被退回|(投递|发送|派送)失败|(无法|未能|没有|未)(成功)?(投递|送达|派送)|"
    r"(地址|邮箱|用户|收件人)不存在|邮箱已满",
    re.IGNORECASE,
)
# Who writes in the name of a server.
_SERVER = re.compile(r"(mailer-daemon|postmaster)", re.IGNORECASE)
# RFC 3463; what is not among them is told by its number alone.
_WORDS = {
    "5.1.1": "没有这个邮箱",
    "5.1.2": "没有这个域名",
    "5.1.10": "不收邮件的域名",
    "5.2.1": "邮箱已停用",
    "5.2.2": "邮箱已满",
    "5.2.3": "邮件太大",
    "5.3.4": "邮件太大",
    "5.4.4": "没有这个域名",
    "5.7.1": "对方拒收",
}


def may_be_bounce(head: bytes) -> bool:
    """Tell from its headers whether a letter may be one that came back; of others nothing is read."""
    try:
        letter = _parsed(head)
        return letter.get_content_type() == "multipart/report" or bool(
            letter["X-Failed-Recipients"] or _SERVER.search(str(letter["From"] or ""))
        )
    except Exception:  # noqa: BLE001 - what `email` raises for what strangers write is told nowhere
        return False


def read_bounce(content: bytes) -> DeliveryReport | None:
    """Return which of our letters came back for good, and why; None where this one says nothing of the kind.

    ``content`` may be cut off, and anybody may have written it: of one in more than `MOST_PARTS` parts nothing is read.
    """
    if len(_MARK.findall(content)) > MOST_PARTS:
        return None
    try:
        letter = _parsed(content)
        if _is_of_another_kind(letter):
            return None
        reports = list(_reports(letter))
        ours = next(_own_ids(letter), "")
        text = "".join(_texts(letter))
        has_failed = _says_so(letter)
    except Exception:  # noqa: BLE001 - one letter must not keep the others unread
        return None
    if reports:
        failed = [one for one in reports if _action(one) == "failed"]
        if not failed:
            return None
        text = "".join(f"{one['Status']} {one['Diagnostic-Code']} " for one in failed) + text
    elif not has_failed:
        return None
    ours = ours or next(iter(_OWN_ID.findall(text)), "")
    if not ours:
        return None
    status = _STATUS.search(text)
    return DeliveryReport(
        DeliveryEventKind.UNDELIVERED,
        provider_id=ours,
        reference=ours.strip("<>").rpartition("@")[0],
        code=_code(status[0] if status else ""),
    )


def _code(status: str) -> str:
    return "，".join(["退信", *filter(None, (status, _WORDS.get(status, "")))])


def _parsed(content: bytes) -> Message:
    # The old policy takes whatever somebody writes into a header.
    return message_from_bytes(content)


def _is_of_another_kind(letter: Message) -> bool:
    """Tell whether a report is about a letter that arrived: that it was read (RFC 8098), or called a nuisance (RFC 5965)."""
    kind = str(letter.get_param("report-type") or "").lower()
    return letter.get_content_type() == "multipart/report" and kind not in ("", "delivery-status")


def _says_so(letter: Message) -> bool:
    """Tell whether a letter without a report says that ours did not arrive: somebody may be out of office, or ours be
    kept back or tried again. What it quotes of ours says nothing."""
    subject = _subject(letter)
    if _LATE.search(subject):
        return False
    if letter["X-Failed-Recipients"]:
        return True
    # Whoever answers by himself (RFC 3834); what writes so of what came back has one of the marks above, too.
    if str(letter["Auto-Submitted"] or "").strip().lower().startswith("auto-replied"):
        return False
    own = _OWN_ID.split(next(_texts(letter), ""))[0]
    lines = [line for line in own.splitlines() if not line.lstrip().startswith((">", "|"))]
    said = "\n".join([subject, *lines])
    return bool(_FAILED.search(said)) and not _NOT_YET.search(said)


def _action(report: Message) -> str:
    """Return what ``report`` says that became of the letter, without the comment that may follow."""
    return str(report["Action"] or "").partition("(")[0].strip().lower()


def _reports(letter: Message) -> Iterator[Message]:
    """Give what is said of each recipient."""
    for part in letter.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            yield from (one for one in blocks if isinstance(one, Message) and one["Action"])


def _own_ids(letter: Message) -> Iterator[str]:
    """Give the names of the letters that came back with this one, and of which it is an answer."""
    for part in letter.walk():
        if part is letter:
            continue
        if found := part["Message-ID"]:
            yield str(found).strip()
        if part.get_content_type() == "text/rfc822-headers":
            returned = HeaderParser().parsestr(_text(part))
            if found := returned["Message-ID"]:
                yield str(found).strip()
    for name in ("In-Reply-To", "References"):
        if found := letter[name]:
            yield str(found).split()[-1]


def _subject(letter: Message) -> str:
    return str(make_header(decode_header(str(letter["Subject"] or ""))))


def _texts(letter: Message) -> Iterator[str]:
    for part in letter.walk():
        if part.get_content_maintype() == "text":
            yield _text(part)


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", errors="replace") if isinstance(content, bytes) else ""
