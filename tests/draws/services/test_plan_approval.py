"""A plan is approved as it stands; what was approved and shown is what is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.criteria import parse
from expertpool.core.home import todos_for
from expertpool.draws import settings as office
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import DrawNotReady, PlanApprovalRefused, PlanChanged
from expertpool.draws.models import ConditionGroup, Draw, DrawPlan, PlanVersion
from expertpool.draws.queries import readiness
from expertpool.draws.queries.actions import actions_for_project
from expertpool.draws.queries.plan_versions import (
    SUBJECT,
    approved_version,
    content_of,
    differences,
    history_of,
    plans_to_decide,
)
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import (
    GroupInput,
    PlanInput,
    delete_plan,
    plan_in_words,
    save_plan,
)
from expertpool.draws.services.plan_approval import (
    decide_plan,
    send_back_plan,
    submit_plan,
    withdraw_plan,
)
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.projects.services.batches import choose_lead, create_batch, dissolve_batch
from expertpool.workflow.enums import OnRejection, Verdict
from expertpool.workflow.models import Approval
from expertpool.workflow.queries.approvals import returned
from expertpool.workflow.services.flows import StepData, save_flow
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-01")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture(scope="module")
def made(once: Any) -> tuple[Project, User]:
    """A project, and who planned its draw."""
    with once():
        for _ in range(3):
            make_expert()
        operator = make_user("operator")
        return make_ready_project(now=NOW, seats=2, actor=operator), operator


@pytest.fixture
def project(made: tuple[Project, User]) -> Project:
    return Project.objects.get(pk=made[0].pk)


@pytest.fixture
def operator(made: tuple[Project, User]) -> User:
    return User.objects.get(pk=made[1].pk)


@pytest.fixture
def _at_the_time() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def must_be_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(office.PLAN_APPROVAL), "default", True)


def version_of(project: Project) -> PlanVersion:
    return PlanVersion.objects.filter(plan__project=project).latest("number")


def change(project: Project, actor: User, *, version: int | None = None, **settings: Any) -> None:
    save_plan(
        project=project,
        settings=PlanInput(**({"unit_cap": None} | settings)),
        groups=[GroupInput("综合", 2, [EVERYBODY])],
        actor=actor,
        now=NOW,
        version=version,
    )


def start(project: Project, operator: User, version: int | None = None) -> Draw:
    return start_draw(
        project=project, actor=operator, now=NOW, entropy=SeededEntropy(1), version=version
    )


def decide(project: Project, actor: User, **given: Any) -> Verdict:
    values = {"version": version_of(project).number, "agree": True, "note": "同意"} | given
    return decide_plan(project=project, actor=actor, now=NOW, **values)


def test_each_change_is_a_version_and_nothing_else_is(project: Project, operator: User) -> None:
    change(project, operator)
    assert version_of(project).number == 1
    change(project, operator, unit_cap=1)
    plan = DrawPlan.objects.get(project=project)
    latest, first = history_of(plan)
    assert plan.version == 2
    assert (latest.title, latest.note) == ("第 2 版", "同一单位最多人数：无 → 1")
    assert (first.title, first.note) == ("第 1 版", "首次保存")


def test_what_a_version_changed_stands_by_group_and_level() -> None:
    def group(name: str, seats: int, *levels: str, **more: int) -> dict[str, Any]:
        return {"名称": name, "人数": seats, "条件": levels} | more

    before = {"条件组": [group("技术", 3, "职称级别 是 正高", ""), group("经济", 1, "")]}
    after = {
        "条件组": [
            group("技术", 3, "职称级别 是 正高", "年龄 不大于 60", 候补人数=1),
            group("法律", 1, ""),
        ],
        "答复时限（分钟）": 45,
    }
    told = [f"{one.label}：{one.before} → {one.after}" for one in differences(before, after)]
    assert told == [
        "条件组：技术、经济 → 技术、法律",
        "「技术」候补：无 → 1",
        "「技术」第 2 级次：不限 → 年龄 不大于 60",
        "「法律」人数：无 → 1",
        "「法律」第 1 级次：无 → 不限",
        "答复时限（分钟）：无 → 45",
        "「经济」人数：1 → 无",
        "「经济」第 1 级次：不限 → 无",
    ]
    assert differences(after, after) == []
    twice = {"条件组": [group("技术", 1, ""), group("技术", 2, "")]}
    (told_once,) = differences(twice, {"条件组": [group("技术", 1, ""), group("技术", 3, "")]})
    assert (told_once.label, told_once.after) == ("「技术（第 2 组）」人数", "3")


def test_an_older_form_does_not_overwrite_a_newer_plan(
    project: Project, operator: User, admin: User
) -> None:
    change(project, admin, reply_minutes=45)
    with pytest.raises(PlanChanged, match=rf"{admin} 于 .*答复时限（分钟）由 60 改为 45") as told:
        change(project, operator, version=1, unit_cap=1)
    assert told.value.version == 2
    assert DrawPlan.objects.get(project=project).unit_cap is None


def test_what_was_shown_is_what_is_sealed(project: Project, operator: User, admin: User) -> None:
    change(project, admin, unit_cap=1)
    with pytest.raises(PlanChanged, match="同一单位最多人数由 无 改为 1"):
        start(project, operator, version=1)
    assert not Draw.objects.exists()
    assert start(project, operator, version=2).rule_content["plan_version"] == 2


def test_channels_stand_by_their_names(project: Project, operator: User) -> None:
    change(project, operator, channels=("sms",))
    change(project, operator, channels=("email", "site"))
    latest, *_ = history_of(DrawPlan.objects.get(project=project))
    assert latest.note == "邀请渠道：短信 → 邮件、站内信"


@pytest.mark.usefixtures("_at_the_time")
def test_the_page_keeps_what_was_typed_and_says_what_the_other_changed(
    client: Client, project: Project, operator: User, admin: User
) -> None:
    login(client, operator)
    address = reverse("draws:plan", args=[project.pk])
    assert client.get(address).context["editing"].version == 1
    typed = {
        "version": 1,
        "unit_cap": "3",
        "frequency_cap": "",
        "frequency_days": "365",
        "reply_minutes": "50",
        "leave_hours": "2",
        "reveal_hours": "2",
        "channels": ["site"],
        "group": ["1"],
        "g1-name": "综合",
        "g1-seats": "2",
        "g1-level": ["1"],
        "g1-l1-criteria": '{"all": []}',
    }
    change(project, admin, reply_minutes=45)
    answer = client.post(address, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "答复时限（分钟）：60 → 45" in page
    assert 'value="50"' in page
    again = client.post(address, typed | {"version": answer.context["editing"].version})
    assert again.status_code == 302
    assert DrawPlan.objects.get(project=project).reply_minutes == 50


@pytest.mark.usefixtures("_at_the_time")
def test_an_old_page_starts_nothing(
    client: Client, project: Project, operator: User, admin: User
) -> None:
    change(project, admin, unit_cap=1)
    address = reverse("draws:start", args=[project.pk])
    login(client, operator)
    for given in ({"version": "1"}, {"version": "1" * 5000}, {"version": "²"}, {}):
        answer = client.post(address, given, follow=True)
        assert "抽取方案" in "".join(str(one) for one in answer.context["messages"])
    assert not Draw.objects.exists()
    client.post(address, {"version": "2"})
    assert Draw.objects.get().rule_content["plan_version"] == 2


@pytest.mark.usefixtures("must_be_approved")
def test_only_what_was_approved_is_drawn(
    project: Project, operator: User, supervisor: User
) -> None:
    with pytest.raises(DrawNotReady, match="审核通过后才能抽取"):
        start(project, operator)
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    assert [row.plan.project for row in plans_to_decide(supervisor)] == [project]
    assert decide(project, supervisor) == Verdict.APPROVED
    assert not plans_to_decide(supervisor)
    change(project, operator, unit_cap=1)
    with pytest.raises(DrawNotReady, match="审核通过后才能抽取"):
        start(project, operator)
    change(project, operator)  # back as it was: still another version than the approved one
    with pytest.raises(DrawNotReady, match="审核通过后才能抽取"):
        start(project, operator)
    submit_plan(project=project, version=3, actor=operator, now=NOW)
    decide(project, supervisor)
    assert start(project, operator).rule_content["plan_approved_at"] == NOW.isoformat()
    actions = Entry.objects.filter(action__startswith="draw.plan_").values_list("action", flat=True)
    assert set(actions) == {"draw.plan_submit", "draw.plan_decide"}


def test_nobody_approves_his_own_plan(project: Project, operator: User, supervisor: User) -> None:
    maker = make_user("admin")
    change(project, maker, unit_cap=1)
    submit_plan(project=project, version=2, actor=operator, now=NOW)
    for own in (maker, operator):
        with pytest.raises(PlanApprovalRefused, match="自己提交或修改"):
            decide(project, own)
    assert not plans_to_decide(maker)
    with pytest.raises(PlanApprovalRefused, match="退回原因"):
        decide(project, supervisor, agree=False, note="")
    assert decide(project, supervisor, agree=False, note="人太少") == Verdict.REJECTED
    assert version_of(project).state == "已退回"
    with pytest.raises(PlanApprovalRefused, match="没有待审核的方案"):
        decide(project, supervisor)


def test_a_change_takes_back_what_waits(project: Project, operator: User, supervisor: User) -> None:
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    with pytest.raises(PlanApprovalRefused, match="已经提交"):
        submit_plan(project=project, version=1, actor=operator, now=NOW)
    change(project, operator, unit_cap=1)
    assert not Approval.objects.filter(state="running").exists()
    with pytest.raises(PlanApprovalRefused, match="没有待审核的方案"):
        decide(project, supervisor)
    submit_plan(project=project, version=2, actor=operator, now=NOW)
    withdraw_plan(project=project, actor=operator, now=NOW)
    assert version_of(project).state == "未提交审核"


def test_a_thin_draw_needs_somebody_who_was_told(
    project: Project, operator: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(office.CANDIDATES_PER_SEAT), "default", 2)
    with pytest.raises(DrawNotReady, match="请提交方案审核，批准后可以抽取"):
        start(project, operator)
    handed_in = submit_plan(project=project, version=1, actor=operator, now=NOW)
    told = "「综合」第 1 级次 3 名候选人要坐 2 个席位，制度规定每个席位至少 2 名"
    assert handed_in.thin_texts == [told]
    with pytest.raises(PlanApprovalRefused, match="仍同意的理由"):
        decide(project, supervisor, note=" ")
    decide(project, supervisor)
    assert start(project, operator).rule_content["thin"] == [told]


def test_an_approval_covers_no_less_than_it_was_told(
    project: Project, operator: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Avoidances are no part of the plan and narrow it as conditions do."""
    monkeypatch.setitem(vars(office.CANDIDATES_PER_SEAT), "default", 2)
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor)
    first = Expert.objects.order_by("pk").first()
    Expert.objects.filter(pk=first.pk).update(status="frozen")
    with pytest.raises(DrawNotReady, match="第 1 级次 2 名候选人要坐 2 个席位"):
        start(project, operator)
    Expert.objects.update(status="formal")
    assert start(project, operator).candidate_count == 3


def test_an_approval_ends_when_a_fifth_of_the_candidates_is_gone(
    project: Project, operator: User, supervisor: User
) -> None:
    for _ in range(7):
        make_expert()
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor)
    keys = list(Expert.objects.values_list("pk", flat=True))
    Expert.objects.filter(pk__in=keys[:3]).update(status="frozen")
    with pytest.raises(DrawNotReady, match="审核时有 10 名候选人，现在 7 名"):
        start(project, operator)
    Expert.objects.filter(pk=keys[0]).update(status="formal")
    assert start(project, operator).candidate_count == 8


@pytest.mark.usefixtures("_at_the_time")
def test_what_waits_or_was_returned_is_not_drawn_though_no_plan_has_to_be_approved(
    client: Client, project: Project, operator: User, supervisor: User
) -> None:
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    address = reverse("draws:start", args=[project.pk])
    api = Caller(operator, "draws.run")
    login(client, operator)

    def is_refused(why: str) -> None:
        for answer in (
            client.get(address, follow=True),
            client.post(address, {"version": "1"}, follow=True),
        ):
            assert why in answer.content.decode()
        assert (
            why in api.post(f"/projects/{project.pk}/draws", {"plan_version": 1}).json()["detail"]
        )
        assert not Draw.objects.exists()

    is_refused("正在等待审核，有结果之前不能抽取")
    assert plans_to_decide(supervisor)  # it still is the approver's turn
    decide(project, supervisor, agree=False, note="条件太宽，请改")
    is_refused("被审核人退回，不能抽取")
    # Handed in and taken back as it is, it is still what was returned.
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    withdraw_plan(project=project, actor=operator, now=NOW)
    assert version_of(project).state == "已退回"
    with pytest.raises(DrawNotReady, match="被审核人退回"):
        start(project, operator)


@pytest.mark.shows("OVW-06")
@pytest.mark.usefixtures("_at_the_time")
def test_a_plan_is_sent_back_with_reasons_part_by_part(
    client: Client, project: Project, operator: User, supervisor: User
) -> None:
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    version = version_of(project)
    drawer = reverse("workflow:send_back", args=[SUBJECT, version.pk])
    tab = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    login(client, supervisor)
    assert drawer in client.get(tab).content.decode()
    assert "人数和候补人数" in client.get(drawer).content.decode()
    without = client.post(drawer, {"reason-seats": "太少"})
    assert (without.status_code, "太少" in without.content.decode()) == (422, True)
    sent = client.post(
        drawer, {"note": "请改。", "reason-seats": "5 人以上", "reason-reveal": "太早"}
    )
    assert sent.status_code == 204
    said = "请改；人数和候补人数：5 人以上；名单公开的时间：太早"
    back = returned(SUBJECT, version.pk)
    assert back is not None
    assert back.fields == {"seats": "5 人以上", "reveal": "太早"}
    # His who made it, before he mends it and after; and who decides on the next reads the same.
    page = login(Client(), operator).get(tab).content.decode()
    assert "人数和候补人数：5 人以上" in page
    change(project, operator, reply_minutes=61)
    *_, first = history_of(DrawPlan.objects.get(project=project))
    assert first.note.endswith(f"退回：{said}")
    submit_plan(project=project, version=2, actor=operator, now=NOW)
    assert f"退回：{said}。退回之后的改动" in client.get(tab).content.decode()
    assert client.get(drawer).status_code == 404  # of the one that waits no more


def test_what_is_sent_back_is_what_was_shown(
    project: Project, operator: User, supervisor: User
) -> None:
    """Another version stands since, or another project leads: nothing is sent back unread."""
    said: dict[str, Any] = {"note": "请改", "fields": {}, "actor": supervisor, "now": NOW}
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    shown = version_of(project)
    change(project, operator, unit_cap=1)
    submit_plan(project=project, version=2, actor=operator, now=NOW)
    with pytest.raises(PlanChanged):
        send_back_plan(row=shown, **said)
    shown = version_of(project)
    other = make_ready_project(now=NOW, seats=2, actor=operator)
    create_batch(projects=[project, other], name="一批", actor=operator, now=NOW)
    choose_lead(project=other, actor=operator, now=NOW)
    with pytest.raises(PlanApprovalRefused, match="主项目已变动"):
        send_back_plan(row=shown, **said)
    assert not PlanVersion.objects.filter(returned_at__isnull=False).exists()


@pytest.mark.usefixtures("_at_the_time")
def test_after_a_return_nothing_is_drawn_without_the_approvers_word(
    client: Client, project: Project, operator: User, supervisor: User
) -> None:
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor, agree=False, note="条件太宽，请改")
    change(project, operator, unit_cap=None, reply_minutes=61)
    with pytest.raises(DrawNotReady, match="被审核人退回过（第 1 版），此后改过的方案也要审核通过"):
        start(project, operator)
    tab = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    assert [todo.action for todo in todos_for(operator, now=NOW)] == ["去提交"]

    # Nor by emptying the plan and writing it anew.
    delete_plan(project=project, version=2, actor=operator, now=NOW)
    change(project, operator, reply_minutes=61)
    with pytest.raises(DrawNotReady, match="被审核人退回过"):
        start(project, operator)
    submit_plan(project=project, version=4, actor=operator, now=NOW)

    # Who decides reads what was said, and what became of it.
    page = login(client, supervisor).get(tab).content.decode()
    assert "第 1 版曾被退回，此后须审核通过才能抽取" in page
    assert "条件太宽，请改。退回之后的改动：答复时限（分钟）由 60 改为 61。" in page
    *_, first = history_of(DrawPlan.objects.get(project=project))
    assert first.note.startswith("首次保存\n")
    assert first.note.endswith("退回：条件太宽，请改")
    decide(project, supervisor)
    before = login(client, operator).get(reverse("draws:start", args=[project.pk]))
    assert "第 1 版曾被退回，现按审核通过的第 4 版抽取" in before.content.decode()

    # What he approved is no leave to put back what he returned.
    change(project, operator, reply_minutes=60)
    with pytest.raises(DrawNotReady, match="被审核人退回过"):
        start(project, operator)
    submit_plan(project=project, version=5, actor=operator, now=NOW)
    decide(project, supervisor)
    assert start(project, operator).rule_content["plan_version"] == 5


def test_a_version_that_was_returned_first_and_then_approved_was_returned(
    project: Project, operator: User, supervisor: User
) -> None:
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor, agree=False, note="请说明")
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor)
    change(project, operator, reply_minutes=61)
    with pytest.raises(DrawNotReady, match="被审核人退回过"):
        start(project, operator)


def test_what_a_later_step_sent_back_was_returned_though_it_was_taken_back(
    project: Project, operator: User, supervisor: User, admin: User
) -> None:
    steps = [StepData("初审"), StepData("审定", on_rejection=OnRejection.PREVIOUS)]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor)
    assert decide(project, admin, agree=False, note="请改") == Verdict.SENT_BACK
    withdraw_plan(project=project, actor=operator, now=NOW)
    assert version_of(project).state == "已退回"
    change(project, operator, reply_minutes=61)
    with pytest.raises(DrawNotReady, match="被审核人退回过"):
        start(project, operator)


def test_a_return_goes_with_the_projects_into_another_batch(
    project: Project, operator: User, supervisor: User
) -> None:
    other = make_ready_project(now=NOW, seats=2, actor=operator)
    batch = create_batch(projects=[project, other], name="一批", actor=operator, now=NOW)
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor, agree=False, note="请改")
    with pytest.raises(DrawNotReady, match="已被审核人退回"):
        start(project, operator)
    # By the plan of another lead, or alone.
    choose_lead(project=other, actor=operator, now=NOW)
    with pytest.raises(DrawNotReady, match="被审核人退回过"):
        start(other, operator)
    dissolve_batch(batch=batch, actor=operator, now=NOW)
    other.refresh_from_db()
    with pytest.raises(DrawNotReady, match="被审核人退回过"):
        start(other, operator)


def test_the_database_seals_no_plan_to_which_somebody_said_no(
    project: Project, operator: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    monkeypatch.setattr(readiness, "_check_not_disputed", lambda *given: None)
    with pytest.raises(IntegrityError, match="waits for its approval"), transaction.atomic():
        start(project, operator)
    decide(project, supervisor, agree=False, note="请改")
    with pytest.raises(IntegrityError, match="was returned"), transaction.atomic():
        start(project, operator)
    change(project, operator, reply_minutes=61)
    with pytest.raises(IntegrityError, match="was returned"), transaction.atomic():
        start(project, operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanVersion.objects.filter(number=1).update(returned_at=None)


def test_an_approval_that_was_told_of_nothing_thin_does_not_cover_it(
    project: Project, operator: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor)
    monkeypatch.setitem(vars(office.CANDIDATES_PER_SEAT), "default", 2)
    with pytest.raises(DrawNotReady, match="3 名候选人要坐 2 个席位"):
        start(project, operator)


def test_an_office_may_refuse_thin_draws_altogether(
    project: Project, operator: User, supervisor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(office.CANDIDATES_PER_SEAT), "default", 2)
    monkeypatch.setitem(vars(office.THIN), "default", "refuse")
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor)
    with pytest.raises(DrawNotReady, match="使随机抽取有意义"):
        start(project, operator)


def test_the_database_keeps_what_was_approved(
    project: Project, operator: User, supervisor: User
) -> None:
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, supervisor)
    for altered in (
        {"words": {}},
        {"approved": None, "decided_at": None},
        {"thin": [{"text": "x"}]},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlanVersion.objects.update(**altered)


@pytest.mark.usefixtures("_at_the_time")
def test_from_handing_in_to_approval_by_pages(
    client: Client, project: Project, operator: User, supervisor: User
) -> None:
    tab = reverse("projects:detail", args=[project.pk]) + "?tab=plan"
    assert "提交审核" in login(client, operator).get(tab).content.decode()
    client.post(reverse("draws:plan_submit", args=[project.pk, 1]))
    assert "撤回" in client.get(tab).content.decode()
    home = login(client, supervisor).get("/").content.decode()
    assert "审核抽取方案" in home
    page = client.get(tab).content.decode()
    assert "同意按第 1 版方案抽取" in page
    client.post(reverse("draws:plan_agree", args=[project.pk, 1]), {"reason": "可以"})
    assert version_of(project).approved
    drawer = client.get(reverse("draws:plan_versions", args=[project.pk])).content.decode()
    assert "第 1 版" in drawer
    assert "已审核" in drawer


def test_steps_may_ask_of_the_project(project: Project) -> None:
    asked = {"field": "regime", "op": "in", "value": [project.regime]}
    assert parse("draws.planversion", asked)


def test_who_draws_is_sent_to_the_plan_and_not_to_a_draw_that_is_refused(
    project: Project, operator: User, supervisor: User, must_be_approved: None
) -> None:
    def waits(user: User) -> list[tuple[str, str]]:
        return [(todo.title.split("：")[0], todo.action) for todo in todos_for(user, now=NOW)]

    (todo,) = todos_for(operator, now=NOW)
    assert (todo.title, todo.action) == (f"方案待审批：{project.name}", "去提交")
    assert todo.url.endswith("?tab=plan")
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    assert waits(operator) == []  # it is another's turn
    assert waits(supervisor) == [("审核抽取方案", "去审核")]
    decide(project, supervisor)
    assert waits(operator) == [("抽取专家", "去抽取")]


def test_what_is_stored_otherwise_is_a_version_though_its_words_are_the_same(
    project: Project, operator: User, admin: User
) -> None:
    # As an earlier program had stored it.
    ConditionGroup.objects.filter(plan__project=project).update(order=3)
    submit_plan(project=project, version=1, actor=operator, now=NOW)
    decide(project, admin)
    assert approved_version(DrawPlan.objects.get(project=project))
    change(project, operator)
    plan = DrawPlan.objects.get(project=project)
    assert plan.version == 2
    assert [row.words for row in plan.versions.all()] == [plan_in_words(plan)] * 2
    assert history_of(plan)[0].note == "条件的写法有改动，文字相同"


def test_an_approval_says_nothing_of_a_setting_as_it_usually_is(project: Project) -> None:
    """One more column, which every plan has as usual, leaves what was approved."""
    plan = DrawPlan.objects.get(project=project)
    said, _ = content_of(plan)
    assert "unit_cap" in said  # None, where 1 is usual
    assert "reply_minutes" not in said


@pytest.mark.usefixtures("_at_the_time", "must_be_approved")
def test_a_new_account_reads_from_when_it_may_agree(
    client: Client, operator: User, project: Project
) -> None:
    submit_plan(project=project, version=version_of(project).number, actor=operator, now=NOW)
    new = make_user("supervisor", created_at=NOW - timedelta(days=2))
    address = reverse("projects:detail", args=[project.pk])
    page = login(client, new).get(address, {"tab": "plan"}).content.decode()
    assert "暂不能同意：您的账号开通不满 7 天，2026-11-29 09:00 起才能作为第二人确认" in page
    assert "同意按第" not in page


@pytest.mark.usefixtures("must_be_approved")
def test_a_plan_by_which_nobody_could_draw_is_neither_handed_in_nor_approved(
    project: Project, operator: User, supervisor: User
) -> None:
    shortest = office.OWN_NUMBERS[office.REPLY_SHORTEST.code, project.regime]
    configure(shortest, 120)
    with pytest.raises(PlanApprovalRefused, match=r"答复时限为 60 分钟.*请修改抽取方案"):
        submit_plan(project=project, version=1, actor=operator, now=NOW)
    why_not = actions_for_project(project, operator, now=NOW)[ActionCode.SUBMIT_PLAN].why_not
    assert "答复时限为 60 分钟" in why_not
    change(project, operator, reply_minutes=120)
    submit_plan(project=project, version=2, actor=operator, now=NOW)
    configure(shortest, 180)
    with pytest.raises(PlanApprovalRefused, match=r"答复时限为 120 分钟.*请退回"):
        decide(project, supervisor)
    decide(project, supervisor, agree=False, note="按新制度改")
