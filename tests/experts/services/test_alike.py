"""One person, one record: whoever enters somebody like another is asked first."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.importing import CHECK, Row
from expertpool.directory.models import Unit
from expertpool.experts.models import Expert
from expertpool.experts.queries import pairs
from expertpool.experts.queries.alike import experts_alike
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import ExpertImporter
from expertpool.experts.settings import TAKEN_PER_HOUR
from expertpool.experts.validators.values import Month
from tests.attacks.test_rights import make_role
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import (
    NOW,
    doubled_as_before,
    make_apart,
    make_expert,
    make_id_number,
    make_unit,
)
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
BORN = date(1980, 5, 20)


@pytest.fixture
def known() -> Expert:
    return make_expert("王大为", employer=make_unit("长沙设计院"), birth_date=BORN)


def enter(client: Client, phone: str = "13812340001", **values: Any) -> tuple[int, str]:
    data = {"name": "王大为", "sex": "", "phone": phone} | values
    answer = client.post(reverse("experts:create"), data)
    return answer.status_code, answer.content.decode()


def token(page: str) -> str:
    found = re.search(r'name="knowing"[^>]*value="(\w+)"|value="(\w+)"[^>]*name="knowing"', page)
    assert found
    return found[1] or found[2]


@pytest.mark.parametrize(
    ("values", "ground"),
    [
        ({"employer_name": "长沙设计院"}, "姓名、工作单位相同"),
        ({"birth_date": "1980-05-20"}, "姓名、出生日期相同"),
        ({"birth_date": "1980-05-01"}, "姓名、出生日期相同"),
    ],
)
def test_a_clerk_is_asked_and_goes_on_knowingly(
    known: Expert, admin: User, values: dict[str, Any], ground: str
) -> None:
    client = login(Client(), admin)
    status, page = enter(client, **values)
    assert (status, Expert.objects.count()) == (422, 1)
    assert f"{known}，在库，{ground}" in page
    assert "仍要保存" in page
    status, page = enter(client, **values, knowing=token(page))
    assert (status, Expert.objects.count()) == (204, 2)
    entry = Entry.objects.get(action="expert.create")
    assert "疑似重复后仍然保存" in entry.note
    assert known.number in entry.note


def test_a_record_that_is_asked_about_leaves_no_unit_behind(known: Expert, admin: User) -> None:
    client = login(Client(), admin)
    values = {"birth_date": "1980-05-20", "employer_name": "武汉桥梁研究所"}
    status, page = enter(client, **values)
    assert (status, Unit.objects.filter(name="武汉桥梁研究所").count()) == (422, 0)
    assert enter(client, **values, knowing=token(page))[0] == 204
    assert Expert.objects.get(employer__name="武汉桥梁研究所").name == "王大为"


@pytest.mark.parametrize("status", ["deleted", "blacklisted", "frozen", "pending"])
def test_also_about_who_is_out(admin: User, status: str) -> None:
    gone = make_expert("王大为", birth_date=BORN, status=status)
    _, page = enter(login(Client(), admin), birth_date="1980-05-20")
    assert f"{gone}，{gone.get_status_display()}" in page


def test_nobody_is_asked_about_a_name_alone(known: Expert, admin: User) -> None:
    assert (
        enter(login(Client(), admin), employer_name="武汉设计院", birth_date="1981-05-20")[0] == 204
    )


def test_what_was_agreed_to_is_for_those_who_were_named(known: Expert, admin: User) -> None:
    client = login(Client(), admin)
    _, page = enter(client, birth_date="1980-05-20")
    said = token(page)
    other = make_expert("王大为", birth_date=BORN)
    status, page = enter(client, birth_date="1980-05-20", knowing=said)
    assert status == 422
    assert other.number in page


def test_an_edit_asks_about_what_it_makes_alike(known: Expert, admin: User) -> None:
    client = login(Client(), admin)
    other = make_expert("王大卫", birth_date=BORN)
    address = reverse("experts:edit", args=[other.pk]) + "?section=basic"

    def edit(**values: Any) -> tuple[int, str]:
        read = client.get(address).content.decode()
        hidden = {
            name: re.search(rf'name="{name}" value="([^"]*)"', read)[1]  # type: ignore[index]
            for name in ("version", "read")
        }
        data = {"phone": other.phone, "birth_date": "1980-05-20"} | hidden | values
        answer = client.post(address, data)
        return answer.status_code, answer.content.decode()

    assert edit(name="王大卫")[0] == 204
    status, page = edit(name="王大为")
    assert status == 422
    assert known.number in page
    assert edit(name="王大为", knowing=token(page))[0] == 204
    # From now on it is known.
    assert edit(name="王大为", position="主任")[0] == 204


def clerk_of(name: str) -> User:
    role = make_role("experts.add", "experts.edit", "experts.view", scope=Scope.DEPARTMENT)
    return make_user(roles=(role,), department=make_department(name))


def test_who_is_out_of_scope_is_not_named_and_few_are_told(known: Expert) -> None:
    clerk = clerk_of("采购一部")
    configure(TAKEN_PER_HOUR, 2)
    client = login(Client(), clerk)
    values = {"birth_date": "1980-05-20", "department": clerk.department_id}
    for _ in range(2):
        status, page = enter(client, **values)
        assert status == 422
        assert "库中另有 1 位相近的专家（不在您的查看范围内），请由能查看全部专家的人核对" in page
        assert known.number not in page
        assert "长沙设计院" not in page
    assert Entry.objects.filter(action="expert.taken", actor=clerk, note="疑似重复").count() == 2
    status, page = enter(client, **values)
    assert "一小时内" in page
    assert "另有" not in page


def notes(actor: User, *, previews: bool) -> list[str]:
    importer = ExpertImporter(actor=actor, now=NOW, options={})
    importer.previews = previews
    from expertpool.core.importing import Row

    values = {"name": "王大为", "phone": "13812340001", "employer": "长沙设计院"}
    row = Row(2, [], dict(values))
    importer.prepare([row])
    assert (importer.inspect(row), importer.validate(row)) == ([], None)
    return [one.now for one in row.notes if one.kind == CHECK]


def test_an_import_compares_all_of_a_common_name(admin: User) -> None:
    for _ in range(12):
        make_expert("王大为")
    known = make_expert("王大为", employer=make_unit("长沙设计院"))
    (sentence,) = notes(admin, previews=True)
    assert known.number in sentence


def test_an_import_tells_of_all_of_a_name_in_one_note(admin: User) -> None:
    employer = make_unit("长沙设计院")
    known = [make_expert("王大为", employer=employer) for _ in range(30)]
    (sentence,) = notes(admin, previews=True)
    assert known[0].number in sentence
    assert "像这样的共 30 人" in sentence


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize("previews", [True, False])
def test_an_import_tells_of_whom_its_reader_may_see(
    known: Expert, admin: User, previews: bool
) -> None:
    (sentence,) = notes(admin, previews=previews)
    assert sentence == f"与库中 {known.number} 的姓名、工作单位相同，请核对是否同一人。"
    assert notes(clerk_of("采购一部"), previews=previews) == []


def test_the_list_of_the_pool(known: Expert, admin: User) -> None:
    twin = make_expert("王大为", employer=known.employer)
    make_expert("王大为", birth_date=date(1990, 1, 1))
    with doubled_as_before():
        make_user("operator", username="li", phone="13812340009")
        shared = make_expert("李四", phone="13812340009")
        other = make_user("expert", username="zhao", phone="13812340008")
        beside = make_expert("赵六", phone="13812340010", user=other, email="zhao@example.com")
        make_user("operator", username="qian", email="zhao@example.com")
    own = make_user("expert", username="wu", phone="13812340011", email="wu@example.com")
    make_expert("吴七", phone="13812340011", email="wu@example.com", user=own)
    make_expert("离开", birth_date=BORN, status="deleted")
    make_expert("离开", birth_date=BORN, status="deleted")
    client = login(Client(), admin)
    answer = client.get(reverse("experts:alike"))
    assert {one.pk for one in answer.context["page"]} == {
        known.pk,  # with his twin, of whom no row of his own says it once more
        shared.pk,
        beside.pk,
    }
    page = answer.content.decode()
    assert f"工作单位与 {twin.number} 相同" in page
    assert f"工作单位与 {known.number} 相同" not in page
    assert health(client)["疑似重复的专家"] == 3  # as many as are listed
    assert list(client.get(reverse("experts:alike"), {"q": twin.number}).context["page"]) == [twin]
    assert "手机号与账号 li 相同" in page
    reader = clerk_of("采购一部")
    assert not login(Client(), reader).get(reverse("experts:alike")).context["page"]


@pytest.mark.shows("EXP-01")
def test_two_persons_of_one_name_are_told_apart_and_asked_about_no_more(
    known: Expert, admin: User
) -> None:
    twin = make_expert("王大为", employer=known.employer)
    client = login(Client(), admin)
    assert health(client)["疑似重复的专家"] == 1
    address = reverse("experts:tell_apart", args=[twin.pk, known.pk])
    assert "请填写原因" in refusal(client, address)
    assert client.post(address, {"reason": "身份证不同"}).status_code == 204
    assert not client.get(reverse("experts:alike")).context["page"]
    assert health(client)["疑似重复的专家"] == 0
    assert experts_alike(twin) == []
    (first, second) = Entry.objects.filter(action="expert.apart").order_by("pk")
    assert (first.subject_id, second.subject_id) == (str(known.pk), str(twin.pk))
    assert (first.note, first.after) == ("身份证不同", {"不是同一人": str(twin)})
    # Nor by a third: he is asked about.
    make_expert("王大为", employer=known.employer)
    assert len(client.get(reverse("experts:alike")).context["page"]) == 2
    assert health(client)["疑似重复的专家"] == 2
    assert "已标明不是同一人" in refusal(client, address, reason="再说一次")
    merge = reverse("experts:merge", args=[known.pk, twin.pk])
    seen = client.get(merge).content.decode().split('name="seen" value="')[1].split('"')[0]
    assert (
        "请先在「疑似重复」中撤回"
        in client.post(merge, {"seen": seen, "reason": "同一人"}).content.decode()
    )

    page = client.get(reverse("experts:apart"))
    (row,) = page.context["page"]
    assert "身份证不同" in page.content.decode()
    assert client.post(reverse("experts:untell_apart", args=[row.pk])).status_code == 204
    # Three pairs of three: of each the first is listed, and counted.
    assert len(client.get(reverse("experts:alike")).context["page"]) == 2
    assert health(client)["疑似重复的专家"] == 2
    assert known in [one.expert for one in experts_alike(twin)]
    assert Entry.objects.filter(action="expert.apart_back").count() == 2


def test_only_whoever_may_merge_them_tells_two_apart(known: Expert, admin: User) -> None:
    twin = make_expert("王大为", employer=known.employer)
    row = make_apart(known, make_expert("王大为", birth_date=BORN))
    role = make_role("experts.edit", "experts.view", "experts.delete", scope=Scope.DEPARTMENT)
    own = make_department("采购一部")
    Expert.objects.filter(pk=known.pk).update(department=own)
    clerk = login(Client(), make_user(roles=(role,), department=own))
    for address in (
        reverse("experts:tell_apart", args=[known.pk, twin.pk]),
        reverse("experts:tell_apart", args=[twin.pk, known.pk]),
        reverse("experts:untell_apart", args=[row.pk]),
    ):
        assert clerk.post(address, {"reason": "不是"}).status_code == 404
    assert not clerk.get(reverse("experts:apart")).context["page"]


def health(client: Client) -> dict[str, int]:
    page = client.get(reverse("experts:health"))
    return {line["label"]: line["count"] for _, lines in page.context["sections"] for line in lines}


def refusal(client: Client, address: str, **data: str) -> str:
    answer = client.post(address, data, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    return str(json.loads(answer.headers["HX-Trigger"]))


def test_a_row_that_may_be_a_blacklisted_expert_is_imported_only_when_somebody_says_so(
    admin: User, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    bad = make_expert("袁军丽", employer=make_unit("西安市政集团"), status="blacklisted")
    path = write_xlsx(
        tmp_path / "a.xlsx",
        [
            ["姓名", "手机号", "工作单位"],
            ["袁军丽", "13977700001", "西安市政集团"],
            ["王立新", "13977700002", "西安市政集团"],
        ],
    )
    client = login(Client(), admin)
    posted = {"file": SimpleUploadedFile(path.name, path.read_bytes()), "status": "formal"}
    page = client.post(reverse("experts:import"), posted, follow=True)
    run = page.context["run"]
    assert (run.accepted, run.reasons) == (1, {"可能是黑名单中的专家": 1})
    said = page.content.decode()
    assert f"与库中黑名单专家 {bad.number} 的姓名、工作单位相同" in said
    assert 'name="cell-2-knowing"' in said
    answers = reverse("experts:import_answers", args=[run.pk])
    page = client.post(answers, {"cell-2-knowing": "不是同一人，仍要导入"}, follow=True)
    run = page.context["run"]
    assert (run.accepted, run.refused) == (2, 0)
    assert f"{bad.number}（黑名单）" in page.content.decode()
    # What was answered can be taken back until the import is confirmed.
    page = client.post(answers, {"cell-2-knowing": ""}, follow=True)
    assert page.context["run"].reasons == {"可能是黑名单中的专家": 1}
    page = client.post(answers, {"cell-2-knowing": "不是同一人，仍要导入"}, follow=True)
    assert "是否同一人" not in page.context["found"]["first"][0]
    (answered,) = page.context["form"].answered_lines()
    assert answered["field"].value() == "不是同一人，仍要导入"
    assert "将按您的回答导入的行" in page.content.decode()
    client.post(reverse("experts:import_confirm", args=[run.pk]))
    assert Expert.objects.filter(called(["袁军丽"]), status="pending").count() == 1
    note = Entry.objects.get(action="expert.import").note
    assert note == "a.xlsx（1 行提示可能是黑名单中的专家后仍导入）"


@pytest.mark.shows("EXP-08")
@pytest.mark.parametrize(
    ("held", "row"),
    [
        ({"birth_date": date(1980, 5, 1)}, {"birth": Month(1980, 5, 20)}),
        ({"birth_date": date(1980, 5, 20)}, {"birth": Month(1980, 5, None)}),
        ({"employer": "西安市政(集团)"}, {"employer": "西安市政（集团）"}),
    ],
)
@pytest.mark.parametrize("deleted", [False, True])
def test_an_import_asks_about_the_blacklisted_as_the_form_does(
    admin: User, held: dict[str, Any], row: dict[str, Any], deleted: bool
) -> None:
    if "employer" in held:
        held = {"employer": make_unit(held["employer"])}
    bad = make_expert("王大为", **held, status="blacklisted")
    if deleted:
        gone = {"status": "deleted", "status_before_deletion": "blacklisted", "deleted_at": NOW}
        Expert.objects.filter(pk=bad.pk).update(**gone)
    importer = ExpertImporter(actor=admin, now=NOW, options={})
    asked = Row(2, [], {"name": "王大为", "phone": "13812340001", "birth": None, **row})
    importer.prepare([asked])
    assert importer.inspect(asked) == []
    fault = importer.validate(asked)
    assert fault is not None
    assert f"黑名单专家 {bad.number}" in fault.detail


@pytest.mark.parametrize(
    ("births", "told"),
    [
        ((Month(1980, 5, None), Month(1980, 5, 20)), "与第 2 行的姓名、出生日期相同"),
        ((Month(1980, 5, 20), Month(1980, 5, None)), "与第 2 行的姓名、出生日期相同"),
        ((Month(1980, 5, 20), Month(1980, 5, 21)), ""),
    ],
)
def test_rows_are_compared_by_month_where_no_day_is_known(
    admin: User, births: tuple[Month, Month], told: str
) -> None:
    importer = ExpertImporter(actor=admin, now=NOW, options={})
    rows = [
        Row(at, [], {"name": "王大为", "phone": f"1381234000{at}", "birth": birth})
        for at, birth in enumerate(births, 2)
    ]
    importer.prepare(rows)
    assert [(importer.inspect(row), importer.validate(row)) for row in rows] == [([], None)] * 2
    said = "".join(note.now for note in rows[1].notes)
    assert told in said
    assert bool(told) == ("与第" in said)


def test_rows_of_one_file_that_may_be_one_person_are_told(admin: User) -> None:
    importer = ExpertImporter(actor=admin, now=NOW, options={})
    shared = {"name": "王大为", "employer": "甲院", "birth": None}
    rows = [
        Row(2, [], {"phone": "13812340001", **shared}),
        Row(3, [], {"phone": "13812340002", **shared}),
        Row(4, [], {"phone": "13812340003", **shared, "name": "王小为"}),
    ]
    importer.prepare(rows)
    assert [(importer.inspect(row), importer.validate(row)) for row in rows] == [([], None)] * 3
    told = [[note.now for note in row.notes] for row in rows]
    assert told == [[], ["与第 2 行的姓名、工作单位相同，请核对是否同一人。"], []]


def test_a_group_of_very_many_is_counted_as_at_least(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "MOST_OF_GROUP", 2)
    employer = make_unit("长沙设计院")
    # Pairs of deleted records are none, and fill no list.
    for _ in range(3):
        make_expert("王大为", employer=employer, status="deleted")
    make_expert("王大为", employer=employer)
    found = pairs.pairs_in(Expert.objects.all())
    assert (len(found.found), found.is_least) == (2, True)
    monkeypatch.setattr(pairs, "MOST_OF_GROUP", 3)
    found = pairs.pairs_in(Expert.objects.all())
    assert (len(found.found), found.is_least) == (3, False)


@pytest.mark.shows("EXP-08")
def test_people_with_numbers_of_their_own_hide_no_pair_of_an_employer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pairs, "MOST_GROUPS", 1)
    unit = make_unit("湘江大学")
    for serial, name in enumerate(("邢一", "裴二", "鲍三", "卞四")):
        for year in (1970, 1980):
            number = make_id_number(f"{year}0101", serial=serial + 1)
            make_expert(name, employer=unit, id_number=number, birth_date=date(year, 1, 1))
    twins = {make_expert("卫重", employer=unit).pk for _ in range(2)}
    found = pairs.pairs_in(Expert.objects.all())
    assert found == pairs.Pairs({(min(twins), max(twins))}, is_least=False)
