"""Searches of all pages are of one model; those of an earlier version come along."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.models import SavedSearch
from expertpool.core.saved_searches import kept_on, save_search, searches_naming
from tests.database import migrate_on

SAVED = (
    ("experts", "副高", "title_level=3", True),
    ("experts", "本月", "tab=formal", False),
    ("statistics", "本月", "topic=projects&by=month", True),
    ("comparison", "今年", "", False),
)


def saved() -> set[tuple[str, str, str, bool]]:
    return {(one.page, one.name, one.query, one.shared) for one in SavedSearch.objects.all()}


@pytest.mark.django_db(transaction=True)
def test_searches_of_an_earlier_version_come_along(operator: User) -> None:
    for page, name, query, shared in SAVED:
        SavedSearch.objects.create(
            page=page,
            name=name,
            query=query,
            shared=shared,
            owner=operator,
            created_at=timezone.now(),
        )
    before = [("experts", "0041_what_is_told_later_at_hand"), ("reports", "0006_saved_statistics")]
    MigrationExecutor(connection).migrate(before)
    # By columns of that time.
    assert not SavedSearch.objects.values_list("name").exists()
    migrate_on()
    assert saved() == set(SAVED)


@pytest.mark.django_db
def test_a_page_offers_its_own_and_each_statistic_all(admin: User, operator: User) -> None:
    rows = [
        SavedSearch(
            page=page, name=name, query=query, shared=shared, owner=admin, created_at=timezone.now()
        )
        for page, name, query, shared in SAVED
    ]
    SavedSearch.objects.bulk_create(
        [*rows, SavedSearch(page="gone", name="旧", owner=admin, created_at=timezone.now())]
    )

    def names(user: User, *pages: str) -> list[str]:
        return [one.name for one in kept_on(user, pages[0], beside=pages[1:])["saved"]]

    assert sorted(names(admin, "experts")) == ["副高", "本月"]
    assert names(operator, "experts") == ["副高"]
    assert sorted(names(admin, "months", "statistics", "comparison")) == ["今年", "本月"]
    assert searches_naming("experts.expert", "x1") == []


@pytest.mark.django_db
def test_a_name_of_which_nothing_can_be_seen_is_none(operator: User) -> None:
    search = SavedSearch(page="experts", name="\u3164", query="tab=formal")
    with pytest.raises(ValidationError, match="name"):
        save_search(search=search, actor=operator, now=timezone.now())
