"""A unit that was filed as a person is made one: on the page of the import, and afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.models import ImportRun
from expertpool.directory.models import Specialty
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.services.kinds import change_kind
from tests.core.importing.sheets import write_xlsx
from tests.experts.views.test_import_said import BY_NAME, page_of
from tests.factories.experts import make_expert, make_id_number
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
UNIT = "湖南甲律师事务所"


@pytest.mark.shows("EXP-08")
def test_a_list_of_units_is_asked_about_and_filed_as_units(admin: User, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    BY_NAME["units_with_whom_to_ask_for.xlsx"].write(path)
    page = page_of(admin, path)
    run = ImportRun.objects.get()
    assert [one.name for one in page.context["form"].about()] == ["list_kind"]
    assert page.context["form"]["list_kind"].value() == "organisation"
    assert (run.mapping, page.context["absent"]) == (
        ["name", "uscc", "contact_person", "phone"],
        [],
    )
    typed = {f"column-{at}": code for at, code in enumerate(run.mapping)}
    client, address = login(Client(), admin), reverse("experts:import_mapping", args=[run.pk])
    shown = client.post(address, typed | {"list_kind": "organisation"}, follow=True)
    assert shown.context["found"]["first"][0]["类别"] == "单位专家"
    # Of persons the page says so, too.
    shown = client.post(address, typed | {"list_kind": ""}, follow=True)
    assert shown.context["found"]["first"][0]["类别"] == "个人专家"


def test_a_list_whose_every_name_is_a_unit_is_asked_about(admin: User, tmp_path: Path) -> None:
    rows = [["姓名", "手机号", "联系人"], [UNIT, "13977710001", "周敏"]]
    form = page_of(admin, write_xlsx(tmp_path / "a.xlsx", rows)).context["form"]
    assert form["list_kind"].value() == "organisation"
    rows = [["姓名", "手机号", "评审专业"], ["周敏", "13977710001", "A010101"]]
    (first,) = page_of(admin, write_xlsx(tmp_path / "b.xlsx", rows)).context["found"]["first"]
    assert first["评审专业"] == f"A010101 {Specialty.objects.get(code='A010101').name}"


def test_a_specialty_that_is_not_in_use_is_said_to_be_so(admin: User, tmp_path: Path) -> None:
    Specialty.objects.filter(code="A010101").update(active=False)
    rows = [["姓名", "手机号", "评审专业"], ["周敏", "13977710001", "A010101"]]
    page = page_of(admin, write_xlsx(tmp_path / "b.xlsx", rows)).content.decode()
    assert "在专业分类中没有启用" in page


@pytest.mark.shows("EXP-04")
def test_what_was_filed_as_a_person_becomes_a_unit_and_back(admin: User) -> None:
    number = make_id_number()
    expert = make_expert(UNIT, id_number=number, position="所长", created_by=admin)
    client, address = (
        login(Client(), admin),
        reverse("experts:kind", args=[expert.pk, "organisation"]),
    )
    menu = client.get(reverse("experts:detail", args=[expert.pk]))
    assert address in menu.content.decode()
    page = client.get(address)
    assert "证件号码、职务将清除" in page.content.decode()
    form = page.context["form"]
    typed = {name: held for name in form.fields if (held := form[name].value())}
    typed |= {"version": page.context["editing"].version, "read": page.context["editing"].read}
    refused = client.post(address, typed)
    assert refused.status_code == 422
    assert {"contact_person", "reason"} <= refused.context["form"].errors.keys()
    done = client.post(address, typed | {"contact_person": "周敏", "reason": "导错"})
    assert done.status_code == 204, done.context["form"].errors
    expert.refresh_from_db()
    assert (expert.kind, expert.contact_person, expert.position) == ("organisation", "周敏", "")
    assert (expert.id_number_index, expert.sex, expert.birth_date) == (None, "", None)
    assert expert.employer is not None
    assert expert.employer.name == UNIT
    assert '"所长"' in expert.versions.get(number=1).snapshot
    assert "kind" in expert.versions.get(number=2).changed
    assert Entry.objects.filter(action="expert.update", note__contains="导错").exists()
    # Its number may be somebody's again.
    make_expert("周敏", id_number=number)
    back = client.get(reverse("experts:kind", args=[expert.pk, "individual"])).context["form"]
    assert (back["name"].value(), back["employer_name"].value()) == (UNIT, "")
    with pytest.raises(ExpertRefused, match="已是单位专家"):
        change_kind(
            expert=expert,
            kind="organisation",
            values={},
            reason="再改",
            actor=admin,
            now=timezone.now(),
        )
