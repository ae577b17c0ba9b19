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
WITHOUT_LIST = ("mode", "contacts")


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
    holds for it. ``borrowers`` are kept for when they count again. Draws that are sealed keep whom they sealed.

    Refuses (ExpertRefused) chosen departments where none is chosen.
    """
    chosen = list(borrowers)
    if mode == SharingMode.CHOSEN and not chosen:
        raise ExpertRefused("请选择可以抽取的部门；都不可以的，请选“不共享”。")
    Department.objects.select_for_update().get(pk=department.pk)
    rule = Sharing.objects.filter(department=department).first()
    before = _in_words(rule)
    if mode or rule:
        rule = rule or Sharing(department=department)
        rule.mode, rule.contacts = mode or SharingMode.ABOVE, contacts
        rule.set_at, rule.set_by = now, actor
        rule.save()
        rule.borrowers.set(chosen)
    record_change(
        "expert.sharing",
        actor=actor,
        now=now,
        subject=department,
        before=before,
        after=_in_words(rule),
    )
    return rule if mode else None


def _in_words(rule: Sharing | None) -> Values:
    """What counts of it: of chosen departments, where they are asked for."""
    if rule is None or rule.mode == SharingMode.ABOVE:
        return {}
    fields = RECORDED if rule.mode == SharingMode.CHOSEN else WITHOUT_LIST
    return in_words(rule, *fields)
