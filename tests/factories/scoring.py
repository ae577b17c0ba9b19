"""Reviews that are scored by a panel whose names are released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.models import Expert
from expertpool.projects.enums import Regime
from expertpool.projects.models import Project
from expertpool.reviews.calculation import PASSED, Indicator, Kind, Passing, RuleTree, Stage
from expertpool.reviews.models import (
    ItemAssignment,
    Review,
    Reviewer,
    ReviewItem,
    ReviewRule,
    ScoreSheet,
    Submission,
)
from expertpool.reviews.queries.sheets import seen_mark, sheets_of
from expertpool.reviews.services.assigning import (
    Share,
    give_value,
    seal_assignment,
    set_assignment,
)
from expertpool.reviews.services.organising import (
    Terms,
    Thing,
    add_items,
    create_review,
    open_review,
)
from expertpool.reviews.services.reassigning import Wanted, request_reassign
from expertpool.reviews.services.scoring import Save, save_scores, submit_sheets
from expertpool.workflow.services.two_persons import decide
from tests.factories.draws import make_draw
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import make_expert, make_tag
from tests.factories.widening import accept_all

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1 L8 8"/></svg>'
STROKES = str([[[10 + 3 * at, 20 + at % 5] for at in range(20)]])
RULE = RuleTree(
    (
        Stage("资格审查", (Indicator("1.1", "营业执照", Kind.CHECK),), Passing.TWO_THIRDS),
        Stage(
            "评分",
            (
                Indicator(
                    "2.1",
                    "技术",
                    Kind.GROUP,
                    children=(
                        Indicator(
                            "2.1.1",
                            "方案",
                            Kind.SCORE,
                            high=Decimal(60),
                            step=Decimal("0.5"),
                            ends=True,
                        ),
                        Indicator(
                            "2.1.2",
                            "团队",
                            Kind.GRADE,
                            grades=(("优", Decimal(20)), ("良", Decimal(15)), ("差", Decimal(0))),
                        ),
                    ),
                ),
                Indicator("2.2", "意见", Kind.TEXT, mandatory=False),
            ),
        ),
    )
)
GOOD = {"1.1": [PASSED, ""], "2.1.1": ["50", ""], "2.1.2": ["良", ""]}
THINGS = (Thing("T-1", "一标段投标文件", "甲公司"), Thing("T-2", "二标段投标文件", "乙公司"))
SHARE = Share(2, 4)


def make_rule(
    name: str = "综合评分法", *, anonymous: bool = False, rule: RuleTree = RULE
) -> ReviewRule:
    version = ReviewRule.objects.filter(name=name).count() + 1
    row = ReviewRule(
        name=name,
        version=version,
        anonymous=anonymous,
        content=rule.as_json(),
        at=timezone.now(),
    )
    row.save()
    return row


def make_review(
    operator: User,
    *,
    now: datetime,
    pool: Sequence[Expert] = (),
    anonymous: bool = False,
    by_stage: bool = False,
    due_at: datetime | None = None,
    things: Sequence[Thing] = THINGS,
    seats: int = 2,
    rule: RuleTree = RULE,
) -> Review:
    """A review that is prepared, of a panel whose names are released, and of whose seats each is filled."""
    seats = min(seats, len(pool)) if pool else seats
    project = make_reviewed(operator, now=now, pool=pool, seats=seats).project
    terms = Terms(make_rule(anonymous=anonymous, rule=rule), by_stage, due_at)
    review = create_review(project=project, terms=terms, actor=operator, now=now)
    add_items(review=review, things=things, actor=operator, now=now)
    return review


def make_open(operator: User, *, now: datetime, **kwargs: object) -> Review:
    """The same, opened."""
    review = make_review(operator, now=now, **kwargs)  # type: ignore[arg-type]
    return open_review(review=review, actor=operator, now=now)


def with_panel(
    operator: User, now: datetime, *, seats: int, standbys: int, names: Sequence[str] = ()
) -> list[Reviewer]:
    """Who sits in an open review, for which others stand by."""
    tag = make_tag("候补")
    tag.experts.add(*(make_expert(one) for one in names or "甲乙丙丁戊己"[: seats + standbys]))
    among = {"field": "tag", "op": "in", "value": [str(tag.pk)]}
    drawn = now - timedelta(hours=29)
    draw = make_draw(
        now=drawn,
        operator=operator,
        groups=[GroupInput("综合", seats, [among], standby_seats=standbys)],
        opens_in_hours=24,
        reveal_hours=2,
        reply_minutes=60,
    )
    accept_all(draw, now=drawn)
    release(draw_id=draw.pk, now=draw.project.opening_at - timedelta(hours=1))
    project = Draw.objects.get(pk=draw.pk).project
    review = create_review(project=project, terms=Terms(make_rule()), actor=operator, now=now)
    add_items(review=review, things=THINGS, actor=operator, now=now)
    open_review(review=review, actor=operator, now=now)
    rows = Reviewer.objects.select_related("review__project").filter(review=review)
    return list(rows.order_by("place"))


def make_campaign(
    operator: User, *, now: datetime, share: Share = SHARE, things: int = 6, **kwargs: object
) -> Review:
    """An open review of many items that are still to be given, each to some of its experts."""
    named = [Thing(f"L-{at}", f"课题{at}") for at in range(1, things + 1)]
    review = make_review(operator, now=now, things=named, **{"seats": 4, **kwargs})  # type: ignore[arg-type]
    set_assignment(review=review, share=share, actor=operator, now=now)
    return open_review(review=review, actor=operator, now=now)


def seal(review: Review, operator: User, *, now: datetime) -> ItemAssignment:
    return seal_assignment(review=review, actor=operator, now=now, entropy=SeededEntropy(7))


def make_assigned(
    operator: User, supervisor: User, *, now: datetime, **kwargs: object
) -> ItemAssignment:
    """The items of a campaign, given by chance."""
    row = seal(make_campaign(operator, now=now, **kwargs), operator, now=now)  # type: ignore[arg-type]
    for role, actor in (("operator", operator), ("supervisor", supervisor)):
        row = give_value(assignment=row, role=role, value="三六九", actor=actor, now=now)
    return row


def recused(
    reviewer: Reviewer, *items: ReviewItem, by: User, second: User, now: datetime
) -> list[Reviewer]:
    """Take ``items`` from ``reviewer``, as one asks for and a supervisor agrees to; return who got any."""
    wanted = Wanted(items=items, ground="回避", reason="与申报人是同门")
    had = _holders(items)
    _agreed(reviewer, wanted, by=by, second=second, now=now)
    got = Reviewer.objects.filter(pk__in={pk for pk, _ in _holders(items) - had})
    return list(got.order_by("place"))


def _holders(items: Sequence[ReviewItem]) -> set[tuple[int, int]]:
    return set(ScoreSheet.objects.filter(item__in=items).values_list("reviewer_id", "item_id"))


def left(
    reviewer: Reviewer, *, by: User, second: User, now: datetime, counts: bool = False
) -> Reviewer:
    """Let ``reviewer``, who was given items, score no more, by the same two; what he submitted ``counts`` in a review of the
    office's own, never in a tender."""
    if counts:
        Project.objects.filter(pk=reviewer.review.project_id).update(regime=Regime.INTERNAL)
    wanted = Wanted(items=None, ground="健康原因", reason="突发疾病", counts=counts)
    _agreed(reviewer, wanted, by=by, second=second, now=now)
    reviewer.refresh_from_db()
    return reviewer


def _agreed(reviewer: Reviewer, wanted: Wanted, *, by: User, second: User, now: datetime) -> None:
    request = request_reassign(reviewer=reviewer, wanted=wanted, actor=by, now=now)
    decide(request, agree=True, note="", actor=second, now=now)


def reviewer_of(review: Review, expert: Expert) -> Reviewer:
    return Reviewer.objects.select_related("review__project", "expert").get(
        review=review, expert=expert
    )


def fill_in(
    reviewer: Reviewer, *, now: datetime, scores: dict[str, list[str]] | None = None
) -> None:
    """He says the same of all items."""
    user = reviewer.expert.user
    assert user
    saves = {one.item.alias: Save(one.revision, scores or GOOD) for one in sheets_of(reviewer)}
    done = save_scores(reviewer=reviewer, saves=saves, actor=user, now=now)
    assert all(one.theirs is None for one in done.values())


def submit(reviewer: Reviewer, *, now: datetime, seen: str = "") -> Submission:
    user = reviewer.expert.user
    assert user
    return submit_sheets(
        reviewer=reviewer,
        seen=seen or seen_mark(sheets_of(reviewer)),
        signature=PICTURE,
        signed_from="10.0.0.1 Chromium",
        actor=user,
        now=now,
    )


def make_submitted(operator: User, expert: Expert, *, now: datetime) -> Submission:
    """The sheets of ``expert``, who has an account and sits alone, submitted."""
    review = make_open(operator, now=now, pool=(expert,))
    reviewer = reviewer_of(review, expert)
    fill_in(reviewer, now=now)
    return submit(reviewer, now=now)
