"""Live SQL leads an application to another account, alters it, or puts an earlier one back: it counts no more."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.experts.models import Expert
from expertpool.files.queries import attachments_of, may_view
from expertpool.joining.exceptions import Altered, JoiningRefused
from expertpool.joining.models import Application
from expertpool.joining.queries.applications import is_as_written
from expertpool.joining.queries.contents import stored
from expertpool.joining.services.cleaning import clean
from expertpool.joining.services.deciding import approve, reject, send_back
from expertpool.joining.services.drafts import save_step
from expertpool.joining.services.handing_in import hand_in, withdraw
from expertpool.joining.services.registering import Applicant, register, send_code
from expertpool.joining.services.renewing import apply_again
from expertpool.joining.settings import KEPT_DAYS
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.joining import fill, make_application, make_draft, make_recommendation, typed
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
NOW = timezone.now()


def write(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def again(application: Application) -> Application:
    return Application.objects.select_related("user").get(pk=application.pk)


def mark(application: Application) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT contents FROM joining_application WHERE id = %s", [application.pk])
        return bytes(cursor.fetchone()[0])


def is_logged() -> bool:
    return Entry.objects.filter(action="joining.altered").exists()


def test_one_that_he_leads_to_his_account_shows_him_nothing(admin: User) -> None:
    his, mine = make_application(), make_user("applicant")
    paper = attachments_of(his).get()
    write("UPDATE joining_application SET user_id = %s WHERE id = %s", mine.pk, his.pk)
    client = login(Client(), mine)
    page = client.get(reverse("joining:mine"))
    assert page.status_code == 409
    text = page.content.decode()
    assert "在系统之外被改动过" in text
    assert "李申请" not in text
    assert not may_view(mine, paper)
    row = again(his)
    for decide in (approve, reject, send_back):
        with pytest.raises(Altered):
            decide(application=row, note="不行", actor=admin, now=NOW, **_of(decide))
    assert not Expert.objects.exists()
    assert is_logged()
    shown = login(Client(), admin).get(reverse("joining:detail", args=[his.pk])).content.decode()
    assert "被改动过" in shown
    assert "李申请" not in shown
    # He may end it, which keeps nothing of it.
    client.post(reverse("joining:withdraw"))
    ended = again(his)
    assert (ended.state, ended.contents, ended.name) == ("withdrawn", "", "")
    fresh = apply_again(before=ended, actor=mine, now=NOW)
    assert stored(fresh) == {}


def _of(decide: Any) -> dict[str, Any]:
    return {"fields": {}} if decide is send_back else {}


def test_what_was_handed_in_is_what_is_approved(admin: User) -> None:
    """An earlier text of the same application, of before it was corrected, opens: it is of the same row."""
    draft = fill(make_draft(), title=["工程师"])
    old = mark(draft)
    draft = save_step(
        application=draft,
        step="profession",
        typed=typed(draft.pk, title=["高级工程师"])["profession"],
        version=draft.version,
        now=NOW,
    )
    hand_in(application=draft, version=draft.version, consents=1, actor=draft.user, now=NOW)
    write("UPDATE joining_application SET contents = %s WHERE id = %s", old, draft.pk)
    assert stored(again(draft))["profession"]["title"] == ["工程师"]
    with pytest.raises(Altered):
        approve(application=again(draft), actor=admin, now=NOW)
    assert not Expert.objects.exists()


def test_nor_does_an_earlier_row_come_back_as_a_whole(admin: User) -> None:
    application = make_application()
    write("CREATE TEMP TABLE kept AS SELECT * FROM joining_application")
    reject(application=again(application), note="不符合", actor=admin, now=NOW)
    put_back = (
        "UPDATE joining_application a SET version = kept.version, contents = kept.contents,"
        " state = kept.state, proof = kept.proof, note = kept.note, reasons = kept.reasons,"
        " decided_at = kept.decided_at, decided_by_id = kept.decided_by_id"
        " FROM kept WHERE kept.id = a.id"
    )
    with pytest.raises(DatabaseError, match="does not count again"):
        write(put_back)
    # Without its number it is none that was written here.
    write(put_back.replace("version = kept.version, ", ""))
    with pytest.raises(Altered):
        approve(application=again(application), actor=admin, now=NOW)


def test_nor_does_the_owner_of_the_tables_put_it_back(admin: User) -> None:
    """He switches the trigger off; the log knows what was handed in last, and what came of it."""
    application = make_application()
    write("CREATE TEMP TABLE kept AS SELECT * FROM joining_application")
    put_back = (
        "SET LOCAL session_replication_role = replica;"
        " UPDATE joining_application a SET version = kept.version, contents = kept.contents,"
        " state = kept.state, proof = kept.proof, note = kept.note, reasons = kept.reasons,"
        " title = kept.title, title_level = kept.title_level,"
        " consent_id = kept.consent_id, consented_at = kept.consented_at FROM kept;"
        " SET LOCAL session_replication_role = origin"
    )
    send_back(application=again(application), fields={"title": "请核对"}, actor=admin, now=NOW)
    row = again(application)
    row = save_step(
        application=row,
        step="profession",
        typed=typed(row.pk, title=["工程师"])["profession"],
        version=row.version,
        now=NOW,
    )
    hand_in(application=row, version=row.version, consents=1, actor=row.user, now=NOW)
    write(put_back)
    assert is_as_written(again(application))
    with pytest.raises(Altered):
        approve(application=again(application), actor=admin, now=NOW)
    assert is_logged()


@pytest.mark.parametrize(
    "change",
    [
        "state = 'pending'",
        "reasons = '{}'",
        "title_level = 1, title = '院士'",
        "name = '王某'",
        "consented_at = now()",
        "contents = '\\x00'",
        "proof = NULL",
    ],
)
def test_none_of_what_it_says_is_written_by_others(admin: User, change: str) -> None:
    application = make_application()
    reasons = {"title": "请核对"}
    send_back(application=application, fields=reasons, actor=admin, now=NOW)
    write("UPDATE joining_application SET " + change)  # noqa: S608
    row = again(application)
    assert not is_as_written(row)
    for refused in (
        lambda: save_step(application=row, step="basic", typed={}, version=row.version, now=NOW),
        lambda: hand_in(application=row, version=row.version, consents=1, actor=row.user, now=NOW),
    ):
        with pytest.raises(Altered):
            refused()


def test_a_recommendation_is_not_written_beside_it(admin: User) -> None:
    application = make_application()
    link = make_recommendation(make_expert("王推荐"), make_user("expert"))
    write(
        "UPDATE joining_application SET recommendation_id = %s WHERE id = %s",
        *(link.pk, application.pk),
    )
    with pytest.raises(Altered):
        approve(application=again(application), actor=admin, now=NOW)


def test_nor_beside_a_registration_nor_does_a_code_last_longer() -> None:
    link = make_recommendation(make_expert("王推荐"), make_user("expert"))
    for change in (
        f"recommendation_id = {link.pk}",
        "expires_at = expires_at + interval '1 day'",
        "expert_kind = 'organisation'",
    ):
        write("DELETE FROM joining_registration")
        applicant = Applicant("individual", "李申请", "phone", "13812340001", 1)
        row = send_code(applicant=applicant, code="123456", address="192.0.2.1", now=NOW)
        write("UPDATE joining_registration SET " + change)  # noqa: S608
        row = type(row).objects.get(pk=row.pk)
        with pytest.raises(JoiningRefused, match="还可以试 4 次"):
            register(row=row, code="123456", password="Ruku-Shenqing-7", now=NOW)


def test_no_account_is_closed_by_one_that_is_led_to_it() -> None:
    application, other = make_draft(), make_user("applicant", phone="13812340009")
    withdraw(application=application, actor=application.user, now=NOW)
    write("UPDATE joining_application SET user_id = %s WHERE id = %s", other.pk, application.pk)
    assert clean(now=NOW + timedelta(days=KEPT_DAYS.default + 1)) == 1
    other.refresh_from_db()
    assert (other.is_active, other.phone) == (True, "13812340009")
    assert again(application).contents == ""


def test_what_this_system_writes_stays_good(admin: User) -> None:
    application = make_application()
    assert is_as_written(again(application))
    send_back(application=again(application), note="请核对", fields={}, actor=admin, now=NOW)
    assert is_as_written(again(application))
    row = again(application)
    hand_in(application=row, version=row.version, consents=1, actor=row.user, now=NOW)
    approve(application=again(application), actor=admin, now=NOW)
    assert is_as_written(again(application))
    assert not is_logged()


def test_those_of_before_are_vouched_for_as_they_stand(admin: User) -> None:
    """What the migration writes is what the model makes."""
    link = make_recommendation(make_expert("王推荐"), make_user("expert"))
    returned = make_application(recommendation=link)
    send_back(application=returned, note="", fields={"title": "请“核对”"}, actor=admin, now=NOW)
    rows = [returned, make_draft(), make_draft(kind="organisation")]
    write("UPDATE joining_application SET proof = NULL")
    step = import_module("expertpool.joining.migrations.0003_applications_have_proofs")
    with connection.schema_editor() as editor:
        step.vouch(apps, editor)
    assert all(is_as_written(again(row)) for row in rows)
