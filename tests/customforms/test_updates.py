"""Tables that change records, where custom fields are: a new name is no change of a record, and what one value makes
required of a record is not left empty."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.experts.services.profile import update_expert
from tests.core.importing.sheets import refused_of, write_xlsx
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.fixtures import login, read_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
POINTS = FieldData(label="评点数", least=Decimal(0), most=Decimal(100))


def upload(client: Client, tmp_path: Path, rows: list[list[Any]]) -> Any:
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("更新.xlsx", content)}
    return client.post(reverse("experts:update"), posted, follow=True)


def confirm(client: Client, page: Any, *chosen: int) -> Any:
    address = reverse("experts:update_confirm", args=[page.context["run"].pk])
    return client.post(address, {"chosen": chosen}, follow=True)


@pytest.mark.shows("EXP-07")
def test_a_field_that_is_called_otherwise_is_no_record_that_was_changed(
    client: Client, admin: User, tmp_path: Path
) -> None:
    field = make_field("评点数", FieldKind.NUMBER, least=POINTS.least, most=POINTS.most)
    expert = make_expert(position="科长")
    page = upload(
        login(client, admin),
        tmp_path,
        [["专家编号", "职务", "评点数"], [expert.number, "处长", 7]],
    )
    change_field(field=field, data=replace(POINTS, label="评分值"), actor=None, now=NOW)
    run = confirm(client, page, 2).context["run"]
    assert (run.accepted, run.reasons) == (1, {})
    expert.refresh_from_db()
    assert (expert.position, expert.extra) == ("处长", {field.code: 7})


def test_a_record_that_was_changed_is_told_though_its_field_has_another_name(
    client: Client, admin: User, tmp_path: Path
) -> None:
    field = make_field("评点数", FieldKind.NUMBER, least=POINTS.least, most=POINTS.most)
    expert = make_expert()
    page = upload(login(client, admin), tmp_path, [["专家编号", "评点数"], [expert.number, 7]])
    change_field(field=field, data=replace(POINTS, label="评分值"), actor=None, now=NOW)
    update_expert(expert=expert, values={field.code: 5}, actor=admin, now=NOW)
    run = confirm(client, page, 2).context["run"]
    assert (run.accepted, run.reasons) == (0, {"档案刚被改过": 1})


def test_other_options_than_were_checked_are_told_by_the_field(
    client: Client, admin: User, tmp_path: Path
) -> None:
    field = make_field("资格", options=("甲级", "乙级"))
    expert, other = make_expert(position="科长"), make_expert(position="科长")
    page = upload(
        login(client, admin),
        tmp_path,
        [
            ["专家编号", "职务", "资格"],
            [expert.number, "处长", "乙级"],
            [other.number, "处长", "甲级"],
        ],
    )
    data = FieldData(label="等级", options=("甲级", "丙级"))
    change_field(field=field, data=data, actor=None, now=NOW)
    run = confirm(client, page, 2, 3).context["run"]
    assert (run.accepted, run.reasons) == (1, {"字段设置刚被改过": 1})
    (cell,) = (one for one in refused_of(run)[0]["cells"] if one["reason"] == "字段设置刚被改过")
    assert cell["column"] == "等级"
    assert cell["detail"] == "您核对之后，字段“等级”的选项改过，请重新上传后再核对。"
    expert.refresh_from_db()
    other.refresh_from_db()
    assert (expert.position, expert.extra) == ("科长", {})
    assert (other.position, other.extra) == ("处长", {field.code: "甲级"})


@pytest.mark.shows("EXP-07")
def test_what_another_value_makes_required_is_not_left_empty(
    client: Client, admin: User, tmp_path: Path
) -> None:
    car = make_field("有车", FieldKind.FLAG)
    plate = make_field(
        "车牌", FieldKind.TEXT, required=True, waits_for=car.code, wait_words=("是",)
    )
    first, second, third = (make_expert() for _ in range(3))
    for one in (first, second):
        update_expert(expert=one, values={car.code: False}, actor=admin, now=NOW)
    third.extra = {car.code: True}  # lacked it before it was required
    third.save(update_fields=["extra"])
    login(client, admin)
    page = upload(
        client,
        tmp_path,
        [
            ["专家编号", "有车", "车牌", "职务"],
            [first.number, "是", "", "处长"],
            [second.number, "是", "湘A12345", "处长"],
            [third.number, "是", "", "处长"],
        ],
    )
    run = page.context["run"]
    assert run.reasons == {"车牌为空": 1}
    (cell,) = refused_of(run)[0]["cells"]
    edit = reverse("experts:edit", args=[first.pk]) + "?section=extra"
    posted = {car.code: "是", plate.code: ""} | read_version(client, edit)
    (told,) = client.post(edit, posted).context["form"].errors[plate.code]
    assert told == f"{cell['reason']}：{cell['detail']}"
    assert cell["code"] == plate.code
    assert confirm(client, page, 3, 4).context["run"].accepted == 2
    first.refresh_from_db()
    assert (first.position, first.extra) == ("", {car.code: False})


def test_what_is_no_number_is_told_the_bounds_of_its_field(
    client: Client, admin: User, tmp_path: Path
) -> None:
    make_field("评点数", FieldKind.NUMBER, least=POINTS.least, most=POINTS.most)
    rows = [["专家编号", "评点数"], [make_expert().number, "很多"]]
    run = upload(login(client, admin), tmp_path, rows).context["run"]
    assert refused_of(run)[0]["cells"][0]["detail"] == "应为 0 至 100 的数字。"


def test_nothing_ticked_beside_faulty_rows_is_told_and_the_check_stays(
    client: Client, admin: User, tmp_path: Path
) -> None:
    expert, rows = make_expert(position="科长"), [["专家编号", "职务"]]
    rows += [[expert.number, "处长"], ["ZJ2026999999", "处长"]]
    page = upload(login(client, admin), tmp_path, rows)
    again = confirm(client, page)
    assert "没有勾选任何一行" in again.content.decode()
    assert "每一行都有错误" not in again.content.decode()
    assert again.context["run"].is_previewed
    assert confirm(client, page, 2).context["run"].accepted == 1


def test_who_ticks_readers_is_told_that_no_draw_asks_the_field(client: Client, admin: User) -> None:
    form = login(client, admin).get(reverse("customforms:field_create")).context["form"]
    assert "抽取条件不能再用它，看得到的角色也不能" in form.fields["readers"].help_text
