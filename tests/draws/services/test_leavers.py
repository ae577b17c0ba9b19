"""Whoever left the pool while his letter was held gets none; his draw stops for a supervisor, or, where he
has been asked already, nothing shows it (docs/decisions/0097)."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from time_machine import Traveller

from expertpool.accounts.models import User
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.models import Draw
from expertpool.draws.queries.clock import pause_of, waits_for_supervisor
from expertpool.draws.queries.tabs import letter_shares
from expertpool.draws.services.checking import difference_in
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.overdue import sweep
from expertpool.draws.services.pausing import pause_draw, resume_draw
from expertpool.draws.services.reminders import remind
from expertpool.draws.services.replies import answer, expire_due
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.status import freeze_expert, unfreeze_expert
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.factories.pool_changes import (
    MINUTE,
    NOW,
    freeze,
    go_on,
    reasons,
    reply,
    told,
    unfreeze,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
_seeds = count(70)


@pytest.fixture
def draw(operator: User) -> Draw:
    """Two seats whose letters have not gone out."""
    for n in range(6):
        make_expert(f"专家{n}", email=f"e{n}@example.cn")
    return make_draw(
        now=NOW, operator=operator, seats=2, reply_minutes=60, channels=("email",), reached=False
    )


def seeds() -> SeededEntropy:
    return SeededEntropy(next(_seeds))


def expert_of(draw: Draw, line: int) -> Expert:
    return Expert.objects.get(pk=expert_id_of(draw.invitations.get(line=line)))


def letters_of(draw: Draw, line: int) -> list[Message]:
    row = draw.invitations.get(line=line)
    return list(Message.objects.filter(about_type="draws.invitation", about_id=str(row.pk)))


def send(draw: Draw, line: int, minutes: int) -> list[str]:
    for letter in letters_of(draw, line):
        deliver(message_id=letter.pk, now=NOW + minutes * MINUTE)
    return [letter.state for letter in letters_of(draw, line)]


def left_in_a_pause(draw: Draw, operator: User, admin: User) -> Expert:
    pause_draw(draw=draw, reason="地点待定", actor=operator, now=NOW + MINUTE)
    expert = expert_of(draw, 1)
    freeze_expert(expert=expert, reason="核查", actor=admin, now=NOW + 2 * MINUTE)
    assert not waits_for_supervisor(draw)
    resume_draw(draw=draw, reason="地点已定", actor=operator, now=NOW + 10 * MINUTE)
    return expert


@pytest.mark.shows("DRAW-14", "DRAW-15")
def test_no_letter_held_by_a_pause_goes_to_whoever_left_and_his_seat_is_supplemented(
    draw: Draw, operator: User, admin: User, supervisor: User
) -> None:
    left_in_a_pause(draw, operator, admin)
    assert send(draw, 1, 10) == ["queued"]
    assert not mail.outbox
    sweep(now=NOW + 10 * MINUTE, entropy=seeds())
    assert waits_for_supervisor(draw)
    assert told([operator, admin, supervisor]) == [supervisor.name]
    assert send(draw, 1, 12) == ["queued"]
    assert go_on(draw, supervisor, 20)
    lost = draw.invitations.get(line=1)
    assert lost.state == InvitationState.CONFLICT
    assert [one.state for one in letters_of(draw, 1)] == ["cancelled"]
    assert draw.invitations.filter(state=InvitationState.INVITED).count() == 2
    assert ("exit", "pool_changed") in reasons(draw)
    assert send(draw, 2, 20) == send(draw, 3, 20) == ["sent"]


def test_whoever_is_back_before_the_draw_stops_gets_his_letter(
    draw: Draw, operator: User, admin: User
) -> None:
    expert = left_in_a_pause(draw, operator, admin)
    assert send(draw, 1, 10) == ["queued"]
    expert.refresh_from_db()
    unfreeze_expert(expert=expert, reason="核查完毕", actor=admin, now=NOW + 10 * MINUTE)
    sweep(now=NOW + 11 * MINUTE, entropy=seeds())
    assert pause_of(draw) is None
    assert send(draw, 1, 11) == ["sent"]


def test_whoever_is_back_when_a_supervisor_lets_it_go_on_is_asked(
    draw: Draw, operator: User, admin: User, supervisor: User
) -> None:
    expert = left_in_a_pause(draw, operator, admin)
    sweep(now=NOW + 10 * MINUTE, entropy=seeds())
    expert.refresh_from_db()
    unfreeze_expert(expert=expert, reason="核查完毕", actor=admin, now=NOW + 12 * MINUTE)
    assert go_on(draw, supervisor, 20)
    assert send(draw, 1, 20) == ["sent"]
    assert draw.invitations.get(line=1).state == InvitationState.INVITED


@pytest.mark.shows("DRAW-14")
def test_reminders_of_whoever_left_go_to_nobody_and_no_page_shows_it(
    draw: Draw, operator: User, admin: User, time_machine: Traveller
) -> None:
    for line in (1, 2):
        send(draw, line, 1)
        keep_clock(invitation_id=draw.invitations.get(line=line).pk)
    answer(
        invitation=draw.invitations.get(line=1), accept=True, reason="", via=ReplyVia.LINK,
        now=NOW + 5 * MINUTE, entropy=seeds(),
    )  # fmt: skip
    send(draw, 1, 6)
    mail.outbox.clear()
    freeze_expert(expert=expert_of(draw, 2), reason="核查", actor=admin, now=NOW + 6 * MINUTE)
    time_machine.move_to(NOW + 40 * MINUTE, tick=False)
    assert remind(now=NOW + 40 * MINUTE, entropy=seeds()) == 1
    before = mail.outbox[:]
    assert send(draw, 2, 40)[-1] == "sent"
    assert mail.outbox == before == []
    page = login(Client(), admin).get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "已不在库" not in page
    assert {(one.waiting, one.failed) for one in letter_shares(draw.project)} == {("", "")}
    # Whoever comes to the panel is reminded as ever.
    eve = draw.project.opening_at - timedelta(hours=20)
    freeze_expert(expert=expert_of(draw, 1), reason="核查", actor=admin, now=eve)
    remind(now=eve, entropy=seeds())
    for letter in letters_of(draw, 1):
        deliver(message_id=letter.pk, now=eve)
    assert {one.state for one in letters_of(draw, 1)} == {"sent"}
    assert not [one for one in mail.outbox if one.to == [expert_of(draw, 1).email]]


# --- Kept from answering (docs/decisions/0144) --------------------------------------------------


@pytest.fixture
def asked(draw: Draw) -> Draw:
    """The same after the letters went out: both have an hour."""
    for line in (1, 2):
        assert send(draw, line, 1) == ["sent"]
        keep_clock(invitation_id=draw.invitations.get(line=line).pk)
    return draw


def expired(draw: Draw, minutes: int) -> None:
    expire_due(draw_id=draw.pk, now=NOW + minutes * MINUTE, entropy=seeds())


def answer_as(draw: Draw, line: int, minutes: int) -> None:
    reply(draw.invitations.get(line=line), minutes, accept=True)


def states(draw: Draw) -> list[str]:
    return list(draw.invitations.order_by("line").values_list("state", flat=True))


@pytest.mark.shows("DRAW-14", "DRAW-15")
@pytest.mark.parametrize("back", [None, 20, 59, 70])
def test_whoever_was_frozen_while_he_should_answer_is_no_silent_one(
    asked: Draw, operator: User, admin: User, supervisor: User, back: int | None
) -> None:
    expert = expert_of(asked, 1)
    answer_as(asked, 2, 3)
    freeze([expert], admin, 5)
    if back and back < 61:
        unfreeze([expert], admin, back)
    expired(asked, 62)
    assert states(asked) == ["invited", "accepted"]
    assert waits_for_supervisor(asked)
    assert told([operator, admin, supervisor]) == [supervisor.name]
    sweep(now=NOW + 65 * MINUTE, entropy=seeds())
    if back and back > 61:
        unfreeze([expert], admin, back)
    assert go_on(asked, supervisor, 80)
    line = asked.invitations.get(line=1)
    if back is None:  # he may not sit: in the open, and no fault of his
        assert line.state == InvitationState.CONFLICT
        assert ("exit", "pool_changed") in reasons(asked)
        return
    # His time begins anew; who then keeps silent has not answered.
    assert line.deadline_at == NOW + (80 + 60) * MINUTE
    assert difference_in(asked) is None
    expired(asked, 139)
    assert states(asked) == ["invited", "accepted"]
    expired(asked, 141)
    assert states(asked)[0] == InvitationState.NO_ANSWER


def test_whoever_is_kept_until_the_panel_sits_is_no_silent_one_either(
    asked: Draw, admin: User
) -> None:
    freeze([expert_of(asked, 1)], admin, 5)
    at = asked.project.opening_at
    expire_due(draw_id=asked.pk, now=at, entropy=seeds())
    assert states(asked)[:2] == [InvitationState.CONFLICT, InvitationState.NO_ANSWER]
    assert ("exit", "pool_changed") in reasons(asked)
    assert not waits_for_supervisor(asked)


def test_a_freeze_of_before_his_time_began_gives_none_anew(draw: Draw, admin: User) -> None:
    expert = expert_of(draw, 1)
    freeze([expert], admin, 1)
    unfreeze([expert], admin, 2)
    assert send(draw, 1, 3) == ["sent"]
    keep_clock(invitation_id=draw.invitations.get(line=1).pk)
    expired(draw, 64)
    assert states(draw)[0] == InvitationState.NO_ANSWER


def merge(keep: Expert, close: Expert, admin: User, minutes: int) -> None:
    keep.refresh_from_db()
    merge_experts(
        keep=keep, close=close, taken=(), reason="同一人", actor=admin, now=NOW + minutes * MINUTE
    )


def test_a_duplicate_merged_into_him_gives_no_time_anew(asked: Draw, admin: User) -> None:
    expert = expert_of(asked, 1)
    merge(expert, make_expert(expert.name), admin, 30)
    expired(asked, 62)
    assert not waits_for_supervisor(asked)
    assert states(asked)[0] == InvitationState.NO_ANSWER


def test_who_is_asked_by_a_closed_record_is_kept_by_a_freeze_of_the_one_that_stays(
    draw: Draw, admin: User
) -> None:
    expert = expert_of(draw, 1)
    stays = make_expert(expert.name)
    merge(stays, expert, admin, 1)
    assert send(draw, 1, 3) == ["sent"]
    keep_clock(invitation_id=draw.invitations.get(line=1).pk)
    freeze([stays], admin, 20)
    unfreeze([stays], admin, 50)
    expired(draw, 64)
    assert states(draw)[0] == InvitationState.INVITED
    assert waits_for_supervisor(draw)
