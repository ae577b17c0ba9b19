"""Those who answer for a record are told of each change of it: by the expert, a colleague, an import. What one
person changed by one way is one message, however many records it were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, scope_q, users_with_permission
from expertpool.core.locks import lock_transaction
from expertpool.core.visibility import Nobody, told
from expertpool.experts.enums import ChangeVia
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert, ExpertVersion, UntoldVersion
from expertpool.experts.occasions import RECORDS_CHANGED
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages

RIGHT = "experts.edit"  # who has it over a record answers for it
FEW = 3  # of so many a message names each
AT_ONCE = 1000
# What one person does to many is one message: it waits until he has done for a while, but not for ever.
SETTLED_AFTER, AT_LAST = timedelta(seconds=30), timedelta(minutes=10)


@dataclass
class Lot:
    """What one person changed by one way: (version, expert) of each change, and since when it is noted."""

    actor: int | None
    name: str
    via: str
    note: str
    changes: list[tuple[int, int]] = field(default_factory=list)
    noted: list[datetime] = field(default_factory=list)

    def is_done(self, now: datetime) -> bool:
        return max(self.noted) <= now - SETTLED_AFTER or min(self.noted) <= now - AT_LAST

    @property
    def how(self) -> str:
        return ChangeVia(self.via).words(self.note)


@transaction.atomic
def announce_changes(*, now: datetime) -> int:
    """Tell of the changes that nobody was told of yet; return how many there were. The expert's own wait
    until they may be told (`core.visibility.told`), and count as changes of their records from then on; a lot
    that still grows waits until it does not.
    """
    lock_transaction("experts.announce")
    lots = [lot for lot in _lots() if lot.is_done(now)]
    users = [one for one in users_with_permission(RIGHT) if not is_outsider(one)] if lots else []
    for lot in lots:
        _tell(lot, users, now=now)
        if lot.via == ChangeVia.OWN:
            _count(lot, now=now)
        for part in _parts([version for version, _ in lot.changes]):
            UntoldVersion.objects.filter(version__in=part).delete()
    return sum(len(lot.changes) for lot in lots)


def _lots() -> Iterable[Lot]:
    found: dict[tuple[int | None, str, str, str], Lot] = {}
    rows = told(ExpertVersion.objects.filter(untold__isnull=False)).order_by("pk")
    names = ("actor", "actor_name", "via", "note", "pk", "expert", "untold__noted_at")
    for *who, version, expert, noted_at in rows.values_list(*names).iterator():
        lot = found.setdefault(tuple(who), Lot(*who))
        lot.changes.append((version, expert))
        lot.noted.append(noted_at)
    return found.values()


def _tell(lot: Lot, users: Iterable[User], *, now: datetime) -> None:
    by_expert: dict[int, list[int]] = defaultdict(list)
    for version, expert in lot.changes:
        by_expert[expert].append(version)
    envelopes = []
    for user in users:
        if user.pk == lot.actor:  # he knows
            continue
        if seen := _seen_by(user, by_expert):
            first, last = by_expert[seen[0]][0], by_expert[seen[-1]][-1]
            envelopes.append(
                Envelope(
                    recipient=Recipient(account=user.username, name=user.name),
                    context=_words(lot, {pk: by_expert[pk] for pk in seen}) | {"收件人": user.name},
                    about=("experts.changes", last),
                    key=f"expert.changed:{first}:{last}:{user.pk}",
                )
            )
    send_messages(
        occasion=RECORDS_CHANGED.code, envelopes=envelopes, channels=[ChannelCode.SITE], now=now
    )


def _count(lot: Lot, *, now: datetime) -> None:
    for part in _parts(sorted({expert for _, expert in lot.changes})):
        Expert.objects.filter(pk__in=part, updated_at__lt=now).update(updated_at=now)


def _seen_by(user: User, experts: Iterable[int]) -> list[int]:
    keys = sorted(experts)
    if not scope_q(user, RIGHT):  # everybody
        return keys
    rows = experts_visible_to(user, RIGHT).order_by()
    parts = (rows.filter(pk__in=part).values_list("pk", flat=True) for part in _parts(keys))
    return sorted(pk for part in parts for pk in part)


def _parts(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _words(lot: Lot, experts: dict[int, list[int]]) -> dict[str, str]:
    """Return what a message says: who, how, whose and what, by the names of fields alone."""
    few = list(experts)[:FEW]
    names = [str(one) for one in Expert.objects.filter(pk__in=few).order_by("pk")]
    whose = "、".join(names) + (f" 等 {len(experts)} 位专家" if len(experts) > FEW else "")
    # One message to all: without the names of fields that some do not see.
    labels, said = EXPERT.labels(Nobody()), "详见链接"
    if len(experts) == 1:
        kept = ExpertVersion.objects.filter(pk__in=experts[few[0]])
        codes = dict.fromkeys(code for version in kept.order_by("pk") for code in version.changed)
        said = "、".join(labels.get(code, "其他字段") for code in codes)
    return {
        "操作人": lot.name,
        "方式": lot.how,
        "专家": whose,
        "人数": str(len(experts)),
        "内容": said,
        "链接": settings.SITE_URL + _address(lot, experts),
    }


def _address(lot: Lot, experts: dict[int, list[int]]) -> str:
    """Return where the change is compared; of several, the list of them."""
    if len(experts) == 1:
        ((expert, versions),) = experts.items()
        numbers = ExpertVersion.objects.filter(pk__in=[versions[0], versions[-1]])
        kept = sorted(numbers.values_list("number", flat=True))
        query = urlencode({"from": kept[0] - 1, "to": kept[-1]})
        return f"{reverse('experts:versions', args=[expert])}?{query}"
    day = timezone.localtime(min(lot.noted)).date()
    until = timezone.localtime(max(lot.noted)).date()
    query = urlencode({"by": lot.name, "via": lot.via, "at": f"{day} 至 {until}"})
    return f"{reverse('experts:changes')}?{query}"
