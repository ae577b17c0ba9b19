"""Who saw whose personal data: what the log has of it (谁看过谁)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.actions import all_names, name_today
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.core.configuration import value_of
from expertpool.core.visibility import told
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import day_start
from expertpool.privacy.models import ListedRead
from expertpool.privacy.permissions import READS as RIGHT
from expertpool.privacy.registry import PERSONS, READS
from expertpool.privacy.settings import NOBODY, TOLD_READS

MOST_OWN = 50
LISTED_WITHIN = timedelta(days=366)


def is_read(kind: str = "") -> Q:
    """Return which entries say that personal data were seen, in the way ``kind`` or in any."""
    anywhere: list[str] = []
    types = [name for person in PERSONS for name in all_names(person.code)]
    found = Q()
    for one in READS:
        if kind and one.kind != kind:
            continue
        if one.of_persons:
            found |= Q(action__in=all_names(one.code), subject_type__in=types)
        else:
            anywhere += all_names(one.code)
    return found | Q(action__in=anywhere)


def kind_of(entry: Entry) -> str:
    read = READS.get(name_today(entry.action))
    return read.kind if read else ""


def reads_visible_to(user: User) -> QuerySet[Entry]:
    """Return the register for holders of privacy.reads, nothing to others; without what is told later."""
    if not user.has_permission(RIGHT):
        return Entry.objects.none()
    return told(Entry.objects.filter(is_read()))


def reads_of(expert: Expert, now: datetime) -> QuerySet[Entry]:
    """Return who of the office saw the data of ``expert``, for himself and as far as the office lets him know.

    Of earlier days alone: what was looked at in this hour may be about what he is not to know yet. A list that was
    exported is among them where he stood in it; of `LISTED_WITHIN`, since each list is looked through for him.
    """
    if value_of(TOLD_READS) == NOBODY:
        return Entry.objects.none()
    lists = ListedRead.objects.filter(at__gte=now - LISTED_WITHIN, experts__contains=[expert.pk])
    listed = list(lists.order_by("-at").values_list("entry", flat=True)[:MOST_OWN])
    entries = told(entries_for(expert) | Entry.objects.filter(pk__in=listed))
    earlier = Q(at__lt=day_start(timezone.localdate(now)))
    entries = entries.filter(is_read(), earlier, actor__isnull=False)
    return entries.exclude(actor_id=expert.user_id).order_by("-id")


def what_was_seen(entry: Entry) -> str:
    """Return what ``entry`` says was looked at, for whoever it is about: of a list its name, never its conditions; why is
    the office's own."""
    if entry.action in all_names("export.finish"):
        return str((entry.after or {}).get("导出项", ""))
    if entry.action in all_names("expert.export"):
        return "专家信息和附件"
    return str((entry.after or {}).get("内容") or entry.note.partition("：")[0])
