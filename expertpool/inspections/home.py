"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import WaitingFor
from expertpool.core.home import MOST_TODOS, Source, Todo, some
from expertpool.experts.queries.experts import expert_for
from expertpool.inspections.enums import State
from expertpool.inspections.permissions import MANAGE
from expertpool.inspections.queries.inspections import SUBJECT, inspections_of, to_decide
from expertpool.inspections.queries.renewals import RIGHT
from expertpool.inspections.queries.renewals import SUBJECT as RENEWALS
from expertpool.inspections.queries.renewals import to_decide as renewals_to_decide
from expertpool.workflow.queries.approvals import running

_inspections = WaitingFor(lambda user, now: some(to_decide(user)))
_renewals = WaitingFor(lambda user, now: some(renewals_to_decide(user)))


def to_review(user: User, now: datetime) -> Iterator[Todo]:
    """What experts handed in, for who may decide it now."""
    url, rows = reverse("workflow:approval_list"), _inspections(user)
    yield Todo("审核年检", "份年检待审核", url, "calendar-check", "amber", "审核", rows)


def to_renew(user: User, now: datetime) -> Iterator[Todo]:
    """What experts ask for, for who may decide it now."""
    url, rows = f"{reverse('inspections:renewals')}?tab=asked", _renewals(user)
    yield Todo("审核续聘", "项续聘申请待审核", url, "calendar-plus", "amber", "审核", rows)


def to_hand_in(user: User, now: datetime) -> Iterator[Todo]:
    """What the expert himself has to hand in."""
    expert, today = expert_for(user), timezone.localdate(now)
    if expert is None:
        return
    for row in inspections_of(expert)[:MOST_TODOS]:
        if not row.may_submit:
            continue
        late, back = row.due_on < today, row.state == State.RETURNED
        text = f"{'退回修改，' if back else ''}截止 {row.due_on}{'，已逾期' if late else ''}"
        url, tone = reverse("inspections:fill", args=[row.pk]), "red" if late else "amber"
        yield Todo(f"提交年检：{row.round.name}", text, url, "calendar-check", tone, "填报")


TODOS = (
    Source("inspections", MANAGE, 97, to_review, partial(running, SUBJECT)),
    Source("renewals", RIGHT, 98, to_renew, partial(running, RENEWALS)),
    Source("my_inspections", "experts.self", 20, to_hand_in),
)
