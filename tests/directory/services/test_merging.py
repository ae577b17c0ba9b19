"""Two units that are one become one, with all that refers to them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.directory.models import FormerUnit, Unit, UnitAlias, UnitPair, UnitRelation
from expertpool.directory.queries import units_matching
from expertpool.directory.services.merging import merge_units
from expertpool.directory.services.near import compare_units, confirm_unit, tell_apart
from expertpool.directory.services.units import resolve_unit, resolve_units, save_unit
from expertpool.experts.models import AvoidanceUnit
from expertpool.projects.models import Avoidance
from tests.factories.experts import make_expert, make_unit, make_uscc
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
ONE, TWO = make_uscc(1), make_uscc(2)


def merge(unit: Unit, into: Unit, actor: User | None = None) -> Unit:
    return merge_units(unit=unit, into=into, actor=actor, now=NOW)


def names(unit: Unit) -> set[str]:
    return set(unit.aliases.values_list("name", flat=True))


@pytest.mark.shows("EXP-16")
def test_whatever_refers_to_it_follows(admin: User) -> None:
    short = save_unit(unit=Unit(name="豫设院"), aliases=["省院"], actor=admin, now=NOW)
    full = make_unit("河南省设计院", uscc=ONE)
    expert = make_expert("张伟", employer=short)
    row = AvoidanceUnit.objects.create(expert=expert, unit=short, kind="declared")
    project = make_project(purchaser=short)
    avoided = Avoidance.objects.create(project=project, subject="unit", unit=short)
    assert merge(short, full, admin) == full
    for one in (expert, row, project, avoided):
        one.refresh_from_db()
    assert {expert.employer, row.unit, project.purchaser, avoided.unit} == {full}
    assert names(full) == {"豫设院", "省院"}
    assert not Unit.objects.filter(pk=short.pk).exists()
    for name in ("豫设院", "省院", "河南省设计院"):
        assert units_matching(name=name) == {full.pk}
        assert resolve_unit(name=name) == full
    entry = Entry.objects.get(action="directory.merge")
    assert (entry.subject_label, entry.before["name"]) == ("河南省设计院", "豫设院")
    assert entry.after["随之改动"] == {"专家": 1, "回避单位": 1, "项目": 1, "回避": 1}


def test_the_code_goes_over_and_two_codes_are_two_units(admin: User) -> None:
    known, bare = make_unit("河南省设计院", uscc=ONE), make_unit("河南设计院")
    assert merge(known, bare).uscc == ONE
    other = make_unit("河北省设计院", uscc=TWO)
    with pytest.raises(ValidationError, match="代码不同"):
        merge(other, bare)
    with pytest.raises(ValidationError, match="另一个单位"):
        merge(bare, bare)
    with pytest.raises(ValidationError, match="另一个单位"):
        merge(known, bare)  # is gone


def test_old_addresses_lead_to_the_unit_also_after_a_second_merge(
    client: Client, admin: User
) -> None:
    first, second, third = (make_unit(f"设计院{at}") for at in "甲乙丙")
    old = first.pk
    merge(first, second)
    merge(second, third)
    assert set(FormerUnit.objects.values_list("name", "unit")) == {
        ("设计院甲", third.pk),
        ("设计院乙", third.pk),
    }
    login(client, admin)
    for name in ("unit_relations", "unit_edit"):
        answer = client.get(reverse(f"directory:{name}", args=[old]))
        assert answer.headers["Location"] == reverse(f"directory:{name}", args=[third.pk])
    assert (
        "“设计院甲”"
        in client.get(reverse("directory:unit_relations", args=[third.pk])).content.decode()
    )
    assert client.get(reverse("directory:unit_edit", args=[old + 10**6])).status_code == 404


def test_kept_searches_with_the_old_id_mean_the_other(client: Client, admin: User) -> None:
    short, full = make_unit("豫设院"), make_unit("河南省设计院")
    expert = make_expert("张伟", employer=short)
    old = short.pk
    merge(short, full)
    login(client, admin)
    where = json.dumps({"field": "employer", "op": "in", "value": [str(old)]})
    for asked in ({"employer": str(old)}, {"where": where}):
        page = client.get(reverse("experts:list"), asked)
        assert list(page.context["page"]) == [expert]
    assert "河南省设计院" in client.get(reverse("experts:list"), {"employer": old}).content.decode()


def test_relations_are_joined() -> None:
    bank, one, two = make_unit("银行"), make_unit("一局"), make_unit("第一局")
    UnitRelation.objects.create(owner=bank, owned=one, kind="shareholder", share=Decimal(60))
    UnitRelation.objects.create(owner=bank, owned=two, kind="shareholder", share=Decimal(20))
    UnitRelation.objects.create(owner=one, owned=two, kind="parent")
    merge(one, two)
    row = UnitRelation.objects.get()
    assert (row.owner, row.owned, row.share) == (bank, two, 60)


def test_two_above_each_other_are_refused() -> None:
    above, one, two = make_unit("总公司"), make_unit("一局"), make_unit("第一局")
    UnitRelation.objects.create(owner=above, owned=one, kind="parent")
    UnitRelation.objects.create(owner=two, owned=above, kind="parent")
    with pytest.raises(ValidationError, match="互为上级"):
        merge(one, two)
    assert Unit.objects.filter(pk=one.pk).exists()


def test_an_alias_is_of_one_unit(admin: User) -> None:
    one = save_unit(unit=Unit(name="甲院"), aliases=["设计院"], actor=admin, now=NOW)
    two = make_unit("乙院")
    for alias in ("设计 院", "甲院"):
        with pytest.raises(ValidationError, match=r"甲院"):
            save_unit(unit=two, aliases=[alias], actor=admin, now=NOW)
    with pytest.raises(ValidationError, match="别名"):
        save_unit(unit=Unit(name="设计院"), aliases=[], actor=admin, now=NOW)
    # The database says so as well.
    for write in (
        lambda: UnitAlias.objects.create(unit=two, name="甲院", normalised_name="甲院"),
        lambda: UnitAlias.objects.create(unit=two, name="设计院", normalised_name="设计院"),
        lambda: Unit.objects.filter(pk=two.pk).update(normalised_name="设计院"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    assert names(one) == {"设计院"}


def test_a_list_gives_nobody_the_name_of_another() -> None:
    known = resolve_unit(name="河南省设计院", uscc=ONE)
    bare = make_unit("豫设院")
    assert resolve_unit(name="豫设院", uscc=ONE, knowing=True) == known
    assert names(known) == set()
    assert resolve_unit(name="豫设院") == bare
    pair = UnitPair.objects.get()
    assert {pair.first, pair.second} == {known, bare}
    UnitAlias.objects.create(unit=known, name="省院", normalised_name="省院")
    with pytest.raises(ValidationError, match=r"“省院”已是“河南省设计院”"):
        resolve_unit(name="省院", uscc=TWO)
    # Both in one list: the name is nobody's alias, and the unit of its own code.
    near = "河南省设计院有限公司"
    found = resolve_units([(near, ONE), (near, TWO), (near, "")])
    assert found[near, ""] == found[near, TWO] != found[near, ONE] == known


@pytest.mark.shows("EXP-16")
def test_near_names_are_found_and_told_apart(admin: User) -> None:
    full = make_unit("河南省建筑设计研究院有限公司", uscc=ONE)
    near = make_unit("河南省建筑设计研究院（有限责任公司）")
    typo = make_unit("河南省建筑没计研究院有限公司")
    make_unit(
        "河南省建筑设计研究院有限公司", uscc=TWO
    )  # another by its code, though not for the bare ones
    for name in ("郑州市第一中学", "郑州市第二中学", "郑州城东中学", "郑州城西中学", "洛阳水务局"):
        make_unit(name)
    compare_units()
    assert compare_units() == 0
    found = {frozenset((pair.first, pair.second)) for pair in UnitPair.objects.all()}
    assert {frozenset((full, near)), frozenset((full, typo)), frozenset((near, typo))} <= found
    assert len(found) == 5
    pair = UnitPair.objects.get(first=full, second=typo)
    tell_apart(pair=pair, actor=admin, now=NOW)
    Unit.objects.update(compared=False)
    compare_units()
    pair.refresh_from_db()
    assert pair.apart


def test_who_came_by_a_name_alone_waits_to_be_confirmed(client: Client, admin: User) -> None:
    unknown, known = resolve_unit(name="某院"), resolve_unit(name="甲院", uscc=ONE)
    assert (unknown.is_identified, known.is_identified) == (False, True)
    login(client, admin)
    page = client.get(reverse("directory:unit_list") + "?tab=unknown")
    assert [unit.name for unit in page.context["page"]] == ["某院"]
    client.post(reverse("directory:unit_confirm", args=[unknown.pk]))
    unknown.refresh_from_db()
    assert unknown.is_identified
    confirm_unit(unit=unknown, actor=admin, now=NOW)
    assert Entry.objects.filter(action="directory.update").count() == 1


@pytest.mark.shows("EXP-16")
def test_pairs_are_listed_merged_and_told_apart_by_page(client: Client, admin: User) -> None:
    full, near = make_unit("河南省设计院有限公司", uscc=ONE), make_unit("河南省设计院")
    compare_units()
    login(client, admin)
    assert "疑似重复的单位" in client.get(reverse("directory:unit_list")).content.decode()
    page = client.get(reverse("directory:unit_pairs"))
    (pair,) = page.context["page"]
    assert (pair.goes, pair.stays) == (near, full)
    address = reverse("directory:unit_merge", args=[near.pk])
    drawer = client.get(f"{address}?into={full.pk}").content.decode()
    assert "不能撤销" in drawer
    assert client.post(address, {"into": near.pk}).status_code == 422
    assert client.post(address, {"into": full.pk}).status_code < 400
    assert names(full) == {"河南省设计院"}
    assert not UnitPair.objects.exists()


def test_proposals_show_code_and_aliases(client: Client, admin: User) -> None:
    save_unit(
        unit=Unit(name="河南省设计院（集团）有限公司", uscc=ONE),
        aliases=["豫设院"],
        actor=admin,
        now=NOW,
    )
    login(client, admin)
    for query in ("豫设", "河南省设计院(集团)", ONE[:9]):
        (row,) = client.get(reverse("directory:unit_search"), {"q": query}).json()
        assert (row["text"], row["code"]) == ("河南省设计院（集团）有限公司", ONE)
        assert row["note"] == f"{ONE}　又名 豫设院"


def test_a_form_asks_once_before_a_near_unit_is_made(client: Client, admin: User) -> None:
    expert, full = make_expert("张伟"), make_unit("河南省建筑设计院有限公司")
    login(client, admin)
    address = reverse("experts:avoidance_add", args=[expert.pk])
    posted: dict[str, Any] = {"kind": "declared", "unit_name": "河南省建筑设计院有限责任公司"}
    answer = client.post(address, posted)
    assert answer.status_code == 422
    assert f"有相近的：{full.name}" in answer.content.decode()
    form = answer.context["form"]
    again = client.post(address, posted | {"asked": form["asked"].value()})
    assert again.status_code < 400
    assert AvoidanceUnit.objects.get(expert=expert).unit.name == "河南省建筑设计院有限责任公司"
