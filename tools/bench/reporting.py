"""Timing, and one line of JSON a measurement."""

from __future__ import annotations

import json
import math
import re
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Write = Callable[[str], Any]


def timed(
    call: Callable[[], Any],
    *,
    runs: int,
    warm_up: bool = True,
    at_most: float = 20,
    between: Callable[[], Any] | None = None,
) -> list[float]:
    """Return the seconds of each of ``runs`` calls; one call before them does not count. ``between``
    is called after each of them, for what is to be compared in the same minutes.

    Stops after five calls once it has taken ``at_most`` seconds.
    """
    if warm_up:
        call()
    seconds: list[float] = []
    while len(seconds) < runs and (len(seconds) < 5 or sum(seconds) < at_most):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
        if between is not None:
            between()
    return seconds


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def peak_megabytes() -> int:
    """Return the largest memory this process ever had: on Linux without what its parent had before."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s*(\d+) kB", status.read_text())):
        return int(found[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@dataclass
class Reporter:
    """Prints measurements and remembers their medians by size, to tell how they grow, and in words those beyond their aims."""

    write: Write
    medians: dict[str, dict[int, float]] = field(default_factory=dict)
    candidates: dict[str, dict[int, int]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)

    def report(
        self,
        name: str,
        seconds: Sequence[float],
        *,
        aim: float | None = None,
        size: int | None = None,
        candidates: int | None = None,
        **facts: Any,
    ) -> None:
        """Print one line: the median is the figure to quote, ``aim`` what it should stay below."""
        line: dict[str, Any] = {"bench": name}
        if size is not None:
            line["size"] = size
            self.medians.setdefault(name, {})[size] = statistics.median(seconds)
        line |= {
            "median_s": round(statistics.median(seconds), 4),
            "p95_s": round(percentile(seconds, 0.95), 4),
            "max_s": round(max(seconds), 4),
            "runs": len(seconds),
        }
        if aim is not None:
            line["aim_s"] = aim
            if statistics.median(seconds) > aim:
                self.missed.append(f"{name} {line['median_s']} 秒，应在 {aim} 秒内")
        if candidates is not None:
            line["candidates"] = candidates
            if size is not None:
                self.candidates.setdefault(name, {})[size] = candidates
        self._print(line | facts)

    def report_growth(self) -> None:
        """Print how much longer each measurement took in the largest pool than in the smallest.

        ``faster_than_its_candidates`` names a condition whose time grew more than the number of
        those it fits.
        """
        for name, by_size in self.medians.items():
            small, large = min(by_size), max(by_size)
            if small == large:
                continue
            line: dict[str, Any] = {
                "growth": name,
                "from": small,
                "to": large,
                "size_ratio": round(large / small, 1),
                "time_ratio": round(by_size[large] / by_size[small], 1),
            }
            if name in self.candidates:
                counts = self.candidates[name]
                ratio = max(counts[large], 1) / max(counts[small], 1)
                line["candidates_ratio"] = round(ratio, 1)
                grew = by_size[large] / by_size[small]
                line["faster_than_its_candidates"] = grew > max(ratio, 1.5)
            self._print(line)

    def note(self, name: str, **facts: Any) -> None:
        """Print a fact that is no measurement."""
        self._print({"bench": name} | facts)

    def _print(self, line: dict[str, Any]) -> None:
        self.write(json.dumps(line, ensure_ascii=False))
