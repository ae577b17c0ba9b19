"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.core.home import MOST_TODOS, Number, Source, Todo, some
from expertpool.core.mandates import A_LOOK
from expertpool.core.registry import MenuItem
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.queries.admission import RIGHT, admissions_waiting_for, returned_ones
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.removals import removals_to_decide, sound, undecided_removals


def formal_experts(user: User, now: datetime) -> Iterator[Number]:
    formal = experts_visible_to(user).filter(status=ExpertStatus.FORMAL)
    yield Number("在库专家", formal, f"{reverse('experts:list')}?tab=formal", "users", "green")


def pending_experts(user: User, now: datetime) -> Iterator[Number]:
    pending = experts_visible_to(user).filter(status=ExpertStatus.PENDING)
    yield Number("待审核专家", pending, _pending_url(), "user-check", "amber", "grey")


def experts_to_approve(user: User, now: datetime) -> Iterator[Todo]:
    waiting = admissions_waiting_for(user)
    url = f"{_pending_url()}&admission=mine"
    yield Todo("审核专家", "位专家待您审核入库", url, "user-check", "amber", "审核", waiting)


_returned = WaitingFor(
    lambda user, now: some(experts_visible_to(user, "experts.edit").filter(returned_ones()))
)


def experts_to_correct(user: User, now: datetime) -> Iterator[Todo]:
    """Who was sent back, to be corrected and handed in again."""
    sent_back = _returned(user)
    url = f"{_pending_url()}&admission=returned"
    yield Todo("修改后重新提交", "位专家入库被退回", url, "edit", "amber", "修改", sent_back)


def removals_waiting(user: User, now: datetime) -> Iterator[Todo]:
    """What experts ask to be removed of what the office has set, for who may decide it now."""
    for one in sound(removals_to_decide(user), a_look=A_LOOK)[:MOST_TODOS]:
        url = f"{reverse('experts:detail', args=[one.expert_id])}?tab=avoidances"
        text = f"申请移除与{one.target}的回避"
        yield Todo(f"核定：{one.expert.name}", text, url, "ban", "amber", "核定")


def _pending_url() -> str:
    return f"{reverse('experts:list')}?tab=pending"


NUMBERS = (
    Source("formal_experts", "experts.view", 10, formal_experts),
    Source("pending_experts", "experts.view", 20, pending_experts),
)
TODOS = (
    Source("experts_to_approve", RIGHT, 100, experts_to_approve),
    Source("experts_to_correct", "experts.edit", 102, experts_to_correct),
    Source("avoidance_removals", "experts.edit", 95, removals_waiting, undecided_removals),
)
SHORTCUTS = (
    MenuItem("experts.find", "查找专家", "user-search", "experts:list", ("experts.view",), 30),
    MenuItem(
        "experts.import", "导入专家", "file-import", "experts:import", ("experts.import",), 50
    ),
    MenuItem(
        "experts.health",
        "专家库体检",
        "clipboard-check",
        "experts:health",
        ("experts.edit", "experts.add"),
        55,
    ),
    MenuItem(
        "experts.leave", "登记请假", "calendar-off", "experts:leave_list", ("experts.leave",), 60
    ),
)
