"""Who seems to have left is asked about where there is something to choose, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.importing.findings import ASKED
from expertpool.experts.models import Expert
from tests.core.importing.test_import_pages import HEAD, post, standing, upload
from tests.fixtures import login

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("EXP-07"),
]
ABOVE = "请在上面“需要核对的词”中选择"


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", page.content.decode())


def test_after_the_import_nothing_is_said_to_be_chosen(client: Client, tmp_path: Path) -> None:
    rows = [[*HEAD, "退出原因"], ["甲真", "13911110001", "退休"], ["甲善", "13911110002", ""]]
    page = upload(client, tmp_path, rows)
    assert ABOVE in text_of(page)
    page = post(client, "confirm", page.context["run"], standing(page))
    assert page.context["run"].is_done
    assert "请在上面" not in text_of(page)
    assert "名单上写的是“退休”" in text_of(page)


def test_beyond_what_the_page_asks_the_cell_itself_answers(client: Client, tmp_path: Path) -> None:
    """It said that one should choose above, where the word was not."""
    rows = [[*HEAD, "退出原因"]]
    rows += [[f"甲{'真' * at}"[:30], f"139111{at:05d}", f"事由{at}"] for at in range(1, ASKED + 6)]
    page = upload(client, tmp_path, rows)
    lines = page.context["form"].refused_lines()
    hows = [line["whys"][0]["how"] for line in lines]
    assert sum(ABOVE in one for one in hows) == ASKED
    others = [line for line, how in zip(lines, hows, strict=True) if "请清空这一格" in how]
    assert len(others) == 5
    typed = standing(page, **{others[0]["field"].html_name: ""})
    page = post(client, "answers", page.context["run"], typed)
    assert page.context["run"].accepted == 1


def test_whoever_has_left_is_asked_about_before_words_of_rows_that_go_in(
    client: Client, tmp_path: Path
) -> None:
    rows = [[*HEAD, "职称", "是否在库"]]
    for at in range(ASKED + 6):
        name = f"甲{chr(0x4E00 + at)}"
        rows += [[name, f"139{copy}{at:07d}", f"无此职称{at}", "是"] for copy in (1, 2)]
    rows.append(["甲善", "13922220000", "", "否"])
    page = upload(client, tmp_path, rows)
    (line,) = page.context["form"].refused_lines()
    assert ABOVE in line["whys"][0]["how"]
    asked = [one["word"] for one in page.context["form"].word_lines()]
    assert asked[0] == "否（是否在库）"
    assert not Expert.objects.exists()
