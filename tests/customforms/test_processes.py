"""Fields in several processes: a change is seen without a restart, and not lost in a race."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.importing.runs import confirm_import, start_import
from expertpool.core.models import ImportRun
from expertpool.customforms.exceptions import FieldInUse
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import retire_field
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw
from expertpool.draws.services import sealing
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.services.importing import ExpertImporter
from tests.core.importing.sheets import write_xlsx
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.fixtures import login
from tests.worker import ROOT, Worker, environment_of, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
ADD = """
import django; django.setup()
from django.utils import timezone
from expertpool.customforms.services.fields import FieldData, add_field
data = FieldData(label="执业资格", options=("一级", "二级"))
add_field(subject="experts.expert", kind="choice", data=data, actor=None, now=timezone.now())
"""


def test_running_processes_have_a_field_that_a_third_one_adds(
    client: Client, admin: User, tmp_path: Path
) -> None:
    """This process serves the pages; a worker runs; another process adds the field."""
    login(client, admin)
    worker = Worker()
    with worker.running():
        warm = _import(admin, tmp_path, [["姓名", "手机号"]], first=0)
        wait_for(lambda: ImportRun.objects.get(pk=warm.pk).state == "done", seconds=60)
        assert "执业资格" not in _form(client)
        environment = environment_of()
        subprocess.run([sys.executable, "-c", ADD], cwd=ROOT, env=environment, check=True)
        assert "执业资格" in _form(client)  # the process of the pages
        run = _import(admin, tmp_path, [["姓名", "手机号", "执业资格"]], first=5000, extra=["二级"])
        wait_for(lambda: ImportRun.objects.get(pk=run.pk).state == "done", seconds=60)
    code = CustomField.objects.get().code
    assert Expert.objects.filter(extra={code: "二级"}).count() == 2001  # by the worker
    leaf = {"field": code, "op": "in", "value": ["二级"]}
    draw = make_draw(now=timezone.now(), groups=[GroupInput("甲", 2, [leaf])])
    assert draw.candidate_count == 2001
    where = f'{{"field": "{code}", "op": "eq", "value": "二级"}}'
    page = client.get(reverse("experts:list"), {"where": where}).context["page"]
    assert page.paginator.count == 2001
    [column] = [one for one in EXPERT.export_columns() if one.header == "执业资格"]
    assert column.value(Expert.objects.filter(extra={code: "二级"})[0]) == "二级"


def _form(client: Client) -> str:
    return client.get(reverse("experts:create")).content.decode()


def _import(
    admin: User, folder: Path, head: list[list[str]], *, first: int, extra: list[str] | None = None
) -> ImportRun:
    """Queue an import long enough for the worker."""
    rows = [["王", f"138{first + at:08d}", *(extra or [])] for at in range(2001)]
    path = write_xlsx(folder / f"{first}.xlsx", [*head, *rows])
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    options = {"status": "formal"}
    run = start_import(
        importer=ExpertImporter, upload=upload, options=options, actor=admin, now=timezone.now()
    )
    confirm_import(run=run, now=timezone.now())
    return run


# --- retiring against sealing --------------------------------------------------------------------


class Stop:
    """Where one of the two stands before its commit, until the other has come as far as he can."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.other_is_done = threading.Event()

    def stand(self) -> None:
        self.reached.set()
        self.other_is_done.wait(1)


@pytest.fixture
def field() -> CustomField:
    for _ in range(2):
        make_expert()
    field = make_field()
    Expert.objects.update(extra={field.code: "无"})
    return field


def _seal(field: CustomField, stop: Stop, *, first: bool) -> Callable[[], Any]:
    leaf = {"field": field.code, "op": "in", "value": ["无"]}
    project = make_ready_project(now=NOW, groups=[GroupInput("甲", 1, [leaf])])
    actor = make_user("operator")

    def run() -> str:
        def seal() -> None:
            sealing.start_draw(project=project, actor=actor, now=NOW, entropy=SeededEntropy(1))

        return _do(seal, stop, first=first, name="sealed")

    return run


def _retire(field: CustomField, stop: Stop, *, first: bool) -> Callable[[], Any]:
    def run() -> str:
        def retire() -> None:
            retire_field(field=field, actor=None, now=NOW)

        return _do(retire, stop, first=first, name="retired")

    return run


def _do(work: Callable[[], None], stop: Stop, *, first: bool, name: str) -> str:
    if not first:
        assert stop.reached.wait(10)
        try:
            work()
        finally:
            stop.other_is_done.set()
        return name
    with transaction.atomic():
        work()
        stop.stand()
    return name


@pytest.mark.race
def test_a_field_that_is_being_sealed_is_not_retired(field: CustomField) -> None:
    stop = Stop()
    results = run_at_once(_seal(field, stop, first=True), _retire(field, stop, first=False))
    assert [one for one in results if isinstance(one, str)] == ["sealed"]
    assert any(isinstance(one, FieldInUse) for one in results)
    field.refresh_from_db()
    assert field.active


@pytest.mark.race
def test_a_field_that_is_being_retired_is_not_sealed(field: CustomField) -> None:
    stop = Stop()
    results = run_at_once(_retire(field, stop, first=True), _seal(field, stop, first=False))
    assert [one for one in results if isinstance(one, str)] == ["retired"]
    assert any(isinstance(one, DrawNotReady) for one in results)
    assert not Draw.objects.exists()


@pytest.mark.race
def test_control_without_the_hold_both_happen(
    field: CustomField, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "hold_fields", lambda subject, codes: None)
    stop = Stop()
    results = run_at_once(_seal(field, stop, first=True), _retire(field, stop, first=False))
    assert sorted(map(str, results)) == ["retired", "sealed"]
    field.refresh_from_db()
    assert (field.active, Draw.objects.count()) == (False, 1)
