"""The locks hold what pyproject.toml names."""

import re
import tomllib

import pytest

from config.environment import BASE_DIR


def locked(name: str) -> dict[str, str]:
    text = (BASE_DIR / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", ["run", "s3", "voice", "dev"])
def test_each_dependency_is_pinned_and_locked_at_that_version(lock: str) -> None:
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]
    named = project["dependencies"]
    extras = {"run": [], "s3": ["s3"], "voice": ["s3", "voice"], "dev": ["s3", "voice", "dev"]}[
        lock
    ]
    for extra in extras:
        named = named + project["optional-dependencies"][extra]
    pins = [re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", line) for line in named]
    assert all(pins), "pin exactly: name==version"
    wanted = {pin[1]: pin[2] for pin in pins if pin}
    assert wanted.items() <= locked(lock).items(), "run `make lock`"


def test_locks_name_no_package_host() -> None:
    for path in (BASE_DIR / "requirements").iterdir():
        assert "://" not in path.read_text()


def test_what_both_locks_hold_is_the_same() -> None:
    assert locked("run").items() <= locked("s3").items() <= locked("voice").items()
    assert locked("voice").items() <= locked("dev").items()
