"""人工干预次数: how often a hand went into a draw, the same number on page, sheet, public page and
in the statistics."""

from __future__ import annotations

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
from django.db.models.functions import Coalesce

from expertpool.accounts.models import Role
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    DrawPause,
    Emergency,
    Invitation,
    ReleaseRequest,
    Rescheduling,
)


def hand_steps(draw: str = "pk") -> Combinable:
    """Return how many steps two persons took in the draw that ``draw`` leads to: answers by hand,
    emergencies and their ends, names released early, that it is a widened one; each change of time
    or place; and each pause since the pool was changed after the seal."""
    of = OuterRef(draw)
    answers = AnswerRequest.objects.filter(invitation__draw=of, agreed=True)
    # Recorded before a second person was needed, and not changed since.
    agreed = AnswerRequest.objects.filter(invitation=OuterRef("pk"), agreed=True)
    alone = Invitation.objects.filter(~Exists(agreed), draw=of, replied_via=ReplyVia.OPERATOR)
    declared = Emergency.objects.filter(draw=of)
    widened = Draw.objects.filter(pk=of, widens__isnull=False)
    return (
        _count(answers, "invitation__draw")
        + _count(alone, "draw")
        + _count(declared, "draw")
        + _count(declared.filter(ended_at__isnull=False), "draw")
        + _count(Rescheduling.objects.filter(draw=of), "draw")
        # How many turns it cost is no number for everybody: those lost at one time count once.
        + _count(DrawPause.objects.filter(draw=of).exclude(lost=[]), "draw")
        + _count(ReleaseRequest.objects.filter(draw=of, agreed=True), "draw")
        + Case(When(Exists(widened), then=Value(1)), default=Value(0))
    )


def hand_steps_of(draw: Draw) -> int:
    """Return `hand_steps` of one draw."""
    return int(Draw.objects.filter(pk=draw.pk).values_list(hand_steps(), flat=True).get())


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
    | QuerySet[Rescheduling]
    | QuerySet[ReleaseRequest],
    by: str,
) -> Combinable:
    counted = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
