"""Posting to a server of others: bounded in time and in what is read of the answer."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import httpx

# Seconds for a whole attempt: a receiver that sends a letter now and then is never idle.
LONGEST = 10.0


@dataclass(frozen=True)
class Target:
    """Where a post goes: ``url`` may name the machine by its number, ``host`` is the Host header and
    ``server_name`` what its certificate has to be for."""

    url: httpx.URL
    host: str
    server_name: str


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes
    content_type: str = ""


Find = Callable[[str], Target]


def as_written(url: str) -> Target:
    """Return where ``url`` itself leads: of a server that the office has chosen."""
    parsed = httpx.URL(url)
    return Target(parsed, parsed.netloc.decode("ascii"), parsed.raw_host.decode("ascii"))


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    read: int = 0,
    find: Find = as_written,
    method: str = "POST",
) -> Answer:
    """Post ``body`` (or whatever else ``method`` says) to where ``find`` says that ``url`` leads; return the answer, of its body at most
    ``read`` bytes.

    Raises TimeoutError after `LONGEST`, whatever ``find`` raises, else an httpx.HTTPError. Never inside a
    transaction.
    """
    # Of its own: whoever calls may be in a thread that has a loop.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(_run, method, url, body, headers, read, find).result()


def _run(
    method: str, url: str, body: bytes, headers: Mapping[str, str], read: int, find: Find
) -> Answer:
    return asyncio.run(_post_in_time(method, url, body, headers, read, find))


async def _post_in_time(
    method: str, url: str, body: bytes, headers: Mapping[str, str], read: int, find: Find
) -> Answer:
    async with asyncio.timeout(LONGEST):
        return await _post_to(method, await _found(url, find), body, headers, read)


async def _found(url: str, find: Find) -> Target:
    """Ask ``find`` where it can be left waiting: nothing ends a look-up of a name."""
    # Of its own: the loop would wait for one of its threads before it ends.
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        return await asyncio.get_running_loop().run_in_executor(thread, find, url)
    finally:
        thread.shutdown(wait=False)


async def _post_to(
    method: str, target: Target, body: bytes, headers: Mapping[str, str], read: int
) -> Answer:
    # No redirects and no proxies: either would lead past the check (docs/decisions/0009).
    async with (
        httpx.AsyncClient(
            verify=_certificates(), timeout=LONGEST, follow_redirects=False, trust_env=False
        ) as client,
        # The other side chooses how long its answer is.
        client.stream(
            method,
            target.url,
            content=body,
            headers={**headers, "Host": target.host},
            extensions={"sni_hostname": target.server_name},
        ) as response,
    ):
        content = await _read(response, read) if read else b""
        return Answer(response.status_code, content, response.headers.get("Content-Type", ""))


async def _read(response: httpx.Response, most: int) -> bytes:
    content = b""
    async for part in response.aiter_bytes(most):
        content += part
        if len(content) >= most:
            break
    return content[:most]


@cache
def _certificates() -> ssl.SSLContext:
    """Trust the public authorities, and those that the operator added to the machine."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
