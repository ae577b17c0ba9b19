"""Groups, avoidance units, saved searches, revealing."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.models import SavedSearch
from expertpool.core.saved_searches import SearchRefused, delete_search, save_search
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import AvoidanceUnit, Expert, Tag
from expertpool.experts.services.avoidance import add_avoidance_unit, remove_avoidance_unit
from expertpool.experts.services.reveal import reveal_value
from expertpool.experts.services.tags import delete_tag, save_tag, set_tags, tag_experts
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, give_account, make_expert, make_tag, make_unit
from tests.fixtures import login


@pytest.mark.shows("EXP-32")
def test_many_experts_into_groups_and_out_of_others(admin: User) -> None:
    old, new = make_tag("旧"), make_tag("新")
    experts = [make_expert(tags=(old,)), make_expert(tags=(old, new)), make_expert()]
    ids = [expert.pk for expert in experts[:2]]
    assert tag_experts(expert_ids=ids, add=[new], remove=[old], actor=admin, now=NOW) == 2
    assert [[tag.name for tag in expert.tags.all()] for expert in experts] == [["新"], ["新"], []]
    entry = Entry.objects.get(action="expert.tag")
    assert (entry.after, entry.note) == ({"加入": ["新"], "移出": ["旧"]}, "批量，共 2 位专家")


@pytest.mark.shows("EXP-32")
def test_the_groups_of_one_expert(admin: User) -> None:
    tag, expert = make_tag(), make_expert()
    for _ in range(2):
        set_tags(expert=expert, tags=[tag], actor=admin, now=NOW)
    assert Entry.objects.filter(action="expert.tag").count() == 1


def test_groups_are_made_renamed_and_deleted(admin: User) -> None:
    tag = save_tag(row=Tag(name="骨干"), actor=admin, now=NOW)
    with pytest.raises(ValidationError):
        save_tag(row=Tag(name="骨干"), actor=admin, now=NOW)
    tag.name = "资深"
    save_tag(row=tag, actor=admin, now=NOW)
    expert = make_expert(tags=(tag,))
    delete_tag(row=tag, actor=admin, now=NOW)
    assert Expert.objects.filter(pk=expert.pk).exists()
    assert Entry.objects.get(action="expert.tag_delete").note == "原有专家 1 位"


@pytest.mark.shows("PORT-24")
def test_an_avoidance_unit_is_kept_and_forgotten(admin: User) -> None:
    expert, unit = make_expert(), make_unit("甲院")
    row = AvoidanceUnit(expert=expert, unit=unit, kind="declared")
    add_avoidance_unit(row=row, actor=admin, now=NOW)
    same = AvoidanceUnit(expert=expert, unit=unit, kind="declared")
    with pytest.raises(ValidationError, match="已按同样的关系登记"):
        add_avoidance_unit(row=same, actor=admin, now=NOW)
    back = AvoidanceUnit(
        expert=expert,
        unit=unit,
        kind="past_employer",
        start_date=date(2026, 1, 2),
        end_date=date(2026, 1, 1),
    )
    with pytest.raises(ValidationError, match="早于开始"):
        add_avoidance_unit(row=back, actor=admin, now=NOW)
    remove_avoidance_unit(row=row, actor=admin, now=NOW)
    assert not AvoidanceUnit.objects.exists()
    logged = Entry.objects.order_by("pk").values_list("action", flat=True)
    assert list(logged) == ["expert.avoidance_add", "expert.avoidance_remove"]


@pytest.mark.shows("PORT-24")
def test_what_he_declared_himself_goes_for_a_reason_that_he_is_told(admin: User) -> None:
    expert, his = make_expert("王小明", email="wang@example.cn"), make_user("expert")
    give_account(expert, his)
    row = AvoidanceUnit(expert=expert, unit=make_unit("甲院"), kind="past_employer")
    add_avoidance_unit(row=row, actor=his, now=NOW)
    page = reverse("experts:detail", args=[expert.pk])
    office = login(Client(), admin)
    assert "由专家本人登记" in office.get(f"{page}?tab=avoidances").content.decode()
    remove = reverse("experts:avoidance_remove", args=[row.pk])
    refusal = office.post(remove)
    assert (refusal.status_code, AvoidanceUnit.objects.count()) == (409, 1)
    assert "请填写移除原因" in refusal.content.decode()
    assert office.post(remove, {"reason": "与另一条重复"}).status_code == 204
    assert not AvoidanceUnit.objects.exists()
    assert Entry.objects.get(action="expert.avoidance_remove").note == "与另一条重复"
    letters = Message.objects.filter(occasion="expert.own_avoidance_removed")
    assert {one.channel for one in letters} == {"site", "email"}
    assert all("甲院" in one.body and "与另一条重复" in one.body for one in letters)


@pytest.mark.shows("EXP-24")
def test_a_search_is_kept_by_its_owner(admin: User, operator: User) -> None:
    search = save_search(
        search=SavedSearch(page="experts", name="副高", query="q=1"), actor=admin, now=NOW
    )
    with pytest.raises(ValidationError, match="同名"):
        save_search(
            search=SavedSearch(page="experts", name="副高", query="q=2"), actor=admin, now=NOW
        )
    with pytest.raises(SearchRefused, match="没有筛选条件"):
        save_search(search=SavedSearch(page="experts", name="空", query=""), actor=admin, now=NOW)
    with pytest.raises(SearchRefused, match="只有保存人"):
        delete_search(search=search, actor=operator, now=NOW)
    delete_search(search=search, actor=admin, now=NOW)
    assert not SavedSearch.objects.exists()


@pytest.mark.shows("EXP-41")
def test_revealing_needs_a_reason_and_is_logged(admin: User) -> None:
    expert = make_expert(phone="13800138000")
    with pytest.raises(ExpertRefused, match="理由"):
        reveal_value(expert=expert, field="phone", reason=" ", actor=admin, now=NOW)
    value = reveal_value(expert=expert, field="phone", reason="电话核对", actor=admin, now=NOW)
    assert value == "13800138000"
    entry = Entry.objects.get(action="expert.reveal")
    assert (entry.after, entry.note) == ({"内容": "手机号"}, "电话核对")
