"""Why no row of a file was taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.models import ImportRun
from tests.core.importing.test_import_pages import HEAD, upload
from tests.fixtures import login


def test_a_number_that_is_somebody_elses_is_not_said_to_be_in_the_pool_as_a_row() -> None:
    said = ImportRun(reasons={"手机号重复": 2, "证件号重复": 1}).verdict
    assert "内容都已在库中" not in said
    assert "是别人的" in said


def test_rows_that_are_in_order_are_not_said_to_be_wrong() -> None:
    said = ImportRun(reasons={"没有变化": 3, "手机号格式": 1}, refused=4).verdict
    assert "每一行都有错误" not in said
    assert "有错误的 1 行请在下面改好" in said
    assert "其余 3 行没有要更新的内容" in said


@pytest.mark.django_db
@pytest.mark.usefixtures("media")
@pytest.mark.parametrize("further", [(), ("139", "")])
def test_rows_that_wait_for_a_word_alone_are_said_to(
    admin: User, tmp_path: Path, further: tuple[str, ...]
) -> None:
    rows = [[*HEAD, "证件类型"], *(["甲", f"1391111000{at}", "工会证"] for at in range(2))]
    rows += [["乙", *further]] if further else []
    page = upload(login(Client(), admin), tmp_path, rows)
    told = page.content.decode()
    assert page.context["run"].accepted == 0
    assert "每一行都有错误" not in told
    assert "2 行只等下面“需要核对的词”" in told
    assert ("其余有错误的行请在下面改好" in told) == bool(further)
