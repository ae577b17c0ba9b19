"""`make bench --only backup`: what is measured is a backup that was restored and found equal, and is judged."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import pytest

from tools.bench import __main__ as bench
from tools.bench import backups

HELD = "\n".join(backups.SAID)
Run = Callable[..., tuple[float, str]]


def playing(*, backup: float, restore: float, said: str = HELD) -> Run:
    """What the commands of the product took and said; no pool is made."""
    results = {"backup": (backup, "备份完成并已核对"), "restore": (restore, said)}

    def run(_environment: object, *arguments: str) -> tuple[float, str]:
        if arguments[:2] != backups.PRODUCT:
            return 1.0, ""
        return results[arguments[2]]

    return run


@pytest.mark.parametrize(("restore", "code"), [(289.0, 0), (291.0, 1)])
def test_longer_than_five_minutes_together_is_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], restore: float, code: int
) -> None:
    monkeypatch.setattr(backups, "_run", playing(backup=10.0, restore=restore))
    monkeypatch.setattr(sys, "argv", ["bench", "--only", "backup", "--sizes", "100000"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == code
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["seconds"], last["aim_s"]) == (10.0 + restore, 300)


@pytest.mark.parametrize("sentence", backups.SAID)
def test_what_was_not_found_equal_is_no_figure(
    monkeypatch: pytest.MonkeyPatch, sentence: str
) -> None:
    said = HELD.replace(sentence, "还没有结束的抽取，没有可重演的。")
    monkeypatch.setattr(backups, "_run", playing(backup=1.0, restore=1.0, said=said))
    with pytest.raises(SystemExit, match=sentence):
        backups.measure_backups([100])


def test_it_is_measured_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "argv", ["bench", "--only", "backup", "--only", "draws", "--sizes", "9"]
    )
    with pytest.raises(SystemExit, match="2"):
        bench.main()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_pool_is_filled_backed_up_restored_and_found_equal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert backups.measure_backups([300]) in (0, 1)  # of a busy machine nothing is asked
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["bench"] for line in lines] == [
        *("pool", "backup", "restore_and_compare", "backup_all"),
    ]
