"""Fields in several processes: a change is seen without a restart, and not lost in a race."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.exceptions import RuleRefused
from expertpool.automation.models import RuleRequest
from expertpool.automation.services import rules
from expertpool.automation.services.rules import decide_rule, save_rule
from expertpool.core.criteria import schema
from expertpool.core.exporting import EXPORTS
from expertpool.core.exporting import runs as export_runs
from expertpool.core.exporting.runs import start_export
from expertpool.core.importing import Importer
from expertpool.core.importing.runs import choose_mapping, confirm_import, start_import
from expertpool.core.models import ExportRun, ImportRun
from expertpool.core.models.exports import ExportState
from expertpool.core.models.imports import ImportState
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.exceptions import FieldInUse
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import retire_field
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw
from expertpool.draws.queries.conditions import SUBJECT as CONDITION
from expertpool.draws.services import asked_fields, sealing
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import last_day
from expertpool.experts.services.import_terms import BY_OFFICE, TERM
from expertpool.experts.services.importing import ExpertImporter
from expertpool.experts.settings import TERM_YEARS
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from expertpool.projects.services.application import submit_project
from expertpool.projects.services.approval import approve_project
from expertpool.projects.services.importing import ProjectImporter
from expertpool.workflow.exceptions import FlowRefused
from expertpool.workflow.services import flows
from expertpool.workflow.services.flows import StepData, save_flow
from tests.core.importing.sheets import read_xlsx, write_xlsx
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_department, make_user
from tests.factories.automation import FREEZE, rule_data
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.ports import free_port
from tests.worker import ROOT, Worker, environment_of, program, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
# One of each kind: its name, what a cell of a list says, what the record keeps, and what a list is asked.
KINDS: dict[FieldKind, tuple[str, str, Any, Any]] = {
    FieldKind.TEXT: ("介绍人", "李四", "李四", {"op": "contains", "value": "李"}),
    FieldKind.LONG_TEXT: ("业绩", "某桥；某路", "某桥；某路", {"op": "contains", "value": "某桥"}),
    FieldKind.NUMBER: ("项目数", "12", 12, {"op": "gte", "value": 12}),
    FieldKind.DATE: (
        "发证日期",
        "2020年5月1日",
        "2020-05-01",
        {"op": "lte", "value": "2020-05-01"},
    ),
    FieldKind.CHOICE: ("执业资格", "二级", "二级", {"op": "in", "value": ["二级"]}),
    FieldKind.WORDS: ("语种", "一级、二级", ["一级", "二级"], {"op": "all", "value": ["二级"]}),
    FieldKind.FLAG: ("可出差", "是", True, {"op": "eq", "value": True}),
    FieldKind.FILE: ("资格证书", "", None, None),
}
ROWS = 30  # of an import
BEGINS, BEGUN = "聘期开始", date(2026, 3, 1)  # of their terms; the office says how long these last
UNASKED = (FieldKind.LONG_TEXT,)  # by draws: no one-line condition
ADD = """
import json, sys, django; django.setup()
from django.utils import timezone
from expertpool.customforms.services.fields import FieldData, add_field
for subject, kind, label in json.load(sys.stdin):
    data = FieldData(label=label, options=("一级", "二级") if kind in ("choice", "words") else ())
    add_field(subject=subject, kind=kind, data=data, actor=None, now=timezone.now())
"""
OF_PROJECTS = "重大项目"  # added to them, a flag: the kinds are one mechanism
PROJECTS = {
    "项目名称": "甲工程",
    "适用制度": "招标投标",
    "开标时间": "2030-12-01 09:30",
    "评审地点": "一楼",
    "联系人": "李",
    "联系电话": "021-55500001",
}


@pytest.mark.shows("OVW-05")
def test_running_processes_have_a_field_of_each_kind_that_a_third_one_adds(
    client: Client, admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This process serves the pages; a worker runs; another process adds the fields. A setting that this
    process saves counts for the worker, too."""
    monkeypatch.setattr(Importer, "at_once", 0)  # the worker imports
    admin.department = make_department()  # for which he files projects
    admin.save()
    login(client, admin)
    labels = [label for label, *_ in KINDS.values()]
    cells = {label: cell for label, cell, *_ in KINDS.values() if cell}  # no list holds files
    worker = Worker()
    with worker.running():
        _import(admin, tmp_path, [["姓名", "手机号", BEGINS]], first=0, extra=[str(BEGUN)])
        _import_projects(admin, tmp_path, PROJECTS)
        wait_for(_all_done, seconds=60)
        assert not any(label in _form(client) for label in labels)
        assert OF_PROJECTS not in _form(client, "projects:create")
        of_experts = [(EXPERT.code, str(kind), label) for kind, (label, *_) in KINDS.items()]
        said = json.dumps([*of_experts, (PROJECT.code, FieldKind.FLAG, OF_PROJECTS)])
        configure(TERM_YEARS, 7)
        command = [sys.executable, "-c", ADD]
        subprocess.run(command, cwd=ROOT, env=environment_of(), input=said.encode(), check=True)
        form = _form(client)  # the process of the pages
        assert [label for label in labels if label not in form] == []
        assert OF_PROJECTS in _form(client, "projects:create")
        head, extra = [["姓名", "手机号", BEGINS, *cells]], [str(BEGUN), *cells.values()]
        _import(admin, tmp_path, head, first=5000, extra=extra)
        _import_projects(admin, tmp_path, PROJECTS | {"项目名称": "乙工程", OF_PROJECTS: "是"})
        wait_for(_all_done, seconds=60)
    # Joined before the setting was saved, and after.
    assert _ends_of_terms(first=0) == {last_day(BEGUN, TERM_YEARS.default)}
    assert _ends_of_terms(first=5000) == {last_day(BEGUN, 7)}
    of_projects = CustomField.objects.get(subject=PROJECT.code)
    imported = dict(Project.objects.values_list("name", "extra"))
    assert imported == {"甲工程": {}, "乙工程": {of_projects.code: True}}  # by the worker
    added = CustomField.objects.filter(subject=EXPERT.code)
    codes = {FieldKind(one.kind): one.code for one in added}
    assert set(codes) == set(FieldKind)
    kept = {codes[kind]: value for kind, (_, _, value, _) in KINDS.items() if value is not None}
    assert Expert.objects.filter(extra=kept).count() == ROWS  # by the worker
    for kind, (_, _, _, question) in KINDS.items():
        if question:
            where = json.dumps({"field": codes[kind], **question})
            page = client.get(reverse("experts:list"), {"where": where}).context["page"]
            assert page.paginator.count == ROWS, kind
    columns = {one.header for one in EXPERT.export_columns()}
    assert set(labels) <= columns
    asked = {one["code"] for one in schema(CONDITION)["fields"]}
    assert {kind for kind in KINDS if codes[kind] not in asked} == set(UNASKED)
    leaves = [
        {"field": codes[kind], **question}
        for kind, (_, _, _, question) in KINDS.items()
        if question and kind not in UNASKED
    ]
    Expert.objects.update(status="formal")  # whoever admits them is not its matter
    draw = make_draw(now=timezone.now(), groups=[GroupInput("甲", 2, leaves)])
    assert draw.candidate_count == ROWS


def _form(client: Client, name: str = "experts:create") -> str:
    return client.get(reverse(name)).content.decode()


def _all_done() -> bool:
    return not ImportRun.objects.exclude(state="done").exists()


def _ends_of_terms(*, first: int) -> set[date | None]:
    """Return the last days of the terms of the experts of one import."""
    phones = {f"138{first + at:08d}" for at in range(ROWS)}
    return {one.term_end_date for one in Expert.objects.all() if one.phone in phones}


def _import(
    admin: User, folder: Path, head: list[list[str]], *, first: int, extra: list[str] | None = None
) -> ImportRun:
    """Queue an import of experts for the worker."""
    rows = [["王", f"138{first + at:08d}", *(extra or [])] for at in range(ROWS)]
    path = folder / f"{first}.xlsx"
    return _queue(ExpertImporter, {"status": "formal"}, admin, path, [*head, *rows])


def _import_projects(admin: User, folder: Path, cells: dict[str, str]) -> ImportRun:
    path = folder / f"{cells['项目名称']}.xlsx"
    return _queue(ProjectImporter, {"status": "draft"}, admin, path, [[*cells], [*cells.values()]])


def _queue(
    importer: type[Importer],
    options: dict[str, str],
    admin: User,
    path: Path,
    rows: list[list[str]],
) -> ImportRun:
    write_xlsx(path, rows)
    run = start_import(
        importer=importer,
        upload=SimpleUploadedFile(path.name, path.read_bytes()),
        options=options,
        actor=admin,
        now=timezone.now(),
    )
    if run.state == ImportState.MAPPING:  # until when terms last that only begin
        by_office = {TERM: BY_OFFICE}
        choose_mapping(run=run, codes=run.mapping, of_list=by_office, now=timezone.now())
    confirm_import(run=run, now=timezone.now())
    return run


# --- by a project's field ------------------------------------------------------------------------


class Web:
    """A web process over the test's database, asked in a session of ``user``."""

    def __init__(self, port: int, user: User) -> None:
        self._root = f"http://127.0.0.1:{port}"
        self._cookie = f"sessionid={login(Client(), user).cookies['sessionid'].value}"

    def get(self, path: str, **query: str) -> bytes:
        request = Request(f"{self._root}{path}?{urlencode(query)}")  # noqa: S310 (our own)
        request.add_header("Cookie", self._cookie)
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            said: bytes = answer.read()
        return said

    def answers(self) -> bool:
        try:
            return bool(self.get("/health/"))
        except OSError:
            return False

    def names(self, **query: str) -> set[str]:
        """The projects of the list."""
        page = self.get(reverse("projects:list"), **query).decode()
        return {name for name in NAMES if name in page}

    def counted(self, **query: str) -> str:
        """How many projects the statistic counts, in its last row."""
        page = self.get(reverse("reports:statistics"), topic="projects", **query).decode()
        (last,) = re.findall(r"<tfoot>.*?</tfoot>", page, re.DOTALL)
        found = re.search(r'data-label="项目数">(?:\s|<[^>]*>)*(\d+)', last)
        assert found, last
        return found[1]


NAMES = ("甲工程", "乙工程")


def _exported(web: Web, admin: User, code: str, **query: str) -> list[list[Any]]:
    """The rows of a file that the worker writes, as the web process gives it out."""
    params = QueryDict(urlencode(query))
    now = timezone.now()
    run = start_export(exporter=EXPORTS[code], params=params, actor=admin, address="", now=now)
    assert run.state == ExportState.QUEUED
    wait_for(lambda: ExportRun.objects.get(pk=run.pk).state == ExportState.DONE, seconds=60)
    run = ExportRun.objects.get(pk=run.pk)
    rows = read_xlsx(BytesIO(web.get(reverse("core:export_file", args=[run.pk]))))[
        :-2
    ]  # who made it
    run.file.remove()
    return rows


@pytest.mark.shows("OVW-05")
def test_running_processes_ask_by_a_field_of_projects_that_another_one_adds(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A condition and a statistic by it: on pages of a web process, and in files of a worker. Both had answered the
    same without it, and are not started again."""
    monkeypatch.setattr(export_runs, "AT_ONCE", -1)  # the worker writes
    for name in NAMES:
        make_project(ProjectStatus.APPROVED, name=name)
    port = free_port()
    web = Web(port, admin)
    with program("serve", PORT=str(port)), Worker().running():
        wait_for(web.answers, seconds=120)
        assert (web.names(), web.counted()) == ({*NAMES}, "2")
        assert len(_exported(web, admin, "projects.projects")) == 1 + len(NAMES)
        said = json.dumps([(PROJECT.code, FieldKind.FLAG, OF_PROJECTS)])
        command = [sys.executable, "-c", ADD]
        subprocess.run(command, cwd=ROOT, env=environment_of(), input=said.encode(), check=True)
        code = CustomField.objects.get(subject=PROJECT.code).code
        Project.objects.filter(name=NAMES[1]).update(extra={code: True})
        where = json.dumps({"field": code, "op": "eq", "value": True})
        assert web.names(where=where) == {NAMES[1]}
        assert web.counted(where=where) == "1"
        head, *rows = _exported(web, admin, "projects.projects", where=where)
        assert [row[head.index(OF_PROJECTS)] for row in rows] == ["是"]
        assert {name for row in rows for name in NAMES if name in row} == {NAMES[1]}
        figures = _exported(web, admin, "reports.statistics", topic="projects", where=where)
        assert figures[-1][figures[0].index("项目数")] == 1


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
    monkeypatch.setattr(asked_fields, "hold_fields", lambda subject, codes: None)
    stop = Stop()
    results = run_at_once(_seal(field, stop, first=True), _retire(field, stop, first=False))
    assert sorted(map(str, results)) == ["retired", "sealed"]
    field.refresh_from_db()
    assert (field.active, Draw.objects.count()) == (False, 1)


# --- retiring against flows and rules ------------------------------------------------------------

SAVED = "saved"
# Who saves what asks the field.
Saver = Callable[[CustomField], Callable[[], Any]]


def _flow(field: CustomField) -> Callable[[], Any]:
    admin = make_user("admin")
    make_user("admin")  # nobody decides two steps
    asking = {"all": [{"field": field.code, "op": "in", "value": ["无"]}]}
    steps = [StepData("初审"), StepData("总工", condition=asking)]
    return lambda: save_flow(subject=PROJECT.code, steps=steps, actor=admin, now=NOW)


def _rule(field: CustomField) -> Callable[[], Any]:
    admin = make_user("admin")
    asking = {"all": [{"field": field.code, "op": "in", "value": ["无"]}]}
    return lambda: save_rule(rule=None, data=rule_data(condition=asking), actor=admin, now=NOW)


def _confirmed_rule(field: CustomField) -> Callable[[], Any]:
    admin, second = make_user("admin"), make_user("supervisor")
    asking = {"all": [{"field": field.code, "op": "in", "value": ["无"]}]}
    data = rule_data(FREEZE, event="experts.approved", condition=asking)
    request = save_rule(rule=None, data=data, actor=admin, now=NOW)
    assert isinstance(request, RuleRequest)
    said: dict[str, Any] = {"request": request, "agree": True, "note": ""}
    return lambda: decide_rule(**said, actor=second, now=NOW)


SAVERS = [
    pytest.param(_flow, PROJECT, flows, FlowRefused, id="flow"),
    pytest.param(_rule, PROJECT, rules, RuleRefused, id="rule"),
    pytest.param(_confirmed_rule, EXPERT, rules, RuleRefused, id="confirmed rule"),
]


def _race(saver: Saver, field: CustomField, *, saves_first: bool) -> list[Any]:
    stop, save = Stop(), saver(field)

    def run() -> str:
        return _do(save, stop, first=saves_first, name=SAVED)

    both = [run, _retire(field, stop, first=not saves_first)]
    return run_at_once(*(both if saves_first else reversed(both)))


@pytest.mark.race
@pytest.mark.shows("OVW-05")
@pytest.mark.parametrize(("saver", "subject", "_module", "refused"), SAVERS)
def test_what_asks_a_field_and_its_end_do_not_meet(
    saver: Saver, subject: Any, _module: Any, refused: type[Exception]
) -> None:
    """Nobody filled the field in any more, and the step that asked it was passed over."""
    kept, gone = (make_field(name, subject=subject.code) for name in ("规模", "资质"))
    results = _race(saver, kept, saves_first=True)
    assert [one for one in results if isinstance(one, str)] == [SAVED]
    assert any(isinstance(one, FieldInUse) for one in results)
    kept.refresh_from_db()
    assert kept.active
    results = _race(saver, gone, saves_first=False)
    assert [one for one in results if isinstance(one, str)] == ["retired"]
    assert any(isinstance(one, refused) and "停用" in str(one) for one in results)


@pytest.mark.race
@pytest.mark.parametrize(("saver", "subject", "module", "_refused"), SAVERS)
def test_control_without_keeping_it_both_happen(
    saver: Saver,
    subject: Any,
    module: Any,
    _refused: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "keep_fields", lambda subject, codes: None)
    field = make_field(subject=subject.code)
    results = _race(saver, field, saves_first=True)
    assert sorted(map(str, results)) == ["retired", SAVED]


@pytest.mark.shows("OVW-05")
def test_an_older_version_keeps_its_fields_while_an_approval_runs_by_it(admin: User) -> None:
    field, second = make_field(subject=PROJECT.code), make_user("admin")
    applicant = make_user("operator")
    project = make_project(applicant=applicant, **{field.code: "无"})
    _flow(field)()
    submit_project(project=project, actor=applicant, now=NOW)
    save_flow(subject=PROJECT.code, steps=[StepData("审核")], actor=admin, now=NOW)
    with pytest.raises(FieldInUse, match="版）的步骤“总工”"):
        retire_field(field=field, actor=admin, now=NOW)
    for decider in (admin, second):
        project.refresh_from_db()
        approve_project(project=project, version=project.version, actor=decider, now=NOW)
    project.refresh_from_db()
    assert project.status == "approved"
    retire_field(field=field, actor=None, now=NOW)
    field.refresh_from_db()
    assert not field.active
