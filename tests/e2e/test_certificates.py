"""Certificates in a browser: designed by mouse and keyboard, downloaded on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.urls import reverse
from playwright.sync_api import expect

from expertpool.certificates.models import Design
from tests.e2e.pages import sign_in
from tests.factories.accounts import make_user
from tests.factories.certificates import make_certificate, picture
from tests.factories.experts import give_account, make_expert

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("PORT-26", "PORT-28")
def test_a_design_is_made_and_its_certificate_fetched(
    open_browser: Any, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    admin, user = make_user("admin"), make_user("expert")
    expert = make_expert("王立新", expert_type="技术类")
    give_account(expert, user)
    desk = open_browser()
    sign_in(desk, admin)
    desk.open(reverse("certificates:designs"))
    built = Design.objects.get(built_in="individual")
    desk.open(reverse("certificates:design", args=[built.pk]))
    page = desk.page
    shown = page.locator("[data-picture]")
    expect(shown).to_have_attribute("src", re.compile("^data:image/png"))
    (tmp_path / "底版.png").write_bytes(picture())
    page.locator("[data-upload]").set_input_files(tmp_path / "底版.png")
    expect(page.locator("input[name=background]")).not_to_have_value("")
    before = shown.get_attribute("src")
    name = page.get_by_label(re.compile(r"^\{\{姓名\}\}，"))
    left = page.get_by_label("横向（毫米）")
    # By the keyboard: a millimetre, ten, a tenth.
    name.focus()
    for key in ("ArrowRight", "Shift+ArrowDown", "Alt+ArrowLeft"):
        page.keyboard.press(key)
    expect(left).to_have_value("35.9")
    expect(page.get_by_label("纵向（毫米）")).to_have_value("76")
    # By the mouse, as far as the paper reaches.
    box = name.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 40, steps=4)
    page.mouse.up()
    moved = float(page.get_by_label("纵向（毫米）").input_value())
    assert moved > 80
    expect(shown).not_to_have_attribute("src", before or "")
    desk.press("保存")
    desk.sees("第 2 版")
    version = built.versions.all()[0]
    element = next(one for one in version.elements if one.get("text") == "{{姓名}}")
    assert (element["x"], element["y"]) == (359, round(moved * 10))
    make_certificate(expert)

    phone = open_browser(phone=True)
    sign_in(phone, user)
    phone.open(reverse("certificates:own"))
    assert phone.overflow <= 0
    file = phone.download("下载证书")
    pages = pypdf.PdfReader(file.path()).pages
    assert "王立新" in pages[0].extract_text()
