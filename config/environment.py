"""Everything that settings take from outside: environment variables and generated secrets.

Each variable is listed with one line of explanation in `.env.example`.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.exceptions import ImproperlyConfigured

from config.home import writable

HIGHEST_PORT = 65535
MOST_WEB_PROCESSES = 4  # unless more are asked for: each has 200 MB
BASE_DIR = Path(__file__).resolve().parent.parent


def load_env_file(path: Path) -> None:
    """Read `NAME=value` lines into the environment; what is set there already wins."""
    if not path.is_file():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.lstrip().startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


load_env_file(Path(os.environ.get("EXPERTPOOL_ENV", BASE_DIR / ".env")))
HOME = Path(os.environ.get("EXPERTPOOL_HOME", BASE_DIR / "var")).resolve()


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_bool(name: str, *, default: bool) -> bool:
    value = env_str(name)
    if not value:
        return default
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    message = f"环境变量 {name} 只能是 1 或 0，现在是「{value}」。"
    raise ImproperlyConfigured(message)


def env_int(name: str, *, default: int) -> int:
    value = env_str(name)
    try:
        return int(value) if value else default
    except ValueError as error:
        message = f"环境变量 {name} 应是整数，现在是「{value}」。"
        raise ImproperlyConfigured(message) from error


def env_one_of(name: str, default: str, *others: str) -> str:
    value = env_str(name) or default
    if value not in (default, *others):
        message = (
            f"环境变量 {name} 只能是 {'、'.join((default, *others))} 之一，现在是「{value}」。"
        )
        raise ImproperlyConfigured(message)
    return value


def port() -> int:
    """Return where the web server listens."""
    number = env_int("PORT", default=8000)
    if not 0 < number <= HIGHEST_PORT:
        message = f"环境变量 PORT 应在 1 到 {HIGHEST_PORT} 之间，现在是「{number}」。"
        raise ImproperlyConfigured(message)
    return number


def web_process_count() -> int:
    """Return how many processes serve pages: one a processor, as far as more of them help, since Python runs
    one thread at a time."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    return env_int("WEB_PROCESSES", default=min(processors, MOST_WEB_PROCESSES))


def env_list(name: str, *, default: list[str]) -> list[str]:
    return [item.strip() for item in env_str(name).split(",") if item.strip()] or default


SECRETS = ("SECRET_KEY", "FIELD_KEY", "INDEX_KEY", "SEAL_KEY")


def missing_secrets() -> list[str]:
    """Return which secrets there are neither in the environment nor in HOME/keys."""
    return [n for n in SECRETS if not env_str(n) and not (HOME / "keys" / n.lower()).is_file()]


def secret(name: str, *, generate: bool) -> str:
    """Return the secret ``name`` (64 hex digits) from the environment or from HOME/keys.

    With ``generate`` (development and first trial) a missing one is created with mode 0600;
    without it a missing secret stops the start and is named.
    """
    value = env_str(name)
    if value:
        return _long_enough(name, value)
    path = HOME / "keys" / name.lower()
    if path.exists():
        return path.read_text().strip()
    if not generate:
        message = f"缺少密钥 {name}：请在环境变量中设置，或放在 {path}（权限 0600）。"
        raise ImproperlyConfigured(message)
    with writable(HOME):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent) as file:  # mode 0600
            file.write(secrets.token_hex(32))
            file.flush()
            try:
                # Linked when it is whole: two that start at once agree on one secret.
                os.link(file.name, path)
            except FileExistsError:  # another process was first; its secret is whole
                pass
    return path.read_text().strip()


def file_secret(name: str) -> str:
    """Return what another server gave us as ``name``, from the environment or from HOME/keys."""
    value, path = env_str(name), HOME / "keys" / name.lower()
    if value or path.is_file():
        return value or path.read_text().strip()
    message = f"缺少 {name}：请在环境变量中设置，或放在 {path}（权限 0600）。"
    raise ImproperlyConfigured(message)


def scanner_address() -> str:
    """Return where clamd listens (CLAMD): ``tcp://host:port`` or ``unix:/path``; empty for none."""
    value = env_str("CLAMD")
    if value and not re.fullmatch(r"unix:/\S+|tcp://[^\s/:]+(:\d{1,5})?", value):
        message = f"环境变量 CLAMD 应像 unix:/run/clamav/clamd.ctl 或 tcp://127.0.0.1:3310，现在是「{value}」。"
        raise ImproperlyConfigured(message)
    return value


def old_secrets(name: str) -> tuple[str, ...]:
    """Return the secrets that ``name`` had before, newest first: NAME_OLD, separated by commas, or
    the lines of HOME/keys/<name>_old."""
    path = HOME / "keys" / f"{name.lower()}_old"
    written = path.read_text().split() if path.is_file() else []
    return tuple(
        _long_enough(f"{name}_OLD", value) for value in env_list(f"{name}_OLD", default=written)
    )


def _long_enough(name: str, value: str) -> str:
    if len(value) < 32:
        message = f"密钥 {name} 太短：至少 32 个字符，可用 `openssl rand -hex 32` 生成。"
        raise ImproperlyConfigured(message)
    return value
