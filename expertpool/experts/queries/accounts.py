"""The accounts of experts, for whoever asks who is behind one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from expertpool.accounts.models import Role, User, contact_index
from expertpool.accounts.queries import Managed, is_outsider, users_visible_to
from expertpool.audit.queries import entries_for
from expertpool.core.visibility import told_later
from expertpool.experts.enums import AccountState
from expertpool.experts.models import Expert

FROM_FILE = "手机号和邮箱随专家档案，请在档案中修改。"
ROLE = "expert"
ACTIVATIONS = "experts.expert.activated_at"  # a column of which `told_later` tells
MOST_LIKE = 20
LETS_IN = ("expert.account", "expert.link", "expert.link_account")


def is_of_expert(user: User) -> bool:
    """Tell whether ``user`` is the account of an expert: he decides nothing of the office, and nobody
    else sets his password, by which one would answer for him (docs/decisions/0118, 0126)."""
    return Expert.objects.filter(user=user).exists()


def of_experts(users: Collection[int]) -> set[int]:
    """Return those of ``users`` (ids) whose account is an expert's."""
    return set(Expert.objects.filter(user__in=users).values_list("user", flat=True))


def accounts_like(user: User, text: str) -> list[User]:
    """Return the accounts whose name or owner ``text`` names in part, as far as ``user`` may manage them and they
    may become an expert's: enabled, without a role of the office, nobody's yet."""
    others = Role.objects.filter(users=OuterRef("pk")).exclude(code=ROLE)
    rows = users_visible_to(user).filter(
        ~Exists(others),
        ~Exists(Expert.objects.filter(user=OuterRef("pk"))),
        Q(username__contains=text.lower()) | Q(name__contains=text),
        is_active=True,
    )
    rows = rows.exclude(pk=user.pk).select_related("department").order_by("username")
    return [one for one in rows[:MOST_LIKE] if not is_outsider(one)]


def account_by(field: str, value: str) -> User | None:
    """Return the account that has ``value`` as its ``phone`` or ``email``, of whomever."""
    index = contact_index(field, value)
    return User.objects.filter(**{f"{field}_index": index}).first() if index else None


def why_contact_is_anothers(user: User, field: str, index: bytes) -> str:
    """Return why ``user`` may not have a phone or mail: it stands in the file of an expert who is
    somebody else; empty: it does not."""
    if not Expert.objects.filter(**{f"{field}_index": index}).exclude(user=user.pk or 0).exists():
        return ""
    # Not whose: who manages accounts need not see the pool.
    return (
        "已登记在一位专家的档案中，一个号码只属于一个人。就是这位专家的，请在其档案中开通账号或关联已有账号；"
        "不是的请核对。"
    )


def waits_for_him(expert: Expert) -> bool:
    """Tell whether others are to see that ``expert`` has still to choose the password of his account: also where he did
    so today, while names are sealed."""
    if expert.user is None:
        return False
    if expert.user.must_change_password:
        return True
    if (
        expert.activated_at is None
        or timezone.localdate(expert.activated_at) < timezone.localdate()
    ):
        return False
    return Expert.objects.filter(told_later(ACTIVATIONS), pk=expert.pk).exists()


def account_state(expert: Expert) -> AccountState:
    """Return how far ``expert`` is with his account, as it may be told."""
    if expert.user is None:
        return AccountState.NONE
    return AccountState.SENT if waits_for_him(expert) else AccountState.OPEN


def still_waiting() -> Q:
    """The experts whom `waits_for_him` names."""
    return Q(user__must_change_password=True) | Q(user__isnull=False) & told_later(ACTIVATIONS)


def account_words(expert: Expert) -> str:
    """Return how far ``expert`` is with his account, and since which day: 已发送 2026-11-24."""
    state = account_state(expert)
    at = {AccountState.SENT: expert.link_sent_at, AccountState.OPEN: expert.activated_at}.get(state)
    # The day, not the hour: somebody who was just drawn signs up within minutes (0088).
    return f"{state.label} {timezone.localdate(at)}" if at else str(state.label)


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
