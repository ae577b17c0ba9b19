"""Reviews as the product holds them, by its services and pages: `--only campaign`, in a pool of 5,000 or more.

A campaign of 2,000 items, three of 600 experts each, sealed and given; and a review of 500 items by 20 experts and 30 indicators,
from its end to the page of its result and the Excel file. `reviews` and `assignments` beside it are the calculations alone."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from unittest.mock import patch

from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.configuration import read_once
from expertpool.core.strokes import signature_svg
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Invitation
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.reviews.calculation import How, Indicator, Kind, RuleTree, Stage
from expertpool.reviews.models import Review, Reviewer, ReviewRule
from expertpool.reviews.queries.sheets import seen_mark, sheets_of
from expertpool.reviews.services import organising
from expertpool.reviews.services.assigning import Share, give_value, seal_assignment, set_assignment
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import Terms, Thing, add_items, create_review
from expertpool.reviews.services.scoring import Save, save_scores, submit_sheets
from tools.bench.pages import client_of, get
from tools.bench.plans import Staff, make_project
from tools.bench.reporting import Reporter, timed

ITEMS, EXPERTS, EACH, MOST = 2000, 600, 3, 12
AIM = 3  # seconds from the seal to the last sheet
SCORED, PANEL, INDICATORS = 500, 20, 30
SUMMARY_AIM = 1  # second, to the page
TIMES = 5
SEATS = 60  # of a condition group
CATEGORIES = 10
HOUR = timedelta(hours=1)
STROKES = str([[[10 + 3 * at, 20 + at % 5] for at in range(20)]])


def measure_campaign(
    reporter: Reporter,
    size: int,
    *,
    now: datetime,
    items: tuple[int, int] = (ITEMS, SCORED),
    experts: tuple[int, int] = (EXPERTS, PANEL),
) -> None:
    """Give the items of a campaign; end a review and open its result."""
    staff = Staff.load()
    _measure_assignment(reporter, size, staff, now=now, items=items[0], experts=experts[0])
    _measure_result(reporter, size, staff, now=now, items=items[1], experts=experts[1])


@read_once()  # as a request does
def _measure_assignment(
    reporter: Reporter, size: int, staff: Staff, *, now: datetime, items: int, experts: int
) -> None:
    review = _prepared(staff, _tree(1), items=items, experts=experts, now=now)
    share = Share(EACH, max(MOST, EACH * items // experts + 2))
    set_assignment(review=review, share=share, actor=staff.operator, now=now)
    organising.open_review(review=review, actor=staff.operator, now=now)
    started = time.perf_counter()
    row = seal_assignment(review=review, actor=staff.operator, now=now, entropy=SystemEntropy())
    sealed = time.perf_counter()
    for role, actor in (("operator", staff.operator), ("supervisor", staff.supervisor)):
        row = give_value(assignment=row, role=role, value="三六九", actor=actor, now=now)
    ended = time.perf_counter()
    facts = {"items": items, "experts": experts}
    reporter.report("campaign_seal", [sealed - started], size=size, **facts)
    reporter.report("campaign", [ended - started], aim=AIM, size=size, **facts)
    client, page = client_of("operator"), reverse("reviews:assignment", args=[review.pk])
    reporter.report("campaign_page", _opened(client, page), size=size, **facts)


def _measure_result(
    reporter: Reporter, size: int, staff: Staff, *, now: datetime, items: int, experts: int
) -> None:
    review = _prepared(staff, _tree(INDICATORS), items=items, experts=experts, now=now)
    # The product lets nobody score more than 10,000 values, and these are 15,000.
    with patch.object(organising, "MOST_SCORES", items * INDICATORS):
        organising.open_review(review=review, actor=staff.operator, now=now)
    random = Random("scores")  # noqa: S311 (examples)
    for reviewer in Reviewer.objects.filter(review=review).order_by("place"):
        _submit(reviewer, random, now=now)
    facts = {"items": items, "experts": experts, "indicators": INDICATORS}
    started = time.perf_counter()
    end_review(review=review, actor=staff.operator, now=now)
    reporter.report("review_end", [time.perf_counter() - started], size=size, **facts)
    client, own = client_of("operator"), [review.pk]
    pages = {
        "review_result_page": (reverse("reviews:result", args=own), SUMMARY_AIM),
        "review_result_item": (reverse("reviews:result_item", args=[*own, 1]), None),
        "review_result_excel": (reverse("reviews:result_file", args=[*own, "xlsx"]), None),
    }
    for name, (page, aim) in pages.items():
        reporter.report(name, _opened(client, page), aim=aim, size=size, **facts)


def _opened(client: Client, page: str) -> list[float]:
    return timed(lambda: get(client, page), runs=TIMES)


def _prepared(staff: Staff, rule: RuleTree, *, items: int, experts: int, now: datetime) -> Review:
    """A review that is prepared, of a panel of ``experts`` whose names are released and whose review is over, but for scoring."""
    project = _seated(staff, experts, now=now)
    version = ReviewRule.objects.filter(name="性能测量").count() + 1
    row = ReviewRule.objects.create(
        name="性能测量", version=version, content=rule.as_json(), at=now
    )
    review = create_review(project=project, terms=Terms(row), actor=staff.operator, now=now)
    things = [
        Thing(f"L-{at:05}", f"课题 {at}", f"申报单位 {at % 400}", f"类别 {at % CATEGORIES}")
        for at in range(items)
    ]
    add_items(review=review, things=things, actor=staff.operator, now=now)
    return review


def _seated(staff: Staff, experts: int, *, now: datetime) -> Project:
    """A project of whose panel each has agreed."""
    drawn = now - 29 * HOUR
    project = make_project(f"R{experts}", staff, days=1, now=drawn, avoiding=False)
    sizes = [min(SEATS, experts - at) for at in range(0, experts, SEATS)]
    groups = [GroupInput(f"第 {at} 组", one, [{"all": []}]) for at, one in enumerate(sizes, 1)]
    settings = PlanInput(frequency_cap=None, unit_cap=None, reveal_hours=2, reply_minutes=60)
    save_plan(project=project, settings=settings, groups=groups, actor=staff.operator, now=drawn)
    draw = start_draw(project=project, actor=staff.operator, now=drawn, entropy=SystemEntropy())
    while waiting := list(Invitation.objects.filter(draw=draw, state=InvitationState.INVITED)):
        for one in waiting:
            answer(
                invitation=one,
                accept=True,
                reason="",
                via=ReplyVia.LINK,
                now=drawn,
                entropy=SystemEntropy(),
            )
    release(draw_id=draw.pk, now=project.opening_at - HOUR)
    return Project.objects.get(pk=project.pk)


def _tree(indicators: int) -> RuleTree:
    leaves = tuple(
        Indicator(f"1.{n}", f"指标 {n}", Kind.SCORE, high=Decimal(10), step=Decimal("0.5"))
        for n in range(1, indicators + 1)
    )
    return RuleTree((Stage("评分", leaves),), how=How.TRIMMED)


def _submit(reviewer: Reviewer, random: Random, *, now: datetime) -> None:
    """He scores all, and signs."""
    user = _account_of(reviewer.expert)
    codes = [f"1.{n}" for n in range(1, INDICATORS + 1)]
    saves = {
        one.item.alias: Save(
            one.revision, {code: [str(random.randrange(21) / 2), ""] for code in codes}
        )
        for one in sheets_of(reviewer)
    }
    save_scores(reviewer=reviewer, saves=saves, actor=user, now=now)
    submit_sheets(
        reviewer=reviewer,
        seen=seen_mark(sheets_of(reviewer)),
        signature=signature_svg(STROKES),
        signed_from="bench",
        actor=user,
        now=now,
    )


def _account_of(expert: Expert) -> User:
    user = User.objects.create(username=f"bench-{expert.pk}")
    Expert.objects.filter(pk=expert.pk).update(user=user)
    expert.user = user
    return user
