"""Answers by hand need a second person; until he agrees nothing changes. With races and a control."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import settings as office
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import AnswerRequest, Draw, Invitation
from expertpool.draws.queries.policy import answer_grounds
from expertpool.draws.services import replies
from expertpool.draws.services.answers import decide_answer, request_answer
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.replies import answer, expire
from expertpool.notifications.models import Message
from expertpool.projects.enums import Regime
from expertpool.workflow.enums import RequestOutcome
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.lines import written_otherwise
from tests.factories.siteconfig import configure

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def line() -> Invitation:
    return seat()


def seat() -> Invitation:
    for _ in range(4):
        make_expert()
    draw: Draw = make_draw(now=NOW, seats=1, reply_minutes=60)
    return Invitation.objects.get(draw=draw)


def ask(line: Invitation, by: User, **changes: Any) -> AnswerRequest:
    told = {"state": InvitationState.REPLACED, "ground": "联系不上", "reason": ""} | changes
    return request_answer(invitation=line, actor=by, now=SOON, **told)


def agree(request: AnswerRequest, by: User, now: datetime = SOON) -> None:
    decide_answer(
        request=AnswerRequest.objects.get(pk=request.pk),
        agree=True,
        note="",
        actor=by,
        now=now,
        entropy=SeededEntropy(5),
    )


def say_yes(line: Invitation) -> None:
    answer(
        invitation=line,
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=SOON,
        entropy=SeededEntropy(6),
    )


@pytest.mark.django_db
@pytest.mark.shows("DRAW-16")
def test_nobody_is_replaced_by_one_person(
    line: Invitation, operator: User, supervisor: User
) -> None:
    asked = ask(line, operator)
    line.refresh_from_db()
    assert line.state == InvitationState.INVITED
    with pytest.raises(ReplyRefused, match="不能自己确认"):
        agree(asked, operator)
    with pytest.raises(ReplyRefused, match="待确认"):
        ask(line, operator)
    agree(asked, supervisor)
    line.refresh_from_db()
    assert (line.state, line.reason, line.changed_by, line.witness) == (
        InvitationState.REPLACED,
        "联系不上",
        operator,
        supervisor.name,
    )
    assert Invitation.objects.filter(draw=line.draw).count() == 2
    actors = Entry.objects.filter(action__in=["draw.reply_request", "draw.reply"])
    assert list(actors.order_by("pk").values_list("actor_id", flat=True)) == [
        operator.pk,
        supervisor.pk,
    ]


@pytest.mark.django_db
def test_turned_down_nothing_changes(line: Invitation, operator: User, supervisor: User) -> None:
    asked = ask(line, operator)
    decide_answer(
        request=asked,
        agree=False,
        note="再联系",
        actor=supervisor,
        now=SOON,
        entropy=SeededEntropy(5),
    )
    line.refresh_from_db()
    assert line.state == InvitationState.INVITED
    assert Entry.objects.get(action="draw.reply_refuse").note == "再联系"


@pytest.mark.django_db
def test_the_reason_of_an_exit_comes_from_the_list(line: Invitation, operator: User) -> None:
    for changes in (
        {"ground": "", "reason": "不想要他"},
        {"ground": "不想要他"},
        {"ground": "其他"},
        {"state": InvitationState.ACCEPTED, "ground": "", "reason": "一"},
    ):
        with pytest.raises(ReplyRefused):
            ask(line, operator, **changes)
    assert not AnswerRequest.objects.exists()
    configure(office.OWN_GROUNDS[Regime.TENDER.value], "本人来函、联系不上")
    assert answer_grounds(Regime.TENDER.value) == ["本人来函", "联系不上", "已不在库", "其他"]
    assert "健康原因" in answer_grounds(Regime.PROCUREMENT.value)


@pytest.mark.django_db
@pytest.mark.shows("DRAW-06")
def test_a_request_goes_by_the_reasons_that_its_regime_sealed(
    operator: User, supervisor: User
) -> None:
    own = office.OWN_GROUNDS[Regime.TENDER.value]
    configure(own, "本人来函、联系不上")
    line = seat()
    assert line.draw.project.regime == Regime.TENDER
    with pytest.raises(ReplyRefused, match="请从列表中选择原因"):
        ask(line, operator, ground="健康原因")  # in the list for all
    for later in ("健康原因", ""):
        configure(own, later)
        with pytest.raises(ReplyRefused, match="请从列表中选择原因"):
            ask(line, operator, ground="健康原因")
    assert not AnswerRequest.objects.exists()
    agree(ask(line, operator, ground="本人来函"), supervisor)
    ended = line.draw.events.get(content__type="exit")
    assert ended.content["ground"] == "本人来函"


@pytest.mark.parametrize(
    "listed",
    [
        *(
            "时间冲突、😀",
            "病了😀",
            "病",
            "——",
            "原" * 51,
            "、、、",
            "时间冲突、健康原因、时间冲突",
        ),
        *("\u2800、健康原因", "联系不上张三13800000001"),
    ],
)
def test_a_list_of_reasons_has_reasons_in_words(listed: str) -> None:
    for setting in (office.ANSWER_GROUNDS, office.OWN_GROUNDS[Regime.TENDER.value]):
        with pytest.raises(ValidationError):
            setting.kind.check(listed)
        setting.kind.check(office.GROUNDS)


@pytest.mark.django_db
def test_the_request_ends_when_the_expert_answers_or_his_time_is_over(
    line: Invitation, operator: User, supervisor: User
) -> None:
    asked = ask(line, operator)
    say_yes(line)
    asked.refresh_from_db()
    assert asked.outcome == RequestOutcome.OVERTAKEN
    told = Message.objects.get(occasion="request.expired")
    assert operator.name in told.recipient
    assert "参与状态已是「同意」" in told.body
    with pytest.raises(ReplyRefused):
        agree(asked, supervisor)
    line.refresh_from_db()
    assert line.state == InvitationState.ACCEPTED


@pytest.mark.django_db
def test_the_deadline_runs_on_meanwhile(line: Invitation, operator: User) -> None:
    asked = ask(line, operator)
    assert expire(invitation_id=line.pk, now=line.deadline_at, entropy=SeededEntropy(2))
    asked.refresh_from_db()
    assert asked.decided_by is None
    assert asked.decided_at is not None


# --- At once --------------------------------------------------------------------------------------


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the invitation before either writes, as far as the lock lets them."""
    barrier, settle_one, is_locked = threading.Barrier(2), replies._settle, replies.lock_draw

    def wait_and_settle(*args: Any, **kwargs: Any) -> None:
        try:
            barrier.wait(timeout=1 if replies.lock_draw is is_locked else 20)
        except threading.BrokenBarrierError:
            pass
        settle_one(*args, **kwargs)

    monkeypatch.setattr(replies, "_settle", wait_and_settle)


def both(line: Invitation) -> list[Any]:
    asked, second = ask(line, make_user("operator")), make_user("supervisor")
    return run_at_once(lambda: agree(asked, second), lambda: say_yes(line))


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_the_expert_answers_while_a_second_person_agrees(line: Invitation, meet: None) -> None:
    results = both(line)
    assert [isinstance(one, ReplyRefused) for one in results].count(True) == 1
    line.refresh_from_db()
    asked = AnswerRequest.objects.get()
    replaced = line.state == InvitationState.REPLACED
    assert asked.outcome == (RequestOutcome.AGREED if replaced else RequestOutcome.OVERTAKEN)


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_two_agree_at_once(line: Invitation, meet: None) -> None:
    asked = ask(line, make_user("operator"))
    one, other = make_user("supervisor"), make_user("supervisor")
    results = run_at_once(lambda: agree(asked, one), lambda: agree(asked, other))
    assert [isinstance(result, ReplyRefused) for result in results].count(True) == 1
    assert Invitation.objects.filter(draw=line.draw).count() == 2


@pytest.mark.django_db
def test_a_request_ends_no_later_than_anything_can_come_of_it(
    line: Invitation, operator: User
) -> None:
    written_otherwise(line, deadline_at=NOW + timedelta(minutes=40))
    # As the page tells it: deadlines are full minutes.
    assert ask(line, operator).expires_at == NOW + timedelta(minutes=40)
    say_yes(line)
    opening = line.draw.project.opening_at
    assert ask(line, operator, state=InvitationState.LEAVE).expires_at == opening
