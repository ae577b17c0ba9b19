"""One declaration for a field: every place follows it, and there is one rule for its values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from expertpool.accounts.models import User
from expertpool.core import criteria as ask
from expertpool.core.criteria import criteria_fields, parse, register_criteria
from expertpool.core.criteria.registry import criteria_of
from expertpool.core.exporting import EXPORTS, Exporter, visible_columns
from expertpool.core.exporting.exporter import cell_value
from expertpool.core.importing import CellRefused
from expertpool.core.importing.sheets import template_bytes
from expertpool.core.subjects import (
    Choice,
    Entry,
    FieldDeclaration,
    InCriteria,
    InExport,
    InFilter,
    InForm,
    InHistory,
    InImport,
    Kind,
    Number,
    Rows,
    Text,
)
from expertpool.core.visibility import GUARDED_FIELDS, GuardedField, Level
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import ExpertImporter, import_file
from expertpool.experts.services.profile import update_expert
from expertpool.projects.fields import PROJECT
from tests.core.exporting.conftest import give_level
from tests.core.importing.sheets import read_xlsx, write_xlsx
from tests.factories.experts import NOW, make_expert
from tests.fixtures import login

# Cleaned by one rule in both places; the others say why not in docs/decisions/0035.
SINGLE = [
    field
    for field in EXPERT.built_in
    if field.form and field.form.typed and field.imported and not field.imported.clean
    if not isinstance(field.kind, Entry | Choice | Rows)
]
VALID = ("13800138000", "name@example.cn", "410000", "11010119800101001X", "2026-11-24", "15", "甲")


def _typed(field: FieldDeclaration, raw: str) -> Any:
    """Return what a form and then the service make of ``raw``; "refused" where one says no."""
    try:
        value = field.clean(field.input("individual").clean(raw))
    except (forms.ValidationError, CellRefused):
        return "refused"
    return "refused" if field.required and value in (None, "") else value or None


@pytest.mark.parametrize(
    "field", [*EXPERT.built_in, *PROJECT.built_in], ids=lambda field: field.code
)
def test_a_condition_has_code_and_label_of_its_declaration(field: FieldDeclaration) -> None:
    if field.criterion is None:
        return
    own = field.criterion.field
    assert own.code != field.code
    assert own.label != field.label
    question = field.question()
    assert question.code == (own.code or field.code)
    assert question.label == (own.label or field.label)


def test_a_condition_without_label_is_refused() -> None:
    with pytest.raises(ValueError, match="no label"):
        register_criteria("experts.expert", ask.Text(code="new"))


def _imported(field: FieldDeclaration, raw: str) -> Any:
    column = field.import_column()
    try:
        value = column.clean(raw) if raw else ""
    except CellRefused:
        return "refused"
    assert field.form
    needed = column.required or field.form.required  # what a kind of record needs, the run checks
    return "refused" if needed and value in (None, "") else value or None


@pytest.mark.parametrize("field", SINGLE, ids=lambda field: field.code)
def test_form_and_import_take_the_same_values(field: FieldDeclaration) -> None:
    @given(
        st.one_of(
            st.sampled_from(VALID),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=25),
            st.from_regex(r"\A[ 0-9０-９X.@a-z/年月日-]{1,24}\Z"),
            st.integers(1, 2100).map(lambda length: "字" * length),
        )
    )
    @example("\u200b甲" + "字" * 99 + "\u3000")
    @example("  ")
    @example("\uaaf7")  # drawn as nothing
    def same(raw: str) -> None:
        assert _typed(field, raw) == _imported(field, raw)

    same()


@pytest.mark.parametrize("code", ["sex", "title_level"])
def test_a_choice_is_one_value_by_its_word_and_by_itself(code: str) -> None:
    field = next(one for one in EXPERT.built_in if one.code == code)
    assert isinstance(field.kind, Choice)
    for value, word in field.kind.pairs:
        assert field.import_column().clean(str(word)) == value
        assert field.clean(field.input("individual").clean(str(value))) == value
    with pytest.raises(CellRefused):
        field.import_column().clean("先生")
    with pytest.raises(forms.ValidationError):
        field.input("individual").clean("先生")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        (None, None),
        (ask.Text(guard="experts.phone"), None),
        (ask.Number(), None),
        (ask.Number(), Number(most=9)),
        (ask.Boolean(), None),
        (ask.Reference(labels=lambda _: {}), None),
        (ask.Date(), Rows(rows=Expert.objects.all)),
    ],
)
def test_a_filter_that_no_list_can_show_is_refused_where_it_is_declared(
    question: ask.Field | None, kind: Kind | None
) -> None:
    criterion = InCriteria(field=question) if question else None
    with pytest.raises(ValueError, match=r"^practice_years: a filter asks"):
        FieldDeclaration(
            code="practice_years",
            label="从业年限",
            kind=Number(most=9),
            criterion=criterion,
            filtered=InFilter(kind=kind),
        )


# --- a field that is declared here, on a column that the record has anyway ------------------------


@pytest.fixture
def nickname(monkeypatch: pytest.MonkeyPatch) -> Iterator[FieldDeclaration]:
    """A new field, kept where the record keeps the reason of a deletion."""
    guard = GuardedField("experts.deletion_reason", "曾用名", lambda value: value[:1] + "*")
    question = ask.Text(code="nickname", path="deletion_reason")
    field = FieldDeclaration(
        code="deletion_reason",
        label="曾用名",
        kind=Text(longest=20),
        guard=guard,
        form=InForm(section="contact", help="从前的名字"),
        imported=InImport(aliases=("旧名",)),
        exported=InExport(),
        history=InHistory(),
        criterion=InCriteria(field=question),
    )
    with GUARDED_FIELDS.holding(guard), declared(field, monkeypatch):
        yield field


@contextmanager
def declared(field: FieldDeclaration, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(EXPERT, "built_in", (*EXPERT.built_in, field))
    with criteria_of(EXPERT.code).holding(field.question()):
        yield


def test_a_new_field_is_in_all_places(
    client: Client, admin: User, nickname: FieldDeclaration, tmp_path: Path
) -> None:
    login(client, admin)
    expert = make_expert(phone="13800138001")
    edit = reverse("experts:edit", args=[expert.pk])

    # form, and the check of the service
    page = client.get(edit).content.decode()
    assert "曾用名" in page
    data = {"name": expert.name, "phone": expert.phone}
    too_long = client.post(edit, data | {"deletion_reason": "长" * 21})
    assert "曾用名过长" in too_long.context["form"].errors["deletion_reason"][0]
    assert client.post(edit, data | {"deletion_reason": " 王二小 "}).status_code == 204
    expert.refresh_from_db()
    assert expert.deletion_reason == "王二小"
    # import and its template
    (tmp_path / "template.xlsx").write_bytes(template_bytes(ExpertImporter))
    assert "曾用名" in read_xlsx(tmp_path / "template.xlsx")[0]
    rows = [["姓名", "手机号", "旧名"], ["李四", "13800138002", "李小四"]]
    assert import_file(write_xlsx(tmp_path / "in.xlsx", rows), now=NOW).accepted == 1
    assert Expert.objects.get(called(["李四"])).deletion_reason == "李小四"
    # versions and their comparison
    assert expert.versions.first().changed == ["deletion_reason"]
    compared = client.get(reverse("experts:versions", args=[expert.pk])).content.decode()
    assert "曾用名" in compared
    # export and visibility
    exporter = EXPORTS["experts.experts"]
    params = client.get(reverse("experts:list")).wsgi_request.GET
    assert _exported(exporter, admin, params)[expert.pk] == "王*"
    # panorama, masked
    shown = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "曾用名" in shown
    assert "王*" in shown
    assert "王二小" not in shown
    # who may see it in clear is told it, and asks conditions by it
    assert "nickname" in [field.code for field in criteria_fields(EXPERT.code)]
    where = '{"field": "nickname", "op": "eq", "value": "李小四"}'
    assert nickname.guard is not None
    for level, told, found in (
        (Level.MASKED, "王*", set()),  # the condition is refused, and the list empty
        (Level.PLAIN, "王二小", {"李四"}),
        (Level.HIDDEN, None, set()),
    ):
        admin = give_level(admin, nickname.guard.code, level)
        assert _exported(exporter, admin, params).get(expert.pk) == told
        page = client.get(reverse("experts:list"), {"where": where})
        assert {one.name for one in page.context["page"]} == found, level
    assert parse(EXPERT.code, where)
    # who may not see it reads it nowhere
    for name in ("experts:detail", "experts:versions"):
        text = client.get(reverse(name, args=[expert.pk])).content.decode()
        assert [said for said in ("王*", "王二小") if said in text] == [], name
    # emptied again
    update_expert(expert=expert, values={"deletion_reason": ""}, actor=admin, now=NOW)
    expert.refresh_from_db()
    assert expert.deletion_reason == ""


def test_a_new_field_that_all_see_has_a_filter_above_the_list(
    client: Client, admin: User, nickname: FieldDeclaration, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="everybody may ask"):
        replace(nickname, filtered=InFilter())
    question = ask.Text(code="former", path="deletion_reason")
    seen = replace(nickname, guard=None, criterion=InCriteria(field=question), filtered=InFilter())
    make_expert("李四", deletion_reason="李小四"), make_expert("王五", deletion_reason="王小五")
    with declared(seen, monkeypatch):
        page = login(client, admin).get(reverse("experts:list"), {"former": "小四"})
    assert page.context["filter_form"]["former"].label == "曾用名"
    assert [one.name for one in page.context["page"]] == ["李四"]


def _exported(exporter: Exporter, user: User, params: Any) -> dict[int, Any]:
    """Return what a file for ``user`` says below 曾用名, by expert; nothing where it has no such column."""
    columns = visible_columns(exporter.read(user, params).columns, user, params)
    return {
        expert.pk: cell_value(user, column, expert)
        for column in columns
        if column.header == "曾用名"
        for expert in Expert.objects.all()
    }


@pytest.mark.django_db
def test_a_moment_is_read_in_the_time_of_the_site(client: Client, admin: User) -> None:
    expert = make_expert()
    Expert.objects.filter(pk=expert.pk).update(
        created_at=datetime(2026, 11, 26, 21, 17, tzinfo=UTC)
    )
    page = login(client, admin).get(f"/experts/{expert.pk}/").content.decode()
    assert "2026-11-27 05:17" in page
    assert "+00:00" not in page
