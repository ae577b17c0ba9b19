"""Rules never tell who is drawn: what comes of invitations reaches them with the names."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from expertpool.accounts.models import User
from expertpool.automation.enums import FiringState
from expertpool.automation.exceptions import RuleRefused
from expertpool.automation.models import Firing, Occurrence
from expertpool.automation.queries.firings import firings_visible_to
from expertpool.automation.services.rules import ActionData
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import take_leave
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.answers import record_answer
from tests.factories.automation import FREEZE, SUPPLEMENT, make_rule, settle_rules
from tests.factories.draws import make_draw, open_names_at
from tests.factories.experts import make_expert
from tests.factories.widening import accept_all

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_quiet_hours")]
TO_OPERATOR = ActionData(
    "automation.tell",
    {
        "whom": "person:operator",
        "way": "site",
        "title": "有结果了",
        "text": "{{抽取编号}} {{抽取状态}}",
    },
)
TO_EXPERT = ActionData(
    "automation.tell",
    {"whom": "person:expert", "way": "site", "title": "谢谢", "text": "{{参与状态}}"},
)
DECLINED = {"field": "state", "op": "in", "value": ["declined"]}


@pytest.fixture
def draw() -> Draw:
    for n in range(4):
        make_expert(f"欧阳专家{n}")
    return make_draw(now=timezone.now(), seats=2)


def decline_one(draw: Draw) -> Invitation:
    row = Invitation.objects.filter(draw=draw).order_by("line")[0]
    return record_answer(
        invitation=row,
        state=InvitationState.DECLINED,
        reason="出差",
        actor=draw.operator,
        now=timezone.now(),
        entropy=SeededEntropy(1),
    )


def jobs_about_rules() -> int:
    return ProcrastinateJob.objects.filter(task_name__startswith="automation.").count()


def open_names(draw: Draw) -> None:
    accept_all(draw, now=timezone.now())
    open_names_at(draw, timezone.now() - timedelta(hours=1))
    assert release(draw_id=draw.pk, now=timezone.now())


@pytest.mark.shows("OVW-07")
def test_what_an_expert_answered_reaches_rules_with_the_names(draw: Draw) -> None:
    make_rule(TO_EXPERT, TO_OPERATOR, event="draws.answered", condition=DECLINED)
    row = decline_one(draw)
    # Neither a row nor a job: whoever reads the database learns nothing either.
    assert not Occurrence.objects.exists()
    assert jobs_about_rules() == 0
    assert settle_rules() == []
    open_names(draw)
    firings = settle_rules()
    assert {one.occurrence.subject_id for one in firings} == {row.pk}
    assert {one.state for one in firings} == {FiringState.DONE}
    told = Message.objects.filter(occasion="automation.told")
    assert sorted((one.about_type, one.body) for one in told) == [
        ("draws.draw", f"{draw.number} {Draw.objects.get(pk=draw.pk).status_label}"),
        ("draws.invitation", "拒绝"),
    ]
    # No row says a name: that is read on the page of the draw, where it is logged.
    assert "欧阳" not in "".join(one.detail for one in firings)


def test_after_the_names_an_answer_reaches_rules_at_once(draw: Draw) -> None:
    condition = {"field": "state", "op": "in", "value": ["leave"]}
    make_rule(TO_OPERATOR, event="draws.answered", condition=condition)
    open_names(draw)
    assert settle_rules() == []
    row = Invitation.objects.filter(draw=draw, state=InvitationState.ACCEPTED)[0]
    take_leave(
        invitation=row,
        reason="生病",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SeededEntropy(2),
    )
    assert [one.occurrence.subject_id for one in settle_rules()] == [row.pk]


def test_who_may_not_read_names_sees_no_firing_about_them(draw: Draw, auditor: User) -> None:
    make_rule(TO_OPERATOR, event="draws.answered", condition=DECLINED)
    decline_one(draw)
    open_names(draw)
    assert len(settle_rules()) == 1
    assert firings_visible_to(make_user("admin")).count() == 1
    assert firings_visible_to(make_user("operator")).count() == 0
    auditor.roles.first().permissions.filter(code="draws.names").delete()  # type: ignore[union-attr]
    assert firings_visible_to(User.objects.get(pk=auditor.pk)).count() == 0


def test_the_end_of_a_sealed_draw_is_told_when_its_hour_is_over(draw: Draw) -> None:
    make_rule(TO_OPERATOR, event="draws.ended")
    at = timezone.now().replace(minute=20)
    with time_machine.travel(at, tick=False):
        accept_all(draw, now=at)
        assert Draw.objects.get(pk=draw.pk).ended_at is not None
        assert settle_rules() == []
    [due] = Occurrence.objects.values_list("at", flat=True)
    assert due == timezone.localtime(at).replace(minute=0, second=0, microsecond=0) + timedelta(
        hours=1
    )
    [firing] = settle_rules(now=due)
    assert firing.state == FiringState.DONE


def test_an_end_that_is_none_any_more_is_not_told(draw: Draw) -> None:
    make_rule(TO_OPERATOR, event="draws.ended")
    accept_all(draw, now=timezone.now())
    row = Invitation.objects.filter(draw=draw, state=InvitationState.ACCEPTED)[0]
    take_leave(
        invitation=row,
        reason="生病",
        via=ReplyVia.LINK,
        now=timezone.now(),
        entropy=SeededEntropy(2),
    )
    later = timezone.now() + timedelta(hours=2)
    assert Draw.objects.get(pk=draw.pk).status == DrawStatus.INVITING
    assert settle_rules(now=later) == []


def test_a_draw_that_was_voided_is_told_at_once(draw: Draw, supervisor: User) -> None:
    condition = {"field": "status", "op": "in", "value": ["void"]}
    make_rule(TO_OPERATOR, event="draws.ended", condition=condition)
    now = timezone.now()
    request = request_void(draw=draw, reason="条件有误", actor=draw.operator, now=now)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=now)
    assert len(settle_rules()) == 1


def after_the_review(draw: Draw) -> datetime:
    return draw.project.closing_at + timedelta(minutes=1)


@pytest.mark.shows("OVW-07")
def test_what_is_done_to_an_expert_waits_until_the_review_is_over(draw: Draw) -> None:
    """Whoever reads names later than others would see it in his record, or in his points."""
    make_rule(FREEZE, event="draws.reviewed", condition=DECLINED)
    row = decline_one(draw)
    open_names(draw)
    row.refresh_from_db()
    assert row.expert is not None
    assert settle_rules() == []
    # Moved to a later day meanwhile: it waits for that.
    over = after_the_review(draw)
    later = draw.project.opening_at + timedelta(days=1)
    Project.objects.filter(pk=draw.project_id).update(opening_at=later)
    assert settle_rules(now=over) == []
    [firing] = settle_rules(now=over + timedelta(days=1))
    assert firing.state == FiringState.DONE
    row.expert.refresh_from_db()
    assert row.expert.status == ExpertStatus.FROZEN


def test_of_a_draw_that_was_voided_meanwhile_nothing_is_done(draw: Draw, supervisor: User) -> None:
    make_rule(FREEZE, event="draws.reviewed")
    open_names(draw)
    now = timezone.now()
    request = request_void(draw=draw, reason="条件有误", actor=draw.operator, now=now)
    decide_void(request=request, agree=True, note="", actor=supervisor, now=now)
    assert settle_rules(now=after_the_review(draw)) == []
    assert not Expert.objects.filter(status=ExpertStatus.FROZEN).exists()


def test_with_the_names_alone_nothing_is_done_to_an_expert(admin: User) -> None:
    with pytest.raises(RuleRefused, match="不能用动作"):
        make_rule(FREEZE, event="draws.answered", actor=admin)


def short_draw(now: datetime) -> Draw:
    """One that ended with a seat free: who declined was the last of three."""
    for _ in range(2):
        make_expert()
    draw = make_draw(now=now, seats=2)
    decline_one(draw)
    accept_all(draw, now=now)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    return draw


@pytest.mark.shows("OVW-07")
def test_a_rule_begins_a_supplement_by_the_right_of_its_author(admin: User) -> None:
    """What it comes to stands on the page of the draw; the firing does not say why nobody was seated."""
    make_rule(SUPPLEMENT, event="draws.ended", actor=admin)
    short_draw(timezone.now())
    [firing] = settle_rules(now=timezone.now() + timedelta(hours=2))
    assert firing.state == FiringState.FAILED
    assert firing.detail == "没有补抽，原因见抽取页面「再补抽一次」"
    admin.roles.clear()
    assert Firing.objects.count() == 1


def test_a_draw_that_lacks_nobody_is_not_supplemented(draw: Draw) -> None:
    make_rule(SUPPLEMENT, event="draws.ended")
    accept_all(draw, now=timezone.now())
    [firing] = settle_rules(now=timezone.now() + timedelta(hours=2))
    assert firing.state == FiringState.SKIPPED
    assert "不缺人" in firing.detail
