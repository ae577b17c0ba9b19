"""Somebody with live SQL writes, alters or brings back what a job works off in another's name: nothing of it is done,
and it is told (docs/decisions/0234)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.audit.models import Entry
from expertpool.audit.services.health import find_forged
from expertpool.certificates.models import Certificate, CertificateRun
from expertpool.certificates.services import runs as certificates
from expertpool.core import asking, bulk, tasks
from expertpool.core.grants import withheld
from expertpool.core.health import Health
from expertpool.core.models import AskedJob, BulkRun
from expertpool.core.views import bulk as views
from expertpool.experts.models import Expert
from expertpool.experts.tasks import open_accounts
from expertpool.inspections.models import RenewalRun
from expertpool.inspections.services import renewing
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
FORGED = "audit.forged"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def is_told() -> bool:
    return find_forged(timezone.now()).state is Health.FAILED


def statuses() -> set[str]:
    return set(Expert.objects.values_list("status", flat=True))


def forge_run(user: User, chosen: list[int], proof: bytes = b"") -> BulkRun:
    write(
        "INSERT INTO core_bulkrun (uid, user_id, action, title, page, back, posted, asked_with, chosen, made, refused, state,"
        " total, done, said, error, created_at, expires_at, proof) VALUES (gen_random_uuid(), %s, 'experts.freeze',"
        " '请到 http://evil.example 登录', '', '', 'reason=jilv', '', %s::jsonb, '[]', '', 'queued', %s, 0, '', '',"
        " now(), now() + interval '1 day', %s)",
        user.pk,
        str(chosen),
        len(chosen),
        proof,
    )
    return BulkRun.objects.get()


def ask(client: Client, monkeypatch: pytest.MonkeyPatch, keys: list[int]) -> BulkRun:
    """What a user asks for himself."""
    monkeypatch.setattr(views, "MOST_AT_ONCE", 1)
    client.post(reverse("experts:freeze_many"), {"pk": keys, "reason": "年检未过"})
    return BulkRun.objects.get()


def test_a_run_that_nobody_asked_for_does_nothing_and_is_told(admin: User) -> None:
    run = forge_run(admin, [make_expert().pk, make_expert().pk])
    assert is_told()
    tasks.run_bulk(run_id=run.pk)
    run = BulkRun.objects.get(pk=run.pk)
    assert (run.state, run.made, statuses()) == ("failed", [], {"formal"})
    assert not Entry.objects.filter(actor=admin).exists()
    assert Entry.objects.get(action=FORGED).subject_id == str(run.pk)
    client = login(Client(), admin)
    assert client.get(reverse("core:bulk_run", args=[run.pk])).status_code == 404
    assert "evil" not in client.get(reverse("core:export_list")).content.decode()
    tasks.run_bulk(run_id=run.pk)  # it is over
    assert Entry.objects.filter(action=FORGED).count() == 1
    write("UPDATE core_bulkrun SET expires_at = now()")
    assert is_told()  # what was stopped is known by the log


@pytest.mark.parametrize(
    "change",
    [
        "user_id = (SELECT id FROM accounts_user WHERE username <> '{name}' LIMIT 1)",
        "action = 'experts.thaw'",
        "posted = 'reason=other'",
        "chosen = '[{other}, {other}]'",
        "created_at = created_at - interval '1 day'",
        "expires_at = expires_at + interval '1 day'",
    ],
)
def test_nor_one_that_was_altered(
    admin: User, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    make_user("operator")
    keys, other = [make_expert().pk, make_expert().pk], make_expert().pk
    run = ask(login(Client(), admin), monkeypatch, keys)
    assert not is_told()
    write(f"UPDATE core_bulkrun SET {change.format(name=admin.username, other=other)}")  # noqa: S608
    tasks.run_bulk(run_id=run.pk)
    assert statuses() == {"formal"}
    assert Entry.objects.filter(action=FORGED).count() == 1


@pytest.mark.parametrize(
    "words",
    [
        'refused = \'[["王建国", "请到 http://evil.example 登录后重新办理"]]\'',
        "said = '请到 http://evil.example 登录'",
        "error = '请到 http://evil.example 登录'",
        "made = '[]'",
        "done = done + 1",
        "state = 'failed'",
    ],
)
def test_what_came_of_it_is_as_it_was_written(
    admin: User, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    client = login(Client(), admin)
    run = ask(client, monkeypatch, [make_expert().pk, make_expert().pk])
    tasks.run_bulk(run_id=run.pk)
    page = reverse("core:bulk_run", args=[run.pk])
    assert client.get(page).status_code == 200
    assert not is_told()
    write(f"UPDATE core_bulkrun SET {words}")  # noqa: S608
    assert client.get(page).status_code == 404
    assert "evil" not in client.get(reverse("core:export_list")).content.decode()
    assert is_told()


def test_one_that_fails_halfway_says_what_was_done(
    admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    run = ask(login(Client(), admin), monkeypatch, [make_expert().pk, make_expert().pk])
    part, parts = bulk.do_part, []

    def fail(*args: Any) -> None:
        part(*args)
        parts.append(args)
        if len(parts) == 2:
            raise RuntimeError

    monkeypatch.setattr(bulk, "do_part", fail)
    tasks.run_bulk(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.done, len(run.made)) == ("failed", 1, 1)
    assert not is_told()
    assert login(Client(), admin).get(reverse("core:bulk_run", args=[run.pk])).status_code == 200


def test_one_that_was_done_is_not_done_again(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask(login(Client(), admin), monkeypatch, [make_expert().pk, make_expert().pk])
    tasks.run_bulk(run_id=run.pk)
    assert statuses() == {"frozen"}
    write("UPDATE experts_expert SET status = 'formal'")
    assert "DELETE" in withheld()["core_bulkrun"]
    for back in ("finished_at = NULL, state = 'queued'", "done = 0", "uid = gen_random_uuid()"):
        with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
            write(f"UPDATE core_bulkrun SET {back}")  # noqa: S608
    rest = (
        "user_id, action, title, page, back, posted, asked_with, chosen, '[]'::jsonb, ''::bytea, 'queued', total, 0, '', '',"
        " created_at, expires_at, proof"
    )
    names = rest.replace(
        "'[]'::jsonb, ''::bytea, 'queued', total, 0, '', ''",
        "made, refused, state, total, done, said, error",
    )
    with pytest.raises(IntegrityError, match="uid"), transaction.atomic():
        write(f"INSERT INTO core_bulkrun (uid, {names}) SELECT uid, {rest} FROM core_bulkrun")  # noqa: S608
    # Brought back after its time, by whoever owns the tables, it is none any more.
    run.refresh_from_db()
    write("SET LOCAL session_replication_role = replica")
    write("UPDATE core_bulkrun SET finished_at = NULL, state = 'queued', done = 0, made = '[]'")
    write("SET LOCAL session_replication_role = origin")
    bulk.work_off(run_id=run.pk, now=run.expires_at + timedelta(seconds=1))
    assert statuses() == {"formal"}


# --- renewals and certificates ------------------------------------------------------------------------


def test_terms_are_renewed_by_no_row(admin: User) -> None:
    expert = make_expert()
    end = timezone.localdate() + timedelta(days=20)
    Expert.objects.filter(pk=expert.pk).update(term_end_date=end)
    write(
        "INSERT INTO inspections_renewalrun (uid, user_id, until, reason, chosen, refused, state, total, done, made,"
        " created_at, proof) VALUES (gen_random_uuid(), %s, '2035-01-01', 'x', %s::jsonb, '', 'queued', 1, 0, 0,"
        " now(), '')",
        admin.pk,
        f"[{expert.pk}]",
    )
    run = RenewalRun.objects.get()
    assert is_told()
    renewing.work_off(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    expert.refresh_from_db()
    assert (run.state, run.made, expert.term_end_date) == ("failed", 0, end)
    assert [entry.action for entry in Entry.objects.all()] == [FORGED]
    page = login(Client(), admin).get(reverse("inspections:renewal_run", args=[run.pk]))
    assert page.status_code == 404
    # What he asked for himself, led to another day.
    mine = renewing.start_run(
        keys=[expert.pk], until=end + timedelta(days=9), reason="会议决定", actor=admin, now=NOW
    )
    write("UPDATE inspections_renewalrun SET until = '2035-01-01' WHERE id = %s", mine.pk)
    renewing.work_off(run_id=mine.pk, now=NOW)
    expert.refresh_from_db()
    assert expert.term_end_date == end


def test_certificates_are_issued_by_no_row(admin: User) -> None:
    expert = make_expert()
    write(
        "INSERT INTO certificates_certificaterun (uid, user_id, kind, chosen, refused, state, total, done, made, error,"
        " created_at, expires_at, proof) VALUES (gen_random_uuid(), %s, 'issue', %s::jsonb, '', 'queued', 1, 0, 0,"
        " '', now(), now() + interval '1 day', '')",
        admin.pk,
        f"[{expert.pk}]",
    )
    run = CertificateRun.objects.get()
    assert is_told()
    certificates.work_off(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    assert (run.state, Certificate.objects.count()) == ("failed", 0)
    assert [entry.action for entry in Entry.objects.all()] == [FORGED]
    page = login(Client(), admin).get(reverse("certificates:run", args=[run.pk]))
    assert page.status_code == 404
    mine = certificates.start_run(kind="issue", keys=[expert.pk], actor=admin, now=NOW)
    write("UPDATE certificates_certificaterun SET kind = 'reissue' WHERE id = %s", mine.pk)
    certificates.work_off(run_id=mine.pk, now=NOW)
    assert not Certificate.objects.exists()


# --- Jobs that no page shows -------------------------------------------------------------------------


def ask_accounts(admin: User, key: int) -> AskedJob:
    ensure_demo_roles()
    return asking.ask("experts.open_accounts", actor=admin, now=NOW, expert_ids=[key])


@pytest.mark.parametrize(
    "change",
    [
        "user_id = (SELECT id FROM accounts_user WHERE username <> '{name}' LIMIT 1)",
        "user_id = NULL",
        "given = '{{\"expert_ids\": [{other}]}}'",
        "task = 'backups.make'",
        "asked_at = asked_at - interval '1 minute'",
        "proof = '\\x00'",
    ],
)
def test_a_job_in_a_name_does_what_he_asked_for_and_nothing_else(admin: User, change: str) -> None:
    make_user("operator")
    key, other = (make_expert(email=f"{one}@example.cn").pk for one in "ab")
    row = ask_accounts(admin, key)
    assert not is_told()
    write(f"UPDATE core_askedjob SET {change.format(name=admin.username, other=other)}")  # noqa: S608
    assert is_told()
    open_accounts(asked_id=row.pk)
    assert not Expert.objects.filter(user__isnull=False).exists()
    assert not Entry.objects.filter(action="expert.account", actor=admin).exists()
    row.refresh_from_db()
    assert row.finished_at


def test_what_was_done_in_a_name_is_done_once(admin: User) -> None:
    expert = make_expert(email="a@example.cn")
    row = ask_accounts(admin, expert.pk)
    open_accounts(asked_id=row.pk)
    assert Entry.objects.filter(action="expert.account", actor=admin).count() == 1
    write("UPDATE experts_expert SET user_id = NULL, account_proof = NULL")
    open_accounts(asked_id=row.pk)
    assert Entry.objects.filter(action="expert.account").count() == 1
    assert "DELETE" in withheld()["core_askedjob"]
    for back in ("finished_at = NULL", "uid = gen_random_uuid()"):
        with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
            write(f"UPDATE core_askedjob SET {back}")  # noqa: S608


def test_nobody_waits_for_what_was_asked_long_ago(admin: User) -> None:
    row = ask_accounts(admin, make_expert(email="a@example.cn").pk)
    later = NOW + asking.HOLDS
    asking.perform(row.pk, "experts.open_accounts", lambda **_: pytest.fail("done"), now=later)
