"""Fields that administrators added are columns of the lists, which each reader chooses."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.subjects.subject import MOST_COLUMNS
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.services.fields import retire_field
from expertpool.experts.fields import EXPERT
from expertpool.projects.fields import PROJECT
from tests.factories.experts import make_expert
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.fixtures import login

pytestmark = pytest.mark.django_db
LISTS = {EXPERT.code: "experts:list", PROJECT.code: "projects:list"}


def make_record(subject: str, extra: dict[str, object]) -> None:
    record = make_expert() if subject == EXPERT.code else make_project()
    record.extra = extra
    record.save(update_fields=["extra"])


@pytest.mark.shows("OVW-05")
@pytest.mark.parametrize("subject", LISTS)
def test_a_list_has_a_column_of_each_field_in_use(
    client: Client, admin: User, subject: str
) -> None:
    number = make_field("评分", FieldKind.NUMBER, subject=subject)
    words = make_field("持证情况", FieldKind.WORDS, subject=subject)
    text = make_field("特长介绍", FieldKind.LONG_TEXT, subject=subject)
    gone = make_field("旧字段", FieldKind.TEXT, subject=subject)
    values = {words.code: ["一级注册", "无"], text.code: "<b>" + "长" * 100, gone.code: "从前"}
    make_record(subject, {number.code: 7.5, **values})
    retire_field(field=gone, actor=None, now=timezone.now())
    page = login(client, admin).get(reverse(LISTS[subject])).content.decode()
    for field in (number, words, text):
        assert f'data-col="{field.code}" data-label="{field.label}" data-off' in page
    assert f'data-label="{number.label}">7.5</td>' in page
    assert f'data-label="{words.label}">一级注册、无</td>' in page
    assert f'data-label="{text.label}">&lt;b&gt;长' in page
    assert "长" * 60 not in page
    assert "旧字段" not in page
    assert "从前" not in page


@pytest.mark.parametrize("subject", LISTS)
def test_columns_have_an_end_and_ask_nothing_for_a_row(
    client: Client, admin: User, subject: str
) -> None:
    address = reverse(LISTS[subject])
    login(client, admin)
    fields = [make_field(f"字段{at}", FieldKind.TEXT, subject=subject) for at in range(22)]
    make_record(subject, {})
    client.get(address)  # what is loaded once in a process
    with CaptureQueriesContext(connection) as few:
        page = client.get(address)
    assert page.content.decode().count('data-col="x') == MOST_COLUMNS
    for _ in range(2):
        make_record(subject, {field.code: "值" for field in fields})
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_who_finds_nobody_is_told_how_words_find_what_was_added(
    client: Client, admin: User
) -> None:
    address, told = reverse("experts:list"), "关键词按完整的内容找自定义字段"
    login(client, admin)
    assert told not in client.get(address, {"q": "岩"}).content.decode()
    field = make_field("特长", FieldKind.TEXT)
    make_record(EXPERT.code, {field.code: "岩土勘察"})
    assert told in client.get(address, {"q": "岩土"}).content.decode()
    assert told not in client.get(address, {"q": "岩土勘察"}).content.decode()
