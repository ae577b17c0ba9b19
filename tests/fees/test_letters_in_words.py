"""What the letter of a fee says where it is read: on paper, as it was signed, and in the form of the office."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any

import pypdf
import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.fees.models import FeeLine
from expertpool.fees.services.letters import letter_pdf, payer_of
from tests.factories.experts import make_expert
from tests.factories.fees import STROKES, make_sent, make_signed

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
