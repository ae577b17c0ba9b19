"""Units that turn out to be one after the seal: who sits, and is tied by that to what the project avoids, is
told himself, and marked for whoever has to replace him once names are public (docs/decisions/0141)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from time_machine import Traveller

from expertpool.accounts.models import User
from expertpool.directory.models import Unit
from expertpool.directory.services.merging import merge_units
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Draw
from expertpool.draws.queries.conflicts import NO_AGREEING_TIED, TIED, gone_words
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release, tell_gone
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sheets import build_sheet
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.projects.models import Avoidance
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert, make_unit
from tests.factories.pool_changes import told
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def draw(operator: User) -> Draw:
    for n in range(4):
        make_expert(f"专家{n}", employer=make_unit(f"第{n}研究所"))
    draw = make_draw(now=NOW, operator=operator, seats=2, opens_in_hours=10, reveal_hours=2)
    Avoidance.objects.create(project=draw.project, subject="unit", unit=make_unit("招标单位"))
    return draw


def tie(draw: Draw, line: int, admin: User, now: datetime) -> Expert:
    """The employer of who sits at ``line`` turns out to be the unit that the project avoids."""
    expert = Expert.objects.get(pk=expert_id_of(draw.invitations.get(line=line)))
    avoided = Unit.objects.get(name="招标单位")
    merge_units(unit=expert.employer, into=avoided, actor=admin, now=now)
    return expert


def jobs() -> list[dict[str, int]]:
    rows = ProcrastinateJob.objects.filter(task_name="draws.tell_gone")
    return [job.args for job in rows]


@pytest.mark.shows("DRAW-14")
def test_while_names_are_sealed_only_he_himself_is_told(
    client: Client, draw: Draw, admin: User, operator: User
) -> None:
    expert = tie(draw, 1, admin, SOON)
    first, second = draw.invitations.order_by("line")
    assert (gone_words(first, now=SOON), gone_words(second, now=SOON)) == (NO_AGREEING_TIED, "")
    with pytest.raises(ReplyRefused, match="须回避"):
        answer(
            invitation=first,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=SOON,
            entropy=SeededEntropy(1),
        )
    assert jobs() == []
    assert not Message.objects.filter(occasion="draw.gone").exists()
    page = login(client, operator).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert TIED not in page
    assert expert.name not in page


@pytest.mark.shows("DRAW-14", "DRAW-16")
@pytest.mark.parametrize("merged_after_release", [False, True])
def test_supervisors_hear_of_it_once_names_are_public(
    client: Client,
    draw: Draw,
    admin: User,
    operator: User,
    supervisor: User,
    time_machine: Traveller,
    merged_after_release: bool,
) -> None:
    agree_all(draw)
    later = draw.reveal_at + timedelta(minutes=1)
    if not merged_after_release:
        expert = tie(draw, 1, admin, SOON)
    time_machine.move_to(later, tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    if merged_after_release:
        expert = tie(draw, 1, admin, later)
        assert {"draw_id": draw.pk} in jobs()
        tell_gone(draw_id=draw.pk, now=later)
    assert told([operator, supervisor], "draw.gone") == [operator.name, supervisor.name]
    body = Message.objects.filter(occasion="draw.gone")[0].body
    assert "有 1 人" in body
    assert "因单位合并应回避" in body
    assert expert.name not in body
    page = login(client, operator).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert page.count(TIED) == 1
    assert "单位合并后应回避" in page
    sheet = build_sheet(draw=draw, actor=operator, now=later)
    assert [TIED in row.remark for row in sheet.rows] == [True, False]
    row = draw.invitations.get(line=1)
    assert row.state == InvitationState.ACCEPTED  # nobody is thrown out by a merge


def agree_all(draw: Draw) -> None:
    for row in draw.invitations.all():
        answer(
            invitation=row,
            accept=True,
            reason="",
            via=ReplyVia.LINK,
            now=SOON,
            entropy=SeededEntropy(1),
        )


def merge_others(admin: User, now: datetime) -> None:
    """Two units become one that have to do with nobody here."""
    merge_units(unit=make_unit(f"甲{now:%H%M}"), into=make_unit("乙公司"), actor=admin, now=now)


def test_a_merge_that_has_to_do_with_nobody_ties_nobody(
    client: Client, draw: Draw, admin: User, operator: User, time_machine: Traveller
) -> None:
    agree_all(draw)
    first = draw.invitations.get(line=1)
    # Avoided since: that he has to stay away comes of no merge.
    employer = Expert.objects.get(pk=expert_id_of(first)).employer
    Avoidance.objects.create(project=draw.project, subject="unit", unit=employer)
    merge_others(admin, SOON)
    assert gone_words(first, now=SOON) == ""
    time_machine.move_to(draw.reveal_at + timedelta(minutes=1), tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    page = login(client, operator).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert TIED not in page
    assert not Message.objects.filter(occasion="draw.gone").exists()


def test_an_avoided_person_becomes_known_by_the_unit_that_was_merged(
    draw: Draw, admin: User
) -> None:
    first = draw.invitations.get(line=1)
    expert = Expert.objects.get(pk=expert_id_of(first))
    assert expert.employer
    other = make_unit("原单位")
    Avoidance.objects.create(
        project=draw.project, subject="person", name=expert.name, unit_name="原单位"
    )
    merge_others(admin, SOON)
    assert gone_words(first, now=SOON) == ""
    merge_units(unit=other, into=expert.employer, actor=admin, now=SOON)
    assert gone_words(first, now=SOON) == NO_AGREEING_TIED


def test_it_is_told_once_whatever_other_units_are_merged(
    draw: Draw, admin: User, operator: User, time_machine: Traveller
) -> None:
    agree_all(draw)
    tie(draw, 1, admin, SOON)
    time_machine.move_to(draw.reveal_at + timedelta(minutes=1), tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    letters = Message.objects.filter(occasion="draw.gone")
    once = letters.count()
    assert once
    for minutes in (2, 4):
        later = draw.reveal_at + timedelta(minutes=minutes)
        merge_others(admin, later)
        tell_gone(draw_id=draw.pk, now=later)
    assert letters.count() == once
    # Whom another merge ties is told.
    tie(draw, 2, admin, draw.reveal_at + timedelta(minutes=6))
    tell_gone(draw_id=draw.pk, now=draw.reveal_at + timedelta(minutes=6))
    assert letters.count() == 2 * once
