"""A web process killed while it reads an upload: nothing is half done, and the run goes on or is given up."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from expertpool.core.models import ImportRun
from expertpool.directory.models import Unit
from expertpool.experts.models import Expert
from tests.core.importing.sheets import write_xlsx
from tests.core.importing.test_killed_worker import waits
from tests.factories.accounts import make_user
from tests.fixtures import login
from tests.ports import free_port
from tests.worker import kill, program, wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.shows("EXP-07"),
    pytest.mark.long,
]
HEAD = ["姓名", "手机号"]
TOKEN = "a" * 32


@contextmanager
def nothing_remembered_is_read() -> Iterator[None]:
    """Stop whoever looks up what headers meant before: the file is kept then, and not read."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("LOCK TABLE core_importmemory IN ACCESS EXCLUSIVE MODE")
        yield


def connected(port: int) -> closing[http.client.HTTPConnection]:
    return closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120))


def send(port: int, client: Client, path: Path) -> None:
    """Upload ``path`` to the process at ``port`` as the one whom ``client`` has signed in."""
    with path.open("rb") as file:
        body = encode_multipart(BOUNDARY, {"file": file, "csrfmiddlewaretoken": TOKEN})
    cookies = {name: one.value for name, one in client.cookies.items()} | {"csrftoken": TOKEN}
    headers = {
        "Content-Type": MULTIPART_CONTENT,
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
    }
    # It is killed before it answers.
    with connected(port) as asked, suppress(OSError, http.client.HTTPException):
        asked.request("POST", reverse("experts:import"), body, headers)
        asked.getresponse()


def answers(port: int) -> bool:
    with connected(port) as asked, suppress(OSError):
        asked.request("GET", reverse("accounts:login"))
        return asked.getresponse().status == 200
    return False


@pytest.mark.parametrize("step", ["table", "discard"])
def test_an_upload_goes_on_or_is_given_up(tmp_path: Path, step: str) -> None:
    client = login(Client(), make_user("admin"))
    path = write_xlsx(
        tmp_path / "名单.xlsx", [[*HEAD, "工作单位"], ["张伟", "13911110001", "黄石一院"]]
    )
    port = free_port()
    with program("serve", PORT=str(port)) as process:
        wait_for(lambda: answers(port), seconds=120)
        with nothing_remembered_is_read():
            sender = threading.Thread(target=send, args=(port, client, path))
            sender.start()
            wait_for(lambda: ImportRun.objects.exists() and waits(), seconds=60)
            kill(process)
        sender.join(30)
    run = ImportRun.objects.get()
    assert (run.state, run.headers) == ("uploaded", [])
    address = reverse(f"experts:import_{step}", args=[run.pk])
    page = client.get(reverse("experts:import_run", args=[run.pk])).content.decode()
    assert "还没有检查完" in page
    assert f'action="{address}"' in page
    client.post(address)
    run.refresh_from_db()
    assert run.state == {"table": "mapping", "discard": "discarded"}[step]
    assert run.upload.exists() == (step == "table")
    assert not Expert.objects.exists()
    assert not Unit.objects.exists()
    if step == "table":
        said = {f"column-{at}": code for at, code in enumerate(("name", "phone", "employer"))}
        client.post(reverse("experts:import_mapping", args=[run.pk]), said)
        run.refresh_from_db()
        assert (run.state, run.accepted) == ("previewed", 1)
