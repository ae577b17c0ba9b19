"""`make bench-load`: how many people the pages of one machine carry at once.

Starts the product as `make run` does, in a place of its own with the demonstration, signs in five accounts
and lets them open pages over loopback, each as soon as it has the last one: 8 connections, then 100,
then as many requests as `--requests` says while the memory of all web processes is watched, then 8 during
an import. Client and server share the machine's processors, as nobody's office does. Ends with 1 where an aim is missed,
and says which.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookiejar import CookieJar
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import psutil

from tools.bench.reporting import percentile
from tools.starting import wait_until_well

ROOT = Path(__file__).resolve().parent.parent
ACCOUNTS = ("operator", "admin", "supervisor", "department", "auditor")
PASSWORD = "Zhuanjia-2026"  # noqa: S105 - of the demonstration, printed by each start
SECONDS = 20  # of each measurement
EASY, MANY = 8, 100  # connections
AT_REST, LONGEST_WAIT = 5, 300  # seconds without jobs, and until they should have come
AIMS = {"rate": 80, "p95_easy": 0.12, "p95_many": 1.5, "import_ratio": 2.0}
LEVEL = (
    1.1  # memory may grow by so much, once the first part of the requests has filled what is kept
)
# What an office opens in a morning: of twenty pages so many of each. A list's words are as typed.
MIX = {
    "/": 3,
    "/experts/": 3,
    "/experts/?q=王": 1,
    "/experts/?q=设计": 1,
    "expert": 3,
    "/projects/": 2,
    "project": 3,
    "/draws/": 1,
    "draw": 2,
    "/messages/": 1,
}


Request = tuple[str, bytes]  # a page of the mix, and what is sent


@dataclass
class Figures:
    """Seconds of each answered request, and how often each status came."""

    seconds: list[float] = field(default_factory=list)
    states: Counter[int] = field(default_factory=Counter)
    by_page: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, page: str, seconds: float, status: int) -> None:
        self.seconds.append(seconds)
        self.states[status] += 1
        self.by_page[page].append(seconds)

    def line(self, name: str, length: float) -> dict[str, object]:
        return {
            "bench": name,
            "a_second": round(len(self.seconds) / length, 1),
            "median_s": round(percentile(self.seconds, 0.5), 4),
            "p95_s": round(percentile(self.seconds, 0.95), 4),
            "max_s": round(max(self.seconds), 4),
            "requests": len(self.seconds),
            "states": dict(self.states),
        }


@dataclass
class Outcome:
    """What is judged of all that was measured."""

    rate: float  # requests a second, with many connections
    p95_easy: float
    p95_many: float
    import_ratio: float
    megabytes: list[int]
    states: Counter[int]

    def missed(self) -> list[str]:
        """Return what misses its aim, in words."""
        found = [
            f"{name}: {value:.3g}, {aim:.3g} at most"
            for name, value in (
                ("p95_easy", self.p95_easy),
                ("p95_many", self.p95_many),
                ("import_ratio", self.import_ratio),
            )
            if value > (aim := AIMS[name])
        ]
        if self.rate < AIMS["rate"]:
            found.insert(0, f"rate: {self.rate:.3g}, {AIMS['rate']} at least")
        if max(self.megabytes[1:]) > LEVEL * self.megabytes[1]:
            found.append(f"memory: {self.megabytes[1]} to {max(self.megabytes[1:])} MB")
        if broken := sum(times for status, times in self.states.items() if status >= 500):
            found.append(f"{broken} answers of 5xx")
        return found


def main() -> int:
    parser = ArgumentParser(
        prog="make bench-load", description="测量一台机器同时能给多少人提供页面。"
    )
    parser.add_argument("--requests", type=int, default=20_000, help="看内存时发多少个请求")
    parser.add_argument("--import-file", type=Path, default=ROOT / "tests/data/experts_5000.xlsx")
    given = parser.parse_args()
    with product() as (address, process, env):
        readers = [signed_in(address, name) for name in ACCOUNTS]
        requests = list(visits(address, readers))
        tell({"bench": "load_jobs", "ended": jobs_have_ended(process)})
        with processor_time(process) as spent:
            easy = run(address, requests, EASY, for_seconds(SECONDS))
        tell(easy.line("load_easy", SECONDS) | {"connections": EASY, "aim_s": AIMS["p95_easy"]})
        # Whatever else the machine does meanwhile, so much of it one request takes.
        taken = {name: round(1000 * s / len(easy.seconds), 1) for name, s in spent.items()}
        tell({"bench": "load_processor", "milliseconds_a_request": taken})
        medians = {page: round(percentile(them, 0.5), 3) for page, them in easy.by_page.items()}
        tell({"bench": "load_pages", "median_s": medians})
        many = run(address, requests, MANY, for_seconds(SECONDS))
        aims = {"aim_s": AIMS["p95_many"], "aim_a_second": AIMS["rate"]}
        tell(many.line("load_many", SECONDS) | {"connections": MANY} | aims)
        memory, asked = watch_memory(address, requests, process, given.requests)
        ratio, beside = beside_import(address, requests, env, given.import_file, easy)
    outcome = Outcome(
        rate=len(many.seconds) / SECONDS,
        p95_easy=percentile(easy.seconds, 0.95),
        p95_many=percentile(many.seconds, 0.95),
        import_ratio=ratio,
        megabytes=memory,
        states=easy.states + many.states + asked + beside,
    )
    missed = outcome.missed()
    tell({"bench": "load_missed", "missed": missed})
    return int(bool(missed))


def tell(line: dict[str, object]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


# --- The product and its readers -------------------------------------------------------------


@contextmanager
def product() -> Iterator[tuple[str, psutil.Process, dict[str, str]]]:
    """Run the product with its demonstration; yield its address, its process, its environment."""
    with TemporaryDirectory(prefix="expertpool-load-") as home:
        Path(home).chmod(0o755)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        env = os.environ | {
            "EXPERTPOOL_HOME": f"{home}/var",
            "PORT": str(port),
            "EXPERTPOOL_ENV": os.devnull,
        }
        command = [sys.executable, "-m", "config.cli", "run"]
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as running:
            try:
                wait_until_well(address, running)
                yield address, psutil.Process(running.pid), env
            finally:
                running.send_signal(signal.SIGINT)
                running.wait(60)


def signed_in(address: str, username: str) -> tuple[OpenerDirector, str]:
    """Return the browser of an account, and its cookies as a header."""
    jar = CookieJar()
    opener = build_opener(HTTPCookieProcessor(jar))
    page = opener.open(f"{address}/login/").read().decode()
    post(opener, f"{address}/login/", page, identifier=username, password=PASSWORD)
    return opener, "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def post(opener: OpenerDirector, url: str, page: str, **values: str) -> str:
    """Send the form of ``page``; return the page that comes."""
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[:1]
    data = urlencode(values | {"csrfmiddlewaretoken": token}).encode()
    return str(opener.open(url, data).read().decode())


def visits(address: str, readers: list[tuple[OpenerDirector, str]]) -> Iterator[Request]:
    """Yield the requests of the mix as bytes, of each reader in turn; what he may not open he does not ask for."""
    host = address.removeprefix("http://")
    for opener, cookies in readers:
        for page, times in MIX.items():
            found = _addresses(opener, address, page)
            for number in range(times if found else 0):
                yield page, _request(found[number % len(found)], host, cookies)


def _addresses(opener: OpenerDirector, address: str, page: str) -> list[str]:
    """Return where ``page`` is: itself, or the first ten of its list."""
    path = page if page.startswith("/") else f"/{page}s/"
    try:
        listed = opener.open(f"{address}{quote(path, safe='/?=')}").read().decode()
    except HTTPError as refused:
        if refused.code != HTTPStatus.FORBIDDEN:
            raise
        return []
    if page == path:
        return [page]
    return list(dict.fromkeys(re.findall(rf'href="({path}\d+/)"', listed)))[:10]


def _request(path: str, host: str, cookies: str) -> bytes:
    lines = [
        f"GET {quote(path, safe='/?=')} HTTP/1.1",
        f"Host: {host}",
        f"Cookie: {cookies}",
        "Accept: text/html",
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def jobs_have_ended(process: psutil.Process) -> bool:
    """Wait until the workers have done what a first start brings: letters and looks at everything, an office has them
    behind it. Tell whether they have: what they do beside the pages is measured by an import."""
    ends = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < ends:
        before = _processor_time(process)["workers"]
        time.sleep(AT_REST)
        if _processor_time(process)["workers"] - before < 0.05 * AT_REST:
            return True
    return False


# --- The load --------------------------------------------------------------------------------


def run(
    address: str, requests: list[Request], connections: int, goes_on: Callable[[Figures], bool]
) -> Figures:
    """Let ``connections`` clients ask, each one request after the other, as long as it ``goes_on``."""
    figures = Figures()
    host, _, port = address.removeprefix("http://").partition(":")

    async def client(first: int) -> None:
        turns = cycle(requests[first:] + requests[:first])
        while goes_on(figures):
            reader, writer = await asyncio.open_connection(host, int(port))
            stays = True
            while stays and goes_on(figures):
                began = time.perf_counter()
                page, request = next(turns)
                writer.write(request)
                status, stays = await _answer(reader)
                figures.note(page, time.perf_counter() - began, status)
            writer.close()

    async def all_of_them() -> None:
        await asyncio.gather(*(client(7 * number % len(requests)) for number in range(connections)))

    asyncio.run(all_of_them())
    return figures


def for_seconds(seconds: float) -> Callable[[Figures], bool]:
    until = time.perf_counter() + seconds
    return lambda _: time.perf_counter() < until


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Read one answer; return its status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = re.search(r"\r\ncontent-length: (\d+)", head)
    if length is None:  # to the end of the connection
        await reader.read()
        return int(head[9:12]), False
    await reader.readexactly(int(length[1]))
    return int(head[9:12]), "\r\nconnection: close" not in head


def watch_memory(
    address: str, requests: list[Request], process: psutil.Process, most: int
) -> tuple[list[int], Counter[int]]:
    """Send ``most`` requests in ten parts; return the memory after each, and what was answered."""
    states: Counter[int] = Counter()
    memory = []
    for _ in range(10):
        part = run(address, requests, EASY, lambda figures: len(figures.seconds) < most // 10)
        states += part.states
        memory.append(megabytes(process))
    facts = {"requests": states.total(), "states": dict(states), "megabytes": memory}
    tell({"bench": "load_memory"} | facts)
    return memory, states


def megabytes(process: psutil.Process) -> int:
    """Return the memory of all web processes together."""
    web = (child for child in process.children(recursive=True) if "serve" in child.cmdline())
    return sum(child.memory_info().rss for child in web) // 2**20


@contextmanager
def processor_time(process: psutil.Process) -> Iterator[dict[str, float]]:
    """Yield what will hold the seconds of a processor that the web, the database, the workers and these clients take
    meanwhile."""
    spent: dict[str, float] = {}
    before = _processor_time(process)
    yield spent
    spent |= {name: seconds - before[name] for name, seconds in _processor_time(process).items()}


def _processor_time(process: psutil.Process) -> dict[str, float]:
    clients = time.process_time()
    children = process.children(recursive=True)
    # What a backend of the database took, which has ended meanwhile, is missing: pages keep theirs.
    backends = psutil.Process(_postmaster(process)).children(recursive=True)
    return {
        "web": sum(_seconds(one) for one in children if "serve" in one.cmdline()),
        "workers": sum(_seconds(one) for one in children if "worker" in one.cmdline()),
        "database": sum(_seconds(one) for one in backends),
        "clients": clients,
    }


def _postmaster(process: psutil.Process) -> int:
    """Return the number of the process of the database, which is nobody's child."""
    data = Path(process.environ()["EXPERTPOOL_HOME"]) / "postgres/data"
    return int((data / "postmaster.pid").read_text().split()[0])


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def beside_import(
    address: str, requests: list[Request], env: dict[str, str], file: Path, quiet: Figures
) -> tuple[float, Counter[int]]:
    """Measure the same while an import is read, checked and saved by another process, as a worker does; return how
    often as long the slow answers took, and what was answered."""
    command = [sys.executable, "-m", "config.cli", "import-experts", str(file)]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as importing:
        busy = run(address, requests, EASY, lambda _: importing.poll() is None)
    length = time.perf_counter() - began
    if importing.returncode not in (0, 1):  # 1: some rows were refused, as there should be
        sys.exit("导入没有成功。")
    ratio = percentile(busy.seconds, 0.95) / percentile(quiet.seconds, 0.95)
    facts = {"connections": EASY, "p95_ratio": round(ratio, 2), "aim_ratio": AIMS["import_ratio"]}
    tell(busy.line("load_import", length) | facts)
    return ratio, busy.states


if __name__ == "__main__":
    sys.exit(main())
