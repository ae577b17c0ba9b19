"""What a fee comes to once it is corrected, in words."""

from __future__ import annotations

from decimal import Decimal

FAR = 2  # times what it was: asked about, and said to whoever agrees


def is_far_more(stands: Decimal, gross: Decimal) -> bool:
    """Tell whether a correction by ``gross`` makes a fee of ``stands`` (yuan before tax) more than anybody forgot."""
    return stands + gross >= FAR * stands and gross > 0


def corrected_words(stands: Decimal, gross: Decimal) -> str:
    """Return what a fee of ``stands`` (yuan before tax, with what corrected it before) comes to by ``gross``."""
    after = stands + gross
    said = f"更正后应发 {after:,.2f} 元（现在 {stands:,.2f} 元）"
    if stands and is_far_more(stands, gross):
        return f"{said}，为原来的 {after / stands:.1f} 倍"
    return said
