"""Encryption of columns and blind indexes, in both suites."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertpool.core.crypto import DecryptionError, Vault, blind_index

vault = Vault("FIELD_KEY", "tests")
SUITES = ("intl", "gm")


@pytest.fixture(params=SUITES)
def suite(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.CRYPTO_SUITE = request.param
    return str(request.param)


@pytest.mark.usefixtures("suite")
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_what_was_encrypted_comes_back(plain: bytes) -> None:
    token = vault.encrypt(plain)
    assert vault.decrypt(token) == plain
    assert len(plain) < 8 or plain not in token


@pytest.mark.usefixtures("suite")
def test_the_same_text_is_encrypted_differently_each_time() -> None:
    assert vault.encrypt("张三".encode()) != vault.encrypt("张三".encode())


@pytest.mark.usefixtures("suite")
def test_any_change_is_noticed() -> None:
    token = vault.encrypt(b"13800138000")
    for at in range(len(token)):
        changed = bytearray(token)
        changed[at] ^= 1
        with pytest.raises(DecryptionError, match="无法解密"):
            vault.decrypt(bytes(changed))


@pytest.mark.parametrize(
    "token", [b"", b"\x01", b"\x02", b"\x01" + bytes(12), b"\x02" + bytes(20), b"\x07" + bytes(40)]
)
def test_what_is_no_token_is_refused(token: bytes) -> None:
    with pytest.raises(DecryptionError):
        vault.decrypt(token)


def test_both_suites_are_read_whichever_is_set(settings: Any) -> None:
    tokens = []
    for suite in SUITES:
        settings.CRYPTO_SUITE = suite
        tokens.append(vault.encrypt(b"x"))
    assert [token[0] for token in tokens] == [1, 2]
    assert [vault.decrypt(token) for token in tokens] == [b"x", b"x"]


def test_another_key_or_purpose_cannot_read(settings: Any) -> None:
    token = vault.encrypt(b"x")
    with pytest.raises(DecryptionError):
        Vault("FIELD_KEY", "other").decrypt(token)
    with pytest.raises(DecryptionError):
        Vault("SEAL_KEY", "tests").decrypt(token)
    settings.FIELD_KEY = "0" * 64
    with pytest.raises(DecryptionError):
        vault.decrypt(token)


@pytest.mark.usefixtures("suite")
def test_a_blind_index_is_equal_for_equal_values_of_one_purpose(settings: Any) -> None:
    index = blind_index("phone", "13800138000")
    assert len(index) == 16
    assert blind_index("phone", "13800138000") == index
    assert blind_index("phone", "13800138001") != index
    assert blind_index("mail", "13800138000") != index
    settings.INDEX_KEY = "0" * 64
    assert blind_index("phone", "13800138000") != index


def test_the_suites_give_different_indexes(settings: Any) -> None:
    found = set()
    for suite in SUITES:
        settings.CRYPTO_SUITE = suite
        found.add(blind_index("phone", "13800138000"))
    assert len(found) == 2
