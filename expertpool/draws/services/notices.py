from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.notifications.models import Message
from expertpool.notifications.services.deletion import delete_messages
from expertpool.projects.models import Project
from expertpool.projects.services.state import lock_open_project


@transaction.atomic
def delete_notices(
    *, project: Project, messages: Iterable[Message], reason: str, actor: User, now: datetime
) -> int:
    """Delete the texts of messages about ``project`` and its draws; return how many.

    Refuses an archived project (projects.ProjectArchived) and a missing reason
    (notifications.DeletionRefused).
    """
    lock_open_project(project)
    return delete_messages(messages=messages, reason=reason, actor=actor, now=now)
