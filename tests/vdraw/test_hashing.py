"""Hashes, canonical JSON and Merkle trees against their standards."""

import hashlib
import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdraw import EngineError, canonical_json, hash_function, verify
from vdraw.hashing import hash_all
from vdraw.merkle import merkle_root
from vdraw.sm3 import sm3_digest

SM3_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
SM3_ABCD_16 = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@pytest.mark.parametrize("sm3", [hash_function("sm3"), sm3_digest, verify.sm3])
def test_sm3_gives_the_values_of_the_standard(sm3):
    assert sm3(b"abc").hex() == SM3_ABC
    assert sm3(b"abcd" * 16).hex() == SM3_ABCD_16


@given(st.binary(max_size=200))
def test_both_plain_sm3_agree_with_openssl(data):
    expected = hashlib.new("sm3", data).digest()
    assert sm3_digest(data) == expected
    assert verify.sm3(data) == expected


def test_a_machine_without_sm3_in_openssl_hashes_all_the_same(monkeypatch):
    def refuse(name, data=b""):
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", refuse)
    assert hash_function("sm3")(b"abc").hex() == SM3_ABC
    assert verify.hash_named("sm3")(b"abc").hex() == SM3_ABC


@pytest.mark.parametrize("name", ["sha256", "sm3"])
def test_many_are_hashed_as_one_is(name):
    values = [b"", b"abc", bytes(200)]
    assert hash_all(name, values) == [hash_function(name)(value) for value in values]


def test_an_unknown_hash_is_refused():
    with pytest.raises(EngineError, match="md5"):
        hash_function("md5")


def test_canonical_json_follows_rfc_8785():
    value = {"b": [1, True, None, '专家\u20ac\n\u001f"\\/\u007f'], "a": {}, "B": -7}
    expected = '{"B":-7,"a":{},"b":[1,true,null,"专家€\\n\\u001f\\"\\\\/\u007f"]}'
    assert canonical_json(value) == expected.encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_loses_nothing_and_both_writers_agree(value):
    written = canonical_json(value)
    assert json.loads(written) == value
    assert verify.canonical(value) == written


@pytest.mark.parametrize("value", [1.0, 2**53, {"键": 1}, "\ud800", {1: 2}, {"a": object()}])
def test_canonical_json_refuses_what_could_be_written_in_two_ways(value):
    with pytest.raises(EngineError):
        canonical_json(value)


def rfc6962(leaves, digest):
    if len(leaves) < 2:
        return leaves[0] if leaves else digest(b"")
    half = max(2**i for i in range(12) if 2**i < len(leaves))
    return digest(b"\x01" + rfc6962(leaves[:half], digest) + rfc6962(leaves[half:], digest))


@pytest.mark.parametrize("count", [*range(20), 31, 32, 33, 1000])
def test_the_merkle_root_is_that_of_rfc_6962(count):
    digest = hash_function("sha256")
    leaves = [bytes([i % 256]) * 32 for i in range(count)]
    assert merkle_root(leaves, partial(hash_all, "sha256")) == rfc6962(leaves, digest)
    assert verify.merkle_root(leaves, digest) == rfc6962(leaves, digest)
