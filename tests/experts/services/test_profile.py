"""Entering and changing records."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.experts.queries.experts import phone_index
from expertpool.experts.services import taken
from expertpool.experts.services.profile import create_expert, update_expert
from tests.factories.accounts import make_user
from tests.factories.experts import (
    NOW,
    make_expert,
    make_id_number,
    make_phone,
    make_specialty,
    make_unit,
)

VALUES = {"name": "王小明", "phone": "13800138000"}


@pytest.mark.shows("EXP-01", "EXP-02", "EXP-04", "EXP-05")
def test_a_new_expert_has_a_number_and_what_his_id_card_states(admin: User) -> None:
    id_number = make_id_number("19791231", serial=12)
    employer = make_unit("省建筑设计研究院")
    expert = create_expert(
        values=VALUES
        | {"id_number": id_number.lower(), "email": "wang@example.cn", "employer": employer},
        specialties=[make_specialty("A01", "规划")],
        actor=admin,
        now=NOW,
    )
    expert = Expert.objects.get(pk=expert.pk)
    assert expert.number.startswith("ZJ2026")
    assert len(expert.number) == 12
    assert (expert.birth_date, expert.sex) == (date(1979, 12, 31), "female")
    # A member only once the office's flow has admitted him (docs/decisions/0224).
    assert (expert.status, expert.source) == ("pending", "manual")
    assert expert.phone == "13800138000"
    assert [str(one) for one in expert.specialties.all()] == ["A01 规划"]
    entry = Entry.objects.get(action="expert.create")
    assert entry.actor == admin
    assert entry.after["phone"] == "138****8000"
    assert id_number not in str(entry.after)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"name": ""}, "name", ""),
        ({"phone": ""}, "phone", "请填写手机号"),
        ({"phone": "1380013800"}, "phone", "手机号格式不对"),
        ({"phone": "23800138000"}, "phone", "手机号格式不对"),
        ({"email": "a b@c.cn"}, "email", "邮箱格式不对"),
        ({"id_number": "110101198001010011"}, "id_number", "校验位"),
        (
            {"id_number": make_id_number("19800101"), "birth_date": date(1981, 1, 1)},
            "birth_date",
            "1980-01-01",
        ),
        ({"id_number": make_id_number("19800101"), "sex": "female"}, "sex", "第 17 位"),
        ({"kind": "organisation"}, "contact_person", "联系人"),
        (
            {"term_start_date": date(2026, 1, 2), "term_end_date": date(2026, 1, 1)},
            "term_end_date",
            "早于",
        ),
    ],
)
@pytest.mark.shows("EXP-02", "EXP-04", "EXP-05")
def test_wrong_data_is_refused_at_its_field(
    admin: User, values: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        create_expert(values=VALUES | values, actor=admin, now=NOW)
    assert list(caught.value.message_dict) == [field]
    assert words in caught.value.message_dict[field][0]
    assert not Expert.objects.exists()


@pytest.mark.shows("OVW-02")
def test_an_organisation_has_a_contact_person(admin: User) -> None:
    expert = create_expert(
        values=VALUES | {"kind": "organisation", "contact_person": "李四", "name": "某检测公司"},
        actor=admin,
        now=NOW,
    )
    assert expert.get_kind_display() == "单位专家"


@pytest.mark.shows("EXP-06")
def test_a_known_phone_names_its_owner_to_who_may_see_him(admin: User) -> None:
    owner = make_expert("李四", phone="13800138000")
    with pytest.raises(ValidationError) as caught:
        create_expert(values=VALUES, actor=admin, now=NOW)
    assert f"李四（{owner.number}）" in caught.value.message_dict["phone"][0]
    with pytest.raises(ValidationError) as caught:
        create_expert(values=VALUES, actor=make_user(), now=NOW)
    assert "李四" not in str(caught.value)
    assert "由能查看的人核对" in str(caught.value)


@pytest.mark.shows("EXP-06")
def test_a_deleted_owner_is_to_be_restored(admin: User) -> None:
    make_expert("李四", phone="13800138000", status=ExpertStatus.DELETED)
    with pytest.raises(ValidationError, match="恢复"):
        create_expert(values=VALUES, actor=admin, now=NOW)


def test_a_known_id_number_is_refused(admin: User) -> None:
    make_expert("李四", id_number=make_id_number())
    with pytest.raises(ValidationError) as caught:
        create_expert(values=VALUES | {"id_number": make_id_number()}, actor=admin, now=NOW)
    assert list(caught.value.message_dict) == ["id_number"]


@pytest.mark.shows("EXP-15")
def test_a_change_keeps_the_version_before_and_after(admin: User) -> None:
    expert = create_expert(values=VALUES, actor=admin, now=NOW)
    update_expert(
        expert=expert,
        values={"title": "高级工程师", "phone": "13900139000"},
        specialties=[make_specialty("A01", "规划")],
        actor=admin,
        now=NOW,
    )
    first, second = expert.versions.order_by("number")
    assert second.changed == ["phone", "title", "specialties"]
    assert '"13800138000"' in first.snapshot
    assert '"13900139000"' in second.snapshot
    assert (first.at, first.actor) == (NOW, admin)
    entry = Entry.objects.get(action="expert.update")
    assert entry.before == {"phone": "138****8000", "title": None, "specialties": None}
    assert entry.after["title"] == "高级工程师"
    changed = Expert.objects.get(pk=expert.pk)
    assert changed.phone_index == phone_index("13900139000")


def test_saving_without_a_difference_writes_nothing(admin: User) -> None:
    expert = create_expert(values=VALUES, actor=admin, now=NOW)
    update_expert(expert=expert, values={"name": " 王小明 "}, actor=admin, now=NOW)
    assert not ExpertVersion.objects.exists()
    assert not Entry.objects.filter(action="expert.update").exists()


def test_fields_outside_the_profile_are_a_programming_error(admin: User) -> None:
    with pytest.raises(TypeError, match="status"):
        update_expert(expert=make_expert(), values={"status": "frozen"}, actor=admin, now=NOW)


@pytest.mark.parametrize(
    "sql", ["UPDATE experts_expertversion SET number = 9", "DELETE FROM experts_expertversion"]
)
def test_versions_are_final(admin: User, sql: str) -> None:
    expert = make_expert()
    update_expert(expert=expert, values={"title": "工程师"}, actor=admin, now=NOW)
    with pytest.raises(Exception, match="不能修改或删除"), transaction.atomic():
        connection.cursor().execute(sql)
    assert expert.versions.count() == 2


# --- Two clerks enter the same phone at the same moment --------------------------------------


def enter_at_once(count: int) -> list[str]:
    barrier = threading.Barrier(count)
    outcomes: list[str] = []

    def enter(number: int) -> None:
        try:
            barrier.wait(timeout=20)
            create_expert(values=VALUES | {"name": f"专家{number}"}, actor=None, now=NOW)
            outcomes.append("entered")
        except ValidationError as error:
            outcomes.append(error.error_dict["phone"][0].code)
        except IntegrityError:
            outcomes.append("crashed")
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("EXP-06")
def test_of_two_at_once_one_enters_and_the_other_is_told() -> None:
    assert enter_at_once(4) == ["duplicate", "duplicate", "duplicate", "entered"]
    assert Expert.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_check_alone_would_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the unique constraint the same race makes two records."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE experts_expert DROP CONSTRAINT experts_phone_once")
    barrier = threading.Barrier(2)
    real = taken._FIND["phone"]

    def slow(phone: str) -> Expert | None:
        found = real(phone)
        barrier.wait(timeout=20)
        return found

    monkeypatch.setitem(taken._FIND, "phone", slow)
    try:
        assert enter_at_once(2) == ["entered", "entered"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE experts_expert CASCADE")  # and what apps above keep of them
            cursor.execute(
                "ALTER TABLE experts_expert ADD CONSTRAINT experts_phone_once UNIQUE (phone_index)"
            )


def test_numbers_never_repeat(admin: User) -> None:
    numbers = {
        create_expert(values=VALUES | {"phone": make_phone()}, actor=admin, now=NOW).number
        for _ in range(3)
    }
    assert len(numbers) == 3
