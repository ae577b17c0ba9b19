"""What a list shows beside the rows of its experts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.experts.models import Expert, Tag
from expertpool.experts.queries.beside import read_beside
from tests.factories.experts import make_expert, make_scheme, make_specialty
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def test_it_is_what_each_expert_says_of_himself() -> None:
    other = make_scheme("other", "别的分类")
    leaves = [make_specialty("B2"), make_specialty("A1"), make_specialty("A9", scheme=other)]
    tags = [Tag.objects.create(name=name, colour="green") for name in ("乙组", "甲组")]
    make_expert("甲", specialties=tuple(leaves), tags=tuple(tags))
    make_expert("乙", specialties=(leaves[0],))
    make_expert("丙", tags=(tags[1],))
    alone = [(one.specialty_names, one.tag_marks) for one in Expert.objects.order_by("pk")]
    experts = list(Expert.objects.order_by("pk"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        read_beside(experts)
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        assert [(one.specialty_names, one.tag_marks) for one in experts] == alone
    assert not asked
    assert [len(names) for names, _ in alone] == [3, 1, 0]
    assert [len(marks) for _, marks in alone] == [2, 0, 1]


@pytest.mark.shows("EXP-01")
def test_the_list_shows_it(client: Client, admin: User) -> None:
    leaf, tag = make_specialty("Q1"), Tag.objects.create(name="骨干", colour="green")
    make_expert("甲", specialties=(leaf,), tags=(tag,))
    html = login(client, admin).get(reverse("experts:list")).content.decode()
    assert f'<li class="chip tone-blue">{leaf.name}</li>' in html
    assert '<span class="chip tone-green">骨干</span>' in html
