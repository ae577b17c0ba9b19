"""Numbers of custom fields: bounds that became narrower stop nobody, and people read numbers as they write them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.changes.services.values import differing
from expertpool.core.criteria import CriteriaError, explain, parse
from expertpool.core.text import plain_number
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.services.profile import update_expert
from expertpool.projects.fields import PROJECT
from expertpool.projects.services.application import update_project
from tests.core.importing.sheets import refused_of, write_xlsx
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.fixtures import login, read_version

pytestmark = pytest.mark.django_db
WIDE = FieldData(label="丁数", least=Decimal(0), most=Decimal(100))


def narrowed(subject: str, held: Any, *, most: Decimal = Decimal(10)) -> tuple[CustomField, Any]:
    """Return a number that somebody narrowed once a record had ``held``, and the record."""
    field = make_field(
        WIDE.label, FieldKind.NUMBER, subject=subject, least=WIDE.least, most=WIDE.most
    )
    record = make_expert() if subject == EXPERT.code else make_project(status="draft")
    record.extra = {field.code: held}
    record.save(update_fields=["extra"])
    change_field(field=field, data=replace(WIDE, most=most), actor=None, now=NOW)
    return field, record


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e-05, "0.00001"),
        (1e12, "1000000000000"),
        (-1e12, "-1000000000000"),
        (7.50, "7.5"),
        (41, "41"),
        (100, "100"),
        (Decimal("10.000"), "10"),
        (Decimal("0.000"), "0"),
    ],
)
def test_a_number_reads_as_people_write_it(number: float | Decimal, text: str) -> None:
    assert plain_number(number) == text


def test_a_bound_that_was_narrowed_stops_nobody_who_edits_something_else(
    client: Client, admin: User
) -> None:
    field, expert = narrowed(EXPERT.code, 41)
    note = make_field("甲注", FieldKind.TEXT)
    edit = reverse("experts:edit", args=[expert.pk]) + "?section=extra"
    login(client, admin)
    # The browser would not even send it, if it took it to be out of bounds.
    assert 'max="41"' in client.get(edit).content.decode()
    posted = {field.code: "41", note.code: "新"}
    assert client.post(edit, posted | read_version(client, edit)).status_code == 204
    expert.refresh_from_db()
    assert expert.extra == {field.code: 41, note.code: "新"}
    again = client.post(edit, posted | {field.code: "42"} | read_version(client, edit))
    assert "应为 0 至 10 的数字" in again.content.decode()
    assert (
        client.post(edit, posted | {field.code: "9"} | read_version(client, edit)).status_code
        == 204
    )
    # What he asks for himself goes the same way.
    expert.refresh_from_db()
    assert differing(expert, {field.code: 9}) == {}
    expert.extra[field.code] = 41
    assert differing(expert, {field.code: "41"}) == {}
    with pytest.raises(ValidationError):
        differing(expert, {field.code: "42"})


def test_the_same_holds_for_a_project(client: Client, admin: User) -> None:
    field, project = narrowed(PROJECT.code, 50)
    edit = reverse("projects:edit", args=[project.pk])
    form = login(client, admin).get(edit).context["form"]
    data = {one.html_name: one.value() for one in form if one.value() not in (None, "", [])}
    assert data[field.code] == 50
    answer = client.post(edit, data | {"place": "另一处"})
    assert answer.status_code in (204, 302), answer.context["form"].errors
    project.refresh_from_db()
    assert (project.place, project.extra) == ("另一处", {field.code: 50})
    assert field.code in client.post(edit, data | {field.code: 51}).context["form"].errors
    with pytest.raises(ValidationError):
        update_project(project=project, values={field.code: 51}, actor=admin, now=timezone.now())


@pytest.mark.usefixtures("media")
def test_the_same_holds_for_a_table_of_changes(client: Client, admin: User, tmp_path: Path) -> None:
    field, expert = narrowed(EXPERT.code, 41)
    login(client, admin)

    def upload(value: Any) -> Any:
        rows = [["专家编号", "备注", field.label], [expert.number, f"注{value}", value]]
        content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
        posted = {"file": SimpleUploadedFile("更新.xlsx", content)}
        return client.post(reverse("experts:update"), posted, follow=True)

    page = upload(41)
    run = page.context["run"]
    assert run.reasons == {}
    (changed,) = page.context["found"]["changed"]
    assert [one["label"] for one in changed["changes"]] == ["备注"]
    confirm = reverse("experts:update_confirm", args=[run.pk])
    assert client.post(confirm, {"chosen": [2]}, follow=True).context["run"].accepted == 1
    expert.refresh_from_db()
    assert (expert.remark, expert.extra) == ("注41", {field.code: 41})
    run = upload(42).context["run"]
    assert "应为 0 至 10 的数字" in refused_of(run)[0]["cells"][0]["detail"]


def test_pages_forms_and_the_log_write_it_out(client: Client, admin: User) -> None:
    field = make_field("丁数", FieldKind.NUMBER)
    expert = make_expert()
    for value in (41, 1e-05):
        update_expert(expert=expert, values={field.code: value}, actor=admin, now=NOW)
    login(client, admin)
    edit = reverse("experts:edit", args=[expert.pk]) + "?section=extra"
    assert 'value="0.00001"' in client.get(edit).content.decode()
    detail = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "0.00001" in detail
    assert "1e-05" not in detail
    listed = client.get(reverse("experts:list")).content.decode()
    assert f'data-label="{field.label}">0.00001</td>' in listed
    changed = Entry.objects.get(action="expert.update", after__has_key="丁数", before__丁数="41")
    assert changed.after["丁数"] == "0.00001"
    assert Expert.objects.get(pk=expert.pk).extra == {field.code: 1e-05}


def test_conditions_and_their_refusals_write_it_out() -> None:
    field = make_field("丁数", FieldKind.NUMBER)
    asked = {"field": field.code, "op": "gt", "value": 0.00001}
    assert explain(parse(EXPERT.code, asked)) == "丁数 大于 0.00001"
    with pytest.raises(CriteriaError, match="-1000000000000 至 1000000000000 之间"):
        parse(EXPERT.code, asked | {"value": 1e13})


def test_bounds_that_are_no_whole_numbers_are_said_so(client: Client, admin: User) -> None:
    field, expert = narrowed(EXPERT.code, 41, most=Decimal("0.005"))
    edit = reverse("experts:edit", args=[expert.pk]) + "?section=extra"
    login(client, admin)
    posted = {field.code: "3"} | read_version(client, edit)
    assert "应为 0 至 0.005 的数字" in client.post(edit, posted).content.decode()


def test_the_history_of_bounds_has_no_noughts(client: Client, admin: User) -> None:
    field = make_field("丁数", FieldKind.NUMBER, least=Decimal(0), most=Decimal(10))
    wider = FieldData(label="丁数", most=Decimal("100.5"))
    change_field(field=field, data=wider, actor=admin, now=NOW)
    address = reverse("customforms:field_history", args=[field.pk])
    text = login(client, admin).get(address).content.decode()
    assert "10.000" not in text
    assert "0.000" not in text
    assert "最大值：10 → 100.5" in text
    assert "最小值：0 → —" in text


def test_turned_bounds_of_a_new_field_are_named(client: Client, admin: User) -> None:
    address = reverse("customforms:field_create")
    posted = {"subject": EXPERT.code, "label": "丁数", "kind": "number", "least": "5", "most": "1"}
    form = login(client, admin).post(address, posted).context["form"]
    assert form.errors == {"most": ["最小值（5）大于最大值（1），请对调。"]}
