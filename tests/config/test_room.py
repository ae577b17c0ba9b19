"""What a page calls does not make the system give memory and take it back with each call."""

from __future__ import annotations

import resource

from config.room import with_room

CALLS, DEEPEST = 300, 250  # frames: more than any page has


def nothing() -> None:
    pass


def faults_of_calls(depth: int) -> int:
    """Return how many pages of memory the system gave for CALLS calls, ``depth`` frames down."""
    if depth:
        return faults_of_calls(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        nothing()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_calls_at_any_depth_get_no_memory_each() -> None:
    worst = max(with_room(faults_of_calls)(depth) for depth in range(DEEPEST))

    assert worst < CALLS / 10
