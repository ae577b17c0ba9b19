"""What may be done while something stands in between: a request that waits, a pause, letters that do not go out, a plan
that is read. Each action is compared with its service and its button where it is allowed to somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.configuration.kinds import Span
from expertpool.core.text import moment_text
from expertpool.draws.enums import ActionCode, DrawKind, DrawStatus
from expertpool.draws.models import Draw, EmergencyRequest
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.reach import letters_to
from expertpool.draws.queries.requests import open_request
from expertpool.draws.services.earlier import request_earlier
from expertpool.draws.services.emergency import (
    decide_emergency,
    request_emergency,
    request_emergency_end,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.pausing import pause_draw
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.rescheduling import NewMeeting
from expertpool.draws.services.voiding import request_void
from expertpool.draws.settings import QUIET_HOURS
from expertpool.experts.models import Expert
from expertpool.notifications.enums import DeliveryState
from expertpool.workflow.settings import OBJECTION_MINUTES, SECOND_DAYS
from tests.draws.services.test_publishing import AFTER, make_reviewed_draw
from tests.draws.test_actions import (
    NOW,
    ROLES,
    compare,
    compare_buttons,
    drawn,
    picked,
    widen,
)
from tests.factories import pool_changes
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
Users = dict[str, User]
Situation = tuple[Draw, datetime]
PICKED = (DrawStatus.SEALED, DrawStatus.UNSATISFIED)


@pytest.fixture
def users() -> Users:
    return {role: make_user(role) for role in ROLES}


def void_asked(users: Users) -> Situation:
    draw = drawn(DrawStatus.SUCCESS, users)
    request_void(draw=draw, reason="有误", actor=users["operator"], now=NOW)
    return draw, NOW


def release_asked(users: Users) -> Situation:
    draw = drawn(DrawStatus.SUCCESS, users)
    request_release(draw=draw, reason="检查", actor=users["operator"], now=NOW)
    return draw, NOW


def widening_asked(users: Users) -> Situation:
    draw = drawn(DrawStatus.UNSATISFIED, users)
    widen(draw, actor=users["operator"], now=NOW)
    return draw, NOW


def earlier_asked(users: Users) -> Situation:
    draw = drawn(DrawStatus.SUCCESS, users)
    meeting = NewMeeting(draw.project_id, draw.project.opening_at - timedelta(hours=5), "北楼")
    request_earlier(draw=draw, meetings=[meeting], reason="提前", actor=users["operator"], now=NOW)
    return draw, NOW


def emergency_asked(users: Users) -> Situation:
    draw = drawn(DrawStatus.INVITING, users)
    request_emergency(draw=draw, reason="临近", minutes=30, actor=users["operator"], now=NOW)
    return draw, NOW


def emergency(users: Users) -> Situation:
    draw, _ = emergency_asked(users)
    asked = open_request(EmergencyRequest, draw)
    assert asked is not None
    decide_emergency(
        request=asked,
        agree=True,
        note="",
        actor=users["supervisor"],
        now=NOW,
        entropy=SeededEntropy(7),
    )
    return Draw.objects.get(pk=draw.pk), NOW


def emergency_end_asked(users: Users) -> Situation:
    draw, _ = emergency(users)
    request_emergency_end(draw=draw, reason="已答复", actor=users["operator"], now=NOW)
    return draw, NOW


def paused(users: Users) -> Situation:
    draw = drawn(DrawStatus.INVITING, users)
    pause_draw(draw=draw, reason="核实", actor=users["operator"], now=NOW)
    return draw, NOW


def pool_changed(users: Users) -> Situation:
    for _ in range(7):
        make_expert()
    draw = pool_changes.sealed(users["operator"])
    pool_changes.freeze(Expert.objects.all(), users["admin"])
    pool_changes.order(draw, users["operator"], users["supervisor"])
    return draw, pool_changes.NOW + timedelta(minutes=31)


def held_by_quiet_hours(users: Users) -> Situation:
    hour = timezone.localtime(NOW).hour
    configure(QUIET_HOURS, Span(time(hour), time((hour + 2) % 24)))
    return _unreached(users), NOW


def letters_failed(users: Users) -> Situation:
    draw = _unreached(users)
    letters_to(draw.invitations.all()).update(state=DeliveryState.FAILED)
    return draw, NOW


def _unreached(users: Users) -> Draw:
    for _ in range(4):
        make_expert()
    return make_draw(now=NOW, operator=users["operator"], seats=2, reached=False)


def reviewed(users: Users) -> Situation:
    return make_reviewed_draw(), AFTER


Make = Callable[[Users], Situation]
# What somebody may do there, or what is refused there that its state would allow.
SITUATIONS: dict[Make, set[ActionCode]] = {
    void_asked: {ActionCode.DECIDE_VOID},
    release_asked: {ActionCode.DECIDE_RELEASE},
    widening_asked: {ActionCode.DECIDE_WIDENING},
    earlier_asked: {ActionCode.DECIDE_RESCHEDULE},
    emergency_asked: {ActionCode.DECIDE_EMERGENCY},
    emergency: {ActionCode.ASK_EMERGENCY_END, ActionCode.END_EMERGENCY},
    emergency_end_asked: {ActionCode.END_EMERGENCY},
    paused: {ActionCode.RESUME},
    pool_changed: {ActionCode.RESUME_CHANGED},
    held_by_quiet_hours: {ActionCode.SEND_AT_ONCE},
    letters_failed: {ActionCode.SEND_AGAIN},
    reviewed: {ActionCode.PUBLISH},
}


@pytest.mark.shows("DRAW-15")
@pytest.mark.parametrize("make", SITUATIONS, ids=lambda one: one.__name__)
def test_page_and_service_keep_to_what_is_allowed(make: Make, users: Users, client: Client) -> None:
    draw, now = make(users)
    with time_machine.travel(now, tick=False):
        assert compare_buttons(draw, users, client, now) >= 2
        done: dict[str, set[ActionCode]] = {
            role: compare(draw, user, now) for role, user in users.items()
        }
    for code in SITUATIONS[make]:
        may = {role for role, user in users.items() if code in _allowed(draw, user, now)}
        assert may, code
        assert all(code in done[role] for role in may), code
        # Somebody is refused it: by his role, or as the one who asked.
        assert may != set(users), code


@pytest.mark.shows("DRAW-11")
@pytest.mark.parametrize("make", [void_asked, release_asked, earlier_asked])
def test_nobody_may_agree_while_somebody_may_object(
    make: Make, users: Users, client: Client
) -> None:
    """Neither page nor interface offers what would be refused; they say from when it may be."""
    configure(OBJECTION_MINUTES, 5)
    draw, now = make(users)
    (code,) = SITUATIONS[make]
    opens = now + timedelta(minutes=5)
    with time_machine.travel(now, tick=False):
        compare_buttons(draw, users, client, now)
        for user in users.values():
            assert code not in compare(draw, user, now)
    told = actions_for(draw, users["admin"], now=now)[code].why_not
    assert f"{moment_text(opens)} 之后才能确认" in told
    may = {role for role, user in users.items() if code in _allowed(draw, user, opens)}
    assert may
    assert may != set(users)


def test_an_account_of_today_is_not_told_that_it_may_decide(users: Users) -> None:
    configure(SECOND_DAYS, 7)
    draw = picked(DrawKind.MANUAL, DrawStatus.SEALED, users)
    new = make_user("supervisor", name="新来的", created_at=NOW - timedelta(hours=1))
    by_service = compare(draw, new)
    assert not by_service & {ActionCode.AGREE_PICKS, ActionCode.TURN_DOWN_PICKS}
    assert not _allowed(draw, new, NOW) & {ActionCode.AGREE_PICKS, ActionCode.TURN_DOWN_PICKS}


def _allowed(draw: Draw, user: User, now: datetime) -> set[ActionCode]:
    return {code for code, action in actions_for(draw, user, now=now).items() if action.allowed}


def test_no_action_is_left_out(users: Users) -> None:
    """Each is allowed to somebody in one of the states, whose services and buttons are compared there (`CASES`), or in
    one of the situations above."""
    met: set[ActionCode] = set()
    for draw in (
        *(drawn(status, users) for status in (DrawStatus.SEALED, DrawStatus.INVITING)),
        drawn(DrawStatus.SUCCESS_SUPPLEMENT, users),
        drawn(DrawStatus.UNSATISFIED, users),
        *(picked(DrawKind.MANUAL, status, users) for status in PICKED),
    ):
        for user in users.values():
            met |= _allowed(draw, user, NOW)
    assert set(actions_for(draw, user, now=NOW)) == met.union(*SITUATIONS.values())
