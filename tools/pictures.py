"""Photograph the main pages with demo data, for the documents: docs/pictures/NAME-WIDTH.png."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tools.browser import FLAGS, browser_path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
HOME = ROOT / "var" / "pictures"
PASSWORD = "Zhuanjia-2026"  # noqa: S105 - of the demo accounts
SIZES = {1440: 900, 390: 844}


@dataclass(frozen=True)
class Picture:
    """The page at ``path`` as ``account`` sees it; ``click`` first opens the first such link."""

    name: str
    account: str
    path: str
    click: str = ""


PICTURES = (
    Picture("login", "", "/login/"),
    Picture("home", "admin", "/"),
    Picture("experts", "admin", "/experts/"),
    Picture("expert", "admin", "/experts/", "#list tbody a"),
    Picture("projects", "operator", "/projects/"),
    Picture("project", "operator", "/projects/", "#list tbody a"),
    Picture("home-expert", "expert", "/"),
)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with product() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        for picture in PICTURES:
            for width in SIZES:
                take(browser, picture, width, address)
        browser.close()


def take(browser: Browser, picture: Picture, width: int, address: str) -> None:
    context = browser.new_context(
        base_url=address,
        locale="zh-CN",
        viewport={"width": width, "height": SIZES[width]},
    )
    page = context.new_page()
    if picture.account:
        sign_in(page, picture.account)
    response = page.goto(picture.path)
    if not (response and response.ok):
        sys.exit(f"{picture.path}: {response and response.status}")
    if picture.click:
        page.locator(picture.click).first.click()
    page.wait_for_load_state("networkidle")
    path = FOLDER / f"{picture.name}-{width}.png"
    page.screenshot(path=path)
    print(path.relative_to(ROOT), flush=True)
    context.close()


def sign_in(page: Page, account: str) -> None:
    page.goto("/login/")
    page.locator("#id_identifier").fill(account)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


@contextmanager
def product() -> Iterator[str]:
    """Run the product with a database and demo data of its own; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"EXPERTPOOL_HOME": str(HOME), "PORT": str(port), "DEBUG": "1"}
    command = [sys.executable, "-m", "config.cli", "run"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            while not _answers(address):
                if process.poll() is not None:
                    sys.exit("the product did not start")
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()


def _answers(address: str) -> bool:
    try:
        urlopen(f"{address}/health/", timeout=5).close()  # noqa: S310 - our own address
    except URLError:
        return False
    return True


if __name__ == "__main__":
    main()
