"""Runs from upload to result, by an importer that keeps its rows in groups of users' titles."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from procrastinate.contrib.django.procrastinate_app import app

from expertpool.accounts.models import User
from expertpool.core import tasks
from expertpool.core.importing import (
    Fault,
    ImportColumn,
    Importer,
    Row,
    Totals,
    UnreadableFile,
    check_rows,
    reading,
    text,
)
from expertpool.core.importing import runs as runs_module
from expertpool.core.importing.answers import Answers
from expertpool.core.importing.registry import IMPORTS
from expertpool.core.importing.runs import (
    RunRefused,
    choose_mapping,
    confirm_import,
    discard_import,
    perform_import,
    remove_expired_imports,
    resume_import,
    stands_still,
    start_import,
)
from expertpool.core.models import ImportMemory, ImportRun
from expertpool.directory.models import Title
from expertpool.experts.services.import_updates import ExpertUpdater
from tests.core.importing.sheets import read_xlsx, refused_of, write_xlsx
from tests.factories.accounts import make_user
from tests.factories.experts import NOW


class TitleImporter(Importer):
    """A small importer: titles of a name not yet known."""

    code = "test-titles"
    label = "职称"
    permission = "directory.edit"
    chunk_rows = 2
    columns = (
        ImportColumn("name", "职称", text(10), aliases=("名称",), required=True),
        ImportColumn("note", "备注", text(10)),
    )

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        self.known: set[str] = set()

    def prepare(self, rows: Sequence[Row]) -> None:
        names = [row.values["name"] for row in rows]
        self.known.update(Title.objects.filter(name__in=names).values_list("name", flat=True))

    def validate(self, row: Row) -> Fault | None:
        if row.values["name"] in self.known:
            return self.fault("name", "职称重复", "已有该职称。")
        self.known.add(row.values["name"])
        return None

    def forget(self, rows: Sequence[Row]) -> None:
        self.known -= {row.values["name"] for row in rows}

    def save(self, rows: Sequence[Row]) -> None:
        Title.objects.bulk_create(Title(name=row.values["name"], level=1) for row in rows)

    def finish(self, totals: Totals, *, file_name: str) -> None:
        return


@pytest.fixture(autouse=True)
def _importer(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"
    with IMPORTS.holding(TitleImporter):
        yield


def upload(tmp_path: Path, rows: Sequence[Sequence[Any]], name: str = "表.xlsx") -> Any:
    return SimpleUploadedFile(name, write_xlsx(tmp_path / "up.xlsx", rows).read_bytes())


def start(user: User, tmp_path: Path, rows: Sequence[Sequence[Any]]) -> ImportRun:
    return start_import(
        importer=TitleImporter, upload=upload(tmp_path, rows), options={}, actor=user, now=NOW
    )


ROWS: list[list[Any]] = [
    ["关于职称的表", ""],
    ["职称", "备注"],
    ["测试一级", 1],
    ["", ""],
    ["测试一级", "again"],
    ["", "无名"],
    ["很长很长很长很长很长的职称", 5.5],
    ["测试二级", ""],
]


@pytest.mark.shows("EXP-07", "EXP-08", "EXP-09")
def test_preview_then_confirm_then_the_table_of_refused_rows(admin: User, tmp_path: Path) -> None:
    run = start(admin, tmp_path, ROWS)
    assert (run.state, run.header_row) == ("previewed", 2)
    assert (run.total, run.accepted, run.refused) == (5, 2, 3)
    assert not Title.objects.filter(name__startswith="测试").exists()

    confirm_import(run=run, now=NOW)
    assert run.state == "done"
    assert run.total == run.accepted + run.refused == 5
    assert run.reasons == {"职称重复": 1, "职称为空": 1, "职称过长": 1}
    assert [row["row"] for row in refused_of(run)] == [5, 6, 7]
    assert Title.objects.filter(name__startswith="测试").count() == 2
    sheet = read_xlsx(BytesIO(run.refused_table.read()))
    assert sheet[0] == ["原行号", "未导入原因", "职称", "备注"]
    assert refused_of(run)[2]["cells"][0]["content"] == "很长很长很长很长很长的职称"
    assert sheet[1] == [5, "职称重复：已有该职称", "测试一级", "again"]
    assert sheet[3][:1] + sheet[3][2:] == [7, "很长很长很长很长很长的职称", 5.5]
    assert not run.upload.exists()


def test_the_same_file_again_adds_nothing(admin: User, tmp_path: Path) -> None:
    for _ in range(2):
        run = start(admin, tmp_path, ROWS)
        confirm_import(run=run, now=NOW)
    assert (run.accepted, run.reasons["职称重复"]) == (0, 3)
    assert Title.objects.filter(name__startswith="测试").count() == 2


def test_confirming_or_performing_twice_imports_once(admin: User, tmp_path: Path) -> None:
    run = start(admin, tmp_path, ROWS)
    confirm_import(run=run, now=NOW)
    with pytest.raises(RunRefused, match="已经确认"):
        confirm_import(run=run, now=NOW)
    perform_import(run_id=run.pk, now=NOW)
    assert Title.objects.filter(name__startswith="测试").count() == 2


def test_a_second_click_changes_nothing_of_what_is_being_imported(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(admin, tmp_path, ROWS)
    monkeypatch.setattr(TitleImporter, "at_once", 0)
    confirm_import(run=run, now=NOW)
    with pytest.raises(RunRefused, match="已经确认"):
        confirm_import(run=run, now=NOW, passed_over=[3, 8])
    perform_import(run_id=run.pk, now=NOW)
    assert Title.objects.filter(name__startswith="测试").count() == 2
    with pytest.raises(RunRefused, match="已经确认"):
        confirm_import(run=run, now=NOW)
    assert not run.answers.exists()


def test_nul_is_left_out_of_headers_and_refused_in_its_row(admin: User) -> None:
    table = "职称,备\x00注,另\x00一列\n测试一级,好\n测试\x00二级,好\n"
    file = SimpleUploadedFile("表.csv", table.encode())
    run = start_import(importer=TitleImporter, upload=file, options={}, actor=admin, now=NOW)
    assert run.headers == ["职称", "备注", "另一列"]
    choose_mapping(run=run, codes=["name", "note", ""], now=NOW)
    assert (run.accepted, run.reasons) == (1, {"职称格式": 1})


def test_texts_too_long_for_headers_are_not_remembered(admin: User, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["头衔", "长" * 100 + "一", "长" * 100 + "二"], ["测试一级", "", ""]]
    run = start(admin, tmp_path, rows)
    choose_mapping(run=run, codes=["name", "-", "-"], now=NOW)
    assert run.is_previewed
    confirm_import(run=run, now=NOW)
    assert list(ImportMemory.objects.values_list("said", flat=True)) == ["头衔"]


def test_unknown_headers_are_asked_once_and_remembered_for_whoever_imported(
    admin: User, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [["头衔*", "经手人"], ["测试一级", 1]]
    run = start(admin, tmp_path, rows)
    assert run.state == "mapping"
    for codes, words in ((["", ""], "必填"), (["name", "name"], "同一列"), (["name"], "不一致")):
        with pytest.raises(RunRefused, match=words):
            choose_mapping(run=run, codes=codes, now=NOW)
    choose_mapping(run=run, codes=["name", "-"], now=NOW)
    assert (run.state, run.accepted) == ("previewed", 1)
    # Nothing is remembered of a file that nobody imported.
    assert not ImportMemory.objects.exists()
    confirm_import(run=run, now=NOW)
    said: list[list[Any]] = [["头衔", "经手人"], ["测试二级", 1]]
    again = start(admin, tmp_path, said)
    assert (again.state, again.mapping) == ("previewed", ["name", ""])
    other = start(make_user(), tmp_path, said)
    assert other.state == "mapping"


def test_a_header_that_was_left_alone_is_asked_again(admin: User, tmp_path: Path) -> None:
    said: list[list[Any]] = [["头衔", "经手人"], ["测试一级", 1]]
    run = start(admin, tmp_path, said)
    choose_mapping(run=run, codes=["name", ""], now=NOW)
    confirm_import(run=run, now=NOW)
    assert list(ImportMemory.objects.values_list("said", "meant")) == [("头衔", "name")]
    assert start(admin, tmp_path, said).state == "mapping"


def test_of_two_headers_of_one_name_the_imported_one_is_remembered(
    admin: User, tmp_path: Path
) -> None:
    run = start(admin, tmp_path, [["头衔", "头衔"], ["测试一级", 1]])
    choose_mapping(run=run, codes=["name", "-"], now=NOW)
    confirm_import(run=run, now=NOW)
    assert list(ImportMemory.objects.values_list("said", "meant")) == [("头衔", "name")]


def test_a_file_that_is_no_table_leaves_nothing(admin: User, tmp_path: Path) -> None:
    for name, content in (("a.xlsx", b"x"), ("a.pdf", b"x"), ("a.csv", b"\n\n")):
        with pytest.raises(UnreadableFile):
            start_import(
                importer=TitleImporter,
                upload=SimpleUploadedFile(name, content),
                options={},
                actor=admin,
                now=NOW,
            )
    with pytest.raises(UnreadableFile, match="没有数据"):
        start(admin, tmp_path, ROWS[:2])
    assert not ImportRun.objects.exists()
    assert not list((tmp_path / "media").rglob("*.upload"))


def test_a_crash_leaves_no_row_and_says_so(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = start(admin, tmp_path, ROWS)

    def crash(self: TitleImporter, totals: Totals, *, file_name: str) -> None:
        message = "disk full"
        raise OSError(message)

    monkeypatch.setattr(TitleImporter, "finish", crash)
    confirm_import(run=run, now=NOW)
    assert run.state == "failed"
    assert "没有导入任何行" in run.error
    assert "disk full" in caplog.text
    assert not Title.objects.filter(name__startswith="测试").exists()
    assert not run.refused_table.exists()


def test_a_long_file_becomes_a_job(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TitleImporter, "at_once", 3)
    run = start(admin, tmp_path, ROWS)
    confirm_import(run=run, now=NOW)
    assert run.state == "running"
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args ->> 'run_id' FROM procrastinate_jobs")
        assert cursor.fetchall() == [("core.run_import", str(run.pk))]
    perform_import(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.done_rows) == ("done", 5)


def killed(run: ImportRun, monkeypatch: pytest.MonkeyPatch) -> None:
    """Confirm ``run`` in a process that is killed before its first row."""

    class Killed(BaseException):
        """As nothing catches it."""

    def kill(**_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(runs_module, "perform_import", kill)
        with pytest.raises(Killed):
            confirm_import(run=run, now=NOW)
    run.refresh_from_db()
    assert run.state == "running"


def test_a_short_import_whose_process_is_killed_is_done_by_the_job(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(admin, tmp_path, ROWS)
    killed(run, monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("SELECT args ->> 'run_id' FROM procrastinate_jobs")
        assert cursor.fetchall() == [(str(run.pk),)]
    perform_import(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, run.accepted) == ("done", 2)


def test_a_run_that_stands_still_can_go_on_or_be_given_up(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(admin, tmp_path, ROWS)
    killed(run, monkeypatch)
    resume_import(run=run)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'core.run_import'"
        )
        assert cursor.fetchone() == (2,)
    discard_import(run=run)
    assert run.state == "discarded"
    assert not any(file.exists() for file in run.waiting_files())
    # Its jobs come too late.
    perform_import(run_id=run.pk, now=NOW)
    assert not Title.objects.filter(name__startswith="测试").exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_offers_to_go_on_or_be_given_up_only_where_nobody_is_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(make_user("admin"), tmp_path, ROWS)
    assert not stands_still(run, now=NOW)
    killed(run, monkeypatch)
    later = NOW + timedelta(minutes=1)
    # A worker takes it up in a moment.
    assert not stands_still(run, now=NOW + timedelta(seconds=5))
    assert stands_still(run, now=later)
    other = connection.copy()
    key = [f"import-{run.pk}"]
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", key)
            assert not stands_still(run, now=later)
            # Given back, not left to the end of the connection, which the server notices when it comes to it.
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)
    finally:
        other.close()
    assert stands_still(run, now=later)


def test_who_tells_how_far_a_run_is_waits_for_no_disk(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, opened, real = start(admin, tmp_path, ROWS), list[Any](), connection.copy

    def copied() -> Any:
        opened.append(real())
        return opened[-1]

    monkeypatch.setattr(connection, "copy", copied)
    with runs_module._progress(run, True) as tell, opened[0].cursor() as cursor:
        assert tell
        tell(1)
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("off",)


def test_a_run_reads_the_sheet_as_its_check_found_it(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, asked, real = start(admin, tmp_path, ROWS), list[Any](), reading.answers

    def answers(what: Any, file: Any, **request: Any) -> Any:
        asked.append(request["look"])
        return real(what, file, **request)

    monkeypatch.setattr(reading, "answers", answers)
    confirm_import(run=run, now=NOW)
    assert asked == [{"sheet": "Sheet1", "width": 2, "merged": []}]
    assert (run.state, run.accepted) == ("done", 2)


def test_rows_that_were_saved_are_not_kept_in_the_process(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TitleImporter, "chunk_rows", 100)
    rows = ((at, [f"测试{at}", "x"]) for at in range(2, 2_002))
    importer, held = TitleImporter(actor=admin, now=NOW, options={}), list[int]()

    def rows_kept() -> int:
        # Not `isinstance`: it asks lazy objects of other tests what they are.
        return sum(type(one) is Row for one in gc.get_objects())

    gc.collect()
    before = rows_kept()  # by tests of before

    def count(_: int) -> None:
        held.append(rows_kept() - before)

    codes = ["name", "note"]
    totals = check_rows(importer, rows, codes, keep=True, refused=lambda row: None, progress=count)
    assert totals.accepted == 2_000
    # No more at the end than at the beginning, and never more than two chunks.
    assert max(held) <= 2 * 100 + 10


def test_how_far_a_run_is_is_told_within_a_chunk(admin: User) -> None:
    rows = [(at, [f"测试{at}", ""]) for at in range(2, 1_502)]
    importer, told = TitleImporter(actor=admin, now=NOW, options={}), list[int]()
    importer.chunk_rows = 2_000
    codes = ["name", "note"]
    for keep in (False, True):
        importer.known.clear()
        check_rows(importer, rows, codes, keep=keep, refused=lambda row: None, progress=told.append)
    assert told == [250, 500, 750, 1_500, 250, 500, 750, 1_250, 1_500, 1_500]


def test_rows_that_take_long_are_told_a_few_at_a_time(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ExpertUpdater.saved_rows <= 10
    monkeypatch.setattr(TitleImporter, "saved_rows", 10)
    rows = [(at, [f"测试{at}", ""]) for at in range(2, 42)]
    importer, told = TitleImporter(actor=admin, now=NOW, options={}), list[int]()
    importer.chunk_rows = 100
    codes = ["name", "note"]
    check_rows(importer, rows, codes, keep=True, refused=lambda row: None, progress=told.append)
    assert told == [25, 30, 35, 40, 40]
    # Of an update it is told how many have changed, not how many were looked at.
    importer, told = TitleImporter(actor=admin, now=NOW, options={}), list[int]()
    monkeypatch.setattr(TitleImporter, "is_update", True)
    importer.chunk_rows = 100
    more = [(at, [f"又一{at}", ""]) for at in range(2, 42)]
    shown = Answers(shown={at: [] for at, _ in more})
    check_rows(
        importer,
        more,
        codes,
        keep=True,
        refused=lambda row: None,
        progress=told.append,
        answers=shown,
    )
    assert told == [10, 20, 30, 40, 40]


def test_a_run_that_stands_still_is_forgotten_when_it_expires(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(admin, tmp_path, ROWS)
    killed(run, monkeypatch)
    assert remove_expired_imports(now=run.expires_at) == 1
    assert not any(file.exists() for file in run.waiting_files())
    perform_import(run_id=run.pk, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_nobody_gives_up_what_is_being_imported(tmp_path: Path) -> None:
    run = start(make_user("admin"), tmp_path, ROWS)
    ImportRun.objects.filter(pk=run.pk).update(state="running")
    refusals: list[str] = []

    def give_up() -> None:
        for step in (discard_import, resume_import):
            try:
                step(run=run)
            except RunRefused as error:
                refusals.append(str(error))
        connections.close_all()

    real = TitleImporter.save

    def watch(self: TitleImporter, rows: Sequence[Row]) -> None:
        real(self, rows)
        thread = threading.Thread(target=give_up)
        thread.start()
        thread.join()

    TitleImporter.save = watch  # type: ignore[method-assign]
    try:
        perform_import(run_id=run.pk, now=NOW)
    finally:
        TitleImporter.save = real  # type: ignore[method-assign]
    assert {"正在导入，不能放弃。", "正在导入，请稍候。"} == set(refusals)
    run.refresh_from_db()
    assert run.state == "done"
    Title.objects.filter(name__startswith="测试").delete()


def test_a_preview_of_a_very_long_file_stops(
    admin: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TitleImporter, "previewed", 2)
    run = start(admin, tmp_path, ROWS)
    assert run.partial
    confirm_import(run=run, now=NOW)
    assert (run.partial, run.total) == (False, 5)


def test_expired_runs_are_forgotten(admin: User, tmp_path: Path) -> None:
    run = start(admin, tmp_path, ROWS)
    assert remove_expired_imports(now=run.created_at) == 0
    assert remove_expired_imports(now=run.expires_at) == 1
    assert not run.upload.exists()
    assert not ImportRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_rows_are_not_yet(tmp_path: Path) -> None:
    run = start(make_user("admin"), tmp_path, ROWS)
    ImportRun.objects.filter(pk=run.pk).update(state="running")
    seen: list[tuple[int, int]] = []
    real = TitleImporter.save

    def watch(self: TitleImporter, rows: Sequence[Row]) -> None:
        real(self, rows)

        def look() -> None:
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT done_rows FROM core_importrun WHERE id = %s", [run.pk])
                done = cursor.fetchone()[0]
                seen.append((done, Title.objects.filter(name__startswith="测试").count()))
            connections.close_all()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    TitleImporter.save = watch  # type: ignore[method-assign]
    try:
        perform_import(run_id=run.pk, now=NOW, progress=True)
    finally:
        TitleImporter.save = real  # type: ignore[method-assign]
    assert seen == [(0, 0), (2, 0), (4, 0)]
    run.refresh_from_db()
    assert (run.state, run.done_rows) == ("done", 5)
    Title.objects.filter(name__startswith="测试").delete()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_somebody_enters_the_same_meanwhile(tmp_path: Path) -> None:
    """Between check and write another connection adds a row: it is refused as a duplicate."""
    run = start(make_user("admin"), tmp_path, ROWS)
    real = TitleImporter.save
    raced: list[int] = []

    def late(self: TitleImporter, rows: Sequence[Row]) -> None:
        if not raced:
            raced.append(1)

            def enter() -> None:
                Title.objects.create(name="测试一级", level=1)
                connections.close_all()

            thread = threading.Thread(target=enter)
            thread.start()
            thread.join()
        real(self, rows)

    TitleImporter.save = late  # type: ignore[method-assign]
    try:
        confirm_import(run=run, now=NOW)
    finally:
        TitleImporter.save = real  # type: ignore[method-assign]
    assert (run.state, run.accepted) == ("done", 1)
    assert Title.objects.filter(name__startswith="测试").count() == 2
    Title.objects.filter(name__startswith="测试").delete()


def test_what_has_expired_is_looked_for_each_hour() -> None:
    crons = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}
    assert crons["core.remove_expired_imports"] == "27 * * * *"


def test_the_job_of_each_hour_forgets_what_has_expired(admin: User, tmp_path: Path) -> None:
    run = start(admin, tmp_path, ROWS)
    ImportRun.objects.filter(pk=run.pk).update(expires_at=NOW - timedelta(days=1))
    tasks.remove_expired_imports(timestamp=0)
    assert not ImportRun.objects.exists()
    assert not run.upload.exists()
