"""What a provider, or somebody between, may try: nobody is signed in by it."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.services.login import claim_attempt
from expertpool.identity.models import GroupRole, OutsideIdentity
from expertpool.identity.services import provider as module
from expertpool.identity.settings import oidc as own
from expertpool.networks.enums import RuleKind
from expertpool.secondfactor.settings import REQUIRED_OF
from tests.factories.accounts import PASSWORD, built_in_roles, make_user
from tests.factories.experts import make_expert
from tests.factories.identity import make_group_role
from tests.factories.networks import make_network_rule
from tests.factories.siteconfig import configure
from tests.identity.peers import BACK, LyingProvider, new_key

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-17")]


@pytest.fixture
def user() -> User:
    return make_user("operator", username="operator1")


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_an_honest_answer_signs_in(peer: LyingProvider, user: User) -> None:
    client = Client()
    assert peer.sign_in(client).status_code == 302
    assert is_in(client)
    assert peer.asked["code_challenge_method"] == "S256"


def _by_none(peer: LyingProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, None, "none")


def _by_another_key(peer: LyingProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, new_key(), "RS256", {"kid": peer.kid})


def _by_the_public_key_as_secret(peer: LyingProvider, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, str(peer.public_keys["keys"][0]["n"]), "HS256", {"kid": peer.kid})


def _by_a_key_of_its_own(peer: LyingProvider, claims: dict[str, Any]) -> str:
    return peer.signed(claims, jku="https://evil.example/keys", kid="unknown")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"nonce": 7},
        {"aud": "another"},
        {"aud": ["zjk", "another"]},
        {"aud": ["zjk", "another"], "azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": None},
    ],
)
def test_a_token_for_something_else_signs_nobody_in(
    peer: LyingProvider, user: User, claims: dict[str, Any]
) -> None:
    peer.claims = claims
    client = Client()
    answer = peer.sign_in(client)
    assert "不能确认您是谁" in answer.content.decode()
    assert not is_in(client)
    assert LoginRecord.objects.get().outcome == LoginOutcome.NOT_VOUCHED


@pytest.mark.parametrize(
    "makes", [_by_none, _by_another_key, _by_the_public_key_as_secret, _by_a_key_of_its_own]
)
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(
    peer: LyingProvider, user: User, makes: Any
) -> None:
    peer.makes = makes
    client = Client()
    assert "不能确认您是谁" in peer.sign_in(client).content.decode()
    assert not is_in(client)


def test_clocks_may_differ_by_less_than_a_minute(peer: LyingProvider, user: User) -> None:
    peer.claims = {"exp": int(time.time()) - 30, "iat": int(time.time()) - 330}
    assert peer.sign_in(Client()).status_code == 302


def test_a_state_of_another_browser_leads_nowhere(peer: LyingProvider, user: User) -> None:
    victim, attacker = Client(), Client()
    state = peer.begin(attacker)["state"]
    peer.begin(victim)
    answer = victim.get(BACK, {"code": "a code", "state": state})
    assert "不是在这个浏览器里开始的" in answer.content.decode()
    assert not is_in(victim)
    assert "/token" not in peer.calls
    # The answer of another provider (RFC 9207), too.
    assert "不能确认您是谁" in peer.sign_in(Client(), iss="https://evil.example").content.decode()


def test_nobody_is_led_out_of_the_house(peer: LyingProvider, user: User) -> None:
    for wanted in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"):
        client = Client()
        state = peer.begin(client, wanted)["state"]
        answer = client.get(BACK, {"code": "a code", "state": state})
        assert answer.headers["Location"] == "/", wanted


def test_mail_that_is_not_verified_is_nobodys(peer: LyingProvider) -> None:
    make_user("operator", email="boss@example.cn")
    configure(own.MATCH, "email")
    for verified in (False, None, "true", 1):
        peer.claims = {"email": "boss@example.cn", "email_verified": verified}
        assert "还没有账号" in peer.sign_in(Client()).content.decode(), verified
    peer.claims = {"email": "boss@example.cn", "email_verified": True}
    assert peer.sign_in(Client()).status_code == 302


def test_whose_groups_make_more_of_him_is_in_himself(peer: LyingProvider, user: User) -> None:
    """What ends is what was there before he came (docs/decisions/0567)."""
    make_user("admin")
    make_group_role("甲", "supervisor")
    peer.claims = {"groups": ["甲"]}
    client = Client()
    assert peer.sign_in(client).status_code == 302
    assert is_in(client)
    assert not User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    "name", ["ｏperator1", " operator1", "operator1 ", "operator１", "operator1\u3000"]
)
def test_a_name_that_is_another_there_is_nobodys_here(
    peer: LyingProvider, user: User, name: str
) -> None:
    """Who may choose his name at the provider took one that is read here as a colleague's."""
    peer.claims = {"preferred_username": name}
    assert "还没有账号" in peer.sign_in(Client()).content.decode()
    peer.claims = {"preferred_username": "Operator1"}
    assert peer.sign_in(Client()).status_code == 302


def test_so_is_a_mail(peer: LyingProvider) -> None:
    make_user("operator", email="kate@example.cn")
    configure(own.MATCH, "email")
    kelvin = "\u212aate@example.cn"
    peer.claims = {"email": kelvin, "email_verified": True}
    assert "还没有账号" in peer.sign_in(Client()).content.decode()
    peer.claims = {"email": "Kate@example.cn", "email_verified": True}
    assert peer.sign_in(Client()).status_code == 302


def test_a_name_given_to_somebody_else_is_not_his_account(peer: LyingProvider, user: User) -> None:
    peer.sign_in(Client())
    peer.claims = {"sub": "s-2"}
    assert "已绑定另一个身份" in peer.sign_in(Client()).content.decode()
    peer.claims = {"preferred_username": "renamed"}
    assert peer.sign_in(Client()).status_code == 302, "he is known by what never changes"


def test_a_row_that_somebody_wrote_signs_nobody_in(peer: LyingProvider, user: User) -> None:
    peer.sign_in(Client())
    admin = make_user("admin", username="boss")
    OutsideIdentity.objects.update(user=admin)
    client = Client()
    assert "被改动过" in peer.sign_in(client).content.decode()
    assert not is_in(client)
    OutsideIdentity.objects.all().delete()
    configure(own.MATCH, "username")
    GroupRole.objects.create(group="ops", role=built_in_roles()["operator"])
    GroupRole.objects.create(group="x", role=built_in_roles()["finance"])
    GroupRole.objects.filter(group="x").update(group="ops")
    peer.claims = {"groups": ["ops"]}
    peer.sign_in(Client())
    assert list(user.roles.values_list("code", flat=True)) == ["operator"]


def test_no_security_administrator_comes_this_way_unless_the_office_says(
    peer: LyingProvider,
) -> None:
    make_user("admin", username="operator1")
    client = Client()
    assert "安全管理员请用" in peer.sign_in(client).content.decode()
    assert not is_in(client)
    GroupRole.objects.create(group="root", role=built_in_roles()["admin"])
    GroupRole.objects.create(group="ops", role=built_in_roles()["operator"])
    user = make_user(username="user2")
    peer.claims = {"preferred_username": "user2", "groups": ["root", "ops"]}
    peer.sign_in(Client())
    assert list(user.roles.values_list("code", flat=True)) == ["operator"]
    configure(own.ADMINS, True)
    peer.sign_in(Client())
    assert set(user.roles.values_list("code", flat=True)) == {"admin", "operator"}


def test_experts_do_not_come_this_way(peer: LyingProvider) -> None:
    user = make_user("expert", username="operator1")
    make_expert(user=user)
    assert "专家和申请人请用" in peer.sign_in(Client()).content.decode()


def test_what_holds_at_the_door_holds_here(peer: LyingProvider, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert "已停用" in peer.sign_in(Client()).content.decode()
    User.objects.filter(pk=user.pk).update(is_active=True)
    for _ in range(6):
        claim_attempt(user, timezone.now())
    assert "连续失败" in peer.sign_in(Client()).content.decode()
    User.objects.filter(pk=user.pk).update(failed_logins=0, locked_until=None)
    make_network_rule("203.0.113.9", by=make_user("admin"), kind=RuleKind.BLOCK)
    blocked = Client(REMOTE_ADDR="203.0.113.9")
    assert blocked.get("/login/identity/").status_code == 409
    assert not User.objects.get(pk=user.pk).last_login


def test_a_second_step_is_asked_here_unless_the_provider_did(
    peer: LyingProvider, user: User
) -> None:
    configure(REQUIRED_OF, ("operator",))
    client = Client()
    assert peer.sign_in(client).headers["Location"] == "/login/second/"
    assert not is_in(client)
    configure(own.SECOND, True)
    peer.claims = {"amr": ["pwd"], "acr": "0"}
    assert peer.sign_in(Client()).headers["Location"] == "/login/second/"
    peer.claims = {"amr": ["pwd", "mfa"]}
    client = Client()
    assert peer.sign_in(client).headers["Location"] == "/"
    assert is_in(client)


def test_what_is_not_in_the_token_is_asked_for_and_has_to_be_of_the_same(
    peer: LyingProvider, user: User
) -> None:
    peer.claims = {"preferred_username": None}
    peer.info = {"sub": "somebody else", "preferred_username": "operator1"}
    assert "不能确认您是谁" in peer.sign_in(Client()).content.decode()
    peer.info["sub"] = "s-1"
    assert peer.sign_in(Client()).status_code == 302


def test_keys_that_change_are_fetched_anew_and_not_for_each_call(
    peer: LyingProvider, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer.sign_in(Client())
    peer.key, peer.kid = new_key(), "two"
    assert "不能确认您是谁" in peer.sign_in(Client()).content.decode()
    assert peer.calls.count("/keys") == 1
    monkeypatch.setattr(module, "KEYS_AGAIN", 0)
    assert peer.sign_in(Client()).status_code == 302
    assert peer.calls.count("/keys") == 2
    assert peer.calls.count("/.well-known/openid-configuration") == 1


def test_a_provider_inside_has_to_be_listed_and_one_that_lies_is_refused(
    peer: LyingProvider, settings: Settings
) -> None:
    settings.IDENTITY_PRIVATE_HOSTS = []
    assert "本机或内网地址" in Client().get("/login/identity/").content.decode()
    assert peer.calls == []
    settings.IDENTITY_PRIVATE_HOSTS = ["127.0.0.1"]
    for wrong in (
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://sso.example.cn/token"},
        {"jwks_uri": "file:///etc/passwd"},
    ):
        peer.discovery = wrong
        assert Client().get("/login/identity/").status_code == 409, wrong
