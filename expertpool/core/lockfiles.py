"""Files that are there for their lock alone. Asks nothing: whoever starts reads it before the program stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

OWN = 0o600


def open_lock(path: Path) -> IO[str]:
    """Return the file at ``path``, made if it is missing, to be locked: for this account alone, also one that was there.
    Whoever opens a file, if only to read, can hold its lock, and all who wait for it. Raises OSError."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    file = os.fdopen(os.open(path, flags, OWN), "a")
    try:
        if os.fstat(file.fileno()).st_mode & 0o077:
            os.fchmod(file.fileno(), OWN)
    except BaseException:
        file.close()
        raise
    return file
