from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.demo import DEMO_ACCOUNTS, DEMO_PASSWORD, ensure_demo_accounts
from expertpool.accounts.services.users import blacklist_user, disable_user
from expertpool.accounts.settings import SESSION_LENGTH
from expertpool.accounts.views.login import LIMITED, REFUSED
from expertpool.achievements.enums import PublicShown
from expertpool.achievements.settings import PUBLIC
from expertpool.audit.models import Entry
from expertpool.projects.enums import ProjectStatus
from expertpool.workflow.enums import StepKind
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NEW = "Neu-und-eigen-1"


def sign_in(client: Client, username: str, password: str = PASSWORD, **values: str):
    return client.post("/login/", {"identifier": username, "password": password, **values})


def test_signing_in_leads_home_and_out_again(client: Client) -> None:
    user = make_user("operator")
    response = sign_in(client, user.username)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert client.get("/login/").status_code == 302
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get("/")["Location"] == "/login/?next=/"
    assert Entry.objects.filter(action="user.sign_out", actor=user).count() == 1


def test_signing_in_changes_the_session_key(client: Client) -> None:
    client.get("/login/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    sign_in(client, make_user().username)
    assert client.session.session_key != before


@pytest.mark.parametrize("state", ["wrong", "unknown", "disabled", "locked"])
def test_all_refusals_read_the_same_and_keep_what_was_typed(client: Client, state: str) -> None:
    make_user(
        username="zhang",
        is_active=state != "disabled",
        locked_until=timezone.now() + timezone.timedelta(minutes=5) if state == "locked" else None,
    )
    name = "nobody" if state == "unknown" else "zhang"
    # Who knows the password of an account that is disabled is told so.
    typed = "falsch" if state in {"wrong", "disabled"} else PASSWORD
    response = sign_in(client, name, typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert REFUSED.format(times="5 次", long="15 分钟") in page
    assert f'value="{name}"' in page
    assert PASSWORD not in page
    assert "_auth_user_id" not in client.session


def test_who_knows_the_password_of_a_disabled_account_is_told_so(client: Client) -> None:
    make_user(username="zhang", is_active=False)
    page = sign_in(client, "zhang", PASSWORD).content.decode()
    assert "这个账号已停用" in page
    assert "_auth_user_id" not in client.session


def test_an_address_with_too_many_failures_is_told_to_wait(client: Client) -> None:
    client.defaults["REMOTE_ADDR"] = "203.0.113.7"
    for at in range(30):
        sign_in(client, f"nobody{at}", "falsch")
    response = sign_in(client, make_user().username)
    assert LIMITED.format(minutes="30 分钟") in response.content.decode()


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/users/?tab=active", "/users/?tab=active"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        # No paths: nothing of it may be taken for the name of a page.
        *(
            (word, "/")
            for word in ("x", "NaN", "null", "[]", "?a", "a b", "logout", "accounts:login")
        ),
    ],
)
def test_only_pages_of_ours_follow_a_sign_in(client: Client, wanted: str, target: str) -> None:
    user = make_user("admin")
    page = client.get("/login/", {"next": wanted})
    assert page.status_code == 200
    assert sign_in(client, user.username, next=wanted)["Location"] == target
    assert client.get("/login/", {"next": wanted})["Location"] == target, "signed in already"


def test_a_one_time_password_leads_to_its_replacement_and_nowhere_else(client: Client) -> None:
    user = make_user("admin", must_change_password=True)
    assert sign_in(client, user.username)["Location"] == "/password/"
    assert client.get("/")["Location"] == "/password/"
    refused = client.get("/users/")
    assert refused.status_code == 403
    said = refused.content.decode()
    assert "一次性密码" in said
    assert "您的角色不能打开这一页" not in said, "his role would let him"
    response = client.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert response["Location"] == "/"
    assert client.get("/users/").status_code == 200


@pytest.mark.shows("SYS-10")
def test_changing_the_password_ends_the_other_sessions(client: Client) -> None:
    user = make_user("operator")
    other = Client()
    for one in (client, other):
        sign_in(one, user.username)
    assert other.get("/").status_code == 200
    client.post("/password/", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"old": "falsch"}, "原密码不对"),
        ({"again": "Anders-1234"}, "不一样"),
        ({"new": "kurz", "again": "kurz"}, "8"),
        ({"new": "nurkleinbuchstaben", "again": "nurkleinbuchstaben"}, "至少三种"),
        ({"new": PASSWORD, "again": PASSWORD}, "最近 5 次"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said(
    client: Client, values: dict[str, str], error: str
) -> None:
    user = make_user()
    login(client, user)
    data = {"old": PASSWORD, "new": NEW, "again": NEW} | values
    response = client.post("/password/", data)
    assert response.status_code == 422
    assert error in response.content.decode()
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.shows("SYS-10")
@pytest.mark.parametrize("put_out", [disable_user, blacklist_user])
def test_disabling_a_user_ends_his_session_at_once(
    client: Client, admin: User, put_out: Callable[..., None]
) -> None:
    user = make_user("operator")
    sign_in(client, user.username)
    assert client.get("/").status_code == 200
    put_out(user=user, reason="离职", actor=admin, now=timezone.now())
    assert client.get("/").status_code == 302
    assert sign_in(client, user.username).status_code == 422


def test_each_demo_account_signs_in_with_one_click(client: Client) -> None:
    ensure_demo_accounts(now=timezone.now())
    page = client.get("/login/").content.decode()
    for account in DEMO_ACCOUNTS:
        assert f'value="{account.username}"' in page
        assert sign_in(Client(), account.username, DEMO_PASSWORD).status_code == 302


def test_outside_development_the_page_tells_no_account(
    client: Client, settings: LazySettings
) -> None:
    ensure_demo_accounts(now=timezone.now())
    settings.DEV_PAGES = False
    page = client.get("/login/").content.decode()
    assert DEMO_PASSWORD not in page
    assert "演示账号" not in page


def test_without_the_token_of_the_form_nothing_is_signed_in() -> None:
    user = make_user()
    response = sign_in(Client(enforce_csrf_checks=True), user.username)
    assert response.status_code == 403


def test_a_session_lasts_as_long_as_the_office_says(client: Client) -> None:
    configure(SESSION_LENGTH, timedelta(minutes=30))
    sign_in(client, make_user().username)
    assert client.cookies["sessionid"]["max-age"] == 1800
    assert client.session.get_expiry_age() == 1800


@pytest.mark.usefixtures("media")
@pytest.mark.shows("OVW-16")
def test_the_page_leads_to_what_anybody_may_read(client: Client) -> None:
    ways = [reverse("achievements:public"), reverse("workflow:notice_list")]
    page = client.get("/login/").content.decode()
    assert not any(way in page for way in ways)
    configure(PUBLIC, PublicShown.NAMED.value)
    steps = [StepData("公示", kind=StepKind.NOTICE, days=3), StepData("审核")]
    save_flow(subject="projects.project", steps=steps, actor=make_user("admin"), now=timezone.now())
    make_project(ProjectStatus.PENDING)
    page = client.get("/login/").content.decode()
    assert all(way in page for way in ways)
