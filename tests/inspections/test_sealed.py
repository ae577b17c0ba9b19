"""An inspection tells nothing of draws, nor is it told before the time that somebody was at his account."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.draws.models import Draw, DrawPlan
from expertpool.draws.queries.eligibility import Exclusions, evaluate
from expertpool.experts.models import Expert
from expertpool.files.services import attach
from expertpool.inspections.enums import State
from expertpool.inspections.exceptions import InspectionRefused
from expertpool.inspections.models import Inspection
from expertpool.inspections.queries.inspections import inspections_visible_to, to_decide
from expertpool.inspections.services.deciding import decide_inspection
from expertpool.inspections.services.terms import remind_all
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import notices
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert
from tests.factories.inspections import hand_in_inspection, inspection_of, open_one
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
DAY = timedelta(days=1)


@pytest.fixture
def somebody() -> Expert:
    """In a round that ends in a week; whose draw is sealed nobody knows."""
    expert = make_expert("待查人")
    give_account(expert, make_user("expert"))
    return expert


@pytest.fixture
def row(somebody: Expert, admin: User) -> Inspection:
    round_ = open_one(actor=admin, now=NOW - 23 * DAY, days=30, materials=["执业证书"])
    return inspection_of(somebody, round_)


def seen_by(user: User, row: Inspection) -> list[str]:
    """What the office may look at of an inspection."""
    client = login(Client(), user)
    addresses = [
        reverse("inspections:list"),
        reverse("inspections:round", args=[row.round_id]),
        reverse("inspections:round", args=[row.round_id]) + "?sort=-asked",
        reverse("inspections:round", args=[row.round_id]) + "?asked=2026-11-24 至 2026-11-24",
        reverse("inspections:detail", args=[row.pk]),
        reverse("experts:detail", args=[row.expert_id]) + "?tab=inspections",
        reverse("files:subject", args=["inspections.inspection", row.pk]),
        reverse("workflow:approval_list"),
        "/",
    ]
    return [_text(client.get(address)) for address in addresses]


def _text(answer: Any) -> str:
    page = answer.content.decode()
    return re.sub(
        r'(nonce|value|content|csrfmiddlewaretoken)="?[\w-]{20,}"?|\d{4}-\d\d-\d\dT[\d:.+]+',
        "",
        page,
    )


@pytest.mark.shows("EXP-49")
def test_what_was_handed_in_today_is_told_tomorrow_while_names_are_sealed(
    row: Inspection, admin: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    make_draw(now=NOW - timedelta(hours=1))
    make_draw(now=NOW - timedelta(hours=1))
    before = seen_by(admin, row)
    handed = hand_in_inspection(row, now=NOW)
    assert seen_by(admin, row) == before
    assert not to_decide(admin).exists()
    assert inspections_visible_to(admin).get(pk=row.pk).shown == State.WAITING
    with pytest.raises(InspectionRefused):
        decide_inspection(row=handed, outcome=State.PASSED, actor=admin, now=NOW)
    time_machine.move_to(NOW + DAY, tick=False)
    assert to_decide(admin).get() == row
    page = seen_by(admin, row)[4]
    assert "2026-11-24" in page
    assert "09:00" not in page  # by day alone
    decide_inspection(row=handed, outcome=State.RETURNED, note="请补充", actor=admin, now=NOW + DAY)
    returned = seen_by(admin, row)
    row.refresh_from_db()
    hand_in_inspection(row, now=NOW + DAY + timedelta(hours=1))
    assert seen_by(admin, row) == returned


@pytest.mark.shows("EXP-49")
def test_nobody_is_asked_for_what_he_has_handed_in_nor_does_its_reminder_tell_others(
    row: Inspection, admin: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    other = make_expert("还没有交")
    hers = Inspection.objects.create(round=row.round, expert=other, due_on=row.due_on)
    make_draw(now=NOW - timedelta(hours=1))
    hand_in_inspection(row, now=NOW)
    rows = inspections_visible_to(admin).filter(pk__in=[row.pk, hers.pk])
    assert remind_all(round_=row.round, rows=rows, actor=admin, now=NOW) == 2
    sent = Message.objects.filter(occasion="inspection.reminded", channel="site").order_by("pk")
    his, asked = sent
    assert "您已提交" in his.subject
    assert "不用再办理" in his.body
    assert his.body.count("您已提交") == 1
    assert "请登录" not in his.body
    assert "请登录填报并提交" in asked.body
    # Whoever looks at the list of messages reads neither, nor whose they are, before the next day.
    shown = notices(sent, viewer=admin)
    assert {(one.recipient, one.subject, one.body) for one in shown} == {("次日可见", "", "")}
    time_machine.move_to(NOW + DAY, tick=False)
    assert {one.recipient for one in notices(sent, viewer=admin)} == {"待查人", "还没有交"}


def test_what_is_being_written_and_attached_is_its_experts_alone(
    row: Inspection, admin: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    before = seen_by(admin, row)
    user = row.expert.user
    file = SimpleUploadedFile("证.pdf", b"%PDF-1.7\n%%EOF\n")
    attach(subject=row, uploaded_file=file, kind="m1", actor=user, now=timezone.now())
    assert seen_by(admin, row)[:-1] == before[:-1]  # no names are sealed: the log has it at once


@pytest.mark.shows("EXP-49")
def test_whoever_was_sealed_before_keeps_his_turn(admin: User) -> None:
    """A suspension counts when a draw is sealed: it takes nobody out of one that is."""
    for _ in range(4):
        make_expert()
    draw: Draw = make_draw(now=NOW)
    assert evaluate(DrawPlan.objects.get(project=draw.project), now=NOW).eligible
    plan = DrawPlan.objects.select_related("project__purchaser").get(project=draw.project)
    experts = list(Expert.objects.values_list("pk", flat=True))
    open_one(actor=admin, now=NOW - 60 * DAY)
    assert evaluate(plan, now=NOW).eligible == []
    assert Exclusions(plan, now=NOW).of(experts)
    assert not {
        reason
        for reason in Exclusions(plan, now=NOW, draw=draw).of(experts).values()
        if reason == "suspended"
    }
