"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.changes.enums import RequestState
from expertpool.changes.models import ChangeRequest
from expertpool.changes.queries import RIGHT, labels_of, requests_to_decide, with_items
from expertpool.core.home import MOST_TODOS, Source, Todo
from expertpool.core.registry import MenuItem


def requests_waiting(user: User, now: datetime) -> Iterator[Todo]:
    """What experts ask to be changed, for who may decide it now."""
    for one in with_items(requests_to_decide(user)).order_by("asked_at")[:MOST_TODOS]:
        url = reverse("changes:detail", args=[one.pk])
        text = f"申请变更{labels_of(one.items.all())}"
        yield Todo(f"核准：{one.expert.name}", text, url, "replace", "amber", "核准")


TODOS = (
    Source(
        "change_requests",
        RIGHT,
        96,
        requests_waiting,
        lambda: ChangeRequest.objects.filter(state=RequestState.WAITING),
    ),
)
SHORTCUTS = (
    MenuItem("changes.file", "我的档案", "id-badge-2", "changes:file", ("experts.self",), 105),
)
