"""A field that an administrator adds is in every place at once, and leaves none that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.queries import summary
from expertpool.core.criteria import CriteriaError, explain, parse, schema
from expertpool.core.importing import CLEANED, CellRefused, Note, check_rows
from expertpool.core.importing.memory import HEADER, remember
from expertpool.core.importing.sheets import template_bytes
from expertpool.core.subjects.kinds import Flag
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.exceptions import FieldInUse
from expertpool.customforms.models import CustomField, FieldMark
from expertpool.customforms.services.fields import FieldData, change_field, retire_field
from expertpool.draws.enums import DrawStatus
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw
from expertpool.draws.queries.conditions import SUBJECT as CONDITION
from expertpool.draws.queries.fitting import fitting_experts, sealed_levels
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import ExpertImporter, import_file
from expertpool.experts.services.profile import update_expert
from tests.core.importing.sheets import read_xlsx, write_xlsx
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import LICENCES, make_field
from tests.fixtures import login, read_version

pytestmark = pytest.mark.django_db
LIST = reverse("experts:list")


def with_licence(name: str = "", licence: str = "一级注册") -> Expert:
    expert = make_expert(name) if name else make_expert()
    field = CustomField.objects.get(label="执业资格")
    return update_expert(expert=expert, values={field.code: licence}, actor=None, now=NOW)


def condition(field: CustomField, *values: str) -> dict[str, Any]:
    return {"field": field.code, "op": "in", "value": list(values)}


def listed(client: Client, **query: str) -> set[str]:
    return {one.name for one in client.get(LIST, query).context["page"].object_list}


def test_it_is_typed_shown_kept_and_compared(client: Client, admin: User) -> None:
    field = make_field(help="见证书")
    login(client, admin)
    expert = make_expert()
    edit = reverse("experts:edit", args=[expert.pk]) + "?section=extra"
    page = client.get(edit).content.decode()
    assert "执业资格" in page
    assert "见证书" in page
    assert client.post(edit, {field.code: "三级注册"}).status_code == 422
    assert client.post(edit, {field.code: "二级注册"}).status_code == 204
    expert.refresh_from_db()
    assert expert.extra == {field.code: "二级注册"}
    detail = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "其他信息" in detail
    assert "二级注册" in detail
    client.post(edit, {field.code: ""} | read_version(client, edit))
    expert.refresh_from_db()
    assert expert.extra == {}
    assert [version.changed for version in expert.versions.all()][:2] == [[field.code]] * 2
    versions = client.get(reverse("experts:versions", args=[expert.pk])).content.decode()
    assert "执业资格" in versions
    entry = Entry.objects.filter(action="expert.update").latest("id")
    assert (entry.before, entry.after) == ({"执业资格": "二级注册"}, {"执业资格": None})


def test_every_kind_is_imported_exported_and_asked(
    client: Client, admin: User, tmp_path: Path
) -> None:
    cells = {
        FieldKind.TEXT: ("介绍人", "李四", {"op": "contains", "value": "李"}),
        FieldKind.LONG_TEXT: ("业绩", "某桥；某路", {"op": "contains", "value": "某桥"}),
        FieldKind.NUMBER: ("项目数", "12", {"op": "gte", "value": 12}),
        FieldKind.DATE: ("发证日期", "2020年5月1日", {"op": "lte", "value": "2020-05-01"}),
        FieldKind.CHOICE: ("执业资格", "一级注册", {"op": "in", "value": ["一级注册"]}),
        FieldKind.WORDS: ("语种", "英语、法语", {"op": "all", "value": ["英语", "法语"]}),
        FieldKind.FLAG: ("可出差", "是", {"op": "eq", "value": True}),
    }
    fields = {
        kind: make_field(label, kind, options=("英语", "法语", "俄语") if kind == "words" else None)
        for kind, (label, _, _) in cells.items()
    }
    labels = [label for label, _, _ in cells.values()]
    (tmp_path / "template.xlsx").write_bytes(template_bytes(ExpertImporter))
    assert set(labels) <= set(read_xlsx(tmp_path / "template.xlsx")[0])
    body = [
        ["姓名", "手机号", *labels],
        ["王大明", "13800138000", *(cell for _, cell, _ in cells.values())],
        ["张大力", "13800138001", *("" for _ in cells)],
        ["错一", "13800138002", "", "", "很多", "", "", "", ""],
        ["错二", "13800138003", "", "", "", "", "特级", "", ""],
    ]
    report = tmp_path / "refused.xlsx"
    path = write_xlsx(tmp_path / "in.xlsx", body)
    outcome = import_file(path, actor=admin, now=NOW, report=report)
    assert (outcome.accepted, outcome.refused) == (4, [])
    left = CalamineWorkbook.from_path(report).get_sheet_by_index(1).to_python()
    assert [(cell[1], cell[2], cell[4].partition("：")[0]) for cell in left[1:]] == [
        ("错一", "项目数", "项目数格式"),
        ("错二", "执业资格", "执业资格不存在"),
    ]
    expert = Expert.objects.get(called(["王大明"]))
    assert expert.extra == {
        fields[FieldKind.TEXT].code: "李四",
        fields[FieldKind.LONG_TEXT].code: "某桥；某路",
        fields[FieldKind.NUMBER].code: 12,
        fields[FieldKind.DATE].code: "2020-05-01",
        fields[FieldKind.CHOICE].code: "一级注册",
        fields[FieldKind.WORDS].code: ["英语", "法语"],
        fields[FieldKind.FLAG].code: True,
    }
    login(client, admin)
    for kind, (_, _, question) in cells.items():
        leaf = {"field": fields[kind].code, **question}
        assert listed(client, where=str(leaf).replace("'", '"').replace("True", "true")) == {
            "王大明"
        }, kind
        empty = f'{{"field": "{fields[kind].code}", "op": "empty"}}'
        assert listed(client, where=empty) == {"张大力", "错一", "错二"}, kind
        asked = {one["code"] for one in schema(CONDITION)["fields"]}
        assert (fields[kind].code in asked) == (kind != "long_text")
    assert listed(client, q="李四") == {"王大明"}
    answer = client.post(
        reverse("core:export", args=["experts.experts"]), query_params={"where": empty}
    )
    (tmp_path / "out.xlsx").write_bytes(answer.getvalue())
    assert set(labels) <= set(read_xlsx(tmp_path / "out.xlsx")[0])
    columns = {column.header: column for column in EXPERT.export_columns()}
    assert [str(columns[label].value(expert)) for label in labels] == [
        "李四", "某桥；某路", "12", "2020-05-01", "一级注册", "英语、法语", "是",
    ]  # fmt: skip


@pytest.mark.shows("EXP-07")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((cell, True) for cell in ("是", "√", "✔", "Y", "Ｙ", "yes", True)),
        *((cell, False) for cell in ("否", "×", "X", "N", "no", False)),
    ],
)
def test_yes_and_no_are_read_as_people_write_them(
    admin: User, written: str | bool, value: bool
) -> None:
    """What they come to is told, where it reads otherwise; a page and another platform say 是 or 否."""
    field = make_field("可出差", FieldKind.FLAG)
    importer = ExpertImporter(actor=admin, now=NOW, options={"status": "formal"})
    rows = [(2, ["王大明", "13800138000", written]), (3, ["张大力", "13800138001", "1.5"])]
    taken: list[Any] = []
    check_rows(
        importer,
        rows,
        ["name", "phone", field.code],
        keep=True,
        refused=lambda _: None,
        taken=taken.append,
    )
    first, second = taken
    assert first.values[field.code] is value
    word = "是" if value else "否"
    told = [] if written in (word, value) else [Note("可出差", CLEANED, str(written), word)]
    assert [one for one in first.notes if one.column == "可出差"] == told
    assert [str(fault) for fault in second.left] == ["可出差不存在：应为：是、否。"]
    assert Expert.objects.get(called(["王大明"])).extra == {field.code: value}
    with pytest.raises(CellRefused):
        Flag().clean("√")


def test_a_draw_asks_it_and_explains_it(db: None) -> None:
    field = make_field()
    for at in range(3):
        with_licence(f"甲{at}", LICENCES[at])
    draw = make_draw(now=NOW, groups=[GroupInput("注册", 1, [condition(field, *LICENCES[:2])])])
    assert draw.candidate_count == 2
    sealed = draw.rule_content["groups"][0]["levels"][0]
    assert sealed["text"] == "执业资格 属于 一级注册、二级注册"


def test_a_condition_on_it_is_answered_by_an_index() -> None:
    field = make_field()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        find = parse(CONDITION, condition(field, "一级注册"))
        from expertpool.core.criteria import reach

        keys = reach(find)
        assert keys is not None
        assert "experts_extra" in keys.explain()


# --- it cannot vanish ----------------------------------------------------------------------------


def test_a_draw_under_way_keeps_it(admin: User) -> None:
    field = make_field()
    with_licence()
    draw = make_draw(now=NOW, groups=[GroupInput("注册", 1, [condition(field, "一级注册")])])
    with pytest.raises(FieldInUse, match=draw.number):
        retire_field(field=field, actor=admin, now=NOW)
    fewer = FieldData(label="执业资格", options=LICENCES[1:])
    with pytest.raises(FieldInUse, match="一级注册"):
        change_field(field=field, data=fewer, actor=None, now=NOW)
    more = FieldData(label="资格", options=("特级", *LICENCES))
    change_field(field=field, data=more, actor=None, now=NOW)

    Draw.objects.update(status=DrawStatus.UNSATISFIED, ended_at=NOW)
    with pytest.raises(FieldInUse, match="条件用过"):
        change_field(field=field, data=fewer, actor=None, now=NOW)
    retire_field(field=field, actor=None, now=NOW)
    # What was sealed is still explained and found.
    draw.refresh_from_db()
    [(_, node)] = sealed_levels(draw)["g1"]
    assert explain(node) == "资格 属于 一级注册"
    assert len(fitting_experts(sealed_levels(draw), now=NOW)) == 1


def test_retired_it_is_read_and_no_longer_asked(client: Client, admin: User) -> None:
    field = make_field()
    expert = with_licence()
    where = condition(field, "一级注册")
    project = make_ready_project(now=NOW, groups=[GroupInput("注册", 1, [where])])
    retire_field(field=field, actor=admin, now=NOW)
    with pytest.raises(CriteriaError, match="“执业资格”已停用"):
        parse(EXPERT.code, where, viewer=admin)
    assert field.code not in {one["code"] for one in schema(CONDITION)["fields"]}
    with pytest.raises(DrawNotReady, match="“执业资格”已停用"):
        start_draw(project=project, actor=admin, now=NOW, entropy=SeededEntropy(1))
    with pytest.raises(TypeError):
        update_expert(expert=expert, values={field.code: "无"}, actor=admin, now=NOW)
    assert "执业资格" in EXPERT.labels().values()
    assert "执业资格" not in {column.header for column in EXPERT.import_columns()}
    login(client, admin)
    page = client.get(reverse("draws:plan", args=[project.pk]))
    assert page.status_code == 200
    with pytest.raises(ValidationError, match="已停用"):
        change_field(field=field, data=FieldData(label="新"), actor=admin, now=NOW)


def test_an_option_that_a_record_holds_stays() -> None:
    field = make_field()
    with_licence(licence="无")
    with pytest.raises(FieldInUse, match="有 1 条记录"):
        change_field(field=field, data=FieldData("资格", LICENCES[:2]), actor=None, now=NOW)
    change_field(field=field, data=FieldData("资格", LICENCES[1:]), actor=None, now=NOW)
    field.refresh_from_db()
    assert field.options == list(LICENCES[1:])


@pytest.mark.parametrize(
    ("label", "options"), [("手机", ("甲",)), ("", ("甲",)), ("资格", ()), ("资格", ("甲、乙",))]
)
def test_what_cannot_be_a_field_is_refused(label: str, options: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        make_field(label, options=options)
    assert not CustomField.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"options": ["一级", "长" * 51]}, "第 2 行有 51 字，每个选项最多 50 字"),
        ({"options": [str(at) for at in range(101)]}, "1 至 100 个选项，每行一个；现有 101 个"),
        ({"label": "长" * 31}, "最多 30 个字"),
        ({"help": "长" * 201}, "最多 200 个字"),
    ],
)
def test_its_texts_are_bounded(data: dict[str, Any], words: str) -> None:
    make_field("语种", options=[f"{at:050}" for at in range(100)], help="长" * 200)
    with pytest.raises(ValidationError, match=words):
        make_field(**data)
    assert CustomField.objects.count() == 1


# --- it takes no other field's name --------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("身份证号（后四位）", "证件号码"),
        ("证件号[旧]", "证件号码"),
        ("手机号（显示）", "手机号"),
        ("姓 名", "姓名"),
        ("\u2f3f机", "手机号"),  # ⼿, the radical
        ("出生日期*", "出生日期"),
        ("执业资格（二）", "执业资格"),
    ],
)
def test_a_name_that_imports_cannot_tell_apart_is_refused(label: str, field: str) -> None:
    make_field()
    other = make_field("语种")
    with pytest.raises(ValidationError, match=f"已有的字段“{field}”"):
        make_field(label, FieldKind.TEXT)
    with pytest.raises(ValidationError, match=f"已有的字段“{field}”"):
        change_field(field=other, data=FieldData(label, LICENCES), actor=None, now=NOW)
    assert CustomField.objects.count() == 2


@pytest.mark.parametrize("text", ["姓\u200b名", "语\u3164种", "语\ufe0f种", "语\x07种", "语\x00种"])
def test_characters_that_nobody_sees_are_refused(text: str) -> None:
    for data in ({"label": text}, {"help": text}, {"options": ["一级", text]}):
        with pytest.raises(ValidationError, match="看不见") as refused:
            make_field(**data)
        assert list(refused.value.message_dict) == list(data)


def test_a_name_needs_more_than_a_remark_and_may_be_had_again() -> None:
    with pytest.raises(ValidationError, match="在括号外"):
        make_field("（备注）")
    field = make_field("语种（一）")
    change_field(field=field, data=FieldData("语种（二）", LICENCES), actor=None, now=NOW)
    retire_field(field=field, actor=None, now=NOW)
    make_field("语种")


@pytest.mark.parametrize("explained", [False, True])
def test_a_built_in_field_keeps_its_column_whatever_a_field_is_called(
    explained: bool, admin: User, tmp_path: Path
) -> None:
    field = make_field("证件", FieldKind.TEXT)
    # As after an upgrade whose new built-in field has the name of an older custom one.
    CustomField.objects.update(label="身份证号（后四位）")
    FieldMark.objects.update(mark=uuid4())
    if explained:
        remember(admin, ExpertImporter.code, {HEADER: {"身份证号": field.code}})
    rows = [["姓名", "手机号", "身份证号"], ["王大明", "13800138000", "11010519491231002X"]]
    import_file(write_xlsx(tmp_path / "in.xlsx", rows), actor=admin, now=NOW)
    expert = Expert.objects.get()
    assert (expert.id_number, expert.extra) == ("11010519491231002X", {})


# --- pages ---------------------------------------------------------------------------------------


def test_an_administrator_adds_changes_and_retires_it(client: Client, admin: User) -> None:
    login(client, admin)
    data = {"subject": "experts.expert", "label": "执业资格", "kind": "choice"}
    create = reverse("customforms:field_create")
    assert client.post(create, data).status_code == 422
    for name in ("label", "options", "help"):
        page = client.post(create, data | {"options": "一级"} | {name: "甲\0乙"})
        assert page.context["form"].errors == {name: ["含有看不见的控制字符，请删去。"]}
    assert client.post(create, data | {"options": "一级\n二级\n"}).status_code == 204
    field = CustomField.objects.get()
    assert (field.code, field.options, field.created_by) == ("x1", ["一级", "二级"], admin)
    edit = reverse("customforms:field_edit", args=[field.pk])
    changed = {"label": "资格", "options": "一级\n二级\n三级", "active": "on"}
    assert client.post(edit, changed).status_code == 204
    field.refresh_from_db()
    assert (field.label, field.options) == ("资格", ["一级", "二级", "三级"])
    off = changed | {"active": ""} | read_version(client, edit)
    asked = client.post(edit, off)
    assert asked.status_code == 422
    assert "停用后表单、导入" in asked.content.decode()
    field.refresh_from_db()
    assert field.active
    off |= {"asked": asked.context["form"]["asked"].value()}
    assert client.post(edit, off).status_code == 204
    field.refresh_from_db()
    assert not field.active
    page = client.get(edit)
    typed = {name for name, one in page.context["form"].fields.items() if not one.disabled}
    assert typed == {"active", "asked"}
    assert client.post(edit, read_version(client, edit)).status_code == 422
    assert client.post(edit, {"active": "on", **read_version(client, edit)}).status_code == 204
    field.refresh_from_db()
    assert (field.active, field.label) == (True, "资格")
    actions = Entry.objects.filter(action__startswith="customfield.").order_by("id")
    assert [entry.action for entry in actions] == [
        "customfield.add", "customfield.change", "customfield.retire", "customfield.restore",
    ]  # fmt: skip
    assert "资格" in client.get(reverse("customforms:field_list")).content.decode()
    told = client.get(reverse("customforms:field_history", args=[field.pk])).content.decode()
    assert "停用自定义字段" in told
    assert "三级" in told


def test_the_history_and_the_log_speak_of_records_roles_and_fields_by_their_names(
    client: Client, admin: User
) -> None:
    asked = make_field("岗位", FieldKind.FLAG)
    field = make_field("驾龄", FieldKind.NUMBER)
    data = FieldData(label="驾龄", readers=["supervisor"], waits_for=asked.code, wait_words=["是"])
    change_field(field=field, data=data, actor=admin, now=NOW)
    entry = Entry.objects.get(action="customfield.change")
    assert {"谁能看到：监督人", "显示条件：字段：岗位"} <= set(summary(entry).split("；"))
    told = login(client, admin).get(reverse("customforms:field_history", args=[field.pk]))
    page = told.content.decode()
    assert "对象：专家" in page
    assert "experts.expert" not in page


def test_a_page_asks_once_whether_fields_have_changed(client: Client, admin: User) -> None:
    login(client, admin)
    make_field()
    expert = with_licence()
    for url in (LIST, f"{LIST}?q=王", reverse("experts:detail", args=[expert.pk])):
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(url)
        asked = [one for one in seen.captured_queries if "customforms_" in one["sql"]]
        assert len(asked) <= 1, url
        assert all("fieldmark" in one["sql"] for one in asked), "read although nothing changed"


def test_a_name_that_was_taken_meanwhile_is_given_back_by_the_other(
    client: Client, admin: User
) -> None:
    field = make_field("聘期级别")
    retire_field(field=field, actor=None, now=NOW)
    make_field("聘期级别")
    login(client, admin)
    said = "停用期间“聘期级别”用了这个名称，请先给那个字段换一个名称，再重新启用。"
    answer = client.post(reverse("customforms:field_restore", args=[field.pk]))
    assert answer.status_code == 409
    assert said in answer.content.decode()
    edit = reverse("customforms:field_edit", args=[field.pk])
    refused = client.post(edit, {"active": "on", "label": "聘期级别"})
    assert refused.context["form"].errors["label"] == [said]
    field.refresh_from_db()
    assert not field.active
