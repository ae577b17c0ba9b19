"""What happens in draws, as it is told to event rules, and what these can do to one.

**Nothing that would tell who is drawn**: what comes of invitations reaches rules with the names, the end of
a sealed draw when its hour is over, as other platforms are told it (docs/decisions/0088, 0214).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.exceptions import ActionRefused, ActionSkipped
from expertpool.automation.registry import Doing, EventKind, Person, RuleAction
from expertpool.core.criteria import Choice, Text
from expertpool.core.text import hour_of, moment_text
from expertpool.draws.enums import INVALID, DrawKind, DrawStatus, InvitationState
from expertpool.draws.events import DrawEnded, DrawSealed, InvitationAnswered, NamesReleased
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.written import is_written
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.names import readable_draws
from expertpool.draws.services.replies import add_supplement
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.services.sending import Recipient
from expertpool.projects.enums import Regime
from expertpool.projects.services.event_kinds import SAMPLES as OF_PROJECT
from expertpool.projects.services.event_kinds import applicant_of
from expertpool.projects.services.event_kinds import words_of as words_of_project

DRAW, INVITATION = "draws.draw", "draws.invitation"
HOUR = timedelta(hours=1)
OPEN = (InvitationState.INVITED,)
# What comes of an invitation; nothing has yet of one that waits.
RESULTS = tuple((one.value, one.label) for one in InvitationState if one not in OPEN)

DRAW_CRITERIA = (
    Choice(code="status", label="抽取状态", path="status", choices=DrawStatus.choices),
    Choice(code="kind", label="抽取方式", path="kind", choices=DrawKind.choices),
    Choice(code="regime", label="适用制度", path="project__regime", choices=Regime.choices),
    Text(code="project", label="项目名称", path="project__name"),
)
INVITATION_CRITERIA = (
    Choice(code="state", label="参与状态", path="state", choices=RESULTS),
    Choice(code="regime", label="适用制度", path="draw__project__regime", choices=Regime.choices),
    Text(code="project", label="项目名称", path="draw__project__name"),
)


# --- Draws ----------------------------------------------------------------------------------------


def _operator(draw: Draw) -> Recipient | None:
    user = draw.operator
    return Recipient.of_account(user) if user.is_active else None


DRAW_PEOPLE = {
    "operator": Person("抽取经办人", _operator),
    "applicant": Person("项目申请人", lambda draw: applicant_of(draw.project)),
}
DRAW_SAMPLES = OF_PROJECT | {"抽取编号": "CQ20261208-0003", "抽取状态": "不满足"}


def _draw_words(draw: Draw) -> dict[str, str]:
    return words_of_project(draw.project) | {
        "抽取编号": draw.number,
        "抽取状态": draw.status_label,
    }


def _draws() -> QuerySet[Draw]:
    return Draw.objects.select_related("project__created_by", "project__department", "operator")


def _ended() -> QuerySet[Draw]:
    """Those whose end may be told to the minute."""
    told = Q(released_at__isnull=False) | Q(status__in=INVALID)
    return _draws().filter(told, ended_at__isnull=False).annotate(happened_at=F("ended_at"))


def _end_of(draw: Draw) -> str:
    return draw.ended_at.isoformat() if draw.ended_at else ""


def end_told_at(draw_id: int, now: datetime) -> datetime:
    """Return from when the end of a draw may be told: what an expert did while names are sealed ends it,
    hence not before that hour is over. Voided or given up, it was ended by hand."""
    draw = Draw.objects.get(pk=draw_id)
    is_held = draw.released_at is None and draw.status not in INVALID
    return hour_of(now) + HOUR if is_held else now


def _draw_page(draw: Draw) -> str:
    return reverse("draws:detail", args=[draw.pk])


_ALIKE: dict[str, Any] = {
    "subject": DRAW,
    "visible": draws_visible_to,
    "page": _draw_page,
    "words": _draw_words,
    "samples": DRAW_SAMPLES,
    "people": DRAW_PEOPLE,
    "parties": {"draw": lambda draw: draw, "project": lambda draw: draw.project},
    "covers": lambda draw: draw.projects.all(),
    "order": 30,
}

SEALED = EventKind(
    code="draws.sealed",
    label="抽取已封存",
    sources={DrawSealed: lambda event: [event.draw_id]},
    past=lambda: _draws().annotate(happened_at=F("sealed_at")),
    fact=lambda draw: "sealed",
    **_ALIKE,
)

ENDED = EventKind(
    code="draws.ended",
    label="抽取结束",
    note="名单公开前结束的，到下一个整点才触发，以免看出是谁在何时答复。",
    sources={DrawEnded: lambda event: [event.draw_id]},
    told_at=end_told_at,
    past=_ended,
    fact=_end_of,
    stands=lambda draw, fact: _end_of(draw) == fact,  # it may have gone on again
    **_ALIKE,
)

RELEASED = EventKind(
    code="draws.released",
    label="名单公开",
    sources={NamesReleased: lambda event: [event.draw_id]},
    past=lambda: _draws().filter(released_at__isnull=False).annotate(happened_at=F("released_at")),
    fact=lambda draw: "released",
    **_ALIKE,
)


# --- Invitations ----------------------------------------------------------------------------------


def _settled() -> QuerySet[Invitation]:
    rows = Invitation.objects.filter(draw__released_at__isnull=False, expert__isnull=False)
    rows = rows.exclude(state__in=OPEN).annotate(happened_at=F("replied_at"))
    return rows.select_related(
        "expert__user", "draw__project__created_by", "draw__project__department", "draw__operator"
    )


def _released(event: NamesReleased) -> Iterator[int]:
    """All that came of the invitations of a draw, told with its names."""
    rows = _settled().filter(draw=event.draw_id).order_by("line")
    yield from rows.values_list("pk", flat=True)


def _answered(event: InvitationAnswered) -> Iterator[int]:
    """What comes of one of a draw whose names are public already; nothing of the others."""
    yield from _settled().filter(pk=event.invitation_id).values_list("pk", flat=True)


def _lines_visible_to(user: User) -> QuerySet[Invitation]:
    """Those whose names he may read: whoever is told what one did knows of whom."""
    draws = readable_draws(user, now=timezone.now())  # asked by automation, which knows no clock
    return _settled().filter(draw__in=draws.values("pk"))


def _of_draw(find: Person) -> Person:
    return Person(find.label, lambda row: find.find(row.draw))


ANSWERED = EventKind(
    code="draws.answered",
    label="邀请有了结果",
    note="名单公开时才触发（一次抽取的全部结果一起），公开之后的结果当时触发：在此之前任何规则都不知道谁被抽中。",
    subject=INVITATION,
    sources={NamesReleased: _released, InvitationAnswered: _answered},
    visible=_lines_visible_to,
    past=_settled,
    page=lambda row: _draw_page(row.draw),
    # The name is read on the page of the draw, where that is logged.
    name_of=lambda row: f"{row.draw.number} 第 {row.line} 行",
    fact=lambda row: f"{row.state}:{row.replied_at.isoformat() if row.replied_at else ''}",
    words=lambda row: _draw_words(row.draw) | {"行号": str(row.line), "参与状态": row.state_label},
    samples=DRAW_SAMPLES | {"行号": "3", "参与状态": "拒绝"},
    people={
        "expert": Person("专家本人", lambda row: recipient_of(row.expert), about=lambda row: row),
        **{code: _of_draw(one) for code, one in DRAW_PEOPLE.items()},
    },
    # Nothing is done to the expert: who reads names later than others would see it in his record.
    parties={"draw": lambda row: row.draw},
    about=lambda row: row.draw,
    order=30,
)

REVIEWED = replace(
    ANSWERED,
    code="draws.reviewed",
    label="评审结束（逐位专家）",
    note="名单已公开、评审全部结束后，对每位被邀请过的专家触发一次，以他最后的参与状态为准。",
    fact=lambda row: "reviewed",
    stands=lambda row, fact: row.draw.is_valid and is_written(row),
    waits_until=lambda row: last_closing(row.draw.covered),
    past=lambda: _settled().filter(draw__project__opening_at__lt=timezone.now()),
    parties={"expert": lambda row: row.expert, "draw": lambda row: row.draw},
)

EVENTS = (SEALED, ENDED, RELEASED, ANSWERED, REVIEWED)


# --- What rules can do ----------------------------------------------------------------------------


def _supplement(doing: Doing) -> str:
    """Try again to fill the seats that a draw ended without, as the author of the rule could."""
    draw: Draw = doing.party("draw")
    if draw.status != DrawStatus.UNSATISFIED:
        raise ActionSkipped(f"抽取现为「{draw.status_label}」，不缺人")
    if not draws_visible_to(doing.author, "draws.run").filter(pk=draw.pk).exists():
        raise ActionRefused(f"规则由 {doing.author.name} 制定，他无权执行这次抽取")
    entropy = SystemEntropy()
    try:
        add_supplement(draw=draw, actor=doing.author, now=doing.now, entropy=entropy)
    except DrawError as error:
        # Its words are for who looks at the draw; why nobody could be seated may rest on sealed names.
        raise ActionRefused("没有补抽，原因见抽取页面「再补抽一次」") from error
    return f"已再补抽一次，结果见抽取页面（{moment_text(doing.now)}）"


SUPPLEMENT = RuleAction(
    code="draws.supplement",
    label="再补抽一次",
    words=lambda kind, values: "对缺人的抽取，按原次序再补抽一次",
    run=_supplement,
    needs="draw",
    permission="draws.run",
    weighty=True,
    order=50,
)
