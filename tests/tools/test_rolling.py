"""The version before over the tables of this one, on a product of two versions, a table and a page."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools import rolling

# As ours does: the path of the file is its argument.
TABLES = """
import sys
from pathlib import Path
TABLES = "CREATE TABLE expert ({columns});"
Path(sys.argv[1]).write_text(TABLES)
"""
BEFORE = "number TEXT NOT NULL, unit TEXT NOT NULL"
# The tests of pages, and one of nothing that anybody sees; a long one is not run.
PAGE = """
import sqlite3
from pathlib import Path
import pytest

def test_who_is_entered_is_listed():
    database = sqlite3.connect(":memory:")
    database.executescript(Path("config/tables.sql").read_text())
    database.execute("INSERT INTO expert (number, unit) VALUES ('1', '设计院')")
    assert database.execute("SELECT number, unit FROM expert").fetchall() == [("1", "设计院")]
    database.close()

@pytest.mark.long
def test_it_takes_long():
    assert False
"""
PAGES = "tests/experts/test_pages.py"
ELSEWHERE = "tests/experts/test_services.py"


class Repository:
    """Of a product whose version ``v0.1`` is out, and whose tables have changed since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet")
        self.write("tools/__init__.py", "")
        self.write("build/app.css", "")
        self.write(".gitignore", "build\n__pycache__\n")
        self.write(PAGES, PAGE)
        self.write(ELSEWHERE, "def test_what_no_page_shows():\n    assert False\n")
        self.write(rolling.TABLES, f"CREATE TABLE expert ({BEFORE});")
        self.commit(BEFORE)
        self.git("tag", "v0.1")

    def commit(self, columns: str) -> None:
        self.write("tools/tables.py", TABLES.format(columns=columns))
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "tables")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def git(self, *arguments: str) -> str:
        author = ("-c", "user.name=a", "-c", "user.email=a@example.cn")
        done = subprocess.run(
            ["git", *author, *arguments],
            cwd=self.folder,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return done.stdout


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setattr(rolling, "ROOT", tmp_path)
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        monkeypatch.delenv(name)
    # Of all that is installed it needs this one.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "xdist.plugin")
    return Repository(tmp_path)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (f"{BEFORE}, level TEXT NOT NULL DEFAULT ''", 0),
        ("number TEXT NOT NULL", 1),  # taken away
        (f"{BEFORE}, level TEXT NOT NULL", 1),  # what old code does not fill in
    ],
)
def test_the_release_before_is_tried_over_the_tables_of_this_one(
    repository: Repository, columns: str, code: int
) -> None:
    repository.commit(columns)
    assert rolling.main([]) == code
    assert repository.git("worktree", "list").count("\n") == 1  # none is left
    assert repository.git("status", "--porcelain") == ""


def test_a_version_and_tests_can_be_named(repository: Repository) -> None:
    repository.commit("number TEXT NOT NULL")
    repository.commit("number TEXT NOT NULL, level TEXT")
    assert rolling.main(["HEAD~1", ELSEWHERE]) == 1


def test_without_a_release_one_has_to_say_since_when(repository: Repository) -> None:
    repository.git("tag", "--delete", "v0.1")
    with pytest.raises(SystemExit, match="还没有发布过版本"):
        rolling.main([])


def test_a_version_that_began_without_such_tables_is_not_tried(repository: Repository) -> None:
    repository.git("rm", "--quiet", rolling.TABLES)
    repository.commit(BEFORE)
    with pytest.raises(SystemExit, match=rolling.TABLES):
        rolling.main(["HEAD"])
    assert repository.git("worktree", "list").count("\n") == 1
