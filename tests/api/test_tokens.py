from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import ApiToken, Department, User
from expertpool.accounts.services.tokens import (
    confirm_token,
    create_token,
    find_token,
    revoke_token,
)
from expertpool.accounts.services.users import disable_user
from expertpool.audit.models import Entry
from tests.api.caller import ROOT, Caller, assert_problem
from tests.factories.accounts import PASSWORD, make_token, make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def ask_me(authorization: str = "", client: Client | None = None) -> object:
    headers = {"Authorization": authorization} if authorization else {}
    return (client or Client()).get(f"{ROOT}/me", headers=headers)


def test_a_token_acts_for_its_user_within_its_scopes(operator: User) -> None:
    response = Caller(operator, "projects.view", "draws.view").get("/me")
    assert response.status_code == 200
    assert response.json()["username"] == operator.username
    assert response.json()["permissions"] == ["draws.view", "projects.view"]


def test_a_scope_that_the_user_lost_is_no_right(operator: User) -> None:
    caller = Caller(operator, "projects.view", "draws.view")
    operator.roles.clear()
    assert caller.get("/me").json()["permissions"] == []
    assert_problem(caller.get("/projects"), 403, "forbidden")


def test_a_right_outside_the_scopes_is_refused(operator: User) -> None:
    assert operator.has_permission("projects.add")
    caller = Caller(operator, "projects.view")
    assert caller.get("/projects").status_code == 200
    assert_problem(caller.get("/departments"), 403, "forbidden")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer ep_unknown", "Basic YTpi", "Bearer ü\xff"]
)
def test_without_a_valid_token_nothing_is_answered(authorization: str, db: None) -> None:
    response = ask_me(authorization)
    assert_problem(response, 401, "unauthorized")
    assert response["WWW-Authenticate"] == "Bearer"


def test_expired_revoked_and_orphaned_tokens_are_refused(operator: User, admin: User) -> None:
    expired, revoked, orphaned = (Caller(make_user("operator")) for _ in range(3))
    now = timezone.now()
    ApiToken.objects.filter(pk=expired.token.pk).update(expires_at=now)
    revoke_token(token=revoked.token, actor=admin, now=now)
    disable_user(user=orphaned.user, actor=admin, now=now)
    answers = [caller.get("/me") for caller in (expired, revoked, orphaned)]
    for answer in answers:
        assert_problem(answer, 401, "unauthorized")
    assert len({answer.content for answer in answers}) == 1, "nobody learns which it was"


def test_a_session_opens_nothing_and_raises_no_right(admin: User, finance: User) -> None:
    client = login(Client(), admin)
    assert_problem(ask_me(client=client), 401, "unauthorized")
    token = make_token(finance, "projects.view")
    answer = ask_me(f"Bearer {token.text}", client)
    assert answer.json()["username"] == finance.username
    assert answer.json()["permissions"] == ["projects.view"]


def test_a_user_who_has_to_change_his_password_has_no_rights(operator: User) -> None:
    caller = Caller(operator)
    User.objects.filter(pk=operator.pk).update(must_change_password=True)
    assert_problem(caller.get("/projects"), 403, "forbidden")


def test_only_the_digest_is_kept(operator: User) -> None:
    token = make_token(operator, "projects.view")
    stored = ApiToken.objects.get()
    assert not hashlib.sha256(token.text.encode()).digest().startswith(bytes(stored.digest))
    assert token.text.startswith(stored.hint)
    kept = " ".join(str(value) for row in ApiToken.objects.values() for value in row.values())
    logged = " ".join(f"{entry.after} {entry.note}" for entry in Entry.objects.all())
    assert token.text not in kept + logged
    assert len(token.text) >= 40


def test_its_use_is_noted_at_most_once_a_minute(operator: User) -> None:
    token = make_token(operator, "projects.view")
    now = timezone.now()
    for seconds, noted in ((0, 0), (59, 0), (60, 60)):
        find_token(token.text, now=now + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at == now + timedelta(seconds=noted)


def test_the_log_says_through_what_somebody_acted(
    department: Department, application: dict[str, Any]
) -> None:
    user = make_user("department", department=department)
    project = Caller(user, name="交易平台").post("/projects", application).json()
    entry = Entry.objects.get(action="project.create", subject_id=str(project["id"]))
    assert entry.actor_id == user.pk
    assert entry.actor_name == f"{user.name}（接口：交易平台）"
    assert project["applicant"] == user.name


# --- Making them ---------------------------------------------------------------------------------


def test_scopes_cannot_exceed_the_rights_of_the_user(finance: User) -> None:
    with pytest.raises(ValidationError, match="没有这些权限：「执行抽取和补抽」"):
        make_token(finance, "projects.view", "draws.run")


@pytest.mark.parametrize("days", [-1, 0, 733])
def test_a_token_ends_within_two_years(operator: User, admin: User, days: int) -> None:
    now = timezone.now()
    with pytest.raises(ValidationError, match="732 天"):
        create_token(
            name="OA",
            user=operator,
            scopes=["projects.view"],
            expires_at=now + timedelta(days=days),
            actor=admin,
            now=now,
        )


def test_an_administrator_makes_shows_once_and_revokes_a_token(
    client: Client, admin: User, operator: User
) -> None:
    login(client, admin)
    data = {
        "name": "交易平台",
        "user": operator.pk,
        "expires_on": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "scopes": ["projects.view"],
    }
    for wrong in ("", "falsch"):
        answer = client.post("/tokens/new/", data | {"password": wrong})
        assert answer.status_code == 422
        assert "交易平台" in answer.content.decode()
        assert not ApiToken.objects.exists()
    assert "原密码不对" in answer.content.decode()
    data["password"] = PASSWORD
    answer = client.post("/tokens/new/", data)
    found = re.search(r"ep_[\w-]{43}", answer.content.decode())
    assert found
    assert answer["Cache-Control"] == "no-store"
    token = ApiToken.objects.get()
    confirm_token(token=token, actor=operator, now=timezone.now())
    assert ask_me(f"Bearer {found[0]}").status_code == 200
    for page in ("/tokens/", f"/tokens/{token.pk}/"):
        content = client.get(page).content.decode()
        assert "交易平台" in content
        assert found[0] not in content
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 204
    assert_problem(ask_me(f"Bearer {found[0]}"), 401, "unauthorized")
    assert "交易平台" not in client.get("/tokens/").content.decode()
    assert "已收回" in client.get("/tokens/?tab=ended").content.decode()
    actions = Entry.objects.filter(action__startswith="token.").values_list("action", flat=True)
    assert sorted(actions) == ["token.confirm", "token.create", "token.revoke"]


def test_what_was_typed_stays_when_the_form_is_refused(
    client: Client, admin: User, finance: User
) -> None:
    login(client, admin)
    data = {
        "name": "交易平台",
        "user": finance.pk,
        "expires_on": (timezone.localdate() + timedelta(days=90)).isoformat(),
        "scopes": ["draws.run"],
        "password": PASSWORD,
    }
    answer = client.post("/tokens/new/", data)
    assert answer.status_code == 422
    assert "没有这些权限" in answer.content.decode()
    assert "交易平台" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_the_list_asks_the_same_for_any_number_of_rows(client: Client, admin: User) -> None:
    login(client, admin).get("/tokens/")

    def queries(rows: int) -> int:
        while ApiToken.objects.count() < rows:
            make_token(make_user("operator"), actor=admin)
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/tokens/").context["total"] == rows
        return len(asked)

    assert queries(1) == queries(3)
