"""The page that checks a record says of each code what the system says."""

from __future__ import annotations

from expertpool.draws.enums import NoteCode, StepReason, StepVia
from tests.vdraw.test_javascript import run_node

WORDS = """
import { NOTES, REASON_CODES, WAYS } from "%s/words.js";
process.stdout.write(JSON.stringify([NOTES, REASON_CODES, WAYS]));
"""


def test_codes_have_the_same_words_in_the_browser() -> None:
    for words, codes in zip(run_node(WORDS), (NoteCode, StepReason, StepVia), strict=True):
        assert words == dict(codes.choices)
