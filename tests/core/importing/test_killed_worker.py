"""A worker killed while it writes the rows of an import: nothing is half done, and the run goes on or is given up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.core.importing import runs
from expertpool.core.models import ImportMemory, ImportRun
from expertpool.directory.models import Unit
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.experts.services.import_updates import ExpertUpdater
from expertpool.experts.services.importing import ExpertImporter
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.fixtures import login
from tests.worker import Worker, kill, notice_dead_workers, wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.shows("EXP-07"),
    pytest.mark.long,
]
NEW = ExpertImporter.chunk_rows + 20  # the second chunk is short
CHANGED = ExpertUpdater.at_once + 10
SAVED = ExpertUpdater.saved_rows


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that nobody works at is offered to go on without half a minute of waiting."""
    monkeypatch.setattr(runs, "STILL_AFTER", timedelta(0))


@pytest.fixture
def client() -> Client:
    return login(Client(), make_user("admin"))


def phone(at: int) -> str:
    return f"139{at:08d}"


@contextmanager
def entering(number: str) -> Iterator[None]:
    """Somebody enters an expert with the telephone ``number`` meanwhile, and is not done."""
    begun, over = threading.Event(), threading.Event()

    def enter() -> None:
        try:
            with transaction.atomic():
                make_expert("别人", phone=number)
                begun.set()
                over.wait()
                transaction.set_rollback(True)
        finally:
            connections.close_all()

    thread = threading.Thread(target=enter)
    thread.start()
    try:
        assert begun.wait(30)
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def changing(expert: Expert) -> Iterator[None]:
    """Somebody changes ``expert`` meanwhile, and is not done."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT FROM experts_expert WHERE id = %s FOR UPDATE", [expert.pk])
        yield


def waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def upload(client: Client, page: str, file: Path, **confirmed: Any) -> ImportRun:
    """Upload ``file`` on a page and confirm what it shows."""
    posted = {"file": SimpleUploadedFile(file.name, file.read_bytes())}
    run: ImportRun = client.post(reverse(f"experts:{page}"), posted, follow=True).context["run"]
    if run.needs_mapping:
        said = {f"column-{at}": code for at, code in enumerate(("name", "phone", "employer"))}
        client.post(reverse(f"experts:{page}_mapping", args=[run.pk]), said)
        run.refresh_from_db()
    assert run.is_previewed
    answer = client.post(
        reverse(f"experts:{page}_confirm", args=[run.pk]), confirmed | {"check": run.checks}
    )
    assert answer.status_code == 302
    run.refresh_from_db()
    assert run.is_running
    return run


def killed_in(run: ImportRun, held: Any, *, after: int) -> None:
    """Let a worker begin ``run`` and kill it where ``held`` stops it, with ``after`` rows written before."""
    with held, Worker().running() as process:

        def is_stopped() -> bool:
            run.refresh_from_db()
            return run.done_rows >= after and waits()

        wait_for(is_stopped, seconds=90)
        kill(process)
    notice_dead_workers()
    # The server notices that nobody is there any more when it comes to answer.
    wait_for(lambda: runs.stands_still(run, now=timezone.now()))


def press(client: Client, page: str, run: ImportRun, step: str) -> None:
    """Press what the page of a run that stands still offers."""
    address = reverse(f"experts:{page}_{step}", args=[run.pk])
    shown = client.get(reverse(f"experts:{page}_run", args=[run.pk])).content.decode()
    assert f'action="{address}"' in shown
    assert client.post(address).status_code == 302
    run.refresh_from_db()


def worked_off(until: Callable[[], bool]) -> None:
    with Worker().running():
        wait_for(until, seconds=90)


def is_worked_off() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs"
            " WHERE task_name = 'core.run_import' AND status IN ('todo', 'doing')"
        )
        return not cursor.fetchone()[0]


def new_rows() -> Sequence[Sequence[str]]:
    rows = [[f"专家{at}", phone(at), f"第{at % 7}设计院"] for at in range(NEW)]
    return [["何人", "手机号", "工作单位"], *rows]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("step", ["resume", "discard"])
def test_of_an_import_there_is_all_or_nothing(client: Client, tmp_path: Path, step: str) -> None:
    file = write_xlsx(tmp_path / "名单.xlsx", new_rows())
    run = upload(client, "import", file)
    killed_in(run, entering(phone(NEW - 1)), after=ExpertImporter.chunk_rows)
    assert not Expert.objects.exists()
    assert not Unit.objects.exists()
    assert not ImportMemory.objects.exists()
    assert run.upload.exists()
    press(client, "import", run, step)
    worked_off(is_worked_off)
    run.refresh_from_db()
    if step == "resume":
        assert (run.state, run.accepted, Expert.objects.count()) == ("done", NEW, NEW)
        assert Unit.objects.count() == 7
        assert ImportMemory.objects.filter(said="何人").exists()
    else:
        assert (run.state, Expert.objects.count()) == ("discarded", 0)
    assert not run.upload.exists()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("step", ["resume", "discard"])
def test_of_an_update_there_is_all_or_nothing_with_one_version_each(
    client: Client, tmp_path: Path, step: str
) -> None:
    experts = [make_expert(f"专家{at}", position="科长") for at in range(CHANGED)]
    rows = [["专家编号", "职务"], *([one.number, "处长"] for one in experts)]
    file = write_xlsx(tmp_path / "更新.xlsx", rows)
    run = upload(client, "update", file, chosen=[*range(2, CHANGED + 2)])
    killed_in(run, changing(experts[2 * SAVED + 3]), after=2 * SAVED)
    assert {one.position for one in Expert.objects.all()} == {"科长"}
    assert not ExpertVersion.objects.exists()
    assert run.upload.exists()
    press(client, "update", run, step)
    worked_off(is_worked_off)
    run.refresh_from_db()
    if step == "resume":
        assert (run.state, run.accepted) == ("done", CHANGED)
        assert {one.position for one in Expert.objects.all()} == {"处长"}
        # The first holds what he was before.
        found = ExpertVersion.objects.order_by("expert", "number").values_list("number", "changed")
        assert [*found] == [(1, []), (2, ["position"])] * CHANGED
    else:
        assert run.state == "discarded"
        assert {one.position for one in Expert.objects.all()} == {"科长"}
        assert not ExpertVersion.objects.exists()
    assert not run.upload.exists()
