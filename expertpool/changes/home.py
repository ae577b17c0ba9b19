"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.changes.queries import RIGHT, SUBJECT, requests_to_decide
from expertpool.core.home import Source, Todo, some
from expertpool.core.registry import MenuItem
from expertpool.workflow.queries.approvals import running

_requests = WaitingFor(lambda user, now: some(requests_to_decide(user)))


def requests_waiting(user: User, now: datetime) -> Iterator[Todo]:
    """What experts ask to be changed, for who may decide it now: counted along with the others."""
    url = f"{reverse('changes:list')}?mine=1"
    rows = _requests(user)
    yield Todo("核准变更", "项变更申请待核准", url, "replace", "amber", "核准", rows)


TODOS = (Source("change_requests", RIGHT, 96, requests_waiting, partial(running, SUBJECT)),)
SHORTCUTS = (
    MenuItem("changes.file", "我的档案", "id-badge-2", "changes:file", ("experts.self",), 105),
)
