"""Make sure that tests find what they need of the machine: Chromium, a Chinese font, and a directory server (slapd), by
apt where we are root."""

from __future__ import annotations

import os
import shutil
import subprocess

# For a machine without screen, GPU or a way out; as root Chromium has no sandbox.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--auto-accept-this-tab-capture",  # a page that asks to record itself may: nobody could say so
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# The same without windows: two fifths less processor time. It cannot record a tab (docs/decisions/0426).
SMALL = "chromium-headless-shell"


def browser_path() -> str | None:
    return next((path for path in map(shutil.which, PROGRAMS) if path), None)


def small_browser_path() -> str | None:
    """Return the one without windows; where there is none, any."""
    return shutil.which(SMALL) or browser_path()


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, check=False)
    return bool(listed.stdout.strip())


def missing_altogether() -> list[str]:
    """Return the Debian packages that tests still need."""
    has_directory = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return missing() + ([] if has_directory else ["slapd"])


def missing() -> list[str]:
    """Return the Debian packages that browser tests still need."""
    packages = [] if browser_path() else ["chromium"]
    return packages if has_chinese_font() else [*packages, "fontconfig", "fonts-noto-cjk"]


def main() -> None:
    packages = missing_altogether()
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        if packages:
            print(
                f"浏览器、目录服务器的测试不会运行：缺少 {'、'.join(packages)}，请先安装。",
                flush=True,
            )
        return
    if packages:
        print(f"正在安装测试需要的 {'、'.join(packages)}……", flush=True)
        _apt_get("update")
        _apt_get("install", *packages)
    if not shutil.which(SMALL):
        print(f"正在安装让测试更快的 {SMALL}……", flush=True)
        _apt_get("update", check=False)
        # Both, since they share files of one version. Where a distribution has no such package, tests take longer.
        _apt_get("install", "chromium", SMALL, check=False)


def _apt_get(command: str, *packages: str, check: bool = True) -> None:
    options = ["-y", "-qq", "--no-install-recommends"] if packages else ["-qq"]
    subprocess.run(
        ["apt-get", command, *options, *packages],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.DEVNULL,
        check=check,
    )


if __name__ == "__main__":
    main()
