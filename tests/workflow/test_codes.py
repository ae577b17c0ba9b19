"""验证码确认: a second person who is not here agrees by a code that only he was sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import _totp, as_text, set_up
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import (
    AnswerRequest,
    Draw,
    DrawPlan,
    EmergencyRequest,
    VoidRequest,
    WideningRequest,
)
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.checking import check_record
from expertpool.draws.services.emergency import request_emergency
from expertpool.draws.services.hands import confirmation_of
from expertpool.draws.services.voiding import request_void
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.notifications.channels.sms import SmsChannel
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import notices
from expertpool.workflow.enums import Proof
from expertpool.workflow.forms.requests import CodeForm
from expertpool.workflow.models import ConfirmationCode, TwoPersonRequest
from expertpool.workflow.services.codes import agree_by_app, agree_by_code, send_code
from tests.factories.accounts import PASSWORD, make_phone, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.requests import asked_otherwise
from tests.factories.widening import EVERYBODY, SENIOR, make_short_panel
from tests.fixtures import login

pytestmark = [pytest.mark.django_db]
GIVEN = "482913"
SECRET = as_text(bytes(range(20)))


@pytest.fixture
def draw(operator: User) -> Draw:
    for _ in range(2):
        make_expert()
    return make_draw(now=timezone.now(), seats=1, operator=operator, opens_in_hours=400)


@pytest.fixture
def asked(draw: Draw, operator: User) -> VoidRequest:
    return request_void(draw=draw, reason="回避单位漏填", actor=operator, now=timezone.now())


@pytest.fixture
def second() -> User:
    return make_user(
        "supervisor", name="周监督", phone=(phone := make_phone()), email=f"z{phone}@example.com"
    )


@pytest.fixture
def address(asked: VoidRequest) -> str:
    return reverse("workflow:request_code", args=["draws.void", asked.pk])


def send(asked: TwoPersonRequest, person: User, code: str = GIVEN) -> ConfirmationCode:
    return send_code(
        asked, person_id=person.pk, code=code, asker=asked.requested_by, now=timezone.now()
    )


def agree(asked: TwoPersonRequest, code: str = GIVEN) -> User:
    return agree_by_code(asked, code=code, asker=asked.requested_by, now=timezone.now())


def stands(draw: Draw) -> bool:
    draw.refresh_from_db()
    return draw.status == DrawStatus.INVITING


def test_a_supervisor_agrees_by_the_code_on_his_phone(
    client: Client, operator: User, second: User, draw: Draw, asked: VoidRequest, address: str
) -> None:
    login(client, operator)
    assert address in client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    page = client.get(address).content.decode()
    assert f"周监督（138****{second.phone[-4:]}）" in page
    sent = client.post(address, {"step": "choose", "person": second.pk})
    assert sent.status_code == 200
    assert "已发给周监督" in sent.content.decode()
    letters = {row.channel: row for row in Message.objects.filter(occasion="request.code")}
    assert set(letters) == {"sms", "email"}
    told = letters["sms"].body
    # He reads to what he agrees.
    assert all(part in told for part in (operator.name, draw.title, "作废抽取", "回避单位漏填"))
    found = re.search(r"验证码 (\d{6}) ", told)
    assert found
    answer = client.post(address, {"step": "enter", "code": found[1]})
    assert answer.status_code == 204
    asked.refresh_from_db()
    assert not stands(draw)
    assert (asked.decided_by, asked.agreed, asked.proof) == (second, True, Proof.CODE)
    # The way stands in the confirmation that the record keeps the hash of, and in the log.
    witness = draw.events.last().content["witness"]
    assert witness == confirmation_of(asked)
    asked.proof = Proof.SESSION
    assert witness != confirmation_of(asked)
    entry = Entry.objects.get(action="request.by_code")
    assert entry.actor_id == second.pk
    assert {"申请人": operator.name, "确认人": "周监督"}.items() <= entry.after.items()


def replacing(draw: Draw, by: User, now: datetime) -> AnswerRequest:
    told = {"state": InvitationState.REPLACED, "ground": "联系不上", "reason": ""}
    return request_answer(invitation=draw.invitations.get(), actor=by, now=now, **told)


def accepting(draw: Draw, by: User, now: datetime) -> AnswerRequest:
    told = {"state": InvitationState.ACCEPTED, "reason": "电话答复"}
    return request_answer(invitation=draw.invitations.get(), actor=by, now=now, **told)


def declining(draw: Draw, by: User, now: datetime) -> AnswerRequest:
    told = {"state": InvitationState.DECLINED, "ground": "健康原因", "reason": ""}
    return request_answer(invitation=draw.invitations.get(), actor=by, now=now, **told)


def emergency(draw: Draw, by: User, now: datetime) -> EmergencyRequest:
    return request_emergency(draw=draw, reason="缺人", minutes=15, actor=by, now=now)


def widening(_draw: Draw, by: User, now: datetime) -> WideningRequest:
    base = make_short_panel(now=now)
    widen_plan(project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=by, now=now)
    version = DrawPlan.objects.get(project=base.project).version
    return request_widening(base=base, reason="缺人", version=version, actor=by, now=now)


@pytest.mark.parametrize("way", [Proof.CODE, Proof.APP])
@pytest.mark.parametrize("ask", [replacing, accepting, declining, emergency, widening])
def test_each_step_by_hand_is_agreed_to_so_and_the_record_keeps_how(
    ask: Callable[[Draw, User, datetime], Any], way: Proof, operator: User, second: User
) -> None:
    """An answer for somebody, a replacement, an emergency, a widening: by the code on his phone, or by his application."""
    now = timezone.now()
    for _ in range(2):
        make_expert()
    asked = ask(make_draw(now=now, seats=1, operator=operator, opens_in_hours=12), operator, now)
    if way == Proof.CODE:
        send(asked, second)
        told = Message.objects.get(occasion="request.code", channel="sms").body
        assert all(part in told for part in (asked.draw.title, str(asked.reason or asked.ground)))
        assert agree(asked) == second
    else:
        before = now - timedelta(days=1)
        code = {
            moment: _totp(SECRET).generate(int(moment.timestamp())).decode()
            for moment in (before, now)
        }
        set_up(user=second, secret=SECRET, password=PASSWORD, code=code[before], now=before)
        by = {"person_id": second.pk, "code": code[now], "asker": operator, "now": now}
        assert agree_by_app(asked, **by) == second
    asked = type(asked).objects.get(pk=asked.pk)
    assert (asked.decided_by, asked.agreed, asked.proof) == (second, True, way)
    witness = confirmation_of(asked)
    if ask is widening:
        draw = Draw.objects.get(widens=asked.draw)
        assert draw.rule_content["witness"] == witness
    else:
        draw = asked.draw
        said = [
            event for event in draw.events.values_list("content", flat=True) if "witness" in event
        ]
        # Who agrees stays where he sits: of him the record says nothing but that he sits.
        wanted = [] if ask is accepting else [(witness, "supervisor")]
        assert [(one["witness"], one["supervisor"]) for one in said] == wanted
    asked.proof = Proof.SESSION
    assert witness != confirmation_of(asked)
    assert check_record(draw_id=draw.pk, now=now, anew=True) is None


def test_nobody_reads_the_code_but_who_was_sent_it(asked: VoidRequest, second: User) -> None:
    sent = send(asked, second)
    admin = make_user("admin")
    for notice in notices(Message.objects.filter(occasion="request.code"), viewer=admin):
        assert (notice.sealed, notice.body, notice.recipient) == (True, "", "仅收件人可见")
    assert GIVEN not in str(list(Entry.objects.values()))
    assert GIVEN.encode() not in bytes(sent.digest)


def test_a_code_is_for_one_step_alone(
    asked: VoidRequest, draw: Draw, operator: User, second: User
) -> None:
    send(asked, second)
    other_draw = make_draw(now=timezone.now(), seats=1, operator=operator, opens_in_hours=600)
    other = request_void(draw=other_draw, reason="另一件", actor=operator, now=timezone.now())
    with pytest.raises(DrawError, match="已失效"):
        agree(other)
    # Nor for the same one once it says something else.
    asked_otherwise(asked, reason="改过的理由")
    with pytest.raises(DrawError, match="验证码不对"):
        agree(asked)
    assert stands(draw)
    assert stands(other_draw)


def test_a_code_counts_once(asked: VoidRequest, draw: Draw, second: User) -> None:
    send(asked, second)
    assert agree(asked) == second
    asked.decided_by = asked.decided_at = asked.agreed = None  # as if two had read it at once
    with pytest.raises(DrawError, match="已失效"):
        agree(asked)


def test_a_code_is_over_after_five_minutes_and_by_the_next_one(
    asked: VoidRequest, draw: Draw, second: User
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        send(asked, second)
        with pytest.raises(DrawError, match="1 分钟后"):
            send(asked, second)
        clock.shift(timedelta(minutes=2))
        send(asked, second, "111111")
        with pytest.raises(DrawError, match="验证码不对"):
            agree(asked)
        clock.shift(timedelta(minutes=5))
        with pytest.raises(DrawError, match="已失效"):
            agree(asked, "111111")
    assert stands(draw)


def test_five_guesses_end_a_code_and_five_codes_the_way(
    asked: VoidRequest, draw: Draw, second: User
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            send(asked, second)
            for _ in range(5):
                with pytest.raises(DrawError, match="验证码"):
                    agree(asked, "000000")
            # The right one is too late.
            with pytest.raises(DrawError, match="已失效"):
                agree(asked)
            clock.shift(timedelta(minutes=2))
        with pytest.raises(DrawError, match="多次"):
            send(asked, second)
    assert stands(draw)
    assert Entry.objects.filter(action="request.code_wrong").count() == 25


def test_only_who_may_decide_is_sent_one(
    client: Client, asked: VoidRequest, draw: Draw, operator: User, second: User, address: str
) -> None:
    auditor = make_user("auditor", phone=make_phone())
    silent = make_user("supervisor")
    for nobody in (auditor, silent, operator):
        with pytest.raises(DrawError, match="不能确认"):
            send(asked, nobody)
    # Who lost the right since counts no more, and the code is gone.
    send(asked, second)
    second.roles.clear()
    with pytest.raises(DrawError, match="不能确认"):
        agree(asked)
    with pytest.raises(DrawError, match="已失效"):
        agree(asked)
    assert stands(draw)
    # By no window but that of whoever asked.
    login(client, make_user("operator"))
    assert client.get(address).status_code == 404
    assert client.post(address, {"step": "enter", "code": GIVEN}).status_code == 404


def test_the_second_person_decides_in_the_list(
    client: Client, asked: VoidRequest, draw: Draw, second: User
) -> None:
    login(client, second)
    look = reverse("workflow:request_look", args=["draws.void", asked.pk])
    assert look in client.get(reverse("workflow:request_list")).content.decode()
    drawer = client.get(look).content.decode()
    assert "回避单位漏填" in drawer
    agree_url = reverse("workflow:request_agree", args=["draws.void", asked.pk])
    assert agree_url in drawer
    assert client.post(agree_url).status_code == 204
    after = client.get(look).content.decode()
    assert agree_url not in after
    assert "周监督" in after


def test_who_neither_asks_nor_decides_sees_nothing(client: Client, asked: VoidRequest) -> None:
    login(client, make_user("department"))
    look = reverse("workflow:request_look", args=["draws.void", asked.pk])
    assert client.get(look).status_code == 403


def test_only_who_can_agree_now_and_can_be_reached_is_offered(
    client: Client, asked: VoidRequest, operator: User, second: User, address: str, monkeypatch: Any
) -> None:
    make_user("supervisor", name="新来的", email="neu@example.com", created_at=timezone.now())
    make_user("supervisor", name="只有手机", phone=make_phone())
    page = login(client, operator).get(address).content.decode()
    assert "新来的" not in page
    assert "只有手机" in page
    monkeypatch.setattr(SmsChannel, "transport", lambda self: None)
    page = client.get(address).content.decode()
    assert "只有手机" not in page
    assert "周监督（z" in page  # by mail, and that is what is shown
    send(asked, second)
    assert {row.channel for row in Message.objects.filter(occasion="request.code")} == {"email"}


def test_a_code_counts_however_it_is_typed(asked: VoidRequest, second: User) -> None:
    send(asked, second)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in GIVEN)
    form = CodeForm({"code": f"{wide[:3]} {wide[3:]}"})
    assert form.is_valid()
    assert form.cleaned_data["code"] == GIVEN
