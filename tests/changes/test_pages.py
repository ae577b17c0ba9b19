"""我的档案 and 变更申请: what is shown, typed and refused."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.certificates.services.issuing import revoke_certificate
from expertpool.changes.enums import RequestState
from expertpool.changes.models import Career, ChangeRequest, Work
from expertpool.changes.registry import OWN_DATA
from expertpool.core.documents import qr_png
from expertpool.core.subjects import Owner
from expertpool.customforms.enums import FieldKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.services.appeals import file_appeal
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.leave import file_leave
from expertpool.files.models import Attachment
from expertpool.files.services import attach
from tests.factories.accounts import make_user
from tests.factories.achievements import hand_in_one, make_achievement, prove
from tests.factories.certificates import make_certificate
from tests.factories.experts import make_expert, make_specialty, make_unit
from tests.factories.fields import make_field
from tests.factories.inspections import hand_in_inspection, make_inspection
from tests.factories.points import make_request
from tests.factories.privacy import make_data_request
from tests.files.samples import PDF
from tests.fixtures import login, read_version

FILE = "/my/file/"


@pytest.fixture
def owner(db: None) -> User:
    return make_user("expert", name="王小明")


@pytest.fixture
def expert(owner: User) -> Expert:
    return make_expert(
        "王小明",
        user=owner,
        title="工程师",
        employer=make_unit("旧设计院"),
        email="wang@example.cn",
        remark="曾被投诉",
        specialties=(make_specialty("A01", "规划"),),
    )


def send(client: Client, page_name: str, /, *args: Any, **typed: Any) -> Any:
    url = reverse(f"changes:{page_name}", args=args)
    page = client.get(url)
    held = page.context["form"] if page.status_code == 200 else None
    values = {}
    if held is not None:
        for bound in held:
            value = bound.value()
            if isinstance(value, list | tuple):
                values[bound.html_name] = [getattr(one, "pk", one) for one in value]
            elif value is not None:
                values[bound.html_name] = value
        values |= read_version(client, url) if page.context.get("editing") else {}
    return client.post(url, values | typed)


@pytest.mark.shows("PORT-11", "PORT-12", "PORT-14")
def test_he_sees_all_of_his_own_plain_and_what_waits(
    client: Client, owner: User, expert: Expert
) -> None:
    login(client, owner)
    page = client.get(FILE).content.decode()
    for text in (expert.phone, "wang@example.cn", "旧设计院", "A01 规划"):
        assert text in page
    assert "曾被投诉" not in page
    answer = send(client, "edit", "work", title="教授", position="主任", change_reason="评上了")
    assert answer.status_code == 204, answer.context["form"].errors
    assert "已保存职务；变更申请已提交" in json.loads(answer["HX-Trigger"])["toast"]["message"]
    page = client.get(FILE).content.decode()
    assert "申请改为「教授」，待核准" in page
    assert "主任" in page
    form = client.get(reverse("changes:edit", args=["work"])).context["form"]
    assert form.fields["title"].disabled
    assert "term_start_date" not in form.fields
    assert client.get(reverse("changes:edit", args=["term"])).status_code == 404
    assert client.get(reverse("changes:edit", args=["nothing"])).status_code == 404
    request = ChangeRequest.objects.get()
    assert client.post(reverse("changes:withdraw", args=[request.pk])).status_code == 204
    assert client.post(reverse("changes:withdraw", args=[request.pk])).status_code == 409


@pytest.mark.shows("PORT-12")
def test_what_is_typed_wrongly_is_said_at_its_field_and_kept(
    client: Client, owner: User, expert: Expert
) -> None:
    login(client, owner)
    hostile = (
        ("basic", {"phone": "12345"}, "phone"),
        ("basic", {"name": "<script>alert(1)</script>" * 20}, "name"),
        ("basic", {"birth_date": "2999-01-01"}, "birth_date"),
        ("basic", {"email": "not a mail"}, "email"),
        ("work", {"practice_years": "-1"}, "practice_years"),
        ("work", {"title_level": "99"}, "title_level"),
        ("work", {"employer_name": "", "employer_uscc": "91430000000000000X"}, "employer_uscc"),
        ("contact", {"address": "路" * 5000}, "address"),
        ("contact", {"division": "99999999"}, "division"),
        ("specialties", {"specialties": ["99999999"]}, "specialties"),
        ("specialties", {"specialties": []}, "specialties"),
        ("contact", {"postcode": "\x00"}, "postcode"),
        ("work", {"change_reason": "长" * 10_000, "title": "教授"}, "change_reason"),
    )
    for section, typed, field in hostile:
        answer = send(client, "edit", section, **typed)
        assert answer.status_code == 422, (section, typed)
        assert field in answer.context["form"].errors or answer.context["form"].errors, typed
        assert "<script>alert" not in answer.content.decode()
    assert not ChangeRequest.objects.exists()
    assert not expert.versions.exists()
    # Fields that are not his are no fields of his form.
    sly = {"remark": "很好", "status": "formal", "department": "1", "term_end_date": "2099-01-01"}
    assert send(client, "edit", "contact", address="新路", **sly).status_code == 204
    stands = Expert.objects.get(pk=expert.pk)
    assert (stands.remark, stands.term_end_date, stands.address) == ("曾被投诉", None, "新路")


def test_nobody_reaches_what_is_anothers(client: Client, owner: User, expert: Expert) -> None:
    other = make_user("expert")
    theirs = make_expert("李四", user=other, title="工程师")
    login(client, other)
    assert send(client, "edit", "work", title="教授").status_code == 204
    assert send(client, "career_add", unit_name="别的单位").status_code in {204, 422}
    request, career = ChangeRequest.objects.get(), Career.objects.filter(expert=theirs).first()
    work = Work.objects.create(expert=theirs, kind="paper", title="论文", created_at=timezone.now())
    login(client, owner)
    assert client.post(reverse("changes:withdraw", args=[request.pk])).status_code == 404
    assert client.get(reverse("changes:work", args=[work.pk])).status_code == 404
    assert client.post(reverse("changes:work_remove", args=[work.pk])).status_code == 404
    if career:
        assert client.post(reverse("changes:career_remove", args=[career.pk])).status_code == 404
    assert client.get(reverse("experts:photo", args=[theirs.pk])).status_code == 404
    assert client.get(reverse("changes:detail", args=[request.pk])).status_code == 403


@pytest.mark.shows("EXP-03")
def test_his_work_is_an_avoidance_and_the_office_sees_it_in_the_file(
    client: Client, owner: User, expert: Expert, admin: User
) -> None:
    login(client, owner)
    first = {"unit_name": "中南设计院", "start_date": "2001-01-01", "end_date": "2005-01-01"}
    assert send(client, "career_add", **first, position="工程师").status_code == 204
    again = {"unit_name": "中南设计院", "start_date": "2010-01-01"}
    assert send(client, "career_add", **again).status_code == 204
    rows = AvoidanceUnit.objects.filter(expert=expert, is_own=True).order_by("pk")
    assert [(row.kind, row.start_date) for row in rows] == [
        ("past_employer", date(2001, 1, 1)),
        ("current_employer", date(2010, 1, 1)),
    ]
    now_left = Career.objects.get(end_date=None)
    answer = send(client, "career", now_left.pk, end_date=str(timezone.localdate()))
    assert answer.status_code == 204, answer.context["form"].errors
    assert not rows.filter(kind="current_employer").exists()
    for wrong in (
        {"unit_name": "x院", "start_date": "2999-01-01"},
        {"unit_name": "x院", "start_date": "2005-01-02", "end_date": "2005-01-01"},
        {"unit_name": "x院", "start_date": "0001-01-01"},
        {"unit_name": "", "start_date": "2005-01-02"},
        {"unit_name": "无", "start_date": "2005-01-02"},
    ):
        assert send(client, "career_add", **wrong).status_code == 422
    work = {"kind": "paper", "title": "抗震试验研究", "year": "2023", "outlet": "建筑结构学报"}
    assert send(client, "work_add", **work).status_code == 204
    for wrong in ({"year": "23"}, {"year": "99999"}, {"kind": "x"}, {"title": ""}):
        assert send(client, "work_add", **(work | wrong)).status_code == 422
    assert client.post(reverse("changes:career_remove", args=[now_left.pk])).status_code == 204
    left = [(row.kind, row.start_date) for row in rows.all()]  # asked anew
    assert left == [("past_employer", date(2001, 1, 1))]
    assert client.post(reverse("changes:career_remove", args=[now_left.pk])).status_code == 404
    login(client, admin)
    page = client.get(reverse("experts:detail", args=[expert.pk]) + "?tab=life").content.decode()
    assert "中南设计院" in page
    assert "抗震试验研究" in page


@pytest.mark.shows("EXP-03", "EXP-25")
def test_his_photograph_is_checked_and_shown(
    client: Client, owner: User, expert: Expert, admin: User, media: Any
) -> None:
    login(client, owner)
    url = reverse("changes:photo")
    for name, content in (
        ("x.png", b"<svg onload=alert(1)>"),
        ("x.jpg", b"%PDF-1.7\n%%EOF\n"),
        ("x.png", b""),
    ):
        answer = client.post(url, {"photo": SimpleUploadedFile(name, content)})
        assert answer.status_code == 422, name
    for text in ("one", "two"):
        picture = SimpleUploadedFile("../照片.exe", qr_png(text))
        assert client.post(url, {"photo": picture}).status_code == 204
    photo = Attachment.objects.get(kind="photo")  # the one before is gone
    assert photo.name == "照片.png"
    seen = reverse("experts:photo", args=[expert.pk])
    assert seen in client.get(FILE).content.decode()
    login(client, admin)
    assert seen in client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    answer = client.get(seen)
    assert answer["Content-Type"] == "image/png"
    assert b"".join(answer.streaming_content) == qr_png("two")
    login(client, make_user("finance"))
    assert client.get(seen).status_code == 403


def assert_counted(expert: Expert) -> None:
    """What his page counts is what his download has, whatever was not opened for it."""
    now = timezone.now()
    expert.refresh_from_db()
    rows = {one.code: sum(1 for _ in one.rows(expert, now)) for one in OWN_DATA}
    assert {one.code: one.number(expert, now) for one in OWN_DATA} == rows
    assert rows["record"] > 10


@pytest.mark.shows("PORT-14")
def test_he_takes_all_of_his_data_with_him(
    client: Client, owner: User, expert: Expert, admin: User, media: Any
) -> None:
    now = timezone.now()
    file_leave(
        expert=expert, start=now, end=now + timedelta(days=2), reason="出国", actor=owner, now=now
    )
    login(client, owner)
    send(client, "edit", "contact", address="=1+1")
    send(client, "edit", "work", title="教授")
    make_request(expert)
    make_data_request(expert, now=now)
    client.post(reverse("changes:photo"), {"photo": SimpleUploadedFile("a.png", qr_png("a"))})
    answer = client.get(reverse("changes:own_data"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert {"我的数据.json", "我的数据.xlsx", "附件/a.png"} <= set(archive.namelist())
    said = json.loads(archive.read("我的数据.json"))["内容"]
    record = {row["项目"]: row["内容"] for row in said["档案"]}
    assert record["手机号"] == expert.phone
    assert record["通讯地址"] == "=1+1"
    assert "备注" not in record
    assert said["请假"][0]["事由"] == "出国"
    assert said["变更记录"][0]["修改后"] == "=1+1"
    assert "我的评审" in said
    assert Entry.objects.filter(action="change.own_data", actor=owner).count() == 1
    assert_counted(expert)
    login(client, admin)
    assert client.get(reverse("changes:own_data")).status_code == 403


@pytest.mark.shows("PORT-14")
def test_what_proves_him_goes_with_him_and_what_cannot_is_said(
    client: Client, owner: User, expert: Expert, media: Any
) -> None:
    """His certificate, the files of his achievements, drafts included, and of his yearly checks."""
    given = make_certificate(expert)
    hand_in_one(expert, title="../节点/研究")
    prove(make_achievement(expert, actor=owner, title="未提交的"), owner)
    hand_in_inspection(make_inspection(expert, name="2026 年检", materials=["证书"]))
    file = SimpleUploadedFile("丢了.pdf", PDF)
    lost = attach(subject=expert, uploaded_file=file, actor=owner, now=timezone.now())
    lost.file.storage.delete(lost.file.name)
    login(client, owner)
    answer = client.get(reverse("changes:own_data"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    names = set(archive.namelist())
    assert {
        f"专家证书/专家证书{given.number}.pdf",
        "专家成果/01 2024 .. 节点 研究/首页.pdf",
        "专家成果/02 2024 未提交的/首页.pdf",
        "年检/2026 年检/证明.pdf",
    } <= names
    assert archive.read(f"专家证书/专家证书{given.number}.pdf").startswith(b"%PDF")
    assert "附件/丢了.pdf：文件「丢了.pdf」已不在" in archive.read("未附上的文件.txt").decode()
    said = json.loads(archive.read("我的数据.json"))["内容"]
    assert (said["专家证书"][0]["证书编号"], said["专家证书"][0]["状态"]) == (given.number, "有效")
    assert [one["状态"] for one in said["专家成果"]] == ["待审核", "草稿"]
    assert_counted(expert)
    # The log does not count what he has not handed in.
    assert Entry.objects.get(action="change.own_data").note == ""
    # One that is revoked stands in the table alone.
    admin = make_user("admin")
    revoke_certificate(certificate=given, reason="资格不符", actor=admin, now=timezone.now())
    answer = client.get(reverse("changes:own_data"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert not [one for one in archive.namelist() if one.startswith("专家证书/")]


def test_what_he_appealed_with_goes_with_him_too(
    client: Client, owner: User, expert: Expert, admin: User, media: Any
) -> None:
    """His appeals against the blacklist, and their files: once neither was in his download."""
    now = timezone.now()
    entry = add_to_blacklist(
        expert=expert, reason="缺席两次", evidence="通报〔2026〕3 号", actor=admin, now=now
    )
    files = [SimpleUploadedFile("请假条.pdf", PDF)]
    appeal = file_appeal(entry=entry, reason="两次都请过假", files=files, now=now)
    owner.refresh_from_db()
    answer = login(client, owner).get(reverse("changes:own_data"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    day = timezone.localdate(now)
    assert f"黑名单申诉/{day} {appeal.pk}/请假条.pdf" in archive.namelist()
    (said,) = json.loads(archive.read("我的数据.json"))["内容"]["黑名单申诉"]
    assert (said["申诉理由"], said["结果"]) == ("两次都请过假", "待处理")
    assert_counted(expert)


@pytest.mark.shows("PORT-12", "PORT-13")
def test_the_office_compares_decides_by_field_and_many_at_once(client: Client, admin: User) -> None:
    requests = []
    titles = ("教授", "副教授", "研究员")
    for at, title in enumerate(titles):
        owner = make_user("expert")
        make_expert(f"专家{at}", user=owner, title="工程师")
        login(client, owner)
        assert send(client, "edit", "work", title=title).status_code == 204
        requests.append(ChangeRequest.objects.latest("pk"))
    login(client, admin)
    listed = client.get(reverse("changes:list"))
    assert listed.context["total"] == 3
    assert "项变更申请待核准" in client.get("/").content.decode()
    assert client.get(reverse("changes:list"), {"field": "name"}).context["total"] == 0
    assert client.get(reverse("changes:list"), {"mine": "1", "q": "专家1"}).context["total"] == 1
    page = client.get(reverse("changes:detail", args=[requests[0].pk])).content.decode()
    assert "<ins>教授</ins>" in page
    nothing = send(client, "decide", requests[0].pk, agree="no")
    assert nothing.status_code == 422
    assert "不同意的原因" in nothing.content.decode()
    why = {"why_title": "请上传证书", "agree": "no"}
    assert send(client, "decide", requests[0].pk, **why).status_code == 204
    login(client, requests[0].asked_by)
    assert "未同意：请上传证书" in client.get(FILE).content.decode()
    login(client, admin)
    both = {"pk": [one.pk for one in requests[1:]], "at": timezone.now().isoformat()}
    answer = client.post(reverse("changes:approve_many"), both)
    assert answer.status_code == 204, answer.content.decode()
    states = set(ChangeRequest.objects.filter(pk__in=both["pk"]).values_list("state", flat=True))
    assert states == {RequestState.APPROVED}
    assert Expert.objects.filter(title__in=titles[1:]).count() == 2
    assert client.post(reverse("changes:approve_many"), both).status_code == 409
    assert client.get(reverse("changes:decide", args=[requests[1].pk])).status_code == 409


@pytest.mark.shows("EXP-26")
def test_what_is_edited_on_the_panorama_is_versioned_as_usual(
    client: Client, admin: User, expert: Expert
) -> None:
    login(client, admin)
    url = reverse("experts:edit", args=[expert.pk]) + "?section=bank"
    typed = {"bank_name": "中国银行"} | read_version(client, url)
    assert client.post(url, typed).status_code == 204
    version = expert.versions.first()
    assert (version.changed, version.via, version.actor) == (["bank_name"], "form", admin)
    history = client.get(reverse("experts:detail", args=[expert.pk]) + "?tab=history")
    assert "页面修改" in history.content.decode()


@pytest.mark.parametrize("owned", [Owner.CONTROLLED, Owner.OWN])
def test_a_file_that_is_asked_for_is_read_by_who_decides_and_its_owner(
    client: Client, owner: User, expert: Expert, admin: User, media: Any, owned: str
) -> None:
    field = make_field("资格证书", FieldKind.FILE, owner=owned)
    login(client, owner)
    pdf = SimpleUploadedFile("证书.pdf", PDF, "application/pdf")
    answer = send(client, "edit", "extra", **{field.code: pdf})
    assert answer.status_code == 204, answer.context["form"].errors
    address = reverse("files:download", args=[Attachment.objects.get().pk])
    asked = ChangeRequest.objects.first()
    assert (asked is not None) is (owned == Owner.CONTROLLED)
    assert address in client.get(FILE).content.decode()
    assert client.get(address).getvalue() == PDF
    other = make_user("expert")
    make_expert("别人", user=other)
    for stranger in (other, make_user("department"), make_user()):
        assert login(Client(), stranger).get(address).status_code in (403, 404)
    # In the record it is read by all who read the field; asked for, by who decides.
    audits = login(Client(), make_user("auditor")).get(address)
    assert audits.status_code == (404 if asked else 200)
    audits.getvalue()
    login(client, admin)
    assert client.get(address).getvalue() == PDF
    if asked is not None:
        assert expert.extra == {}
        page = reverse("changes:detail", args=[asked.pk])
        assert address in client.get(page).content.decode()
        assert send(client, "decide", asked.pk, agree="yes").status_code == 204
    expert.refresh_from_db()
    assert expert.extra[field.code]["name"] == "证书.pdf"
    login(client, owner)
    assert client.get(address).getvalue() == PDF
