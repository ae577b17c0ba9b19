"""Yearly inspections: opened, handed in, decided; who is not drawn by what came of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import drawable, suspended
from expertpool.files.services import attach
from expertpool.inspections.enums import RoundState, State
from expertpool.inspections.exceptions import ChangedElsewhere, InspectionRefused
from expertpool.inspections.models import Inspection, Round
from expertpool.inspections.queries.inspections import (
    FILES,
    held_back,
    inspections_visible_to,
    rounds_visible_to,
    to_decide,
)
from expertpool.inspections.services.deciding import decide_inspection, lift, reopen
from expertpool.inspections.services.rounds import (
    close_round,
    fill_round,
    open_round,
    remove_round,
    save_round,
)
from expertpool.inspections.services.submitting import hand_in, hand_in_for, save_draft
from expertpool.inspections.services.terms import remind, remind_all, tell_suspended
from expertpool.notifications.models import Message
from expertpool.workflow.enums import Verdict
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.fields import make_field
from tests.factories.inspections import (
    VALUES,
    hand_in_inspection,
    inspection_of,
    make_inspection,
    make_round,
    open_one,
)
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
DAY = timedelta(days=1)


def decided(row: Inspection, actor: User, outcome: str, note: str = "", **more: Any) -> Verdict:
    now = more.pop("now", None) or timezone.now()
    return decide_inspection(row=row, outcome=outcome, note=note, actor=actor, now=now, **more)


def is_drawn(expert: Expert, at: datetime) -> bool:
    rows = Expert.objects.filter(drawable(at, at + DAY, now=at), pk=expert.pk)
    assert rows.exists() != Expert.objects.filter(suspended(at), pk=expert.pk).exists()
    return rows.exists()


def told_of(occasion: str) -> int:
    return Message.objects.filter(occasion=occasion, channel="site").count()


@pytest.mark.shows("EXP-49")
def test_a_round_is_opened_handed_in_returned_and_passed(client: Client, admin: User) -> None:
    """By pages: the office opens, the expert hands in on his telephone, what is returned comes back mended."""
    user = make_user("expert")
    expert = make_expert("王立新")
    give_account(expert, user)
    make_expert("冻结者", status=ExpertStatus.FROZEN)
    office, own = login(client, admin), login(Client(), user)
    today = timezone.localdate()
    given = {
        "name": "2026 年度专家年检",
        "year": "2026",
        "due_date": str(today + 30 * DAY),
        "suspend_from": str(today + 40 * DAY),
        "guidance": "请说明变化。",
        "materials": "执业证书\n\n继续教育证明\n执业证书",
        "declaration": "所填属实。",
        "criteria": "",
    }
    wrong = office.post(reverse("inspections:create"), given | {"suspend_from": str(today)})
    assert wrong.status_code == 422
    assert "应在提交截止之后" in wrong.content.decode()
    made = office.post(reverse("inspections:create"), given)
    row = Round.objects.get()
    assert made.headers["HX-Redirect"] == reverse("inspections:round", args=[row.pk])
    assert row.materials == ["执业证书", "继续教育证明"]
    page = office.get(reverse("inspections:round", args=[row.pk])).content.decode()
    assert "现有 1 位在库专家" in page
    assert "还没有年检" not in own.get(reverse("inspections:own")).content.decode()
    assert "没有年检" in own.get(reverse("inspections:own")).content.decode()
    assert office.post(reverse("inspections:open", args=[row.pk])).status_code == 204
    assert office.post(reverse("inspections:open", args=[row.pk])).status_code == 409
    fill_round(round_id=row.pk, now=timezone.now())
    fill_round(round_id=row.pk, now=timezone.now())  # a worker that died begins anew
    assert told_of("inspection.opened") == 1
    one = Inspection.objects.get()
    assert one.expert == expert
    assert "提交年检：2026 年度专家年检" in own.get("/").content.decode()
    fill = reverse("inspections:fill", args=[one.pk])
    assert "承诺并提交" in own.get(fill).content.decode()
    draft = own.post(
        reverse("inspections:draft", args=[one.pk]), {"contents": "无", "version": "0"}
    )
    assert draft.json()["version"] == 1
    again = own.post(
        reverse("inspections:draft", args=[one.pk]), {"contents": "另", "version": "0"}
    )
    assert again.status_code == 409
    assert again.json()["elsewhere"]
    answer = own.post(fill, {"contents": "", "version": "1", "act": "submit"})
    assert answer.status_code == 422
    for said in (
        "请填写本年度情况",
        "这次提交时缺少材料：执业证书、继续教育证明",
        "请阅读承诺内容并勾选",
    ):
        assert said in answer.content.decode()
    for kind in ("m1", "m2"):
        address = reverse("files:subject", args=["inspections.inspection", one.pk])
        file = SimpleUploadedFile("证.pdf", b"%PDF-1.7\n%%EOF\n")
        assert own.post(f"{address}?kind={kind}", {"files": file}).status_code == 200
    one.refresh_from_db()
    post = {"contents": "无变化", "version": str(one.version), "act": "submit"}
    assert "请阅读承诺" in own.post(fill, post).content.decode()
    one.refresh_from_db()
    post |= {"version": str(one.version), "declared": "on"}
    assert "可以直接拍照上传" in own.get(fill).content.decode()
    assert own.post(fill, post).headers["Location"] == reverse("inspections:own")
    assert "可以直接拍照上传" not in own.get(fill).content.decode()
    assert "审核年检" in office.get("/").content.decode()
    detail = office.get(reverse("inspections:detail", args=[one.pk])).content.decode()
    assert "无变化" in detail
    assert "证.pdf" in detail
    decide = reverse("inspections:decide", args=[one.pk])
    assert "须写明原因" in office.get(decide).content.decode()
    assert office.post(decide, {"outcome": "returned"}).status_code == 422
    assert office.post(decide, {"outcome": "returned", "why_m2": "已过期"}).status_code == 204
    sent_back = office.get(reverse("inspections:detail", args=[one.pk])).content.decode()
    assert "已退回修改" in sent_back
    assert "还没有提交" not in sent_back
    page = own.get(fill).content.decode()
    assert "继续教育证明：已过期" in page
    assert told_of("inspection.decided") == 1
    letter = Message.objects.filter(occasion="inspection.decided").latest("pk").body
    assert "您的「" in letter
    hand_in_inspection(Inspection.objects.select_related("round", "expert__user").get())
    many = {"pk": [one.pk], "count": "1", "at": timezone.now().isoformat()}
    assert office.post(reverse("inspections:pass_many", args=[row.pk]), many).status_code == 204
    one.refresh_from_db()
    assert one.state == State.PASSED
    listed = office.get(reverse("inspections:round", args=[row.pk]), {"tab": "passed"})
    assert "王立新" in listed.content.decode()
    tab = office.get(reverse("experts:detail", args=[expert.pk]), {"tab": "inspections"})
    assert "2026 年度专家年检" in tab.content.decode()
    file = office.post(
        reverse("core:export", args=["inspections.inspections"]),
        query_params={"round": row.pk, "tab": "passed"},
    )
    assert file.headers["Content-Type"].endswith("sheet")
    assert is_drawn(expert, timezone.now() + 60 * DAY)


@pytest.mark.shows("EXP-49")
def test_who_does_not_hand_in_is_not_drawn_until_he_passes(admin: User, time_machine: Any) -> None:
    now = timezone.now()
    expert, silent = make_expert(), make_expert()
    row = open_one(now=now, days=10)
    one = inspection_of(expert, row)
    last = now + 10 * DAY
    hand_in_inspection(one, now=last)
    suspended_on = now + 24 * DAY
    assert is_drawn(silent, suspended_on - DAY)
    assert is_drawn(expert, suspended_on)  # he waits for the office
    assert not is_drawn(silent, suspended_on)
    time_machine.move_to(suspended_on, tick=False)
    office = login(Client(), admin)
    marked = [
        "暂停抽取</span>" in office.get(reverse("experts:detail", args=[one.pk])).content.decode()
        for one in (expert, silent)
    ]
    assert marked == [False, True]
    assert tell_suspended(now=suspended_on) == 1
    assert tell_suspended(now=suspended_on + DAY) == 0
    assert told_of("inspection.suspended") == 1
    assert Entry.objects.get(action="inspection.suspend").subject_id == str(silent.pk)
    late = hand_in_inspection(inspection_of(silent, row), now=suspended_on + DAY)
    assert not is_drawn(silent, suspended_on + DAY)
    decided(late, admin, State.RETURNED, "请补充", now=suspended_on + DAY)
    assert not is_drawn(silent, suspended_on + DAY)
    late = hand_in_inspection(inspection_of(silent, row), now=suspended_on + 2 * DAY)
    decided(late, admin, State.PASSED, now=suspended_on + 2 * DAY)
    assert is_drawn(silent, suspended_on + 2 * DAY)


@pytest.mark.shows("EXP-49")
def test_who_is_not_passed_is_not_drawn_until_it_is_lifted_or_a_later_round_passes(
    admin: User,
) -> None:
    now, expert = timezone.now(), make_expert()
    row = open_one(now=now, days=1)
    one = hand_in_inspection(inspection_of(expert, row), now=now)
    with pytest.raises(InspectionRefused, match="原因"):
        decided(one, admin, State.FAILED)
    decided(one, admin, State.FAILED, "证书已注销", now=now)
    assert is_drawn(expert, now + 14 * DAY)
    after = now + 15 * DAY
    assert not is_drawn(expert, after)
    assert tell_suspended(now=after) == 0  # he was told with the result
    reopen(row=one, reason="复核后补交", actor=admin, now=after)
    assert not is_drawn(expert, after)
    one = hand_in_inspection(inspection_of(expert, row), now=after)
    decided(one, admin, State.FAILED, "仍不符", now=after)
    with pytest.raises(InspectionRefused, match="原因"):
        lift(row=one, reason="", actor=admin, now=after)
    lift(row=one, reason="领导班子研究决定", actor=admin, now=after)
    assert is_drawn(expert, after)
    with pytest.raises(InspectionRefused, match="没有暂停"):
        lift(row=one, reason="再来一次", actor=admin, now=after)
    other = make_expert()
    first = inspection_of(other, open_one(now=now, days=1))
    assert not is_drawn(other, after)
    second = inspection_of(other, open_one(now=after, days=5, year=2027))
    decided(hand_in_inspection(second, now=after), admin, State.PASSED, now=after)
    first.refresh_from_db()
    assert "通过" in first.lift_reason
    assert is_drawn(other, after)


def test_a_round_without_consequence_suspends_nobody(admin: User) -> None:
    now, expert = timezone.now(), make_expert()
    one = hand_in_inspection(inspection_of(expert, open_one(now=now, suspend_from=None)), now=now)
    decided(one, admin, State.FAILED, "证书已注销")
    assert is_drawn(expert, now + 300 * DAY)


def test_of_two_who_decide_one_is_refused_and_nobody_decides_on_his_own(admin: User) -> None:
    one = hand_in_inspection(make_inspection())
    user = one.expert.user
    assert user is not None
    with pytest.raises(InspectionRefused, match="工作账号"):
        decided(one, user, State.PASSED)
    with pytest.raises(InspectionRefused, match="刷新页面"):
        decided(one, admin, State.PASSED, seen=timezone.now() - DAY)  # handed in anew since
    decided(one, admin, State.PASSED)
    with pytest.raises(InspectionRefused, match="刷新页面"):
        decided(one, make_user("admin"), State.FAILED, "证书已注销")
    with pytest.raises(InspectionRefused, match="不能再改动"):
        save_draft(
            row=one,
            contents="改",
            declared=True,
            version=one.version,
            actor=user,
            now=timezone.now(),
        )
    stranger = make_user("expert")
    give_account(make_expert(), stranger)
    with pytest.raises(InspectionRefused, match="本人"):
        hand_in(
            row=one, contents="改", declared=True, version=1, actor=stranger, now=timezone.now()
        )
    answer = login(Client(), stranger).get(reverse("inspections:fill", args=[one.pk]))
    assert answer.status_code == 404


def test_the_office_hands_in_for_who_has_no_account(client: Client, admin: User) -> None:
    row = make_inspection(make_expert("王小明"), materials=["资格证书"])
    login(client, admin)
    page = client.get(reverse("inspections:detail", args=[row.pk])).content.decode()
    assert "没有登录账号" in page
    address = reverse("inspections:hand_in_for", args=[row.pk])
    assert row.round.declaration in client.get(address).content.decode()
    values = {"contents": "无变化", "declared": "on", "version": "0"}
    assert "这次提交时缺少材料：资格证书" in client.post(address, values).content.decode()
    file = SimpleUploadedFile("证书.pdf", b"%PDF-1.7\n%%EOF\n")
    attach(subject=row, uploaded_file=file, kind="m1", actor=admin, now=timezone.now())
    unsigned = client.post(address, values | {"declared": ""})
    assert "请阅读承诺内容并勾选" in unsigned.content.decode()
    assert client.post(address, values).status_code == 204
    row.refresh_from_db()
    assert (row.state, row.asked_by) == (State.SUBMITTED, admin)
    entry = Entry.objects.get(action="inspection.hand_in")
    assert "代没有账号的专家提交" in entry.note
    # At once, though names may be sealed: the office has done it, and somebody else decides.
    assert row not in to_decide(admin)
    other = make_user("admin")
    assert row in to_decide(other)
    with pytest.raises(InspectionRefused):
        decided(row, admin, State.PASSED)
    decided(row, other, State.PASSED)
    assert client.post(address, values).status_code in {409, 422}


def test_who_has_an_account_hands_in_himself(admin: User) -> None:
    expert = make_expert()
    give_account(expert, make_user("expert"))
    row = make_inspection(expert)
    mine, alien = make_department("甲"), make_user("department", department=make_department("乙"))
    other = make_inspection(make_expert(department=mine))
    for one, actor in ((row, admin), (other, alien)):
        with pytest.raises(InspectionRefused, match="不能代为提交"):
            hand_in_for(
                row=one, contents="无", signed=True, version=0, actor=actor, now=timezone.now()
            )
    assert not FILES.may_edit(admin, str(row.pk))
    assert FILES.may_edit(admin, str(other.pk))
    assert not FILES.may_edit(alien, str(other.pk))


def test_a_round_that_asks_what_its_keeper_may_not_see_waits_for_who_may(
    client: Client, admin: User
) -> None:
    field = make_field("丁选", options=("子", "寅"))
    make_expert(extra={field.code: "子"})
    row = make_round(actor=admin, criteria={"field": field.code, "op": "in", "value": ["子"]})
    data = FieldData("丁选", ["子", "寅"], readers=["operator"])
    change_field(field=field, data=data, actor=None, now=timezone.now())
    with pytest.raises(InspectionRefused, match="由能看到它的人来做") as refused:
        open_round(row=row, actor=admin, now=timezone.now())
    assert "修改范围" not in str(refused.value)  # where he finds a lock and nothing to take away
    page = login(client, admin).get(reverse("inspections:round", args=[row.pk])).content.decode()
    assert "由能看到它的人来做" in page
    assert "请删除该条件" not in page


def test_a_draft_of_another_device_is_not_lost(admin: User) -> None:
    one = make_inspection()
    user = make_user("expert")
    give_account(one.expert, user)
    given: dict[str, Any] = {"row": one, "declared": False, "actor": user, "now": timezone.now()}
    save_draft(contents="手机上写的", version=0, **given)
    with pytest.raises(ChangedElsewhere):
        save_draft(contents="电脑上写的", version=0, **given)
    own = login(Client(), user)
    fill = reverse("inspections:fill", args=[one.pk])
    answer = own.post(fill, {"contents": "电脑上写的", "version": "0", "act": "submit"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "电脑上写的" in page
    assert 'name="version" value="1"' in page
    assert own.post(fill, {"contents": "电脑上写的", "version": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"due_date": timezone.localdate()}, "今天之后"),
        ({"name": ""}, "不能为空|此字段"),
        ({"year": 1990}, "2000"),
        ({"materials": list("一二三四五六七")}, "最多 6 项"),
        ({"declaration": ""}, "不能为空|此字段"),
    ],
)
def test_what_is_wrong_is_said_in_words(admin: User, values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        make_round(**values)
    assert not Round.objects.exists()


def test_what_experts_were_told_does_not_get_worse(admin: User) -> None:
    now = timezone.now()
    make_expert()
    row = open_one(now=now)
    given = VALUES | {"name": row.name, "due_date": row.due_date, "suspend_from": row.suspend_from}

    def save(**values: Any) -> None:
        save_round(row=row, values=given | values, actor=admin, now=now)

    with pytest.raises(ValidationError, match="只能延后"):
        save(due_date=row.due_date - DAY)
    with pytest.raises(ValidationError, match="只能延后或取消"):
        save(suspend_from=row.suspend_from - DAY)
    save(due_date=row.due_date + DAY, materials=["不算"])
    assert Inspection.objects.get().due_on == row.due_date + DAY
    assert Round.objects.get().materials == []
    save(due_date=row.due_date + DAY, suspend_from=None)
    row.refresh_from_db()
    with pytest.raises(ValidationError, match="不能再加"):
        save_round(
            row=row,
            values=given | {"due_date": row.due_date, "suspend_from": row.due_date + DAY},
            actor=admin,
            now=now,
        )


def test_only_what_nobody_was_told_of_is_removed_and_only_what_is_over_ends(admin: User) -> None:
    now = timezone.now()
    row = make_round()
    with pytest.raises(InspectionRefused, match="没有符合条件"):
        open_round(row=row, actor=admin, now=now)
    operator = make_user("operator")
    assert not rounds_visible_to(operator).exists()
    remove_round(row=row, actor=admin, now=now)
    make_expert()
    row = open_one(now=now, days=1)
    assert rounds_visible_to(operator).exists()
    with pytest.raises(InspectionRefused, match="刷新页面"):
        remove_round(row=row, actor=admin, now=now)
    with pytest.raises(InspectionRefused, match="过了这一天"):
        close_round(row=row, actor=admin, now=now + DAY)
    close_round(row=row, actor=admin, now=now + 2 * DAY)
    assert Round.objects.get().state == RoundState.CLOSED
    one = Inspection.objects.select_related("round", "expert").get()
    assert not one.may_submit
    assert held_back(one.expert, timezone.localdate(now + 20 * DAY)).exists()


def test_each_is_reminded_once_of_each_day_that_the_office_chose(admin: User) -> None:
    now = timezone.now()
    make_expert()
    expert = make_expert()
    row = open_one(now=now, days=20)
    hand_in_inspection(inspection_of(expert, row), now=now)
    assert remind(now=now + DAY) == 0  # 30 days before was before it began
    week = now + 13 * DAY
    assert remind(now=week) == 1
    remind(now=week)
    remind(now=week + DAY)
    assert told_of("inspection.reminded") == 1
    assert remind(now=now + 19 * DAY) == 1
    assert told_of("inspection.reminded") == 2
    rows = inspections_visible_to(admin)
    assert remind_all(round_=row, rows=rows, actor=admin, now=now) == 1
    remind_all(round_=row, rows=rows, actor=admin, now=now)
    assert told_of("inspection.reminded") == 3


def test_who_may_see_decide_and_export(admin: User) -> None:
    one = hand_in_inspection(make_inspection())
    operator = make_user("operator")
    assert inspections_visible_to(operator).get() == one
    assert to_decide(admin).get() == one
    client = login(Client(), operator)
    page = client.get(reverse("inspections:round", args=[one.round_id]))
    assert "通过所选" not in page.content.decode()
    assert client.get(reverse("inspections:decide", args=[one.pk])).status_code == 403
    department = login(Client(), make_user("department"))
    assert department.get(reverse("inspections:list")).status_code == 403


@pytest.mark.shows("EXP-40")
def test_a_round_belongs_to_the_department_of_who_made_or_opened_it(admin: User) -> None:
    mine, other = make_department("工程部"), make_department("财务部")
    role = make_role("inspections.manage", scope=Scope.DEPARTMENT)
    clerk, beside = (make_user(roles=(role,), department=one) for one in (mine, other))
    make_expert("张伟", department=mine)

    def tried(user: User, row: Round, *acts: str) -> set[int]:
        client = login(Client(), user)
        return {
            client.post(reverse(f"inspections:{act}", args=[row.pk])).status_code for act in acts
        }

    acts = ("edit", "open", "close", "remove")
    draft = make_round(actor=clerk)
    assert tried(beside, draft, *acts) == {404}
    assert draft not in rounds_visible_to(beside)
    assert tried(clerk, draft, "open") == {204}
    fill_round(round_id=draft.pk, now=timezone.now())
    assert tried(beside, draft, *acts) == {404}
    # What the office opened is seen by all who look after it, each for his own, and changed by the office.
    office = open_one(actor=admin)
    page = login(Client(), clerk).get(reverse("inspections:round", args=[office.pk]))
    assert "催办未提交的" in page.content.decode()
    assert reverse("inspections:edit", args=[office.pk]) not in page.content.decode()
    assert tried(clerk, office, *acts) == {404}
    assert tried(admin, office, "remove") == {409}, "as before: experts were told"
    # One that the office opened in the place of who made it is the office's.
    given = make_round(actor=clerk)
    open_round(row=given, actor=admin, now=timezone.now())
    assert tried(clerk, given, "edit") == {404}
