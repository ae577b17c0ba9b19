"""Before somebody is frozen, blacklisted, deleted or goes on leave his coming seats are shown to who may
know of them, and can be given up; of sealed draws nothing is told (docs/decisions/0097)."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import Traveller

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.audit.models import Entry
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import AnswerRequest, Draw
from expertpool.draws.services.answers import decide_answer
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.replies import answer
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert, Leave
from expertpool.experts.services.kinds import change_kind
from expertpool.notifications.models import Message
from expertpool.workflow.enums import RequestOutcome
from expertpool.workflow.queries.asking import OPEN, is_asked
from tests.api.caller import Caller, assert_problem
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
ENTROPY = SeededEntropy(5)


@pytest.fixture(scope="module")
def made(once: Any) -> Draw:
    """Three who agreed, in a draw whose names open two hours before the review, and three more."""
    with once():
        for n in range(6):
            make_expert(f"专家{n}")
        draw = make_draw(
            now=NOW, operator=make_user("operator"), seats=3, opens_in_hours=10, reveal_hours=2
        )
        for row in draw.invitations.all():
            answer(
                invitation=row, accept=True, reason="", via=ReplyVia.LINK, now=NOW, entropy=ENTROPY
            )
        return draw


@pytest.fixture
def draw(made: Draw) -> Draw:
    return Draw.objects.get(pk=made.pk)


@pytest.fixture
def operator(draw: Draw) -> User:
    """Whose draw it is."""
    return User.objects.get(pk=draw.operator_id)


@pytest.fixture
def opened(draw: Draw, time_machine: Traveller) -> Draw:
    time_machine.move_to(draw.reveal_at + timedelta(minutes=1), tick=False)
    assert release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    return draw


def expert_of(draw: Draw, line: int) -> Expert:
    return Expert.objects.get(pk=expert_id_of(draw.invitations.get(line=line)))


def others(draw: Draw) -> list[Expert]:
    seated = [expert_of(draw, line).pk for line in (1, 2, 3)]
    return list(Expert.objects.exclude(pk__in=seated).order_by("pk"))


def post(user: User, name: str, *args: Any, **data: Any) -> HttpResponse:
    client = login(Client(), user)
    address = reverse(f"experts:{name}", args=args)
    return client.post(address, data, headers={"HX-Request": "true"})


def text(response: HttpResponse) -> str:
    return response.content.decode()


def toast(response: HttpResponse) -> str:
    return str(json.loads(response["HX-Trigger"])["toast"]["message"])


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


@pytest.mark.shows("EXP-19", "DRAW-16")
@pytest.mark.parametrize(("act", "status"), [("freeze", "frozen"), ("delete", "deleted")])
def test_the_seats_are_shown_before_and_given_up_with_the_act(
    opened: Draw, admin: User, supervisor: User, act: str, status: str
) -> None:
    expert = expert_of(opened, 1)
    page = text(post(admin, act, expert.pk, reason="核查"))
    assert expert.name in page
    assert opened.number in page
    assert "由原次序的下一位递补" in page
    assert Expert.objects.get(pk=expert.pk).status == "formal"
    sent = hidden(page)
    assert sent["reason"] == "核查"
    done = post(admin, act, expert.pk, give_up="1", **sent)
    assert "已申请让出 1 个席位" in toast(done)
    assert Expert.objects.get(pk=expert.pk).status == status
    request = AnswerRequest.objects.get()
    assert (request.state, request.ground) == (InvitationState.REPLACED, "已不在库")
    now = timezone.now()
    decide_answer(request=request, agree=True, note="", actor=supervisor, now=now, entropy=ENTROPY)
    assert opened.invitations.get(line=1).state == InvitationState.REPLACED
    assert opened.invitations.filter(state=InvitationState.INVITED).count() == 1


def test_who_is_to_come_keeps_his_kind_until_then(draw: Draw, admin: User) -> None:
    seated = expert_of(draw, 1)

    def change() -> None:
        change_kind(
            expert=seated,
            kind="organisation",
            values={"contact_person": "周敏"},
            reason="导错",
            actor=admin,
            now=draw.reveal_at,
        )

    with transaction.atomic():
        change()  # of a sealed draw it tells nothing
        transaction.set_rollback(True)
    release(draw_id=draw.pk, now=draw.reveal_at)
    with pytest.raises(ExpertRefused, match=draw.number):
        change()
    assert Expert.objects.get(pk=seated.pk).kind == "individual"


@pytest.mark.shows("EXP-40", "DRAW-16")
def test_many_at_once_are_shown_with_their_seats(opened: Draw, admin: User) -> None:
    people = [expert_of(opened, 1), expert_of(opened, 2), others(opened)[0]]
    keys = [one.pk for one in people]
    answer = post(admin, "blacklist_many", pk=keys, count=3, reason="泄密")
    page = text(answer)
    assert answer["HX-Retarget"] == "#drawer"
    assert [one.name in page for one in people] == [True, True, False]
    assert not Expert.objects.filter(status="blacklisted").exists()
    seats = hidden(page)["seats"]
    done = post(admin, "blacklist_many", pk=keys, count=3, reason="泄密", seats=seats, give_up="1")
    assert "已移入黑名单 3 位专家。" in toast(done)
    assert "已申请让出 2 个席位" in toast(done)
    assert AnswerRequest.objects.count() == 2


def test_what_came_since_it_was_shown_is_shown_again(opened: Draw, admin: User) -> None:
    keys = [expert_of(opened, line).pk for line in (1, 2)]
    seats = hidden(text(post(admin, "freeze", keys[0], reason="核查")))["seats"]
    page = text(post(admin, "freeze_many", pk=keys, reason="核查", seats=seats))
    assert expert_of(opened, 2).name in page
    assert not Expert.objects.filter(status="frozen").exists()
    # Without the tick nothing is asked for.
    done = post(admin, "freeze_many", pk=keys, reason="核查", seats=hidden(page)["seats"])
    assert "已冻结 2 位专家。" in toast(done)
    assert not AnswerRequest.objects.exists()


@pytest.mark.shows("EXP-34")
def test_the_form_of_the_blacklist_shows_them_and_the_next_one_is_invited(
    opened: Draw, admin: User, supervisor: User
) -> None:
    expert = expert_of(opened, 1)
    address = reverse("experts:blacklist_add", args=[expert.pk])
    page = text(login(Client(), admin).get(address, headers={"HX-Request": "true"}))
    assert opened.number in page
    # Chosen in the form they come with its answer.
    sent = {"expert": expert.pk, "reason": "泄密"}
    first = post(admin, "blacklist_new", **sent)
    assert first.status_code == 422
    assert opened.number in text(first)
    seats = hidden(text(first))["seats"]
    done = post(admin, "blacklist_new", seats=seats, give_up="1", **sent)
    assert "已申请让出 1 个席位" in toast(done)
    assert Expert.objects.get(pk=expert.pk).status == "blacklisted"
    request, now = AnswerRequest.objects.get(), timezone.now()
    decide_answer(request=request, agree=True, note="", actor=supervisor, now=now, entropy=ENTROPY)
    assert opened.invitations.get(line=1).state == InvitationState.REPLACED
    assert opened.invitations.filter(state=InvitationState.INVITED).count() == 1


@pytest.mark.shows("EXP-36")
def test_a_leave_shows_those_of_its_time(opened: Draw, admin: User) -> None:
    expert, opening = expert_of(opened, 1), opened.project.opening_at
    late = {"start": opening + timedelta(days=3), "end": opening + timedelta(days=4)}
    assert post(admin, "leave_add", expert.pk, reason="出差", **late).status_code == 204
    sent = {"start": opening, "end": opening + timedelta(days=1), "reason": "出差"}
    first = post(admin, "leave_add", expert.pk, **sent)
    assert first.status_code == 422
    assert Leave.objects.count() == 1
    seats = hidden(text(first))["seats"]
    done = post(admin, "leave_add", expert.pk, seats=seats, give_up="1", **sent)
    assert "已申请让出 1 个席位" in toast(done)
    request = AnswerRequest.objects.get()
    assert (request.state, request.reason) == (InvitationState.LEAVE, "登记请假：出差")


@pytest.mark.shows("EXP-36")
@pytest.mark.parametrize("act", ["leaves", "freeze"])
def test_another_platform_sees_and_gives_up_the_same_seats(
    opened: Draw, admin: User, supervisor: User, act: str
) -> None:
    """It was refused until it had seen them, and could not give them up."""
    expert, opening, office = expert_of(opened, 1), opened.project.opening_at, Caller(admin)
    address = f"/experts/{expert.pk}"
    period = {"start": opening.isoformat(), "end": (opening + timedelta(days=1)).isoformat()}
    sent = {"reason": "出差"} | (period if act == "leaves" else {})
    told = assert_problem(office.post(f"{address}/{act}", sent), 409, "expert-refused")
    assert opened.number in told["detail"]
    seats = office.get(f"{address}/coming-seats").json()
    done = office.post(
        f"{address}/{act}", sent | {"seen": [one["key"] for one in seats], "give_up": True}
    ).json()
    assert done["seats"] == "已申请让出 1 个席位，监督人确认后递补"
    request = AnswerRequest.objects.get()
    decide_answer(
        request=request, agree=True, note="", actor=supervisor, now=timezone.now(), entropy=ENTROPY
    )
    assert opened.invitations.filter(state=InvitationState.INVITED).count() == 1


def test_another_platform_is_asked_about_a_leave_of_many_years(admin: User) -> None:
    office, start = Caller(admin), timezone.now()
    address = f"/experts/{make_expert().pk}/leaves"
    period = {"start": start.isoformat(), "end": (start + timedelta(days=1_000)).isoformat()}
    told = assert_problem(office.post(address, period | {"reason": "出国"}), 409, "expert-refused")
    assert "超过 2 年" in told["detail"]
    done = office.post(address, period | {"reason": "出国", "is_long": True})
    assert (done.status_code, done.json()["seats"]) == (201, "")


def give_up(user: User, name: str, *args: Any, **data: Any) -> AnswerRequest:
    seats = hidden(text(post(user, name, *args, **data)))["seats"]
    post(user, name, *args, **data, seats=seats, give_up="1")
    return AnswerRequest.objects.latest("pk")


@pytest.mark.shows("EXP-36", "DRAW-16")
def test_a_leave_that_ends_takes_back_what_was_asked_for_it(
    opened: Draw, admin: User, supervisor: User
) -> None:
    expert, opening = expert_of(opened, 1), opened.project.opening_at
    sent = {"start": opening, "end": opening + timedelta(days=1), "reason": "出差"}
    request = give_up(admin, "leave_add", expert.pk, **sent)
    assert is_asked(request)
    Message.objects.all().delete()
    leave = Leave.objects.get()
    assert request.leave == leave
    post(admin, "leave_cancel", leave.pk)
    request.refresh_from_db()
    assert (request.outcome, request.note) == (RequestOutcome.OVERTAKEN, "据以申请的请假已销假")
    told = {(one.occasion, one.address): one.body for one in Message.objects.all()}
    assert "据以申请的请假已销假" in told["request.withdrawn", supervisor.username]
    assert ("request.expired", admin.username) in told
    assert Entry.objects.filter(action="request.overtaken").count() == 1
    assert opened.invitations.get(line=1).state == InvitationState.ACCEPTED


def test_nor_is_it_agreed_to_for_a_leave_that_does_not_hold(
    opened: Draw, admin: User, supervisor: User
) -> None:
    expert, opening = expert_of(opened, 1), opened.project.opening_at
    sent = {"start": opening, "end": opening + timedelta(days=1), "reason": "出差"}
    request = give_up(admin, "leave_add", expert.pk, **sent)
    ended = Leave.objects.get()
    ended.cancelled_at = timezone.now()
    ended.save()  # as if it ended at this moment, beside the confirmation
    now = timezone.now()
    with pytest.raises(ReplyRefused, match=r"已销假.*不同意"):
        decide_answer(
            request=request, agree=True, note="", actor=supervisor, now=now, entropy=ENTROPY
        )
    assert opened.invitations.get(line=1).state == InvitationState.ACCEPTED


@pytest.mark.shows("EXP-40", "DRAW-16")
def test_whoever_is_back_in_the_pool_keeps_his_seat(opened: Draw, admin: User) -> None:
    keys = [expert_of(opened, line).pk for line in (1, 2)]
    give_up(admin, "freeze_many", pk=keys, reason="核查")
    assert AnswerRequest.objects.filter(OPEN).count() == 2
    post(admin, "unfreeze_many", pk=keys, reason="核查完毕")
    assert Expert.objects.filter(pk__in=keys, status="formal").count() == 2
    assert {one.note for one in AnswerRequest.objects.all()} == {"该专家已恢复在库"}
    give_up(admin, "delete", keys[0], reason="误操作")
    assert AnswerRequest.objects.filter(OPEN).count() == 1
    post(admin, "restore", keys[0], reason="恢复")
    assert not AnswerRequest.objects.filter(OPEN).exists()


@pytest.mark.shows("DRAW-14")
def test_whoever_freezes_one_after_the_other_learns_nothing_of_a_sealed_draw(
    draw: Draw, admin: User, operator: User, time_machine: Traveller
) -> None:
    """The answers for who sits and who does not, and the pages of the draw, are the same."""
    time_machine.move_to(NOW + timedelta(minutes=5), tick=False)
    detail = reverse("draws:detail", args=[draw.pk])

    def board() -> str:
        page = text(login(Client(), admin).get(detail))
        return re.sub(r"version=[\w-]+|csrf[^>]+|nonce[^ >]+", "", page)

    before = board()
    said = set()
    for expert in Expert.objects.order_by("pk"):
        done = post(admin, "freeze", expert.pk, reason="核查")
        said.add((done.status_code, toast(done).replace(expert.name, "")))
        leave = {"start": draw.project.opening_at, "end": draw.project.closing_at, "reason": "出差"}
        done = post(admin, "leave_add", expert.pk, **leave)
        said.add((done.status_code, toast(done)))
        assert board() == before
    assert len(said) == 2
    assert not AnswerRequest.objects.exists()


@pytest.mark.shows("DRAW-14")
def test_whoever_may_not_read_the_names_is_shown_nothing(opened: Draw) -> None:
    role = Role.objects.create(code="keeper", name="库管")
    for code in ("experts.view", "experts.edit", "draws.view"):
        role.permissions.create(code=code, scope=Scope.ALL)
    keeper = make_user(roles=(role,))
    done = post(keeper, "freeze", expert_of(opened, 1).pk, reason="核查")
    assert done.status_code == 204


def test_without_the_right_to_record_he_is_told_who_does_it(opened: Draw, operator: User) -> None:
    role = Role.objects.create(code="reader", name="档案员")
    for code in ("experts.view", "experts.edit", "draws.view", "draws.names"):
        role.permissions.create(code=code, scope=Scope.ALL)
    reader, expert = make_user(roles=(role,)), expert_of(opened, 1)
    page = text(post(reader, "freeze", expert.pk, reason="核查"))
    assert f"由经办人{operator.name}代登记" in page
    assert 'name="give_up"' not in page
    # Ticked all the same it is nothing.
    done = post(reader, "freeze", expert.pk, give_up="1", **hidden(page))
    assert done.status_code == 204
    assert not AnswerRequest.objects.exists()


@pytest.mark.django_db
def test_what_becomes_of_sealed_seats_is_said_of_everybody(admin: User) -> None:
    client, expert = login(Client(), admin), make_expert()
    for page in (
        client.get(reverse("experts:detail", args=[expert.pk])),
        client.get(reverse("experts:list")),
        client.get(reverse("experts:blacklist_add", args=[expert.pk])),
        client.get(reverse("experts:leave_add", args=[expert.pk])),
    ):
        assert "名单未公开的抽取里有没有他，这里不提示" in page.content.decode()
