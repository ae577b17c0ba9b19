"""The pages as people use them: every selector of the browser tests is here."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

from expertpool.accounts.models import User
from tests.factories.accounts import PASSWORD

OVERFLOW = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
  () => done(document.documentElement.scrollWidth - document.documentElement.clientWidth))))"""


class Screen:
    """One window of one person."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.expected: list[str] = []  # parts of errors that this test causes itself

    def open(self, path: str) -> int:
        """Go to ``path`` (or a full address); return the status."""
        url = path if path.startswith("http") else self.address + path
        response = self.page.goto(url)
        assert response is not None
        self.page.wait_for_selector("html[data-ready]")
        return response.status

    def another(self) -> Screen:
        """A second window of the same person."""
        return Screen(self.page.context.new_page(), self.address)

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """Click the button or link that reads ``name``."""
        place = within or self.page.locator("body")
        button = place.get_by_role("button", name=name, exact=True)
        link = place.get_by_role("link", name=name, exact=True)
        button.or_(link).first.click()

    def confirm(self) -> None:
        """Say yes to the question that has come up."""
        self.page.get_by_role("alertdialog").locator("button[type=submit]").click()

    def fill(self, label: str, value: str, *, within: Locator | None = None) -> None:
        (within or self.page.locator("body")).get_by_label(label).first.fill(value)

    def sees(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def stat(self, label: str) -> Locator:
        """The figure above which ``label`` stands."""
        box = self.page.locator(".stat").filter(has=self.page.get_by_text(label, exact=True))
        return box.locator(".stat-value")

    @property
    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def download(self, name: str) -> Download:
        with self.page.expect_download() as waited:
            self.press(name)
        return waited.value

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen, as it is drawn after a change of the window."""
        return int(self.page.evaluate(OVERFLOW))


def every(locator: Locator) -> list[Locator]:
    """All that ``locator`` finds, once the page with it is there: ``all()`` alone does not wait for one."""
    expect(locator.first).to_be_visible()
    return locator.all()


def sign_in(screen: Screen, user: User) -> None:
    screen.open("/login/")
    screen.fill("账号", user.username)
    screen.page.get_by_label("密码", exact=False).first.fill(PASSWORD)
    screen.press("登录")
    screen.page.wait_for_url(f"{screen.address}/")


# --- Import -------------------------------------------------------------------------------------


def upload_experts(screen: Screen, path: Path) -> None:
    screen.open("/experts/")
    screen.press("导入")
    screen.page.locator("input[type=file]").set_input_files(path)
    screen.press("上传并检查")


def mapping_of(screen: Screen, header: str) -> Locator:
    """The choice of what stands under ``header``."""
    return screen.page.get_by_label(header, exact=True)


# --- Projects ------------------------------------------------------------------------------------


def choose_remote(screen: Screen, label: str, text: str) -> None:
    """Search ``text`` in a select that asks the server, and take the first answer."""
    page = screen.page
    box = page.get_by_role("combobox", name=label, exact=True).and_(page.locator("input"))
    box.locator("xpath=..").click()  # the input itself is hidden while something is chosen
    page.keyboard.type(text)
    page.locator(".ts-dropdown .option").filter(has_text=text).first.click()


def fill_project(screen: Screen, values: dict[str, str], choices: dict[str, str]) -> None:
    for label, value in values.items():
        screen.fill(label, value)
        if "时间" in label:
            screen.page.keyboard.press("Tab")
    for label, choice in choices.items():
        screen.page.get_by_label(label).select_option(label=choice)


def play(audio: Locator) -> float:
    """Play what is to be heard; return how long it is, in seconds."""
    heard = "async (audio) => { audio.muted = true; await audio.play(); return audio.duration; }"
    return float(audio.evaluate(heard))


def drawer(screen: Screen) -> Locator:
    return screen.page.locator("#drawer")


def attach(screen: Screen, path: Path) -> None:
    screen.page.get_by_label("添加附件").set_input_files(path)
    screen.press("上传")
    expect(screen.page.locator("#attachments")).to_contain_text(path.name)


# --- Plan ----------------------------------------------------------------------------------------


def group_box(screen: Screen, number: int) -> Locator:
    return screen.page.get_by_role("region", name=f"条件组 {number}", exact=True)


def level_box(group: Locator, number: int) -> Locator:
    return group.locator(".plan-level").nth(number - 1)


def add_rule(level: Locator, field: str, relation: str) -> Locator:
    """Add one condition and return its row."""
    level.get_by_role("button", name="添加条件").click()
    rule = level.locator(".rule").last
    rule.get_by_label("字段").select_option(label=field)
    rule.get_by_label("关系").select_option(label=relation)
    return rule


def copy_level(group: Locator, number: int) -> Locator:
    """Copy a level to the next one, to be changed there; return the copy."""
    level_box(group, number).get_by_role("button", name="复制为下一级次").click()
    return level_box(group, number + 1)


def finds(level: Locator, count: int) -> None:
    """The page counts ``count`` experts for the conditions of ``level``."""
    expect(level.locator(".plan-count strong").first).to_have_text(f"{count:,}")


def pick_specialty(screen: Screen, rule: Locator, *path: str) -> None:
    """Open the picker, go down ``path`` and tick its last entry."""
    rule.get_by_role("combobox", name="专业").click()
    *above, last = path
    tree = rule.locator(".cascader-popup")
    for name in above:
        tree.get_by_title(name, exact=True).locator(".cascader-name").click()
    tree.get_by_title(last, exact=True).locator(".cascader-tick").click()
    screen.press("完成", within=tree)


# --- Invitations ---------------------------------------------------------------------------------


def link_of(outbox: Screen, phone: str) -> str:
    """The newest personal link that was sent to ``phone``, as the development outbox shows it."""
    outbox.open("/dev/outbox/")
    letter = outbox.page.locator(".card").filter(has_text=phone).first
    found = re.search(r"http://\S+/r/[\w=-]+/", letter.inner_text())
    assert found is not None, letter.inner_text()
    return found[0]


def accept(phone: Screen, link: str) -> None:
    phone.open(link)
    phone.page.get_by_role("button", name="确认参加").tap()
    phone.page.get_by_role("alertdialog").get_by_role("button", name="确认参加").tap()
    expect(phone.page.get_by_role("heading", name="您已确认参加")).to_be_visible()


def decline(phone: Screen, link: str, reason: str) -> None:
    phone.open(link)
    phone.page.get_by_text("不能参加", exact=True).tap()
    phone.page.get_by_label(reason).check()
    phone.page.get_by_role("button", name="提交：不能参加").tap()
    phone.page.wait_for_selector("html[data-ready]")


# --- Results -------------------------------------------------------------------------------------


def lines_of(screen: Screen) -> Locator:
    """The lines of the result of a draw."""
    return screen.page.get_by_role("table", name="抽取结果").locator("tbody tr")
