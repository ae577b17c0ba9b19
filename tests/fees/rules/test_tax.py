"""What is withheld, against the cases of the tax bureau's formula."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertpool.fees.rules.tax import gross_for, gross_of_next, tax_of_next, withholding

CENT = Decimal("0.01")
SUMS = st.integers(0, 20_000_000).map(lambda cents: cents * CENT)
with (Path(__file__).parents[2] / "data" / "labour_tax_cases.csv").open() as file:
    CASES = [{name: Decimal(text) for name, text in row.items()} for row in csv.DictReader(file)]


@pytest.mark.shows("PRJ-29")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["gross"]))
def test_the_cases(case: dict[str, Decimal]) -> None:
    found = withholding(case["gross"])
    assert found.base == case["taxable_base"]
    assert (found.bracket.rate, found.bracket.less) == (case["rate"], case["quick_deduction"])
    assert (found.tax, found.net) == (case["tax_withheld"], case["net"])


@given(SUMS)
def test_of_a_net_sum_the_gross_one_leaves_it(net: Decimal) -> None:
    assert abs(withholding(gross_for(net)).net - net) <= CENT


@given(SUMS, SUMS)
def test_of_a_net_sum_agreed_in_a_month_the_gross_one_leaves_it(
    net: Decimal, paid: Decimal
) -> None:
    withheld = withholding(paid).tax
    gross = gross_of_next(net, paid=paid, withheld=withheld)
    left = gross - tax_of_next(gross, paid=paid, withheld=withheld)
    assert abs(left - net) <= CENT


@given(st.lists(SUMS, min_size=1, max_size=6))
def test_a_month_is_taxed_as_one_however_it_is_parted(sums: list[Decimal]) -> None:
    paid = withheld = Decimal(0)
    for one in sums:
        tax = tax_of_next(one, paid=paid, withheld=withheld)
        paid, withheld = paid + one, withheld + tax
    assert withheld == withholding(sum(sums, Decimal(0))).tax


def test_less_than_nothing_is_not_paid() -> None:
    with pytest.raises(ValueError, match="less"):
        withholding(Decimal(-1))
