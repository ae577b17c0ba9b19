"""Which template of a customer counts for a sheet of a draw."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import Settings

from expertpool.accounts.models import User
from expertpool.draws.enums import DrawKind, SheetKind
from expertpool.draws.models import Draw
from expertpool.draws.queries.papers import template_for
from expertpool.papers.models import PaperTemplate
from expertpool.papers.registry import PAPERS
from expertpool.papers.services import upload_template
from expertpool.projects.models import Project

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=timezone.get_current_timezone())


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def upload(actor: User, sheet: SheetKind, kind: str = "") -> PaperTemplate:
    paper = PAPERS[sheet]
    file = SimpleUploadedFile("本单位的表.xlsx", paper.starter())
    return upload_template(paper=paper, project_kind=kind, uploaded_file=file, actor=actor, now=NOW)


def draw_of(kind: str = "", way: str = DrawKind.RANDOM) -> Draw:
    """A draw as far as the choice of a template looks at it."""
    return Draw(project=Project(kind=kind), kind=way)


@pytest.mark.shows("DRAW-27")
def test_the_kind_of_the_project_chooses(admin: User) -> None:
    general, goods = upload(admin, SheetKind.DRAW), upload(admin, SheetKind.DRAW, "货物")
    assert template_for(draw_of("货物"), SheetKind.DRAW) == goods
    assert template_for(draw_of("服务"), SheetKind.DRAW) == general
    assert template_for(draw_of("货物"), SheetKind.SIGN_IN) is None


def test_a_list_that_persons_chose_never_takes_the_form_of_a_draw(admin: User) -> None:
    upload(admin, SheetKind.DRAW)
    sign_in = upload(admin, SheetKind.SIGN_IN)
    manual = draw_of(way=DrawKind.MANUAL)
    assert template_for(manual, SheetKind.DRAW) is None
    assert template_for(manual, SheetKind.SIGN_IN) == sign_in
