"""What draws tell of each project in its export and its statistics."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import JSONObject
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState, Origin
from expertpool.draws.models import ConditionGroup, Draw, Invitation
from expertpool.draws.queries.draws import ENDED
from expertpool.draws.services.names import readable_draws
from expertpool.projects.queries.measures import Detail, Measure


def _draws() -> QuerySet[Draw]:
    """The draws of a project that were ordered, also those that were voided later."""
    return Draw.objects.filter(project=OuterRef("pk"), ordered_at__isnull=False).order_by()


def _lines() -> QuerySet[Invitation]:
    """Who was invited by the valid draw of a project."""
    lines = Invitation.objects.filter(draw__project=OuterRef("pk"))
    return lines.exclude(draw__status__in=ENDED).order_by()


def _seats() -> QuerySet[ConditionGroup]:
    """The condition groups of a project that has a valid draw."""
    drawn = Draw.objects.filter(project=OuterRef("plan__project")).exclude(status__in=ENDED)
    return ConditionGroup.objects.filter(Exists(drawn), plan__project=OuterRef("pk")).order_by()


def _count(rows: QuerySet[Any], by: str) -> Subquery:
    return Subquery(rows.values(by).annotate(n=Count("pk")).values("n"))


MEASURES = (
    Measure("draw_count", "抽取次数", lambda: _count(_draws(), "project")),
    Measure(
        "seat_count",
        "席位数",
        lambda: Subquery(_seats().values("plan__project").annotate(n=Sum("seats")).values("n")),
    ),
    Measure("drawn_count", "抽取人数", lambda: _count(_lines(), "draw__project")),
    Measure(
        "accepted_count",
        "同意人数",
        lambda: _count(_lines().filter(state=InvitationState.ACCEPTED), "draw__project"),
        share_of="drawn_count",
        share_label="同意率",
    ),
    Measure(
        "supplement_count",
        "补抽人数",
        lambda: _count(_lines().filter(origin=Origin.SUPPLEMENT), "draw__project"),
    ),
)


def _participants(user: User) -> ArraySubquery:
    """The lines of the valid draw; names only of draws whose names the reader may read now."""
    readable = readable_draws(user, now=timezone.now()).filter(released_at__isnull=False)
    named = Q(draw__in=readable.order_by().values("pk"))
    rows = _lines().annotate(
        name=Case(When(named, then=F("expert__name")), default=Value("")),
        number=Case(When(named, then=F("expert__number")), default=Value("")),
    )
    return ArraySubquery(
        rows.order_by("line").values(
            row=JSONObject(
                line="line",
                name="name",
                number="number",
                group="group",
                groups=F("draw__rule__groups"),
                origin="origin",
                state="state",
            )
        )
    )


def _word(rows: list[dict[str, Any]]) -> str:
    """Return one line for each expert: who, in which group, drawn or supplemented, his answer."""
    return "\n".join(_line(row) for row in rows)


def _line(row: dict[str, Any]) -> str:
    group = next((one["name"] for one in row["groups"] or [] if one["id"] == row["group"]), "")
    who = f"{row['name']}（{row['number']}）" if row["name"] else f"第 {row['line']} 位专家"
    how = Origin(row["origin"]).label
    return "，".join(filter(None, (who, group, how, InvitationState(row["state"]).label)))


DETAILS = (Detail("participants", "参与专家", _participants, _word),)
