"""What became of a notice for each of its addressees, as far as it may be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.core.text import moment_text
from expertpool.core.visibility import told
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.notices.enums import ReceiptKind
from expertpool.notices.models import Addressee, ExpertNotice, Receipt
from expertpool.notices.queries.notices import VIEW
from expertpool.notices.queries.reach import SITE, reached
from expertpool.notifications.enums import ChannelCode, DeliveryState, PutOff
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import ARRIVED, UNDER_WAY
from expertpool.notifications.queries.route import held_routes, route_name

ALTERED = "数据被改动过"


def addressees_visible_to(user: User, notice: ExpertNotice) -> QuerySet[Addressee]:
    """Return to whom ``notice`` goes, of the experts whom ``user`` may see, with ``has_read``,
    ``has_confirmed`` as far as it is told, and ``has_arrived``."""
    rows = notice.addressees.filter(expert__in=experts_visible_to(user, VIEW))
    return with_receipts(rows, notice).select_related("expert__employer", "expert__user")


def with_receipts(rows: QuerySet[Addressee], notice: ExpertNotice) -> QuerySet[Addressee]:
    known = told(Receipt.objects.filter(addressee=OuterRef("pk")))
    arrived = Message.objects.filter(state__in=ARRIVED).filter(
        _keys(notice.channels, notice_id=OuterRef("notice_id"), expert_id=OuterRef("expert_id"))
    )
    return rows.annotate(
        has_read=Exists(known.filter(kind=ReceiptKind.READ)),
        has_confirmed=Exists(known.filter(kind=ReceiptKind.CONFIRMED)),
        has_arrived=Exists(arrived),
    )


def _keys(channels: Iterable[str], *, notice_id: Any, expert_id: Any) -> Q:
    # By the key under which the notice itself was sent: reminders have others, and do not count.
    found = Q(pk__in=[])
    for channel in channels:
        key = Concat(
            Value("notice:"),
            Cast(notice_id, CharField()),
            Value(":"),
            Cast(expert_id, CharField()),
            Value(f":{channel}"),
        )
        found |= Q(key=key)
    return found


def unanswered(notice: ExpertNotice) -> QuerySet[Addressee]:
    """Return who got ``notice`` and has not done what it asks, as far as that is told: whom a reminder
    reaches says nothing of today."""
    done = told(Receipt.objects.filter(addressee=OuterRef("pk"), kind=notice.asked_kind))
    return notice.addressees.filter(~Exists(done), sent_at__isnull=False)


@dataclass(frozen=True)
class Totals:
    people: int
    sent: int
    arrived: int
    read: int
    confirmed: int
    by_link: int


def totals_of(rows: QuerySet[Addressee]) -> Totals:
    """Return how ``rows`` (`addressees_visible_to`) fare; what is not told yet counts as not done."""

    def count(**condition: Any) -> Count:
        return Count("pk", filter=Q(**condition))

    found = rows.order_by().aggregate(
        people=Count("pk"),
        sent=count(sent_at__isnull=False),
        arrived=count(has_arrived=True),
        read=count(has_read=True),
        confirmed=count(has_confirmed=True),
        by_link=Count("pk", filter=~Q(expert__in=Expert.objects.filter(reached(SITE)))),
    )
    return Totals(**found)


@dataclass(frozen=True)
class Fate:
    """What became of a notice for one addressee: by each channel in words, the days on which he read and
    confirmed it, and where he stands. ``reached``: it is a draft, and some channel would reach him."""

    addressee: Addressee
    ways: Sequence[str]
    read_at: datetime | None
    confirmed_at: datetime | None
    state: str
    tone: str


def fates(notice: ExpertNotice, rows: Iterable[Addressee]) -> list[Fate]:
    """Return what may be told of ``rows``, with as many statements for any number of them."""
    found = list(rows)
    messages: dict[int, list[Message]] = defaultdict(list)
    experts = {f"notice:{notice.pk}:{row.expert_id}:": row.pk for row in found}
    # By key: of millions of messages the index finds these at once.
    keys = [f"{key}{channel}" for key in experts for channel in notice.channels]
    for message in Message.objects.filter(key__in=keys).only(
        *("key", "channel", "state", "detail", "due_at", "put_off")
    ):
        messages[experts[message.key.rpartition(":")[0] + ":"]].append(message)
    receipts: dict[int, dict[str, Receipt]] = defaultdict(dict)
    known = told(Receipt.objects.filter(addressee__in=[row.pk for row in found]))
    for receipt in known.select_related("addressee__notice", "addressee__expert"):
        receipts[receipt.addressee_id][receipt.kind] = receipt
    now = timezone.now()
    held = held_routes(now) if any(messages.values()) else {}
    return [_fate(row, messages[row.pk], receipts[row.pk], held, now) for row in found]


def _fate(
    row: Addressee,
    messages: Sequence[Message],
    receipts: dict[str, Receipt],
    held: Mapping[ChannelCode, datetime],
    now: datetime,
) -> Fate:
    ways = [f"{ChannelCode(one.channel).label}：{_way(one, held, now)}" for one in messages]
    read, confirmed = receipts.get(ReceiptKind.READ), receipts.get(ReceiptKind.CONFIRMED)
    state, tone = _state(row, messages)
    if read:
        state, tone = str(ReceiptKind.READ.label), "green"
    if confirmed:
        state, tone = str(ReceiptKind.CONFIRMED.label), "green"
    # Last, over all else: a receipt that somebody wrote is no receipt.
    if any(one and not is_vouched(one) for one in (read, confirmed)):
        state, tone = ALTERED, "red"
    return Fate(
        row, ways, read.at if read else None, confirmed.at if confirmed else None, state, tone
    )


def _state(row: Addressee, messages: Sequence[Message]) -> tuple[str, str]:
    if row.skipped:
        return row.skipped, "grey"
    if row.sent_at is None:
        return "待发送", "grey"
    if any(one.state in ARRIVED for one in messages):
        return "未读", "amber"
    if any(one.state in UNDER_WAY for one in messages):
        return "发送中", "blue"
    return "未送达", "red"


def _waits_for(message: Message) -> str:
    return str(PutOff(message.put_off).label) if message.put_off else ""


def _way(message: Message, held: Mapping[ChannelCode, datetime], now: datetime) -> str:
    """Return how ``message`` fares, and until when it waits for what: that a site message was read is not told here."""
    if message.state in ARRIVED:
        return "已发出"
    label = str(DeliveryState(message.state).label)
    if message.state == DeliveryState.QUEUED:
        channel = ChannelCode(message.channel)
        until = held.get(channel, message.due_at)
        why = f"{route_name(channel)}刚有改动" if channel in held else _waits_for(message)
        return f"{label}（{why}，{moment_text(until)} 起发出）" if why and until > now else label
    says = message.detail and message.state != DeliveryState.NO_ACCOUNT
    return f"{label}（{message.detail}）" if says else label
