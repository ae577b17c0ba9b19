"""The menu entries of this app."""

from __future__ import annotations

from expertpool.accounts.models import User
from expertpool.core.registry import MenuGroup, MenuItem
from expertpool.experts.queries.experts import expert_for
from expertpool.reviews.permissions import MANAGE, RESULTS, RULES, VIEW
from expertpool.reviews.queries.reviews import to_score


def count_to_score(user: User) -> int:
    expert = expert_for(user)
    return to_score(expert).count() if expert else 0


GROUP = MenuGroup("reviews", "评审", 26)
ITEMS = (
    MenuItem(
        "reviews.reviews",
        "评审列表",
        "clipboard-check",
        "reviews:list",
        permissions=(VIEW,),
        order=10,
        active=(
            "reviews:detail",
            "reviews:result",
            "reviews:create",
            "reviews:edit",
            "reviews:item_",
            "reviews:import",
            "reviews:join",
            "reviews:materials",
            "reviews:leave",
            "reviews:place",
            "reviews:assignment",
        ),
        group="reviews",
        api=("reviews", "review-items"),
        kept_for=("reviews.confirm", "audit.view"),
    ),
    MenuItem(
        "reviews.pairs",
        "评分雷同",
        "users",
        "reviews:pairs",
        permissions=(RESULTS,),
        order=80,
        group="reviews",
        is_fixed=True,
    ),
    MenuItem(
        "reviews.rules",
        "评审规则",
        "list-check",
        "reviews:rules",
        permissions=(RULES, MANAGE),
        order=90,
        active=("reviews:rule",),
        group="reviews",
    ),
    MenuItem(
        "my_scoring",
        "评审打分",
        "clipboard-check",
        "reviews:own",
        permissions=("experts.self",),
        order=30,
        count=count_to_score,
        active=("reviews:own_",),
        group="home",
        is_fixed=True,
    ),
)
