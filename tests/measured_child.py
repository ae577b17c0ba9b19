"""The child that reads strangers' files, with its lines counted: it starts without what would do so by
itself, and is ended as soon as it has answered."""

from __future__ import annotations

import sys
from typing import Any

import coverage

if __name__ == "__main__":
    measured = coverage.Coverage(data_suffix=True)
    measured.start()

    from expertpool.core.reading import child

    say = child._say

    def say_measured(message: Any) -> None:
        if "answer" not in message:  # the last one
            measured.stop()
            measured.save()
        say(message)

    child._say = say_measured
    child.main(*sys.argv[1:])
