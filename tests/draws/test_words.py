"""The page that checks a record says of each code what the system says."""

from __future__ import annotations

import pytest

from expertpool.draws.enums import DrawKind, DrawStatus, NoteCode, StepReason, StepVia
from expertpool.draws.models import Draw
from expertpool.projects.enums import DrawState
from tests.vdraw.test_javascript import run_node

WORDS = """
import { NOTES, REASON_CODES, WAYS } from "%s/words.js";
process.stdout.write(JSON.stringify([NOTES, REASON_CODES, WAYS]));
"""


def test_codes_have_the_same_words_in_the_browser() -> None:
    for words, codes in zip(run_node(WORDS), (NoteCode, StepReason, StepVia), strict=True):
        assert words == dict(codes.choices)


@pytest.mark.parametrize("kind", DrawKind)
def test_a_panel_that_is_short_is_called_the_same_by_draw_and_project(kind: DrawKind) -> None:
    draw = Draw(kind=kind, status=DrawStatus.UNSATISFIED)
    assert draw.status_label == DrawState.UNSATISFIED.label
