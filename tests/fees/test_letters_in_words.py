"""What the letter of a fee says where it is read: on paper, as it was signed, and in the form of the office."""

from __future__ import annotations

import io
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.fees.models import FeeLine
from expertpool.fees.queries.lines import fees_visible_to
from expertpool.fees.services.corrections import decide_correction, request_correction
from expertpool.fees.services.letters import letter_pdf, payer_of
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.fees import STROKES, make_paid_to, make_sent, make_signed, pay

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 15, 0))  # noqa: DTZ001
POINTS = len(json.loads(STROKES)[0])


def read(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def drawn(pdf: bytes) -> int:
    """How many lines and curves stand in the pages and in the pictures on them."""

    def count(stream: Any, resources: Any) -> int:
        operators = [name for _, name in pypdf.generic.ContentStream(stream, reader).operations]
        inner = [one.get_object() for one in (resources or {}).get("/XObject", {}).values()]
        return sum(one in (b"l", b"c", b"v", b"y") for one in operators) + sum(
            count(one, one.get("/Resources")) for one in inner if one["/Subtype"] == "/Form"
        )

    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return sum(count(page.get_contents(), page["/Resources"]) for page in reader.pages)


@pytest.mark.shows("PRJ-30", "PORT-31")
def test_the_letter_says_what_is_paid_by_whom_for_what_and_bears_the_hand(operator: User) -> None:
    (sent,) = make_sent(operator, now=NOW, pool=(make_expert("王立新"),), minutes=211)
    line = make_signed(operator, now=NOW, minutes=211, expert=make_expert("李建国"))
    line = FeeLine.objects.get(pk=line.pk)
    assert [amount for _, amount in line.steps] == ["400.00", "100.00"]
    pdf = letter_pdf(line, at=NOW)
    text = read(pdf)
    for words in (
        "劳务费确认函",
        line.project.name,
        payer_of(line),
        "李建国",
        str(line.rate),
        *(words for words, _ in line.steps),
        *(amount for _, amount in line.steps),
        f"{line.gross:.2f}",
        f"{line.tax:.2f}",
        f"{line.told_net:.2f}",
        line.letter_hash,
        f"签字时间：{line.told_on:%Y-%m-%d}",
    ):
        assert "".join(words.split()) in text, words
    assert "王立新" not in text
    # The hand is on the one that was signed alone.
    before = letter_pdf(sent, at=NOW)
    assert "签字时间" not in read(before)
    assert drawn(pdf) >= drawn(before) + POINTS // 2


def corrected(line: FeeLine, gross: str, reason: str) -> FeeLine:
    asks, agrees = make_user("finance"), make_user("finance")
    request = request_correction(
        line=line, gross=Decimal(gross), reason=reason, actor=asks, now=NOW
    )
    decide_correction(request=request, agree=True, note="", actor=agrees, now=NOW)
    return fees_visible_to(asks).filter(corrects=line).latest("pk")


@pytest.mark.shows("PRJ-16", "PRJ-31")
def test_a_correction_says_which_letter_by_how_much_and_why(operator: User) -> None:
    paid = pay(make_paid_to(operator, now=NOW, minutes=540), make_user("finance"), now=NOW)
    more = corrected(paid, "200.05", "少算两小时")
    less = corrected(paid, "-100.10", "多算一小时")
    for line, sums in (
        (more, ("200.05", "40.01", "160.04")),
        (less, ("-100.10", "-20.02", "-80.08")),
    ):
        text = read(letter_pdf(line, at=NOW))
        assert text.startswith("评审专家劳务费更正函")
        for words in (
            f"更正：{line.note}{sums[0]}",
            f"应发（元）{sums[0]}代扣个人所得税（元）{sums[1]}实发（元）{sums[2]}",
            f"原应发（元）1,000.00原内容摘要{paid.letter_hash}",
            f"说明：{line.note}",
            line.letter_hash,
        ):
            assert words in text, words
    # What comes back is told, and not signed (`fees.services.signing`).
    assert "应收回（元）80.08" in text
    assert "不用签字" in text
    assert "专家签字" not in text
    other = read(letter_pdf(more, at=NOW))
    assert "专家签字：" in other
    assert "确认无误" in other
    assert "应收回" not in other
    assert "更正" not in read(letter_pdf(paid, at=NOW))
