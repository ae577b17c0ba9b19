"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.automation.models import Errand
from expertpool.automation.permissions import ERRANDS
from expertpool.automation.queries.firings import errands_visible_to
from expertpool.core.home import MOST_TODOS, Source, Todo


def _waiting(user: User, _now: datetime) -> Iterator[Todo]:
    rows = errands_visible_to(user).filter(done_at__isnull=True)
    for errand in rows[:MOST_TODOS]:
        url = reverse("automation:errands")
        yield Todo(errand.text, f"由规则「{errand.firing.rule}」列入", url, "list-check", "amber")


def _among() -> QuerySet[Errand]:
    return Errand.objects.filter(done_at__isnull=True)


TODO = Source("errands", ERRANDS, 30, _waiting, _among)
