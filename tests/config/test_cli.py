import subprocess
import sys

import pytest
from django.core.management.base import BaseCommand

from config.cli import USAGE, main
from config.commands import _execute
from config.environment import BASE_DIR


def test_alone_it_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == USAGE


def test_an_unknown_word_is_refused_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drawn"]) == 2
    assert capsys.readouterr().err.startswith("没有“drawn”这条命令。")


def test_a_draw_is_verified_without_django_or_database() -> None:
    code = (
        "import sys; sys.modules['django'] = sys.modules['psycopg'] = None\n"
        "from config.cli import main; sys.exit(main(['verify-draw', '/nowhere.json']))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, check=False
    )
    assert result.returncode not in {0, -1}
    assert "Traceback" not in result.stderr
    assert "/nowhere.json" in result.stderr + result.stdout


def test_help_of_a_command_tells_its_own_options_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Django adds nine of its own to each, in English."""
    monkeypatch.setattr(BaseCommand, "suppressed_base_arguments", set())
    monkeypatch.setattr(BaseCommand, "create_parser", BaseCommand.create_parser)
    with pytest.raises(SystemExit):
        _execute(["rotate_keys", "--help"])
    told = capsys.readouterr().out
    assert "用现在的密钥重新加密全部信息" in told
    assert "--check" in told
    for foreign in (
        "--settings",
        "--traceback",
        "--verbosity",
        "Python path",
        "--skip-checks",
        "show this",
    ):
        assert foreign not in told


def test_who_names_no_file_is_told_how_this_command_is_called(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["verify-draw"]) == 2
    told = capsys.readouterr()
    assert "用法：expertpool verify-draw 记录.json" in told.out + told.err
    assert "verify.py" not in told.out + told.err
