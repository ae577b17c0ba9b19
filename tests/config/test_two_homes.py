"""Two machines behind one address: whoever is signed in is answered by either, whatever he has begun at the other."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.utils import timezone
from openpyxl import load_workbook

from config.environment import HOME
from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import as_text, take_up
from expertpool.core.models import ExportRun
from expertpool.core.storing import store
from expertpool.draws.queries.recordings import PARTS
from expertpool.experts.models import Expert
from expertpool.files.queries import attachments_of, opened
from expertpool.secondfactor.settings import REQUIRED_OF
from tests.core.importing.sheets import write_xlsx
from tests.core.test_storing import server
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert
from tests.factories.secondfactor import code_of
from tests.factories.siteconfig import configure
from tests.ports import free_ports
from tests.s3_server import S3Server
from tests.worker import program, wait_for

__all__ = ["server"]

SECRET = as_text(b"12345678901234567890")
FILM = b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40
HTMX = {"HX-Request": "true"}


class Visitor:
    """One jar of cookies; each request, that of a redirection too, goes to the other machine."""

    def __init__(self, client: httpx.Client, addresses: list[str]) -> None:
        self._client = client
        self._next, self.page = cycle(addresses), ""

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def post(self, path: str, data: Any = None, **more: Any) -> httpx.Response:
        """Send ``data`` as the form of the page that was read last, which the other machine made."""
        headers = more.pop("headers", {}) | {"X-CSRFToken": self._token()}
        return self._ask("POST", path, data=data, headers=headers, **more)

    def _token(self) -> str:
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)[:1]
        return token

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        answer = self._client.request(method, next(self._next) + path, **more)
        while answer.is_redirect:
            answer = self._client.get(next(self._next) + answer.headers["Location"])
        assert answer.status_code < 300, answer.text
        if "csrfmiddlewaretoken" in answer.text:
            self.page = answer.text
        return answer


@pytest.fixture
def homes(tmp_path: Path) -> list[Path]:
    """Of two machines that have the keys of the office, and nothing else in common on their disks."""
    found = [tmp_path / "one", tmp_path / "two"]
    for home in found:
        home.mkdir(mode=0o700)
        shutil.copytree(HOME / "keys", home / "keys")
    return found


@pytest.fixture
def visitor(
    homes: list[Path], server: S3Server, settings: Any, transactional_db: None
) -> Iterator[Visitor]:
    settings.STORAGES = settings.STORAGES | {"default": server.storage()}
    addresses = []
    with ExitStack() as machines:
        for home, port in zip(homes, free_ports(2), strict=True):
            own = {"EXPERTPOOL_HOME": str(home), "PORT": str(port)}
            machines.enter_context(program("serve", **own, **server.environment()))
            addresses.append(f"http://127.0.0.1:{port}")
        for address in addresses:
            wait_for(lambda: answers(address), seconds=120)  # noqa: B023 (before the next)
        client = machines.enter_context(httpx.Client(timeout=60, trust_env=False))
        yield Visitor(client, addresses)


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/live/", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


@pytest.mark.long
@pytest.mark.timeout(600)
def test_whoever_is_signed_in_is_answered_by_either(
    visitor: Visitor, homes: list[Path], tmp_path: Path
) -> None:
    admin = admin_with_authenticator()
    sign_in(visitor, admin)
    imports_and_exports(visitor, tmp_path)
    freezes_and_takes_it_back(visitor)
    records(visitor, admin)
    kept = [path for home in homes for path in (home / "files").rglob("*") if path.is_file()]
    assert kept == []  # what one machine was given lies where the other finds it


def admin_with_authenticator() -> User:
    admin = make_user("admin")
    configure(REQUIRED_OF, ("admin",))
    before = timezone.now() - timedelta(minutes=5)
    take_up(user=admin, secret=SECRET, code=code_of(SECRET, before), now=before)
    return admin


def sign_in(visitor: Visitor, user: User) -> None:
    visitor.get("/login/")
    page = visitor.post("/login/", {"identifier": user.username, "password": PASSWORD})
    assert page.url.path == "/login/second/"
    visitor.post("/login/second/", {"code": code_of(SECRET, timezone.now())})
    assert user.name in visitor.get("/account/").text


def imports_and_exports(visitor: Visitor, folder: Path) -> None:
    """A list whose columns somebody has to name, until the export of who came by it is fetched."""
    rows = [["何人", "随身号码"], *[[f"甲{at}", f"1391111000{at}"] for at in range(4)]]
    table = write_xlsx(folder / "list.xlsx", rows).read_bytes()
    visitor.get("/experts/import/")
    asked = visitor.post(
        "/experts/import/", {"status": "formal"}, files={"file": ("a.xlsx", table)}
    )
    assert "按内容猜测，请核对" in asked.text
    run = re.sub(r"mapping/$", "", asked.url.path)
    checked = visitor.post(f"{run}mapping/", {"column-0": "name", "column-1": "phone"})
    (check,) = re.findall(r'name="check" value="(\d+)"', checked.text)[:1]
    visitor.post(f"{run}confirm/", {"check": check})
    assert {one.name for one in Expert.objects.all()} == {f"甲{at}" for at in range(4)}

    visitor.post("/exports/new/experts.experts/")
    fetched = visitor.get(f"/exports/{ExportRun.objects.get().pk}/file/")
    cells = load_workbook(BytesIO(fetched.content)).active.iter_rows(values_only=True)
    assert {f"甲{at}" for at in range(4)} <= {str(cell) for row in cells for cell in row}


def freezes_and_takes_it_back(visitor: Visitor) -> None:
    chosen = [make_expert().pk for _ in range(3)]
    statuses = Expert.objects.filter(pk__in=chosen).values_list("status", flat=True).distinct()
    visitor.get("/experts/")
    done = visitor.post("/experts/many/freeze/", {"pk": chosen, "reason": "年检"}, headers=HTMX)
    assert set(statuses.all()) == {"frozen"}
    undo = json.loads(done.headers["HX-Trigger"])["toast"]["undo"]
    visitor.post(undo["url"], {"pk": undo["pk"]}, headers=HTMX)
    assert set(statuses.all()) == {"formal"}


def records(visitor: Visitor, operator: User) -> None:
    """The screen during a draw, in three parts of which neither machine was given all."""
    draw = make_draw(now=timezone.now(), seats=1, operator=operator)  # of those who were frozen
    recording = f"/draws/{draw.pk}/recordings/{uuid4()}/"
    step = len(FILM) // 3 + 1
    for at in range(0, len(FILM), step):
        sent = visitor.post(f"{recording}?offset={at}", content=FILM[at : at + step])
        assert sent.json()["size"] == min(at + step, len(FILM))
    visitor.post(f"{recording}finish/")
    (stored,) = attachments_of(draw.project, "recording")
    with opened(stored) as file:
        assert file.read() == FILM
    assert list(store.below(f"{PARTS}/")) == []
