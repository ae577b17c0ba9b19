"""A provider that says what nobody can read: nobody is signed in by it, and no page fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.identity.services.provider import forget_providers
from expertpool.identity.settings import oidc as own
from expertpool.secondfactor.settings import REQUIRED_OF
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.identity.peers import LyingProvider

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-17")]

ODD: tuple[Any, ...] = ([], ["x"], {"mfa": 1}, True, float("inf"), 10**400, "\x00", "\ud800")


@pytest.fixture
def user() -> User:
    return make_user("operator", username="operator1")


@pytest.mark.parametrize("name", ["nonce", "sub", "aud", "exp", "iat", "groups", "amr"])
def test_odd_claims_end_in_words(peer: LyingProvider, user: User, name: str) -> None:
    for value in ODD:
        peer.claims = {name: value}
        assert peer.sign_in(Client()).status_code in {302, 409}, value


def test_a_level_that_is_no_word_is_no_second_step(peer: LyingProvider, user: User) -> None:
    configure(REQUIRED_OF, ("operator",))
    configure(own.SECOND, True)
    for value in (*ODD, ["mfa"]):
        peer.claims = {"acr": value}
        assert peer.sign_in(Client()).headers["Location"] == "/login/second/", value
    peer.claims = {"acr": "mfa"}
    assert peer.sign_in(Client()).headers["Location"] == "/"


@pytest.mark.parametrize(
    "name",
    [
        *("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"),
        "id_token_signing_alg_values_supported",
        "token_endpoint_auth_methods_supported",
    ],
)
def test_odd_words_of_itself_end_in_words(peer: LyingProvider, user: User, name: str) -> None:
    urls = (
        "http://[",
        "https://xn--a/",
        "https://a:99999999/",
        "https://a\ud800/",
        "https://a/\r\nx: y",
    )
    for value in (*ODD, 7, *urls):
        forget_providers()
        peer.discovery = {name: value}
        client = Client()
        if client.get("/login/identity/").status_code == 302:
            assert peer.sign_in(client).status_code in {302, 409}, value
