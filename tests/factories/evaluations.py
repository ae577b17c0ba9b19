"""Reviews that are over, and what is said of their experts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sealing import start_draw
from expertpool.evaluations.enums import Participation, SanctionKind
from expertpool.evaluations.models import (
    CautionObjection,
    Evaluation,
    Rating,
    RatingObjection,
    Sanction,
)
from expertpool.evaluations.services.caution_objections import object_to_caution
from expertpool.evaluations.services.objections import object_to
from expertpool.evaluations.services.rating import Marks, rate_experts
from expertpool.evaluations.services.sanctions import decide_sanction, request_sanction
from expertpool.evaluations.services.windows import close_evaluation, open_evaluation
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import day_start
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, reach
from tests.factories.experts import make_expert, make_tag
from tests.factories.widening import accept_all

HOUR = timedelta(hours=1)
_tags = count(1)


def make_reviewed(
    operator: User, *, now: datetime, pool: Sequence[Expert] = (), seats: int = 2
) -> Draw:
    """A draw of ``pool`` (made here if none is given) whose names are released and whose review was over an hour
    before ``now``, on the same day: what happens at it is told on that day alone (docs/decisions/0185)."""
    tag = make_tag(f"参评{next(_tags)}")
    tag.experts.add(*(pool or [make_expert() for _ in range(seats)]))
    among = {"field": "tag", "op": "in", "value": [str(tag.pk)]}
    day = now - day_start(timezone.localdate(now))
    drawn = now - min(HOUR, day - timedelta(seconds=1)) - 28 * HOUR
    draw = make_draw(
        now=drawn,
        operator=operator,
        groups=[GroupInput("综合", seats, [among])],
        opens_in_hours=24,
        reveal_hours=2,
        reply_minutes=60,
    )
    accept_all(draw, now=drawn)
    release(draw_id=draw.pk, now=draw.project.opening_at - HOUR)
    return Draw.objects.select_related("project").get(pk=draw.pk)


def drawn_anew(project: Project, operator: User) -> Draw:
    """The same plan of ``project``, whose draw was voided, among the same experts; the names are released."""
    project.refresh_from_db()
    drawn = project.opening_at - 24 * HOUR
    draw = start_draw(project=project, actor=operator, now=drawn, entropy=SeededEntropy(41))
    reach(draw, now=drawn)
    accept_all(draw, now=drawn)
    release(draw_id=draw.pk, now=project.opening_at - HOUR)
    return draw


def make_evaluation(
    operator: User, *, now: datetime, pool: Sequence[Expert] = (), seats: int = 2
) -> Evaluation:
    """The ratings of such a review, begun ``now``."""
    draw = make_reviewed(operator, now=now, pool=pool, seats=seats)
    row = open_evaluation(project_id=draw.project_id, now=now)
    assert row is not None
    return row


def marks(
    evaluation: Evaluation,
    score: int = 85,
    *,
    participation: Participation = Participation.HIGH,
    comment: str = "",
) -> Marks:
    """The same ``score`` for all that is asked."""
    form = evaluation.expert_form
    assert form is not None
    return Marks({one.name: score for one in form.asked}, participation, comment)


def rate_all(
    evaluation: Evaluation, rater: User, *, now: datetime, score: int = 85, comment: str = ""
) -> list[Rating]:
    """Let ``rater`` rate all who sat alike."""
    said = {pk: marks(evaluation, score, comment=comment) for pk in rated_ids(evaluation)}
    return rate_experts(evaluation=evaluation, marks=said, actor=rater, now=now)


def rated_ids(evaluation: Evaluation) -> list[int]:
    """The lines of those who sat, in the order of the panel."""
    return list(who_sat(evaluation.project))


def make_rating(expert: Expert, rater: User, *, now: datetime | None = None) -> Rating:
    """A rating of ``expert``, the only one of a panel, whose time is over since yesterday."""
    over = (now or timezone.now()) - timedelta(days=1)
    row = make_evaluation(rater, now=over - 2 * HOUR, pool=(expert,), seats=1)
    made = rate_all(row, rater, now=over - HOUR)[0]
    Evaluation.objects.filter(pk=row.pk).update(due_at=over)
    close_evaluation(evaluation_id=row.pk, now=over)
    return Rating.objects.get(pk=made.pk)


def make_objection(rating: Rating, *, now: datetime | None = None) -> RatingObjection:
    """What the expert of ``rating``, who has an account, says against it."""
    assert rating.expert is not None
    assert rating.expert.user is not None
    made = object_to(
        rating=rating,
        expert=rating.expert,
        text="当天签到系统故障，我九点前已到场",
        actor=rating.expert.user,
        now=timezone.now(),
    )
    if now is not None:
        RatingObjection.objects.filter(pk=made.pk).update(asked_at=now)
    return made


def make_caution(expert: Expert, *, now: datetime | None = None) -> Sanction:
    """A caution of ``expert`` that two persons gave."""
    now = now or timezone.now()
    asked = request_sanction(
        expert=expert, kind=SanctionKind.CAUTION, reason="评审中多次接听电话",
        actor=make_user("supervisor"), now=now,
    )  # fmt: skip
    second = make_user("supervisor")
    return decide_sanction(request=asked, agree=True, note="", actor=second, now=now)


def make_caution_objection(expert: Expert, *, now: datetime | None = None) -> CautionObjection:
    """What ``expert``, who has an account, says against a caution."""
    assert expert.user is not None
    caution, at = make_caution(expert), timezone.now()
    text = "接的是组织单位的电话，请核对"
    made = object_to_caution(caution=caution, expert=expert, text=text, actor=expert.user, now=at)
    if now is not None:
        CautionObjection.objects.filter(pk=made.pk).update(asked_at=now)
    return made
