"""Until when the terms of a list last that says only when they began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from expertpool.core.configuration import value_of
from expertpool.experts.queries.availability import last_day
from expertpool.experts.settings import TERM_YEARS

TERM = "list_term"  # among the options of a run
BY_OFFICE = "office"  # as long as the office lets a term be; empty: for good
BEGINS, ENDS = "term_start_date", "term_end_date"


def asked_of_terms(codes: Sequence[str]) -> Mapping[str, Any]:
    """Return what is asked of a list whose headers stand for ``codes``; of all lists without them."""
    years = value_of(TERM_YEARS)
    if not years or (codes and not _only_begins(codes)):
        return {}
    return {
        TERM: forms.ChoiceField(
            label="聘期到什么时候",
            choices=[("", "没有届满日期，长期有效"), (BY_OFFICE, f"每位自聘期开始起 {years} 年")],
            required=False,
            help_text="名单只写了聘期开始。有届满日期的，请在下面选出是哪一列。",
        )
    }


def suggested_terms(codes: Sequence[str]) -> Mapping[str, Any]:
    """Return the answer that such a list suggests: what it does not say is not made up, and is asked."""
    return dict.fromkeys(asked_of_terms(codes), "") if codes else {}


def end_of_office(start: date | None, options: Mapping[str, Any]) -> date | None:
    """Return the last day of a term of such a list; None where it has none."""
    if start is None or options.get(TERM) != BY_OFFICE:
        return None
    return last_day(start, value_of(TERM_YEARS))


def _only_begins(codes: Sequence[str]) -> bool:
    return BEGINS in codes and ENDS not in codes
