"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.duties import late_duties
from expertpool.core.home import Source, Todo
from expertpool.portal.occasions import WATCHERS
from expertpool.portal.services.duties import in_words


def run_or_watched() -> tuple[str, ...]:
    """By which rights somebody looks after the system, or is told of it by a message."""
    return "siteconfig.manage", *WATCHERS


def duties_that_are_late(user: User, now: datetime) -> Iterator[Todo]:
    """What is done each minute and was not, as long as that is so."""
    if late := late_duties(now=now):
        # What holds them up is on the server; of it the pages have the log.
        logged = user.has_permission("audit.view")
        log = f"{reverse('audit:entry_list')}?action=duties.late"
        yield Todo(
            "定时任务没有按时运行",
            f"{in_words(tuple(late))}；期间逾期、提醒、补发可能推迟，请检查后台任务进程和服务器日志",
            log if logged else reverse("notifications:inbox"),
            "clock",
            "red",
            "查看",
        )


TODOS = (Source("late_duties", run_or_watched, 3, duties_that_are_late),)
