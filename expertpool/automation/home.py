"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.automation.models import Errand
from expertpool.automation.permissions import ERRANDS
from expertpool.automation.queries.firings import errands_waiting_for
from expertpool.core.home import Source, Todo


def _waiting(user: User, _now: datetime) -> Iterator[Todo]:
    rows = errands_waiting_for(user)
    if latest := rows.first():
        text = f"项由事件规则列入，最近一项：{latest.text}"
        url = reverse("automation:errands")
        yield Todo("办理规则待办", text, url, "list-check", "amber", rows=rows)


def _among() -> QuerySet[Errand]:
    return Errand.objects.filter(done_at__isnull=True)


TODO = Source("errands", ERRANDS, 70, _waiting, _among)
