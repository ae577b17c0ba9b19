"""What the environment says: whether it fits together, and is fit for real use."""

from __future__ import annotations

import os
import re
import stat
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from config.commands import host
from config.environment import BASE_DIR, HOME, SECRETS
from expertpool.core.health import Check, CheckGroup, Finding, Health
from expertpool.core.health.program import find_certificate

DEPLOYMENT = CheckGroup("deployment", "设置", 20)


def find_mode(_now: datetime) -> Finding:
    if settings.TRIAL:
        mend = "正式使用请设 DEBUG=0，并用新的数据目录；演示数据和自动生成的密钥只供试用。"
        sentence = "试用方式：自动生成密钥和演示数据，登录页列出演示账号。"
        return Finding(Health.WARNING, sentence, mend=mend)
    return Finding(Health.OK, "正式使用（DEBUG=0）。")


def find_secrets(_now: datetime) -> Finding:
    """That each key is there is asked by the settings themselves."""
    values = [getattr(settings, name) for name in SECRETS]
    if len(set(values)) < len(values):
        mend = "请各用 `openssl rand -hex 32` 生成；已有数据的，按 docs/howto/rotate-keys.md 更换。"
        return Finding(Health.FAILED, "有两把密钥相同，一处泄露就全部泄露。", mend=mend)
    # At least two of each digit, on average, in what was made at random.
    if weak := [name for name, value in zip(SECRETS, values, strict=True) if _looks_typed(value)]:
        mend = "请用 `openssl rand -hex 32` 生成；已有数据的，按 docs/howto/rotate-keys.md 更换。"
        return Finding(Health.FAILED, f"密钥 {'、'.join(weak)} 不像随机生成的。", mend=mend)
    return Finding(Health.OK, "四把密钥都在，各不相同。")


def _looks_typed(value: str) -> bool:
    return len(set(value)) < 10 or bool(re.search(r"(.)\1{5}", value))


def find_key_files(_now: datetime) -> Finding:
    """Whoever else can read a key can read everything."""
    env_file = Path(os.environ.get("EXPERTPOOL_ENV", BASE_DIR / ".env"))
    files = [env_file, *sorted((HOME / "keys").glob("*"))]
    if open_ones := [path for path in files if path.is_file() and _is_open(path)]:
        names = "、".join(str(path) for path in open_ones)
        mend = "请改为只有本系统用户能读：chmod 600（由 systemd 读的 env 文件用 640）。"
        return Finding(Health.FAILED, f"别的系统用户也能读写 {names}。", mend=mend)
    if settings.BACKUP_DIR.is_relative_to(HOME / "keys"):
        mend = "请把 BACKUP_DIR 换成别的目录。"
        return Finding(Health.FAILED, "备份会和密钥放在一起。", mend=mend)
    return Finding(Health.OK, "别的系统用户读不到密钥文件。")


def _is_open(path: Path) -> bool:
    """A file that others enter no folder of is not open, whatever its own mode says."""
    mode = path.stat().st_mode
    return bool(mode & stat.S_IWGRP) or bool(mode & stat.S_IRWXO and _passable(path))


def _passable(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def find_address(_now: datetime) -> Finding:
    """Under SITE_URL experts find their personal links."""
    address = urlsplit(settings.SITE_URL)
    name = address.hostname or ""
    if address.scheme not in ("http", "https") or not name:
        mend = "请写成 https://pool.example.cn 的样子。"
        return Finding(Health.FAILED, f"SITE_URL 不是网址：「{settings.SITE_URL}」。", mend=mend)
    if not validate_host(name, settings.ALLOWED_HOSTS):
        mend = f"请把 {name} 写进 ALLOWED_HOSTS。"
        return Finding(Health.FAILED, f"从 {settings.SITE_URL} 打开会被拒绝。", mend=mend)
    if _is_loopback(name):
        mend = "请把 SITE_URL 设为用户在浏览器里使用的地址。"
        sentence = "SITE_URL 只有本机能打开，短信和邮件里的链接在手机上打不开。"
        return Finding(Health.WARNING, sentence, settings.SITE_URL, mend)
    if "*" in settings.ALLOWED_HOSTS:
        mend = "请改为实际使用的主机名。"
        return Finding(Health.WARNING, "ALLOWED_HOSTS 允许任何主机名。", mend=mend)
    return Finding(Health.OK, "邀请链接用这个地址。", settings.SITE_URL)


def find_https(_now: datetime) -> Finding:
    is_secure = settings.SITE_URL.startswith("https://")
    if settings.HTTPS and not settings.TRUST_PROXY:
        mend = (
            "本系统自己不提供 HTTPS：请在前面放反向代理（docs/howto/run.md），并设 TRUST_PROXY=1。"
        )
        return Finding(Health.FAILED, "HTTPS=1 而没有反向代理，打开会不停跳转。", mend=mend)
    if settings.HTTPS and not is_secure:
        mend = "请把 SITE_URL 改为 https:// 开头。"
        return Finding(Health.FAILED, "HTTPS=1，SITE_URL 却是 http://。", mend=mend)
    if is_secure and not settings.HTTPS:
        mend = "请设 HTTPS=1。"
        return Finding(Health.WARNING, "登录 Cookie 没有限定只走 HTTPS。", mend=mend)
    if not is_secure and not _is_loopback(urlsplit(settings.SITE_URL).hostname or ""):
        mend = "请配置证书，并设 SITE_URL=https://…、HTTPS=1。"
        return Finding(Health.WARNING, "密码和名单在网络上明文传送。", mend=mend)
    if not is_secure:
        return Finding(Health.OFF, "只在本机使用，没有 HTTPS。")
    return Finding(Health.OK, "只用 HTTPS。")


def find_proxy(_now: datetime) -> Finding:
    """From where somebody comes counts: who guesses passwords is slowed down by his address."""
    is_public, is_behind = not _is_loopback(host()), settings.TRUST_PROXY
    if is_public and is_behind:
        mend = "请设 HOST=127.0.0.1，或用防火墙只让反向代理连接这个端口。"
        sentence = "TRUST_PROXY=1，网页服务却不只在本机监听：绕过反向代理的人可以冒充任何地址。"
        return Finding(Health.WARNING, sentence, host(), mend)
    if is_public:
        mend = "请设 HOST=127.0.0.1，在前面放反向代理（docs/howto/run.md）。"
        return Finding(Health.WARNING, "没有反向代理，直接对网络开放。", host(), mend)
    if not is_behind and not _is_loopback(urlsplit(settings.SITE_URL).hostname or ""):
        mend = "请设 TRUST_PROXY=1；否则所有人看起来都来自同一地址，一人输错密码，大家都要等。"
        return Finding(Health.FAILED, "前面有反向代理，但没有告诉本系统。", mend=mend)
    if not is_behind:
        return Finding(Health.OFF, "只在本机使用，没有反向代理。")
    return Finding(Health.OK, "来访地址由反向代理给出。")


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


CHECKS = (
    Check("mode", "运行方式", DEPLOYMENT, find_mode),
    Check("secrets", "密钥", DEPLOYMENT, find_secrets),
    Check("key_files", "密钥文件", DEPLOYMENT, find_key_files),
    Check("address", "访问地址", DEPLOYMENT, find_address),
    Check("https", "HTTPS", DEPLOYMENT, find_https),
    Check("certificate", "HTTPS 证书", DEPLOYMENT, find_certificate),
    Check("proxy", "反向代理", DEPLOYMENT, find_proxy),
)
