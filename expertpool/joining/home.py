"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import FoundFor
from expertpool.core.home import MOST_TODOS, Source, Todo
from expertpool.core.registry import MenuItem
from expertpool.joining.enums import State
from expertpool.joining.queries.applications import (
    application_of,
    applications_to_decide,
    applications_waiting,
)

WHAT = {
    State.DRAFT: ("继续填写入库申请", "还没有提交", "填写"),
    State.RETURNED: ("补正入库申请", "审核人退回，请按意见修改后重新提交", "补正"),
    State.PENDING: ("入库申请审核中", "提交后由管理单位审核，结果会通知您", "查看"),
}


def to_decide(user: User, now: datetime) -> Iterator[Todo]:
    """Applications that this user may decide."""
    for one in _to_decide(user):
        url = reverse("joining:detail", args=[one.pk])
        yield Todo(
            f"审核入库申请：{one.name}", one.employer_name, url, "user-plus", "amber", "审核"
        )


_to_decide = FoundFor(lambda user: applications_to_decide(user)[:MOST_TODOS], called="applications")


def own(user: User, now: datetime) -> Iterator[Todo]:
    """An applicant's own application."""
    application = application_of(user)
    if application is None or (words := WHAT.get(State(application.state))) is None:
        return
    title, text, action = words
    yield Todo(title, text, reverse("joining:mine"), "file-text", "blue", action)


TODOS = (
    Source("joining_to_decide", "joining.review", 90, to_decide, applications_waiting),
    Source("joining_own", "joining.apply", 10, own),
)
SHORTCUTS = (
    MenuItem("joining.mine", "我的入库申请", "file-text", "joining:mine", ("joining.apply",), 100),
)
