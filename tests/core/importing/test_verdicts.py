"""Why no row of a file was taken."""

from __future__ import annotations

from expertpool.core.models import ImportRun


def test_a_number_that_is_somebody_elses_is_not_said_to_be_in_the_pool_as_a_row() -> None:
    said = ImportRun(reasons={"手机号重复": 2, "证件号重复": 1}).verdict
    assert "内容都已在库中" not in said
    assert "是别人的" in said
