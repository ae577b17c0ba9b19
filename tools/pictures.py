"""Photograph the main job with demo data, for the documents: docs/pictures/NAME.png at desktop
width, NAME-phone.png on a phone. What the pictures need is done in the browser, as users do it.

Not among them are the emergency and the printed sheet, for which a review must begin within a day, as none of the
demonstration does, nor operations with faults, for which the workers have to stand still, nor the calls of a draw, for which
there has to be a line: their pictures are those of earlier days."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, sync_playwright

from tools.browser import FLAGS, browser_path
from tools.manual_pages import AT_A_DESK, ON_A_PHONE, Shown

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
HOME = ROOT / "var" / "pictures"
PASSWORD = "Zhuanjia-2026"  # noqa: S105 - of the demo accounts
DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
AT_DESK, ON_PHONE = {"": DESKTOP}, {"-phone": PHONE}
BOTH = AT_DESK | ON_PHONE
# Demo projects: to draw, being drawn, of a batch, one expert short, reviewed lately.
READY, RUNNING, BATCHED, SHORT, OVER = (*("YS-001", "YS-002", "YS-008", "YS-010", "YS-012"),)
RULE = "政府采购综合评分"
CAMPAIGN = "YS-013"  # many topics, each for some of its experts
OWNER = "武汉市市政工程集团"  # demo: holds shares in a unit that projects avoid
ZONE = ZoneInfo("Asia/Shanghai")
NAMES = ((10, "王芳"), (11, "刘洋"), (12, "陈静"))  # of a list that is handed in, and updated
PDF = b"%PDF-1.7\n%%EOF\n"
EARLIEST = "24"  # hours before the review; names are public no sooner


class Camera:
    """The window of one account, and the pictures taken of it."""

    def __init__(self, browser: Browser, address: str, account: str = "") -> None:
        context = browser.new_context(base_url=address, locale="zh-CN", viewport=DESKTOP)
        context.set_default_timeout(60_000)
        self.page: Page = context.new_page()
        if account:
            self.page.goto("/login/")
            self.page.locator("#id_identifier").fill(account)
            self.page.locator("#id_password").fill(PASSWORD)
            self.page.locator("#id_password").press("Enter")
            self.page.wait_for_url(lambda url: "/login/" not in url)

    def open(self, path: str) -> None:
        response = self.page.goto(path)
        if not (response and response.ok):
            sys.exit(f"{path}: {response and response.status}")

    def open_first(self, path: str) -> None:
        """Open a list, and there what its first row links to."""
        self.open(path)
        self.page.locator("main tbody a").first.click()

    def press(self, name: str) -> None:
        page = self.page
        button = page.get_by_role("button", name=name, exact=True)
        button.or_(page.get_by_role("link", name=name, exact=True)).first.click()

    def agree(self) -> None:
        """Answer the question that has come up."""
        self.page.get_by_role("alertdialog").locator("button[type=submit]").click()

    def take(
        self, name: str, *, whole: bool = False, sizes: Mapping[str, ViewportSize] = BOTH
    ) -> None:
        """Photograph the page in these sizes; ``whole`` with what is below the screen."""
        for suffix, size in sizes.items():
            self.page.set_viewport_size(size)
            self.page.wait_for_load_state("networkidle")
            self.page.evaluate("window.scrollTo(0, 0)")
            self.page.wait_for_timeout(300)  # the watermark and the clocks are drawn
            path = FOLDER / f"{name}{suffix}.png"
            self.page.screenshot(path=path, full_page=whole, animations="disabled")
            print(path.relative_to(ROOT), flush=True)
        self.page.set_viewport_size(DESKTOP)


def main() -> None:
    """Take what is named, or all; each with a product of its own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    walks = {
        "main": take_main,
        "hands": take_hands,
        "imports": take_imports,
        "reviews": take_reviews,
    }
    for name in sys.argv[1:] or walks:
        with product() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
            walks[name](browser, address)
            browser.close()


def take_main(browser: Browser, address: str) -> None:
    """The main job and its surroundings."""
    visitor = Camera(browser, address)
    visitor.open("/login/")
    visitor.take("login")
    take_manuals(browser, address, AT_A_DESK, AT_DESK)
    take_manuals(browser, address, ON_A_PHONE, ON_PHONE)
    admin = Camera(browser, address, "admin")
    operator = Camera(browser, address, "operator")
    supervisor = Camera(browser, address, "supervisor")
    take_pool(admin)
    take_settings(admin)
    take_projects(operator)
    take_batch(operator)
    take_widening(operator)
    take_supervision(supervisor)
    take_draw(operator, supervisor, visitor)


def take_hands(browser: Browser, address: str) -> None:
    """What takes a second person or the panel itself: a draw by whose sign-in names open, moved to this evening."""
    visitor = Camera(browser, address)
    admin = Camera(browser, address, "admin")
    operator = Camera(browser, address, "operator")
    supervisor = Camera(browser, address, "supervisor")
    take_publication(operator, supervisor, visitor)
    admin.open("/settings/")
    choose(admin, "名单公开方式", "全体到场签到后")
    change(admin, "到场签到提前开放", "720")
    draw = draw_ready(operator, supervisor)
    operator.open(draw)
    send_at_night(operator)
    rows = operator.page.get_by_role("table", name="抽取结果").locator("tbody tr")
    links = links_of(visitor, lines=rows.count())
    for link in links:
        agree_by(visitor, link)
    take_move(operator, visitor, draw)
    for link in links:
        agree_by(visitor, link)
    take_place(operator, visitor, draw, links)


def take_imports(browser: Browser, address: str) -> None:
    """A list with headers and words of its own, mended on the page, and a list that updates."""
    admin = Camera(browser, address, "admin")
    headers = ["评委", "随身电话", "职称", "评审专业", "出生年月", "邮编"]
    people = [
        ["张 伟", "139-1111-0001", "高工", "城市规划", "1975.10", "41"],
        ["李娜", "1391111", "教授级高工", "A010101", "1980-05", ""],
        *([name, f"139111100{at}", "高工", "A010101", "1978-03", ""] for at, name in NAMES),
    ]
    upload(admin, "/experts/import/", "名单.csv", [["某市评标专家名单"], headers, *people])
    admin.page.get_by_text("第 2 行是表头").wait_for()
    admin.take("import-mapping", whole=True)
    phone = admin.page.get_by_label("随身电话", exact=True)
    phone.select_option(label="手机号（必填）", force=True)
    admin.press("下一步，检查数据")
    admin.page.get_by_label("第 4 行的手机号").fill("13911110002")
    admin.take("import-words", whole=True)
    with admin.page.expect_navigation():  # what is waited for stands there before, too
        admin.press("改好了，重新检查")
    admin.page.get_by_text("可以导入", exact=True).wait_for()
    admin.take("import-mended", whole=True)
    admin.press("确认导入")
    admin.page.get_by_text("已导入", exact=True).wait_for()
    changed = [[name, f"139111100{at}", "主任"] for at, name in NAMES]
    upload(admin, "/experts/update/", "更新.csv", [["姓名", "手机号", "职务"], *changed])
    admin.page.get_by_text("更新所选").first.wait_for()
    admin.take("import-update", whole=True)


def take_reviews(browser: Browser, address: str) -> None:
    """What follows a draw: by what is scored, by whom, what it came to, what is paid for it, and what proves all that."""
    operator = Camera(browser, address, "operator")
    operator.open("/reviews/rules/")
    operator.page.locator("main a[href^='/reviews/rules/']").get_by_text(RULE).first.click()
    operator.page.get_by_role("link", name="试算", exact=True).wait_for()
    operator.take("review-rule", whole=True)
    rule = operator.page.url.partition("?")[0]
    operator.open(f"{rule}trial/?experts=3")
    fill_trial(operator)
    operator.page.locator("#steps").wait_for()
    operator.take("review-trial", whole=True)
    review = open_review(operator, CAMPAIGN)
    operator.open(f"{review}assignment/")
    operator.take("review-assignment", whole=True)
    operator.open(f"{review}board/")
    operator.take("review-board")
    review = open_review(operator, OVER)
    operator.open(f"{review}result/")
    operator.take("review-result", whole=True)
    operator.open(f"{review}result/1/")
    operator.take("review-item", whole=True)
    operator.open_first(f"/fees/?project={OVER}")
    operator.page.get_by_role("link", name="确认函 PDF", exact=True).wait_for()
    operator.take("fee-letter", whole=True)
    take_bundle(Camera(browser, address, "admin"))


def fill_trial(operator: Camera) -> None:
    """Points that differ, and prices."""
    for field in operator.page.locator("main form select").all():
        field.select_option(index=1, force=True)
    for at, field in enumerate(operator.page.locator("main form td input").all()):
        field.fill(str(6 + at % 4))
    for at, field in enumerate(operator.page.locator("main form .field-grid input").all()):
        field.fill(str(680_000 + 35_000 * at))
    operator.press("计算")


def open_review(operator: Camera, number: str) -> str:
    """Open the review of the project ``number``; return its address."""
    operator.open_first(f"/reviews/?q={number}")
    operator.page.get_by_role("table", name="评审专家").wait_for()
    return operator.page.url.partition("?")[0]


def take_bundle(admin: Camera) -> None:
    """Have the proofs of a project put together, and look at what is in them."""
    admin.open_first(f"/projects/?q={OVER}")
    admin.page.get_by_role("heading").first.wait_for()
    admin.open(f"{admin.page.url.partition('?')[0]}?tab=evidence")
    admin.press("生成证据包")
    admin.page.get_by_role("link", name="下载证据包", exact=True).wait_for()
    admin.take("bundle", whole=True)


def upload(admin: Camera, path: str, name: str, rows: Sequence[Sequence[str]]) -> None:
    """Hand a table in at ``path``, and have it checked."""
    admin.open(path)
    content = "\n".join(",".join(row) for row in rows).encode()
    table: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": content}
    admin.page.locator("input[type=file]").set_input_files(table)
    admin.press("上传并检查")


def take_manuals(
    browser: Browser,
    address: str,
    pages: Mapping[str, tuple[Shown, ...]],
    sizes: Mapping[str, ViewportSize],
) -> None:
    """Take what stands in the manuals as it opens, each page by the account that it is for."""
    for account, shown in pages.items():
        camera = Camera(browser, address, account)
        for name, path, first in shown:
            (camera.open_first if first else camera.open)(path)
            camera.take(name, sizes=sizes)


def take_pool(admin: Camera) -> None:
    admin.open("/")
    admin.take("home")
    admin.open("/experts/")
    admin.take("experts")
    admin.page.locator("#list tbody a").first.click()
    admin.take("expert")


def take_settings(admin: Camera) -> None:
    admin.open("/settings/")
    change(admin, "站点名称", "江城专家库综合管理系统")
    change(admin, "文档最大", "100")
    admin.open("/settings/")
    admin.take("settings")
    take_one_setting(admin)
    admin.open("/workflow/")
    admin.page.locator("main a[href^='/workflow/']").first.click()
    admin.take("flow")
    admin.open(f"/directory/units/?q={OWNER}")
    admin.page.locator("#list tbody a[href$='/relations/']").first.click()
    admin.page.get_by_role("table").first.wait_for()
    admin.take("relations")
    admin.open("/papers/")
    admin.press("上传模板")
    admin.page.locator("#drawer input[type=file]").wait_for()
    admin.take("sheet-template")


def take_one_setting(admin: Camera) -> None:
    """A setting that is looked for, set, and asked for what it was before."""
    admin.page.get_by_placeholder("搜索名称、说明或当前值").fill("免打扰")
    admin.take("settings-search")
    admin.press("修改“免打扰时段”")
    drawer = admin.page.locator("#drawer")
    drawer.get_by_role("button", name="保存", exact=True).wait_for()
    admin.take("settings-edit")
    admin.open("/settings/")
    admin.press("历史")
    drawer.get_by_role("button", name="关闭").last.wait_for()
    admin.take("settings-history")


def change(admin: Camera, setting: str, value: str) -> None:
    """Set ``setting`` on the page of all settings."""
    admin.press(f"修改“{setting}”")
    drawer = admin.page.locator("#drawer")
    drawer.get_by_label(setting).fill(value)
    drawer.get_by_role("button", name="保存", exact=True).click()
    drawer.wait_for(state="hidden")


def choose(admin: Camera, setting: str, value: str) -> None:
    """Set ``setting``, one of several values, on the page of all settings."""
    admin.press(f"修改“{setting}”")
    drawer = admin.page.locator("#drawer")
    drawer.get_by_label(setting, exact=False).select_option(label=value, force=True)
    drawer.get_by_role("button", name="保存", exact=True).click()
    drawer.wait_for(state="hidden")


def take_projects(operator: Camera) -> None:
    operator.open("/projects/")
    operator.take("projects")
    operator.open_first(f"/draws/?q={RUNNING}")
    operator.take("result")
    room = operator.page.get_by_role("link", name="抽取大厅").get_attribute("href") or ""
    operator.open(room)
    operator.take("draw-room")
    operator.open("/draws/statistics/?topic=projects")
    operator.take("statistics")


def take_batch(operator: Camera) -> None:
    operator.open_first("/projects/batches/")
    operator.take("batch")
    operator.open_first(f"/draws/?q={BATCHED}")
    operator.take("batch-draw", whole=True)


def take_widening(operator: Camera) -> None:
    """Draw once more, by wider conditions, for what a panel lacks."""
    operator.open_first(f"/draws/?q={SHORT}")
    operator.take("short", whole=True)
    operator.press("放宽条件补抽")
    level = operator.page.locator(".plan-level")
    level.first.get_by_role("button", name="复制为下一级次").click()
    level.nth(1).get_by_role("button", name="删除这个条件").first.click()
    level.nth(1).get_by_text("其中可抽取").wait_for()
    operator.press("保存放宽的条件")
    saved = operator.page.get_by_text("放宽的条件已保存")
    saved.wait_for()
    saved.wait_for(state="hidden")
    operator.press("按放宽的条件补抽")
    drawer = operator.page.locator("#drawer")
    drawer.get_by_label("放宽条件的原因").fill("验收组专家已全部问过，仍缺 1 人")
    operator.take("widen")
    drawer.get_by_role("button", name="提交申请").click()
    operator.page.get_by_text("已申请放宽条件补抽").wait_for()
    operator.open_first(f"/draws/?q={SHORT}")
    operator.press("当面确认")
    drawer.get_by_label("确认人的账号").fill("supervisor")
    drawer.get_by_label("确认人的密码").fill(PASSWORD)
    drawer.get_by_role("button", name="确认补抽").click()
    operator.page.get_by_text("已按放宽的条件封存").wait_for()
    operator.take("widened", whole=True)


def take_supervision(supervisor: Camera) -> None:
    supervisor.open_first(f"/projects/?q={READY}")
    project = supervisor.page.url.partition("?")[0]
    supervisor.open(f"{project}exclusions/")
    supervisor.take("exclusions")
    supervisor.open("/draws/ledger/")
    supervisor.take("ledger")


def take_draw(operator: Camera, supervisor: Camera, expert: Camera) -> None:
    """Draw the project that is ready for it."""
    operator.open_first(f"/projects/?q={READY}")
    operator.take("project")
    project = operator.page.url.partition("?")[0]
    operator.open(f"{project}plan/")
    operator.take("plan")
    operator.page.get_by_label("名单公开（评审前小时）").fill(EARLIEST)
    operator.press("保存")
    operator.press("预查询")
    operator.page.get_by_role("heading", name="预查询结果").first.wait_for()
    operator.take("prequery", whole=True)
    operator.press("返回项目")
    operator.open(f"{project}?tab=plan")
    operator.press("开始抽取")
    operator.page.get_by_role("heading", name="开始抽取：请核对").wait_for()
    operator.take("start", whole=True)
    operator.press("确认，开始抽取")
    operator.page.get_by_role("heading", name="提供随机值").wait_for()
    operator.take("seal")
    draw = operator.page.url
    give_values(draw, operator, supervisor)
    operator.open(draw)
    send_at_night(operator)
    rows = operator.page.get_by_role("table", name="抽取结果").locator("tbody tr")
    answer(expert, lines=rows.count())


def give_values(draw: str, operator: Camera, supervisor: Camera) -> None:
    """Give both random values, and let the draw run."""
    given = ((operator, "经办人", "骰子 3 5 1"), (supervisor, "监督人", "硬币 正反正正"))
    for camera, role, value in given:
        camera.open(draw)
        camera.page.get_by_label("随机值").fill(value)
        camera.press(f"以{role}身份提供")
        camera.agree()
        camera.page.get_by_text("随机值已提供").wait_for()


def send_at_night(operator: Camera) -> None:
    """Have the invitations sent at once, where quiet hours hold them back."""
    if operator.page.get_by_role("button", name="立即发出", exact=True).is_visible():
        operator.press("立即发出")
        operator.page.get_by_role("alertdialog").get_by_role("textbox").fill("明早前须有结果")
        operator.agree()


def take_check(visitor: Camera, address: str) -> None:
    """What anybody sees of a draw that was published: the check of its record, and the record as a film."""
    visitor.open(address)
    visitor.page.get_by_text("一致", exact=True).wait_for()
    visitor.take("check", whole=True)
    visitor.open(f"{address}replay/")
    visitor.page.locator("[data-caption]").wait_for()
    visitor.page.keyboard.press("End")
    visitor.take("replay", whole=True)


def answer(expert: Camera, *, lines: int) -> None:
    """Accept all invitations of the newest draw by the links in the outbox."""
    for number, link in enumerate(links_of(expert, lines=lines)):
        expert.open(link)
        if number == 0:
            expert.take("reply", whole=True)
        agree_by(expert, link)
        if number == 0:
            expert.take("reply-accepted", whole=True)


def links_of(expert: Camera, *, lines: int) -> list[str]:
    """The links of the newest draw in the outbox, once all were sent."""
    while True:
        expert.open("/dev/outbox/")
        links = re.findall(r"/r/[\w=-]+/", expert.page.locator("main").inner_text())
        newest = list(dict.fromkeys(links))[:lines]
        if len(newest) == lines:
            return newest


def agree_by(expert: Camera, link: str) -> None:
    """Accept by ``link``."""
    expert.open(link)
    expert.press("确认参加")
    expert.agree()
    expert.page.get_by_role("heading", name="您已确认参加").wait_for()


def take_publication(operator: Camera, supervisor: Camera, visitor: Camera) -> None:
    """Publish who sat, and what anybody reads then; and what proves the draw."""
    supervisor.open_first(f"/draws/?q={OVER}")
    supervisor.press("公布结果")
    supervisor.page.get_by_role("alertdialog").wait_for()
    supervisor.take("publish")
    supervisor.agree()
    supervisor.page.get_by_text("结果公布").first.wait_for()
    address = supervisor.page.get_by_role("link", name="核验", exact=True).get_attribute("href")
    assert address is not None, "the page of a draw leads to its public one"  # noqa: S101
    visitor.open(address)
    visitor.page.get_by_role("table", name="评审专家").wait_for()
    visitor.take("published", whole=True)
    take_check(visitor, address)
    operator.open_first(f"/projects/?q={OVER}")
    operator.open(f"{operator.page.url.partition('?')[0]}?tab=evidence")
    operator.press("上传")
    drawer = operator.page.locator("#drawer")
    signed: FilePayload = {"name": "签字的抽取表.pdf", "mimeType": "application/pdf", "buffer": PDF}
    drawer.locator("input[type=file]").set_input_files(signed)
    drawer.locator("button[type=submit]").click()
    operator.page.locator("main").get_by_text(signed["name"]).wait_for()
    operator.take("evidence")


def draw_ready(operator: Camera, supervisor: Camera) -> str:
    """Draw the project that is ready for it; return the address of the draw."""
    operator.open_first(f"/projects/?q={READY}")
    operator.open(f"{operator.page.url.partition('?')[0]}?tab=plan")
    operator.press("开始抽取")
    operator.press("确认，开始抽取")
    operator.page.get_by_role("heading", name="提供随机值").wait_for()
    draw = operator.page.url
    give_values(draw, operator, supervisor)
    return draw


def take_move(operator: Camera, visitor: Camera, draw: str) -> None:
    """Ask for an earlier time, to which a supervisor who is elsewhere agrees by a code; for five minutes
    anybody may object before."""
    operator.open(draw)
    operator.press("改期")
    drawer = operator.page.locator("#drawer")
    evening = datetime.now(ZONE).replace(hour=19, minute=0) + timedelta(days=int(is_late()))
    drawer.get_by_label("新的评审开始时间").fill(f"{evening:%Y-%m-%d %H:%M}")
    drawer.get_by_label("新的评审地点").fill("市民中心三楼 302 室")
    drawer.get_by_label("改期原因").fill("开标场地冲突，采购人要求提前")
    operator.take("reschedule")
    drawer.get_by_role("button", name="改期并通知专家").click()
    operator.page.get_by_text("有人申请改到更早的时间").wait_for()
    while not operator.page.get_by_role("button", name="验证码确认", exact=True).is_visible():
        operator.page.wait_for_timeout(10_000)
        operator.open(draw)
    take_code(operator, visitor)


def take_code(operator: Camera, visitor: Camera) -> None:
    """Have the request on this page confirmed by a code that somebody elsewhere got."""
    operator.press("验证码确认")
    drawer = operator.page.locator("#drawer")
    drawer.get_by_role("button", name="发送验证码").click()
    drawer.get_by_text("验证码已发出").wait_for()
    while not (code := code_in_outbox(visitor)):
        pass
    drawer.get_by_label("验证码").fill(code)
    operator.take("code")
    drawer.locator("button[type=submit]").click()
    drawer.wait_for(state="hidden")


def is_late() -> bool:
    """Whether no review begins today any more to which signing in could still open."""
    return datetime.now(ZONE).hour >= 17


def code_in_outbox(visitor: Camera) -> str:
    visitor.open("/dev/outbox/")
    found = re.search(r"验证码 (\d{6})", visitor.page.locator("main").inner_text())
    return found[1] if found else ""


def take_place(operator: Camera, expert: Camera, draw: str, links: Sequence[str]) -> None:
    """The screen at the place, and the phone of whoever signs in there."""
    operator.open(f"{draw}place/")
    code = operator.page.locator(".room-digits").inner_text()
    expert.open(links[0])
    expert.page.get_by_label("签到码").fill(code)
    expert.take("sign-in", sizes=ON_PHONE)
    expert.press("签到")
    expert.page.get_by_text("已签到").first.wait_for()
    operator.page.get_by_text(f"还有 {len(links) - 1} 人未签到").wait_for()
    operator.take("place", sizes=AT_DESK)


@contextmanager
def product() -> Iterator[str]:
    """Run the product with a fresh database and demo data of its own; yield its address."""
    shutil.rmtree(HOME, ignore_errors=True)
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
        urlopen(f"{address}/health/", timeout=20).close()  # noqa: S310 - our own address
    except (URLError, TimeoutError):
        return False
    return True


if __name__ == "__main__":
    main()
