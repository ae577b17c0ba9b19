"""Whoever may open a list keeps searches by a program, and shares them: each stands on everybody's page."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, RoleField, RolePermission, User
from expertpool.audit.models import Entry
from expertpool.core.models import SavedSearch
from expertpool.core.saved_searches import MOST, MOST_SHARED, SearchRefused, kept_on, save_search
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def keep(user: User, name: str, *, shared: bool = False) -> SavedSearch:
    search = SavedSearch(page="experts", name=name, query="tab=formal", shared=shared)
    return save_search(search=search, actor=user, now=timezone.now())


def write(owner: User, count: int) -> None:
    """As live SQL would."""
    SavedSearch.objects.bulk_create(
        SavedSearch(
            page="experts",
            name=f"{owner.pk}-{at}",
            query="tab=formal",
            shared=True,
            owner=owner,
            created_at=timezone.now(),
        )
        for at in range(count)
    )


def test_nobody_keeps_searches_without_end(operator: User) -> None:
    for at in range(MOST):
        keep(operator, str(at))
    with pytest.raises(SearchRefused, match=f"最多保存 {MOST} 个"):
        keep(operator, "还有一个")


@pytest.mark.parametrize("name", ["\u200b", " \u3164\u2060", "\U000e0100"])
def test_a_name_of_which_nobody_sees_anything_is_none(operator: User, name: str) -> None:
    with pytest.raises(ValidationError, match="没有看得见的字"):
        keep(operator, name)
    client = login(Client(), operator)
    address = f"{reverse('core:saved_add', args=['experts'])}?tab=formal"
    assert client.post(address, {"name": name}).status_code == 422
    assert not SavedSearch.objects.exists()


def test_nor_shares_them_without_end_and_a_page_shows_few_of_those_that_are_there(
    operator: User,
) -> None:
    other = make_user("operator")
    write(other, 3 * MOST_SHARED)
    with pytest.raises(SearchRefused, match="共享"):
        keep(operator, "又一个", shared=True)
    keep(operator, "我的")
    shown = kept_on(operator, "experts")["saved"]
    assert len(shown) == MOST_SHARED + 1
    assert "我的" in [one.name for one in shown]


def test_what_another_shares_is_cleared_by_who_manages_the_site_and_he_is_told(
    operator: User, admin: User
) -> None:
    search = keep(operator, "请打电话给我", shared=True)
    address = f"/searches/{search.pk}/delete/"
    assert login(Client(), make_user("operator")).post(address).status_code == 409
    client = login(Client(), admin)
    assert address in client.get("/experts/").content.decode()
    assert client.post(address).status_code == 204
    assert not SavedSearch.objects.exists()
    entry = Entry.objects.get(action="notifications.search_clear")
    assert entry.before == {"名称": "请打电话给我", "查询条件": "tab=formal"}
    told = Message.objects.get(occasion="search.cleared")
    assert told.recipient == operator.name
    own = keep(operator, "自己的")
    assert client.post(f"/searches/{own.pk}/delete/").status_code == 404


def reader(**levels: str) -> User:
    role = Role.objects.create(code="-".join(levels), name="、".join(levels))
    RolePermission.objects.create(role=role, code="experts.view", scope=Scope.ALL)
    for field, level in levels.items():
        RoleField.objects.create(role=role, field=f"experts.{field}", level=level)
    return make_user(roles=(role,))


@pytest.mark.shows("EXP-39", "EXP-41")
@pytest.mark.parametrize(
    ("query", "without_names", "without_phones"),
    [
        ("q=欧阳修", False, True),
        ("q=建筑", False, True),  # part of what an employer is called
        ("q=13800000007", False, False),
        ("q=138-0000 0007", False, False),
        ("q=建筑 0007", False, False),
        ("recommender=欧阳修", False, True),
        ("employer=1", False, True),
        ("title_level=3&recommender=", True, True),
    ],
)
def test_a_shared_search_tells_nobody_what_he_sees_masked(
    admin: User, query: str, without_names: bool, without_phones: bool
) -> None:
    """Its address says what was typed; and without a filter that is not his it would find everybody."""
    search = SavedSearch(page="experts", name="重点", query=query, shared=True)
    save_search(search=search, actor=admin, now=timezone.now())

    def is_offered_to(user: User) -> bool:
        (one,) = kept_on(user, "experts")["saved"]
        return bool(one.url)

    assert is_offered_to(admin)
    assert is_offered_to(reader(name="masked", employer="masked")) is without_names
    assert is_offered_to(reader(phone="masked")) is without_phones
    assert is_offered_to(reader(phone="plain", email="plain"))
