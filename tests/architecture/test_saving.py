"""There is one step in which a form is written or says why not: `core.views.drawers.attempt`."""

from __future__ import annotations

from pathlib import Path

import pytest

import expertpool
from expertpool.audit.queries import chain_head, kept_head

ROOT = Path(expertpool.__file__).parent
# Forms of rows that are posted whole: what is refused stands above them, in no form of their own.
OF_ROWS = {"draws/views/widening.py", "workflow/views/flows.py"}


def test_no_view_has_a_save_step_of_its_own() -> None:
    own = {
        str(path.relative_to(ROOT))
        for path in ROOT.glob("*/views/*.py")
        if "core.views.editing import" in (text := path.read_text()) and "ChangedMeanwhile" in text
    }
    assert own - {"core/views/drawers.py"} == OF_ROWS


@pytest.mark.django_db
def test_a_head_that_was_kept_is_the_head_that_is() -> None:
    head = chain_head()
    assert kept_head(f"{head.number or 1}:{head.hash}") == head._replace(number=head.number or 1)
