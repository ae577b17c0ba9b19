"""What is kept no longer: each night, by the periods of the office and of law."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.audit.services import record
from expertpool.experts.models import Expert
from expertpool.experts.queries.erasing import name_needed_until
from expertpool.experts.services.erasure import erase_messages, forget_name
from expertpool.privacy.exceptions import PrivacyRefused
from expertpool.privacy.models import ListedRead
from expertpool.privacy.queries.deletions import deleted_by_log, erased_by_log
from expertpool.privacy.queries.erasures import over_their_time, told_since
from expertpool.privacy.queries.reads import LISTED_WITHIN
from expertpool.privacy.services.erasing import check_erasable, erase, lock_expert

AT_ONCE = 200
MOST_ASKED = 500


def retain(*, now: datetime) -> int:
    """Erase who left the pool longer ago than the office keeps records, take the names of tombstones that law wants
    no more, and the messages that were on their way when they were made; return how many experts were changed. A second
    run changes nothing."""
    # Whoever is kept, or was written into it, takes nobody's place.
    due = _by_log(over_their_time(now).only("deleted_at", "merged_into"), deleted_by_log)
    erased = (key for key in due if _erase_if_due(key, now))
    done = sum(1 for _ in islice(erased, AT_ONCE))
    nameless = Expert.objects.filter(
        erased_at__isnull=False, name_until__lt=timezone.localdate(now)
    )
    for key in islice(_by_log(nameless.only("erased_at").order_by("pk"), erased_by_log), AT_ONCE):
        done += _forget_if_due(key, now)
    ListedRead.objects.filter(at__lt=now - LISTED_WITHIN).delete()
    lately = told_since(now).order_by("pk").only("erased_at")
    for key in islice(_by_log(lately, erased_by_log), AT_ONCE):
        with transaction.atomic():
            erase_messages(Expert.objects.select_related("user").get(pk=key), None, now)
    return done


def _by_log(
    experts: QuerySet[Expert], stand: Callable[[Sequence[Expert]], Collection[int]]
) -> Iterator[int]:
    """Return (ids) who of ``experts`` ``stand``, in their order: some hundreds are asked of the log at once, since whoever
    writes rows writes hundreds of thousands (docs/decisions/0484)."""
    rows = list(experts)
    for at in range(0, len(rows), MOST_ASKED):
        held = stand(part := rows[at : at + MOST_ASKED])
        yield from (one.pk for one in part if one.pk in held)


@transaction.atomic
def _erase_if_due(key: int, now: datetime) -> bool:
    expert = lock_expert(Expert(pk=key))
    # Under the lock: he may have been restored, or erased by two persons, since the keys were read.
    if not over_their_time(now).filter(pk=key).exists():
        return False
    try:
        check_erasable(expert)
    except PrivacyRefused:
        return False
    erase(expert, actor=None, now=now)
    return True


@transaction.atomic
def _forget_if_due(key: int, now: datetime) -> bool:
    expert = lock_expert(Expert(pk=key))
    until, today = name_needed_until(expert), timezone.localdate(now)
    if until is not None and until >= today:
        Expert.objects.filter(pk=key).update(name_until=until)
        return False
    forget_name(expert, now=now)
    record("privacy.forget_name", actor=None, now=now, subject=expert)
    return True
