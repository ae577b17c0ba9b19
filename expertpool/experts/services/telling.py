"""What an expert is told of where he stands: frozen and back, on the blacklist and off it, deleted and back, with the
reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse

from expertpool.core.text import moment_text
from expertpool.experts.enums import STATUS_MOVES, ExpertStatus
from expertpool.experts.exceptions import LinkInvalid
from expertpool.experts.models import BlacklistAppeal, BlacklistEntry, Expert
from expertpool.experts.occasions import (
    ADMITTED,
    APPEAL_LINK,
    APPEAL_REFUSED,
    BLACKLISTED,
    STATUS_CHANGED,
)
from expertpool.experts.services.contacts import contacts_of, recipient_of
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.channels import inward, ways_outside
from expertpool.notifications.queries.subjects import About
from expertpool.notifications.services.sending import Envelope, send_messages

SALT = "experts.appeal"
INVALID = "链接无效或已停用：请使用短信或邮件中的完整链接，或联系专家库管理单位。"


def tell_status(
    expert: Expert, action: str, before: ExpertStatus, *, reason: str, now: datetime
) -> None:
    """Tell ``expert`` that ``action`` has led him from ``before`` to where he is."""
    words = {
        "专家姓名": expert.name,
        "事项": STATUS_MOVES[action].verb,
        "原状态": before.label,
        "现状态": ExpertStatus(expert.status).label,
        "原因": reason or "无",
        "时间": moment_text(now),
    }
    key = f"expert.status:{expert.pk}:{now:%Y%m%d%H%M%S%f}"
    # Who is out reads nothing on this site before he is back.
    _send(STATUS_CHANGED, expert, words, expert, key, now=now)


def tell_admitted(*experts: Expert, note: str = "", now: datetime) -> None:
    """Tell each of ``experts`` that he is a member of the pool now."""
    said = note.strip() or "无"
    told = [
        _Told(
            one,
            {
                "专家姓名": one.name,
                "专家编号": one.number,
                "审核意见": said,
                "时间": moment_text(now),
            },
            one,
            f"expert.admitted:{one.pk}:{now:%Y%m%d%H%M%S%f}",
        )
        for one in experts
    ]
    _send_all(ADMITTED, told, now=now)


def tell_blacklisted(entry: BlacklistEntry, *, now: datetime) -> bool:
    """Tell the expert of ``entry`` why he is on the blacklist and until when, with the link by which he appeals;
    tell whether there is any way to him."""
    expert, until = entry.expert, entry.until_date
    words = {
        "专家姓名": expert.name,
        "原因": entry.reason,
        "依据": entry.evidence or "无",
        "期限": f"至 {until}" if until else "长期",
        "申诉链接": settings.SITE_URL + reverse("experts:appeal", args=[token_of(entry)]),
    }
    key = f"expert.blacklisted:{entry.pk}:{now:%Y%m%d%H%M%S%f}"
    return _send(BLACKLISTED, expert, words, (APPEAL_LINK, entry.pk), key, now=now)


def tell_refused(appeal: BlacklistAppeal, *, now: datetime) -> None:
    """Tell the expert that his appeal was turned down, and why."""
    expert = appeal.entry.expert
    words = {"专家姓名": expert.name, "意见": appeal.note or "无", "时间": moment_text(now)}
    _send(APPEAL_REFUSED, expert, words, expert, f"expert.appeal:{appeal.pk}", now=now)


def token_of(entry: BlacklistEntry) -> str:
    """Return what is behind the link of ``entry``: signed rather than stored, and for this expert alone."""
    return signing.dumps([entry.pk, entry.expert.number], salt=SALT, compress=True)


def entry_for_link(token: str) -> BlacklistEntry:
    """Return the entry behind a link of this system. Raises LinkInvalid for any other, and where the entry has
    been led to another expert since."""
    try:
        pk, number = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkInvalid(INVALID) from None
    rows = BlacklistEntry.objects.select_related("expert__user", "added_by", "removed_by")
    entry = rows.filter(pk=pk, expert__number=number).first()
    if entry is None:
        raise LinkInvalid(INVALID)
    return entry


def appellant(token: str) -> str:
    """Return by which entry (its key) whoever holds this link may appeal now, with files; "" where he may not."""
    try:
        entry = entry_for_link(token)
    except LinkInvalid:
        return ""
    is_on = not entry.removed_at and entry.expert.status == ExpertStatus.BLACKLISTED
    return str(entry.pk) if is_on else ""


def _send(
    occasion: Occasion,
    expert: Expert,
    words: dict[str, str],
    about: About,
    key: str,
    *,
    now: datetime,
) -> bool:
    return bool(_send_all(occasion, [_Told(expert, words, about, key)], now=now))


@dataclass(frozen=True)
class _Told:
    """What one expert is told."""

    expert: Expert
    words: dict[str, str]
    about: About
    key: str


def _send_all(occasion: Occasion, told: Iterable[_Told], *, now: datetime) -> int:
    """Tell each by all ways to him; return how many there is any way to."""
    by_ways: dict[tuple[str, ...], list[Envelope]] = defaultdict(list)
    for one in told:
        ways: list[str] = [*ways_outside(occasion, **contacts_of(one.expert))]
        recipient = recipient_of(one.expert)
        if recipient.account is not None:
            ways += [one for one in inward() if one in occasion.channels]
        if ways:
            by_ways[tuple(ways)].append(Envelope(recipient, one.words, one.about, one.key))
    for channels, envelopes in by_ways.items():
        send_messages(occasion=occasion.code, envelopes=envelopes, channels=channels, now=now)
    return sum(len(envelopes) for envelopes in by_ways.values())
