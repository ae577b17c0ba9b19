"""What the expert's own area shows on the pages of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.core.home import HOME
from expertpool.core.registry import Tab
from expertpool.experts.queries.experts import expert_for
from expertpool.selfservice.queries.letters import letters_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User


def own_letters(request: HttpRequest, user: User) -> str:
    """An expert's home page: what he has to answer, and the reviews to come."""
    expert = expert_for(user)
    if expert is None:
        return ""
    letters = letters_of(expert, now=timezone.now())
    return render_to_string("selfservice/_letters.html", {"letters": letters}, request)


TABS = (Tab(HOME, "my_letters", "我的评审", 10, own_letters, permissions=("experts.self",)),)
