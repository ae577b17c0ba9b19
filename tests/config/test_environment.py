import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.environment import BASE_DIR, env_bool, env_int, env_one_of, load_env_file, secret


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environment, "HOME", tmp_path)
    monkeypatch.delenv("SEAL_KEY", raising=False)
    return tmp_path


def test_a_missing_secret_is_made_once_and_only_its_owner_reads_it(home: Path) -> None:
    made = secret("SEAL_KEY", generate=True)

    path = home / "keys" / "seal_key"
    assert len(made) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert secret("SEAL_KEY", generate=False) == made


def test_a_deployment_makes_no_secret_and_names_the_missing_one(home: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="SEAL_KEY"):
        secret("SEAL_KEY", generate=False)
    assert list(home.iterdir()) == []


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAL_KEY", "short")
    with pytest.raises(ImproperlyConfigured, match="SEAL_KEY"):
        secret("SEAL_KEY", generate=True)


def test_a_deployment_without_secrets_does_not_start(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "config.cli", "migrate"],
        cwd=BASE_DIR,
        env={
            "PATH": "/usr/bin:/bin",
            "DEBUG": "0",
            "EXPERTPOOL_HOME": str(tmp_path),
            "EXPERTPOOL_ENV": "/dev/null",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "缺少密钥 SECRET_KEY" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("off", False), ("", True)])
def test_switches(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS", value)
    assert env_bool("HTTPS", default=True) is expected


def test_what_is_no_switch_or_number_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS", "maybe")
    with pytest.raises(ImproperlyConfigured, match="HTTPS"):
        env_bool("HTTPS", default=False)
    monkeypatch.setenv("PORT", "web")
    with pytest.raises(ImproperlyConfigured, match="PORT"):
        env_int("PORT", default=8000)


def test_the_env_file_gives_way_to_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".env"
    path.write_text("# 说明=没有\nPORT=8001\n\nSITE_URL = 'https://pool.example.cn'\n")
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("SITE_URL", "")
    monkeypatch.delenv("SITE_URL")

    load_env_file(path)

    assert env_int("PORT", default=1) == 9000
    assert environment.env_str("SITE_URL") == "https://pool.example.cn"


def test_every_variable_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """.env.example lists each variable that the code reads."""
    import re

    code = "".join(path.read_text() for path in (BASE_DIR / "config").glob("*.py"))
    read = set(re.findall(r'(?:env_(?:str|int|bool|list)|secret)\(\s*"([A-Z_]+)"', code))
    listed = set(
        re.findall(r"^#?([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    )
    assert read - listed == set()


STARTED = """
import django, logging
from django.conf import settings
django.setup()
print(settings.SITE_URL)
logging.getLogger("django.request").warning("Forbidden: /a/page")
"""


def test_a_trial_on_another_port_says_so_and_logs_each_refusal_once(tmp_path: Path) -> None:
    given = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EXPERTPOOL_HOME": str(tmp_path),
        "EXPERTPOOL_ENV": os.devnull,
        "PORT": "8123",
    }
    result = subprocess.run(
        [sys.executable, "-c", STARTED],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["http://127.0.0.1:8123"]
    assert result.stderr.count("Forbidden: /a/page") == 1


def test_one_of_few_words_is_refused_otherwise_with_these(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, expected in (("", "intl"), ("gm", "gm")):
        monkeypatch.setenv("CRYPTO_SUITE", value)
        assert env_one_of("CRYPTO_SUITE", "intl", "gm") == expected
    monkeypatch.setenv("CRYPTO_SUITE", "xx")
    with pytest.raises(ImproperlyConfigured, match="只能是 intl、gm 之一，现在是「xx」"):
        env_one_of("CRYPTO_SUITE", "intl", "gm")
