"""The text of the protocol names what the engine knows, and nothing else."""

import re
from pathlib import Path

import vdraw
from vdraw.events import END_STATES, EXIT_REASONS, SKIP_REASONS

TEXT = (Path(vdraw.__file__).parent / "PROTOCOL.md").read_text()


def section(number: int) -> str:
    return TEXT.split(f"\n## {number}. ")[1].split("\n## ")[0]


def words(text: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+)`", text))


def test_the_reasons_are_those_of_the_engine() -> None:
    skip = section(7).split("a reason, one of")[1].split(". It counts")[0]
    own = section(6).split("Reasons of an exit:")[1].split(", and those of a skip")[0]
    assert words(skip) == set(SKIP_REASONS)
    assert words(own) | words(skip) == set(EXIT_REASONS)


def test_the_states_of_an_end_are_those_of_the_engine() -> None:
    table = section(9).split("|---|---|\n")[1].split("\n\n")[0]
    assert [row.split("`")[1] for row in table.splitlines()] == list(END_STATES)


def test_the_hashes_are_those_of_the_engine() -> None:
    """Each line of the table, computed by the letter, gives what the engine gives."""
    digest, tag = vdraw.hash_function("sha256"), b"VDRAW-1"
    nonce, salt = bytes(range(32)), "ab" * 16
    commit = digest(b"\x05" + tag + vdraw.canonical_json(["D1", "ZJ1", salt])).hex()
    assert commit == vdraw.commit_identity(draw_id="D1", ref="ZJ1", salt=salt)
    rule = vdraw.build_rule(
        draw_id="D1",
        projects=[],
        groups=[vdraw.Group("g1", "一组", 1)],
        nonce_commit=digest(b"\x06" + tag + nonce).hex(),
        contributors=["operator"],
        salt=salt,
    )
    candidate = vdraw.Candidate(commit, {"g1": 1}, None)
    sealed = vdraw.seal_draw(rule, [candidate])
    leaf = digest(b"\x00" + tag + vdraw.canonical_json([commit, {"g1": 1}, None]))
    count = (1).to_bytes(8, "big")
    content = digest(vdraw.canonical_json(rule.to_dict()))
    seal = digest(b"\x02" + tag + content + leaf + count)
    assert sealed.seal == seal.hex()
    reveals = [vdraw.Reveal("system", nonce.hex()), vdraw.Reveal("operator", "3636")]
    seed = digest(b"\x03" + tag + seal + digest(nonce) + digest(b"66"))
    assert vdraw.order_candidates(sealed, reveals).seed == seed.hex()
