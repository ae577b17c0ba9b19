"""Authenticated encryption and blind indexes, in both suites."""

from __future__ import annotations

import tracemalloc
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expertpool.core.crypto import (
    DecryptionError,
    Vault,
    binding,
    blind_index,
    open_apart,
    seal_apart,
)
from expertpool.core.waiting import WaitingFile

vault = Vault("FIELD_KEY")
HERE = binding("tests", "secret", 1)
SUITES = ("intl", "gm")
OTHER = "0" * 64
# Worked out once, apart from the product: HKDF-Expand (RFC 5869) by `hmac` and by `openssl kdf`, the
# tokens by AES-256-GCM and SM4-GCM. What stands in a database must open for ever: never write these anew.
KEPT = "kept for ever, field"
KEPT_INDEX = {
    "intl": "3bb2721a39c1d0b962f95b5cc9a639f3",
    "gm": "9c0dfcb4ccb20041fc1da43c2bd3338a",
}
KEPT_TOKENS = {  # of 张三, at HERE, by suite and by whether they are as long as their bucket
    "intl": "05df403429000102030405060708090a0b8fbd3dc6a813af148be5d9e278b965f1"
    "b19d19c69001c6b56b2e47203d42b079fc7ee0cd53ca973d342919d66357f35b",
    "gm": "06df403429000102030405060708090a0b0373052a91d98f64033db56baf84439c"
    "e9579f6ff464f34f2bf4ea64a592d3f1e4a4e74c7594779beb910a359c59a341",
    "intl, bare": "03df403429000102030405060708090a0b8fbd3dc6a81388007390f4ff00f98250d1e4a04e5529",
    "gm, bare": "04df403429000102030405060708090a0b0373052a91d938d242cdb646477b7a6241b4d5bd63c3",
}


@pytest.fixture(params=SUITES)
def suite(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.CRYPTO_SUITE = request.param
    return str(request.param)


@pytest.mark.usefixtures("suite")
@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.binary(max_size=200))
def test_what_was_encrypted_comes_back(plain: bytes) -> None:
    token = vault.encrypt(plain, HERE)
    assert vault.decrypt(token, HERE) == plain
    assert len(plain) < 8 or plain not in token


@pytest.mark.usefixtures("suite")
def test_the_same_text_is_encrypted_differently_each_time() -> None:
    assert len({*vault.encrypt_all([("张三".encode(), HERE)] * 3)}) == 3


@pytest.mark.usefixtures("suite")
def test_any_change_is_noticed() -> None:
    token = vault.encrypt(b"13800138000", HERE)
    for at in range(len(token)):
        changed = bytearray(token)
        changed[at] ^= 1
        with pytest.raises(DecryptionError, match="无法解密"):
            vault.decrypt(bytes(changed), HERE)


@pytest.mark.usefixtures("suite")
@pytest.mark.parametrize(
    "there", [("tests", "secret", 2), ("tests", "other", 1), ("others", "secret", 1)]
)
def test_a_token_opens_only_where_it_stands(there: tuple[Any, ...]) -> None:
    token = vault.encrypt(b"13800138000", HERE)
    with pytest.raises(DecryptionError, match="不在它原来的位置"):
        vault.decrypt(token, binding(*there))


@given(*[st.lists(st.text() | st.integers() | st.uuids(), max_size=3)] * 2)
def test_different_places_are_bound_differently(one: list[Any], other: list[Any]) -> None:
    same = [str(part) for part in one] == [str(part) for part in other]
    assert (binding(*one) == binding(*other)) is same


@pytest.mark.parametrize("part", [None, b"x", 1.5])
def test_a_row_that_is_not_named_yet_binds_nothing(part: Any) -> None:
    with pytest.raises(TypeError, match="not bound"):
        binding("tests", "secret", part)
    assert binding("tests", "secret", uuid.uuid4())


@pytest.mark.parametrize("head", [0, 1, 2, 7, 9])
@pytest.mark.parametrize("length", [0, 1, 12, 40])
def test_what_is_no_token_of_this_version_is_refused(head: int, length: int) -> None:
    with pytest.raises(DecryptionError, match="本版本"):
        vault.decrypt((bytes([head]) + bytes(40))[:length], HERE)


def test_both_suites_are_read_whichever_is_set(settings: Any) -> None:
    tokens = []
    for suite in SUITES:
        settings.CRYPTO_SUITE = suite
        tokens.append(vault.encrypt(b"x", HERE))
    assert [token[0] for token in tokens] == [5, 6]
    assert [vault.decrypt(token, HERE) for token in tokens] == [b"x", b"x"]


@pytest.mark.parametrize("made", KEPT_TOKENS)
def test_what_an_earlier_version_has_stored_opens(made: str, suite: str, settings: Any) -> None:
    settings.FIELD_KEY = KEPT
    token = bytes.fromhex(KEPT_TOKENS[made])
    assert vault.decrypt(token, HERE).decode() == "张三"
    assert (token[:5] == vault.head) is (made == suite)


def test_what_an_earlier_version_has_stored_is_found(suite: str, settings: Any) -> None:
    settings.INDEX_KEY = "kept for ever, index"
    assert blind_index("phone", "13800138000").hex() == KEPT_INDEX[suite]


def test_a_file_under_a_key_of_its_own_follows_the_suite(settings: Any) -> None:
    sealed = []
    for settings.CRYPTO_SUITE in SUITES:
        sealed.append(seal_apart(b"sound" * 9, HERE))
    assert [len(key) for key, _ in sealed] == [32, 16]  # AES-256, SM4
    assert {open_apart(*one, HERE) for one in sealed} == {b"sound" * 9}  # both, whichever is set
    for key, token in sealed:
        for other in (token[:-1] + bytes([token[-1] ^ 1]), token[:20], b""):
            with pytest.raises(DecryptionError):
                open_apart(key, other, HERE)
        with pytest.raises(DecryptionError, match="不在它原来的位置"):
            open_apart(key, token, binding("tests", "secret", 2))
    with pytest.raises(DecryptionError):
        open_apart(b"", sealed[0][1], HERE)


@pytest.mark.usefixtures("suite")
def test_an_old_key_reads_as_long_as_it_is_given(settings: Any) -> None:
    token = vault.encrypt(b"x", HERE)
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = OTHER, (settings.FIELD_KEY,)
    assert vault.decrypt(token, HERE) == b"x"
    assert not token.startswith(vault.head)
    assert vault.encrypt(b"x", HERE).startswith(vault.head)
    settings.FIELD_KEY_OLD = ()
    with pytest.raises(DecryptionError, match=f"标识 {token[1:5].hex()}.*FIELD_KEY_OLD"):
        vault.decrypt(token, HERE)


def test_the_secret_of_another_setting_cannot_read(settings: Any) -> None:
    token = vault.encrypt(b"x", HERE)
    with pytest.raises(DecryptionError):
        Vault("SEAL_KEY").decrypt(token, HERE)
    settings.SEAL_KEY = settings.FIELD_KEY  # the same secret by mistake: still keys of their own
    with pytest.raises(DecryptionError):
        Vault("SEAL_KEY").decrypt(token, HERE)


@pytest.mark.usefixtures("suite")
def test_a_blind_index_is_equal_for_equal_values_of_one_purpose(settings: Any) -> None:
    index = blind_index("phone", "13800138000")
    assert len(index) == 16
    assert blind_index("phone", "13800138000") == index
    assert blind_index("phone", "13800138001") != index
    assert blind_index("mail", "13800138000") != index
    settings.INDEX_KEY = OTHER
    assert blind_index("phone", "13800138000") != index


def test_the_suites_give_different_indexes(settings: Any) -> None:
    found = set()
    for suite in SUITES:
        settings.CRYPTO_SUITE = suite
        found.add(blind_index("phone", "13800138000"))
    assert len(found) == 2


@pytest.mark.django_db
def test_a_file_of_megabytes_is_copied_no_more_than_it_has_to(
    settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    megabytes = 8
    file = WaitingFile("file", HERE)
    content = b"\x80" + b"\0" * (megabytes * 1024**2)
    # Beside the content: what is padded and what is encrypted, then that and the token.
    assert _peak(lambda: file.write(content)) < 2.3 * megabytes
    # The token and what is padded, then that and the content.
    assert _peak(lambda: file.read() == content) < 2.3 * megabytes
    assert file.read() == content


def _peak(call: Callable[[], Any]) -> float:
    """Return how many megabytes ``call`` takes at most."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 1024**2
    finally:
        tracemalloc.stop()
