"""Groups, conditions, readers and files of custom fields, in every place that a field has."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import HeldRole, User
from expertpool.audit.models import Entry
from expertpool.core.criteria import CriteriaError, parse, schema
from expertpool.core.exporting.exporter import visible_columns
from expertpool.core.importing.sheets import template_bytes
from expertpool.core.models import SavedSearch
from expertpool.core.subjects import Owner
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.exceptions import FieldInUse
from expertpool.customforms.models import CustomField, FieldFile
from expertpool.customforms.services.arranging import arrange_fields
from expertpool.customforms.services.fields import FieldData, change_field, retire_field
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.queries.conditions import SUBJECT as CONDITION
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.exports import ExpertExport
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.services.importing import ExpertImporter, import_file
from expertpool.experts.services.profile import update_expert
from expertpool.files.models import Attachment
from expertpool.projects.fields import PROJECT
from expertpool.workflow.models import FlowStep, FlowVersion
from tests.api.caller import Caller
from tests.core.importing.sheets import read_xlsx, write_xlsx
from tests.factories.accounts import make_department, make_user
from tests.factories.draws import make_ready_project
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.files.samples import PDF
from tests.fixtures import login, read_version

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OVW-05")]
LIST = reverse("experts:list")
HOSTILE = '<script>alert(1)</script>=cmd|"x"'


def page_of(client: Client, expert: Expert, tab: str = "profile") -> str:
    address = reverse("experts:detail", args=[expert.pk])
    return client.get(address, {"tab": tab}).content.decode()


def edit_of(expert: Expert, section: str = "extra") -> str:
    return f"{reverse('experts:edit', args=[expert.pk])}?section={section}"


# --- groups and conditions -----------------------------------------------------------------------


def test_a_group_is_a_section_of_the_form_or_one_of_its_own(client: Client, admin: User) -> None:
    own = make_field("驾龄", FieldKind.NUMBER, group="出行")
    known = make_field("传真", FieldKind.TEXT, group="地区与通讯")
    loose = make_field("爱好", FieldKind.TEXT)
    login(client, admin)
    titles = EXPERT.titles("individual")
    assert list(titles.values())[-2:] == ["其他信息", "出行"]
    typed = EXPERT.inputs("organisation", viewer=admin)
    assert known.code in {one.code for one in typed["contact"]}
    assert {one.code for one in typed["extra"]} == {loose.code}
    section = next(code for code, title in titles.items() if title == "出行")
    expert = make_expert()
    assert client.post(edit_of(expert, section), {own.code: "12"}).status_code == 204
    page = page_of(client, expert)
    assert f"?section={section}" in page
    assert "出行" in page


def test_a_field_waits_for_what_another_says(client: Client, admin: User, tmp_path: Path) -> None:
    abroad = make_field("可出差", FieldKind.FLAG)
    words = make_field("语种", FieldKind.WORDS, options=("英语", "a|b", HOSTILE))
    waiting = {"waits_for": abroad.code, "wait_words": ["是"]}
    days = make_field("每年天数", FieldKind.NUMBER, required=True, **waiting)
    chained = make_field("水平", FieldKind.TEXT, waits_for=words.code, wait_words=["a|b", HOSTILE])
    organisation = make_field(
        "资质等级", FieldKind.TEXT, waits_for="title_level", wait_words=["正高"]
    )
    login(client, admin)
    expert = make_expert()
    form = client.get(edit_of(expert))
    told = form.context["form"].fields
    assert told[days.code].shown_when == [abroad.code, ["是"]]
    assert told[chained.code].shown_when == [words.code, ["a|b", HOSTILE]]
    # What it waits for is typed in another section, and is not so.
    assert organisation.code not in told
    assert HOSTILE not in form.content.decode()
    version = read_version(client, edit_of(expert))
    missing = client.post(edit_of(expert), {abroad.code: "是", **version})
    assert "请填写这一项" in str(missing.context["form"].errors[days.code])
    refused = client.post(edit_of(expert), {abroad.code: "否", days.code: "9", **version})
    assert "“可出差”为“是”时才填写" in str(refused.context["form"].errors[days.code])
    saved = client.post(edit_of(expert), {abroad.code: "是", days.code: "9", **version})
    assert saved.status_code == 204
    assert "每年天数" in page_of(client, expert)
    version = read_version(client, edit_of(expert))
    assert client.post(edit_of(expert), {abroad.code: "否", **version}).status_code == 204
    expert.refresh_from_db()
    assert expert.extra == {abroad.code: False}
    assert "每年天数" not in page_of(client, expert)

    body = [
        ["姓名", "手机号", "可出差", "每年天数"],
        ["王一", "13800138000", "是", "3"],
        ["王二", "13800138001", "否", "3"],
        ["王三", "13800138002", "是", ""],
        ["王四", "13800138003", "", ""],
    ]
    outcome = import_file(write_xlsx(tmp_path / "in.xlsx", body), actor=admin, now=NOW)
    assert {row["row"]: row["reason"] for row in outcome.refused} == {
        3: "每年天数不应填写",
        4: "每年天数为空",
    }
    assert outcome.accepted == 2


@pytest.mark.parametrize(
    ("waits_for", "wait_words", "named"),
    [
        ("x9", ["是"], "waits_for"),
        ("name", ["王"], "waits_for"),  # of no fixed words
        ("x1", [], "wait_words"),
        ("x1", ["特级"], "wait_words"),
        ("x1'; DROP TABLE", ["x"], "waits_for"),
    ],
)
def test_a_condition_that_can_never_be_is_refused(
    waits_for: str, wait_words: list[str], named: str
) -> None:
    make_field()
    with pytest.raises(ValidationError) as refused:
        make_field("级别", FieldKind.TEXT, waits_for=waits_for, wait_words=wait_words)
    assert list(refused.value.message_dict) == [named]


def test_what_others_wait_for_stays_and_no_two_wait_for_each_other() -> None:
    first = make_field()
    waits = {"waits_for": first.code, "wait_words": ["无"]}
    second = make_field("自评", FieldKind.FLAG, **waits)
    with pytest.raises(FieldInUse, match="自评"):
        retire_field(field=first, actor=None, now=NOW)
    with pytest.raises(FieldInUse, match="自评"):
        change_field(field=first, data=FieldData("资格", ("一级注册",)), actor=None, now=NOW)
    circle = FieldData("资格", first.options, waits_for=second.code, wait_words=["是"])
    with pytest.raises(ValidationError, match="互为显示条件"):
        change_field(field=first, data=circle, actor=None, now=NOW)
    retire_field(field=second, actor=None, now=NOW)
    retire_field(field=first, actor=None, now=NOW)


def test_a_file_is_no_fault_of_a_form_that_is_refused_for_something_else(
    client: Client, admin: User
) -> None:
    paper = make_field("证书", FieldKind.FILE)
    years = make_field("驾龄", FieldKind.NUMBER, most=Decimal("100.5"))
    expert = make_expert()
    version = read_version(login(client, admin), edit_of(expert))
    chosen = SimpleUploadedFile("扫描.pdf", PDF)
    refused = client.post(edit_of(expert), {years.code: "500", paper.code: chosen, **version})
    assert set(refused.context["form"].errors) == {years.code}
    assert "刚才选择的“扫描.pdf”没有保存，请重新选择。" in refused.content.decode()


# --- who sees it ---------------------------------------------------------------------------------


def test_only_its_readers_see_it_anywhere(client: Client, admin: User, tmp_path: Path) -> None:
    field = make_field("内部评级", FieldKind.TEXT, readers=["admin"], required=True)
    where = {"field": field.code, "op": "contains", "value": "甲等"}
    expert = update_expert(
        expert=make_expert("王小明"), values={field.code: "甲等机密"}, actor=admin, now=NOW
    )
    update_expert(expert=expert, values={field.code: "乙等机密"}, actor=admin, now=NOW)
    operator = make_user("operator")
    versions = reverse("experts:versions", args=[expert.pk])
    for user, sees in ((admin, True), (operator, False)):
        login(client, user)
        pages = [
            page_of(client, expert),
            page_of(client, expert, "history"),
            client.get(versions).content.decode(),
            client.get(LIST).content.decode(),
            client.get(reverse("experts:create")).content.decode(),
        ]
        assert [("内部评级" in page) for page in pages] == [sees] * len(pages)
        assert any("机密" in page for page in pages) is sees
        found = client.get(LIST, {"q": "乙等机密"}).context["page"].object_list
        assert bool(found) is sees
        columns = [
            one.header
            for one in visible_columns(
                ExpertExport().read(user, QueryDict()).columns, user, QueryDict()
            )
        ]
        assert ("内部评级" in columns) is sees
        if sees:
            assert parse(EXPERT.code, where, viewer=user)
        else:
            with pytest.raises(CriteriaError, match="看不到"):
                parse(EXPERT.code, where, viewer=user)
        assert (
            field.code in {one["code"] for one in schema(EXPERT.code, viewer=user)["fields"]}
        ) is sees
    # The log, which all its readers share, says that it changed.
    entry = Entry.objects.filter(action="expert.update").latest("id")
    assert "机密" not in json.dumps([entry.before, entry.after], ensure_ascii=False)
    assert "内部评级" in (entry.after or {})
    # The form of whoever does not see it, an administrator, too, leaves it alone, required or not.
    data = FieldData(field.label, readers=["auditor"], required=True)
    make_user("auditor")
    change_field(field=field, data=data, actor=None, now=NOW)
    other = make_field("备用电话", FieldKind.TEXT)
    login(client, admin)
    version = read_version(client, edit_of(expert))
    posted = client.post(edit_of(expert), {other.code: "1", field.code: "丙等", **version})
    assert posted.status_code == 204
    expert.refresh_from_db()
    assert expert.extra == {field.code: "乙等机密", other.code: "1"}


def test_a_role_that_nobody_gave_here_reads_nothing(admin: User) -> None:
    field = make_field("内部评级", FieldKind.TEXT, readers=["admin"])
    operator = make_user("operator")
    assert field.code not in {one.code for one in EXPERT.joined(operator)}
    operator.roles.add(admin.roles.get())
    # As somebody writes it into the database: without the proof of this system.
    HeldRole.objects.filter(user=operator, role=admin.roles.get()).update(proof=b"")
    assert field.code not in {one.code for one in EXPERT.joined(User.objects.get(pk=operator.pk))}
    assert field.code in {one.code for one in EXPERT.joined(admin)}


def test_no_draw_asks_what_only_some_see() -> None:
    field = make_field()
    make_expert()
    leaf = {"field": field.code, "op": "in", "value": ["无"]}
    project = make_ready_project(now=NOW, groups=[GroupInput("甲", 1, [leaf])])
    data = FieldData(field.label, field.options, readers=["admin"])
    change_field(field=field, data=data, actor=None, now=NOW)
    admin = make_user("admin")
    assert field.code not in {one["code"] for one in schema(CONDITION, viewer=admin)["fields"]}
    with pytest.raises(CriteriaError):
        parse(CONDITION, leaf, viewer=admin)
    with pytest.raises(DrawNotReady, match="只对部分角色可见"):
        start_draw(project=project, actor=admin, now=NOW, entropy=SeededEntropy(1))


def test_whoever_fills_it_in_sees_it(admin: User) -> None:
    for more in ({"owner": Owner.OWN}, {"in_application": True}):
        with pytest.raises(ValidationError, match="专家本人要填写"):
            make_field("自述", FieldKind.TEXT, readers=["admin"], **more)
        make_field(f"自述{len(str(more))}", FieldKind.TEXT, readers=["admin", "expert"], **more)
    first = make_field("级别", readers=["admin"])
    with pytest.raises(ValidationError, match="可见角色不能比它多"):
        make_field("原因", FieldKind.TEXT, waits_for=first.code, wait_words=["无"])
    with pytest.raises(ValidationError, match="角色已被删除"):
        make_field("别的", FieldKind.TEXT, readers=["nobody"])


# --- files ---------------------------------------------------------------------------------------


def pdf(name: str = "证书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


@pytest.mark.parametrize("subject", [EXPERT.code, PROJECT.code])
def test_a_file_is_filled_in_shown_asked_and_opened(
    client: Client, admin: User, subject: str, tmp_path: Path
) -> None:
    field = make_field("职称证书", FieldKind.FILE, subject=subject)
    login(client, admin)
    if subject == EXPERT.code:
        record: Any = make_expert()
        edit = edit_of(record)
        posted: dict[str, Any] = {}
    else:
        admin.department = make_department()
        admin.save()
        record = make_project(applicant=admin, department=admin.department)
        edit = reverse("projects:edit", args=[record.pk])
        form = client.get(edit).context["form"]
        posted = {
            name: form[name].value() for name in form.fields if form[name].value() not in (None, "")
        }
        posted = {name: getattr(one, "pk", one) for name, one in posted.items()}
    wrong = SimpleUploadedFile("证书.pdf", b"MZ\x90\x00\x03\x00\x00\x00", "application/pdf")
    refused = client.post(edit, posted | {field.code: wrong})
    assert refused.status_code == 422
    assert refused.context["form"].errors.keys() == {field.code}
    assert "请重新选择" in refused.content.decode()
    assert not FieldFile.objects.exists()

    def send(**more: Any) -> None:
        version = read_version(client, edit)
        answer = client.post(edit, posted | {"budget": ""} | version | more)
        assert answer.status_code in (204, 302), answer.context["form"].errors
        record.refresh_from_db()

    send(**{field.code: pdf(f"{HOSTILE}.pdf")})
    kept = record.extra[field.code]
    assert "<" not in kept["name"]
    name = "experts" if subject == EXPERT.code else "projects"
    page = client.get(reverse(f"{name}:detail", args=[record.pk])).content.decode()
    address = reverse("files:download", args=[kept["file"]])
    assert address in page
    assert client.get(address).getvalue() == PDF
    send()  # nothing chosen: it stays
    assert record.extra[field.code] == kept
    for value, count in (("true", 1), ("false", 0)):
        where = f'{{"field": "{field.code}", "op": "eq", "value": {value}}}'
        found = client.get(reverse(f"{name}:list"), {"where": where}).context["page"]
        assert found.paginator.count == count
    send(**{field.code: pdf()})
    assert record.extra[field.code]["id"] > kept["id"]
    # Whoever does not see the record, or nobody any more as its value, opens nothing.
    newest = reverse("files:download", args=[record.extra[field.code]["file"]])
    assert client.get(address).status_code in (403, 404)
    assert client.get(newest).getvalue() == PDF
    assert login(client, make_user()).get(newest).status_code in (403, 404)
    login(client, admin)
    send(**{f"{field.code}-clear": "on"})
    assert field.code not in record.extra
    assert client.get(newest).status_code in (403, 404)
    (tmp_path / "template.xlsx").write_bytes(template_bytes(ExpertImporter))
    assert "职称证书" not in read_xlsx(tmp_path / "template.xlsx")[0]


def test_whoever_reads_the_field_opens_its_file(client: Client, admin: User) -> None:
    """Also who reads no ID number plain; whoever may not read the field sees no link and opens nothing."""
    everybodys = make_field("职称证书", FieldKind.FILE)
    some = make_field("内部材料", FieldKind.FILE, readers=["admin", "operator"])
    expert = make_expert()
    login(client, admin)
    sent = {everybodys.code: pdf("a.pdf"), some.code: pdf("b.pdf")}
    client.post(edit_of(expert), sent)
    expert.refresh_from_db()
    first, second = (
        reverse("files:download", args=[expert.extra[one.code]["file"]])
        for one in (everybodys, some)
    )
    opened = {"operator": (200, 200), "supervisor": (200, 404), "auditor": (200, 404)}
    for role, answers in opened.items():
        login(client, make_user(role))
        page = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
        for address, answer in zip((first, second), answers, strict=True):
            got = client.get(address)
            assert got.status_code == answer
            got.getvalue()
            assert (address in page) is (answer == 200)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("证" * 200 + ".pdf", PDF, "文件名有 204 个字符，最多 200 个"),
        ("a.pdf", b"", "文件是空的"),
    ],
)
def test_a_file_that_is_not_taken_is_refused_in_our_words(
    client: Client, admin: User, name: str, content: bytes, told: str
) -> None:
    field = make_field("职称证书", FieldKind.FILE)
    sent = {field.code: SimpleUploadedFile(name, content, "application/pdf")}
    refused = login(client, admin).post(edit_of(make_expert()), sent)
    assert refused.status_code == 422
    assert told in refused.content.decode()


def test_a_file_is_nobodys_to_name(client: Client, admin: User) -> None:
    """A value comes from an upload: what names a stored file in a request, or in a service, is refused."""
    field = make_field("职称证书", FieldKind.FILE)
    login(client, admin)
    expert = make_expert()
    client.post(edit_of(expert), {field.code: pdf()})
    expert.refresh_from_db()
    stored, other = expert.extra[field.code], make_expert()
    client.post(edit_of(other), {field.code: json.dumps(stored)})
    other.refresh_from_db()
    assert other.extra == {}
    with pytest.raises(ValidationError, match="上传"):
        update_expert(expert=other, values={field.code: stored}, actor=admin, now=NOW)
    assert Attachment.objects.count() == 1


def test_the_interface_gives_the_name_of_a_file_and_nothing_hidden(admin: User) -> None:
    file = make_field("批文", FieldKind.FILE, subject=PROJECT.code, required=True)
    hidden = make_field("内部备注", FieldKind.TEXT, subject=PROJECT.code, readers=["admin"])
    project = make_project()
    project.extra = {file.code: {"id": 1, "file": 1, "name": "批文.pdf"}, hidden.code: "机密"}
    project.save(update_fields=["extra"])
    codes = {}
    for role in ("admin", "operator"):
        caller = Caller(make_user(role))
        codes[role] = [one["code"] for one in caller.get("/project-fields").json()]
        given = caller.get(f"/projects/{project.pk}").json()["fields"]
        assert given[file.code] == "批文.pdf"
        assert (hidden.code in given) is (role == "admin")
    assert codes == {"admin": [file.code, hidden.code], "operator": [file.code]}


# --- in use, order -------------------------------------------------------------------------------


def test_a_flow_keeps_it_and_saved_searches_are_told(client: Client, admin: User) -> None:
    field = make_field(subject=PROJECT.code)
    leaf = {"field": field.code, "op": "in", "value": ["无"]}
    version = FlowVersion.objects.create(subject=PROJECT.code, number=9, created_at=NOW)
    FlowStep.objects.create(version=version, order=1, name="总工", condition={"all": [leaf]})
    with pytest.raises(FieldInUse, match="第 9 版）的步骤“总工”"):
        retire_field(field=field, actor=admin, now=NOW)
    with pytest.raises(FieldInUse):
        change_field(field=field, data=FieldData("资格", ("一级注册",)), actor=None, now=NOW)
    FlowVersion.objects.create(subject=PROJECT.code, number=10, created_at=NOW)
    retire_field(field=field, actor=None, now=NOW)  # nothing runs by the old one

    asked = make_field()
    where = QueryDict(mutable=True)
    where["where"] = json.dumps({"any": [{"field": asked.code, "op": "empty"}]})
    # Of a page of experts, and of a statistic of them; one of projects means a field of theirs.
    for page, name, topic in (
        ("experts", "没有资格的", ""),
        ("statistics", "按资格", "experts"),
        ("statistics", "项目按资格", "projects"),
    ):
        where["topic"] = topic
        SavedSearch.objects.create(
            page=page, name=name, query=where.urlencode(), owner=admin, created_at=NOW
        )
    login(client, admin)
    edit = reverse("customforms:field_edit", args=[asked.pk])
    posted = {"label": "资格", "options": "一级注册\n二级注册\n无", **read_version(client, edit)}
    said = client.post(edit, posted).content.decode()
    assert "管理员老张的常用查询“没有资格的”、管理员老张的常用查询“按资格”" in said
    assert "项目按资格" not in said


def test_administrators_arrange_them(client: Client, admin: User) -> None:
    fields = [make_field(f"字段{at}", FieldKind.TEXT) for at in range(4)]
    login(client, admin)
    arrange = reverse("customforms:field_arrange") + f"?subject={EXPERT.code}"
    order = [fields[at].pk for at in (2, 0, 3)]
    assert client.post(arrange, {"pk": [*order, "x", "9" * 30]}).status_code == 204
    codes = [one.code for one in EXPERT.joined(admin)]
    assert codes == [fields[at].code for at in (2, 0, 3, 1)]
    assert "字段2、字段0、字段3、字段1" in Entry.objects.get(action="customfield.arrange").note
    arrange_fields(
        subject=EXPERT.code, order=[fields[at].pk for at in (2, 0, 3, 1)], actor=admin, now=NOW
    )
    assert Entry.objects.filter(action="customfield.arrange").count() == 1
    assert client.post(f"{arrange}x", {"pk": order}).status_code == 404
    preview = reverse("customforms:field_preview")
    secret = make_field("内部", FieldKind.TEXT, readers=["admin"])
    assert secret.label in client.get(preview).content.decode()
    assert secret.label not in client.get(preview, {"role": "operator"}).content.decode()
    assert client.get(preview, {"subject": "x"}).status_code == 404
    retire_field(field=fields[0], actor=admin, now=NOW)
    make_field("字段0", FieldKind.TEXT)
    restore = reverse("customforms:field_restore", args=[fields[0].pk])
    assert client.post(restore).status_code == 409
    assert CustomField.objects.filter(label="字段0", active=True).count() == 1
    retire_field(field=fields[1], actor=admin, now=NOW)
    assert client.post(reverse("customforms:field_restore", args=[fields[1].pk])).status_code == 204


@pytest.mark.parametrize(
    ("kind", "values", "refused"),
    [
        (FieldKind.TEXT, [HOSTILE, "长" * 200, "😀"], ["长" * 201, "a\0b", "长" * 10_000]),
        (FieldKind.LONG_TEXT, [HOSTILE, "长" * 2000], ["长" * 10_000, "a\0b"]),
        (FieldKind.NUMBER, ["-1000.5", "１２", "999999999999"], ["1e400", "NaN", "inf", "=1+1", "9" * 400]),
        (FieldKind.DATE, ["2026-11-28", "2026年11月28日"], ["9999-12-31", "0001-01-01", "2026-02-30", HOSTILE]),
        (FieldKind.CHOICE, ["一级注册"], ["特级", HOSTILE, "一级注册\0"]),
        (FieldKind.FLAG, ["是", "否"], ["也许", "1" * 10_000]),
    ],
)  # fmt: skip
def test_values_are_bounded(
    client: Client, admin: User, kind: str, values: list[str], refused: list[str]
) -> None:
    field, expert = make_field("字段", kind), make_expert()
    login(client, admin)
    for value in refused:
        answer = client.post(
            edit_of(expert), {field.code: value, **read_version(client, edit_of(expert))}
        )
        assert answer.status_code == 422, value[:20]
        assert answer.context["form"].errors.keys() == {field.code}
        expert.refresh_from_db()
        assert expert.extra == {}
    for value in values:
        client.post(edit_of(expert), {field.code: value, **read_version(client, edit_of(expert))})
        expert.refresh_from_db()
        assert field.code in expert.extra, value[:20]
        assert "<script>alert" not in page_of(client, expert) + client.get(LIST).content.decode()
        client.post(edit_of(expert), {field.code: "", **read_version(client, edit_of(expert))})
        expert.refresh_from_db()
