"""A plan by whose conditions nobody is drawn now: page, interface, services and the list of what is to do agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.customforms.models import CustomField
from expertpool.customforms.queries.declared import one_look
from expertpool.customforms.services.fields import FieldData, change_field, retire_field
from expertpool.draws.enums import ActionCode, DrawKind
from expertpool.draws.exceptions import DrawError
from expertpool.draws.home import projects_for_a_draw
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.actions import actions_for, actions_for_project
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.pick_checks import Pick
from expertpool.draws.services.picking import request_picks
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import make_expert
from tests.factories.fields import make_field
from tests.factories.picks import allow_manual_ways
from tests.factories.widening import REASON, SENIOR, make_short_panel
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-34")]
WORDS = ("乙级", "丁级")
GONE = "条件组「技术」第 1 级次的条件“宽选”：没有“丁级”这一项，请重新选择。请修改抽取方案。"
FOR_SOME = "条件中的字段“宽选”只对部分角色可见，请修改抽取方案后再抽取。"
RETIRED = "条件中的字段“宽选”已停用，请修改抽取方案后再抽取。"
UNSEEN = "有一个条件您看不到，按它不能抽取，请由能看到它的人修改抽取方案后再抽取。"


@pytest.fixture
def field() -> CustomField:
    return make_field("宽选", options=WORDS)


def leaf(field: CustomField) -> dict[str, Any]:
    return {"field": field.code, "op": "in", "value": list(WORDS)}


@pytest.fixture
def project(field: CustomField) -> Project:
    for _ in range(3):
        make_expert(title_level=1, extra={field.code: "乙级"})
    groups = [GroupInput("技术", 1, [leaf(field)])]
    return make_ready_project(now=timezone.now(), groups=groups)


def drop(field: CustomField) -> None:
    data = FieldData("宽选", ("乙级",))
    change_field(field=field, data=data, actor=None, now=timezone.now())


def hide(field: CustomField) -> None:
    data = FieldData("宽选", WORDS, readers=["operator"])
    change_field(field=field, data=data, actor=None, now=timezone.now())


def retire(field: CustomField) -> None:
    retire_field(field=field, actor=None, now=timezone.now())


def refusal(call: Callable[[], Any]) -> str:
    with pytest.raises(DrawError) as refused:
        call()
    return str(refused.value)


def begun(project: Project, actor: User) -> dict[ActionCode, Callable[[], Any]]:
    by: dict[str, Any] = {"project": project, "actor": actor, "now": timezone.now()}
    return {
        ActionCode.START: lambda: start_draw(entropy=SeededEntropy(1), **by),
        ActionCode.SUBMIT_PLAN: lambda: submit_plan(version=1, **by),
    }


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(drop, GONE), (hide, FOR_SOME), (retire, RETIRED)],
    ids=["gone", "shut", "retired"],
)
def test_what_is_refused_is_not_offered(
    client: Client,
    operator: User,
    project: Project,
    field: CustomField,
    spoil: Callable[[CustomField], None],
    why: str,
) -> None:
    now = timezone.now()
    assert all(
        actions_for_project(project, operator, now=now)[code].allowed
        for code in begun(project, operator)
    )
    login(client, operator)
    address = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    offered = [
        f'{reverse(f"draws:{name}", args=[project.pk])}"' for name in ("start", "prequery")
    ] + [f"{reverse('draws:plan_submit', args=[project.pk, 1])}?"]
    page = client.get(address).content.decode()
    assert all(one in page for one in offered)
    spoil(field)
    actions = actions_for_project(project, operator, now=now)
    for code, call in begun(project, operator).items():
        assert refusal(call) == actions[code].why_not == why, code
    page = client.get(address).content.decode()
    assert not any(one in page for one in offered)
    assert f"暂不能抽取：{why}" in page  # at the head, where the button was


@pytest.mark.shows("OVW-03")
def test_the_list_of_what_is_to_do_sends_to_the_plan(
    project: Project, operator: User, field: CustomField
) -> None:
    def todo() -> Any:
        (found,) = projects_for_a_draw(operator, timezone.now())
        return found

    assert todo().action == "去抽取"
    hide(field)
    assert "按现在的条件不能抽取" in todo().text
    assert (todo().action, todo().url.rpartition("?")[2]) == ("去修改", "tab=plan")
    assert "宽选" not in todo().title + todo().text  # nor do those read it who may not


def test_as_many_questions_for_any_number_of_projects(
    project: Project, operator: User, field: CustomField, django_assert_num_queries: Any
) -> None:
    def ask() -> int:
        return len(list(projects_for_a_draw(operator, timezone.now())))

    ask()  # the fields as they are now
    with one_look(), django_assert_num_queries(QUESTIONS):
        assert ask() == 1
    for _ in range(2):
        make_ready_project(now=timezone.now(), groups=[GroupInput("技术", 1, [leaf(field)])])
    with one_look(), django_assert_num_queries(QUESTIONS):
        assert ask() == 3


QUESTIONS = 8


@pytest.mark.parametrize("spoil", [drop, hide], ids=["gone", "shut"])
def test_who_may_not_see_a_condition_is_not_told_what_it_asks(
    project: Project, admin: User, field: CustomField, spoil: Callable[[CustomField], None]
) -> None:
    spoil(field)
    CustomField.objects.filter(pk=field.pk).update(readers=["operator"])
    now = timezone.now()
    actions = actions_for_project(project, admin, now=now)
    for code, call in begun(project, admin).items():
        assert refusal(call) == actions[code].why_not == UNSEEN, code


def test_whoever_decides_is_told_that_nobody_is_drawn_by_it(
    project: Project, operator: User, field: CustomField
) -> None:
    now = timezone.now()
    submit_plan(project=project, version=1, actor=operator, now=now)
    hide(field)
    said = refusal(
        lambda: decide_plan(
            project=project, version=1, agree=True, note="", actor=make_user("operator"), now=now
        )
    )
    assert said == f"{FOR_SOME}按此方案不能抽取，请退回。"


def test_a_list_cannot_be_chosen_by_words_that_are_gone(
    project: Project, admin: User, field: CustomField
) -> None:
    allow_manual_ways()
    now = timezone.now()
    assert not actions_for_project(project, admin, now=now)[ActionCode.PICK].why_not
    hide(field)  # the words can still be asked
    assert not actions_for_project(project, admin, now=now)[ActionCode.PICK].why_not
    CustomField.objects.filter(pk=field.pk).update(readers=[])
    drop(field)
    said = refusal(
        lambda: request_picks(
            project=project,
            kind=DrawKind.MANUAL,
            picks=[Pick(make_expert().pk, "g1")],
            reason="专业特殊，随机抽取难以保证",
            approval_number="批 1 号",
            actor=admin,
            now=now,
        )
    )
    assert said == actions_for_project(project, admin, now=now)[ActionCode.PICK].why_not == GONE


def test_a_wider_draw_is_not_offered_by_what_no_draw_asks(
    client: Client, operator: User, field: CustomField
) -> None:
    now = timezone.now()
    make_expert(title_level=1, extra={field.code: "乙级"})
    base = make_short_panel(now=now, operator=operator)
    widen_plan(project=base.project, levels={"g1": [SENIOR, leaf(field)]}, actor=operator, now=now)
    drawer = reverse("draws:widen", args=[base.pk])
    plan_page = reverse("projects:detail", args=[base.project_id]) + "?tab=plan"
    assert drawer in login(client, operator).get(plan_page).content.decode()

    hide(field)
    version = DrawPlan.objects.get(project=base.project).version
    said = refusal(
        lambda: request_widening(base=base, reason=REASON, version=version, actor=operator, now=now)
    )
    widen = actions_for(base, operator, now=now)[ActionCode.WIDEN]
    assert said == widen.why_not == FOR_SOME
    page = client.get(plan_page).content.decode()
    assert drawer not in page
    assert "预查询（空缺席位）" not in page
    assert FOR_SOME in page
    assert client.get(drawer, headers={"HX-Request": "true"}).status_code == 409
