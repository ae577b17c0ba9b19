"""Sealing and ordering: what goes in, what may not, what the result depends on."""

import hashlib
import random
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vdraw.samples import opening_of, order_people, pools, seal_people
from vdraw import (
    Candidate,
    Candidates,
    EngineError,
    Group,
    Reveal,
    Rule,
    build_rule,
    canonical_json,
    commit_identity,
    commit_nonce,
    encode_contribution,
    order_candidates,
    seal,
    seal_draw,
)
from vdraw.seal import candidate_texts

NONCE = bytes(range(32))
PEOPLE = [({"g1": 1, "g2": 2}, "U1"), ({"g2": 1}, None), ({"g1": 3}, "U2")]
SEATS = {"g1": 1, "g2": 1}


def a_rule(**changes):
    given = {
        "draw_id": "D1",
        "projects": ["P1"],
        "groups": [Group("g1", "技术", 2, {"conditions": ["职称 不低于 副高"]})],
        "nonce_commit": commit_nonce(NONCE),
        "contributors": ["operator", "supervisor"],
        "salt": "5a" * 16,
    }
    return build_rule(**{**given, **changes})


def test_a_rule_holds_every_key_of_the_protocol_and_further_ones():
    rule = a_rule(exclusions={"on_leave": 12}, unit_cap=1, further={"batch": "B7"})
    assert rule.to_dict() == {
        "draw_id": "D1",
        "projects": ["P1"],
        "kind": "random",
        "events": "linked",
        "salt": "5a" * 16,
        "hash": "sha256",
        "groups": [{"id": "g1", "name": "技术", "seats": 2, "conditions": ["职称 不低于 副高"]}],
        "unit_cap": 1,
        "exclusions": {"on_leave": 12},
        "nonce_commit": commit_nonce(NONCE),
        "contributors": ["operator", "supervisor"],
        "reason": None,
        "supersedes": None,
        "batch": "B7",
    }
    assert Rule.from_dict(rule.to_dict()) == rule


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"draw_id": ""}, "draw_id"),
        ({"hash_name": "md5"}, "hash"),
        ({"nonce_commit": "AB"}, "nonce_commit"),
        ({"unit_cap": 0}, "unit_cap"),
        ({"groups": []}, "groups"),
        ({"groups": [Group("g1", "甲", 0)]}, "seats"),
        ({"groups": [Group("组", "甲", 1)]}, "id"),
        ({"groups": [Group("g1", "甲", 1), Group("g1", "乙", 1)]}, "重复"),
        ({"salt": "5a"}, "salt"),
        ({"further": {"grounds": []}}, "grounds"),
        ({"further": {"grounds": ["其他", "其他"]}}, "grounds"),
        ({"contributors": ["system"]}, "system"),
        ({"contributors": ["operator", "operator"]}, "重复"),
        ({"further": {"share": 0.5}}, "float"),
    ],
)
def test_a_rule_that_cannot_be_sealed_is_refused(changes, message):
    with pytest.raises(EngineError, match=message):
        a_rule(**changes)


@given(pools(), st.randoms(use_true_random=False))
@pytest.mark.shows("DRAW-03")
def test_seal_and_order_do_not_depend_on_the_order_of_rows_or_keys(pool, rnd):
    people, seats = pool
    sealed = seal_people(people, seats)
    shuffled = [
        Candidate(c.commit, dict(rnd.sample(list(c.groups.items()), len(c.groups))), c.unit)
        for c in rnd.sample(sealed.candidates, len(sealed.candidates))
    ]
    again = seal_draw(sealed.rule, shuffled)
    assert again == sealed
    reveals = [Reveal("system", bytes(32).hex()), Reveal("operator", "36")]
    assert order_candidates(again, reveals) == order_candidates(sealed, reveals)


@given(pools())
def test_columns_hold_what_the_rows_say(pool):
    people, seats = pool
    rows = list(seal_people(people, seats).candidates)
    columns = Candidates.of(rows)
    assert list(columns) == rows
    assert [columns[at] for at in range(len(columns))] == rows
    assert len({*map(str, columns.kinds)}) == len(columns.kinds)
    assert Candidates.of(columns) is columns


def test_everything_under_the_seal_changes_it():
    seals = {
        seal_people(PEOPLE, SEATS).seal,
        seal_people(PEOPLE[:2], SEATS).seal,
        seal_people([*PEOPLE[:2], ({"g1": 2}, "U2")], SEATS).seal,
        seal_people([*PEOPLE[:2], ({"g1": 3}, None)], SEATS).seal,
        seal_people(PEOPLE, {"g1": 1, "g2": 2}).seal,
        seal_people(PEOPLE, SEATS, unit_cap=1).seal,
        seal_people(PEOPLE, SEATS, nonce=NONCE).seal,
        seal_people(PEOPLE, SEATS, hash_name="sm3").seal,
    }
    assert len(seals) == 8


@given(
    st.dictionaries(st.sampled_from(["g1", "g2", "x-9"]), st.integers(1, 10**6), min_size=1),
    st.none() | st.text(),
)
def test_the_fast_canonical_candidate_equals_the_plain_one(groups, unit):
    rule = a_rule(groups=[Group(key, "组", 1) for key in ("x-9", "g2", "g1")])
    commit = opening_of(1).commit
    sealed = seal_draw(rule, [Candidate(commit, groups, unit)])
    assert candidate_texts(sealed.candidates) == [canonical_json([commit, groups, unit])]
    assert dict(sealed.fits[0]) == {
        ["x-9", "g2", "g1"].index(key): level for key, level in groups.items()
    }


@pytest.mark.parametrize(
    ("candidates", "message"),
    [
        ([Candidate("ab" * 32, {"g1": 1}), Candidate("ab" * 32, {"g1": 2})], "重复"),
        ([Candidate("AB" * 32, {"g1": 1})], "小写十六进制"),
        ([Candidate("ab" * 32, {})], "不属于任何条件组"),
        ([Candidate("ab" * 32, {"g9": 1})], "g9"),
        ([Candidate("ab" * 32, {"g1": 0})], "级别"),
        ([Candidate("ab" * 32, {"g1": True})], "级别"),
    ],
)
def test_candidates_that_cannot_be_sealed_are_refused(candidates, message):
    with pytest.raises(EngineError, match=message):
        seal_draw(a_rule(), candidates)


@pytest.mark.parametrize(
    ("reveals", "message"),
    [
        ([], "system、operator、supervisor"),
        ([("operator", "01"), ("system", NONCE.hex()), ("supervisor", "02")], "依次"),
        ([("system", NONCE.hex()), ("operator", "01")], "依次"),
        ([("system", NONCE.hex()), ("operator", ""), ("supervisor", "02")], "operator"),
        ([("system", "00" * 32), ("operator", "01"), ("supervisor", "02")], "承诺不符"),
        ([("system", "00"), ("operator", "01"), ("supervisor", "02")], "32 字节"),
    ],
)
def test_reveals_that_were_not_promised_are_refused(reveals, message):
    sealed = seal_draw(a_rule(), [Candidate("ab" * 32, {"g1": 1})])
    with pytest.raises(EngineError, match=message):
        order_candidates(sealed, [Reveal(role, value) for role, value in reveals])


def test_each_contributor_moves_the_order():
    candidates = [Candidate(opening_of(i).commit, {"g1": 1}) for i in range(12)]
    sealed = seal_draw(a_rule(), candidates)
    rankings = {
        tuple(
            order_candidates(
                sealed,
                [Reveal("system", NONCE.hex()), Reveal("operator", one), Reveal("supervisor", two)],
            ).ranking
        )
        for one, two in [("01", "02"), ("03", "02"), ("01", "04"), ("02", "01")]
    }
    assert len(rankings) == 4


@pytest.mark.parametrize("count", [0, 1, 5, 6, 40])
def test_the_first_of_an_order_are_those_of_all_sorted(count, monkeypatch):
    monkeypatch.setattr(seal, "_FIRST", 5)
    tickets = [hashlib.sha256(bytes([at])).digest() for at in range(count)]
    by_ticket = sorted(range(count), key=tickets.__getitem__)
    ranking = seal.Ranking(tickets)
    assert list(ranking) == by_ticket == [ranking[at] for at in range(count)]
    assert len(ranking) == count
    assert ranking == by_ticket
    assert ranking != [*by_ticket, 99]


def test_only_who_is_asked_for_is_ordered(monkeypatch):
    monkeypatch.setattr(seal, "_FIRST", 5)
    ranking = seal.Ranking([bytes([at]) for at in range(40)])
    assert list(islice(ranking, 5)) == [0, 1, 2, 3, 4]
    assert "_all" not in vars(ranking)


def test_an_expert_finds_his_rank():
    order = order_people([({"g1": 1}, None)] * 9, {"g1": 2})
    assert [order.rank_of(c.commit) for c in order.candidates] == list(range(1, 10))
    with pytest.raises(EngineError, match="候选人里没有"):
        order.rank_of("ab" * 32)


def test_a_contribution_is_any_text_but_not_nothing():
    assert bytes.fromhex(encode_contribution(" 骰子 3、5 ")).decode() == "骰子 3、5"
    with pytest.raises(EngineError, match="不能为空"):
        encode_contribution("  ")


def test_commitments_want_proper_salts_and_nonces():
    salt = random.Random(1).randbytes(16).hex()
    assert commit_identity(draw_id="D1", ref="ZJ1", salt=salt) != commit_identity(
        draw_id="D2", ref="ZJ1", salt=salt
    )
    with pytest.raises(EngineError, match="盐值"):
        commit_identity(draw_id="D1", ref="ZJ1", salt="ab")
    with pytest.raises(EngineError, match="32 字节"):
        commit_nonce(b"short")


def test_a_draw_without_candidates_can_be_sealed():
    order = order_people([], {"g1": 1})
    assert order.candidates == ()
