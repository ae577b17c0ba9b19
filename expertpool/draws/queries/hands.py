"""人工干预次数: how often a hand went into a draw, the same number on page, sheet, public page and
in the statistics."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import add

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest

from expertpool.accounts.models import Role
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.enums import DrawKind, DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    DrawPause,
    Emergency,
    Invitation,
    PickRequest,
    QuietWaiver,
    ReleaseRequest,
    Rescheduling,
    VoidRequest,
)

CHOSEN_AGAIN, GIVEN_UP = "另选专家", "放弃抽取"


def hand_kinds(draw: str = "pk") -> dict[str, Combinable]:
    """Return how many steps of each kind persons took in the draw that ``draw`` leads to, by what
    pages call it: one table for the number and for what it consists of."""
    of = OuterRef(draw)
    answers = AnswerRequest.objects.filter(invitation__draw=of, agreed=True)
    replaced = answers.filter(state=InvitationState.REPLACED)
    # Recorded before a second person was needed, and not changed since.
    agreed = AnswerRequest.objects.filter(invitation=OuterRef("pk"), agreed=True)
    alone = Invitation.objects.filter(~Exists(agreed), draw=of, replied_via=ReplyVia.OPERATOR)
    replaced_alone = alone.filter(state=InvitationState.REPLACED)
    pauses = DrawPause.objects.filter(draw=of)
    declared = Emergency.objects.filter(draw=of)
    widened = Draw.objects.filter(pk=of, widens__isnull=False)
    given_up = Draw.objects.filter(pk=of, kind=DrawKind.RANDOM, status=DrawStatus.ABANDONED)
    agreed_picks = PickRequest.objects.filter(draw=of, agreed=True)
    return {
        "更换专家": _count(replaced, "invitation__draw") + _count(replaced_alone, "draw"),
        "代登记答复": _count(answers.exclude(state=InvitationState.REPLACED), "invitation__draw")
        + _count(alone.exclude(state=InvitationState.REPLACED), "draw"),
        "应急抽取": _count(declared, "draw"),
        "取消应急": _count(declared.filter(ended_at__isnull=False), "draw"),
        "放宽条件补抽": Case(When(Exists(widened), then=Value(1)), default=Value(0)),
        # The first are the list itself.
        CHOSEN_AGAIN: Greatest(_count(agreed_picks, "draw") - 1, 0),
        "改期": _count(Rescheduling.objects.filter(draw=of), "draw"),
        "暂停": _count(pauses.filter(paused_by__isnull=False), "draw"),
        "恢复": _count(pauses.filter(resumed_by__isnull=False, lost=[]), "draw"),
        "免打扰时段内发出": _count(QuietWaiver.objects.filter(draw=of), "draw"),
        # How many turns it cost is no number for everybody: those lost at one time count once.
        "封存后改动专家资料": _count(pauses.exclude(lost=[]), "draw"),
        "提前公开名单": _count(ReleaseRequest.objects.filter(draw=of, agreed=True), "draw"),
        GIVEN_UP: Case(When(Exists(given_up), then=Value(1)), default=Value(0)),
        "作废": _count(VoidRequest.objects.filter(draw=of, agreed=True), "draw"),
    }


def hand_steps(draw: str = "pk") -> Combinable:
    """Return how many steps of all `hand_kinds` were taken in the draw that ``draw`` leads to."""
    return reduce(add, hand_kinds(draw).values())


def hand_steps_of(draw: Draw) -> int:
    """Return `hand_steps` of one draw."""
    return int(Draw.objects.filter(pk=draw.pk).values_list(hand_steps(), flat=True).get())


def hand_steps_by_kind(draw: Draw) -> dict[str, int]:
    """Return `hand_kinds` of one draw, those that there were."""
    counts = _kinds_of.first(draw=draw.pk)
    return {kind: count for kind, count in counts.items() if count}


_kinds_of = Prepared(lambda: Draw.objects.filter(pk=Given("draw")).values(**hand_kinds()))


def kinds_in_brackets(kinds: Mapping[str, int]) -> str:
    """Say what the steps by hand were, behind their number; nothing where there were none."""
    words = "、".join(f"{kind} {count} 次" for kind, count in kinds.items())
    return f"（{words}）" if words else ""


def second_in_words(role: str) -> str:
    """Return what a record says of whoever confirmed a step, by the name that his ``role`` has in the office.
    Older records have a name there, some nothing: then he is the second person."""
    names = Role.objects.filter(code=role).values_list("name", flat=True)
    return names.first() or "第二人"


def _count(
    rows: QuerySet[AnswerRequest]
    | QuerySet[Invitation]
    | QuerySet[Emergency]
    | QuerySet[DrawPause]
    | QuerySet[PickRequest]
    | QuerySet[QuietWaiver]
    | QuerySet[Rescheduling]
    | QuerySet[ReleaseRequest]
    | QuerySet[VoidRequest],
    by: str,
) -> Combinable:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
