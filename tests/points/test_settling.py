"""Points of reviews: by the rules, once, after the review is over and the names are released."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.fields import is_vouched
from expertpool.core.health import Health
from expertpool.core.jobs import is_queued
from expertpool.draws import settings as office
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.presence import sign_in_code
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.presence import open_when_present, sign_in
from expertpool.draws.services.replies import expire, take_leave
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.models import Expert
from expertpool.points.enums import ReviewFact
from expertpool.points.models import PointEntry, PointRule, Settled
from expertpool.points.queries.ledger import balance_of
from expertpool.points.services.health import find_ledger
from expertpool.points.services.rows import delete_row, save_row
from expertpool.points.services.settling import settle_draw, settle_due, take_back_draw
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.points import make_point_rule
from tests.factories.siteconfig import configure
from tests.factories.widening import accept_all, reply

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
OPENING = NOW + timedelta(hours=48)
OVER = OPENING + timedelta(hours=12)
POINTS = {
    ReviewFact.CONFIRMED: 2,
    ReviewFact.ATTENDED: 5,
    ReviewFact.LATE: -2,
    ReviewFact.ABSENT: -10,
    ReviewFact.LEAVE: -3,
    ReviewFact.DECLINED: -1,
    ReviewFact.NO_ANSWER: -4,
}


@pytest.fixture
def rules() -> None:
    for fact, points in POINTS.items():
        make_point_rule(fact, points, now=NOW - timedelta(days=1))


def drawn(operator: User, *, pool: int = 3, seats: int = 2) -> Draw:
    for _ in range(pool):
        make_expert()
    return make_draw(
        now=NOW,
        operator=operator,
        seats=seats,
        opens_in_hours=48,
        reveal_hours=24,
        reply_minutes=60,
    )


def labels_of(line: Invitation) -> list[str]:
    rows = PointEntry.objects.filter(invitation=line).order_by("n")
    return [f"{one.label} {one.points}" for one in rows]


def opened(draw: Draw, *, at: datetime = OPENING) -> Draw:
    release(draw_id=draw.pk, now=at, unanswered=True)
    return Draw.objects.get(pk=draw.pk)


@pytest.mark.shows("OVW-04")
@pytest.mark.usefixtures("rules")
def test_answers_bring_points_once_the_review_is_over(operator: User) -> None:
    draw = drawn(operator)
    first, second = draw.invitations.order_by("line")
    refused = expert_id_of(first)
    reply(first, accept=False, now=NOW)
    for line in draw.invitations.filter(state=InvitationState.INVITED):
        reply(line, accept=True, now=NOW)
    # While names are sealed, and until the review is over, nobody's points change.
    assert settle_draw(draw_id=draw.pk, now=OPENING - timedelta(hours=1)) == 0
    opened(draw)
    assert settle_draw(draw_id=draw.pk, now=OPENING + timedelta(minutes=1)) == 0
    assert not PointEntry.objects.exists()
    assert settle_draw(draw_id=draw.pk, now=OVER) == 5
    assert settle_draw(draw_id=draw.pk, now=OVER) == 0
    assert labels_of(first) == ["拒绝邀请 -1"]
    assert labels_of(second) == ["确认参加 2", "参加评审 5"]
    assert balance_of(refused) == -1
    assert sum(map(balance_of, Expert.objects.all())) == -1 + 2 * 7


@pytest.mark.usefixtures("rules")
def test_a_draw_whose_names_are_sealed_brings_nothing_however_late_it_is(operator: User) -> None:
    draw = drawn(operator)
    accept_all(draw, now=NOW)
    assert settle_due(now=OVER + timedelta(days=90)) == 0
    assert settle_draw(draw_id=draw.pk, now=OVER + timedelta(days=90)) == 0
    # Nor does one that somebody opened by a statement, who wants to try whom he has in mind.
    line = draw.invitations.get(line=1)
    Invitation.objects.filter(pk=line.pk).update(expert=expert_id_of(line))
    Draw.objects.filter(pk=draw.pk).update(released_at=OPENING)
    assert settle_draw(draw_id=draw.pk, now=OVER) == 0
    assert not PointEntry.objects.exists()
    assert not Settled.objects.exists()


@pytest.mark.shows("OVW-04")
@pytest.mark.usefixtures("rules")
def test_leave_and_silence_cost_points(operator: User) -> None:
    draw = drawn(operator, pool=5)
    gone, silent = draw.invitations.order_by("line")
    reply(gone, accept=True, now=NOW)
    take_leave(
        invitation=Invitation.objects.get(pk=gone.pk),
        reason="家中有事，不能参加",
        via=ReplyVia.LINK,
        now=NOW + timedelta(minutes=5),
        entropy=SeededEntropy(71),
    )
    expire(invitation_id=silent.pk, now=NOW + timedelta(hours=2), entropy=SeededEntropy(72))
    accept_all(draw, now=NOW + timedelta(hours=2))
    opened(draw)
    settle_draw(draw_id=draw.pk, now=OVER)
    assert labels_of(gone) == ["确认后请假 -3"]
    assert labels_of(silent) == ["未答复邀请 -4"]


@pytest.mark.shows("OVW-04")
@pytest.mark.usefixtures("rules")
def test_signing_in_says_who_came_who_was_late_and_who_was_not_there(operator: User) -> None:
    configure(office.OWN_REVEAL_BY["tender"], office.ALL_PRESENT)
    draw = drawn(operator, pool=3, seats=3)
    accept_all(draw, now=NOW)
    early, late, absent = draw.invitations.order_by("line")
    for line, at in (
        (early, OPENING - timedelta(minutes=5)),
        (late, OPENING + timedelta(minutes=9)),
    ):
        fresh = Invitation.objects.get(pk=line.pk)
        sign_in(invitation=fresh, code=sign_in_code(fresh.draw, now=at), now=at)
    open_when_present(draw_id=draw.pk, now=OPENING + timedelta(minutes=10))
    draw.refresh_from_db()
    opened(draw, at=max(draw.reveal_at, OPENING + timedelta(minutes=20)))
    settle_draw(draw_id=draw.pk, now=OVER)
    assert labels_of(early) == ["确认参加 2", "参加评审 5"]
    assert labels_of(late) == ["确认参加 2", "参加评审 5", "迟到 -2"]
    assert labels_of(absent) == ["确认参加 2", "确认后未到场 -10"]


@pytest.mark.usefixtures("rules")
def test_lines_and_rules_that_somebody_else_wrote_bring_nothing(operator: User) -> None:
    draw = drawn(operator)
    accept_all(draw, now=NOW)
    opened(draw)
    first, second = draw.invitations.order_by("line")
    other = Expert.objects.exclude(pk__in=[first.expert_id, second.expert_id]).get()
    Invitation.objects.filter(pk=first.pk).update(expert=other)
    PointRule.objects.filter(fact=ReviewFact.ATTENDED).update(points=900)
    settle_draw(draw_id=draw.pk, now=OVER)
    assert labels_of(first) == []
    assert labels_of(second) == ["确认参加 2"]
    assert balance_of(other) == 0


@pytest.mark.parametrize("way", ["back", "again", "copy"])
def test_a_rule_of_before_that_somebody_writes_back_brings_nothing(
    operator: User, way: str
) -> None:
    rule = make_point_rule(ReviewFact.ATTENDED, 500, now=NOW - timedelta(days=9))
    old = PointRule.objects.values().get()
    draw = drawn(operator)
    accept_all(draw, now=NOW)
    opened(draw)
    if way == "back":
        rule.points = 5
        save_row(row=rule, actor=None, now=NOW - timedelta(days=8))
        PointRule.objects.filter(pk=rule.pk).update(**old)
    else:
        delete_row(row=rule, actor=None, now=NOW - timedelta(days=8))
        PointRule.objects.bulk_create([PointRule(**old | ({"id": 999} if way == "copy" else {}))])
        PointRule.objects.update(proof=old["proof"])
    assert is_vouched(PointRule.objects.get())
    settle_draw(draw_id=draw.pk, now=OVER)
    assert not PointEntry.objects.exists()
    assert find_ledger(OVER).state == Health.FAILED


def test_a_rule_counts_for_what_ends_after_it_was_set(operator: User) -> None:
    draw = drawn(operator)
    accept_all(draw, now=NOW)
    opened(draw)
    rule = make_point_rule(ReviewFact.ATTENDED, 5, now=OVER)
    settle_draw(draw_id=draw.pk, now=OVER)
    assert not PointEntry.objects.exists()
    assert Settled.objects.filter(draw=draw).exists()
    rule.points = 6
    save_row(row=rule, actor=None, now=OVER + timedelta(days=1))
    assert PointRule.objects.get().since == OVER + timedelta(days=1)
    save_row(row=PointRule.objects.get(), actor=None, now=OVER + timedelta(days=2))
    assert PointRule.objects.get().since == OVER + timedelta(days=1)


@pytest.mark.usefixtures("rules")
def test_what_is_due_is_found_and_queued(operator: User) -> None:
    draw = drawn(operator)
    accept_all(draw, now=NOW)
    opened(draw)
    assert settle_due(now=OPENING) == 0
    assert settle_due(now=OVER) == 1
    assert is_queued("points.settle", draw_id=draw.pk)
    settle_draw(draw_id=draw.pk, now=OVER)
    assert settle_due(now=OVER) == 0


@pytest.mark.usefixtures("rules")
def test_a_draw_that_is_voided_gives_its_points_back(operator: User) -> None:
    draw = drawn(operator)
    accept_all(draw, now=NOW)
    opened(draw)
    settle_draw(draw_id=draw.pk, now=OVER)
    assert take_back_draw(draw_id=draw.pk, now=OVER) == 0
    assert sum(map(balance_of, Expert.objects.all())) == 14
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=OVER)
    decide_void(request=request, agree=True, note="", actor=make_user("operator"), now=OVER)
    assert is_queued("points.take_back", draw_id=draw.pk)
    assert take_back_draw(draw_id=draw.pk, now=OVER) == 4
    assert take_back_draw(draw_id=draw.pk, now=OVER) == 0
    assert {balance_of(one) for one in Expert.objects.all()} == {0}
    assert (
        PointEntry.objects.filter(counters__isnull=False, points=-F("counters__points")).count()
        == 4
    )
