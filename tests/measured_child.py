"""The child that reads strangers' files, with its lines counted: it starts without what would do so by itself, which
takes longer to start than all that is read, and is ended as soon as it has answered."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

HERE = str(Path(__file__).resolve().parent.parent / "expertpool")
lines: defaultdict[str, set[int]] = defaultdict(set)


def count() -> None:
    """Keep which lines of ours are run from now on."""
    if sys.version_info < (3, 12):
        sys.settrace(_traced)
    else:
        watch = sys.monitoring

        def run(code: CodeType, line: int) -> Any:
            if code.co_filename.startswith(HERE):
                lines[code.co_filename].add(line)
            return watch.DISABLE  # once is enough

        watch.use_tool_id(watch.COVERAGE_ID, "lines")
        watch.register_callback(watch.COVERAGE_ID, watch.events.LINE, run)
        watch.set_events(watch.COVERAGE_ID, watch.events.LINE)


def _traced(frame: FrameType, event: str, _: Any) -> Any:
    if not frame.f_code.co_filename.startswith(HERE):
        return None
    if event == "line":
        lines[frame.f_code.co_filename].add(frame.f_lineno)
    return _traced


def keep() -> None:
    """Write down what was counted, under its name once it is whole: who has his answer waits for nothing more."""
    file = Path(os.environ["LINES_INTO"]) / f"{os.getpid()}-{time.time_ns()}.part"
    file.write_text(json.dumps({name: [*run] for name, run in lines.items()}), encoding="utf-8")
    file.rename(file.with_suffix(".done"))


if __name__ == "__main__":
    count()

    from expertpool.core.reading import child

    say = child._say

    def say_measured(message: Any) -> None:
        if "answer" not in message:  # the last one
            keep()
        say(message)

    child._say = say_measured
    child.main(*sys.argv[1:])
