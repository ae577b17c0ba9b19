"""What is withheld from labour remuneration (劳务报酬) of residents.

Announcement 61 of 2018 of the State Taxation Administration: of what is paid in one month for the same work, 800 yuan are free up to
4,000, a fifth above; the rest is taxed by three rates. The yearly settlement is the expert's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
FREE, SMALL, SHARE = Decimal(800), Decimal(4000), Decimal("0.8")


@dataclass(frozen=True)
class Bracket:
    """A rate for what is taxed up to ``up_to`` (yuan), and what it takes off the tax again (速算扣除数)."""

    up_to: Decimal | None
    rate: Decimal
    less: Decimal


BRACKETS = (
    Bracket(Decimal(20_000), Decimal("0.20"), Decimal(0)),
    Bracket(Decimal(50_000), Decimal("0.30"), Decimal(2000)),
    Bracket(None, Decimal("0.40"), Decimal(7000)),
)


@dataclass(frozen=True)
class Withholding:
    """The tax of a sum (yuan), and how it comes about."""

    gross: Decimal
    base: Decimal
    bracket: Bracket
    tax: Decimal

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax


def withholding(gross: Decimal) -> Withholding:
    """Return what is withheld of ``gross``, all that one person is paid in one month; raises ValueError below nothing."""
    if gross < 0:
        raise ValueError("less than nothing is not paid")
    # Just above 4,000 a fifth is as much as 800: no sum leaves less than a smaller one.
    base = max(gross - FREE, Decimal(0)) if gross <= SMALL else gross * SHARE
    bracket = next(one for one in BRACKETS if one.up_to is None or base <= one.up_to)
    tax = (base * bracket.rate - bracket.less).quantize(CENT, ROUND_HALF_UP)
    return Withholding(gross, base.quantize(CENT, ROUND_HALF_UP), bracket, tax)


def tax_of_next(gross: Decimal, *, paid: Decimal, withheld: Decimal) -> Decimal:
    """Return what is withheld of ``gross`` where the same person was ``paid`` so much before in the month, of which
    ``withheld`` was taken: the month is taxed as one."""
    # Less than nothing where too much was withheld before: the month still comes to what it has to.
    return withholding(paid + gross).tax - withheld


def gross_of_next(net: Decimal, *, paid: Decimal, withheld: Decimal) -> Decimal:
    """Return what has to be paid so that ``net`` is left of it, where the same person was ``paid`` so much before in the month, of
    which ``withheld`` was taken: the month is grossed up as one."""
    gross = gross_for(net + paid - withheld) - paid
    # Cents are rounded twice, by the tax and here; one of the neighbours leaves exactly what was agreed.
    near = (gross, gross - CENT, gross + CENT)
    left = (one for one in near if one - tax_of_next(one, paid=paid, withheld=withheld) == net)
    return next(left, gross)


def gross_for(net: Decimal) -> Decimal:
    """Return what has to be paid so that ``net`` is left, to the cent."""
    if net <= FREE:
        return net
    # What is left of 4,000; of 25,000, of which four fifths reach the end of the first rate; of 62,500, likewise of the second.
    if net <= Decimal(3360):
        gross = (net - 160) / SHARE
    elif net <= Decimal(21_000):
        gross = net / Decimal("0.84")
    elif net <= Decimal(49_500):
        gross = (net - 2000) / Decimal("0.76")
    else:
        gross = (net - 7000) / Decimal("0.68")
    return gross.quantize(CENT, ROUND_HALF_UP)
