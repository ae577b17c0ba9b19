"""The accounts of experts, for whoever asks who is behind one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.accounts.queries import Managed
from expertpool.audit.queries import entries_for
from expertpool.experts.models import Expert

LETS_IN = ("expert.account", "expert.link")


def is_of_expert(user: User) -> bool:
    """Tell whether ``user`` is the account of an expert: he decides nothing of the office, and nobody
    else sets his password, by which one would answer for him (docs/decisions/0118, 0126)."""
    return Expert.objects.filter(user=user).exists()


def let_in_since(users: Collection[int], since: datetime) -> list[Managed]:
    """Return by whom those of ``users`` (ids) who are experts were let into their accounts after
    ``since``, as the log has it: who opened one or sent its link, and whoever, at any time, wrote where
    that link went."""
    experts = {
        expert.pk: expert for expert in Expert.objects.filter(user__in=users).select_related("user")
    }
    entries = entries_for((Expert, experts))
    lets_in = entries.filter(action__in=LETS_IN, at__gt=since) if experts else ()
    if not lets_in:
        return []
    writers = {pk: {expert.created_by_id} for pk, expert in experts.items()}
    for entry in entries.filter(action="expert.update"):
        if {"phone", "email"} & (entry.after or {}).keys():
            writers[int(entry.subject_id)].add(entry.actor_id)
    return [
        Managed(user.pk, actor, entry.at, changes_phone=False)
        for entry in lets_in
        for expert in [experts[int(entry.subject_id)]]
        if (user := expert.user) is not None
        for actor in {entry.actor_id, *writers[expert.pk]}
    ]
