"""From handing in to the expert: approval, return, rejection, and what becomes of each."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User, contact_index
from expertpool.accounts.services.login import sign_in
from expertpool.accounts.services.passwords import reset_password
from expertpool.audit.models import Entry
from expertpool.core.events import _receivers, subscribe
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import FieldData, change_field, mark
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.events import ExpertApproved
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.experts import expert_for
from expertpool.experts.queries.names import called
from expertpool.experts.settings import TERM_YEARS
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_for, attachments_of, opened
from expertpool.files.services import attach, remove_attachment
from expertpool.joining.exceptions import ChangedElsewhere, Incomplete, JoiningRefused
from expertpool.joining.forms.application import StepForm
from expertpool.joining.forms.review import ReturnForm
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import stored
from expertpool.joining.queries.flow import public_words
from expertpool.joining.queries.shown import shown_steps
from expertpool.joining.services.cleaning import clean
from expertpool.joining.services.deciding import approve, reject, send_back
from expertpool.joining.services.drafts import save_step
from expertpool.joining.services.handing_in import hand_in, withdraw
from expertpool.joining.services.renewing import apply_again
from expertpool.joining.settings import ALL_FILES_GB, FILES_MB
from expertpool.notifications.models import Message
from expertpool.workflow.enums import Verdict
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert, make_specialty
from tests.factories.fields import make_field
from tests.factories.joining import (
    fill,
    id_number,
    make_application,
    make_draft,
    make_recommendation,
    scan,
)
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now()


def again(application: Application) -> Application:
    return Application.objects.select_related("user").get(pk=application.pk)


@pytest.mark.shows("PORT-07", "PORT-10", "EXP-13", "EXP-14")
def test_the_last_step_makes_an_expert_of_what_was_filled_in(admin: User) -> None:
    by = make_expert("王推荐")
    recommendation = make_recommendation(by, make_user("expert"))
    application = make_application(recommendation=recommendation, photo=True)
    make_user("admin")
    committee = admin.roles.get()
    save_flow(
        subject="joining.application",
        steps=[StepData("委员会"), StepData("总管理员", role=committee)],
        actor=admin,
        now=NOW,
    )
    withdraw(application=application, actor=application.user, now=NOW)
    apply_again(before=again(application), actor=application.user, now=NOW)
    application = Application.objects.get(user=application.user, state="draft")
    Application.objects.filter(pk=application.pk).update(recommendation=None)
    attach(subject=application, uploaded_file=scan(), kind="proof", actor=application.user, now=NOW)
    hand_in(
        application=application,
        version=application.version,
        consents=1,
        actor=application.user,
        now=NOW,
    )
    heard: list[int] = []

    def listen(event: ExpertApproved) -> None:
        expert = Expert.objects.get(pk__in=event.expert_ids)
        assert expert.avoidance_units.exists()  # the whole record is there
        heard.append(expert.pk)

    subscribe(ExpertApproved, listen)
    try:
        first = approve(application=again(application), actor=admin, now=NOW)
        assert first is Verdict.ADVANCED
        assert not Expert.objects.filter(called(["李申请"])).exists()
        with pytest.raises(JoiningRefused, match="另一个步骤"):
            approve(application=again(application), actor=admin, now=NOW)
        second = make_user("admin")
        assert (
            approve(application=again(application), actor=second, note="同意", now=NOW)
            == "approved"
        )
    finally:
        _receivers[ExpertApproved].remove(listen)
    expert = Expert.objects.get(called(["李申请"]))
    assert heard == [expert.pk]
    assert (expert.status, expert.source) == (ExpertStatus.FORMAL, "application")
    assert expert.birth_date is not None
    assert expert.employer is not None
    kinds = set(AvoidanceUnit.objects.filter(expert=expert).values_list("kind", flat=True))
    assert kinds == {"past_employer", "kin"}
    user = User.objects.get(pk=application.user_id)
    assert expert_for(user) == expert
    assert [role.code for role in user.roles.all()] == ["expert"]
    assert sign_in(
        identifier=user.phone, password=PASSWORD, address="192.0.2.1", device="", now=NOW
    ).user
    # Those of the round that he took back are there, too.
    assert attachments_of(expert).count() == 4  # the photo twice: as it was given, and his own
    assert not attachments_of(application).exists()
    messages = Message.objects.filter(occasion="joining.decided")
    assert {one.channel for one in messages} == {"site", "sms", "email"}
    assert all("已通过" in one.body for one in messages)
    # The address he typed may be another's: nobody reads there what was said of him.
    assert {one.channel for one in messages if "同意" in one.body} == {"site", "sms"}
    assert "请登录查看" in messages.get(channel="email").body
    acts = Entry.objects.filter(subject_type="joining.application").values_list("action", flat=True)
    assert {"joining.decide", "joining.approve"} <= set(acts)


@pytest.mark.shows("EXP-13", "PORT-07")
def test_who_decides_the_next_step_is_another_person_indeed(client: Client, admin: User) -> None:
    """An administrator made an account and took somebody in through two steps alone."""
    application = make_application()
    third, fourth = make_user("admin"), make_user("admin")
    save_flow(
        subject="joining.application",
        steps=[StepData("初审"), StepData("终审")],
        actor=admin,
        now=NOW,
    )
    withdraw(application=application, actor=application.user, now=NOW)
    row = apply_again(before=again(application), actor=application.user, now=NOW)
    hand_in(application=row, version=row.version, consents=1, actor=row.user, now=NOW)
    young = make_user("admin", created_at=NOW - timedelta(days=2))
    with pytest.raises(JoiningRefused, match="开通不满 7 天"):
        approve(application=again(row), actor=young, now=NOW)
    page = login(client, young).get(reverse("joining:detail", args=[row.pk])).content.decode()
    assert "您现在不能同意" in page
    assert reverse("joining:approve", args=[row.pk]) not in page
    # Nor one that the person before him has had in hand, nor whoever stands behind the person before.
    reset_password(user=third, actor=admin, now=NOW - timedelta(days=1))
    assert approve(application=again(row), actor=admin, now=NOW) is Verdict.ADVANCED
    with pytest.raises(JoiningRefused, match="由他人启用、修改或重置过密码"):
        approve(application=again(row), actor=third, now=NOW)
    assert approve(application=again(row), actor=fourth, now=NOW) is Verdict.APPROVED


@pytest.mark.shows("PORT-10")
def test_who_was_recommended_says_so_in_the_pool(admin: User) -> None:
    by = make_expert("王推荐")
    recommendation = make_recommendation(by, make_user("expert"))
    application = make_application(recommendation=recommendation, channel="recommended")
    approve(application=application, actor=admin, now=NOW)
    expert = Expert.objects.get(called(["李申请"]))
    assert (expert.source, expert.recommender) == ("recommendation", f"王推荐（{by.number}）")


def test_he_corrects_only_what_is_asked(admin: User) -> None:
    application = make_application()
    send_back(
        application=application,
        actor=admin,
        now=NOW,
        note="请补正",
        fields={"title": "与证书不符", "files": "看不清"},
    )
    row = again(application)
    assert row.reasons == {"title": "与证书不符", "files": "看不清"}
    told = Message.objects.get(occasion="joining.decided", channel="sms").body
    assert "退回补正" in told
    assert "职称：与证书不符" in told
    changed = {"title": ["正高级工程师"], "employer_name": ["别的单位"], "specialties": []}
    row = save_step(application=row, step="profession", typed=changed, version=row.version, now=NOW)
    kept = stored(row)["profession"]
    assert kept["title"] == ["正高级工程师"]
    assert kept["employer_name"] == ["长沙市建筑设计研究院"]
    attach(subject=row, uploaded_file=scan("新证书.png"), kind="proof", actor=row.user, now=NOW)
    hand_in(application=row, version=row.version, consents=1, actor=row.user, now=NOW)
    approve(application=again(row), actor=admin, now=NOW)
    assert Expert.objects.get(called(["李申请"])).title == "正高级工程师"


@pytest.mark.shows("EXP-14")
def test_who_registered_by_mail_reads_the_reason_in_the_letter(admin: User) -> None:
    """To what he has shown to be his it goes: of him that is the address, and a phone that he typed gets none."""
    row = make_draft()
    user = row.user
    user.phone, user.phone_index, user.email = "", None, "z@example.cn"
    user.email_index = contact_index("email", user.email)
    user.save()
    full = fill(again(row))
    basic = stored(full)["basic"] | {"phone": ["13600001234"]}
    full = save_step(application=full, step="basic", typed=basic, version=full.version, now=NOW)
    hand_in(application=full, version=full.version, consents=1, actor=full.user, now=NOW)
    send_back(application=again(full), actor=admin, now=NOW, fields={"title": "请上传职称证书"})
    told = {one.channel: one.body for one in Message.objects.filter(occasion="joining.decided")}
    assert "请上传职称证书" in told["email"]
    assert "审核意见请登录查看" in told["sms"]


@pytest.mark.shows("EXP-14")
def test_a_rejection_says_why_and_he_may_apply_anew(admin: User) -> None:
    application = make_application(photo=True)
    with pytest.raises(JoiningRefused, match="原因"):
        reject(application=application, actor=admin, now=NOW, note=" ")
    reject(application=application, actor=admin, now=NOW, note="职称不够")
    told = {one.channel: one.body for one in Message.objects.filter(occasion="joining.decided")}
    assert "职称不够" in told["sms"]
    assert "职称不够" not in told["email"]
    assert "审核意见请登录查看" in told["email"]
    with pytest.raises(JoiningRefused, match="已经处理"):
        approve(application=again(application), actor=admin, now=NOW)
    before = list(attachments_of(application))
    assert before
    new = apply_again(before=again(application), actor=application.user, now=NOW)
    assert stored(new)["basic"]["name"] == ["李申请"]
    # He has his files again; those by which it was decided stay where they are.
    files = attachments_of(new)
    assert [(one.name, one.kind, bytes(one.sha256)) for one in files] == [
        (one.name, one.kind, bytes(one.sha256)) for one in before
    ]
    assert list(attachments_of(application)) == before
    remove_attachment(attachment=files[0], actor=application.user, now=NOW)
    with opened(before[0]) as kept:
        assert kept.read()
    with pytest.raises(JoiningRefused):
        apply_again(before=again(application), actor=application.user, now=NOW)


def test_the_pool_refuses_a_number_of_another_and_nothing_is_left(admin: User) -> None:
    application = make_application(id_number=[id_number(77)])
    make_expert("别人", id_number=id_number(77), status=ExpertStatus.BLACKLISTED)
    with pytest.raises(JoiningRefused, match="证件号码在专家库中已有"):
        approve(application=application, actor=admin, now=NOW)
    assert again(application).state == "pending"
    assert not Expert.objects.filter(called(["李申请"])).exists()
    # The applicant is told of no such thing when he hands in.
    assert Application.objects.filter(state="pending").count() == 1


def test_nobody_decides_his_own_nor_what_he_has_not_seen(admin: User) -> None:
    application = make_application()
    with pytest.raises(JoiningRefused, match="工作账号"):
        approve(application=application, actor=application.user, now=NOW)
    seen = again(application)
    send_back(application=seen, actor=admin, now=NOW, note="请核对", fields={})
    row = again(application)
    hand_in(application=row, version=row.version, consents=1, actor=row.user, now=NOW)
    with pytest.raises(JoiningRefused, match="修改过"):
        approve(application=application, actor=admin, now=NOW)
    with pytest.raises(JoiningRefused, match="没有这些项"):
        send_back(application=again(row), actor=admin, now=NOW, fields={"password": "改"})
    with pytest.raises(JoiningRefused, match="退回原因"):
        send_back(application=again(row), actor=admin, now=NOW, fields={"name": " "})


@pytest.mark.shows("PORT-05")
def test_what_is_missing_is_named_with_its_step() -> None:
    draft = make_draft()
    with pytest.raises(Incomplete) as wrong:
        hand_in(application=draft, version=draft.version, consents=1, actor=draft.user, now=NOW)
    assert wrong.value.step == "basic"
    full = fill(draft)
    with pytest.raises(JoiningRefused, match="勾选同意"):
        hand_in(application=full, version=full.version, consents=0, actor=full.user, now=NOW)
    with pytest.raises(JoiningRefused, match="本人"):
        hand_in(application=full, version=full.version, consents=1, actor=make_user(), now=NOW)
    wrongs: list[tuple[str, dict[str, Any], str]] = [
        ("basic", {"id_number": ["430102198001010000"]}, "身份证号"),
        ("basic", {"name": ["<script>alert(1)</script>"]}, "姓名"),
        ("profession", {"specialties": ["999999999"]}, "评审专业"),
        ("profession", {"specialties": ["'; DROP TABLE x"]}, "评审专业"),
        ("profession", {"title": ["皇帝"]}, "职称"),
        ("history", {"jobs": [{"unit": "某单位", "start": "2020-01", "end": "2010-01"}]}, "结束"),
        ("history", {"ties": [{"kind": "kin", "person": ""}]}, "姓名"),
        ("history", {"ties": [{"kind": "current_employer", "unit": "某单位"}]}, "关系"),
    ]
    for step, typed, word in wrongs:
        own = stored(full).get(step, {})
        row = save_step(
            application=full, step=step, typed={**own, **typed}, version=full.version, now=NOW
        )
        with pytest.raises(Incomplete, match=word) as found:
            hand_in(application=row, version=row.version, consents=1, actor=row.user, now=NOW)
        assert found.value.step == step
        full = save_step(application=row, step=step, typed=own, version=row.version, now=NOW)
    assert again(full).state == "draft"


@pytest.mark.shows("PORT-06")
def test_two_devices_notice_each_other() -> None:
    draft = make_draft()
    telephone, computer = draft.version, draft.version
    save_step(
        application=draft, step="basic", typed={"name": ["李电脑"]}, version=computer, now=NOW
    )
    with pytest.raises(ChangedElsewhere):
        save_step(
            application=draft, step="basic", typed={"name": ["李手机"]}, version=telephone, now=NOW
        )
    assert stored(again(draft))["basic"]["name"] == ["李电脑"]


def test_a_draft_holds_no_book_and_few_files() -> None:
    draft = make_draft()
    with pytest.raises(JoiningRefused, match="太多"):
        save_step(
            application=draft,
            step="basic",
            typed={"address": ["长" * 100_000]},
            version=draft.version,
            now=NOW,
        )
    row = save_step(
        application=draft,
        step="basic",
        typed={"name": ["李"], "status": ["formal"], "user": ["1"]},
        version=draft.version,
        now=NOW,
    )
    assert set(stored(row)["basic"]) & {"status", "user"} == set()
    configure(FILES_MB, 1)
    big = scan("大.pdf")
    big.file.seek(0)
    big = type(big)("大.pdf", b"%PDF-1.7\n" + b"0" * 1_100_000)
    with pytest.raises(FileRefused, match="合计最多"):
        attach(subject=draft, uploaded_file=big, kind="proof", actor=draft.user, now=NOW)
    for at in range(20):
        attach(
            subject=draft, uploaded_file=scan(f"{at}.png"), kind="proof", actor=draft.user, now=NOW
        )
    with pytest.raises(FileRefused, match="最多放 20 个"):
        attach(subject=draft, uploaded_file=scan(), kind="proof", actor=draft.user, now=NOW)


def test_applicants_take_no_room_from_others() -> None:
    """Each of many mails is an application with its own room: together they have no more than the office says."""
    draft, expert, office = fill(make_draft()), make_expert(), make_user("admin")
    configure(ALL_FILES_GB, 1)
    Attachment.objects.filter(subject_type="joining.application").update(size=2**30)
    other = make_draft()
    with pytest.raises(FileRefused, match="过些时候再试"):
        attach(subject=other, uploaded_file=scan(), kind="proof", actor=other.user, now=NOW)
    attach(subject=expert, uploaded_file=scan(), actor=office, now=NOW)
    remove_attachment(attachment=attachments_of(draft).get(), actor=draft.user, now=NOW)
    attach(subject=other, uploaded_file=scan(), kind="proof", actor=other.user, now=NOW)


def test_nothing_is_added_to_what_was_handed_in() -> None:
    application = make_application()
    with pytest.raises(JoiningRefused, match="已经提交"):
        save_step(
            application=application,
            step="basic",
            typed={},
            version=application.version,
            now=NOW,
        )
    with pytest.raises(FileRefused, match="已经提交"):
        attach(
            subject=application, uploaded_file=scan(), kind="proof", actor=application.user, now=NOW
        )


def test_a_field_that_the_office_adds_is_asked_and_kept(admin: User) -> None:
    draft = make_draft()
    field = make_field("擅长方向", FieldKind.TEXT, required=True, in_application=True)
    full = fill(draft)
    with pytest.raises(Incomplete, match="擅长方向"):
        hand_in(application=full, version=full.version, consents=1, actor=full.user, now=NOW)
    own = stored(full)["profession"] | {field.code: ["结构抗震"]}
    full = save_step(application=full, step="profession", typed=own, version=full.version, now=NOW)
    hand_in(application=full, version=full.version, consents=1, actor=full.user, now=NOW)
    approve(application=again(full), actor=admin, now=NOW)
    assert Expert.objects.get(called(["李申请"])).extra == {field.code: "结构抗震"}


def test_a_field_that_waits_for_another_is_asked_only_then(admin: User) -> None:
    draft = make_draft()
    licence = make_field("执业资格", options=["注册", "无"], required=True, in_application=True)
    number = make_field(
        "注册号",
        FieldKind.TEXT,
        required=True,
        in_application=True,
        waits_for=licence.code,
        wait_words=["注册"],
    )
    form = StepForm(application=draft, step="profession")
    assert form.fields[number.code].shown_when == [licence.code, ["注册"]]  # type: ignore[attr-defined]
    full = fill(draft)
    own = stored(full)["profession"] | {licence.code: ["注册"]}
    full = save_step(application=full, step="profession", typed=own, version=full.version, now=NOW)
    with pytest.raises(Incomplete, match="注册号"):
        hand_in(application=full, version=full.version, consents=1, actor=full.user, now=NOW)
    # What was typed before something else was chosen does not count, nor is it missed.
    own |= {licence.code: ["无"], number.code: ["湘 12"]}
    full = save_step(application=full, step="profession", typed=own, version=full.version, now=NOW)
    hand_in(application=full, version=full.version, consents=1, actor=full.user, now=NOW)
    approve(application=again(full), actor=admin, now=NOW)
    assert Expert.objects.get(called(["李申请"])).extra == {licence.code: "无"}


@pytest.mark.shows("OVW-05")
def test_a_field_waits_for_what_follows_from_another(client: Client, admin: User) -> None:
    draft = make_draft()
    skills = make_field(
        "擅长方向",
        FieldKind.WORDS,
        options=("结构", "给排水"),
        required=True,
        in_application=True,
        waits_for="title_level",  # which follows from the title, and has no control here
        wait_words=["副高"],
    )
    women = make_field(
        "女专家问卷", in_application=True, waits_for="sex", wait_words=["女"], kind=FieldKind.TEXT
    )
    form = StepForm(application=draft, step="profession")
    name, titles = form.fields[skills.code].shown_when  # type: ignore[attr-defined]
    assert name == "title"
    assert "高级工程师" in titles
    assert "正高级工程师" not in titles
    assert women.code not in form.fields  # asked at the step before, and not so
    full = fill(draft)
    confirm = {"application": full, "consents": 1, "actor": full.user, "now": NOW}
    with pytest.raises(Incomplete, match="擅长方向"):
        hand_in(version=full.version, **confirm)
    login(client, full.user)
    address = reverse("joining:step", args=["profession"])
    sent = {**stored(full)["profession"], "version": full.version}
    # Hidden with its title, it is not missed; shown, it is.
    other = client.post(address, {**sent, "title": "正高级工程师"})
    assert other.status_code == 302
    sent["version"] = again(full).version
    missing = client.post(address, sent)
    assert "请填写擅长方向" in missing.content.decode()
    sent["version"] = again(full).version
    assert client.post(address, {**sent, skills.code: ["结构"]}).status_code == 302
    full = again(full)
    assert "擅长方向" in client.get(reverse("joining:step", args=["confirm"])).content.decode()
    hand_in(**confirm | {"application": full, "version": full.version})
    # Returned for the title alone, what comes with the title may be filled in, too.
    send_back(application=again(full), actor=admin, now=NOW, fields={"title": "请核对"})
    form = StepForm(application=again(full), step="profession")
    assert not form.fields[skills.code].disabled
    assert form.fields["education"].disabled
    full = again(full)
    hand_in(**confirm | {"application": full, "version": full.version})
    approve(application=again(full), actor=admin, now=NOW)
    assert Expert.objects.get(called(["李申请"])).extra == {skills.code: ["结构"]}


@pytest.mark.shows("OVW-05")
def test_what_can_never_come_in_an_application_is_not_asked_there() -> None:
    abroad = make_field("可出差", FieldKind.FLAG)
    waiting = {"waits_for": abroad.code, "wait_words": ["是"], "in_application": True}
    with pytest.raises(ValidationError, match="入库申请里不填“可出差”"):
        make_field("每年天数", FieldKind.NUMBER, **waiting)
    data = FieldData(label="可出差", in_application=True)
    change_field(field=abroad, data=data, actor=None, now=NOW)
    make_field("每年天数", FieldKind.NUMBER, **waiting)
    with pytest.raises(ValidationError, match="“每年天数”取决于这一项"):
        change_field(field=abroad, data=FieldData(label="可出差"), actor=None, now=NOW)


@pytest.mark.parametrize("unit", ["<b>某</b>公司", "a{b}", "<script>"])
def test_a_stranger_writes_no_markup_for_a_unit(unit: str) -> None:
    full = fill(make_draft(), employer_name=[unit])
    with pytest.raises(Incomplete, match="不能用的符号"):
        hand_in(application=full, version=full.version, consents=1, actor=full.user, now=NOW)


def test_specialties_read_with_their_code_and_what_they_stand_below(admin: User) -> None:
    """Of nineteen bare names one could not tell 设计 from 施工: the same ones stand below both."""
    top = make_specialty("Q04", "设计")
    leaf = make_specialty("Q0401", "结构", parent=top)
    application = make_application(specialties=[str(leaf.pk)])
    texts = [line.text for part in shown_steps(application, admin) for line in part.lines]
    assert "Q0401 结构（设计）" in texts
    assert ("评审专业", "Q0401 结构") in public_words(application)
    listed = login(Client(), admin).get(reverse("joining:list")).content.decode()
    assert "Q0401 结构" in listed


def test_a_file_is_not_asked_in_a_form_that_takes_none() -> None:
    with pytest.raises(ValidationError, match="附件一步上传"):
        make_field("职称证书", FieldKind.FILE, in_application=True)
    before = make_field("聘书", FieldKind.FILE)
    CustomField.objects.filter(pk=before.pk).update(in_application=True)
    mark()
    assert before.code not in StepForm(application=make_draft(), step="profession").fields


def test_an_organisation_applies_by_its_own_form(admin: User) -> None:
    draft = make_draft(kind="organisation")
    typed = {"name": ["湖南省咨询中心"], "contact_person": ["刘主任"], "email": ["o@example.cn"]}
    row = save_step(application=draft, step="basic", typed=typed, version=draft.version, now=NOW)
    chosen = {"specialties": [str(make_specialty("A0402").pk)]}
    row = save_step(application=row, step="profession", typed=chosen, version=row.version, now=NOW)
    assert "id_number" not in stored(row)["basic"]
    assert "at_ties" in ReturnForm(kind="organisation", said={}, reader=admin).fields
    assert "at_jobs" not in ReturnForm(kind="organisation", said={}, reader=admin).fields
    assert "at_jobs" in ReturnForm(kind="individual", said={}, reader=admin).fields
    attach(subject=row, uploaded_file=scan("执照.png"), kind="proof", actor=row.user, now=NOW)
    hand_in(application=row, version=row.version, consents=1, actor=row.user, now=NOW)
    approve(application=again(row), actor=admin, now=NOW)
    expert = Expert.objects.get(called(["湖南省咨询中心"]))
    assert (expert.kind, expert.contact_person) == ("organisation", "刘主任")
    assert expert.employer is not None
    assert expert.employer.name == "湖南省咨询中心"


def test_what_is_over_its_time_is_erased(admin: User) -> None:
    old = NOW - timedelta(days=31)
    left, young = fill(make_draft(now=old), now=old), fill(make_draft())
    turned_down = make_application(now=NOW - timedelta(days=200))
    reject(application=turned_down, actor=admin, note="不符", now=NOW - timedelta(days=190))
    assert clean(now=NOW) == 2
    assert clean(now=NOW) == 0
    for row in map(again, (left, turned_down)):
        assert (row.contents, row.name, row.erased_at) == ("", "", NOW)
        assert not attachments_of(row).exists()
        assert (row.user.is_active, row.user.phone, row.user.name) == (False, "", "已清除的申请人")
    assert again(young).contents
    # And its owner may begin anew.
    assert make_draft(make_user("applicant", phone=left.user.phone)).state == "draft"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_handed_in_twice_at_once_it_counts_once() -> None:
    full = fill(make_draft())
    barrier = threading.Barrier(2)
    found: list[str] = []

    def send() -> None:
        barrier.wait()
        try:
            hand_in(application=full, version=full.version, consents=1, actor=full.user, now=NOW)
            found.append("in")
        except JoiningRefused:
            found.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["in", "refused"]


@pytest.mark.shows("PORT-07", "EXP-48")
def test_who_is_admitted_has_the_term_that_his_certificate_prints(admin: User) -> None:
    """Otherwise nothing of it would end but the paper."""
    application = make_application()
    approve(application=application, actor=admin, now=NOW)
    expert = Expert.objects.get(pk=again(application).expert_id)
    today = timezone.localdate(NOW)
    assert expert.term_start_date == today
    assert expert.term_end_date is not None
    assert (expert.term_end_date + timedelta(days=1)).year == today.year + 3
    # Where the office sets none it has no end.
    configure(TERM_YEARS, 0)
    unlimited = make_application()
    approve(application=unlimited, actor=admin, now=NOW)
    assert Expert.objects.get(pk=again(unlimited).expert_id).term_end_date is None


@pytest.mark.shows("EXP-13", "PORT-07")
def test_what_an_admission_was_decided_by_is_kept_and_shown(admin: User, client: Client) -> None:
    """Its owner could delete it the next minute, and nobody saw any more what the office had seen."""
    application = make_application()
    make_draw(now=NOW)  # while one is sealed, too
    approve(application=application, actor=admin, now=NOW)
    row = again(application)
    assert row.expert is not None
    (paper,) = attachments_of(row.expert)
    with pytest.raises(FileRefused, match="入库材料"):
        remove_attachment(attachment=paper, actor=row.user, now=NOW)
    assert list(attachments_for(admin, row.expert)) == [paper]
    login(client, admin)
    shown = client.get(reverse("joining:detail", args=[row.pk])).content.decode()
    assert paper.name in shown
    assert "作为入库依据保存" in shown


@pytest.mark.shows("EXP-13", "PORT-07")
def test_the_photo_of_an_admission_is_kept_and_the_experts_own_changes(
    admin: User, client: Client
) -> None:
    """The photo moved away: after the approval nobody saw it, and its owner deleted it for good."""
    application = make_application(photo=True)
    address = reverse("joining:applicant_photo", args=[application.pk])
    login(client, admin)
    before = client.get(address).getvalue()  # type: ignore[attr-defined]
    make_draw(now=NOW)  # while one is sealed, too
    approve(application=application, actor=admin, now=NOW)
    row = again(application)
    assert row.expert is not None
    shown = reverse("experts:photo", args=[row.expert.pk])
    # The office sees it the same day.
    assert client.get(shown).getvalue() == before  # type: ignore[attr-defined]
    (kept,) = attachments_of(row.expert, "admission_photo")
    with pytest.raises(FileRefused, match="入库时的照片"):
        remove_attachment(attachment=kept, actor=row.user, now=NOW)
    (own,) = attachments_of(row.expert, "photo")
    # Both have the name that he gave: which is which stands beside it.
    listed = login(Client(), row.user).get(reverse("changes:file")).content.decode()
    assert listed.count("入库时的照片") == listed.count("现用照片") == 1
    remove_attachment(attachment=own, actor=row.user, now=NOW)
    assert client.get(address).getvalue() == before  # type: ignore[attr-defined]
