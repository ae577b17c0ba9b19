"""Signing in through a provider that others wrote, from our door to its own and back."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from expertpool.accounts.enums import LoginMethod, LoginOutcome
from expertpool.accounts.models import LoginRecord, User
from expertpool.audit.models import Entry
from expertpool.identity.models import GroupRole, OutsideIdentity
from expertpool.identity.services.leaving import KEY
from expertpool.identity.settings import oidc as own
from expertpool.notifications.models import Message
from tests.factories.accounts import PASSWORD, built_in_roles, make_user
from tests.factories.siteconfig import configure
from tests.identity.peers import RealProvider, set_up

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-17")]
PERSONS = {
    "u-1": {
        "name": "钱经办",
        "preferred_username": "qianjb",
        "email": "qian@example.cn",
        "email_verified": True,
        "groups": ["专家库经办", "全体"],
    },
    "u-2": {"name": "孙离职", "preferred_username": "sunlz", "groups": ["全体"]},
}


@pytest.fixture(scope="module")
def running() -> Iterator[RealProvider]:
    with RealProvider(PERSONS) as provider:
        yield provider


@pytest.fixture
def provider(running: RealProvider, settings: Settings) -> RealProvider:
    settings.IDENTITY_PRIVATE_HOSTS = ["127.0.0.1"]
    set_up(running.issuer, creates=True)
    return running


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_who_is_in_a_mapped_group_gets_an_account_with_its_role(provider: RealProvider) -> None:
    make_user("admin")
    role = built_in_roles()["operator"]
    GroupRole.objects.create(group="专家库经办", role=role)
    assert "统一认证登录" in Client().get("/login/").content.decode()
    client = Client()
    answer = provider.sign_in(client, "u-1", "/experts/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/experts/")
    assert is_in(client)
    user = User.objects.get(username="qianjb")
    assert (user.name, user.email, list(user.roles.all())) == ("钱经办", "qian@example.cn", [role])
    record = LoginRecord.objects.get()
    assert (record.method, record.outcome) == (LoginMethod.OIDC, LoginOutcome.SUCCESS)
    log = set(Entry.objects.values_list("action", flat=True))
    assert {"user.create", "identity.bind", "identity.roles", "user.sign_in"} <= log
    assert Message.objects.filter(occasion="account.acted").exists()
    # He has no password here, and is given none.
    assert (
        Client().post("/login/", {"identifier": "qianjb", "password": PASSWORD}).status_code == 422
    )


def test_roles_follow_the_groups_at_each_sign_in(provider: RealProvider) -> None:
    make_user("admin")
    roles = built_in_roles()
    mapped = GroupRole.objects.create(group="专家库经办", role=roles["operator"])
    provider.sign_in(Client(), "u-1")
    user = User.objects.get(username="qianjb")
    user.roles.add(roles["finance"])
    GroupRole.objects.create(group="别的", role=roles["auditor"])
    provider.sign_in(Client(), "u-1")
    assert list(user.roles.all()) == [roles["operator"]], "what was given by hand is gone"
    mapped.delete()
    client = Client()
    provider.sign_in(client, "u-1")
    assert list(user.roles.all()) == []


def test_who_is_in_no_mapped_group_gets_none(provider: RealProvider) -> None:
    GroupRole.objects.create(group="专家库经办", role=built_in_roles()["operator"])
    client = Client()
    answer = provider.sign_in(client, "u-2")
    assert "没有对应本系统的角色" in answer.content.decode()
    assert not is_in(client)
    assert not User.objects.filter(username="sunlz").exists()


def test_an_account_that_is_there_is_found_as_the_office_says(provider: RealProvider) -> None:
    user = make_user("operator", username="qianjb")
    answer = provider.sign_in(Client(), "u-1")
    assert "没有对应本系统的角色" in answer.content.decode(), "no name alone is enough"
    set_up(provider.issuer, match="username", password=False)
    client = Client()
    provider.sign_in(client, "u-1")
    assert is_in(client)
    row = OutsideIdentity.objects.get()
    assert (row.user, row.has_own_password) == (user, True)
    assert list(user.roles.values_list("code", flat=True)) == ["operator"], "given by hand"
    refused = Client().post("/login/", {"identifier": "qianjb", "password": PASSWORD})
    assert "改由单位的统一认证登录" in refused.content.decode()


def test_what_came_back_counts_once_and_in_one_browser(provider: RealProvider) -> None:
    make_user("operator", username="qianjb")
    set_up(provider.issuer, match="username")
    client = Client()
    back = provider.way_back(client, "u-1")
    assert "不是在这个浏览器里开始的" in Client().get(back).content.decode()
    assert client.get(back).status_code == 302
    client.post("/logout/")
    assert "不是在这个浏览器里开始的" in client.get(back).content.decode()
    # A browser that began anew shows the code of before: the provider has given it away.
    other = Client()
    state = provider.way_back(other, "u-1").partition("state=")[2].partition("&")[0]
    code = back.partition("code=")[2].partition("&")[0]
    answer = other.get(f"/login/identity/back/?code={code}&state={state}")
    assert "不能确认您是谁" in answer.content.decode()
    assert not is_in(other)


def test_who_signs_out_here_signs_out_there(provider: RealProvider, settings: Settings) -> None:
    """Once whoever sat down next was let in by the provider, which still knew who had been there."""
    make_user("admin")
    GroupRole.objects.create(group="专家库经办", role=built_in_roles()["operator"])
    client = Client()
    provider.sign_in(client, "u-1")
    assert client.post("/logout/").headers["Location"] == "/login/", (
        "the office has not asked for it"
    )
    configure(own.LEAVES, True)
    client = Client()
    provider.sign_in(client, "u-1")
    kept = client.session[KEY]
    assert "eyJ" not in kept, "a token names him"
    page = client.post("/logout/")
    out = page["Refresh"].partition("url=")[2]
    assert out.startswith(f"{provider.issuer}/session/end?id_token_hint=eyJ")
    assert "正在退出统一认证" in page.content.decode()
    assert not is_in(client)
    with httpx.Client(trust_env=False) as browser:
        asked = browser.get(out)
    assert asked.status_code == 200, asked.text
    assert "xsrf" in asked.text, "it takes the token, and the address to come back to"
    # Who came by a password is asked nothing there.
    other = Client()
    other.post("/login/", {"identifier": make_user("admin").username, "password": PASSWORD})
    session = other.session
    session[KEY] = kept  # nor does a token help that another person's session held
    session.save()
    assert other.post("/logout/").headers["Location"] == "/login/"
