"""Browsers of several people over one live server; any error one of them meets fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Response, expect
from pytest_django.live_server_helper import LiveServer

from tests.e2e.pages import Screen

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
OFFLINE = "ERR_INTERNET_DISCONNECTED"  # only a test takes the network away
PATIENCE = 15_000  # ms; a busy machine is none of a page's faults
expect.set_options(timeout=PATIENCE)
OpenBrowser = Callable[..., Screen]


@pytest.fixture
def open_browser(
    new_context: Callable[..., BrowserContext], live_server: LiveServer, settings: Any
) -> Iterator[OpenBrowser]:
    """Return a function that opens a browser of its own: nobody is signed in there yet.

    At the end no page may have logged an error or broken the content security policy.
    """
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    faults: list[str] = []
    logged: list[ConsoleMessage] = []
    # Pages that answered 4xx and forms that came back: whether they should, their test says.
    refused: set[str] = set()
    screens: list[Screen] = []

    def note(response: Response) -> None:
        page = response.request.is_navigation_request() and 400 <= response.status < 500
        if page or response.status == 422:
            refused.add(response.url)

    def listen(message: ConsoleMessage) -> None:
        logged.append(message)

    def open_new(*, phone: bool = False) -> Screen:
        context = new_context(locale="zh-CN", **(PHONE if phone else DESKTOP))
        context.set_default_timeout(PATIENCE)
        context.on("response", note)
        context.on("console", listen)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        screens.append(Screen(context.new_page(), live_server.url))
        return screens[-1]

    yield open_new
    faults += [
        f"{message.location['url']}: {message.text}"
        for message in logged
        if message.type == "error"
        and message.location["url"] not in refused
        and OFFLINE not in message.text
        and not any(part in message.text for screen in screens for part in screen.expected)
    ]
    assert not faults
