"""Two records of one person become one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.importing.checking import check_rows
from expertpool.core.importing.importer import Row
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.experts import expert_by_phone
from expertpool.experts.queries.records import status_course
from expertpool.experts.services.deletion import restore_expert
from expertpool.experts.services.import_updates import ExpertUpdater
from expertpool.experts.services.leave import file_leave
from expertpool.experts.services.merging import merge_experts
from expertpool.experts.services.profile import create_expert
from expertpool.experts.views.finding import find_experts
from expertpool.notifications.models import Message
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import (
    NOW,
    make_expert,
    make_id_number,
    make_phone,
    make_specialty,
    make_tag,
    make_unit,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def keep() -> Expert:
    return make_expert(
        "王小明", phone="13812340001", email="old@example.cn", tags=(make_tag("甲"),)
    )


@pytest.fixture
def close() -> Expert:
    return make_expert(
        "王小明",
        phone="13812340002",
        email="new@example.cn",
        id_number=make_id_number("19800520"),
        employer=make_unit("长沙设计院"),
        specialties=(make_specialty("A01"),),
        tags=(make_tag("乙"),),
    )


def merge(
    keep: Expert, close: Expert, by: User, *taken: str, now: Any = NOW, knowing: bool = False
) -> Expert:
    return merge_experts(
        keep=keep,
        close=close,
        taken=taken,
        reason="同一人",
        knowing=knowing,
        actor=by,
        now=now,
    )


@pytest.mark.shows("EXP-15")
def test_one_stays_with_what_was_chosen_and_the_other_is_closed(
    keep: Expert, close: Expert, admin: User
) -> None:
    kept = merge(keep, close, admin, "phone", "id_number", "id_kind", "employer", "specialties")
    close.refresh_from_db()
    assert (kept.phone, kept.email) == ("13812340002", "old@example.cn")
    assert kept.employer == close.employer
    assert (kept.birth_date, kept.specialties.count()) == (date(1980, 5, 20), 1)
    assert (close.status, close.merged_into) == (ExpertStatus.DELETED, kept)
    assert expert_by_phone("13812340002") == kept
    # What stands in the closed one can be read as it was.
    assert (close.phone, close.email) == ("13812340002", "new@example.cn")
    assert {one.name for one in kept.tags.all()} == {"甲", "乙"}
    entries = Entry.objects.filter(action="expert.merge")
    assert {one.subject_id for one in entries} == {str(keep.pk), str(close.pk)}
    assert all("同一人" in one.note for one in entries)
    assert "phone" in kept.versions.first().changed  # type: ignore[union-attr]


@pytest.mark.shows("EXP-15")
def test_both_sets_of_specialties_may_stay(client: Client, admin: User) -> None:
    keep, close = (
        make_expert("王小明", specialties=(make_specialty(code),)) for code in ("A01", "A02")
    )
    login(client, admin)
    address = reverse("experts:merge", args=[keep.pk, close.pk])
    page = client.get(address)
    text = page.content.decode()
    assert "两份的都保留" in text
    (choice,) = (one for one in page.context["choices"] if one.code == "specialties")
    assert choice.taken == "both"  # nothing is lost by whoever presses on
    posted = {"seen": page.context["seen"], "reason": "同一人", "knowing": "1"}
    posted |= {f"from-{one.code}": one.taken for one in page.context["choices"]}
    client.post(address, posted)
    assert {one.code for one in keep.specialties.all()} == {"A01", "A02"}


@pytest.mark.shows("EXP-15")
def test_the_number_of_the_closed_one_leads_to_the_one_that_stays(
    keep: Expert, close: Expert, client: Client, admin: User
) -> None:
    merge(keep, close, admin)
    login(client, admin)
    page = client.get(reverse("experts:list"), {"q": close.number.lower()})
    assert list(page.context["page"]) == [keep]
    assert f"{close.number} 已并入 {keep.number}" in page.content.decode()
    (found,) = find_experts(admin, close.number, 6)
    assert (found.title, found.note.startswith(f"{close.number} 已并入")) == ("王小明", True)
    assert (
        f"{close.number}"
        not in client.get(reverse("experts:list"), {"q": keep.number}).content.decode()
    )


@pytest.mark.shows("EXP-15")
def test_a_list_that_updates_by_the_number_of_the_closed_one_changes_the_one_that_stays(
    keep: Expert, close: Expert, admin: User
) -> None:
    merge(keep, close, admin)
    importer = ExpertUpdater(actor=admin, now=NOW, options={})
    rows: list[Row] = []
    check_rows(
        importer,
        [(2, [close.number, "王小明", "高级工程师"])],
        ["number", "name", "position"],
        keep=False,
        refused=rows.append,
        taken=rows.append,
    )
    assert rows[0].faults == []
    assert rows[0].subject == str(keep)
    assert f"已并入 {keep.number}" in rows[0].notes[0].now


def test_what_keeps_him_from_draws_comes_along(keep: Expert, close: Expert, admin: User) -> None:
    unit = make_unit("投标公司")
    AvoidanceUnit.objects.create(expert=close, unit=unit, kind="adviser", created_at=NOW)
    for one, start in ((close, 1), (keep, 30)):
        file_leave(
            expert=one,
            start=NOW + start * DAY,
            end=NOW + (start + 5) * DAY,
            reason="出国",
            actor=admin,
            now=NOW,
        )
    kept = merge(keep, close, admin)
    assert [one.unit for one in kept.avoidance_units.all()] == [unit]
    assert kept.leaves.count() == 2
    # Each with its own entry, as if it had been filed here.
    filed = Entry.objects.filter(
        subject_id=str(keep.pk), action__in=("expert.leave", "expert.avoidance_add")
    )
    assert filed.count() == 3


@pytest.mark.shows("PORT-25", "EXP-01")
@pytest.mark.parametrize(
    ("has", "comes", "lasts"),
    [
        # Over for seven years in one record, for half a year in the other: it still keeps him away.
        ([date(2019, 1, 1)], [date(2026, 3, 1)], {date(2019, 1, 1), date(2026, 3, 1)}),
        ([date(2019, 1, 1)], [None], {date(2019, 1, 1), None}),
        # What lasts as long is there already.
        ([None], [date(2026, 3, 1)], {None}),
        ([date(2026, 3, 1)], [date(2019, 1, 1)], {date(2026, 3, 1)}),
        # He worked there twice.
        ([], [date(2019, 1, 1), date(2026, 3, 1)], {date(2019, 1, 1), date(2026, 3, 1)}),
    ],
)
def test_who_is_kept_away_longer_by_the_closed_record_stays_away(
    keep: Expert,
    close: Expert,
    admin: User,
    has: list[date | None],
    comes: list[date | None],
    lasts: set[date | None],
) -> None:
    unit = make_unit("投标公司")
    for expert, ends in ((keep, has), (close, comes)):
        for end in ends:
            AvoidanceUnit.objects.create(
                expert=expert, unit=unit, kind="past_employer", end_date=end, created_at=NOW
            )
    rows = merge(keep, close, admin).avoidance_units.all()
    assert {one.end_date for one in rows} == lasts
    assert len(rows) == len(lasts)


def test_a_leave_stays_that_of_who_filed_it(keep: Expert, close: Expert, admin: User) -> None:
    himself = make_user("expert")
    file_leave(
        expert=close, start=NOW + DAY, end=NOW + 2 * DAY, reason="出国", actor=himself, now=NOW
    )
    kept = merge(keep, close, admin, now=NOW + timedelta(hours=2))
    leave = kept.leaves.get()
    assert (leave.created_by, leave.created_at) == (himself, NOW)
    assert Entry.objects.filter(action="expert.leave", subject_id=str(keep.pk), actor=admin)


@pytest.mark.parametrize(
    ("which", "changes", "why"),
    [
        ("close", {"status": "blacklisted"}, "请保留这一份，或先解除"),
        ("close", {"status": "frozen"}, "请保留这一份，或先解除"),
        ("close", {"account": True}, "有登录账号"),
        ("close", {"kind": "organisation"}, "不能合并"),
        ("keep", {"status": "deleted"}, "请先恢复"),
        ("close", {"leave": True}, "时间重叠"),
    ],
)
def test_what_cannot_be_merged(admin: User, which: str, changes: dict[str, Any], why: str) -> None:
    leave, account = changes.pop("leave", False), changes.pop("account", False)
    if account:
        changes["user"] = make_user("expert")
    rows = {
        name: make_expert("王小明", **(changes if name == which else {}))
        for name in ("keep", "close")
    }
    for one in rows.values() if leave else ():
        file_leave(
            expert=one, start=NOW + DAY, end=NOW + 3 * DAY, reason="出国", actor=admin, now=NOW
        )
    with pytest.raises(ExpertRefused, match=why):
        merge(rows["keep"], rows["close"], admin)
    assert not Expert.objects.filter(merged_into__isnull=False).exists()


@pytest.mark.parametrize(
    ("name", "changes", "refused", "asked"),
    [
        ("李大明", {"id_number": make_id_number("19800520", serial=3)}, "姓名和证件号码都不同", ""),
        ("李大明", {"birth_date": date(1980, 5, 20)}, "姓名和出生日期都不同", ""),
        # A name that was typed wrong, and a number: what is the same speaks for one person.
        ("王晓明", {"birth_date": date(1980, 1, 20)}, "", "姓名、手机号"),
        (
            "王小明",
            {"id_number": make_id_number("19800520", serial=3), "birth_date": date(1980, 5, 20)},
            "",
            "证件号码、出生日期、手机号",
        ),
        ("王晓明", {}, "", "姓名、手机号"),
        # The number of a passport says nothing against that of an identity card.
        ("WANG XIAOMING", {"id_kind": "passport", "id_number": "E12345678"}, "", "姓名、手机号"),
        ("王小明", {"birth_date": date(1980, 1, 20)}, "", ""),
    ],
)
def test_two_persons_are_not_merged(
    admin: User, name: str, changes: dict[str, Any], refused: str, asked: str
) -> None:
    keep = make_expert("王小明", id_number=make_id_number(), birth_date=date(1980, 1, 1))
    close = make_expert(name, **changes)
    if refused:
        with pytest.raises(ExpertRefused, match=f"{refused}，不是同一人.*请先改正"):
            merge(keep, close, admin)
        assert not Expert.objects.filter(merged_into__isnull=False).exists()
    else:
        if asked:
            with pytest.raises(ExpertRefused, match=f"两份档案的{asked}不同.*勾选"):
                merge(keep, close, admin)
        merge(keep, close, admin, knowing=True)
        entry = Entry.objects.get(action="expert.merge", subject_id=str(keep.pk))
        assert entry.after.get("不同之处", "") == asked
        assert Expert.objects.filter(merged_into=keep).exists()


def test_a_merged_record_never_comes_back(keep: Expert, close: Expert, admin: User) -> None:
    merge(keep, close, admin)
    close.refresh_from_db()
    with pytest.raises(ExpertRefused, match=f"已合并至 {keep.number}"):
        restore_expert(expert=close, actor=admin, now=NOW)
    with pytest.raises(ExpertRefused, match="已合并到另一份"):
        merge(close, make_expert(), admin)
    with pytest.raises(IntegrityError, match="experts_merged_is_closed"), transaction.atomic():
        Expert.objects.filter(pk=close.pk).update(status="formal", deleted_at=None)
    with pytest.raises(IntegrityError, match="experts_merged_is_closed"), transaction.atomic():
        Expert.objects.filter(pk=keep.pk).update(merged_into=close)


def test_chains_lead_to_where_it_is_now_in_one_step(
    keep: Expert, close: Expert, admin: User
) -> None:
    merge(keep, close, admin)
    last = make_expert("王小明")
    merge(last, keep, admin)
    close.refresh_from_db()
    assert close.merged_into == last


def test_whoever_enters_a_number_of_the_closed_one_is_led_to_the_other(
    keep: Expert, close: Expert, admin: User
) -> None:
    merge(keep, close, admin)
    values = {"name": "王小明", "phone": "13812340002"}
    with pytest.raises(Exception, match=f"已合并的专家.*请直接修改档案{keep.name}"):
        create_expert(values=values, actor=admin, now=NOW)


def test_the_owners_of_both_are_told_where_they_were_reached(
    keep: Expert, close: Expert, admin: User
) -> None:
    """Whoever merges a stranger's record into his own does not get his letters, and is found out."""
    merge(keep, close, admin, "phone", "email")
    told = {one.address for one in Message.objects.filter(occasion="expert.merged")}
    assert told == {"13812340001", "13812340002", "old@example.cn", "new@example.cn"}


@pytest.mark.shows("EXP-15")
def test_by_the_page(keep: Expert, close: Expert, admin: User) -> None:
    client = login(Client(), admin)
    choose = reverse("experts:merge_choose", args=[keep.pk])
    answer = client.post(choose, {"expert": close.pk}, headers={"HX-Request": "true"})
    address = answer["HX-Redirect"]
    page = client.get(address).content.decode()
    for word in ("13812340001", "13812340002", "长沙设计院", "合并后不能撤销", "改为保留另一份"):
        assert word in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    assert client.post(address, {"seen": seen}).status_code == 422
    stale = client.post(address, {"seen": "x", "reason": "同一人"})
    assert "刚有改动" in stale.content.decode()
    data = {"seen": seen, "reason": "同一人", "from-phone": "other", "from-email": "keep"}
    assert client.post(address, data).status_code == 302
    keep.refresh_from_db()
    assert (keep.phone, keep.email) == ("13812340002", "old@example.cn")
    # Each leads to the other.
    mine = client.get(reverse("experts:detail", args=[keep.pk])).content.decode()
    assert f"{close.name}（{close.number}）" in mine
    theirs = client.get(reverse("experts:detail", args=[close.pk])).content.decode()
    assert "这份档案已关闭，合并至" in theirs
    assert keep.number in theirs
    listed = client.get(reverse("experts:alike"))
    assert not listed.context["page"]
    # What cannot be is offered nowhere, and who stays stands where he stood.
    restore = reverse("experts:restore", args=[close.pk])
    for address in ("/experts/deleted/", "/experts/?tab=deleted"):
        page = client.get(address).content.decode()
        assert close.number in page
        assert restore not in page
    assert not status_course(keep)
    assert [one.act for one in status_course(close)] == ["合并专家档案"]


def test_values_that_contradict_each_other_are_named(
    keep: Expert, close: Expert, admin: User
) -> None:
    Expert.objects.filter(pk=keep.pk).update(birth_date=date(1970, 1, 1))
    client = login(Client(), admin)
    address = reverse("experts:merge", args=[keep.pk, close.pk])
    seen = client.get(address).content.decode().split('name="seen" value="')[1].split('"')[0]
    data = {"seen": seen, "reason": "同一人", "from-id_number": "other", "from-birth_date": "keep"}
    page = client.post(address, data).content.decode()
    assert "出生日期与证件号码不符" in page
    close.refresh_from_db()
    assert close.status == ExpertStatus.FORMAL


def test_only_who_may_change_and_delete_both(keep: Expert, close: Expert) -> None:
    department = make_department("采购一部")
    role = make_role("experts.view", "experts.edit", "experts.delete", scope=Scope.DEPARTMENT)
    client = login(Client(), make_user(roles=(role,), department=department))
    Expert.objects.filter(pk=keep.pk).update(department=department)
    assert client.get(reverse("experts:merge", args=[keep.pk, close.pk])).status_code == 404
    assert client.get(reverse("experts:merge", args=[close.pk, keep.pk])).status_code == 404
    blind = make_role("experts.view", "experts.edit", "experts.delete")
    other = login(Client(), make_user(roles=(blind,)))
    page = other.get(reverse("experts:merge", args=[keep.pk, close.pk])).content.decode()
    assert "13812340002" not in page


def test_constraints_hold_at_the_end(keep: Expert, close: Expert, admin: User) -> None:
    merge(keep, close, admin, "phone", "email", "id_number")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert make_phone()


def test_whoever_has_another_number_and_birthday_is_no_twin_and_twins_are_searched(
    admin: User,
) -> None:
    unit = make_unit("长沙设计院")
    numbers = make_id_number("19800520"), make_id_number("19710101")
    births = date(1980, 5, 20), date(1971, 1, 1)
    two = [
        make_expert("李强", employer=unit, id_number=number, birth_date=born)
        for number, born in zip(numbers, births, strict=True)
    ]
    one, other = (make_expert("王小明", employer=unit) for _ in range(2))
    zhao = [make_expert("赵敏", employer=unit) for _ in range(2)]
    client = login(Client(), admin)
    page = client.get(reverse("experts:alike"))
    assert set(page.context["page"]) == {one, zhao[0]}
    assert reverse("experts:merge", args=[one.pk, other.pk]) in page.content.decode()
    found = client.get(reverse("experts:alike"), {"q": "赵敏"})
    assert set(found.context["page"]) == set(zhao)
    address = reverse("experts:merge", args=[one.pk for one in two])
    shown = client.get(address).content.decode()
    assert "证件号码、出生日期、手机号不同。合并后不能撤销" in shown
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    posted = client.post(address, {"seen": seen, "reason": "同一人"})
    assert "请勾选后再合并" in posted.content.decode()
    # That they cannot become one is said before anybody tries.
    two[1].name = "李小强"
    two[1].save()
    shown = client.get(address).content.decode()
    assert "这两份档案不能合并" in shown
    assert "确认合并</button>" not in shown


def test_the_level_goes_with_its_title_and_no_level_is_none_to_keep(admin: User) -> None:
    keep = make_expert("王小明", title="", title_level=0)
    close = make_expert("王小明", title="高级工程师", title_level=3)
    address = reverse("experts:merge", args=[keep.pk, close.pk])
    choices = login(Client(), admin).get(address).context["choices"]
    assert {one.code for one in choices if one.taken == "other"} >= {"title", "title_level"}


def test_a_member_is_not_closed_for_whom_nobody_has_admitted_without_a_word(admin: User) -> None:
    unit = make_unit("长沙设计院")
    pending = make_expert("王小明", employer=unit, status=ExpertStatus.PENDING)
    member = make_expert("王小明", employer=unit)
    client = login(Client(), admin)
    told = "将关闭在库的一份"
    right, wrong = (
        reverse("experts:merge", args=[one.pk, other.pk])
        for one, other in ((member, pending), (pending, member))
    )
    assert told in client.get(wrong).content.decode()
    assert told not in client.get(right).content.decode()
    listed = client.get(reverse("experts:alike")).content.decode()
    assert right in listed
    assert wrong not in listed
    choose = reverse("experts:merge_choose", args=[pending.pk])
    answer = client.post(choose, {"expert": member.pk}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == right
