"""The verifier of the browser, run by node: the same verdicts and the same words."""

import copy
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import vdraw
from tests.vdraw.samples import (
    AUTHORS,
    VECTORS,
    engine_difference,
    paths,
    random_record,
    shifted,
    spoil,
    vector,
)
from vdraw import find_difference
from vdraw.verify import find_difference_in_text, standing

SOURCE = Path(__file__).parents[2] / "frontend" / "src" / "verify"
CHECK_RECORDS = """
import { readFileSync } from "node:fs";
import { verifyRecord, verifyText } from "%s/vdraw.js";
const records = JSON.parse(readFileSync(0, "utf8"));
const answers = records.map((record) => verifyRecord(record).difference ?? null);
const texts = ["{", "[".repeat(100000), JSON.stringify(records[0])];
process.stdout.write(JSON.stringify([answers, texts.map((text) => verifyText(text).ok)]));
"""
COMPARE = """
import { readFileSync } from "node:fs";
import { misfitOf } from "%s/vdraw.js";
const pairs = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(pairs.map(([short, record]) => misfitOf(short, record))));
"""
CHECK_HASHES = """
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { sha256, sm3 } from "%s/hash.js";
const wrong = [];
for (let length = 0; length < 300; length++) {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length * 11) & 255);
  for (const [name, hash] of [["sha256", sha256], ["sm3", sm3]]) {
    const expected = createHash(name).update(bytes).digest("hex");
    if (Buffer.from(hash(bytes)).toString("hex") !== expected) wrong.push([name, length]);
  }
}
const abc = Buffer.from(sm3(Buffer.from("abc"))).toString("hex");
process.stdout.write(JSON.stringify({ wrong, abc }));
"""


def run_node(script, stdin=""):
    node = shutil.which("node")
    if node is None:
        pytest.fail("node is missing: the JavaScript verifier was not tested")
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script % SOURCE.as_uri()],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def differences(records):
    """What the browser finds in each record; None where nothing differs."""
    return run_node(CHECK_RECORDS, json.dumps(records))[0]


def misfits(pairs):
    """In what the browser finds short and whole records to be of other draws."""
    return run_node(COMPARE, json.dumps(pairs))


STANDING = """
import { readFileSync } from "node:fs";
import { standing } from "%s/standing.js";
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(standing)));
"""


def test_it_says_of_which_draw_a_record_is_and_where_it_ends_as_verify_does():
    kept = Path(vdraw.__file__).parent
    short = [one["record"] for one in json.loads((kept / "short.json").read_text())]
    assigned = json.loads((kept / "assignments.json").read_text())["records"]
    records = [*VECTORS, *short, *assigned]
    said = run_node(STANDING, json.dumps(records))
    assert said == [standing(record) for record in records]
    assert {one.partition("：")[0] for one in said} == {"抽取编号", "封存值", "分配编号"}


CHECK_TEXTS = """
import { readFileSync } from "node:fs";
import { verifyText } from "%s/vdraw.js";
const texts = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map((text) => verifyText(text).difference ?? null)));
"""


def test_a_text_that_two_may_read_differently_gets_the_same_answer():
    """A time told twice, of which the browser took the last; a number that is written otherwise."""
    text = json.dumps(VECTORS[8], ensure_ascii=False)
    texts = [
        text,
        text.replace('"at": ', '"at": "2026-11-26T01:00:00+00:00", "at": ', 1),
        text.replace('"at": ', '"\\u0061t": "2026-11-26T01:00:00+00:00", "at": ', 1),
        text.replace('"level": 1', '"level": 1.0', 1),
        text.replace('"level": 1', '"level": 1e0', 1),
        text.replace('"zhang"', '"1.5 {\\" : e9"'),
    ]
    assert len(set(texts)) == len(texts)
    answers = run_node(CHECK_TEXTS, json.dumps(texts))
    assert answers == [find_difference_in_text(text) for text in texts]
    assert answers[0] is None
    assert all(answers[1:])
    assert "重复的键" in answers[2]


def test_the_hashes_are_right():
    answer = run_node(CHECK_HASHES)
    assert answer["wrong"] == []
    assert answer["abc"] == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def spoiled_records():
    rnd = random.Random(20261124)
    wrong = [None, True, -1, 0, "", "甲", [], {}, "ab"]
    for number in range(len(VECTORS)):
        places = list(paths(VECTORS[number]))
        for path in rnd.sample(places, min(60, len(places))):
            record = vector(number)
            spoil(record, path, shifted)
            yield record
        for _ in range(60):
            path = rnd.choice(places)
            record = vector(number)
            value = copy.deepcopy(rnd.choice(wrong))
            spoil(record, path[: rnd.randint(1, len(path))], lambda _, value=value: value)
            yield record
        for name in ("candidates", "reveals", "events", "openings"):
            for change in (list.pop, list.reverse, lambda rows: rows.append(rows[0])):
                record = vector(number)
                change(record[name])
                yield record


def voided(number):
    """A draw that ended and was declared void afterwards."""
    record = vector(number)
    void = {"type": "end", "state": "void", "reason": "名单泄露", "by": ["张", "李"]}
    record["events"].append(void | {"n": len(record["events"]) + 1})
    return record


def test_vectors_accidental_lives_and_spoiled_records_get_the_same_answers():
    lives = [random_record(seed).to_dict() for seed in range(2000, 2150)]
    lives += [voided(number) for number in range(len(AUTHORS))]
    records = [*VECTORS, *lives, *spoiled_records()]
    answers, texts = run_node(CHECK_RECORDS, json.dumps(records))
    sound = len(VECTORS) + len(lives)
    assert answers[:sound] == [None] * sound
    assert texts == [False, False, True]
    for record, answer in zip(records, answers, strict=True):
        assert answer == find_difference(record)
        assert bool(answer) == bool(engine_difference(record)), answer
    assert len([answer for answer in answers[sound:] if answer]) > 1000
