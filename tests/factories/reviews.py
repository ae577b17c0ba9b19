"""A panel of two reviews, between which it may change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.panel import members_of_panel
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.experts.models import Expert
from expertpool.projects.enums import Regime
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import expert_id_of, reach
from tests.factories.experts import make_expert, make_unit
from tests.factories.widening import accept_all
from tests.factories.widening import reply as answer_as_expert

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAMES = ("王一", "李二", "张三", "赵四")
_seeds = count(300)


def reply(row: Invitation, at: datetime, *, accept: bool = True) -> None:
    """As its link does: the row is read anew."""
    answer_as_expert(Invitation.objects.get(pk=row.pk), accept=accept, now=at)


class Batch:
    """Two reviews of an hour, a day and two ahead, with one panel of two, and who else may step in; the names
    were released before the first (``release_names``)."""

    def __init__(self, *, pool: Sequence[str] = NAMES, release_names: bool = True) -> None:
        for name in pool:
            make_expert(name, employer=make_unit(f"{name}的单位"))
        members = make_members(24, 48, now=NOW, duration_minutes=60, regime=Regime.PROCUREMENT)
        self.draw = draw_batch(
            make_batch(members, now=NOW, seats=2, reply_minutes=60, reveal_hours=2), now=NOW
        )
        reach(self.draw, now=NOW)
        accept_all(self.draw, now=NOW + MINUTE)
        self.first, self.second = members
        self.stayed, self.left = self.draw.invitations.order_by("line")
        self.over = self.first.opening_at + HOUR  # of the first review
        self.read()
        if release_names:
            self.let_open()

    def read(self) -> None:
        self.draw = Draw.objects.select_related("project__department", "operator").get(
            pk=self.draw.pk
        )
        self.first.refresh_from_db()
        self.second.refresh_from_db()

    def move_second(self, actor: User, *, days: int = 5) -> None:
        """Put off the second review alone, a minute after the first is over."""
        meeting = NewMeeting(self.second.pk, self.second.opening_at + days * DAY, "三楼 302 室")
        reschedule(
            draw=self.draw,
            meetings=[meeting],
            reason="供应商质疑",
            actor=actor,
            now=self.over + MINUTE,
            entropy=SeededEntropy(next(_seeds)),
        )
        self.read()

    def replace_after_move(self, actor: User) -> Invitation:
        """The one cannot come to the second review at its new time, and somebody else does."""
        self.move_second(actor)
        reply(self.left, self.over + 2 * MINUTE, accept=False)
        reply(self.stayed, self.over + 2 * MINUTE)
        new = self.draw.invitations.get(state=InvitationState.INVITED)
        reach(self.draw, now=self.over + 2 * MINUTE)
        reply(new, self.over + 3 * MINUTE)
        self.read()
        return new

    def states(self) -> tuple[str, str]:
        self.read()
        return self.first.draw_state, self.second.draw_state

    def panels(self) -> list[set[int]]:
        return [
            {one.invitation_id for one in members_of_panel(project)}
            for project in (self.first, self.second)
        ]

    def let_open(self) -> None:
        assert release(draw_id=self.draw.pk, now=self.draw.reveal_at)
        self.read()

    def name_of(self, row: Invitation) -> str:
        return Expert.objects.get(pk=expert_id_of(row)).name
