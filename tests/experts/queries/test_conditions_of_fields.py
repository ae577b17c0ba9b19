"""Whatever somebody may see of an expert, his lists may ask (EXP-23); no draw asks what names somebody."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.core.criteria import Context, criteria_fields, parse, to_q
from expertpool.draws.queries.conditions import CONDITION_FIELDS
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.joining.models import Application
from tests.factories.accounts import make_department
from tests.factories.experts import NOW, make_expert
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-23")]
# What a condition asks by another code than the field's, or by another field of the same thing.
ASKED_AS = {"employer_name": "employer", "birth_date": "birth"}


def test_every_field_of_the_record_is_a_condition() -> None:
    known = {one.code for one in criteria_fields(EXPERT.code)}
    for one in EXPERT.built_in:
        if one.form:
            code = one.question().code if one.criterion else ASKED_AS.get(one.code, "")
            assert code in known, one.label
    assert {"birth", "age", "channel", "department", "phone", "remark"} <= known


def test_no_draw_asks_what_names_somebody() -> None:
    asked = {one.code for one in CONDITION_FIELDS}
    assert not asked & {
        *("phone", "email", "id_number", "address", "bank_account", "postcode", "remark"),
        *("position", "department", "birth", "contact_person", "employer_uscc", "channel"),
    }


def who(viewer: User, code: str, op: str, value: Any = None) -> set[str]:
    leaf = {"field": code, "op": op} | ({} if value is None else {"value": value})
    node = parse(EXPERT.code, leaf, viewer=viewer)
    return {row.name for row in Expert.objects.filter(to_q(node, Context(NOW)))}


def test_they_find_whom_they_name(admin: User) -> None:
    upper = make_department("建设局")
    lower = make_department("建设局质监站", parent=upper)
    make_expert(
        "甲",
        department=lower,
        position="总工程师",
        birth_date=date(1975, 10, 3),
        postcode="410000",
        remark="熟悉桥梁",
        term_start_date=date(2026, 1, 1),
    )
    make_expert("乙")
    assert who(admin, "department", "in", [upper.pk]) == {"甲"}
    assert who(admin, "department", "not_in", [upper.pk]) == {"乙"}
    assert who(admin, "department", "empty") == {"乙"}
    assert who(admin, "position", "contains", "工程师") == {"甲"}
    assert who(admin, "position", "empty") == {"乙"}
    assert who(admin, "birth", "between", ["1975-10-01", "1975-10-31"]) == {"甲"}
    assert who(admin, "postcode", "starts", "41") == {"甲"}
    assert who(admin, "remark", "contains", "桥梁") == {"甲"}
    assert who(admin, "term_start", "gte", "2026-01-01") == {"甲"}
    assert who(admin, "channel", "empty") == {"甲", "乙"}
    assert not Application.objects.exists()


def test_the_department_is_a_filter_of_its_own(client: Client, admin: User) -> None:
    department = make_department("建设局")
    make_expert("张三丰", department=department)
    make_expert("李四光")
    login(client, admin)
    page = client.get(reverse("experts:list"), {"department": department.pk}).content.decode()
    assert "张三丰" in page
    assert "李四光" not in page
