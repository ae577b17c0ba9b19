"""The summary of a review as it is read, printed and taken away."""

from __future__ import annotations

import io
import json
import random
import re
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from config.cli import main
from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.notifications.models import Message
from expertpool.papers.registry import PAPERS
from expertpool.papers.services import upload_template
from expertpool.reviews.calculation import How
from expertpool.reviews.calculation.figures import pairs_alike
from expertpool.reviews.exports import ReviewExport
from expertpool.reviews.models import ReassignRequest, Review, Reviewer, ReviewResult
from expertpool.reviews.queries.pairs import beyond_chance
from expertpool.reviews.queries.sheets import seen_mark, sheets_of
from expertpool.reviews.services import sheet_files
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.result_files import PAPER, starter
from expertpool.reviews.services.scoring import Save, compare_sheets, save_scores, submit_sheets
from tests.factories.accounts import make_user
from tests.factories.experts import give_account, make_expert
from tests.factories.review_rules import make_result
from tests.factories.scoring import (
    GOOD,
    PICTURE,
    RULE,
    fill_in,
    make_open,
    reviewer_of,
    submit,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(operator: User) -> ReviewResult:
    return make_result(operator)


@pytest.fixture
def office(client: Client, operator: User) -> Client:
    login(client, operator)
    return client


def file_of(client: Client, row: ReviewResult, form: str) -> bytes:
    answer = client.get(reverse("reviews:result_file", args=[row.review_id, form]))
    assert answer.status_code == 200, answer.content[:300]
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def text_of(pdf: bytes) -> str:
    """What is read on its pages, without the breaks of lines."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


@pytest.mark.shows("OVW-15")
def test_the_summary_shows_items_experts_totals_and_ranks(
    office: Client, row: ReviewResult
) -> None:
    page = office.get(reverse("reviews:result", args=[row.review_id])).content.decode()
    assert all(word in page for word in ("王立新", "李建国", "65", "60", "62.50", row.digest))
    assert "与 T-2 同分" in page
    detail = office.get(reverse("reviews:detail", args=[row.review_id])).content.decode()
    assert reverse("reviews:result", args=[row.review_id]) in detail
    item = office.get(reverse("reviews:result_item", args=[row.review_id, 1])).content.decode()
    assert all(word in item for word in ("方案 50", "平均", "方案完整", "总分 62.5"))
    assert office.get(reverse("reviews:result_item", args=[row.review_id, 9])).status_code == 404


@pytest.mark.shows("OVW-15")
def test_it_is_taken_away_as_pdf_excel_and_record(
    office: Client, row: ReviewResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = text_of(file_of(office, row, "pdf"))
    words = ("评审汇总表", "王立新", "李建国", "62.50", "与T-2同分", "平均", row.digest[:8])
    assert [one for one in words if one not in printed] == []
    book = load_workbook(io.BytesIO(file_of(office, row, "xlsx")))
    table = [[one.value for one in line] for line in book["评审汇总表"]]
    # Of which project, by which rule, when: the first row was the header.
    project, said = row.review.project, {str(one[0]): one[1] for one in table}
    assert (said["项目名称"], said["项目编号"]) == (project.name, project.number)
    assert said["评审规则"] == str(row.review.rule)
    assert said["结束时间"] == moment_text(row.sealed_at)
    at = next(no for no, one in enumerate(table) if one[0] == "名次")
    assert {"名次", "王立新", "李建国", "总分"} <= set(table[at])
    first = dict(zip(table[at], table[at + 1], strict=True))
    # Texts could not be added up.
    assert all(isinstance(first[one], int | float) for one in ("王立新", "李建国", "总分"))
    assert book["评分明细"].max_row == 1 + 2 * 2 * 4  # items, experts, indicators
    file = tmp_path / "record.json"
    file.write_bytes(file_of(office, row, "json"))
    assert json.loads(file.read_text()) == row.content
    assert main(["verify-review", str(file)]) == 0
    assert row.digest in capsys.readouterr().out
    assert Entry.objects.filter(action="review.print").count() == 3


@pytest.mark.shows("OVW-13")
def test_who_leaves_where_all_score_all_is_asked_told_counted_and_in_the_result(
    client: Client, operator: User, supervisor: User, admin: User
) -> None:
    """One person alone took a drawn expert out, with what he had submitted, and nothing that was printed said so."""
    now = timezone.now()
    pool = [make_expert(name) for name in ("李明", "王立新", "唐建")]
    for one in pool:
        give_account(one, make_user("expert"))
    review = make_open(operator, now=now, pool=pool, seats=3)
    rows = [reviewer_of(review, one) for one in pool]
    for one in rows:
        fill_in(one, now=now)
        submit(one, now=now)
    gone, page = rows[0], reverse("reviews:detail", args=[review.pk])
    login(client, operator)
    # The door of one hand is for those alone whom the draw let go.
    client.post(reverse("reviews:leave", args=[gone.pk]), {"reason": "临时有事"})
    url, htmx = reverse("reviews:assignment_exit", args=[gone.pk]), {"HTTP_HX_REQUEST": "true"}
    said = {"ground": "健康原因", "reason": "住院"}
    assert client.post(url, {"reason": "临时有事"}, **htmx).status_code == 422
    assert client.post(url, said, **htmx).status_code == 204
    asked = ReassignRequest.objects.get()
    agree = reverse("workflow:request_agree", args=["reviews.reassign", asked.pk])
    for wrong in (operator, admin):
        login(client, wrong)
        client.post(agree)
        assert Reviewer.objects.filter(review=review, left_at=None).count() == 3
    login(client, supervisor)
    assert Message.objects.filter(occasion="request.asked").exists()
    assert "有人申请专家退出评审" in client.get(page).content.decode()
    said = json.loads(client.post(agree, **htmx)["HX-Trigger"])["toast"]["message"]
    assert said == "已确认，他已退出评审。"
    login(client, operator)
    assert "1 次（退出 1 次）" in client.get(page).content.decode()
    end_review(review=review, actor=operator, now=timezone.now(), short=1)
    result = client.get(reverse("reviews:result", args=[review.pk])).content.decode()
    words = "2 位（原 3 位，1 位退出，1 份已提交的评分表不计入）"
    assert all(one in result for one in (words, "人工干预 1 次（退出 1 次）", "健康原因：住院"))
    row = ReviewResult.objects.get(review=review)
    assert row.content["about"]["panel"] == {
        "left": [{"expert": gone.key, "counts": False}],
        "joined": [],
        "hands": [["退出", 1]],
    }
    cells = [
        str(one.value)
        for sheet in load_workbook(io.BytesIO(file_of(client, row, "xlsx")))
        for line in sheet.iter_rows()
        for one in line
    ]
    assert any(words in one for one in cells)
    log = client.get(reverse("projects:detail", args=[review.project_id]) + "?tab=log")
    assert "评审专家退出" in log.content.decode()


# What each gives for 方案 of 60, of the first item and of the second; 良 brings 15 more.
GIVEN = {
    "王立新": ("50", "35"),
    "李建国": ("45", "30"),
    "周敏": ("40", "25"),
    "唐建": ("30", "15"),
    "郑强": ("20", "20"),
}


def make_trimmed(operator: User) -> Review:
    """An ended review by five, of whose totals the highest and the lowest are left out, and of whom the last was asked
    why his are so far from the others'."""
    now, pool = timezone.now(), [make_expert(name) for name in GIVEN]
    rule = replace(RULE, how=How.TRIMMED, drop=1, far=Decimal(10))
    for one in pool:
        give_account(one, make_user("expert"))
    review = make_open(operator, now=now, pool=pool, seats=5, rule=rule)
    for one, values in zip(pool, GIVEN.values(), strict=True):
        reviewer, user = reviewer_of(review, one), one.user
        assert user
        saves = {
            sheet.item.alias: Save(sheet.revision, GOOD | {"2.1.1": [value, ""]})
            for sheet, value in zip(sheets_of(reviewer), values, strict=True)
        }
        save_scores(reviewer=reviewer, saves=saves, actor=user, now=now)
        compare_sheets(reviewer=reviewer, actor=user, now=now)
        submit_sheets(
            reviewer=reviewer,
            seen=seen_mark(sheets_of(reviewer)),
            signature=PICTURE,
            signed_from="",
            remarks=dict.fromkeys(saves, f"{one.name}认为缺少实施计划"),
            actor=user,
            now=now,
        )
    return end_review(review=review, actor=operator, now=now)


@pytest.mark.shows("OVW-15")
def test_what_was_left_out_is_told_on_the_page_and_on_every_paper(
    office: Client, operator: User
) -> None:
    review = make_trimmed(operator)
    row = ReviewResult.objects.get(review=review)
    page = office.get(reverse("reviews:result", args=[review.pk])).content.decode()
    struck = re.findall(r'<s title="没有计入平均">(\d+)</s>', page)
    assert sorted(struck) == ["30", "35", "50", "65"]
    # On a phone there are no columns: each total says whose it is.
    named = re.findall(r'<td class="c-num" data-label="([^"]+)">\s*(?:<s [^>]*>)?(\d+)', page)
    first_five = dict([(name, total) for name, total in named if name in GIVEN][:5])
    assert first_five == dict(zip(GIVEN, ("65", "60", "55", "45", "35"), strict=True))
    assert all(f"<b>{total}</b>" in page for total in ("53.33", "40.00"))
    book = load_workbook(io.BytesIO(file_of(office, row, "xlsx")))
    table = [[one.value for one in line] for line in book["评审汇总表"]]
    top = next(no for no, one in enumerate(table) if one[0] == "名次")
    first, second = (dict(zip(table[top], table[top + at], strict=True)) for at in (1, 2))
    assert [first[name] for name in GIVEN] == ["（65）", 60, 55, 45, "（35）"]
    assert [second[name] for name in GIVEN] == ["（50）", 45, 40, "（30）", 35]
    assert (first["总分"], second["总分"]) == (53.33, 40)
    assert any("（）中的分数没有计入平均" in str(one[0]) for one in table[top:])
    detail = {tuple(one.value for one in line) for line in book["评分明细"]}
    about = ("评分", "1.1", "方案")
    assert {
        ("T-1", "一标段投标文件", "唐建", *about, "30", 30, None),
        ("T-2", "二标段投标文件", "郑强", *about, "20", 20, None),
        ("T-2", "二标段投标文件", "郑强", "评分", "1.2", "团队", "良", 15, None),
    } <= detail
    pdf = text_of(file_of(office, row, "pdf"))
    said = (
        "（65）",
        "（35）",
        "（50）",
        "（30）",
        "53.33",
        "40.00",
        "没有计入平均",
        row.digest[:8],
    )
    assert [one for one in (*said, *GIVEN) if one not in pdf] == []
    upload_template(
        paper=PAPERS[PAPER],
        project_kind="",
        uploaded_file=SimpleUploadedFile("汇总表.xlsx", starter()),
        actor=operator,
        now=timezone.now(),
    )
    own = load_workbook(io.BytesIO(file_of(office, row, "own"))).active
    (told,) = [str(one.value) for line in own for one in line if "唐建 45" in str(one.value)]
    assert "王立新 65（去掉）" in told
    assert "郑强 35（去掉）" in told
    assert told.count("去掉") == 2


@pytest.mark.shows("OVW-15", "OVW-16")
def test_a_supervisor_reads_who_agrees_who_is_strict_and_what_is_far(
    client: Client, operator: User, supervisor: User
) -> None:
    """Figures by hand: W of ranks with one tie, ICC of Shrout and Fleiss (2,1), means of the four others."""
    review = make_trimmed(operator)
    login(client, supervisor)
    page = client.get(reverse("reviews:result", args=[review.pk])).content.decode()
    assert "高（0.8）" in page
    assert "低（0.39）" in page
    gaps = ("+14.38", "+8.13", "+1.88", "-10.63", "-13.75")
    told = re.sub(r"\s+", " ", page)
    for name, gap in zip(GIVEN, gaps, strict=True):
        assert f"{name} {gap}" in told
    far = told[told.index("与其他专家相差较大的总分") :]
    lines = [re.sub(r"<[^>]+>", " ", one).split() for one in far.split("<tr>")[2:]]
    found = {(one[0], one[1]): one[2:6] for one in lines}
    remark = "郑强认为缺少实施计划"
    assert found == {
        ("T-1", "王立新"): ["65", "48.75", "+16.25", "提交时还没有可比的评分"],
        ("T-1", "李建国"): ["60", "50", "+10", "提交时还没有可比的评分"],
        ("T-1", "唐建"): ["45", "53.75", "-8.75", "唐建认为缺少实施计划"],
        ("T-1", "郑强"): ["35", "56.25", "-21.25", remark],
        ("T-2", "王立新"): ["50", "37.5", "+12.5", "提交时还没有可比的评分"],
        ("T-2", "唐建"): ["30", "42.5", "-12.5", "唐建认为缺少实施计划"],
    }


def test_the_customers_own_form_is_filled(
    office: Client, row: ReviewResult, operator: User
) -> None:
    url = reverse("reviews:result_file", args=[row.review_id, "own"])
    assert office.get(url).status_code == 404
    upload_template(
        paper=PAPERS[PAPER],
        project_kind="",
        uploaded_file=SimpleUploadedFile("汇总表.xlsx", starter()),
        actor=operator,
        now=timezone.now(),
    )
    book = load_workbook(io.BytesIO(file_of(office, row, "own")))
    cells = [str(one.value) for line in book.active.iter_rows() for one in line if one.value]
    assert {"T-1", "T-2", "62.50"} <= set(cells)
    assert any("王立新 65、李建国 60" in one or "李建国 60、王立新 65" in one for one in cells)


@pytest.mark.shows("OVW-15")
def test_the_sheet_of_each_expert_is_taken_away_with_his_hand(
    office: Client, row: ReviewResult, operator: User
) -> None:
    url = reverse("reviews:result_sheet", args=[row.review_id, 1])
    page = office.get(reverse("reviews:result", args=[row.review_id])).content.decode()
    assert url in page
    assert "本单位格式" not in page
    read = text_of(office.get(url).content)
    reviewer = Reviewer.objects.get(review=row.review_id, place=1)
    value = {"王立新": "50", "李建国": "45"}[reviewer.expert.name]
    said = (
        "评审打分表",
        reviewer.expert.name,
        "T-1一标段投标文件",
        f"方案{value}方案完整",
        "团队良",
    )
    assert [one for one in (*said, f"合计：{int(value) + 15}") if one not in read] == []
    assert Entry.objects.get(action="review.print").after["文件"] == "评审打分表"  # type: ignore[index]
    upload_template(
        paper=PAPERS[sheet_files.PAPER_CODE],
        project_kind="",
        uploaded_file=SimpleUploadedFile("打分表.xlsx", sheet_files.starter()),
        actor=operator,
        now=timezone.now(),
    )
    assert (
        "本单位格式" in office.get(reverse("reviews:result", args=[row.review_id])).content.decode()
    )
    answer = office.get(url, {"own": "1"})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    cells = [
        one.value for line in load_workbook(io.BytesIO(content)).active.iter_rows() for one in line
    ]
    assert "方案完整" in cells or any("方案完整" in str(one) for one in cells)
    assert "方案" in cells
    assert {"50", "45"} & set(map(str, cells))  # chance says who sits first
    assert office.get(reverse("reviews:result_sheet", args=[row.review_id, 9])).status_code == 404
    # He himself, too; of an anonymous review by its numbers alone.
    user = reviewer.expert.user
    assert user
    login(office, user)
    own = reverse("reviews:own_sheet", args=[reviewer.pk])
    assert own in office.get(reverse("reviews:own_review", args=[reviewer.pk])).content.decode()
    assert office.get(own).content.startswith(b"%PDF")


def test_an_anonymous_review_names_no_item_to_its_expert(operator: User) -> None:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    review = make_open(operator, now=timezone.now(), pool=(expert,), anonymous=True)
    row = reviewer_of(review, expert)
    fill_in(row, now=timezone.now())
    made = submit(row, now=timezone.now())
    named, own = (sheet_files.Signed(made, "王立新", "", own=one) for one in (False, True))
    assert {one.name for one in named.parts} == {"T-1 一标段投标文件", "T-2 二标段投标文件"}
    assert all(one.name.startswith("匿名") and not one.note for one in own.parts)


def test_who_may_not_read_the_panel_reads_numbers(
    client: Client, row: ReviewResult, admin: User
) -> None:
    role = save_role(
        role=None,
        name="看结果的人",
        grants=[Grant("reviews.results", Scope.ALL)],
        levels={},
        actor=admin,
        now=timezone.now(),
    )
    login(client, make_user(roles=(role,)))
    page = client.get(reverse("reviews:result", args=[row.review_id]))
    assert page.status_code == 200
    assert "专家 1" in page.content.decode()
    assert "王立新" not in page.content.decode()
    assert (
        client.get(reverse("reviews:result_file", args=[row.review_id, "pdf"])).status_code == 403
    )


def test_a_result_that_was_altered_says_so(office: Client, row: ReviewResult) -> None:
    content = row.content
    content["result"]["rows"][0]["total"] = "99.00"
    ReviewResult.objects.filter(pk=row.pk).update(content=content)
    page = office.get(reverse("reviews:result", args=[row.review_id])).content.decode()
    assert "结果被改动过" in page


@pytest.mark.shows("OVW-15")
def test_pairs_who_score_alike_are_shown_to_whoever_may_read_their_names(
    client: Client, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = [make_expert(name) for name in ("王立新", "李建国", "周敏")]
    first = make_result(operator, pool=pool, values=("50", "50", "20"), seats=3)
    login(client, operator)
    url = reverse("reviews:pairs")
    assert "没有超出偶然的" in client.get(url).content.decode()  # of two items nothing can be said
    monkeypatch.setattr(
        "expertpool.reviews.queries.pairs.pairs_alike", partial(pairs_alike, at_least=2)
    )
    monkeypatch.setattr("expertpool.reviews.queries.pairs.beyond_chance", lambda pairs: -9)
    page = client.get(url).content.decode()
    assert all(one.name in page for one in pool)
    assert "1 次" in page
    # What was altered is not counted; nor are those whose names somebody may not read.
    Reviewer.objects.filter(review=first.review_id, place=1).update(is_leader=True)
    assert "没有超出偶然的" in client.get(url).content.decode()


def test_the_figures_of_reviews_are_exported(
    office: Client, row: ReviewResult, operator: User
) -> None:
    assert "导出" in office.get(reverse("reviews:list")).content.decode()
    export = ReviewExport()
    (found,) = export.rows(operator, QueryDict(f"q={row.review.project.number}"))
    cells = {one.header: one.value(found) for one in export.columns}
    assert (cells["评审对象数"], cells["评审专家数"], cells["已提交"]) == (2, 2, 2)
    assert (cells["未通过"], cells["相差较大的总分数"]) == (0, 0)
    assert cells["排序一致程度（0 至 1）"] == ""  # both items are alike to both
    ReviewResult.objects.filter(pk=row.pk).update(digest="0" * 64)
    (altered,) = export.rows(operator, QueryDict(""))
    assert {one.header: one.value(altered) for one in export.columns}["未通过"] == ""


def test_of_many_pairs_the_farthest_by_chance_are_not_shown() -> None:
    rng = random.Random(5)
    tables = [
        {
            str(item): {one: Decimal(rng.randrange(600, 1000)) / 10 for one in experts}
            for item in range(25)
        }
        for experts in (rng.sample([f"{at:03}" for at in range(300)], 16) for _ in range(60))
    ]
    pairs = 60 * 16 * 15 // 2
    assert len(pairs_alike(tables)) > 3
    assert len(pairs_alike(tables, beyond=beyond_chance(pairs))) <= 1
    assert beyond_chance(1) == 3
