"""Recording the draw room in a browser: sent while it goes on, kept with its hash, never lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from expertpool.draws.models import Draw
from expertpool.draws.queries.recordings import unfinished_recordings
from expertpool.files.models import Attachment
from expertpool.files.queries import opened
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, sign_in
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.worker import wait_for
from tools.browser import browser_path

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
UPLOADS = "**/recordings/**"
# The bytes that the browser keeps because the server has not taken them.
KEPT = """() => new Promise((resolve) => {
  indexedDB.open("recordings", 1).onsuccess = ({ target }) => {
    target.result.transaction("pieces").objectStore("pieces").getAll().onsuccess = (event) => {
      target.result.close();
      resolve(event.target.result.reduce((sum, { blob }) => sum + (blob?.size ?? 0), 0));
    };
  };
})"""
PLAY = """async (video) => {
  video.muted = true;
  await video.play();
  await new Promise((resolve) => video.addEventListener("timeupdate", () => video.currentTime > 0.5 && resolve()));
  return [video.videoWidth, video.error?.message ?? null];
}"""


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser]) -> Iterator[Browser]:
    """Chromium with windows: without them it has no tab to record."""
    browser = launch_browser(executable_path=browser_path())
    yield browser
    browser.close()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def draw() -> Draw:
    for _ in range(3):
        make_expert()
    return make_draw(now=timezone.now(), seats=2)


@pytest.fixture
def operator(open_browser: OpenBrowser, draw: Draw) -> Screen:
    screen = open_browser()
    sign_in(screen, draw.operator)
    return screen


def begin(operator: Screen, draw: Draw) -> None:
    operator.open(reverse("draws:room", args=[draw.pk]))
    operator.press("开始录屏")
    operator.sees("正在录制")
    wait_for(lambda: sent(draw) > 1_000)  # the very first bytes alone are no film


def sent(draw: Draw) -> int:
    """How many bytes the server has of what is not saved yet."""
    return sum(item.size for item in unfinished_recordings(draw, draw.operator))


def cut_off(screen: Screen) -> None:
    screen.page.route(UPLOADS, lambda route: route.abort("internetdisconnected"))
    wait_for(lambda: screen.page.evaluate(KEPT) > 0)


def check_kept(draw: Draw) -> Attachment:
    kept = Attachment.objects.get(kind="recording")
    assert (kept.subject_type, kept.subject_id) == ("projects.project", str(draw.project_id))
    with opened(kept) as file:
        assert bytes(kept.sha256) == hashlib.sha256(file.read()).digest()
    assert not sent(draw)
    return kept


@pytest.mark.shows("PRJ-17")
def test_the_draw_room_is_recorded_and_plays_in_place(operator: Screen, draw: Draw) -> None:
    begin(operator, draw)
    cut_off(operator)
    operator.sees("将自动重试")
    operator.sees("正在录制")  # it goes on without a network
    operator.page.unroute(UPLOADS)
    operator.press("立即重试")
    wait_for(lambda: operator.page.evaluate(KEPT) == 0)
    operator.press("停止并保存")
    operator.sees("录屏已保存")
    kept = check_kept(draw)
    digest = bytes(kept.sha256).hex()
    operator.sees(digest[:12])

    operator.open(reverse("draws:recordings", args=[draw.pk]))
    operator.sees(kept.name)
    operator.open(f"{reverse('projects:detail', args=[draw.project_id])}?tab=attachments")
    operator.sees(kept.name)
    operator.open(reverse("files:preview", args=[kept.pk]))
    operator.sees(digest)
    film = operator.page.locator("video")
    operator.page.wait_for_function("document.querySelector('video').duration < 60")
    width, error = film.evaluate(PLAY)
    assert (width > 600, error) == (True, None)
    address = operator.address + film.get_attribute("src")
    part = operator.page.request.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status, len(part.body())) == (206, 100)


@pytest.mark.shows("PRJ-17")
def test_a_reload_without_a_network_loses_nothing(operator: Screen, draw: Draw) -> None:
    begin(operator, draw)
    cut_off(operator)
    operator.page.wait_for_timeout(1500)
    recorded = sent(draw) + operator.page.evaluate(KEPT)
    operator.page.on("dialog", lambda dialog: dialog.accept())
    operator.page.reload()
    operator.sees("待上传")
    operator.page.unroute(UPLOADS)
    operator.press("立即重试")
    operator.sees("录屏已保存")
    assert check_kept(draw).size >= recorded
    assert operator.page.evaluate(KEPT) == 0
    operator.page.reload()
    expect(operator.page.get_by_role("button", name="开始录屏")).to_be_visible()
    assert Attachment.objects.count() == 1


@pytest.mark.shows("PRJ-17")
def test_what_a_lost_browser_sent_is_saved_by_hand(
    operator: Screen, draw: Draw, open_browser: OpenBrowser
) -> None:
    begin(operator, draw)
    operator.page.context.close()
    arrived = sent(draw)
    other = open_browser()
    sign_in(other, draw.operator)
    other.open(reverse("draws:recordings", args=[draw.pk]))
    other.press("保存已收到的部分")
    other.confirm()
    other.sees("抽取录屏 " + draw.number)
    # What was under way as the browser closed may have arrived since.
    assert check_kept(draw).size >= arrived > 0


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("NotAllowedError", "没有开始：未选择要录的窗口"),
        ("NotReadableError", "没有开始：这个画面现在不能录制"),
        ("TypeError", "没有开始：浏览器出错"),
    ],
)
def test_what_the_browser_refuses_is_said_in_chinese(
    operator: Screen, draw: Draw, name: str, told: str
) -> None:
    operator.open(reverse("draws:room", args=[draw.pk]))
    operator.page.evaluate(
        """(name) => {
          const refuse = () => Promise.reject(new DOMException("Could not start video source", name));
          navigator.mediaDevices.getDisplayMedia = refuse;
        }""",
        name,
    )
    operator.press("开始录屏")
    operator.sees(told)
    assert "Could not" not in operator.page.locator("[data-recorder]").inner_text()
