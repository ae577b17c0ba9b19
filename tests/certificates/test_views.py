"""The pages of certificates: the office's, the expert's and the one that anybody opens by scanning."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.certificates.enums import NameShown
from expertpool.certificates.models import Certificate, CertificateRun, Design
from expertpool.certificates.queries.codes import SIGNS
from expertpool.certificates.services import runs
from expertpool.certificates.services.issuing import reissue_certificate, revoke_certificate
from expertpool.certificates.services.lookups import forget_lookups
from expertpool.certificates.settings import PUBLIC_EMPLOYER, PUBLIC_NAME, PUBLIC_PER_HOUR
from expertpool.experts.enums import ExpertKind, ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.services.deletion import delete_expert
from expertpool.experts.services.status import freeze_expert
from expertpool.experts.settings import OFFICE_CONTACT
from expertpool.notifications.models import Message
from tests.factories.accounts import make_department, make_user
from tests.factories.certificates import layout, make_certificate, picture, text_element
from tests.factories.experts import give_account, make_expert, make_unit, rename
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
HTMX = {"HTTP_HX_REQUEST": "true"}


def check(client: Client, code: str) -> Any:
    return client.get(reverse("certificates:check", args=[code]))


# --- The office --------------------------------------------------------------------------------


def test_the_list_and_its_export_say_the_same(client: Client, admin: User) -> None:
    login(client, admin)
    one, other = (make_certificate(make_expert(name)) for name in ("王小明", "李丽"))
    revoke_certificate(certificate=other, reason="遗失", actor=admin, now=timezone.now())
    rename(Expert.objects.filter(pk=one.expert_id), "王晓明")
    page = client.get(reverse("certificates:list")).content.decode()
    assert one.number in page
    assert other.number in page
    for tab, words in (("valid", "王小明"), ("outdated", "信息已变更"), ("revoked", "李丽")):
        page = client.get(reverse("certificates:list"), {"tab": tab}).content.decode()
        assert words in page
        assert (one.number in page) == (tab != "revoked")
    found = client.get(reverse("certificates:list"), {"q": "李丽"}).content.decode()
    assert one.number not in found
    address = reverse("core:export", args=["certificates.certificates"])
    file = client.post(f"{address}?tab=revoked")
    assert file.headers["Content-Type"].endswith("sheet")
    home = client.get("/").content.decode()
    assert "份证书与专家信息不一致" in home
    tab = client.get(reverse("experts:detail", args=[other.expert_id]), {"tab": "certificates"})
    assert "遗失" in tab.content.decode()


@pytest.mark.parametrize("out", [freeze_expert, delete_expert])
def test_of_who_is_out_none_is_offered_anew(client: Client, admin: User, out: Any) -> None:
    """The button led to a refusal and nowhere else."""
    certificate = make_certificate()
    login(client, admin)
    by_expert = reverse("experts:detail", args=[certificate.expert_id]) + "?tab=certificates"
    pages = (by_expert, reverse("certificates:list") + f"?q={certificate.number}")
    anew = reverse("certificates:reissue", args=[certificate.pk])

    def offered() -> list[bool]:
        return [anew in client.get(page).content.decode() for page in pages]

    assert offered() == [True, True]
    out(expert=certificate.expert, reason="核查", actor=admin, now=timezone.now())
    assert offered() == [False, False]
    # What can still be done is.
    revoke = reverse("certificates:revoke", args=[certificate.pk])
    assert all(revoke in client.get(page).content.decode() for page in pages)


@pytest.mark.shows("PORT-28")
def test_of_a_revoked_one_its_expert_is_told_why_and_nobody_prints_it(
    client: Client, admin: User
) -> None:
    configure(OFFICE_CONTACT, "0731-84110000")
    login(client, admin)
    kept, gone = make_certificate(), make_certificate(make_expert("李丽"))
    now = timezone.now()
    revoke_certificate(certificate=gone, reason="聘期内违反承诺", actor=admin, now=now)
    told = Message.objects.filter(occasion="certificates.revoked")
    assert {one.channel for one in told} >= {"email", "sms"}
    for one in told:
        assert gone.number in one.body
        assert "聘期内违反承诺" in one.body
        assert "0731-84110000" in one.body
    page = client.get(reverse("certificates:list")).content.decode()
    files = {one: reverse("certificates:file", args=[one.pk]) for one in (kept, gone)}
    assert files[kept] in page
    assert files[gone] not in page
    answer = client.get(files[gone])
    assert answer.status_code == 409
    assert "已注销，不能打印" in answer.content.decode()
    run = runs.start_run(kind="print", keys=[kept.pk, gone.pk], actor=admin, now=now)
    runs.work_off(run_id=run.pk, now=now)
    run.refresh_from_db()
    assert run.made == 1
    assert "已注销，不能打印" in run.refused[0][1]


def test_nobody_prints_as_valid_what_was_reissued(client: Client, admin: User) -> None:
    login(client, admin)
    old = make_certificate()
    new = reissue_certificate(certificate=old, actor=admin, now=timezone.now())
    page = client.get(reverse("certificates:list"), {"tab": "replaced"}).content.decode()
    assert reverse("certificates:file", args=[old.pk]) not in page
    answer = client.get(reverse("certificates:file", args=[old.pk]))
    assert answer.status_code == 409
    assert "已换发，不能打印" in answer.content.decode()
    assert client.get(reverse("certificates:file", args=[new.pk])).status_code == 200


def test_whoever_has_no_scope_sees_and_does_nothing(client: Client, admin: User) -> None:
    """Another department's certificates are not there; rights to see are none to issue."""
    certificate = make_certificate(make_expert(department=make_department("别的部门")))
    reader = login(client, make_user("department", department=make_department("本部门")))
    for name, method in (("list", "get"), ("file", "get"), ("revoke", "post"), ("reissue", "post")):
        args = [] if name == "list" else [certificate.pk]
        answer = getattr(reader, method)(reverse(f"certificates:{name}", args=args))
        assert answer.status_code == 403
    operator = login(Client(), make_user("operator"))
    assert operator.get(reverse("certificates:list")).status_code == 200
    assert operator.post(reverse("certificates:revoke", args=[certificate.pk])).status_code == 403


def test_missing_ones_are_issued_together_and_fetched(client: Client, admin: User) -> None:
    login(client, admin)
    experts = [make_expert(f"专家{at}") for at in range(3)]
    assert "3 位在库专家还没有证书" in client.get("/").content.decode()
    page = client.get(reverse("certificates:missing")).content.decode()
    assert "专家2" in page
    keys = [str(one.pk) for one in experts[:2]]
    answer = client.post(reverse("certificates:issue_picked"), {"pk": keys, "count": "2"}, **HTMX)
    run = CertificateRun.objects.get()
    assert answer.headers["HX-Redirect"] == reverse("certificates:run", args=[run.pk])
    waiting = client.get(reverse("certificates:run", args=[run.pk])).content.decode()
    assert "hx-get" in waiting
    assert client.get(reverse("certificates:run_file", args=[run.pk])).status_code == 404
    runs.work_off(run_id=run.pk, now=timezone.now())
    page = client.get(reverse("certificates:run", args=[run.pk])).content.decode()
    assert reverse("certificates:run_file", args=[run.pk]) in page
    file = client.get(reverse("certificates:run_file", args=[run.pk]))
    assert file.content.startswith(b"%PDF")
    other = login(Client(), make_user("admin"))
    assert other.get(reverse("certificates:run", args=[run.pk])).status_code == 404
    answer = client.post(reverse("certificates:issue", args=[experts[2].pk]))
    assert answer.status_code == 204
    again = client.post(reverse("certificates:issue", args=[experts[2].pk]))
    assert again.status_code == 409
    picked = [str(one) for one in Certificate.objects.values_list("pk", flat=True)]
    ended = client.post(
        reverse("certificates:revoke_picked"), {"pk": picked, "count": "3", "reason": "到期清理"}
    )
    assert ended.status_code == 204
    assert Certificate.objects.filter(ending="revoked", reason="到期清理").count() == 3


@pytest.mark.shows("PORT-26")
def test_a_design_is_made_with_a_background_of_the_house(client: Client, admin: User) -> None:
    login(client, admin)
    assert "个人专家聘书" in client.get(reverse("certificates:designs")).content.decode()
    upload = SimpleUploadedFile("底版.png", picture())
    kept = client.post(reverse("certificates:background"), {"file": upload}).json()
    assert kept["landscape"] is True
    values = {
        "name": "本院聘书", "kinds": ["individual"], "prefix": "聘", "digits": "4",
        "with_year": "on", "layout": layout(text_element("{{工作单位}}", x=40)),
        "background": kept["background"], "landscape": "True", "seen": "0",
    }  # fmt: skip
    seen = client.post(reverse("certificates:preview"), values)
    assert seen.content.startswith(b"\x89PNG")
    assert client.post(reverse("certificates:preview_pdf"), values).content.startswith(b"%PDF")
    # Those of the product are for all individuals: they make room first.
    refused = client.post(reverse("certificates:design_new"), values)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "已用样式「个人专家聘书」" in page
    assert "本院聘书" in page
    built = Design.objects.get(built_in="individual")
    assert client.post(reverse("certificates:design_stop", args=[built.pk])).status_code == 204
    assert client.post(reverse("certificates:design_new"), values).status_code == 302
    design = Design.objects.get(name="本院聘书")
    assert client.post(reverse("certificates:design_use", args=[built.pk])).status_code == 409
    assert make_certificate().number == f"聘{timezone.localdate().year}0001"
    page = client.get(reverse("certificates:design", args=[design.pk])).content.decode()
    assert "{{工作单位}}" in json.dumps(page, ensure_ascii=False)
    # What was typed is kept where the layout is refused.
    wrong = values | {"layout": layout(text_element("<script>{{不存在}}</script>")), "seen": "1"}
    answer = client.post(reverse("certificates:design", args=[design.pk]), wrong)
    assert answer.status_code == 422
    assert "没有 {{不存在}} 这个变量" in answer.content.decode()
    assert "<script>{{" not in answer.content.decode()
    for broken in ({}, {"layout": "x" * 300_000}, values | {"background": "999999"}):
        answer = client.post(reverse("certificates:preview"), broken)
        assert answer.status_code == 422
        assert answer.json()["error"]
    stale = client.post(reverse("certificates:design", args=[design.pk]), values | {"seen": "0"})
    assert "别人刚刚保存过" in stale.content.decode()


# --- The expert --------------------------------------------------------------------------------


@pytest.mark.shows("PORT-28")
def test_an_expert_downloads_his_own_while_it_is_valid(client: Client, admin: User) -> None:
    now, user = timezone.now(), make_user("expert")
    expert = make_expert("王立新")
    give_account(expert, user)
    certificate, foreign = make_certificate(expert), make_certificate()
    own = login(client, user)
    page = own.get(reverse("certificates:own")).content.decode()
    assert "下载证书" in page
    assert foreign.number not in page
    address = reverse("certificates:own_file", args=[certificate.pk])
    file = own.get(address)
    assert file.content.startswith(b"%PDF")
    assert "attachment" in file.headers["Content-Disposition"]
    assert own.get(address, {"preview": "1"}).headers["Content-Disposition"].startswith("inline")
    assert own.get(reverse("certificates:own_file", args=[foreign.pk])).status_code == 404
    new = reissue_certificate(certificate=certificate, actor=admin, now=now)
    assert own.get(address).status_code == 409
    address = reverse("certificates:own_file", args=[new.pk])
    assert own.get(address).status_code == 200
    Expert.objects.update(term_end_date=timezone.localdate() - timedelta(days=1))
    assert own.get(address).status_code == 409
    Expert.objects.update(term_end_date=None)
    revoke_certificate(
        certificate=Certificate.objects.select_related("expert").get(pk=new.pk),
        reason="严重违规",
        actor=admin,
        now=now,
    )
    assert own.get(address).status_code == 409
    page = own.get(reverse("certificates:own")).content.decode()
    assert "下载证书" not in page
    assert "严重违规" in page


# --- Anybody -----------------------------------------------------------------------------------


@pytest.mark.shows("PORT-30")
def test_a_scan_tells_masked_identity_state_and_validity(client: Client, admin: User) -> None:
    unit = make_unit("某设计院")
    expert = make_expert("欧阳小明", employer=unit, email="x@example.cn", expert_type="技术类")
    certificate = make_certificate(expert)
    answer = check(client, certificate.code)
    page = answer.content.decode()
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    for words in ("有效", certificate.number, "欧**", "个人专家 技术类"):
        assert words in page
    for secret in ("欧阳小明", expert.phone, "x@example.cn", "某设计院", expert.number):
        assert secret not in page
    configure(PUBLIC_NAME, NameShown.PLAIN.value)
    configure(PUBLIC_EMPLOYER, True)
    page = check(client, certificate.code).content.decode()
    assert "欧阳小明" in page
    assert "某设计院" in page
    configure(PUBLIC_NAME, NameShown.HIDDEN.value)
    assert "欧" not in check(client, certificate.code).content.decode()
    for status, words in (("frozen", "暂停使用"), ("blacklisted", "已失效"), ("formal", "有效")):
        Expert.objects.update(status=status)
        page = check(client, certificate.code).content.decode()
        assert words in page
        assert "黑名单" not in page
    yesterday = timezone.localdate() - timedelta(days=1)
    Expert.objects.update(term_end_date=yesterday)
    page = " ".join(check(client, certificate.code).content.decode().split())
    assert "已过期" in page
    # What is printed, and that a shorter term ends it earlier.
    assert f"{certificate.valid_from} 至 {certificate.valid_until}" in page
    assert f"专家的聘期现至 {yesterday}，证书同日失效" in page
    Expert.objects.update(term_end_date=None)
    row = Certificate.objects.select_related("expert").get()
    new = reissue_certificate(certificate=row, actor=admin, now=timezone.now())
    Expert.objects.update(term_end_date=timezone.localdate() + timedelta(days=9))
    page = check(client, certificate.code).content.decode()
    assert "已换发" in page
    assert "聘期现至" not in page
    new = Certificate.objects.select_related("expert").get(pk=new.pk)
    revoke_certificate(certificate=new, reason="内部原因", actor=admin, now=timezone.now())
    page = check(client, new.code).content.decode()
    assert "已注销" in page
    assert "内部原因" not in page
    firm = make_expert("某设计公司", kind=ExpertKind.ORGANISATION, contact_person="王")
    page = check(client, make_certificate(firm).code).content.decode()
    assert "某设计公司" in page


@pytest.mark.shows("PORT-29")
def test_one_sign_changed_is_no_certificate(client: Client, admin: User) -> None:
    """Whatever is not a code gets the same answer, after the same statements."""
    code = make_certificate().code
    assert check(client, code).status_code == 200
    answers, asked = set(), set()
    for at in range(len(code)):
        other = SIGNS[(SIGNS.index(code[at]) + 1) % len(SIGNS)]
        answers.add(_unknown(client, code[:at] + other + code[at + 1 :], asked))
    hostile = (code[:-1], code + "a", code.upper(), " " + code, "x" * 5_000, "1", "%00", "';--",
               "<script>", "无此证书", "😀")  # fmt: skip
    for text in hostile:
        answers.add(_unknown(client, text, asked))
    assert len(answers) == 1
    assert len(asked) == 1


def _unknown(client: Client, code: str, asked: set[int]) -> bytes:
    with CaptureQueriesContext(connection) as queries:
        answer = check(client, code)
    asked.add(len(queries))
    assert answer.status_code == 404
    assert "无此证书" in answer.content.decode()
    return _plain(answer)


def _plain(answer: Any) -> bytes:
    """Return the page without the token of its visit."""
    return re.sub(rb"(name=\"(?:csrf-token|server-now)\" content=\")[^\"]*", rb"\1", answer.content)


def test_an_address_that_asks_too_often_is_not_answered(client: Client) -> None:
    configure(PUBLIC_PER_HOUR, 10)
    code = make_certificate().code
    asked = [check(client, one).status_code for one in (code, "x") * 5]
    assert asked == [200, 404] * 5
    known, unknown = check(client, code), check(client, "x")
    assert known.status_code == unknown.status_code == 429
    assert _plain(known) == _plain(unknown)
    elsewhere = client.get(reverse("certificates:check", args=[code]), REMOTE_ADDR="10.9.8.7")
    assert elsewhere.status_code == 200
    assert forget_lookups(now=timezone.now() + timedelta(days=2)) == 2
    assert check(client, code).status_code == 200


def test_who_is_pending_has_nothing_to_show(client: Client) -> None:
    user = make_user("expert")
    give_account(make_expert(status=ExpertStatus.PENDING), user)
    page = login(client, user).get(reverse("certificates:own")).content.decode()
    assert "还没有证书" in page
