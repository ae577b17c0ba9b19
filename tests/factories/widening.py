"""Panels that fell short, and the draws that complete them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.services.entropy import Entropy, SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.replies import answer, take_leave
from expertpool.draws.services.widening import (
    decide_widening,
    request_widening,
    widen_plan,
)
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY, expert_id_of, make_draw
from tests.factories.experts import go_away, make_expert

SENIOR: dict[str, Any] = {"field": "title_level", "op": "eq", "value": 4}
JUNIOR: dict[str, Any] = {"field": "title_level", "op": "eq", "value": 3}
GROUPS = (GroupInput("技术", 3, [SENIOR]), GroupInput("经济", 1, [JUNIOR]))
OTHER: dict[str, Any] = {"field": "title_level", "op": "eq", "value": 1}
_seeds = count(9000)
REASON = "本市该专业专家已全部问过"


def make_short_draw(*, now: datetime, groups: Sequence[GroupInput] = GROUPS, **kw: Any) -> Draw:
    """A draw in which all agreed who could be found, and that ended short of what was wanted."""
    draw = make_draw(now=now, groups=groups, **kw)
    accept_all(draw, now=now)
    return draw


def accept_all(draw: Draw, *, now: datetime) -> None:
    """All who wait agree."""
    for row in Invitation.objects.filter(draw=draw, state=InvitationState.INVITED):
        reply(row, accept=True, now=now)
    draw.refresh_from_db()


def reply(row: Invitation, *, accept: bool, now: datetime) -> None:
    answer(
        invitation=row,
        accept=accept,
        reason="" if accept else "出差",
        via=ReplyVia.LINK,
        now=now,
        entropy=SeededEntropy(next(_seeds)),  # its successor gets a link of his own
    )


def start_widened_draw(
    *,
    base: Draw,
    reason: str,
    actor: User,
    now: datetime,
    entropy: Entropy,
    second: User | None = None,
) -> Draw:
    """Ask as ``actor`` for the draw by the plan as it stands, and agree as ``second``."""
    version = DrawPlan.objects.get(project=base.project).version
    with transaction.atomic():
        request = request_widening(base=base, reason=reason, version=version, actor=actor, now=now)
        draw = decide_widening(
            request=request,
            agree=True,
            note="",
            actor=second or make_user("supervisor", name="赵监督"),
            now=now,
            entropy=entropy,
        )
    assert draw is not None
    return draw


def widen_to(base: Draw, *, now: datetime, actor: User | None = None, **levels: Any) -> Draw:
    """Widen the groups that ``levels`` names (all by default to everybody), and draw."""
    actor = actor or make_user("operator")
    if levels:
        widen_plan(project=base.project, levels=levels, actor=actor, now=now)
    draw = start_widened_draw(
        base=base,
        reason=REASON,
        actor=actor,
        now=now,
        entropy=SeededEntropy(next(_seeds)),
    )
    draw.refresh_from_db()
    return draw


def widen_to_everybody(base: Draw, *, now: datetime, **kw: Any) -> Draw:
    """Widen the first group, which lacks experts, to everybody, and draw."""
    return widen_to(base, now=now, g1=[SENIOR, EVERYBODY], **kw)


def make_pool(seniors: int, juniors: int, others: int = 0, **kw: Any) -> None:
    for level, wanted in ((4, seniors), (3, juniors), (1, others)):
        for _ in range(wanted):
            make_expert(title_level=level, **kw)


def make_short_panel(*, now: datetime, **kw: Any) -> Draw:
    """技术 3 席 found 2 experts, 经济 1 席 found its own."""
    make_pool(2, 1, 4)
    return make_short_draw(now=now, **kw)


def make_short_while_somebody_waits(*, now: datetime) -> tuple[Draw, int]:
    """技术 2 席 has one expert; the id of a third senior, who was away when his turn came."""
    seniors = [make_expert(title_level=4) for _ in range(3)]
    make_pool(0, 2, 2)
    groups = [GroupInput("技术", 2, [SENIOR]), GroupInput("经济", 1, [JUNIOR])]
    base = make_draw(now=now, groups=groups)
    (waiting,) = {expert.pk for expert in seniors} - set(people(base))
    go_away(waiting, now=now)
    left = Invitation.objects.filter(draw=base, group="g1").first()
    assert left
    reply(left, accept=False, now=now)
    accept_all(base, now=now)
    assert base.status == DrawStatus.UNSATISFIED
    return base, waiting


def state_of(draw: Draw) -> str:
    return Project.objects.values_list("draw_state", flat=True).get(pk=draw.project_id)


def people(*draws: Draw, **condition: Any) -> list[int]:
    rows = Invitation.objects.filter(draw__in=draws, **condition).select_related("draw")
    return [expert_id_of(row) for row in rows.order_by("draw_id", "line")]


def leave(row: Invitation, *, now: datetime) -> None:
    take_leave(invitation=row, reason="住院", via=ReplyVia.LINK, now=now, entropy=SeededEntropy(3))
