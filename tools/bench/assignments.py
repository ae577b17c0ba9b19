"""How long it takes to assign 2,000 items, three experts each, among 600: `--only assignment`. Without a
database."""

from __future__ import annotations

import json
import time
from random import Random

import vdraw
from tools.bench.reporting import Reporter
from vdraw import assignment

ITEMS, EXPERTS, EACH, MOST = 2000, 600, 3, 12
AIM = 3  # seconds, sealed and assigned
CLASSES = {f"c{n}": f"类别{n}" for n in range(10)}


def measure_assignment(reporter: Reporter) -> None:
    """Everybody judges everything, then classes of which some are wanted more; and the check of one."""
    for name, classes in (("alike", 1), ("classes", len(CLASSES))):
        random = Random(name)  # noqa: S311 (examples, no draws)
        nonce = random.randbytes(vdraw.NONCE_BYTES)
        rule, items, reviewers = _sealed_things(random, classes, nonce)
        started = time.perf_counter()
        sealed = assignment.seal_assignment(rule, items, reviewers)
        reveals = [vdraw.Reveal(vdraw.SYSTEM_ROLE, nonce.hex())]
        order = assignment.order_assignment(sealed, reveals)
        step = assignment.assign_first(order)
        seconds = time.perf_counter() - started
        loads = [len(row) for row in step.state.held]
        facts = {"items": ITEMS, "experts": EXPERTS, "least": min(loads), "most": max(loads)}
        lacking = sum(step.state.lacking.values())
        reporter.report(f"assign_{name}", [seconds], aim=AIM, lacking=lacking, **facts)
    reporter.report("verify_assignment", [_verify(order, step)])


def _sealed_things(
    random: Random, classes: int, nonce: bytes
) -> tuple[assignment.AssignmentRule, list[assignment.Item], list[assignment.Judge]]:
    keys = [*CLASSES][:classes]
    rule = assignment.build_assignment_rule(
        draw_id="BENCH",
        classes={key: CLASSES[key] for key in keys},
        per_expert=MOST if classes == 1 else 60,
        nonce_commit=vdraw.commit_nonce(nonce),
        contributors=[],
        salt=random.randbytes(vdraw.RULE_SALT_BYTES).hex(),
    )
    wanted = random.choices(keys, weights=range(len(keys), 0, -1), k=ITEMS)
    items = [assignment.Item(f"{n:05}", key, EACH) for n, key in enumerate(wanted)]
    ids = [item.id for item in items]
    reviewers = [
        assignment.Judge(
            f"{random.getrandbits(256):064x}",
            tuple(sorted(random.sample(keys, min(len(keys), random.randint(1, 3))))),
            tuple(sorted(random.sample(ids, 20))),
        )
        for _ in range(EXPERTS)
    ]
    return rule, items, reviewers


def _verify(order: assignment.AssignmentOrder, step: assignment.AssignmentStep) -> float:
    end = assignment.end_assignment(step.state)
    said = {
        "at": "2026-12-01T09:00:00+08:00",
        "by": {"role": "system"},
        "via": "system",
        "reason_code": "complete",
    }
    told = [
        assignment.entry_from_dict({**assignment.entry_to_dict(event), **said})
        for event in (*step.events, *end.events)
    ]
    chained = assignment.chain_entries(order.sealed.rule, order.seed, told)
    record = assignment.build_assignment_record(order, chained)
    text = json.dumps(record.to_dict())
    started = time.perf_counter()
    difference = vdraw.verify.find_difference_in_text(text)
    if difference:
        raise RuntimeError(difference)
    return time.perf_counter() - started
