"""Who reads which manual, and how one comes to the part that he needs."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Role, User
from expertpool.accounts.services.duties import make_roles
from expertpool.core.menus import menu_for
from expertpool.core.registry import account_items_for
from expertpool.manuals.queries.finding import section_at
from expertpool.manuals.queries.texts import all_manuals
from tests.factories.accounts import make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db
READ = {
    "admin": {
        *("admin", "pool", "operator", "department", "finance", "auditor", "security"),
        *("common", "applicant"),
    },
    "operator": {"pool", "operator", "department", "common", "applicant"},
    "department": {"department", "common", "applicant"},
    "supervisor": {"supervisor", "common", "applicant"},
    "finance": {"finance", "common", "applicant"},
    "auditor": {"auditor", "common", "applicant"},
    "expert": {"expert", "applicant"},
    "applicant": {"applicant"},
    "": {"applicant"},
}


def signed_in(role: str) -> Client:
    return login(Client(), make_user(role)) if role else Client()


@pytest.mark.shows("OPS-08")
@pytest.mark.parametrize("role", READ)
def test_each_role_reads_its_own_manuals(role: str) -> None:
    client = signed_in(role)
    listed = {manual.code for manual in client.get("/help/").context["manuals"]}
    assert listed == READ[role]
    for manual in all_manuals():
        status = client.get(f"/help/{manual.code}/").status_code
        assert status == (200 if manual.code in listed else 404), manual.code


@pytest.mark.shows("OPS-08")
def test_help_of_a_page_opens_its_section_beside_it(operator: User) -> None:
    client = login(Client(), operator)
    page = client.get(reverse("projects:list")).content.decode()
    assert 'href="/help/operator/#apply"' in page
    assert 'hx-get="/help/operator/apply/"' in page
    drawer = client.get("/help/operator/apply/", headers={"HX-Request": "true"}).content.decode()
    assert "帮助：申请项目" in drawer
    assert "<html" not in drawer
    # Whoever opens the address itself is led to the place in the manual.
    assert client.get("/help/operator/apply/").url == "/help/operator/#apply"


@pytest.mark.shows("OPS-08")
@pytest.mark.parametrize("role", [role for role in READ if role])
def test_each_entry_of_the_menu_has_its_section_for_whoever_sees_it(role: str) -> None:
    user = make_user(role)
    items = [item for _, items in menu_for(user) for item in items] + account_items_for(user)
    assert [item.label for item in items if not section_at(user, item.url_name, item.address)] == []


@pytest.mark.shows("OPS-08")
@pytest.mark.parametrize("duty", ["system", "security", "audit"])
def test_each_of_three_administrators_reads_of_his_own_account(duty: str) -> None:
    """They have no business, by which others read what all share: they were shown the help of applicants."""
    make_roles(actor=make_user("admin"), now=timezone.now())
    user = make_user(roles=(Role.objects.get(code=f"three-{duty}"),))
    page = login(Client(), user).get(reverse("portal:account")).content.decode()
    assert 'href="/help/applicant/' not in page
    items = [item for _, items in menu_for(user) for item in items]
    assert [item.label for item in items if not section_at(user, item.url_name, item.address)] == []


def test_a_page_under_a_menu_entry_has_its_section() -> None:
    client = login(Client(), make_user("admin"))
    page = client.get(reverse("accounts:user_create")).content.decode()
    assert 'href="/help/admin/#users"' in page


def test_a_visitor_finds_help_on_public_pages() -> None:
    page = Client().get(reverse("accounts:login")).content.decode()
    assert 'href="/help/applicant/#login"' in page


@pytest.mark.shows("OPS-08")
def test_the_search_of_every_page_finds_help(operator: User) -> None:
    page = login(Client(), operator).get(reverse("core:search"), {"q": "补抽"}).content.decode()
    assert "/help/operator/#draw" in page
    expert = login(Client(), make_user("expert"))
    assert (
        "/help/operator" not in expert.get(reverse("core:search"), {"q": "补抽"}).content.decode()
    )


def test_help_is_searched_by_several_words_and_from_the_phone() -> None:
    found = Client().get("/help/", {"q": "验证码 申请"}).context["found"]
    assert "申请成为专家" in [item["title"] for item in found]
    assert "没有找到" in Client().get("/help/", {"q": "没有这个词"}).content.decode()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("忘了密码", "自己的账号"),
        ("怎么补抽", "抽取之后：答复和补抽"),
        ("专家不来怎么办", "抽取之后：答复和补抽"),
        ("收不到短信", "通知专家"),
    ],
)
def test_words_that_stand_nowhere_as_typed_find_what_says_most_of_them(
    operator: User, asked: str, told: str
) -> None:
    page = login(Client(), operator).get("/help/", {"q": asked})
    assert told in [item["title"] for item in page.context["found"]]
    assert len(page.context["found"]) <= 5
    assert f"没有哪一节写着“{asked}”" in page.content.decode()
    # Whoever may not read a manual is told of none of its sections.
    titles = {item["manual"] for item in Client().get("/help/", {"q": asked}).context["found"]}
    assert titles <= {"申请入库和公开页面"}


def test_pictures_are_those_of_ones_own_manuals(operator: User) -> None:
    client = login(Client(), operator)
    answer = client.get("/help/pictures/plan.png")
    assert answer["Content-Type"] == "image/png"
    assert answer.content == Path(settings.PICTURES, "plan.png").read_bytes()
    assert Client().get("/help/pictures/plan.png").status_code == 404
    assert client.get("/help/pictures/nothing.png").status_code == 404


def test_a_section_that_is_not_there_is_not_found(operator: User) -> None:
    assert login(Client(), operator).get("/help/operator/nothing/").status_code == 404
