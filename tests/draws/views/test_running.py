from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawStatus, InvitationState
from expertpool.draws.models import AnswerRequest, Draw
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.checking import check_record
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project
from tests.api.caller import Caller
from tests.draws.views.letters import lines
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, make_plan, make_ready_project, reach
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool():
    return [make_expert(f"专家{number}号") for number in range(6)]


def agree_to_answers(second) -> None:
    for request in AnswerRequest.objects.filter(decided_at=None):
        address = reverse("workflow:request_agree", args=["draws.answer", request.pk])
        assert login(Client(), second).post(address).status_code == 204


def draw_of(project) -> Draw:
    return Draw.objects.get(project=project)


@pytest.mark.shows("DRAW-03", "DRAW-31")
def test_a_draw_without_contributors_starts_at_once(client, operator, pool):
    project = make_ready_project(now=timezone.now(), seats=3)
    response = login(client, operator).post(
        reverse("draws:start", args=[project.pk]), {"version": 1}
    )
    draw = draw_of(project)
    assert response.url == reverse("draws:detail", args=[draw.pk])
    assert draw.invitations.count() == 3
    project.refresh_from_db()
    assert project.draw_state == DrawState.DRAWING


@pytest.mark.shows("PRJ-01")
def test_an_unapproved_project_is_not_drawn_by_any_role(client, pool):
    project = make_project(ProjectStatus.PENDING)
    make_plan(project, now=timezone.now())
    for role in ("admin", "operator", "department", "supervisor"):
        response = login(client, make_user(role)).post(
            reverse("draws:start", args=[project.pk]), {"version": 1}
        )
        assert response.status_code in {302, 403}
    assert not Draw.objects.exists()


def test_operator_and_supervisor_give_their_values_by_their_own_login(
    client, operator, supervisor, pool
):
    project = make_ready_project(
        now=timezone.now(), seats=2, contributors=["operator", "supervisor"]
    )
    login(client, operator).post(reverse("draws:start", args=[project.pk]), {"version": 1})
    draw = draw_of(project)
    address = reverse("draws:detail", args=[draw.pk])
    page = client.get(address).content.decode()
    assert draw.seal[:8] in page
    assert "以经办人身份提供" in page
    assert "以监督人身份提供" not in page
    client.post(reverse("draws:contribute", args=[draw.pk, "operator"]), {"value": "31 26"})
    assert "以监督人身份提供" not in client.get(address).content.decode()
    client.post(reverse("draws:contribute", args=[draw.pk, "supervisor"]), {"value": "9"})
    draw.refresh_from_db()
    assert draw.status == DrawStatus.SEALED  # the operator gave already
    page = login(client, supervisor).get(address).content.decode()
    assert "以监督人身份提供" in page
    assert "以经办人身份提供" not in page
    client.post(reverse("draws:contribute", args=[draw.pk, "supervisor"]), {"value": "掷得 4"})
    draw.refresh_from_db()
    assert draw.status == DrawStatus.INVITING
    assert draw.invitations.count() == 2


@pytest.mark.shows("DRAW-11")
def test_a_sheet_is_offered_only_when_somebody_was_drawn(client, operator, pool):
    project = make_ready_project(
        now=timezone.now(), seats=2, contributors=["operator"], reveal_hours=24 * 30
    )
    login(client, operator).post(reverse("draws:start", args=[project.pk]), {"version": 1})
    draw = draw_of(project)
    address = reverse("draws:detail", args=[draw.pk])
    assert "打印抽取表" not in client.get(address).content.decode()
    client.post(reverse("draws:contribute", args=[draw.pk, "operator"]), {"value": "31 26"})
    draw.refresh_from_db()
    reach(draw, now=timezone.now())
    with time_machine.travel(draw.reveal_at - timedelta(hours=1), tick=False):
        accept_all(draw, now=timezone.now())
        assert "打印抽取表" not in login(client, operator).get(address).content.decode()
    with time_machine.travel(draw.reveal_at, tick=False):
        assert "打印抽取表" in login(client, operator).get(address).content.decode()


def test_a_sealed_draw_is_given_up_with_a_reason_and_stays(client, operator, pool):
    project = make_ready_project(now=timezone.now(), seats=2, contributors=["operator"])
    login(client, operator).post(reverse("draws:start", args=[project.pk]), {"version": 1})
    draw = draw_of(project)
    address = reverse("draws:abandon", args=[draw.pk])
    assert client.post(address).status_code == 409
    assert client.post(address, {"reason": "条件有误"}).status_code == 204
    draw.refresh_from_db()
    assert draw.status == DrawStatus.ABANDONED
    page = client.get(reverse("draws:list"), {"tab": "abandoned"}).content.decode()
    assert draw.number in page


@pytest.mark.shows("DRAW-16", "DRAW-17", "PRJ-14")
def test_an_operator_records_a_refusal_and_a_supplement_comes_last(
    client, operator, supervisor, pool
):
    draw = make_draw(now=timezone.now(), seats=2)
    login(client, operator)
    address = reverse("draws:answer", args=[draw.pk, 1])
    assert client.post(address, {"state": "declined"}).status_code == 422
    slow = client.post(address, {"state": "leave", "reason": "出差"})
    assert slow.status_code == 422
    assert "专家刚刚已有新的答复" in slow.content.decode()
    unknown = client.post(address, {"state": "sleeping", "reason": "出差"}).content.decode()
    assert "没有这个选项" in unknown
    assert "专家刚刚" not in unknown
    told = {"state": "declined", "ground": "其他", "reason": "电话答复，出差"}
    assert client.post(address, told).status_code == 204
    # Nothing changes until a second person agrees.
    assert [line.state for line in lines(draw)] == ["invited", "invited"]
    request = AnswerRequest.objects.get()
    agree = reverse("workflow:request_agree", args=["draws.answer", request.pk])
    assert client.post(agree).status_code == 403  # not by an operator
    assert login(Client(), supervisor).post(agree).status_code == 204
    assert [line.state for line in lines(draw)] == ["declined", "invited", "invited"]
    page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    for text in ("补抽", "拒绝", "经办人登记"):
        assert text in page
    assert "电话答复，出差" not in page  # why somebody left is told with the names


def test_a_line_with_a_result_is_not_recorded_again(client, operator, pool):
    draw = make_draw(now=timezone.now(), seats=1)
    login(client, operator)
    address = reverse("draws:answer", args=[draw.pk, 1])
    client.post(address, {"state": "replaced", "ground": "回避"})
    agree_to_answers(make_user("supervisor"))
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 409


@pytest.mark.shows("DRAW-33", "DRAW-34")
@pytest.mark.parametrize(("seats", "second"), [(2, "declined"), (3, "accepted")])
def test_a_short_draw_says_what_lacks_and_is_supplemented_later(client, operator, seats, second):
    """Also the one of the fault: three seats, two candidates, both agreed."""
    experts = [make_expert("甲"), make_expert("乙")]
    draw = make_draw(now=timezone.now(), seats=seats)
    login(client, operator)
    for line, state in ((1, "accepted"), (2, second)):
        address = reverse("draws:answer", args=[draw.pk, line])
        client.post(address, {"state": state, "ground": "其他", "reason": "电话答复"})
        agree_to_answers(make_user("supervisor"))
    draw.refresh_from_db()
    assert draw.status == DrawStatus.UNSATISFIED
    page = client.get(reverse("draws:detail", args=[draw.pk])).content.decode()
    assert "综合缺 1 人" in page
    before = stored_of(draw)
    for _ in range(2):
        supplement = client.post(reverse("draws:supplement", args=[draw.pk]))
        assert supplement.status_code == 409  # nobody is left
    # Nothing was written: no event, nor anything in the log of the draw.
    assert stored_of(draw) == before
    assert check_record(draw_id=draw.pk, now=timezone.now(), anew=True) is None
    assert len(experts) == draw.invitations.count()


def stored_of(draw) -> list:
    logged = Entry.objects.filter(subject_id=str(draw.pk), action__startswith="draw.")
    return [*draw.events.values(), *logged.values_list("pk", "action")]


def test_a_reader_cannot_change_a_draw(client, pool):
    draw = make_draw(now=timezone.now(), seats=1)
    login(client, make_user("auditor"))
    assert (
        client.post(
            reverse("draws:answer", args=[draw.pk, 1]), {"state": "accepted", "reason": "xy"}
        ).status_code
        == 403
    )
    assert lines(draw)[0].state == InvitationState.INVITED


def test_a_random_value_too_long_is_told_as_the_interface_tells_it(client, operator, pool):
    draw = make_draw(now=timezone.now(), seats=1, contributors=["operator"])
    login(client, operator)
    address = reverse("draws:contribute", args=[draw.pk, "operator"])
    page = client.post(address, {"value": "1" * 5000}, follow=True).content.decode()
    assert "最多 200 个字。" in page
    value = {"role": "operator", "value": "1" * 5000}
    answer = Caller(operator).post(f"/draws/{draw.pk}/contributions", value)
    assert answer.json()["detail"] == "最多 200 个字。"
    draw.refresh_from_db()
    assert not draw.reveals


def test_no_answer_is_recorded_where_the_project_is_archived(
    client: Client, operator: User
) -> None:
    make_expert()
    draw = make_draw(now=timezone.now(), seats=1)
    form = reverse("draws:answer", args=[draw.pk, 1])
    login(client, operator)
    assert "代登记第 1 行的答复" in client.get(form).content.decode()
    Project.objects.filter(pk=draw.project_id).update(status=ProjectStatus.ARCHIVED)
    text = client.get(form, follow=True).content.decode()
    assert "代登记第 1 行的答复" not in text
    assert ARCHIVED in text
