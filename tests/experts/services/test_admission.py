"""Nobody is a member of the pool before the last step of the office's flow, whatever way he came in."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.accounts.services.passwords import reset_password
from expertpool.audit.models import Entry
from expertpool.audit.services import proven
from expertpool.certificates.models import Certificate
from expertpool.core.configuration import read_once
from expertpool.core.criteria import canonical, parse
from expertpool.core.fields import is_vouched
from expertpool.core.models.bulk import BulkRun
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import DictionaryItem
from expertpool.experts.enums import ExpertSource
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.queries.admission import admissions_waiting_for
from expertpool.experts.queries.availability import not_in_pool
from expertpool.experts.services.admission import (
    approve_admission,
    approve_admissions,
    begin_admissions,
    enter_expert,
    hand_in_again,
    return_admission,
)
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.importing import import_file
from expertpool.experts.services.profile import update_expert
from expertpool.experts.settings import AT_ONCE, TERM_YEARS
from expertpool.notifications.models import Message
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from expertpool.workflow.enums import ApprovalState, OnRejection, StepKind, Verdict
from expertpool.workflow.models import Approval, Decision, FlowStep
from expertpool.workflow.queries.approvals import applying
from expertpool.workflow.queries.steps import is_proven
from expertpool.workflow.services.flows import StepData, save_flow
from tests.attacks.test_rights import make_role
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import make_phone, make_user
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
SUBJECT = "experts.expert"
NOW = timezone.now()
RIGHTS = ("experts.view", "experts.add", "experts.edit", "experts.import")


@pytest.fixture
def clerk() -> User:
    """Enters, edits and imports; admits nobody."""
    return make_user(roles=(make_role(*RIGHTS),), name="李录入", email="li@example.cn")


@pytest.fixture
def committee() -> Role:
    return make_role(*RIGHTS, "experts.admit")


@pytest.fixture
def chiefs() -> Role:
    return make_role("experts.view", "experts.admit")


@pytest.fixture
def member(committee: Role) -> User:
    return make_user(roles=(committee,), name="韦委员")


@pytest.fixture
def chief(chiefs: Role) -> User:
    return make_user(roles=(chiefs,), name="赵主任")


@pytest.fixture
def two_steps(admin: User, committee: Role, chiefs: Role) -> None:
    steps = [StepData("委员会初审", role=committee), StepData("审核", role=chiefs)]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)


def entered(clerk: User, **more: Any) -> Expert:
    values = {"name": "吴艳", "phone": make_phone()} | more
    return enter_expert(values=values, actor=clerk, now=NOW)


def again(expert: Expert) -> Expert:
    return Expert.objects.get(pk=expert.pk)


@pytest.mark.shows("EXP-13", "EXP-14")
def test_a_record_is_a_members_after_the_last_step(
    two_steps: None, clerk: User, member: User, chief: User
) -> None:
    expert = entered(clerk, email="wu@example.cn")
    assert (expert.status, list(admissions_waiting_for(member))) == ("pending", [expert])
    assert not admissions_waiting_for(chief).exists()
    with pytest.raises(ExpertRefused, match="委员会初审"):
        approve_admission(expert=expert, actor=chief, now=NOW)
    assert approve_admission(expert=expert, note="属实", actor=member, now=NOW) is Verdict.ADVANCED
    # The first step is one person's, and no more than that: F-1.
    with pytest.raises(ExpertRefused, match="另一个步骤"):
        approve_admission(expert=expert, actor=member, now=NOW)
    assert again(expert).status == "pending"
    assert not Message.objects.filter(occasion="expert.admitted").exists()
    done = approve_admission(expert=expert, note="同意", actor=chief, now=NOW)
    assert (done, again(expert).status) == (Verdict.APPROVED, "formal")
    log = Entry.objects.filter(subject_type=SUBJECT, subject_id=expert.pk).order_by("id")
    decided = ("expert.admission", "expert.approve")
    steps = [(one.action, one.actor, one.note) for one in log if one.action in decided]
    assert steps == [("expert.admission", member, "属实"), ("expert.approve", chief, "同意")]
    told = Message.objects.filter(occasion="expert.admitted")
    assert {one.channel for one in told} == {"email", "sms"}
    assert all("正式入库" in one.body and "同意" in one.body for one in told)


@pytest.mark.shows("EXP-13", "EXP-39")
def test_whoever_enters_edits_and_freezes_admits_nobody(
    client: Client, clerk: User, member: User
) -> None:
    login(client, clerk)
    posted = {"name": "新人", "phone": make_phone(), "sex": "", "term": ""}
    answer = client.post(reverse("experts:create"), posted, headers={"HX-Request": "true"})
    assert "待审核" in json.loads(answer["HX-Trigger"])["toast"]["message"]
    expert = Expert.objects.get()
    assert expert.status == "pending"
    for name, args in (("approve", [expert.pk]), ("approve_many", []), ("return_many", [])):
        address = reverse(f"experts:{name}", args=args)
        assert client.post(address, {"pk": expert.pk, "reason": "缺证书"}).status_code == 403
    page = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "入库审核中" in page
    assert "审核通过" not in page
    # Nor do those who may admit admit whom they made or changed themselves.
    own = entered(member)
    with pytest.raises(ExpertRefused, match="由其他有权限的人员"):
        approve_admission(expert=own, actor=member, now=NOW)
    update_expert(expert=expert, values={"remark": "补充"}, actor=member, now=NOW)
    with pytest.raises(ExpertRefused, match="修改的"):
        approve_admission(expert=expert, actor=member, now=NOW)
    assert {one.status for one in Expert.objects.all()} == {"pending"}


@pytest.mark.shows("EXP-13", "EXP-07")
def test_an_import_waits_and_is_decided_at_once(
    client: Client, clerk: User, member: User, tmp_path: Path
) -> None:
    rows = [["姓名", "手机号"], *([f"第{at}人", f"138{at:08d}"] for at in range(120))]
    import_file(write_xlsx(tmp_path / "a.xlsx", rows), actor=clerk, now=NOW)
    assert set(Expert.objects.values_list("status", flat=True)) == {"pending"}
    assert begin_admissions(now=NOW) == 120
    assert begin_admissions(now=NOW) == 0  # a job may run twice
    assert all(is_proven(one) for one in Approval.objects.all())
    assert admissions_waiting_for(member).count() == 120
    (told,) = Message.objects.filter(occasion="expert.admissions_waiting")
    assert "120 位专家" in told.body
    login(client, member)
    asked = {"all": "1", "count": 120}
    listed = reverse("experts:approve_many") + "?tab=pending&admission=mine"
    answer = client.post(listed, asked, headers={"HX-Request": "true"})
    run = BulkRun.objects.get()
    assert answer["HX-Redirect"] == reverse("core:bulk_run", args=[run.pk])
    assert run.total == 120


@pytest.mark.shows("EXP-13")
def test_who_is_changed_meanwhile_is_looked_at_anew(
    two_steps: None, client: Client, clerk: User, member: User, chief: User
) -> None:
    expert = entered(clerk)
    seen = Approval.objects.get().pk
    approve_admission(expert=expert, seen=seen, actor=member, now=NOW)
    update_expert(expert=expert, values={"title": "正高级工程师"}, actor=clerk, now=NOW)
    approval = Approval.objects.get(state=ApprovalState.RUNNING)
    assert (approval.pk != seen, approval.step and approval.step.name) == (True, "委员会初审")
    with pytest.raises(ExpertRefused, match="档案修改过"):
        approve_admission(expert=expert, seen=seen, actor=member, now=NOW)
    login(client, chief)
    assert not admissions_waiting_for(chief).exists()
    address = reverse("experts:approve", args=[expert.pk])
    assert client.post(f"{address}?seen={seen}").status_code == 409
    approve_admission(expert=expert, actor=member, now=NOW)
    approve_admission(expert=expert, actor=chief, now=NOW)
    assert again(expert).status == "formal"


@pytest.mark.shows("EXP-13", "EXP-14")
def test_who_is_sent_back_is_corrected_and_handed_in_again(
    client: Client, clerk: User, member: User
) -> None:
    expert = entered(clerk)
    with pytest.raises(ExpertRefused, match="退回原因"):
        return_admission(expert=expert, note=" ", actor=member, now=NOW)
    login(client, member)
    drawer = reverse("workflow:send_back", args=[SUBJECT, expert.pk])
    posted = {"note": "请核对", "reason-title": "与证书不符"}
    assert client.post(drawer, posted, headers={"HX-Request": "true"}).status_code == 204
    assert again(expert).status == "pending"
    letters = Message.objects.filter(occasion="expert.admission_returned")
    assert {one.channel for one in letters} == {"site", "email"}
    assert all("职称：与证书不符" in one.body for one in letters)
    with pytest.raises(ExpertRefused, match="重新提交"):
        approve_admission(expert=expert, actor=member, now=NOW)
    login(client, clerk)
    listed = reverse("experts:list") + "?tab=pending&admission="
    assert client.get(f"{listed}returned").context["page"].paginator.count == 1
    assert client.get(f"{listed}running").context["page"].paginator.count == 0
    assert "位专家入库被退回" in client.get("/").content.decode()
    update_expert(expert=expert, values={"title": "工程师"}, actor=clerk, now=NOW)
    assert not admissions_waiting_for(member).exists()  # not before he says so
    page = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "与证书不符" in page
    answer = client.post(reverse("experts:hand_in", args=[expert.pk]))
    assert (answer.status_code, list(admissions_waiting_for(member))) == (204, [expert])
    with pytest.raises(ExpertRefused, match="正在审核中"):
        hand_in_again(expert=expert, actor=clerk, now=NOW)
    approve_admission(expert=expert, actor=member, now=NOW)
    assert again(expert).status == "formal"


@pytest.mark.shows("EXP-13")
def test_what_a_step_asks_holds_for_each_of_many(admin: User, member: User, chiefs: Role) -> None:
    """The first step that each meets is his, as if they had come one by one."""
    high = canonical(parse(SUBJECT, {"field": "title_level", "op": "gte", "value": 3}))
    steps = [StepData("专家组", role=chiefs, condition=high), StepData("审核")]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)
    rows = [make_expert(status="pending", title_level=level) for level in (0, 3, 4)]
    assert begin_admissions(now=NOW) == 3
    at = {one.subject_id: one.step and one.step.name for one in Approval.objects.all()}
    assert [at[one.pk] for one in rows] == ["审核", "专家组", "专家组"]
    assert [one.pk for one in admissions_waiting_for(member)] == [rows[0].pk]


@pytest.mark.parametrize("op", ["eq", "ne"])
def test_nobody_goes_past_a_step_whose_word_is_gone(
    client: Client, admin: User, chiefs: Role, op: str
) -> None:
    word = DictionaryItem.objects.create(dictionary=DictionaryCode.EXPERT_TYPE, name="寅类")
    asked = {"field": "expert_type", "op": op, "value": "寅类"}
    rows = [make_expert(status="pending", expert_type=kind) for kind in ("", "寅类")]
    steps = [StepData("专家组", role=chiefs, condition=asked), StepData("审核")]
    version = save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)
    login(client, admin)
    pages = reverse("workflow:flow_list"), reverse("workflow:flow", args=[SUBJECT])
    assert not any("条件须修改" in client.get(page).content.decode() for page in pages)
    word.delete()
    first = version.steps.get(order=1)
    assert applying(first, rows, now=NOW) == [one.pk for one in rows]
    # What is over reads by what was meant.
    met = [rows[1].pk] if op == "eq" else [rows[0].pk]
    assert applying(first, rows, now=NOW, is_past=True) == met
    # Nor is anything made public by it.
    assert applying(FlowStep(kind=StepKind.NOTICE, condition=asked), rows, now=NOW) == []
    for page in pages:
        seen = client.get(page).content.decode()
        assert '<p class="flow-if">专家类型' in seen
        assert "没有“寅类”这一项，请重新选择。在改好之前，所有申请都经过这一步。" in seen


def test_the_office_may_let_those_in_at_once_whom_they_enter_who_may_admit(
    clerk: User, member: User
) -> None:
    configure(AT_ONCE, True)
    assert entered(clerk).status == "pending"
    expert = entered(member, email="wu@example.cn")
    out = Expert.objects.filter(not_in_pool(NOW))
    assert (expert.status, out.filter(pk=expert.pk).exists()) == ("formal", False)
    assert Message.objects.filter(occasion="expert.admitted").exists()


def allow(at_once: bool, *, actor: User, now: datetime) -> None:
    save_settings(
        group=AT_ONCE.group,
        values={AT_ONCE.code: at_once},
        version=version_of(AT_ONCE.group),
        actor=actor,
        now=now,
    )


def test_letting_them_in_at_once_is_told_counts_a_day_later_and_is_shown(
    admin: User, member: User, clerk: User, supervisor: User, client: Client
) -> None:
    allow(True, actor=admin, now=timezone.now())
    told = [one.recipient for one in Message.objects.filter(occasion="request.lowered")]
    assert {member.name, supervisor.name} <= {*told}
    assert not {admin.name, clerk.name} & {*told}
    enter = partial(enter_expert, actor=member)
    now = timezone.now()
    early = enter(values={"name": "早一天", "phone": make_phone()}, now=now)
    late = enter(values={"name": "晚一天", "phone": make_phone()}, now=now + timedelta(hours=25))
    assert (early.status, late.status) == ("pending", "formal")
    login(client, clerk)
    page = client.get(reverse("experts:list")).content.decode()
    assert "专家直接在库」现为：关闭，" in page
    allow(False, actor=admin, now=now + timedelta(hours=26))
    assert "直接在库" not in client.get(reverse("experts:list")).content.decode()
    assert enter(values={"name": "关了", "phone": make_phone()}, now=now).status == "pending"
    assert Message.objects.filter(occasion="request.lowered").count() == len(told)


def test_at_once_is_whom_an_approver_of_the_last_step_enters(
    two_steps: None, member: User, chief: User
) -> None:
    configure(AT_ONCE, True)
    assert entered(member).status == "pending"
    assert entered(chief).status == "formal"


def test_who_is_deleted_waits_no_more_and_begins_anew_when_he_is_back(
    clerk: User, member: User
) -> None:
    expert = entered(clerk)
    act = partial(delete_expert, reason="重复录入", actor=clerk)
    expert = act(expert=expert, now=NOW)
    assert Approval.objects.get().state == ApprovalState.WITHDRAWN
    later = NOW + timedelta(minutes=1)
    restore_expert(expert=expert, actor=clerk, now=later)
    assert list(admissions_waiting_for(member)) == [expert]


def test_nobody_agrees_by_a_row_that_was_written(clerk: User, member: User) -> None:
    """Whoever writes rows and leads an approval to its end makes no member."""
    expert = entered(clerk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workflow_approval SET moves = moves + 1")
    with pytest.raises(ExpertRefused, match="系统之外"):
        approve_admission(expert=expert, actor=member, now=NOW)


@pytest.mark.shows("EXP-13", "OVW-06")
def test_whoever_sends_back_to_a_step_reads_so(
    client: Client,
    admin: User,
    clerk: User,
    committee: Role,
    chiefs: Role,
    member: User,
    chief: User,
) -> None:
    """The window said nothing of where it goes, offered a box for each field, and the toast was English."""
    back = OnRejection.PREVIOUS
    steps = [
        StepData("委员会初审", role=committee),
        StepData("终审", role=chiefs, on_rejection=back),
    ]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)
    expert = entered(clerk)
    drawer = reverse("workflow:send_back", args=[SUBJECT, expert.pk])
    own = login(Client(), member)
    assert 'name="reason-title"' in own.get(drawer).content.decode()
    approve_admission(expert=expert, actor=member, now=NOW)
    login(client, chief)
    form = client.get(drawer).content.decode()
    assert "退回「委员会初审」" in form
    assert 'name="reason-' not in form
    assert toast(client.post(drawer, {"note": "再核实"})) == "吴艳：已退回「委员会初审」重新审核。"
    assert not Message.objects.filter(occasion="expert.admission_returned").exists()
    assert toast(own.post(drawer, {"note": "缺证书"})) == "已退回，意见已转告。"
    assert Message.objects.filter(occasion="expert.admission_returned").exists()


def toast(answer: Any) -> str:
    said: str = json.loads(answer.headers["HX-Trigger"])["toast"]["message"]
    return said


def test_it_is_not_offered_to_whom_it_would_be_refused(
    clerk: User, committee: Role, admin: User, client: Client
) -> None:
    """Neither button nor count: why, the page says in words. He can still send back."""
    expert = entered(clerk)
    young = make_user(roles=(committee,), created_at=timezone.now() - timedelta(days=1))
    login(client, young)
    page = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "您的账号开通不满 7 天" in page
    assert reverse("experts:approve", args=[expert.pk]) not in page
    assert ">退回<" in page
    assert not admissions_waiting_for(young).exists()
    menu = client.get(reverse("experts:menu", args=[expert.pk])).content.decode()
    assert ("审核通过" in menu, "退回" in menu) == (False, True)
    assert "位专家待您审核入库" not in client.get("/").content.decode()
    with pytest.raises(ExpertRefused, match="不满 7 天"):
        approve_admission(expert=expert, actor=young, now=timezone.now())
    # Whom the administrator let in again lately is not his to agree with; of others he is told as before.
    assert list(admissions_waiting_for(admin)) == [expert]
    reset_password(user=clerk, actor=admin, now=timezone.now())
    other = entered(make_user(roles=(committee,), name="另一人"))
    assert list(admissions_waiting_for(admin)) == [other]


def test_what_is_asked_of_himself_is_asked_once_for_any_number_of_makers(
    clerk: User, committee: Role, admin: User
) -> None:
    """The menu counts on each page who waits: behind whom he stands is all that is asked of each."""

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            list(admissions_waiting_for(User.objects.get(pk=admin.pk)))
        return len(queries)

    entered(clerk)
    reset_password(user=clerk, actor=admin, now=timezone.now())
    others = [entered(make_user(roles=(committee,), name=f"录入{n}")) for n in range(2)]
    assert set(admissions_waiting_for(admin)) == set(others)
    three = asked()
    others += [entered(make_user(roles=(committee,), name=f"录入{n}")) for n in range(2, 4)]
    assert set(admissions_waiting_for(admin)) == set(others)
    assert asked() - three <= 2 * 6


@pytest.mark.parametrize("source", [ExpertSource.MANUAL, ExpertSource.INTERFACE])
def test_who_is_admitted_has_the_term_that_his_certificate_prints(
    clerk: User, member: User, source: str
) -> None:
    """Whatever way he came: otherwise nothing of it would end but the paper."""
    admit = partial(approve_admission, actor=member, now=NOW)
    today = timezone.localdate(NOW)
    own = today + timedelta(days=30)
    enter = partial(enter_expert, source=source, actor=clerk, now=NOW)
    expert = enter(values={"name": "吴艳", "phone": make_phone()})
    given = enter(values={"name": "何平", "phone": make_phone(), "term_end_date": own})
    admit(expert=expert)
    admit(expert=given)
    expert, given = again(expert), again(given)
    assert expert.term_start_date == today
    assert expert.term_end_date is not None
    assert (expert.term_end_date + timedelta(days=1)).year == today.year + 3
    assert (given.term_start_date, given.term_end_date) == (None, own)
    configure(TERM_YEARS, 0)
    unlimited = enter(values={"name": "没有", "phone": make_phone()})
    admit(expert=unlimited)
    assert again(unlimited).term_end_date is None


def test_who_is_imported_as_a_member_has_a_term_too(member: User, tmp_path: Path) -> None:
    configure(AT_ONCE, True)
    head = ["姓名", "手机号", "工作单位", "聘期至"]
    rows = [["王甲", make_phone(), "甲院", ""], ["王乙", make_phone(), "甲院", "2099-12-31"]]
    path = write_xlsx(tmp_path / "在库.xlsx", [head, *rows])
    import_file(path, actor=member, now=NOW, options={"status": "formal"})
    found = [(one.name, one.status, one.term_start_date) for one in Expert.objects.all()]
    ends = {one.name: one.term_end_date for one in Expert.objects.all()}
    today = timezone.localdate(NOW)
    assert {*found} == {("王甲", "formal", today), ("王乙", "formal", None)}
    assert ends["王甲"].year in (today.year + 2, today.year + 3)
    assert str(ends["王乙"]) == "2099-12-31"


@pytest.mark.shows("EXP-13")
def test_many_are_admitted_as_one_by_one_by_as_many_statements_as_few(
    clerk: User, member: User
) -> None:
    """Five thousand took sixty-six statements each, an hour beside the work of others."""
    term = {"term_start_date": NOW.date(), "term_end_date": NOW.date() + timedelta(days=90)}
    emails = [{"email": f"wu{at}@example.cn"} for at in range(8)]
    few, many = (
        [entered(clerk, **one, **(term if at % 2 else {})) for at, one in enumerate(some)]
        for some in (emails[:2], emails[2:])
    )
    first, own = entered(clerk), entered(member)
    sent_back, forged, formal = entered(clerk), entered(clerk), make_expert()
    return_admission(expert=sent_back, note="缺证书", actor=member, now=NOW)
    Approval.objects.filter(subject_id=forged.pk).update(moves=1)
    unbegun = make_expert(status="pending", created_by=clerk)
    approve_admission(expert=first, actor=member, now=NOW)  # the series of numbers is there

    def approve(experts: list[Expert]) -> tuple[dict[int, Any], int]:
        with read_once(), CaptureQueriesContext(connection) as asked:
            said = approve_admissions(experts=experts, note="同意", actor=member, now=NOW)
        return said, len(asked)

    said, of_few = approve(few)
    more, of_many = approve(many)
    assert {*said.values(), *more.values()} == {Verdict.APPROVED}
    assert of_many == of_few
    mixed, _ = approve([own, sent_back, forged, formal, unbegun])
    why = {key: str(one) for key, one in mixed.items() if isinstance(one, ExpertRefused)}
    assert mixed[unbegun.pk] is Verdict.APPROVED
    for expert, word in (
        (own, "修改的"),
        (sent_back, "重新提交"),
        (forged, "之外"),
        (formal, "在库"),
    ):
        assert word in why[expert.pk]
        assert again(expert).status == expert.status
    keys = [one.pk for one in (*few, *many, unbegun)]
    assert {*Expert.objects.filter(pk__in=keys).values_list("status", flat=True)} == {"formal"}
    entries = Entry.objects.filter(subject_type=SUBJECT, subject_id__in=[str(key) for key in keys])
    for action, note in (("expert.approve", "同意"), ("certificate.issue", "")):
        rows = entries.filter(action=action)
        assert sorted(int(one.subject_id) for one in proven(rows)) == sorted(keys)
        assert {one.note for one in rows} == {note}
    ends = dict(Certificate.objects.values_list("expert", "valid_until"))
    assert ends[few[1].pk] == term["term_end_date"] != ends[few[0].pk]
    assert all(is_proven(one) for one in Approval.objects.filter(subject_id__in=keys))
    assert all(is_vouched(one) for one in Decision.objects.all())
    told = Message.objects.filter(occasion="expert.admitted", channel="email")
    assert {str(one.about_id) for one in told} == {str(one.pk) for one in (*few, *many)}


@pytest.mark.shows("EXP-13")
def test_many_go_on_to_the_step_that_each_meets(
    admin: User, clerk: User, member: User, committee: Role, chiefs: Role
) -> None:
    high = canonical(parse(SUBJECT, {"field": "title_level", "op": "gte", "value": 3}))
    steps = [
        StepData("初审", role=committee),
        StepData("专家组", role=chiefs, condition=high),
        StepData("终审", role=chiefs),
    ]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=NOW)
    rows = [entered(clerk, title_level=level) for level in (0, 3, 4)]
    said = approve_admissions(experts=rows, actor=member, now=NOW)
    assert {*said.values()} == {Verdict.ADVANCED}
    log = Entry.objects.filter(action="expert.admission", after__结果=Verdict.ADVANCED.label)
    at = {int(one.subject_id): one.after["当前步骤"] for one in log}
    assert [at[one.pk] for one in rows] == ["终审", "专家组", "专家组"]
    twice = approve_admissions(experts=rows, actor=member, now=NOW)
    assert all("另一个步骤" in str(one) for one in twice.values())
