"""The record of a draw as a film: checked first, played by clicks and keys, names for few."""

from __future__ import annotations

import copy
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.audit.models import Entry
from expertpool.draws.enums import ReplyVia
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import named_rows, release
from expertpool.draws.services.records import build_record
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.replies import answer
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, sign_in
from tests.factories.accounts import make_user
from tests.factories.draws import end_review, make_draw, open_names_at
from tests.factories.experts import make_expert
from tools.vectors import rechain

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NOW = timezone.now() - timedelta(hours=3)


@pytest.fixture
def draw() -> Draw:
    """Two seats; the first declines and is supplemented, the others agree."""
    for number in range(4):
        make_expert(f"回放专家{number}")
    draw = make_draw(now=NOW, seats=2)
    for n, accept in enumerate((False, True, True), start=1):
        answer(
            invitation=Invitation.objects.get(draw=draw, line=n),
            accept=accept,
            reason="时间冲突",
            via=ReplyVia.LINK,
            now=NOW + timedelta(minutes=10 * n),
            entropy=SeededEntropy(n),
        )
    draw.refresh_from_db()
    return draw


def moved(at: str) -> str:
    """A minute later, written as a record writes it."""
    later = datetime.fromisoformat(at) + timedelta(minutes=1)
    return later.isoformat(timespec="seconds")


def caption(screen: Screen) -> Any:
    return expect(screen.page.locator("[data-caption]"))


def seats(screen: Screen) -> Any:
    return expect(screen.page.locator(".room-seat:not(.is-open)"))


@pytest.mark.shows("DRAW-11")
def test_anybody_plays_a_record_and_learns_no_name(open_browser: OpenBrowser, draw: Draw) -> None:
    visitor, phone = open_browser(), open_browser(phone=True)
    visitor.open(reverse("draws:public_replay", args=[draw.public_id]))
    visitor.sees("还不能回放")
    open_names_at(draw, timezone.now() - timedelta(minutes=1))
    release(draw_id=draw.pk, now=timezone.now())
    visitor.open(reverse("draws:public_replay", args=[draw.public_id]))
    visitor.sees("还不能回放")
    end_review(draw)
    visitor.open(reverse("draws:verify_draw", args=[draw.public_id]))
    visitor.press("回放")
    visitor.sees("记录一致")
    caption(visitor).to_contain_text("封存规则和候选人")
    visitor.sees(" ".join(draw.seal[at : at + 8] for at in range(0, 64, 8)))
    keyboard = visitor.page.keyboard
    for text in ("揭示系统的随机值", "定序 4 人", "首次入席（1/2）"):
        keyboard.press("ArrowRight")
        caption(visitor).to_contain_text(text)
    seats(visitor).to_have_count(1)
    keyboard.press("ArrowLeft")
    expect(visitor.page.locator(".replay-order tbody tr")).to_have_count(4)
    visitor.page.get_by_label("速度").select_option("4")
    visitor.page.get_by_role("heading", name="抽取回放").click()
    keyboard.press("Space")
    caption(visitor).to_contain_text("结束：抽取成功")
    seats(visitor).to_have_count(3)
    expect(visitor.page.locator(".room-seat.tone-green")).to_have_count(2)
    expect(visitor.page.locator(".room-seat.tone-red")).to_contain_text("拒绝")
    expect(visitor.page.locator(".replay-step")).to_have_count(7)
    visitor.page.locator(".replay-step", has_text="退出").click()
    expect(visitor.page.locator(".room-seat.is-open")).to_have_count(1)
    assert "回放专家" not in visitor.page.content()

    phone.open(reverse("draws:public_replay", args=[draw.public_id]))
    phone.page.get_by_role("button", name="最后一步").tap()
    seats(phone).to_have_count(3)
    assert phone.overflow <= 0


@pytest.mark.shows("DRAW-11")
def test_names_come_with_the_right_and_a_look_is_logged(
    open_browser: OpenBrowser, draw: Draw
) -> None:
    operator, asker = open_browser(), make_user("operator")
    sign_in(operator, asker)
    address = reverse("draws:replay", args=[draw.pk])
    operator.open(reverse("draws:detail", args=[draw.pk]))
    expect(operator.page.get_by_role("link", name="回放")).to_have_count(0)
    operator.open(address)
    operator.sees("还不能回放")
    expect(operator.page.get_by_role("button", name="显示姓名（留痕）")).to_have_count(0)

    now = timezone.now()
    asked = request_release(draw=draw, reason="评审提前", actor=asker, now=now)
    decide_release(request=asked, agree=True, note="", actor=make_user("supervisor"), now=now)
    operator.open(address)
    operator.press("显示姓名（留痕）")
    expect(operator.page.get_by_role("button", name="显示姓名（留痕）")).to_have_count(0)
    operator.sees("记录一致")
    operator.page.keyboard.press("End")
    for row in named_rows(draw):
        operator.sees(row.expert.name)
        operator.sees(row.expert.number)
    assert Entry.objects.filter(action="draw.names", note="抽取回放").count() == 1


@pytest.mark.shows("DRAW-11")
def test_a_record_file_plays_unless_it_was_altered(
    open_browser: OpenBrowser, draw: Draw, tmp_path: Path
) -> None:
    record = build_record(draw)
    sound, altered, forged = (tmp_path / f"{name}.json" for name in ("sound", "altered", "forged"))
    sound.write_text(json.dumps(record))
    # Another time in the chain, whose hashes are made anew: it holds by itself.
    events = copy.deepcopy(record["events"])
    events[-1]["at"] = moved(events[-1]["at"])
    rechain(made := record | {"events": events})
    forged.write_text(json.dumps(made))
    record["events"][0]["seats"].reverse()
    altered.write_text(json.dumps(record))
    visitor = open_browser()
    visitor.open(reverse("draws:replay_file"))
    choose = visitor.page.get_by_label("抽取记录文件")
    choose.set_input_files(altered)
    visitor.sees("记录不一致，不能回放")
    expect(visitor.page.get_by_role("button", name="播放")).to_be_hidden()
    choose.set_input_files(forged)
    visitor.sees("与本系统保存的记录不一致")
    expect(visitor.page.get_by_role("button", name="播放")).to_be_hidden()
    expect(visitor.page.locator("[data-title]")).to_be_empty()
    choose.set_input_files(sound)
    visitor.sees("与本系统保存的记录逐项相同")
    visitor.press("最后一步")
    caption(visitor).to_contain_text("结束：抽取成功")
    visitor.page.emulate_media(media="print")
    visitor.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(visitor.page.get_by_role("button", name="最后一步")).to_be_hidden()
    expect(visitor.page.locator(".replay-step").last).to_be_visible()
