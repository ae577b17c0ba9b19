"""`python -m vdraw verify FILE`, as somebody runs it who has the folder and nothing else."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import vdraw
from tests.vdraw.samples import vector

FOLDER = Path(vdraw.__file__).parent


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The folder of the package, copied to a place without the product."""
    shutil.copytree(FOLDER, tmp_path / "vdraw")
    return tmp_path


def run(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # -S: nothing that happens to be installed here helps either
    command = [sys.executable, "-IS", "-c", f"import sys; sys.path.insert(0, {str(place)!r}); "]
    command[-1] += "from runpy import run_module; run_module('vdraw', run_name='__main__')"
    return subprocess.run([*command, *words], capture_output=True, text=True, check=False)


def test_a_record_is_checked_by_the_folder_alone(alone: Path) -> None:
    record = alone / "record.json"
    record.write_text(json.dumps(vector(1)))
    assert run(alone, "verify", str(record)).stdout.splitlines()[0] == "一致"
    spoiled = vector(1)
    spoiled["seal"] = "00" * 32
    record.write_text(json.dumps(spoiled))
    answer = run(alone, "verify", str(record))
    assert answer.returncode == 1
    assert "一致" not in answer.stdout.splitlines()


def test_all_of_it_needs_nothing_but_python(alone: Path) -> None:
    """Every module, also those that checking a record does not ask for."""
    program = (
        f"import sys; sys.path.insert(0, {str(alone)!r}); "
        "import importlib, pkgutil, vdraw; "
        "names = [one.name for one in pkgutil.walk_packages(vdraw.__path__, 'vdraw.')]; "
        "[importlib.import_module(name) for name in names if not name.endswith('__main__')]; "
        "print(len(names))"
    )
    told = subprocess.run(
        [sys.executable, "-IS", "-c", program], capture_output=True, text=True, check=True
    )
    assert int(told.stdout) >= len(list((alone / "vdraw").rglob("*.py"))) - 1


def test_other_words_tell_how_it_is_called(alone: Path) -> None:
    for words in (("draw",), (), ("verify",)):
        answer = run(alone, *words)
        assert answer.returncode == 2
        assert answer.stdout.startswith("用法：python -m vdraw verify 记录.json")
        assert "verify.py" not in answer.stdout
    asked = run(alone, "verify", "--help")  # no file of that name
    assert asked.returncode == 0
    assert asked.stdout.startswith("用法：python -m vdraw verify 记录.json")


def test_what_it_says_of_itself_stands_in_the_folder(alone: Path) -> None:
    for path in (alone / "vdraw").glob("*.md"):
        text = path.read_text()
        named = re.findall(
            r"`(?:python -m )?((?:docs|tests|tools|frontend|expertpool)[/.][^`]+)`", text
        )
        assert named == [], f"{path.name} points outside"
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (path.parent / link).exists()


def test_an_installed_package_holds_every_file_of_the_folder() -> None:
    """The README promises the vectors to whoever writes an implementation of his own."""
    packaging = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["tool"]["setuptools"]
    patterns = [*packaging["package-data"]["vdraw"], *packaging["package-data"]["*"], "*.py"]
    named = [path.relative_to(FOLDER) for path in FOLDER.rglob("*") if path.is_file()]
    data = [path for path in named if "__pycache__" not in path.parts]
    assert {"short.json", "negative.json"} <= {path.name for path in data}
    assert [path for path in data if not any(path.match(one) for one in patterns)] == []
