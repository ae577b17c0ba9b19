"""Whether the version before serves on over the tables of this one, as it has to while the machines of an office are
upgraded one after the other: `make rolling ARGS=版本` (default: the last tag)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
TABLES = "config/tables.sql"  # with which an empty database begins, that of its tests, too
PAGES = ("tests/*/test_*pages.py", "tests/*/test_views.py", "tests/*/views")
NOT_OURS = ("styleguide", "attacks")  # shown to developers; about hostile words
QUICK = ("-m", "not long and not e2e", "-p", "no:cacheprovider", "-q", "-n2")


def main(arguments: Sequence[str]) -> int:
    """Run the version before in a folder of its own; return the exit code of its tests."""
    version, *others = arguments or [_last_tag()]
    with TemporaryDirectory(prefix="expertpool-rolling-") as name:
        Path(name).chmod(0o755)  # the account of the database enters it
        before = Path(name) / "before"
        _git("worktree", "add", "--quiet", "--detach", str(before), version)
        try:
            return _try(before, others)
        finally:
            _git("worktree", "remove", "--force", str(before))


def _try(before: Path, chosen: Sequence[str]) -> int:
    if not (before / TABLES).exists():
        sys.exit(f"这个版本还没有 {TABLES}，不能这样试。")
    # Its own `migrate` finds all that it knows done, and the rest none of its business.
    _run(ROOT, "-m", "tools.tables", str(before / TABLES))
    (before / "build").symlink_to(ROOT / "build")
    found = (path for pattern in PAGES for path in before.glob(pattern))
    pages = [str(path.relative_to(before)) for path in sorted(found)]
    tests = chosen or [path for path in pages if path.split("/")[1] not in NOT_OURS]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return _run(before, "-m", "pytest", *QUICK, *tests, environment=environment).returncode


def _run(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    # Code is taken from the folder: it comes first in the path.
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, check=environment is None
    )


def _last_tag() -> str:
    try:
        return _git("describe", "--tags", "--abbrev=0")
    except subprocess.CalledProcessError:
        sys.exit("还没有发布过版本：请写明与哪个版本相比，例如 make rolling ARGS=HEAD~50。")


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
