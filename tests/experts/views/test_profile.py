"""Forms, the panorama and the history of a record."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import RoleField, User
from expertpool.audit.models import Entry
from expertpool.core.registry import tabs_for
from expertpool.directory.models import Unit
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.numbering import next_numbers
from expertpool.experts.services.profile import update_expert
from expertpool.files.services import attach
from tests.factories.accounts import change, make_user
from tests.factories.experts import (
    NOW,
    make_expert,
    make_id_number,
    make_specialty,
    make_unit,
    make_uscc,
)
from tests.fixtures import login, read_version

CREATE = reverse("experts:create")
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@pytest.mark.shows("EXP-04", "EXP-02")
def test_an_admin_enters_an_expert(client: Client, admin: User) -> None:
    login(client, admin)
    leaf = make_specialty("Q1", parent=make_specialty("Q"))
    answer = client.post(
        CREATE,
        {
            "name": " 王小明 ",
            "phone": "１３８００１３８０００",
            "id_number": make_id_number("19791231", serial=12),
            "employer_name": "甲设计院",
            "employer_uscc": make_uscc(5).lower(),
            "title": "高级工程师",
            "specialties": [leaf.pk],
            "division": "430100",
            "term_end_date": "2028-12-31",
        },
    )
    assert answer.status_code == 204, answer.content.decode()
    expert = Expert.objects.get()
    assert (expert.name, expert.phone, expert.title_level) == ("王小明", "13800138000", 3)
    assert (expert.sex, expert.division_id, expert.created_by) == ("female", "430100", admin)
    assert (expert.employer.name, expert.employer.uscc) == ("甲设计院", make_uscc(5))
    assert list(expert.specialties.all()) == [leaf]


def test_the_form_takes_no_name_that_the_application_refuses(client: Client, admin: User) -> None:
    login(client, admin)
    answer = client.post(CREATE, {"name": "<b>x</b>", "phone": "13800138000"})
    assert (answer.status_code, Expert.objects.exists()) == (422, False)
    assert "含有符号“&lt;”，请删去。" in answer.content.decode()


@pytest.mark.shows("EXP-04", "EXP-05", "EXP-06")
def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(
    client: Client, admin: User
) -> None:
    login(client, admin)
    owner = make_expert("李四", phone="13800138000")
    data = {
        "name": "王小明",
        "phone": "13800138000",
        "email": "a b@c.cn",
        "employer_uscc": make_uscc(5),
        "address": "长安街 1 号",
    }
    answer = client.post(CREATE, data)
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert "employer_name" in errors  # of the form itself; the service is asked once it is in order
    answer = client.post(CREATE, data | {"employer_uscc": ""})
    errors = answer.context["form"].errors
    assert "邮箱格式不对" in errors["email"][0]
    assert owner.number in errors["phone"][0]
    assert "长安街 1 号</textarea>" in answer.content.decode()
    assert Expert.objects.count() == 1
    assert not Unit.objects.exists()


@pytest.mark.shows("OVW-02")
def test_an_organisation_has_its_own_form(client: Client, admin: User) -> None:
    login(client, admin)
    url = f"{CREATE}?kind=organisation"
    form = client.get(url).context["form"]
    assert "contact_person" in form.fields
    assert not {"id_number", "sex", "title"} & form.fields.keys()
    data = {"name": "甲检测公司", "phone": "13800138000", "employer_uscc": make_uscc(6)}
    assert "contact_person" in client.post(url, data).context["form"].errors
    assert client.post(url, data | {"contact_person": "李四"}).status_code == 204
    expert = Expert.objects.get()
    assert expert.kind == "organisation"
    assert expert.employer.name == "甲检测公司"  # it keeps away from itself
    page = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "单位专家" in page
    assert client.get(f"{CREATE}?kind=robot").status_code == 404


@pytest.mark.shows("EXP-26", "EXP-15")
def test_one_section_is_edited_in_the_panorama(client: Client, admin: User) -> None:
    login(client, admin)
    expert = make_expert(title="工程师", title_level=2, address="旧址", remark="留着")
    url = reverse("experts:edit", args=[expert.pk]) + "?section=contact"
    form = client.get(url).context["form"]
    assert set(form.fields) == {"division", "postcode", "address"}
    answer = client.post(url, {"address": "新址", "postcode": "410000"})
    assert answer.status_code == 204
    assert "page:refresh" in answer["HX-Trigger"]
    expert.refresh_from_db()
    assert (expert.address, expert.title, expert.remark) == ("新址", "工程师", "留着")
    assert expert.versions.first().changed == ["address", "postcode"]
    assert client.get(url.replace("contact", "nonsense")).status_code == 404


@pytest.mark.shows("EXP-38")
def test_a_masked_field_left_empty_stays_as_it_is(client: Client, admin: User) -> None:
    login(client, admin)  # sees phones plain, ID card numbers masked
    number = make_id_number()
    expert = make_expert(phone="13800138000", id_number=number, sex="male")
    url = reverse("experts:edit", args=[expert.pk])
    page = client.get(url)
    assert number not in page.content.decode()
    assert "1101************" in page.content.decode()
    data = {"name": "王小明", "phone": "13800138000", "sex": "male", "position": "总工"}
    assert client.post(url, data).status_code == 204
    expert.refresh_from_db()
    assert (expert.position, expert.id_number) == ("总工", number)
    other = make_id_number("19900101")
    client.post(url, data | {"id_number": other} | read_version(client, url))
    expert.refresh_from_db()
    assert expert.id_number == other


def test_a_hidden_field_is_not_in_the_form(client: Client, admin: User) -> None:
    change(RoleField.objects.filter(role__code="admin", field="experts.id_number"), level="hidden")
    login(client, admin)
    expert = make_expert(id_number=make_id_number())
    url = reverse("experts:edit", args=[expert.pk])
    assert "id_number" not in client.get(url).context["form"].fields
    client.post(url, {"name": "王大明", "phone": expert.phone, "id_number": "1"})
    expert.refresh_from_db()
    assert expert.id_number == make_id_number()
    assert "1101" not in client.get(reverse("experts:detail", args=[expert.pk])).content.decode()


# --- Panorama ----------------------------------------------------------------------------------


@pytest.mark.shows("EXP-01", "EXP-25")
def test_every_tab_opens_for_who_may_see_it(
    client: Client, admin: User, operator: User, auditor: User
) -> None:
    expert = make_expert(employer=make_unit("甲院"), specialties=(make_specialty("Q1"),))
    AvoidanceUnit.objects.create(expert=expert, unit=make_unit("乙院"), kind="declared")
    update_expert(expert=expert, values={"title": "教授"}, actor=admin, now=NOW)
    address = reverse("experts:detail", args=[expert.pk])
    for user in (admin, operator, auditor):
        login(client, user)
        codes = [tab.code for tab in tabs_for("experts:detail", user)]
        assert codes[:4] == ["profile", "specialties", "life", "avoidances"]
        assert ("log" in codes) is user.has_permission("audit.view")
        for code in codes:
            assert client.get(f"{address}?tab={code}").status_code == 200, code
    assert "乙院" in client.get(f"{address}?tab=avoidances").content.decode()
    assert "专业Q1" in client.get(f"{address}?tab=specialties").content.decode()
    assert "修改专家信息" in client.get(f"{address}?tab=log").content.decode()


@pytest.mark.shows("PORT-24")
def test_avoidance_units_in_the_panorama(client: Client, admin: User) -> None:
    login(client, admin)
    expert = make_expert()
    url = reverse("experts:avoidance_add", args=[expert.pk])
    data = {"unit_name": "乙院", "uscc": "", "kind": "past_employer", "end_date": "2025-01-01"}
    assert client.post(url, data | {"uscc": "1"}).status_code == 422
    assert client.post(url, data).status_code == 204
    assert "已按同样的关系登记" in client.post(url, data).content.decode()
    row = AvoidanceUnit.objects.get()
    assert client.post(reverse("experts:avoidance_remove", args=[row.pk])).status_code == 204
    assert not AvoidanceUnit.objects.exists()


@pytest.mark.shows("PORT-24", "DRAW-06")
def test_a_relation_names_the_person_or_the_unit_that_it_is_with(
    client: Client, admin: User
) -> None:
    login(client, admin)
    expert = make_expert()
    url = reverse("experts:avoidance_add", args=[expert.pk])
    assert "请填写单位名称" in client.post(url, {"kind": "adviser"}).content.decode()
    refused = client.post(url, {"kind": "teacher", "unit_name": "乙校"})
    assert refused.status_code == 422
    assert "请填写这位人员的姓名" in refused.content.decode()
    assert not Unit.objects.filter(name="乙校").exists()
    assert client.post(url, {"kind": "teacher", "person_name": "李教授"}).status_code == 204
    data = {"kind": "relative", "person_name": "王父", "unit_name": "丙公司"}
    assert client.post(url, data).status_code == 204
    assert [row.target for row in AvoidanceUnit.objects.order_by("pk")] == [
        "李教授",
        "丙公司（王父）",
    ]
    logged = Entry.objects.filter(action="expert.avoidance_add").order_by("pk")
    assert [entry.after["人员姓名"] for entry in logged] == ["李教授", "王父"]


@pytest.mark.shows("EXP-15")
def test_any_two_versions_are_compared(client: Client, admin: User, operator: User) -> None:
    expert = make_expert(phone="13800138000", title="工程师")
    for values in ({"title": "高级工程师"}, {"title": "教授", "phone": "13900139000"}):
        update_expert(expert=expert, values=values, actor=admin, now=NOW)
    url = reverse("experts:versions", args=[expert.pk])
    login(client, admin)

    def changed(query: str) -> list[tuple[str, str, str]]:
        rows = client.get(url + query).context["rows"]
        return [(row.label, row.before, row.after) for row in rows if row.changed]

    both = [("手机号", "13800138000", "13900139000"), ("职称", "工程师", "教授")]
    assert changed("?from=1&to=3") == changed("?from=3&to=1") == both
    assert changed("?from=1&to=2") == [("职称", "工程师", "高级工程师")]
    assert changed("") == [("手机号", "13800138000", "13900139000"), ("职称", "高级工程师", "教授")]
    login(client, operator)
    assert changed("?from=1&to=3")[0] == ("手机号", "138****8000", "139****9000")


def test_a_record_without_changes_says_so(client: Client, admin: User) -> None:
    expert = make_expert()
    login(client, admin)
    url = reverse("experts:versions", args=[expert.pk])
    assert "没有修改过" in client.get(url).content.decode()
    history = client.get(reverse("experts:detail", args=[expert.pk]) + "?tab=history")
    assert "没有修改过" in history.content.decode()


@pytest.mark.shows("EXP-03")
def test_files_are_seen_by_the_expert_and_who_may_reveal(
    client: Client, admin: User, operator: User, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    owner = make_user("expert")
    expert = make_expert(user=owner)
    upload = SimpleUploadedFile("证书.png", PNG)
    attachment = attach(subject=expert, uploaded_file=upload, actor=owner, now=NOW)
    url = reverse("files:download", args=[attachment.pk])
    other = make_user("expert")
    for user, status in ((admin, 200), (owner, 200), (operator, 404), (other, 404)):
        answer = login(client, user).get(url)
        assert answer.status_code in ({status} if status == 200 else {403, 404}), user
        if answer.streaming:
            list(answer)
    tab = reverse("experts:detail", args=[expert.pk]) + "?tab=files"
    assert "证书.png" in login(client, admin).get(tab).content.decode()
    assert "证书.png" not in login(client, operator).get(tab).content.decode()


@pytest.mark.parametrize("typed", ["1975-10", "1975.10", "1975年10月", "1975-10-01"])
def test_a_month_is_enough_for_a_birthday_that_the_id_card_tells(admin: User, typed: str) -> None:
    posted = {"name": "王芳", "phone": "13911110003", "id_number": make_id_number("19751015")}
    login(Client(), admin).post(CREATE, posted | {"birth_date": typed})
    assert Expert.objects.get().birth_date == date(1975, 10, 15)
    answer = login(Client(), admin).post(
        CREATE,
        posted | {"phone": "13911110004", "birth_date": "1975-09"},
    )
    assert "证件为 1975-10-15" in answer.content.decode()


@pytest.mark.parametrize("section", ["work", "contact", "bank", "term"])
def test_of_a_section_without_the_name_nothing_is_said_of_it(admin: User, section: str) -> None:
    expert = make_expert("王芳")
    address = f"{reverse('experts:edit', args=[expert.pk])}?section={section}"
    answer = login(Client(), admin).post(address, {"remark": "一", "position": "科长"})
    assert answer.status_code == 204
    assert "姓名" not in str(json.loads(answer["HX-Trigger"]))


@pytest.mark.shows("EXP-04", "EXP-15")
def test_all_that_is_odd_is_asked_at_once_and_nothing_is_kept_meanwhile(
    client: Client, admin: User
) -> None:
    login(client, admin)
    make_expert("王小明", email="wang@example.cn")
    data = {
        "name": "王小明",
        "phone": "13800138000",
        "email": "wang@example.cn",
        "bank_account": "6222000000000000001",
    }
    Expert.objects.update(email_index=None, birth_date="1975-10-01")
    asked = client.post(CREATE, data | {"birth_date": "1975-10"})
    text = asked.content.decode()
    assert "校验不符" in text
    assert "不是同一个人，仍要保存" in text
    assert Expert.objects.count() == 1
    form = asked.context["form"]
    said = {"asked": form["asked"].value(), "birth_date": "1975-10"}
    token = text.split('name="knowing" value="')[1].split('"')[0]
    # Of two questions one is answered.
    half = client.post(CREATE, data | said)
    assert "校验不符" not in half.content.decode()
    assert half.status_code == 422
    assert client.post(CREATE, data | said | {"knowing": token}).status_code == 204
    assert Expert.objects.count() == 2


@pytest.mark.shows("EXP-04")
def test_an_account_with_a_wrong_check_digit_is_saved_once_that_was_seen(
    client: Client, admin: User
) -> None:
    login(client, admin)
    data = {"name": "王小明", "phone": "13800138000", "bank_account": "6222 0000 0000 0000 001"}
    asked = client.post(CREATE, data)
    assert asked.status_code == 422
    assert "校验不符" in asked.content.decode()
    assert "再保存一次" in asked.content.decode()
    said = {"asked": asked.context["form"]["asked"].value()}
    other = client.post(CREATE, data | said | {"bank_account": "6222000000000000002"})
    assert other.status_code == 422  # what was seen was another one
    (before,) = next_numbers(1, now=timezone.now())
    assert client.post(CREATE, data | {"bank_account": "6222000000000000003"}).status_code == 422
    assert client.post(CREATE, data | said).status_code == 204
    entered = Expert.objects.get(called(["王小明"]))
    assert entered.bank_account == "6222000000000000001"
    # What was asked took no number.
    assert int(entered.number[2:]) == int(before[2:]) + 1
    # What stands there already is asked about no more.
    edit = reverse("experts:edit", args=[entered.pk])
    assert client.post(edit, data | {"name": "王大明"}).status_code == 204


@pytest.mark.parametrize("word", ["无", "—"])
def test_a_word_for_none_is_no_unit(client: Client, admin: User, word: str) -> None:
    login(client, admin)
    data = {"name": "王小明", "phone": "13800138000", "employer_name": word}
    asked = client.post(CREATE, data)
    assert "按没有工作单位保存" in asked.content.decode()
    said = {"asked": asked.context["form"]["asked"].value()}
    assert client.post(CREATE, data | said).status_code == 204
    expert = Expert.objects.get()
    assert expert.employer is None
    avoid = reverse("experts:avoidance_add", args=[expert.pk])
    refusal = client.post(avoid, {"kind": "declared", "unit_name": word})
    assert "不是单位的名称" in refusal.content.decode()
    assert not Unit.objects.exists()


@pytest.mark.shows("EXP-04")
def test_all_that_is_wrong_is_said_at_once(client: Client, admin: User) -> None:
    login(client, admin)
    data = {"name": "王小明", "phone": "123", "practice_years": "99999", "postcode": "41"}
    form = client.post(CREATE, data | {"email": "a b@c"}).context["form"]
    assert {"phone", "practice_years", "postcode", "email"} <= form.errors.keys()
