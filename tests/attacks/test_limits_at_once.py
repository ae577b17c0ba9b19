"""What may be done so many times in an hour is not done more often by doing it at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.services import refusals
from expertpool.core.aftermath import writing_afterwards
from expertpool.core.importing import runs
from expertpool.core.limits import one_at_a_time
from expertpool.core.models import ImportRun
from expertpool.core.settings import EXPORTS_PER_HOUR, IMPORTS_PER_HOUR
from expertpool.draws.exceptions import HeldRefused
from expertpool.draws.models import CountTally
from expertpool.draws.services import refusals as sealing_refusals
from expertpool.draws.services import tallies
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.draws.settings import CANDIDATES_PER_SEAT, COUNTS_PER_HOUR
from expertpool.experts.services import reveal
from expertpool.experts.services.importing import ExpertImporter
from expertpool.experts.services.profile import create_expert
from expertpool.experts.settings import REVEALS_PER_DAY, TAKEN_PER_HOUR
from expertpool.projects.models import Project
from tests.attacks.test_previews import table
from tests.attacks.test_rights import make_role
from tests.draws.services.test_races import run_at_once
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert, make_id_number, make_phone
from tests.factories.siteconfig import configure

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
MANY, MOST = 6, 2
at_once = pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])


@pytest.fixture
def clerk() -> User:
    """He enters and imports, and sees neither telephone nor ID card numbers plain."""
    return make_user(roles=(make_role("experts.add", "experts.import", "experts.view"),))


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch, locked: bool) -> Callable[..., None]:
    """Let all have counted before one of them notes (``noting`` of ``place``), as far as the lock of
    ``module`` lets them; the control has none."""

    def meet(module: Any, place: Any, noting: str) -> None:
        barrier, note = threading.Barrier(MANY), getattr(place, noting)

        def noted(*args: Any, **more: Any) -> Any:
            with suppress(threading.BrokenBarrierError):
                barrier.wait(3)
            return note(*args, **more)

        monkeypatch.setattr(place, noting, noted)
        if not locked:
            monkeypatch.setattr(module, "one_at_a_time", lambda *_: nullcontext())

    return meet


@at_once
def test_refusals_that_tell(meet: Callable[..., None], clerk: User, locked: bool) -> None:
    """Logged after the transaction that is undone with the refusal, as by a page."""
    configure(TAKEN_PER_HOUR, MOST)
    known = make_expert("王大为", phone=make_phone())
    meet(refusals, refusals, "record")

    def ask() -> None:
        values = {"name": "甲", "phone": known.phone}
        with writing_afterwards(), transaction.atomic():
            create_expert(values=values, actor=clerk, now=timezone.now())

    results = run_at_once(*[ask] * MANY)
    told = [error for error in results if "在专家库中已有" in str(error)]
    assert len(told) == (MOST if locked else MANY)
    assert Entry.objects.filter(action="expert.taken").count() == len(told)


@at_once
def test_reveals(meet: Callable[..., None], clerk: User, locked: bool) -> None:
    configure(REVEALS_PER_DAY, MOST)
    expert = make_expert()
    meet(reveal, reveal, "record")

    def see() -> None:
        reveal.reveal_value(
            expert=expert, field="phone", reason="核对", actor=clerk, now=timezone.now()
        )

    run_at_once(*[see] * MANY)
    seen = Entry.objects.filter(action="expert.reveal").count()
    assert seen == (MOST if locked else MANY)


@at_once
def test_files_to_import(
    meet: Callable[..., None], clerk: User, locked: bool, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    configure(IMPORTS_PER_HOUR, MOST)
    meet(runs, ImportRun.objects, "create")
    files = [table(("甲", make_phone(), make_id_number(serial=71))) for _ in range(MANY)]

    def upload(file: Any) -> None:
        runs.start_import(
            importer=ExpertImporter,
            upload=file,
            options={"status": "pending"},
            actor=clerk,
            now=timezone.now(),
        )

    run_at_once(*[lambda file=file: upload(file) for file in files])
    assert ImportRun.objects.count() == (MOST if locked else MANY)


@at_once
def test_counts(meet: Callable[..., None], clerk: User, locked: bool) -> None:
    configure(COUNTS_PER_HOUR, most := 10)  # its least
    now = timezone.now()
    project = make_ready_project(now=now, seats=1)
    for _ in range(most - MOST):
        tallies.note_count(project, "不限", actor=clerk, now=now)
    meet(tallies, CountTally.objects, "get_or_create")
    run_at_once(*[lambda: tallies.note_count(project, "不限", actor=clerk, now=now)] * MANY)
    assert CountTally.objects.get().times == most + (0 if locked else MANY - MOST)


@at_once
@pytest.mark.parametrize("of", ["one person", "one project"])
def test_tries_that_tell_who_sits_elsewhere(
    meet: Callable[..., None], locked: bool, of: str
) -> None:
    """Logged after the transaction that is undone, three a day: of a person, whatever his projects, and of
    a project, whoever asks."""
    now = timezone.now()
    for _ in range(2):
        make_expert()
    make_draw(now=now, seats=1)
    configure(CANDIDATES_PER_SEAT, 2)
    projects = [make_ready_project(now=now, seats=1) for _ in range(MANY)]
    operators = [make_user("operator") for _ in range(MANY)]
    tries = [
        (
            projects[0] if of == "one project" else projects[n],
            operators[0 if of == "one person" else n],
        )
        for n in range(MANY)
    ]
    meet(sealing_refusals, sealing_refusals, "record")

    def start(project: Project, operator: User) -> None:
        start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))

    results = run_at_once(*[partial(start, *one) for one in tries])
    told = [error for error in results if isinstance(error, HeldRefused)]
    assert len(told) == (3 if locked else MANY)
    assert Entry.objects.filter(action="draw.held_refused").count() == len(told)
    others = [error for error in results if error not in told]
    assert all("24 小时内" in str(error) for error in others)


def test_a_statement_that_is_ended_leaves_no_lock_behind(clerk: User) -> None:
    """A count that takes too long breaks its transaction: nobody waits for his own request afterwards."""

    def ask() -> None:
        with (
            transaction.atomic(),
            one_at_a_time(EXPORTS_PER_HOUR, clerk),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL statement_timeout = 20")
            cursor.execute("SELECT pg_sleep(5)")

    with pytest.raises(OperationalError, match="statement timeout"):
        ask()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        assert cursor.fetchone()[0] == 0
