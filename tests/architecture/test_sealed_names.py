"""Until the reveal time nobody learns who was drawn: not from a page, the interface, an export, a
search, a message, the log, what the program writes, a file or a row of the database. Afterwards
the same looks find it, so that they would have found it before."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from expertpool.draws.services.names import release
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.notifications.models import Message
from tests.architecture import sealed as looks
from tests.architecture.sealed import (
    ABOUT_EXPERTS,
    PAGES_OF_EXPERTS,
    Sealed,
    draw_sealed,
    make_candidates,
    make_sealed,
    text_of,
)
from tests.architecture.world import ROLES, make_world
from tests.factories.draws import open_names_at

pytestmark = pytest.mark.django_db
DEVELOPMENT = "notifications:outbox"  # shows every message; not there in production


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sealed() -> Sealed:
    return make_sealed()


def leaks(sealed: Sealed, role: str) -> Iterator[str]:
    """Where pages and interface tell a user of ``role`` who was drawn."""
    user = sealed.world.users[role]
    for name, response in [*looks.pages(sealed, user, role), *looks.interface(sealed, user)]:
        if name == DEVELOPMENT:
            continue
        text = text_of(response)
        tied = not name.startswith(PAGES_OF_EXPERTS) or any(
            mark in text for mark in sealed.draw_marks
        )
        for mark, kind in sealed.marks.items():
            if tied and mark in text:
                yield f"{name}: {kind}"


def leaks_of_rows(sealed: Sealed) -> Iterator[str]:
    """Which tables name the drawn outside of what is about experts, in clear or as bytes."""
    marks = sealed.marks | {
        mark.encode().hex(): f"{kind} (bytes)" for mark, kind in sealed.marks.items()
    }
    for table, row in looks.rows():
        if not table.startswith(ABOUT_EXPERTS):
            for mark, kind in marks.items():
                if mark in row:
                    yield f"{table}: {kind}"


def leaks_of_files(sealed: Sealed) -> Iterator[str]:
    for name, text in looks.files():
        for mark, kind in sealed.marks.items():
            if mark in text:
                yield f"{name}: {kind}"


def rows_about_experts() -> list[tuple[str, str]]:
    return sorted(row for row in looks.rows() if row[0].startswith("experts_"))


@pytest.mark.shows("DRAW-02", "DRAW-14")
@pytest.mark.parametrize("role", ROLES)
def test_no_page_and_no_endpoint_tells_before_the_time(sealed: Sealed, role: str) -> None:
    assert sorted(set(leaks(sealed, role))) == []


@pytest.mark.shows("DRAW-14")
def test_no_row_no_file_and_no_line_of_output_tells_before_the_time(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    world, specialty = make_world(), make_candidates()
    before = rows_about_experts()
    sealed = draw_sealed(world, specialty)
    assert rows_about_experts() == before
    assert sorted(set(leaks_of_rows(sealed))) == []
    assert sorted(set(leaks_of_files(sealed))) == []
    printed = capfd.readouterr()
    written = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("django.db")
    )
    for mark, kind in sealed.marks.items():
        assert mark not in written + printed.out + printed.err, kind


@pytest.mark.shows("DRAW-14")
def test_messages_to_others_do_not_tell(sealed: Sealed) -> None:
    own = {expert.name for expert in sealed.drawn}
    others = [row for row in Message.objects.all() if row.recipient not in own]
    assert others
    for message in others:
        for mark, kind in sealed.marks.items():
            assert mark not in f"{message.subject} {message.body} {message.address}", kind


@pytest.mark.shows("DRAW-14")
@pytest.mark.parametrize("role", ["admin", "operator", "auditor"])
def test_what_is_sealed_cannot_be_searched_for(sealed: Sealed, role: str) -> None:
    user = sealed.world.users[role]
    for name, response in looks.searches(sealed, user):
        assert response.status_code < 500
        text = text_of(response)
        assert not any(mark in text for mark in sealed.draw_marks), name


@pytest.mark.shows("DRAW-14")
def test_afterwards_the_same_looks_find_who_was_drawn(sealed: Sealed) -> None:
    """Negative control."""
    open_names_at(sealed.draw, timezone.now() - timedelta(hours=1))
    assert release(draw_id=sealed.draw.pk, now=timezone.now())
    store_sheet(draw_id=sealed.draw.pk, now=timezone.now())
    found = set(leaks(sealed, "operator"))
    for leak in (
        "draws:names: name",
        "draws:names: number",
        "draws:replay with names: name",
        "draws:sheet_pdf: name",
        "draws:verify_record: number",
        "api:record_get: number",
        "api:name_list: name",
        "experts:detail draws: name",
    ):
        assert leak in found
    assert "draws_invitation: id" in set(leaks_of_rows(sealed))
    assert any("name" in leak for leak in leaks_of_files(sealed))
