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
    TextField,
    Value,
    When,
)
from django.db.models.functions import JSONObject
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.enums import INVALID, InvitationState, Origin, word_for
from expertpool.draws.models import STANDBY, ConditionGroup, DrawPause, DrawProject, Invitation
from expertpool.draws.queries.draws import told_q
from expertpool.draws.queries.hands import hand_steps
from expertpool.draws.queries.sitting import agreed_in, asked_in
from expertpool.draws.rules import read_groups
from expertpool.draws.services.names import readable_draws
from expertpool.experts.queries.names import opened_name, shut_name
from expertpool.projects.queries.measures import Detail, Mark, Measure

# What the projects of a batch share counts, where it is added up, at the lead alone.
PROJECT = "draw__projects"
AT_LEAD = Q(draw__project=OuterRef("pk"))


def _pauses() -> QuerySet[DrawPause]:
    """The pauses by somebody's hand of the draws of a project, which last."""
    covers = DrawProject.objects.filter(project=OuterRef(OuterRef("pk"))).values("draw")
    return DrawPause.objects.filter(draw__in=covers, resumed_at__isnull=True, lost=[])


def _draws(once: bool) -> QuerySet[DrawProject]:
    """The draws of a project that were ordered, also those that were voided later."""
    draws = DrawProject.objects.filter(project=OuterRef("pk"), draw__ordered_at__isnull=False)
    return draws.filter(AT_LEAD) if once else draws


def _lines(reader: User | None, once: bool = False) -> QuerySet[Invitation]:
    """Who was invited for a project by its valid draws: those of one panel; at the lead for all its
    projects."""
    return _invited(reader, AT_LEAD if once else asked_in(PROJECT))


def _invited(reader: User | None, which: Q) -> QuerySet[Invitation]:
    told = told_q(reader, "draw")
    lines = Invitation.objects.filter(which, told, draw__projects=OuterRef("pk"))
    return lines.exclude(draw__status__in=INVALID).order_by()


def _agreed(reader: User | None, once: bool) -> QuerySet[Invitation]:
    """Who of its panel agreed to a project; at the lead to any of those that are drawn together."""
    if not once:
        return _invited(reader, agreed_in(PROJECT)).exclude(STANDBY)
    agreed = Invitation.objects.filter(agreed_in(PROJECT)).order_by().values("pk")
    return _panel(reader, once).filter(pk__in=agreed)


def _panel(reader: User | None, once: bool) -> QuerySet[Invitation]:
    """Those of them who do not only stand by."""
    return _lines(reader, once).exclude(STANDBY)


def _seats(once: bool) -> QuerySet[ConditionGroup]:
    """The condition groups of a project that has a valid draw: those of the plan it follows."""
    # Two queries out: this stands in one that stands in another.
    project = OuterRef(OuterRef("pk"))
    drawn = DrawProject.objects.filter(project=project, valid=True)
    drawn = drawn.filter(draw__project=project) if once else drawn
    plans = drawn.values("draw__project")
    return ConditionGroup.objects.filter(plan__project__in=plans).order_by()


def _count(rows: QuerySet[Any], by: str) -> Subquery:
    return Subquery(rows.values(by).annotate(n=Count("pk")).values("n"))


def _hands(reader: User | None, once: bool) -> Subquery:
    """Also of what was sealed and given up before it was ordered."""
    draws = DrawProject.objects.filter(told_q(reader, "draw"), project=OuterRef("pk"))
    draws = draws.filter(AT_LEAD) if once else draws
    steps = draws.annotate(steps=hand_steps("draw")).order_by().values("project")
    return Subquery(steps.annotate(n=Sum("steps")).values("n"))


MEASURES = (
    Measure("draw_count", "抽取次数", lambda reader, once: _count(_draws(once), "project")),
    Measure(
        "seat_count",
        "抽取人数",
        lambda reader, once: Subquery(
            _seats(once).values("plan").annotate(n=Sum("seats")).values("n")
        ),
    ),
    Measure(
        "drawn_count", "已邀请人数", lambda reader, once: _count(_panel(reader, once), "panel")
    ),
    Measure(
        "accepted_count",
        "同意人数",
        lambda reader, once: _count(_agreed(reader, once), "panel"),
        share_of="drawn_count",
        share_label="同意率",
    ),
    Measure(
        "supplement_count",
        "补抽人数",
        lambda reader, once: _count(_lines(reader, once).filter(origin=Origin.SUPPLEMENT), "panel"),
    ),
    Measure("hand_count", "人工干预次数", _hands),
)


def _participants(user: User) -> ArraySubquery:
    """The lines of the panel, as far as the reader may be told of them; names only of draws whose names the reader may read now."""
    # Some read earlier, yet the rows know no expert before the release.
    readable = readable_draws(user, now=timezone.now()).filter(released_at__isnull=False)
    named = Q(draw__in=readable.order_by().values("pk"))
    rows = _lines(user).annotate(
        name=Case(
            When(named, then=shut_name("expert")), default=Value(""), output_field=TextField()
        ),
        number=Case(When(named, then=F("expert__number")), default=Value("")),
    )
    return ArraySubquery(
        rows.order_by("draw_id", "line").values(
            row=JSONObject(
                name="name",
                number="number",
                group="group",
                groups=F("draw__rule_content__groups"),
                origin="origin",
                moved_up="moved_up_at",
                state=Case(
                    When(agreed_in(PROJECT), then=Value(InvitationState.ACCEPTED)),
                    default=F("state"),
                ),
            )
        )
    )


def _word(rows: list[dict[str, Any]]) -> str:
    """Return one line for each expert: who, in which group, drawn or supplemented, his answer."""
    return "\n".join(_line(place, row) for place, row in enumerate(rows, start=1))


def _line(place: int, row: dict[str, Any]) -> str:
    group = next(
        (one.name for one in read_groups(row["groups"] or []) if one.code == row["group"]), ""
    )
    name = opened_name(row["name"], row["number"]) if row["name"] else ""
    who = f"{name}（{row['number']}）" if name else f"第 {place} 位专家"
    how = "候补递补" if row["moved_up"] else word_for(Origin, row["origin"])
    return "，".join(filter(None, (who, group, how, word_for(InvitationState, row["state"]))))


DETAILS = (Detail("participants", "参与专家", _participants, _word, of=("experts.name",)),)
# One that stands for a change of the pool is told of to a few alone (`home.changed_pools`).
MARKS = (Mark("is_paused", "抽取已暂停", "orange", lambda: Exists(_pauses())),)
