"""A draw is voided by two persons with a reason; its record stays, the next one names it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

import vdraw
from expertpool.accounts.models import User
from expertpool.draws.enums import DrawStatus, InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused, VoidRefused
from expertpool.draws.models import Draw, DrawPlan, Hold, Invitation, VoidRequest
from expertpool.draws.queries.hands import hand_steps_by_kind
from expertpool.draws.services.checking import looks_bent
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import alias_in, confirmation_of
from expertpool.draws.services.names import release
from expertpool.draws.services.records import build_record
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import abandon_draw, start_draw
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.files.queries import attachments_of
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.models import Message
from expertpool.projects.enums import DrawState
from expertpool.workflow.enums import RequestOutcome
from expertpool.workflow.queries.requests import lines_settled
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=10)


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    with once():
        for _ in range(4):
            make_expert()
        return make_draw(now=NOW, seats=2)


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def operator(made: Draw) -> User:
    return User.objects.get(pk=made.operator_id)


def voided(draw: Draw, operator: User, supervisor: User) -> Draw:
    request = request_void(draw=draw, reason="回避单位漏填", actor=operator, now=LATER)
    decide_void(request=request, agree=True, note="同意", actor=supervisor, now=LATER)
    draw.refresh_from_db()
    return draw


def test_two_persons_void_a_draw_and_everything_it_held(
    draw: Draw, operator: User, supervisor: User
) -> None:
    voided(draw, operator, supervisor)
    assert draw.status == DrawStatus.VOID
    draw.project.refresh_from_db()
    assert draw.project.draw_state == DrawState.NOT_DRAWN
    assert not Hold.objects.filter(active=True).exists()
    assert set(Invitation.objects.values_list("state", flat=True)) == {InvitationState.CANCELLED}
    assert not Message.objects.filter(
        occasion="draw.invitation", state=DeliveryState.QUEUED
    ).exists()
    record = build_record(draw)
    assert vdraw.find_difference(record) is None
    void = record["events"][-1]
    assert (void["type"], void["reason"]) == ("void", "回避单位漏填")
    assert void["by"] == [
        {"role": "operator", "account": alias_in(draw, operator)},
        {"role": "supervisor", "account": alias_in(draw, supervisor)},
    ]
    assert void["witness"] == confirmation_of(VoidRequest.objects.get())


def test_one_person_cannot_void_alone_and_refusal_changes_nothing(
    draw: Draw, operator: User, supervisor: User
) -> None:
    request = request_void(draw=draw, reason="重抽", actor=operator, now=LATER)
    with pytest.raises(VoidRefused, match="两人"):
        decide_void(request=request, agree=True, note="", actor=operator, now=LATER)
    decide_void(request=request, agree=False, note="理由不足", actor=supervisor, now=LATER)
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    with pytest.raises(VoidRefused, match="已经有人处理"):
        decide_void(request=request, agree=True, note="", actor=supervisor, now=LATER)


def test_request_needs_a_reason_and_is_the_only_open_one(draw: Draw, operator: User) -> None:
    with pytest.raises(VoidRefused, match="原因"):
        request_void(draw=draw, reason="一", actor=operator, now=LATER)
    request_void(draw=draw, reason="重抽", actor=operator, now=LATER)
    with pytest.raises(VoidRefused, match="待确认"):
        request_void(draw=draw, reason="再来", actor=operator, now=LATER)


def test_answer_to_a_void_draw_is_refused(draw: Draw, operator: User, supervisor: User) -> None:
    voided(draw, operator, supervisor)
    with pytest.raises(ReplyRefused):
        answer(
            invitation=Invitation.objects.all()[0],
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=LATER,
            entropy=SeededEntropy(1),
        )


def test_next_draw_names_the_one_it_supersedes_and_why(
    draw: Draw, operator: User, supervisor: User
) -> None:
    voided(draw, operator, supervisor)
    again = start_draw(project=draw.project, actor=operator, now=LATER, entropy=SeededEntropy(9))
    assert (again.rule.supersedes, again.rule.reason) == (draw.number, "回避单位漏填")
    assert Draw.objects.get(pk=draw.pk).rule.supersedes is None


def test_a_void_draw_leads_to_the_one_that_supersedes_it(
    client: Client, draw: Draw, operator: User, supervisor: User
) -> None:
    pages = [
        reverse("draws:detail", args=[draw.pk]),
        reverse("draws:verify_draw", args=[draw.public_id]),
    ]
    voided(draw, operator, supervisor)
    DrawPlan.objects.update(contributors=["operator"])
    given_up = start_draw(project=draw.project, actor=operator, now=LATER, entropy=SeededEntropy(8))
    abandon_draw(draw=given_up, reason="再核对", actor=operator, now=LATER)
    DrawPlan.objects.update(contributors=[])
    again = start_draw(project=draw.project, actor=operator, now=LATER, entropy=SeededEntropy(9))
    inside, outside = (login(client, operator).get(page).content.decode() for page in pages)
    assert f'href="{reverse("draws:detail", args=[again.pk])}">{again.number}</a>' in inside
    assert f'href="{reverse("draws:verify_draw", args=[again.public_id])}">' in outside
    assert again.number in Client().get(pages[1]).content.decode()
    assert given_up.number not in inside + outside
    address = reverse("draws:verify_draw", args=[again.public_id])
    assert "已重新抽取" not in Client().get(address).content.decode()


def test_who_asked_for_something_of_it_is_told_why_that_ended(
    draw: Draw, operator: User, supervisor: User
) -> None:
    request_release(draw=draw, reason="提前开标", actor=supervisor, now=LATER)
    voided(draw, operator, supervisor)
    told = Message.objects.get(occasion="request.expired")
    assert supervisor.name in told.recipient
    assert "提前公开名单" in told.subject
    assert "已自动失效：抽取已作废。" in told.body
    (line,) = lines_settled(supervisor, now=LATER + timedelta(minutes=1))[1:]
    assert (line.asked.outcome, line.asked.note) == (RequestOutcome.OVERTAKEN, "抽取已作废")


def test_a_sheet_that_says_so_is_kept_beside_the_one_of_before(
    draw: Draw, operator: User, supervisor: User
) -> None:
    accept_all(draw, now=LATER)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    store_sheet(draw_id=draw.pk, now=draw.reveal_at)
    jobs = ProcrastinateJob.objects.filter(task_name="draws.store_sheet")
    before, at = jobs.count(), draw.reveal_at + timedelta(minutes=1)
    request = request_void(draw=draw, reason="条件有误", actor=operator, now=at)
    decide_void(request=request, agree=True, note="同意", actor=supervisor, now=at)
    assert jobs.count() == before + 1
    store_sheet(draw_id=draw.pk, now=at)
    names = sorted(one.name for one in attachments_of(draw, "draw_sheet"))
    assert len(names) == 2
    assert sum("已作废" in name for name in names) == 1


def test_a_void_counts_among_the_steps_by_hand(
    draw: Draw, operator: User, supervisor: User
) -> None:
    assert hand_steps_by_kind(draw) == {}
    voided(draw, operator, supervisor)
    assert hand_steps_by_kind(draw) == {"作废": 1}
    assert not looks_bent(draw)
    public = Client().get(reverse("draws:verify_draw", args=[draw.public_id])).content.decode()
    assert "1 次（作废 1 次）" in public
    VoidRequest.objects.filter(draw=draw).delete()
    assert looks_bent(draw)
