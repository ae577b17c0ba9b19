"""Evidence bundles: what they hold, for whom, and that they are made once."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.bundles.enums import BundleState
from expertpool.bundles.exceptions import BundleRefused
from expertpool.bundles.models import Bundle
from expertpool.bundles.queries.bundles import file_of, out_of_reach
from expertpool.bundles.services.making import MOST_A_DAY, ask_for_bundle, make_bundle
from expertpool.bundles.services.tables import payments_table
from expertpool.core.mandates import FORGED, forged_rows
from expertpool.draws.models import Invitation
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.services.windows import close_evaluation, open_evaluation
from expertpool.fees.models import FeeLine, PaymentRequest
from expertpool.fees.services.corrections import (
    decide_correction,
    mark_received,
    request_correction,
)
from expertpool.fees.services.payments import decide_batch, mark_paid
from expertpool.files.models import Attachment
from expertpool.files.queries import may_view
from expertpool.files.services import attach
from expertpool.notifications.models import Message
from expertpool.projects.enums import EvidenceKind
from expertpool.projects.services.archive import archive_project
from expertpool.telephone.models import Call
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_user
from tests.factories.bundles import PANEL, SCAN, content_of, make_made, make_proven
from tests.factories.draws import make_draw
from tests.factories.evaluations import rate_all
from tests.factories.fees import CARD, make_batch_of, make_paid_to, pay
from tests.factories.telephone import TAPE, make_call
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def kept(bundle: Bundle) -> Attachment:
    file = file_of(bundle)
    assert file is not None
    return file


def names_in(bundle: Bundle) -> set[str]:
    return set(zipfile.ZipFile(io.BytesIO(content_of(bundle))).namelist())


def listed_in(bundle: Bundle) -> dict:
    archive = zipfile.ZipFile(io.BytesIO(content_of(bundle)))
    text = archive.read("清单.json")
    assert hashlib.sha256(text).hexdigest() == bundle.digest
    return json.loads(text)


def test_it_holds_all_that_proves_a_project(operator: User, admin: User) -> None:
    project = make_proven(operator)
    bundle = make_made(project, admin)
    names, listed = names_in(bundle), listed_in(bundle)
    assert bundle.is_done, bundle.error
    assert bundle.parts == ["draws", "names", "reviews", "fees", "notices", "log", "log_contents"]
    assert not bundle.withheld
    assert {
        "评审结果/评审结果记录.json",
        "评审结果/评审汇总表.pdf",
        "评审结果/评审汇总表.xlsx",
        "抽取表和名单/签字的抽取表.pdf",
        "通知/通知记录.xlsx",
        "操作日志/操作日志.json",
        "操作日志原文/操作日志原文.json",
        "核验/verify_bundle.py",
        "说明.txt",
    } <= names
    sheets = {one.rpartition(" ")[2] for one in names if one.startswith("评审结果/评审打分表 ")}
    assert sheets == {f"{name}.pdf" for name in PANEL}
    assert len([one for one in names if one.startswith("劳务费/确认函 ")]) == 2
    assert {row["path"] for row in listed["files"]} == names - {"清单.json"}
    archive = zipfile.ZipFile(io.BytesIO(content_of(bundle)))
    assert archive.read("抽取表和名单/签字的抽取表.pdf") == SCAN
    assert all(
        hashlib.sha256(archive.read(row["path"])).hexdigest() == row["sha256"]
        for row in listed["files"]
    )
    made = Entry.objects.get(action="bundle.make")
    assert made.after
    assert made.after["清单摘要"] == bundle.digest
    assert Entry.objects.filter(action="draw.names", note="证据包").exists()
    # A second run of the job changes nothing.
    make_bundle(bundle_id=bundle.pk, now=timezone.now())
    assert Entry.objects.filter(action="bundle.make").count() == 1


@pytest.mark.shows("PRJ-31", "PRJ-16")
def test_it_tells_what_of_a_payment_came_back(operator: User) -> None:
    finance, now = make_user("finance"), timezone.now()
    line = pay(make_paid_to(operator, minutes=540), finance, now=now)
    request = request_correction(
        line=line, gross=Decimal(-100), reason="多算一小时", actor=finance, now=now
    )
    decide_correction(request=request, agree=True, note="", actor=make_user("finance"), now=now)
    less = FeeLine.objects.get(corrects=line)

    def told() -> tuple[Any, ...]:
        sheet = load_workbook(io.BytesIO(payments_table(line.project))).active
        assert sheet is not None
        (found,) = [row for row in sheet.values if row[0] == f"更正函 {less.pk}"]
        return found[4], found[7], found[8], bool(found[9])

    assert told() == (-100, -80, "待收回", False)
    mark_received(line=less, note="转账退回", actor=finance, now=now)
    assert told() == (-100, -80, "已收回", True)


@pytest.mark.shows("PRJ-31", "PRJ-15")
def test_it_tells_what_was_paid_and_what_was_said_once_the_time_for_it_is_over(
    operator: User, supervisor: User, admin: User
) -> None:
    line, now = make_paid_to(operator), timezone.now()
    batch = make_batch_of([line], make_user("finance"), now=now)
    request = PaymentRequest.objects.get(batch=batch)
    second = make_user("finance")
    decide_batch(request=request, agree=True, note="", actor=second, now=now)
    mark_paid(batch=batch, payments=None, actor=second, now=now)
    project = line.project
    row = open_evaluation(project_id=project.pk, now=timezone.now())
    assert row is not None
    rate_all(row, operator, now=timezone.now(), score=85, comment="认真负责")
    early = make_made(project, admin)
    assert "劳务费/付款记录.xlsx" in names_in(early)
    assert ["综合评价：专家评价", "评价期还没有结束"] in early.withheld
    Evaluation.objects.filter(pk=row.pk).update(due_at=timezone.now())
    close_evaluation(evaluation_id=row.pk, now=timezone.now() + timedelta(minutes=1))
    late = make_made(project, admin, now=timezone.now() + timedelta(minutes=2))
    archive = zipfile.ZipFile(io.BytesIO(content_of(late)))
    paid, rated = (
        load_workbook(io.BytesIO(archive.read(name)))
        for name in ("劳务费/付款记录.xlsx", "综合评价/专家评价.xlsx")
    )
    (of,) = [row for row in paid.active.values if row[0] == line.payments.get().reference]
    assert of[4:8] == (line.gross, line.tax, line.travel, line.payable)
    assert of[8] == "已付款"
    assert CARD not in str(list(paid.active.values))
    # Who asked for it, who agreed, and who saw it paid.
    told = json.loads(archive.read("操作日志/操作日志.json"))
    of_batch = [(one["action"], one["actor"]) for one in told if one["subject"] == str(batch)]
    assert of_batch == [
        ("建立付款批次", batch.made_by.name),
        ("同意付款", second.name),
        ("登记已付款", second.name),
    ]
    assert "结束项目评价" in {one["action"] for one in told}
    (of,) = [row for row in rated.active.values if row[0] and line.expert.number in str(row[0])]
    assert (of[1], of[4], of[5]) == (85, "认真负责", str(operator))
    # Ratings are for who may see ratings, and the file with them.
    codes = ("bundles.make", "draws.view", "draws.names", "draws.run", "fees.view")
    clerk = make_user(roles=(make_role(*codes),))
    assert ["综合评价", "生成人没有查看的权限"] in make_made(project, clerk).withheld
    assert "综合评价" in out_of_reach(clerk, late)


def test_each_gets_what_he_may_see_and_nobody_more_by_the_file_of_another(
    operator: User, admin: User
) -> None:
    project = make_proven(operator)
    whole = make_made(project, admin)
    own = make_made(project, operator)
    assert "log_contents" not in own.parts
    assert ["操作日志原文", "生成人没有查看的权限"] in own.withheld
    assert not any(one.startswith("操作日志原文/") for one in names_in(own))
    file = kept(whole)
    assert may_view(admin, file)
    assert not may_view(operator, file)
    assert out_of_reach(operator, whole) == ["操作日志原文"]
    assert may_view(operator, kept(own))
    assert not may_view(make_user("finance"), kept(own))


@pytest.mark.shows("PRJ-17", "PRJ-31")
def test_what_was_said_over_the_telephone_is_in_it_with_its_hash(
    operator: User, admin: User
) -> None:
    project = make_proven(operator)
    row = Invitation.objects.filter(draw__projects=project)[0]
    letters = Message.objects.filter(about_type="draws.invitation", about_id=str(row.pk))
    letter = letters.exclude(channel="site")[0]
    call = make_call(letter)
    bundle = make_made(project, admin)
    (path,) = [one for one in names_in(bundle) if one.startswith("通话录音/")]
    assert letter.recipient in path
    assert path.endswith(".wav")
    assert zipfile.ZipFile(io.BytesIO(content_of(bundle))).read(path) == TAPE
    listed = {one["path"]: one["sha256"] for one in listed_in(bundle)["files"]}
    assert listed[path] == call.sha256
    # Who may not hear it on the notice hears it in no bundle.
    deaf = make_user(roles=(make_role("bundles.make", "draws.view", "draws.names", "draws.run"),))
    own = make_made(project, deaf)
    assert "names" in own.parts
    assert ["通话录音", "生成人没有查看的权限"] in own.withheld
    assert not may_view(deaf, kept(bundle))
    Call.objects.filter(pk=call.pk).update(sha256="0" * 64)
    altered = make_made(project, admin)
    assert "calls" not in altered.parts
    assert any(one[0].startswith("通话录音：") and "打不开" in one[1] for one in altered.withheld)


@pytest.mark.shows("PRJ-15", "PRJ-31")
def test_films_of_the_screen_are_in_it_for_who_may_see_them(operator: User, admin: User) -> None:
    project, film = make_proven(operator), b"\x1aE\xdf\xa3 what was on the screen"
    attach(
        subject=project,
        uploaded_file=SimpleUploadedFile("抽取录屏.webm", film),
        kind=EvidenceKind.RECORDING,
        as_evidence=True,
        actor=operator,
        now=timezone.now(),
    )
    bundle = make_made(project, admin)
    assert "recordings" in bundle.parts
    archive = zipfile.ZipFile(io.BytesIO(content_of(bundle)))
    assert archive.read("录屏录音/抽取录屏.webm") == film
    listed = {one["path"]: one["sha256"] for one in listed_in(bundle)["files"]}
    assert listed["录屏录音/抽取录屏.webm"] == hashlib.sha256(film).hexdigest()
    # What he may not open on the tab 存证 he opens in no bundle.
    for codes in (["draws.view"], ["projects.view"]):
        clerk = make_user(roles=(make_role("bundles.make", *codes),))
        own = make_made(project, clerk)
        assert ["录屏录音", "生成人没有查看的权限"] in own.withheld, codes
        assert not any(one.startswith("录屏录音/") for one in names_in(own))
        assert "录屏录音" in out_of_reach(clerk, bundle)


def test_the_log_tells_fees_and_scores_to_nobody_who_may_not_see_them(operator: User) -> None:
    """The tab 日志 does not tell them either."""
    project = make_proven(operator)
    codes = ("bundles.make", "draws.view", "draws.names", "draws.run")
    whole = make_made(
        project, make_user(roles=(make_role(*codes, "fees.view", "reviews.results"),))
    )
    assert "log" in whole.parts
    for lacking in ("fees.view", "reviews.results"):
        clerk = make_user(roles=(make_role(*codes, lacking),))
        own = make_made(project, clerk)
        assert ["操作日志", "生成人没有查看的权限"] in own.withheld
        assert not any("操作日志" in one for one in names_in(own))
        assert "操作日志" in out_of_reach(clerk, whole)
        assert not may_view(clerk, kept(whole))


def test_nothing_that_names_anybody_leaves_before_the_names_do(admin: User) -> None:
    draw = make_draw(now=timezone.now(), reply_minutes=60)
    for is_archive in (False, True):
        bundle = make_made(draw.project, admin, is_archive=is_archive)
        assert bundle.is_done
        # Its record, too: how many candidates there were.
        (about,) = [one for one in bundle.withheld if one[1] != "名单尚未公开"]
        assert about[0] == f"抽取记录：{draw.number}"
        assert about[1].startswith("名单公开之后才有")
        assert bundle.parts == []
        assert names_in(bundle) == {
            "清单.json",
            "说明.txt",
            "核验/verify_bundle.py",
            "核验/verify_draw.py",
            "核验/verify_review.py",
        }


def test_the_archive_keeps_a_whole_one(operator: User) -> None:
    now = timezone.now()
    project = make_proven(operator, now=now)
    archive_project(project=project, note="资料齐全", actor=operator, now=now + timedelta(days=9))
    bundle = Bundle.objects.get()
    assert (bundle.is_archive, bundle.asked_by, bundle.state) == (True, operator, "queued")
    connection.check_constraints()  # links the entries of the log, as a commit does
    make_bundle(bundle_id=bundle.pk, now=now + timedelta(days=9))
    bundle.refresh_from_db()
    assert "fees" in bundle.parts
    assert not bundle.withheld
    # He who archived it gets it only if he may see all of it.
    assert out_of_reach(operator, bundle)


def test_two_at_once_and_too_many_are_refused(operator: User, admin: User) -> None:
    project = make_draw(now=timezone.now(), reply_minutes=60).project
    now = timezone.now()
    first = ask_for_bundle(project=project, actor=admin, now=now)
    with pytest.raises(BundleRefused, match="正在生成"):
        ask_for_bundle(project=project, actor=admin, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bundle.objects.create(project=project, asked_by=admin, asked_at=now)
    make_bundle(bundle_id=first.pk, now=now)
    for _ in range(MOST_A_DAY - 1):
        Bundle.objects.create(
            project=project, asked_by=admin, asked_at=now, finished_at=now, state=BundleState.FAILED
        )
    with pytest.raises(BundleRefused, match="一天内已生成 10 份"):
        ask_for_bundle(project=project, actor=admin, now=now)


def test_one_that_nobody_asked_for_is_not_made(admin: User) -> None:
    project = make_draw(now=timezone.now(), reply_minutes=60).project
    bundle = ask_for_bundle(project=project, actor=admin, now=timezone.now())
    Bundle.objects.filter(pk=bundle.pk).update(is_archive=True)
    make_bundle(bundle_id=bundle.pk, now=timezone.now())
    bundle.refresh_from_db()
    assert (bundle.state, bundle.error) == ("failed", FORGED)
    assert forged_rows(now=timezone.now())["证据包"] == 1


def test_whoever_writes_more_parts_into_the_row_reads_no_more(operator: User, admin: User) -> None:
    bundle = make_made(make_proven(operator), admin)
    file = kept(bundle)
    Bundle.objects.filter(pk=bundle.pk).update(parts=[])
    assert not may_view(operator, file)
    assert not may_view(admin, file)


def test_what_fails_is_told(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = ask_for_bundle(
        project=make_draw(now=timezone.now(), reply_minutes=60).project,
        actor=admin,
        now=timezone.now(),
    )
    monkeypatch.setattr("expertpool.bundles.services.making.chain_head", lambda: 1 / 0)
    make_bundle(bundle_id=bundle.pk, now=timezone.now())
    bundle.refresh_from_db()
    assert (bundle.state, file_of(bundle)) == ("failed", None)
    assert "请重新生成" in bundle.error


def test_the_card_the_page_and_the_file(client: Client, operator: User) -> None:
    project = make_proven(operator)
    login(client, operator)
    evidence = reverse("projects:detail", args=[project.pk]) + "?tab=evidence"
    assert "生成证据包" in client.get(evidence).content.decode()
    answer = client.post(reverse("bundles:make", args=[project.pk]))
    bundle = Bundle.objects.get()
    page = reverse("bundles:detail", args=[bundle.pk])
    assert answer["Location"] == page
    assert "排队中" in client.get(page).content.decode()
    answer = client.post(reverse("bundles:make", args=[project.pk]), follow=True)
    assert "正在生成" in answer.content.decode()
    make_bundle(bundle_id=bundle.pk, now=timezone.now())
    bundle.refresh_from_db()
    shown = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert bundle.digest in shown
    assert "操作日志原文" in shown
    assert "<html" not in shown
    file = kept(bundle)
    download = reverse("files:download", args=[file.pk])
    assert download in shown
    content = b"".join(client.get(download).streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"PK")
    assert page in client.get(evidence).content.decode()
    Bundle.objects.filter(pk=bundle.pk).update(is_archive=True)
    assert "在系统之外被改动过" in client.get(page).content.decode()
    assert client.get(download).status_code == 404


def test_what_was_left_out_of_a_part_names_nobody_to_who_may_not_see_it(
    client: Client, operator: User, admin: User
) -> None:
    project = make_proven(operator)
    line = FeeLine.objects.filter(project=project).select_related("expert")[0]
    FeeLine.objects.filter(pk=line.pk).update(proof=b"\0" * 32)
    page = reverse("bundles:detail", args=[make_made(project, admin).pk])
    login(client, admin)
    assert line.expert.name in client.get(page).content.decode()
    login(client, make_user(roles=(make_role("bundles.make"),)))
    shown = client.get(page).content.decode()
    assert "里面有您不能查看的内容" in shown
    assert line.expert.name not in shown
