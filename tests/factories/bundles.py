"""A project that is over, with all that proves it, and its evidence bundle."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.bundles.models import Bundle
from expertpool.bundles.queries.bundles import file_of
from expertpool.bundles.services.making import ask_for_bundle, make_bundle
from expertpool.draws.models import Draw
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.draws.services.supplied import keep_supplied
from expertpool.experts.models import Expert
from expertpool.fees.services.lines import enter_fees, send_letters
from expertpool.files.queries import opened
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.fees import entry, make_rate
from tests.factories.review_rules import make_result

HOUR = timedelta(hours=1)
SCAN = b"%PDF-1.4\nsigned sheet\n%%EOF\n"
PANEL = ("王立新", "李建国")


def make_proven(operator: User, *, now: datetime | None = None) -> Project:
    """A project with a draw, its kept sheet and a scan of the signed one, the result of its review, and letters sent."""
    now = now or timezone.now()
    pool: list[Expert] = [make_expert(name) for name in PANEL]
    project = make_result(operator, now=now, pool=pool).review.project
    draw = Draw.objects.get(projects=project)
    store_sheet(draw_id=draw.pk, now=now)
    scan = SimpleUploadedFile("签字的抽取表.pdf", SCAN)
    keep_supplied(draw=draw, files=[scan], actor=operator, now=now)
    said = {pk: entry(project, minutes=240) for pk in who_sat(project)}
    enter_fees(project=project, rate=make_rate(), entries=said, actor=operator, now=now)
    send_letters(project=project, actor=operator, now=now)
    return project


def make_made(
    project: Project, actor: User, *, now: datetime | None = None, is_archive: bool = False
) -> Bundle:
    """A bundle of ``project`` as ``actor`` sees it, made."""
    now = now or timezone.now()
    bundle = ask_for_bundle(project=project, actor=actor, now=now, is_archive=is_archive)
    connection.check_constraints()  # links the entries of the log, as a commit does
    make_bundle(bundle_id=bundle.pk, now=now)
    bundle.refresh_from_db()
    return bundle


def content_of(bundle: Bundle) -> bytes:
    file = file_of(bundle)
    assert file is not None, bundle.error
    with opened(file) as stored:
        return bytes(stored.read())


def make_bundle_for(user: User) -> Bundle:
    """One that is made, of a project of ``user``."""
    return make_made(make_proven(user), make_user("admin"))
