"""Rules in versions that nobody changes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.core.mandates import forged_rows
from expertpool.reviews.models import ReviewRule
from tests.reviews.calculation.test_tree import TREE

pytestmark = pytest.mark.django_db


def test_a_version_gives_its_tree_and_shows_a_foreign_hand() -> None:
    row = ReviewRule(name="施工", version=1, content=TREE.as_json(), at=timezone.now())
    row.save()
    found = ReviewRule.objects.get()
    assert (found.tree(), found.is_altered, str(found)) == (TREE, False, "施工 第 1 版")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_reviewrule SET content = jsonb_set(content, '{drop}', '2')")
    assert ReviewRule.objects.get().is_altered
    assert forged_rows(now=timezone.now()) == {"评审规则": 1}
