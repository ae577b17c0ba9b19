"""A project whose experts were drawn and are sealed, and everything that may be read of it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from expertpool.accounts.models import User
from expertpool.core.exporting.registry import EXPORTS
from expertpool.directory.models import Specialty
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.voiding import request_void
from expertpool.experts.models import Expert
from expertpool.files.models import Attachment
from expertpool.files.queries.content import content
from expertpool.notifications.models import Message
from expertpool.notifications.services.delivery import deliver
from expertpool.projects.models import Project
from tests.architecture.url_roles import RULES
from tests.architecture.world import World, make_world
from tests.factories.accounts import make_token, make_user
from tests.factories.answers import record_answer
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert, make_specialty
from tests.fixtures import login

# What stands in these tables is about experts as such: the draw must leave no trace there.
ABOUT_EXPERTS = ("experts_", "accounts_user")
# By what browser somebody is signed in, drawn or not: here he looks at his own pages meanwhile.
SIGNED_IN = "accounts_signedin"
# Pages about experts and accounts, and the choice by hand for another project: names stand there,
# but nothing of the draw.
PAGES_OF_EXPERTS = (
    *("experts:", "accounts:", "core:search", "core:export experts.", "draws:pick"),
    *("api:expert_", "api:coming_seat_", "api:leave_", "certificates:", "notices:"),
    *("inspections:", "core:export inspections.", "secondfactor:list", "privacy:"),
)
TABS = (
    *(
        "overview",
        "plan",
        "draw",
        "experts",
        "evaluations",
        "reviews",
        "fees",
        "follow_up",
        "attachments",
    ),
    *("notices", "log"),
)
EXPERT_TABS = (
    "profile",
    "draws",
    "avoidances",
    "leaves",
    "evaluations",
    "reviews",
    "fees",
    "points",
    "history",
    "log",
    "privacy",
)
_ids = count(734_010_101)  # such numbers stand nowhere by accident


@dataclass(frozen=True)
class Sealed:
    """``drawn`` sit or sat in ``draw``; their marks are what nobody may find beside it."""

    world: World
    draw: Draw
    drawn: list[Expert]

    @property
    def marks(self) -> dict[str, str]:
        """What gives an expert away, and what it is."""
        found = {}
        for expert in self.drawn:
            found |= {
                expert.name: "name",
                expert.number: "number",
                expert.phone: "phone",
                f"{expert.phone[:3]}****{expert.phone[-4:]}": "masked phone",
                expert.email: "e-mail",
                str(expert.pk): "id",
            }
            if expert.user_id:
                found[str(expert.user_id)] = "id of the account"
        return found

    @property
    def draw_marks(self) -> tuple[str, ...]:
        return (self.draw.number, self.draw.project.name, self.draw.project.number)


def make_sealed() -> Sealed:
    world = make_world()
    return draw_sealed(world, make_candidates())


def make_candidates() -> Specialty:
    """Make four experts with accounts, the only ones of the specialty that is returned."""
    specialty = make_specialty("Z98", "密封专业")
    for n in range(4):
        key = next(_ids)
        make_expert(
            f"欧阳密封{'甲乙丙丁'[n]}",
            id=key,
            email=f"sealed{key}@example.cn",
            specialties=(specialty,),
            user=make_user("expert", id=key + 100_000, name=f"账号密封{n}"),
        )
    return specialty


def draw_sealed(world: World, specialty: Specialty, *, seed: int | None = None) -> Sealed:
    """Draw two of four (by ``seed``); one declines on his own page, one accepts by his link, one by telephone."""
    now = timezone.now()
    fits = {"field": "specialty", "op": "in", "value": [str(specialty.pk)]}
    draw = make_draw(
        now=now,
        operator=world.users["operator"],
        opens_in_hours=500,
        groups=[GroupInput("密封组", 2, [fits])],
        seed=seed,
    )
    Project.objects.filter(pk=draw.project_id).update(
        department=world.project.department, name="封名试验项目"
    )
    draw = Draw.objects.select_related("project").get(pk=draw.pk)
    _answer(draw)
    for message in Message.objects.filter(state="queued"):
        deliver(message_id=message.pk, now=now)
    draw = Draw.objects.select_related("project").get(pk=draw.pk)
    drawn = Expert.objects.filter(pk__in=[expert_id_of(row) for row in _lines(draw)])
    operator = world.users["operator"]
    world = replace(
        world,
        draw=draw,
        project=draw.project,
        invitation=_lines(draw)[0],
        void_request=request_void(draw=draw, reason="试验", actor=operator, now=now),
        release_request=request_release(draw=draw, reason="试验", actor=operator, now=now),
    )
    return Sealed(world, draw, list(drawn))


def _lines(draw: Draw) -> list[Invitation]:
    return list(Invitation.objects.filter(draw=draw).select_related("draw"))


def _answer(draw: Draw) -> None:
    first, second = _lines(draw)
    expert = Expert.objects.get(pk=expert_id_of(first))
    own = login(Client(), expert.user)
    address = reverse("selfservice:review_answer", args=[first.pk])
    assert own.post(address, {"answer": "decline", "reason": "时间冲突"}).status_code == 302
    letters = Message.objects.filter(about_type="draws.invitation", about_id=str(second.pk))
    letter = letters.filter(occasion="draw.invitation").first()
    assert letter is not None
    link = letter.body[letter.body.index("/r/") :].split()[0]
    assert Client().post(link, {"answer": "accept"}).status_code == 302
    record_answer(
        invitation=_lines(draw)[2],
        state=InvitationState.ACCEPTED,
        reason="电话答复",
        actor=draw.operator,
        now=timezone.now(),
        entropy=SeededEntropy(3),
    )


# --- What is looked through ---------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """What somebody is answered at ``url``, one of those that the table has a name for."""

    name: str
    url: str
    response: HttpResponse


def addresses(sealed: Sealed, user: User, only: Iterable[str] = RULES) -> Iterator[Opened]:
    """Every URL as ``user`` opens it, or those that are named."""
    from tests.architecture.test_url_roles import ask

    client = login(Client(raise_request_exception=False), user)
    for name in only:
        url = reverse(name, kwargs=RULES[name].kwargs(sealed.world, user))
        yield Opened(name, url, ask(client, url))


def pages(sealed: Sealed, user: User) -> Iterator[tuple[str, HttpResponse]]:
    """Tabs, searches and exports as ``user`` opens them, by a name, and the record and the replay of the draw."""
    from tests.architecture.test_url_roles import ask

    client = login(Client(raise_request_exception=False), user)
    for tab in ("own", "settled"):
        yield f"requests {tab}", ask(client, f"{reverse('workflow:request_list')}?tab={tab}")
    # The table names one that anybody may have.
    record = reverse("draws:verify_record", args=[sealed.draw.public_id])
    yield "draws:verify_record", ask(client, record)
    replay = reverse("draws:replay", args=[sealed.draw.pk])
    yield "draws:replay with names", client.post(replay, follow=True)
    project = reverse("projects:detail", args=[sealed.draw.project_id])
    for tab in TABS:
        yield f"projects:detail {tab}", ask(client, f"{project}?tab={tab}")
    for expert in sealed.drawn:
        address = reverse("experts:detail", args=[expert.pk])
        for tab in EXPERT_TABS:
            yield f"experts:detail {tab}", ask(client, f"{address}?tab={tab}")
    for code in EXPORTS.codes:
        # Names whoever was written to, of inspections, say: tests/attacks/test_letters.py looks at what it leaves out.
        if code == "notifications.records":
            continue
        query = f"?project={sealed.draw.project_id}"
        address = reverse("core:export", args=[code])
        yield f"core:export {code}", ask(client, address + query, post=True)


def interface(sealed: Sealed, user: User) -> Iterator[tuple[str, HttpResponse]]:
    """Every endpoint of the interface, called with a token that has all rights of ``user``; who has none
    gets no token."""
    if not user.grants:
        return
    token, client = make_token(user).text, Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {token}"}
    subject = {"subject_type": "projects.project", "subject_id": sealed.draw.project_id}
    for name, rule in RULES.items():
        if rule.token:
            url = reverse(name, kwargs=rule.kwargs(sealed.world, user))
            yield name, client.get(url, subject, headers=headers)


def searches(sealed: Sealed, user: User) -> Iterator[tuple[str, HttpResponse]]:
    """Lists that are about draws, searched for what gives an expert away."""
    client = login(Client(raise_request_exception=False), user)
    for mark in sealed.marks:
        for name, field in (
            ("draws:list", "q"),
            ("projects:list", "q"),
            ("reports:ledger", "note"),
            ("reports:ledger", "subject"),
            ("audit:entry_list", "subject"),
            ("core:search", "q"),
        ):
            yield f"{name} {field}={mark}", client.get(reverse(name), {field: mark})


def rows() -> Iterator[tuple[str, str]]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')  # noqa: S608 (a name of the catalogue)
            for (row,) in cursor.fetchall():
                yield table, unescaped(row)


def files() -> Iterator[tuple[str, str]]:
    """What is stored, as who has the disk reads it, and as it is opened."""
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            yield str(path.name), readable(path.read_bytes())
    for row in Attachment.objects.order_by("pk"):
        with suppress(FileNotFoundError), content(row) as file:
            yield row.name, readable(file.read())


def text_of(response: HttpResponse) -> str:
    content = b"".join(response) if response.streaming else response.content
    head = "".join(f"{name}: {value}\n" for name, value in response.headers.items())
    return unescaped(head + readable(content))


def unescaped(text: str) -> str:
    """Write out what JSON escapes, wherever it stands."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def readable(content: bytes) -> str:
    """The text of a page, a table, a printed sheet or of all files in a bundle."""
    with suppress(PdfReadError):  # a sample that only begins like one
        if content.startswith(b"%PDF"):
            return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if content.startswith(b"PK") and b"[Content_Types].xml" not in content:
        with ZipFile(io.BytesIO(content)) as bundle:
            return "\n".join(readable(bundle.read(name)) for name in bundle.namelist())
    if content.startswith(b"PK"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells: list[Any] = [cell for sheet in book for row in sheet.values for cell in row]
        return "\n".join(str(cell) for cell in cells if cell is not None)
    return content.decode(errors="replace")


def leaks_of_rows(sealed: Sealed) -> Iterator[str]:
    """Which tables name the drawn outside of what is about experts, in clear or as bytes."""
    marks = sealed.marks | {
        mark.encode().hex(): f"{kind} (bytes)" for mark, kind in sealed.marks.items()
    }
    for table, row in rows():
        if not table.startswith((*ABOUT_EXPERTS, SIGNED_IN)):
            for mark, kind in marks.items():
                if mark in row:
                    yield f"{table}: {kind}"


def leaks_of_files(sealed: Sealed) -> Iterator[str]:
    for name, text in files():
        for mark, kind in sealed.marks.items():
            if mark in text:
                yield f"{name}: {kind}"
