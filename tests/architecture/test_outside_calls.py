"""Whoever asks another machine says for how long it waits, in every module that asks one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from config.environment import BASE_DIR

PRODUCT = [path for name in ("config", "expertpool") for path in (BASE_DIR / name).rglob("*.py")]
# What opens a connection: of the standard library, of what is shipped, and of what is made of these (`made_of`).
OPENS = {
    *("create_connection", "HTTPConnection", "HTTPSConnection", "urlopen"),
    *("SMTP", "SMTP_SSL", "IMAP4", "IMAP4_SSL", "POP3", "FTP", "EmailBackend"),
    "AsyncClient",
}
HTTPX = {"Client", "get", "post", "put", "patch", "delete", "request", "stream"}
LIBRARIES = {"ftplib", "httpx", "imaplib", "poplib", "smpp34", "smtplib", "socket", "telnetlib"}
LIBRARIES |= {"aiohttp", "boto3", "botocore", "http.client", "ldap3", "requests", "urllib.request"}
# Who knows them. Before another one stands here, a test of its own lets the other side hang.
ASKS = {
    *("config/server.py", "config/storing.py", "config/supervisor.py"),
    *("core/health/program.py", "core/posting.py", "core/reachable.py", "core/reading/apart.py"),
    *("core/scanning/clamd.py", "core/storing/s3.py"),
    *("identity/services/directory.py", "identity/services/provider.py"),
    *("notifications/channels/email/mailbox.py", "notifications/channels/email/smtp.py"),
    *(f"notifications/channels/sms/{one}.py" for one in ("aliyun", "posting", "settings")),
    *(f"notifications/channels/sms/{one}.py" for one in ("smpp_line", "tencent")),
    *("operations/services/robots.py", "telephone/management/commands/voice_agent.py"),
    "webhooks/services/delivery.py",
}


def named(path: Path) -> str:
    return str(path.relative_to(BASE_DIR)).removeprefix("expertpool/")


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {one for one in LIBRARIES for name in names if f"{name}.".startswith(f"{one}.")}


def last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def made_of(tree: ast.AST) -> set[str]:
    """Return the classes of a module that open a connection as those do of which they are made."""
    found = set(OPENS)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and found & {last(base) for base in node.bases}:
            found.add(node.name)
    return found


def openings(tree: ast.AST) -> Iterator[ast.Call]:
    names = made_of(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        of_httpx = isinstance(function, ast.Attribute) and last(function.value) == "httpx"
        if last(function) in names or (of_httpx and last(function) in HTTPX):
            yield node


def endless(source: str) -> list[int]:
    """Return the lines that open a connection and say nothing of time."""
    return [
        call.lineno
        for call in openings(ast.parse(source))
        if not any(word.arg == "timeout" and not _is_none(word.value) for word in call.keywords)
    ]


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def test_who_opens_a_connection_says_for_how_long_it_waits() -> None:
    trees = {named(path): path.read_text() for path in PRODUCT}
    found = {name: lines for name, source in trees.items() if (lines := endless(source))}
    assert found == {}
    opened = {name for name, source in trees.items() if list(openings(ast.parse(source)))}
    # The control: they are found.
    assert opened >= {
        *("config/supervisor.py", "core/posting.py", "core/scanning/clamd.py"),
        *("identity/services/directory.py", "notifications/channels/email/mailbox.py"),
        "notifications/channels/email/smtp.py",
    }


def test_another_machine_is_asked_by_these_alone() -> None:
    asks = {named(path) for path in PRODUCT if imported(ast.parse(path.read_text()))}
    assert asks == ASKS


def test_what_waits_for_ever_is_found() -> None:
    assert endless("socket.create_connection((host, 25))") == [1]
    assert endless("httpx.get(url)\nhttpx.get(url, timeout=5)") == [1]
    assert endless("httpx.AsyncClient(timeout=None)") == [1]
    assert endless("class Ours(smtplib.SMTP):\n    pass\n\n\nOurs(host)") == [5]
