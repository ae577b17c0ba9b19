"""The menu entries of the draws app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.registry import MenuItem
from expertpool.draws.queries.invitations import letters_of
from expertpool.experts.queries.experts import expert_for


def count_open_letters(user: User) -> int:
    """Return how many invitations wait for the answer of this expert."""
    expert = expert_for(user)
    return len(letters_of(expert, now=timezone.now()).open) if expert else 0


OWN_AREA = (
    MenuItem(
        "my_reviews",
        "我的评审",
        "calendar-event",
        "draws:my_reviews",
        permissions=("portal.expert",),
        order=20,
        count=count_open_letters,
        active=("draws:my_review", "draws:my_review_"),
    ),
    MenuItem(
        "my_leaves",
        "我的请假",
        "plane-departure",
        "draws:my_leaves",
        permissions=("portal.expert",),
        order=30,
    ),
    MenuItem(
        "my_avoidances",
        "回避单位",
        "ban",
        "draws:my_avoidances",
        permissions=("portal.expert",),
        order=40,
    ),
)
RECORDS = MenuItem(
    "draw_records",
    "抽取记录",
    "dice-5",
    "draws:list",
    permissions=("draws.view",),
    order=30,
    active=("draws:detail",),
)
