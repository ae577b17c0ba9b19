"""Parts of encrypted values are found in packs, whatever way they were written (docs/decisions/0227)."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from expertpool.accounts.models import RoleField, User
from expertpool.core.criteria import Context, CriteriaError, parse, to_q
from expertpool.core.fields import Sealed, encrypted
from expertpool.core.health import Health
from expertpool.core.jobs import is_queued
from expertpool.experts.models import Expert, SearchPack, UnpackedExpert
from expertpool.experts.queries import packs
from expertpool.experts.queries.packs import NOBODY, Holders, holding, holding_all, holding_each
from expertpool.experts.queries.search import search
from expertpool.experts.services.importing import import_file
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.pack_health import find_packs
from expertpool.experts.services.packs import _pack, pack_experts, repair_packs
from expertpool.experts.services.profile import update_expert
from expertpool.experts.tasks import pack_imported
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import change, make_department, make_user
from tests.factories.experts import NOW, make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-22")]


def names(text: str, user: User) -> set[str]:
    return {one.name for one in search(Expert.objects.all(), text, user)}


def test_it_is_found_while_statements_are_written_down() -> None:
    expert = make_expert("甲", phone="19912345678")
    pack_experts()
    with CaptureQueriesContext(connection):  # as DEBUG does
        assert holding("phone", "contains", "3456") == {expert.pk}


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_telephone_is_found_by_any_four_of_its_digits(admin: User, is_packed: bool) -> None:
    make_expert("甲", phone="19912345678")
    make_expert("乙", phone="13800005678")
    if is_packed:
        pack_experts()
        assert not UnpackedExpert.objects.exists()
    for part in ("1991", "1991234", "2345", "12345678", "19912345678", "199 1234 5678"):
        assert names(part, admin) == {"甲"}, part
    assert names("5678", admin) == {"甲", "乙"}
    assert names("9999", admin) == set()
    # Three digits are the network, which a tenth of the pool shares.
    assert names("199", admin) == set()
    assert names("1991 甲", admin) == {"甲"}
    assert names("1991 乙", admin) == set()


@pytest.mark.parametrize("is_packed", [False, True])
def test_several_parts_are_looked_for_at_once(
    admin: User, is_packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = make_expert("甲", phone="19912345678"), make_expert("乙", phone="13800005678")
    if is_packed:
        pack_experts()
    looks, read = [], packs._packs
    monkeypatch.setattr(packs, "_packs", lambda column: looks.append(column) or read(column))
    for op, texts, found in (
        ("contains", ["1991", "5678", " ", "9999"], [{one.pk}, {one.pk, two.pk}, set(), set()]),
        ("starts", ["138", "567"], [{two.pk}, set()]),
        ("eq", ["19912345678", "1991"], [{one.pk}, set()]),
        ("contains", [" "], [set()]),
    ):
        assert holding_each("phone", op, texts) == found
    assert names("1991 5678 甲", admin) == {"甲"}
    # Once for each list of parts, and never for blanks alone.
    assert looks == [*["phone"] * 4, "name", "initials"]


def test_what_is_kept_is_read_again_once_its_row_is_another(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote it, and though he went past all triggers."""
    expert = make_expert("甲", phone="19912345678")
    pack_experts()
    reads, copied = list[object](), packs.copied_rows
    monkeypatch.setattr(packs, "copied_rows", lambda *how: reads.append(how[1]) or copied(*how))
    for _ in range(3):
        assert holding("phone", "contains", "1991") == {expert.pk}
        assert holding("address", "contains", "1991") == set()
    part = expert.pk // packs.SIZE
    # What the search box does not look through is not kept.
    assert reads == [["phone", [part]], *[["address", [part]]] * 3]
    update_expert(expert=expert, values={"phone": "13755554444"}, actor=admin, now=NOW)
    pack_experts()
    assert holding("phone", "contains", "1991") == set()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE experts_searchpack SET content = substr(content, 1, 40)")
        cursor.execute("SET session_replication_role = origin")
    assert holding("phone", "contains", "5555") == {expert.pk}
    assert len(reads) == 6
    # All that is kept is shut.
    assert holding("name", "contains", "甲") == {expert.pk}
    kept = packs._read["name"].values()
    assert kept
    assert not [one for one in kept if "甲".encode() in one.token]
    SearchPack.objects.all().delete()
    assert holding("phone", "contains", "5555") == {expert.pk}


def test_no_pack_is_opened_for_what_none_of_its_names_has(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = make_expert("甲子"), make_expert("乙丑")
    pack_experts()
    field, opened = packs._CONTENT, list[object]()
    open_it = field.opened
    monkeypatch.setattr(
        field, "opened", lambda *it, **how: opened.append(it) or open_it(*it, **how)
    )
    assert holding("name", "contains", "甲") == {one.pk}
    assert opened
    opened.clear()
    # The keys of experts are no part of their names.
    for text in ("环", "甲环", str(one.pk)):
        assert holding("name", "contains", text) == set()
    assert not opened
    assert holding("name", "contains", "子") == holding("name", "eq", "甲子") == {one.pk}
    assert holding("name", "starts", "乙") == {other.pk}
    assert opened
    update_expert(expert=other, values={"name": "环保"}, actor=admin, now=NOW)
    assert holding("name", "contains", "环") == {other.pk}
    pack_experts()
    assert holding("name", "contains", "环") == {other.pk}
    assert holding("name", "contains", "乙") == set()


def test_packs_are_opened_from_the_newest_on_as_far_as_somebody_asks() -> None:
    ids = {part: [part * packs.SIZE + at for at in (1, 5)] for part in (0, 2, 3, 7)}
    looked = list[int]()

    def some(*but: int) -> Holders:
        looked.clear()
        return Holders(
            [7, 3, 2, 0],
            lambda part: looked.append(part) or [pk for pk in ids[part] if pk not in but],
        )

    everybody = sorted(chain(*ids.values()), reverse=True)
    one = some()
    assert one.newest(3) == everybody[:3]
    assert looked == [7, 3]
    assert one.since(everybody[1]) == everybody[:2]
    assert one.since(everybody[4]) == everybody[:5]
    assert one.since(everybody[3] - 1) == everybody[:4]
    assert looked == [7, 3, 2]
    assert [*one] == everybody
    assert some().among({everybody[-1], everybody[0], 9 * packs.SIZE, 17}) == {
        everybody[-1],
        everybody[0],
    }
    assert sorted(looked) == [0, 7]
    assert [*holding_all([some(everybody[0]), some(everybody[3])])] == [
        key for at, key in enumerate(everybody) if at not in {0, 3}
    ]
    assert not NOBODY
    assert [*NOBODY] == []


def test_who_sees_them_masked_finds_nothing(admin: User) -> None:
    make_expert("甲", phone="19912345678")
    pack_experts()
    change(RoleField.objects.filter(role__code="admin", field="experts.phone"), level="masked")
    masked = User.objects.get(pk=admin.pk)
    assert names("1991234", masked) == set()
    with pytest.raises(CriteriaError):
        asked("phone", "contains", "1991", viewer=masked)


def test_who_is_not_in_ones_scope_is_not_found_by_parts(admin: User) -> None:
    """Wherever somebody searches beyond it: digit by digit he would learn what he sees masked."""
    own, other = make_department("甲部"), make_department("乙部")
    make_expert("甲", phone="19912345678", department=own)
    make_expert("乙", phone="19912340000", department=other)
    clerk = make_user("department", department=own)
    change(RoleField.objects.filter(role__code="department"), level="plain")
    clerk = User.objects.get(pk=clerk.pk)
    assert names("1991234", clerk) <= {"甲"}
    assert names("1991234", admin) == {"甲", "乙"}


def test_what_changes_is_found_at_once_and_what_was_no_more(admin: User) -> None:
    expert = make_expert("甲", phone="19912345678")
    pack_experts()
    update_expert(expert=expert, values={"phone": "13755554444"}, actor=admin, now=NOW)
    for _ in range(2):
        assert names("5555", admin) == {"甲"}
        assert names("1991", admin) == set()
        pack_experts()
    # A record that was merged keeps its text for letters; it is found by the other one.
    kept = make_expert("乙", phone="13799887766")
    merge_experts(
        keep=kept,
        close=expert,
        taken=["phone"],
        reason="同一人",
        knowing=True,
        actor=admin,
        now=NOW,
    )
    pack_experts()
    assert names("5555", admin) == {"乙"}
    assert names("9887", admin) == set()


def test_every_way_to_write_is_noted(admin: User) -> None:
    expert, other = make_expert("甲"), make_expert("乙")
    pack_experts()
    token = encrypted(Expert, "phone").sealed(expert, "19912345678")
    Expert.objects.filter(pk=expert.pk).update(phone=token)
    assert list(UnpackedExpert.objects.values_list("expert_key", flat=True)) == [expert.pk]
    assert names("9123", admin) == {"甲"}
    pack_experts()
    # What is not encrypted is nothing to the packs.
    other = Expert.objects.get(pk=other.pk)
    other.position = "总工"
    other.save()
    assert not UnpackedExpert.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM experts_expert WHERE id = %s", [other.pk])
    UnpackedExpert.objects.create(expert_key=other.pk)
    assert pack_experts() == 1
    assert other.pk not in holding("phone", "contains", "1")


@pytest.mark.parametrize("is_packed", [False, True])
def test_conditions_ask_the_encrypted(admin: User, is_packed: bool) -> None:
    one = make_expert(
        "甲", phone="19912345678", email="Wang.Li@Example.cn", address="示例路 1 号\n三楼"
    )
    two = make_expert("乙", phone="13800001234", email="", address="")
    if is_packed:
        pack_experts()

    def who(code: str, op: str, value: Any = None) -> set[str]:
        node = asked(code, op, value, viewer=admin)
        return {row.name for row in Expert.objects.filter(to_q(node, Context(NOW)))}

    assert who("phone", "contains", "1234") == {"甲", "乙"}
    assert who("phone", "starts", "1991") == {"甲"}
    assert who("phone", "starts", "1234") == set()
    assert who("phone", "eq", two.phone) == {"乙"}
    assert who("phone", "eq", two.phone[:-1]) == set()
    assert who("phone", "not_contains", "1991") == {"乙"}
    assert who("email", "contains", "li@example") == {"甲"}
    assert who("email", "empty") == {"乙"}
    assert who("email", "not_empty") == {"甲"}
    assert who("address", "contains", "1 号 三楼") == {"甲"}
    # Nothing of the lines by which a pack is put together is text of somebody.
    assert who("address", "contains", str(one.pk) + str(one.pk)) == set()
    assert holding("phone", "contains", "\t") == set()


def test_no_needle_meets_an_id(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(packs._in_pack(packs.packed({1234: b"13800000000", 5: b"1234"}), b"1234")) == {5}
    assert packs.unpacked(packs.packed({7: b"a b", 9: b""})) == {7: b"a b"}
    assert packs.unpacked(packs.packed({})) == {}


def test_an_altered_pack_is_made_anew_and_nobody_lost(admin: User) -> None:
    first, second = make_expert("甲", phone="19912345678"), make_expert("乙", phone="13800001234")
    pack_experts()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE experts_searchpack SET content = substr(content, 1, 40)")
    assert names("1991", admin) == {"甲"}
    update_expert(expert=second, values={"phone": "13800005555"}, actor=admin, now=NOW)
    pack_experts()
    pack = SearchPack.objects.get(source="phone")
    assert packs.unpacked(pack.content) == {first.pk: b"19912345678", second.pk: b"13800005555"}


def test_an_older_pack_that_somebody_puts_back_is_noticed(admin: User) -> None:
    one = make_expert("甲", phone="19912345678")
    pack_experts()
    pack = SearchPack.objects.get(source="phone")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM experts_searchpack")
    update_expert(expert=one, values={"phone": "13800005555"}, actor=admin, now=NOW)
    pack_experts()
    put_back = (
        "UPDATE experts_searchpack AS now SET {columns} FROM kept WHERE kept.id = now.id"
        " AND now.source = 'phone'"
    )
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(
                put_back.format(columns="content = kept.content, written = kept.written")
            )
        cursor.execute(put_back.format(columns="content = kept.content"))
    # He is found by what he has now, and by nothing that he had.
    assert names("5555", admin) == {"甲"}
    assert names("1991", admin) == set()
    turns = [NOW.replace(minute=minute) for minute in range(packs.TURNS)]
    assert sum(repair_packs(now=turn) for turn in turns) == 1
    pack_experts()
    assert SearchPack.objects.get(pk=pack.pk).written == 3
    assert names("5555", admin) == {"甲"}
    assert not any(repair_packs(now=turn) for turn in turns)
    assert find_packs(NOW).state == Health.WARNING


def test_a_pack_that_somebody_takes_away_loses_nobody_and_is_told(admin: User) -> None:
    first, second = make_expert("甲", phone="19912345678"), make_expert("乙", phone="13800001234")
    pack_experts()
    assert not repair_packs(now=NOW)
    assert find_packs(NOW).state == Health.OK
    SearchPack.objects.filter(source="phone").delete()
    assert names("1991", admin) == {"甲"}
    # Somebody of the same part is written: the rest of it stays.
    update_expert(expert=second, values={"phone": "13800005555"}, actor=admin, now=NOW)
    pack_experts()
    assert names("1991", admin) == {"甲"}
    SearchPack.objects.all().delete()
    assert repair_packs(now=NOW) == len(packs.SOURCES)
    pack_experts()
    pack = SearchPack.objects.get(source="phone")
    assert packs.unpacked(pack.content) == {first.pk: b"19912345678", second.pk: b"13800005555"}
    assert not repair_packs(now=NOW)
    assert find_packs(NOW).state == Health.WARNING


def test_the_database_tells_no_part(admin: User) -> None:
    """Two telephones that share all digits but one have nothing in common in it."""
    make_expert("甲", phone="19912345678")
    make_expert("乙", phone="19912345679")
    pack_experts()
    columns = [
        column.name for column in Expert._meta.concrete_fields if column.name.endswith("_index")
    ]
    assert sorted(columns) == ["email_index", "id_number_index", "name_index", "phone_index"]
    first, second = Expert.objects.order_by("pk").values_list("phone_index", flat=True)
    assert first != second
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM experts_searchpack")
        assert not [row for (row,) in cursor.fetchall() if b"1991" in bytes(row)]


def asked(code: str, op: str, value: Any, *, viewer: User) -> Any:
    leaf = {"field": code, "op": op} | ({} if value is None else {"value": value})
    return parse("experts.expert", leaf, viewer=viewer)


def test_the_page_finds_by_part(client: Client, admin: User) -> None:
    make_expert("甲", phone="19912345678")
    login(client, admin)
    page = client.get(reverse("experts:list"), {"q": "1991234"}).content.decode()
    assert "199****5678" in page or "19912345678" in page


def test_who_comes_second_packs_nothing_again(admin: User) -> None:
    """The job of the minute and that of an import may have read the same notes."""
    make_expert("甲", phone="19912345678")
    notes = list(UnpackedExpert.objects.values_list("pk", flat=True))
    part = Expert.objects.get().pk // packs.SIZE
    for _ in range(2):
        _pack(part, notes)
        assert {one.written for one in SearchPack.objects.all()} == {1}
    assert names("1991", admin) == {"甲"}


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_cell_that_does_not_open_keeps_nobody_else_from_being_found(
    admin: User, is_packed: bool
) -> None:
    """Though thousands of them are opened together."""
    for name in "甲乙丙":
        make_expert(name, phone=f"1991234567{ord(name) % 10}")
    hidden = Expert.objects.order_by("pk")[1]
    Expert.objects.filter(pk=hidden.pk).update(phone=Sealed(b"x" * 60))
    if is_packed:
        pack_experts()
    assert names("1991", admin) == {"甲", "丙"}
    assert holding("phone", "eq", "") == set()


def test_what_was_imported_is_packed_without_waiting_for_the_minute(
    admin: User, tmp_path: Path
) -> None:
    path = write_xlsx(tmp_path / "名单.xlsx", [["姓名", "手机号"], ["诸葛明远", "13800138000"]])
    import_file(path, actor=admin, now=NOW)
    assert is_queued("experts.pack_imported")
    assert UnpackedExpert.objects.exists()
    pack_imported()
    assert not UnpackedExpert.objects.exists()
    assert names("诸葛", admin) == names("0138", admin) == {"诸葛明远"}
