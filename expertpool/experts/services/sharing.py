"""Whose projects may draw a department's experts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import Department, User
from expertpool.audit.services import in_words, record_change
from expertpool.audit.services.snapshots import Values
from expertpool.experts.enums import SharingMode
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Sharing

RECORDED = ("mode", "borrowers", "contacts")


@transaction.atomic
def set_sharing(
    *,
    department: Department,
    mode: str,
    borrowers: Iterable[Department] = (),
    contacts: bool = False,
    actor: User | None,
    now: datetime,
) -> Sharing | None:
    """Set the rule of ``department``; without a ``mode`` it has none any more, and what holds above it
    holds for it. Draws that are sealed keep whom they sealed.

    Refuses (ExpertRefused) chosen departments where none is chosen.
    """
    chosen = list(borrowers) if mode == SharingMode.CHOSEN else []
    if mode == SharingMode.CHOSEN and not chosen:
        raise ExpertRefused("请选择可以抽取的部门；都不可以的，请选“不共享”。")
    Department.objects.select_for_update().get(pk=department.pk)
    rule = Sharing.objects.filter(department=department).first()
    before: Values = in_words(rule, *RECORDED) if rule else {}
    after: Values = {}
    if mode:
        rule = rule or Sharing(department=department)
        rule.mode, rule.contacts = mode, contacts
        rule.set_at, rule.set_by = now, actor
        rule.save()
        rule.borrowers.set(chosen)
        after = in_words(rule, *RECORDED)
    elif rule:
        rule.delete()
    record_change(
        "expert.sharing", actor=actor, now=now, subject=department, before=before, after=after
    )
    return rule if mode else None
