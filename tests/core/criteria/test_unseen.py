"""A condition that its editor may not ask: he reads neither field nor value, and what he saves has it still."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django import forms

from expertpool.core.criteria import CriteriaError, CriteriaField, canonical, parse
from tests.core.criteria.conftest import SUBJECT
from tests.core.criteria.test_parsing import ROWS, TITLE, Viewer

ADDRESS = {"field": "address", "op": "eq", "value": "10.1.2.3"}
STORED = {"any": [TITLE, {"not": {"all": [ROWS, ADDRESS]}}]}


class KeepingForm(forms.Form):
    conditions = CriteriaField(SUBJECT, label="条件", required=False)


class SearchForm(forms.Form):
    conditions = CriteriaField(SUBJECT, label="条件", required=False, keeps=False)


def form_for(kind: type[forms.Form], viewer: Viewer, *args: Any, **kw: Any) -> Any:
    form: Any = kind(*args, **kw)
    form.fields["conditions"].viewer = viewer
    return form


def page_of(kind: type[forms.Form] = KeepingForm) -> tuple[str, str]:
    """Return the page of one who may not ask it, and what it would post."""
    page = html.unescape(
        str(form_for(kind, Viewer(), initial={"conditions": STORED})["conditions"])
    )
    found = re.search(r">\s*(\{.*?)</textarea>", page, re.DOTALL)
    assert found
    return page, found[1]


def test_it_stays_and_is_not_told() -> None:
    page, posted = page_of()
    assert "10.1.2.3" not in page
    assert "address" not in page
    form = form_for(KeepingForm, Viewer(), {"conditions": posted})
    assert form.is_valid(), form.errors
    assert canonical(form.cleaned_data["conditions"]) == canonical(parse(SUBJECT, STORED))
    again = form_for(KeepingForm, Viewer(), {"conditions": posted.replace("专家", "")})
    assert not again.is_valid()
    assert "10.1.2.3" not in str(again["conditions"])  # drawn anew after an error


def test_who_may_ask_it_edits_it() -> None:
    form = form_for(KeepingForm, Viewer(address="plain"), initial={"conditions": STORED})
    assert "10.1.2.3" in str(form["conditions"])


def test_nobody_else_shuts_one_and_none_is_asked_by() -> None:
    _, posted = page_of()
    with pytest.raises(CriteriaError, match="您看不到"):
        parse(SUBJECT, posted, viewer=Viewer())
    search = form_for(SearchForm, Viewer(), {"conditions": page_of(SearchForm)[1]})
    assert "您看不到" in search.errors["conditions"][0]
    plain = form_for(KeepingForm, Viewer(), {"conditions": json.dumps(STORED)})
    assert "您看不到“IP 地址”的明文" in plain.errors["conditions"][0]
    made_up = form_for(KeepingForm, Viewer(), {"conditions": '{"shut": "abc"}'})
    assert "请重新打开本页" in made_up.errors["conditions"][0]
