"""The menu entries of the expert's own area."""

from __future__ import annotations

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.registry import MenuItem
from expertpool.experts.queries.experts import expert_for
from expertpool.selfservice.queries.letters import letters_of


def count_open_letters(user: User) -> int:
    """Return how many invitations wait for the answer of this expert."""
    expert = expert_for(user)
    return len(letters_of(expert, now=timezone.now()).open) if expert else 0


# What is left to somebody out of the pool: his reviews, as the link of each shows them, without their files.
LETTER_PAGES = (
    "selfservice:reviews",
    "selfservice:review",
    "selfservice:review_answer",
    "selfservice:review_leave",
    "selfservice:review_sign_in",
    "selfservice:review_calendar",
)
ITEMS = (
    MenuItem(
        "my_reviews",
        "我的评审",
        "calendar-event",
        "selfservice:reviews",
        permissions=("experts.self",),
        order=20,
        count=count_open_letters,
        active=("selfservice:review", "selfservice:review_"),
        group="home",
        is_fixed=True,
    ),
    MenuItem(
        "my_calendar",
        "我的日程",
        "calendar",
        "selfservice:calendar",
        permissions=("experts.self",),
        order=25,
        group="home",
    ),
    MenuItem(
        "my_candidacies",
        "我在候选之中",
        "dice-5",
        "selfservice:candidacies",
        permissions=("experts.self",),
        order=27,
        group="home",
    ),
    MenuItem(
        "my_leaves",
        "我的请假",
        "plane-departure",
        "selfservice:leaves",
        permissions=("experts.self",),
        order=30,
        group="home",
    ),
    MenuItem(
        "my_avoidances",
        "回避单位",
        "ban",
        "selfservice:avoidances",
        permissions=("experts.self",),
        order=40,
        group="home",
        is_fixed=True,
    ),
)
