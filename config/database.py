"""Which PostgreSQL the product uses: the one of `DATABASE_URL`, or an embedded one under HOME."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.environment import HOME, env_int, env_str
from config.postgres import APPLICATION, DATABASE, SUPERUSER, EmbeddedServer
from expertpool.core.connections import CONNECT_SECONDS, WatchedConnection

WEB_THREADS = 16
# Seconds that one statement may take, by what the process is for; others are typed by somebody who
# watches them. A draw has its own (core.locks.allow_seconds).
PAGE_SECONDS = 20
JOB_SECONDS = 15 * 60
# A list of hosts is tried one after the other, each for as long as a frozen one keeps silent.
SEVERAL_HOSTS = (
    "DATABASE_URL、DATABASE_OWNER_URL 只能写一个主机：数据库在几台主机上的，写本机 HAProxy 的地址，"
    "见 docs/operations/failover.md。"
)
_most_seconds = 0
_as_owner = False


def limit_statements(seconds: int) -> None:
    """Let the database end each statement of this process after ``seconds``; before settings."""
    global _most_seconds  # noqa: PLW0603 (what this process is for is known once)
    _most_seconds = seconds


def connect_as_owner() -> None:
    """Let this process connect as the role that owns the tables, to change them; before settings."""
    global _as_owner  # noqa: PLW0603 (as above)
    _as_owner = True


def application_role() -> str:
    """Return the name of the role that pages and jobs connect as: no owner, unless one URL is all
    that was given."""
    url = env_str("DATABASE_URL")
    return str(_address(url)["USER"]) if url else APPLICATION


def database_settings() -> dict[str, Any]:
    """Return Django's settings of the only database; starts nothing."""
    pool = bool(env_int("DATABASE_POOL", default=0))
    url = env_str("DATABASE_URL")
    if url and _as_owner:
        url = env_str("DATABASE_OWNER_URL") or url
    settings = _address(url) if url else _embedded_address()
    settings["ENGINE"] = "config.engine"
    settings["OPTIONS"].setdefault("connect_timeout", CONNECT_SECONDS)
    if _most_seconds:
        given = settings["OPTIONS"].get("options", "")
        settings["OPTIONS"]["options"] = f"{given} -c statement_timeout={_most_seconds}s".strip()
    # The server may have been restarted since.
    settings["CONN_HEALTH_CHECKS"] = True
    settings["CONN_MAX_AGE"] = 0 if pool else 60  # Django refuses both together
    if pool:
        # One for each thread that serves pages: with fewer they would wait for each other.
        threads = env_int("WEB_THREADS", default=WEB_THREADS)
        settings["OPTIONS"]["pool"] = {
            "min_size": 2,
            "max_size": threads,
            "timeout": 2 * CONNECT_SECONDS,
            "connection_class": WatchedConnection,
        }
    return settings


def embedded_server() -> EmbeddedServer | None:
    """Return the server of HOME; None where `DATABASE_URL` names another."""
    return None if env_str("DATABASE_URL") else EmbeddedServer(HOME)


def database_running(*, durable: bool = True) -> AbstractContextManager[None]:
    """Keep the database running inside the `with` block.

    Every process that uses the database sits inside such a block. With `DATABASE_URL` it does
    nothing. The embedded server is started by the first and stopped by the last of its users;
    ``durable=False`` (tests) trades safety against power cuts for speed.
    """
    if env_str("DATABASE_URL"):
        return nullcontext()
    return EmbeddedServer(HOME, durable=durable).running()


def database_reviver() -> Callable[[], bool]:
    """Return what starts the embedded server again if it died under its users, and tells whether it died since it was
    last asked.

    With `DATABASE_URL` that is the business of whoever runs the server.
    """
    server = embedded_server()
    return server.revive if server else lambda: False


def _embedded_address() -> dict[str, Any]:
    socket_dir = EmbeddedServer(HOME).socket_dir
    return {
        "NAME": DATABASE,
        "USER": SUPERUSER if _as_owner else APPLICATION,
        "HOST": str(socket_dir),
        "PORT": "5432",
        "OPTIONS": {},
    }


def _address(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    place = parts.netloc.rpartition("@")[2]
    if "," in place:
        raise ImproperlyConfigured(SEVERAL_HOSTS)
    port = place.rpartition("]")[2].partition(":")[2]
    if parts.scheme not in {"postgres", "postgresql"} or not name or (port and not port.isdigit()):
        message = "DATABASE_URL、DATABASE_OWNER_URL 应写成 postgres://用户:密码@主机:5432/库名（只支持 PostgreSQL）。"
        raise ImproperlyConfigured(message)
    options: dict[str, Any] = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # The folder of a socket cannot stand where a URL has its host.
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": port,
        "OPTIONS": options,
    }
