"""Draws as versions before this one sealed them: their events are not chained, or not linked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import vdraw
from expertpool.draws.models import Draw
from expertpool.draws.services import sealing
from tests.factories.draws import make_draw
from tests.vdraw.samples import unchained


def make_draw_of_before(
    monkeypatch: pytest.MonkeyPatch,
    older: Callable[[vdraw.Rule], vdraw.Rule] = unchained,
    **plan: Any,
) -> Draw:
    """A draw that was sealed by an ``older`` rule: without the key ``events``, or `chained`."""

    now = vdraw.build_rule

    def build_rule(**given: Any) -> vdraw.Rule:
        return older(now(**given))

    with monkeypatch.context() as patch:
        patch.setattr(sealing.vdraw, "build_rule", build_rule)
        return make_draw(**plan)
