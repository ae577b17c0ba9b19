"""A hand on the glass: strokes, and the picture made of them. Nothing that somebody sends is shown as it came."""

from __future__ import annotations

import json
import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

MOST_POINTS, MOST_STROKES, LARGEST = 20_000, 400, 5_000
LEAST_POINTS = 8  # fewer are a slip of the finger
MOST_TEXT = 300_000  # characters: some ten thousand points
MARGIN = 6  # around the strokes, in points of the screen

# A hand that writes something like 王.
DEMO_STROKES = """[[[20,20],[40,19],[60,20],[80,18]],[[24,45],[44,44],[76,44]],[[50,20],[51,40],[50,72]],
[[12,74],[40,72],[66,73],[92,70]]]"""


class SignatureField(forms.CharField):
    """What the glass gives, as a picture: its place is `core/_sign_pad.html`, its script `signing.js`."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MOST_TEXT, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return signature_svg(super().clean(value))
        except ValueError:
            raise ValidationError("请在框里用手指或鼠标签上您的姓名。") from None


def signature_svg(text: str) -> str:
    """Return the strokes in ``text`` (JSON: a list of lists of [x, y]) as an SVG picture, cut to what is written.

    Raises ValueError for anything else, for too little and for too much.
    """
    strokes = _read(text)
    points = [point for stroke in strokes for point in stroke]
    left, top = (min(point[at] for point in points) - MARGIN for at in (0, 1))
    width, height = (
        max(point[at] for point in points) - low + MARGIN for at, low in ((0, left), (1, top))
    )
    paths = "".join(
        f'<path d="M{" L".join(f"{x - left:.1f} {y - top:.1f}" for x, y in stroke)}"/>'
        for stroke in strokes
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}">'
        '<g fill="none" stroke="#111827" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round">'
        f"{paths}</g></svg>"
    )


def _read(text: str) -> list[list[tuple[float, float]]]:
    try:
        said: Any = json.loads(text or "[]")
        strokes = [[_point(one) for one in stroke] for stroke in said]
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise ValueError("no strokes") from error
    points = sum(map(len, strokes))
    if not LEAST_POINTS <= points <= MOST_POINTS or len(strokes) > MOST_STROKES:
        raise ValueError("too little or too much")
    # A dot is a stroke as well.
    return [stroke if len(stroke) > 1 else stroke * 2 for stroke in strokes if stroke]


def _point(said: Any) -> tuple[float, float]:
    x, y = map(float, said)
    if not (math.isfinite(x) and math.isfinite(y) and max(abs(x), abs(y)) <= LARGEST):
        raise ValueError("beyond the glass")
    return x, y
