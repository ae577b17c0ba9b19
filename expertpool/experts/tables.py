"""How the lists of experts are ordered, split into tabs, and worded."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from expertpool.core.configuration import value_of
from expertpool.core.mandates import A_LOOK
from expertpool.core.views.listing import ListTab, Sort
from expertpool.core.visibility import NAME, Viewer, is_clear
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.experts import TERM_ENDING, TERM_OVER, state_word
from expertpool.experts.queries.leaves import going_on, unsound
from expertpool.experts.queries.names import BY_NAME
from expertpool.experts.settings import TERM_ENDING_WITHIN

SORTS: dict[str, Sort] = {
    "entered": "id",
    "name": BY_NAME,
    "number": "number",
    # With the key: pages of one day's terms have an order, and the index has it too.
    "term": ("term_end_date", "id"),
    "level": "title_level",
    "updated": "updated_at",
    "deleted": "deleted_at",
}


def sorts_for(viewer: Viewer) -> dict[str, Sort]:
    """Return by what ``viewer`` orders experts: by names only who sees them, since their order tells of them."""
    named = is_clear(viewer, NAME)
    return {code: sort for code, sort in SORTS.items() if named or sort is not BY_NAME}


HERE = [status for status in ExpertStatus if status != ExpertStatus.DELETED]
TONES = {
    ExpertStatus.PENDING: "amber",
    ExpertStatus.FORMAL: "green",
    ExpertStatus.FROZEN: "blue",
    ExpertStatus.BLACKLISTED: "red",
    ExpertStatus.DELETED: "grey",
}
TERM_TONES = {TERM_OVER: "grey", TERM_ENDING: "orange"}


BLACKLIST_TABS = (
    ListTab("", "在黑名单中", Q(removed_at__isnull=True)),
    ListTab("removed", "已移出", Q(removed_at__isnull=False)),
    ListTab("all", "全部"),
)


def leave_tabs(now: datetime) -> tuple[ListTab, ...]:
    """Return the tabs of the leaves, by what `leave_pill` says of each; what nobody filed here stands under 无效 as long as
    its time lasts, and is marked so where that is over."""
    going = [one.pk for one in going_on(Leave.objects.all(), a_look=A_LOOK)]
    unfiled = unsound(Leave.objects.filter(during__endswith__gt=now), a_look=A_LOOK)
    filed = ~Q(pk__in=unfiled)
    valid = Q(cancelled_at__isnull=True) | Q(pk__in=going)
    return (
        ListTab("", "请假中", filed & valid & Q(during__contains=now)),
        ListTab("coming", "未开始", filed & valid & Q(during__startswith__gt=now)),
        ListTab("over", "已结束", valid & Q(during__endswith__lte=now)),
        ListTab("cancelled", "已销假", filed & ~valid),
        *([ListTab("forged", "无效", ~filed)] if unfiled else []),
        ListTab("all", "全部"),
    )


def tabs(today: date) -> tuple[ListTab, ...]:
    """Return the tabs of the list; 全部 leaves out the deleted."""

    def status(value: str) -> Q:
        return Q(status=value)

    soon = today + value_of(TERM_ENDING_WITHIN)
    ending = Q(status=ExpertStatus.FORMAL, term_end_date__range=(today, soon))
    return (
        ListTab("", "全部", Q(status__in=HERE)),
        ListTab("formal", "在库", status(ExpertStatus.FORMAL)),
        ListTab("pending", "待审核", status(ExpertStatus.PENDING)),
        ListTab("frozen", "冻结", status(ExpertStatus.FROZEN)),
        ListTab("ending", "即将到期", ending),
        ListTab("blacklisted", "黑名单", status(ExpertStatus.BLACKLISTED)),
        ListTab("deleted", "已删除", status(ExpertStatus.DELETED)),
    )


def state_pill(expert: Expert, today: date) -> tuple[str, str]:
    """Return label and tone of where an expert stands."""
    word = state_word(expert, today)
    return word, TERM_TONES.get(word) or TONES[ExpertStatus(expert.status)]


def leave_pill(leave: Leave, now: datetime) -> tuple[str, str]:
    """Return label and tone of a leave at ``now``; of one that nobody filed here that it is none."""
    if not leave.is_sound:
        return "无效", "red"
    if leave.ended_at:
        return "已销假", "grey"
    if leave.during.upper <= now:
        return "已结束", "grey"
    return ("请假中", "orange") if leave.during.lower <= now else ("未开始", "blue")
