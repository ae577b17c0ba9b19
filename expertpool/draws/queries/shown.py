"""Whether what pages show of a draw is what its events and the log say, of a list that persons chose what the log
does: its columns, and those of its lines, stand beside them and are read alone.

Asked at each look and in each check (docs/decisions/0264). What is asked of draws that were sealed before events
were chained, or in other words than today's, is nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Length

from expertpool.audit.models import Entry
from expertpool.audit.queries import field_label
from expertpool.audit.services import as_json, proven, snapshot
from expertpool.core.crypto import DecryptionError
from expertpool.core.prepared import Given, Prepared
from expertpool.draws.enums import (
    BY_HIMSELF,
    EXIT_REASON,
    RUNNING,
    SEATED_STATES,
    SKIP_REASON,
    DrawKind,
    DrawStatus,
    InvitationState,
    NoteCode,
    Origin,
    PanelRole,
    ReplyVia,
)
from expertpool.draws.models import (
    Draw,
    DrawEvent,
    Invitation,
    PlanVersion,
    SealBlock,
    VoidRequest,
)
from expertpool.draws.queries.chain import CHAIN_HEAD, SEAL
from expertpool.draws.queries.hands import hand_steps_by_kind
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.plan_versions import digest_of_words
from expertpool.draws.queries.publicity import DIGEST, digest_of_list
from expertpool.draws.queries.requests import agreed_request
from expertpool.draws.queries.reveal import MOVED, is_authentic
from expertpool.draws.queries.steps import AGREED, LOGGED, steps_hold
from expertpool.draws.queries.written import WAITED, is_written
from expertpool.projects.models import Project

ORDER, REPLY, ROLES, PUBLISH = (
    "draw.order",
    "draw.reply",
    "draw.roles",
    "draw.publish",
)
ENDS = ("draw.end", "draw.abandon", "draw.void")
PICK = "draw.pick"
VOID_ASKED = "draw.void_request"
FILED = ("project.create", "project.update", "project.reschedule")
# Of a project, what every page of its draw shows, and letters and sheets say.
OF_PROJECT = ("name", "opening_at", "duration_minutes", "check_in_at", "place")
SAYS = (SEAL, ORDER, REPLY, ROLES, PUBLISH, PICK, VOID_ASKED, *LOGGED)
_COMMIT_BYTES = 32
_STATES = {str(one.label): one for one in InvitationState}
_VIAS = {str(one.label): one for one in ReplyVia}
_ROLES = {str(one.label): str(one) for one in PanelRole} | {"未设置": ""}
Row = tuple[datetime, Mapping[str, Any]]  # when it was stored, by its column, and what it says
Times = tuple[datetime, ...]  # that one thing may have by what is said of it


@dataclass(frozen=True)
class Told:
    """What is stored of a draw beside its seal: ``entries`` of the log that this system wrote, ``events`` and
    ``lines``, each in their order, and how many steps by hand its rows count (``hands``)."""

    draw: Draw
    projects: list[Project]
    entries: list[Entry]
    events: list[Row]
    lines: list[Invitation]
    hands: Mapping[str, int]

    @property
    def heads(self) -> set[str]:
        """The heads of the chain of events that the log holds."""
        said = (one.after or {} for one in self.entries)
        return {str(one[CHAIN_HEAD]) for one in said if CHAIN_HEAD in one}

    def last(self, *actions: str) -> Entry | None:
        """Return the last entry of one of ``actions``, on the draw itself."""
        return next((one for one in reversed(self.entries) if one.action in actions), None)

    def since(self, entry: Entry | None) -> list[Entry]:
        """Return what the log says after ``entry``."""
        return [one for one in self.entries if entry is not None and one.pk > entry.pk]

    @cached_property
    def replies(self) -> dict[str, Entry]:
        """The last answer of each line."""
        return {one.subject_id: one for one in self.entries if one.action == REPLY}


def told_of(draw: Draw, hands: Mapping[str, int] | None = None) -> Told:
    """Read what is stored of ``draw``, but the ``hands`` of whoever has read these. The log first: what commits
    meanwhile is in what is read after it."""
    lines: list[Invitation] = _lines.all(draw=draw.pk)
    projects = draw.covered
    about = Q(subject_type="draws.draw", subject_id=str(draw.pk)) | Q(
        subject_type="draws.invitation", subject_id__in=[str(one.pk) for one in lines]
    )
    filed = Q(
        action__in=FILED,
        subject_type="projects.project",
        subject_id__in=[str(one.pk) for one in projects],
    )
    says = Q(action__in=SAYS) | Q(after__has_key=CHAIN_HEAD)
    entries = list(proven(Entry.objects.filter((about & says) | filed).order_by("id")))
    for line in lines:
        line.draw = draw
    events = _events.all(draw=draw.pk)
    hands = hand_steps_by_kind(draw) if hands is None else hands
    return Told(draw, projects, entries, events, lines, hands)


def reseated(told: Told) -> list[Invitation]:
    """Return who sits by his line otherwise than in the seat that he was given: somebody who came later may have
    moved him to another group, which the whole order tells alone."""
    given: dict[str, tuple[str, int]] = {}
    for _, event in told.events:
        for seat in [
            *event.get("seats", ()),
            *([event["moved_up"]] if "moved_up" in event else ()),
        ]:
            given[seat["commit"]] = (seat["group"], seat["level"])
    lines = (line for line in told.lines if line.state in SEATED_STATES)
    return [line for line in lines if given.get(line.commit) != (line.group, line.level)]


def otherwise_in(told: Told) -> str | None:
    """Return what pages would show otherwise than it was written, in words; None where nothing is."""
    if not told.draw.is_random:
        parts = chain(_of_list(told), _of_chosen(told), _of_hands(told), _of_projects(told))
    elif told.draw.rule.is_chained:
        drawn = (_of_draw(told), _of_plan(told), _of_events(told), _of_lines(told))
        parts = chain(*drawn, _of_hands(told), _of_projects(told))
    else:
        return None
    return next((part for part, holds in parts if not holds), None)


def _of_draw(told: Told) -> Iterator[tuple[str, bool]]:
    draw, rule, seal = told.draw, told.draw.rule, told.last(SEAL)
    yield "抽取编号", draw.number == rule.draw_id
    yield "项目", draw.project.number in rule.projects
    if draw.is_shared:
        yield "项目", {one.number for one in told.projects} == set(rule.projects)
    if draw.widens_id or rule.widens:
        yield "所补充的抽取", draw.widens is not None and draw.widens.number == rule.widens
    yield "封存时间", seal is not None and seal.at == draw.sealed_at
    yield "经办人", seal is not None and seal.actor_id == draw.operator_id
    yield "抽取状态", draw.status in _statuses(told)
    if draw.status in RUNNING:
        yield "结束时间", draw.ended_at is None
    else:
        ended = told.last(*ENDS)
        yield "结束时间", ended is not None and ended.at == draw.ended_at
    if draw.ordered_at is not None:
        ordered = told.last(ORDER)
        yield "定序时间", ordered is not None and ordered.at == draw.ordered_at
    yield "名单公开时间", is_authentic(draw)
    if draw.tells_counts:
        yield "候选人数", draw.candidate_count == _sealed_count(draw)
    yield from _of_publication(told)


def _of_plan(told: Told) -> Iterator[tuple[str, bool]]:
    """Compare the words of the version of the plan by which it was sealed; rules of before do not hold them."""
    rule = told.draw.rule
    if rule.plan_words is not None:
        words = _words.first(project=told.draw.project_id, number=rule.plan_version)
        yield "方案的内容", words is not None and digest_of_words(words) == rule.plan_words


def _of_projects(told: Told) -> Iterator[tuple[str, bool]]:
    """Compare what pages show of the projects of a draw that stands with what the log last said of each."""
    said: dict[str, dict[str, Any]] = {}
    for entry in told.entries if told.draw.is_valid else ():
        if entry.action in FILED:
            said.setdefault(entry.subject_id, {}).update(entry.after or {})
    for project in told.projects:
        words = said.get(str(project.pk), {})
        now = as_json(snapshot(project, *OF_PROJECT)) if words else {}
        for name in OF_PROJECT:
            if name in words:
                yield f"项目的{field_label(Project, name)}", now.get(name) == words[name]


def _of_publication(told: Told) -> Iterator[tuple[str, bool]]:
    draw, published = told.draw, told.last(PUBLISH)
    if draw.publication is not None:
        said = (published.after or {}).get(DIGEST) if published else None
        yield "公布的名单", said == digest_of_list(draw.publication)
        yield "公布时间", published is not None and published.at == draw.published_at


def _of_list(told: Told) -> Iterator[tuple[str, bool]]:
    draw, rule = told.draw, told.draw.rule
    asked = next((one for one in told.entries if one.action == PICK), None)
    agreed = [one for one in told.entries if one.action == AGREED]
    said = (asked.after or {}) if asked else {}
    yield "编号", draw.number == rule.draw_id
    yield "项目", draw.project.number in rule.projects
    yield "选定时间", asked is not None and asked.at == draw.sealed_at
    yield "经办人", asked is not None and asked.actor_id == draw.operator_id
    yield "理由", asked is not None and asked.note == (rule.reason or "")[:500]
    yield "批准文号", said.get("批准文号") == rule.approval_number
    yield "方式", said.get("方式") == draw.get_kind_display()
    yield "确认时间", draw.ordered_at == (agreed[0].at if agreed else None)
    ended = told.last(*ENDS)
    if draw.status in RUNNING:
        goes_on = any(one.action in (REPLY, AGREED, MOVED) for one in told.since(ended))
        yield "状态", draw.ended_at is None and (ended is None or goes_on)
    elif agreed:
        yield "结束时间", ended is not None and ended.at == draw.ended_at
    is_void = ended is not None and ended.action == "draw.void"
    yield "状态", (draw.status == DrawStatus.VOID) == is_void
    waits = draw.status in (DrawStatus.SEALED, DrawStatus.ABANDONED)
    yield "状态", waits != bool(agreed)
    if agreed and ended and not is_void and draw.status not in RUNNING:
        yield "状态", (ended.after or {}).get("状态") == draw.status_label
    yield "名单公开时间", is_authentic(draw)
    yield from _of_publication(told)


def _of_chosen(told: Told) -> Iterator[tuple[str, bool]]:
    agreed = [one for one in told.entries if one.action == AGREED]
    # Each confirmation seats so many, line after line.
    asked = [one.at for one in agreed for _ in range(int((one.after or {}).get("人数", 0)))]
    yield "名单", [line.line for line in told.lines] == [*range(1, len(asked) + 1)]
    origin = Origin.PICKED if told.draw.kind == DrawKind.MANUAL else Origin.ALLOCATED
    is_void = told.draw.status == DrawStatus.VOID
    for line, at in zip(told.lines, asked, strict=False):
        holds = [
            ("类型", line.origin == origin),
            ("邀请时间", _is_near(line.invited_at, at)),
            ("专家", line.expert_id in (None, open_identity(line).expert_id)),
            *_of_answer(told, line, is_void=is_void),
        ]
        for part, is_so in holds:
            yield f"第 {line.line} 行的{part}", is_so
    yield from _of_roles(told)


def _statuses(told: Told) -> Collection[str]:
    """Return where the draw may stand after its events. One that ended and stopped for a supervisor goes on, and
    says so by its pause alone."""
    if not told.events:
        return (DrawStatus.ABANDONED if told.last("draw.abandon") else DrawStatus.SEALED,)
    found: tuple[str, ...] = (DrawStatus.INVITING,)
    for _, event in told.events:
        kind = event.get("type")
        if kind in ("drawn", "exit", "supplement", "reschedule"):
            found = (DrawStatus.INVITING,)
        elif kind == "end":
            found = (str(event.get("state")),)
        elif kind == "void":
            found = (DrawStatus.VOID,)
        elif kind == "note" and event.get("code") == NoteCode.PAUSED:
            found = (*found, DrawStatus.INVITING)
    return found


def _sealed_count(draw: Draw) -> int:
    lengths = _lengths.first(draw=draw.pk)  # none of a draw that nobody was left to fit
    return int(lengths["bytes"] or 0) // _COMMIT_BYTES if lengths else 0


def _of_events(told: Told) -> Iterator[tuple[str, bool]]:
    for at, event in told.events:
        said = datetime.fromisoformat(str(event.get("at")))
        yield f"第 {event.get('n')} 步的时间", said == at.replace(microsecond=0)
    if told.events and told.draw.rule.reveal_at:
        # Each step has its head in the log. The hash of one more computes whoever can write the row.
        last = told.events[-1][1]
        yield f"第 {last.get('n')} 步", last.get("hash") in told.heads


def _of_hands(told: Told) -> Iterator[tuple[str, bool]]:
    events = [event for _, event in told.events]
    if told.draw.status == DrawStatus.VOID:
        yield "作废", _void_holds(told)
    yield from steps_hold(told.draw, told.entries, events, told.hands)


def _void_holds(told: Told) -> bool:
    """Compare who asked for it that a draw be void and who agreed, when and why, with what the log says."""
    request, voided = agreed_request(VoidRequest, told.draw), told.last("draw.void")
    before = (one for one in reversed(told.entries) if voided is not None and one.pk < voided.pk)
    asked = next((one for one in before if one.action == VOID_ASKED), None)
    if request is None or voided is None or asked is None:
        return False
    agreed = (request.decided_by_id, request.decided_at, request.reason)
    late = request.requested_at - asked.at  # by moments: no two proofs of a request are the same
    return (
        agreed == (voided.actor_id, voided.at, voided.note)
        and (request.requested_by_id, request.reason) == (asked.actor_id, asked.note)
        and timedelta() <= late < timedelta(seconds=1)
    )


def _of_lines(told: Told) -> Iterator[tuple[str, bool]]:
    seats = _Seats(told)
    yield "名单", {line.commit for line in told.lines} == seats.seated.keys()
    for line in told.lines:
        for part, holds in _of_line(told, seats, line):
            yield f"第 {line.line} 行的{part}", holds
    yield from _of_roles(told)


def _of_roles(told: Told) -> Iterator[tuple[str, bool]]:
    if any(role != line.panel_role for line, role in _roles(told, told.entries)):
        # A panel that several draws find has its roles by the page of any of them.
        draws = Draw.objects.filter(project=told.draw.project_id).values_list("pk", flat=True)
        set_since = Entry.objects.filter(
            action=ROLES, subject_type="draws.draw", subject_id__in=[str(pk) for pk in draws]
        )
        for line, role in _roles(told, proven(set_since.order_by("id"))):
            yield f"第 {line.line} 行的角色", line.panel_role == role


class _Seats:
    """What events say of who ever sat, by commitment."""

    def __init__(self, told: Told) -> None:
        self.seated: dict[str, tuple[Times, str]] = {}  # when, and by which event
        self.exits: dict[str, tuple[Times, str]] = {}  # when, and why
        self.moved_up: dict[str, Times] = {}
        self.is_void = False
        for at, (_, event) in zip(_times(told), told.events, strict=True):
            kind = event["type"]
            for seat in event["seats"] if kind in ("drawn", "supplement") else ():
                self.seated[seat["commit"]] = (at, kind)
            if kind == "exit":
                self.exits[event["commit"]] = (at, event["reason"])
                if up := event.get("moved_up"):
                    self.moved_up[up["commit"]] = at
            self.is_void = self.is_void or kind == "void" or event.get("state") == "void"


def _times(told: Told) -> list[Times]:
    """Return when each event was, by itself and by the entry of the log that has the head of its step: no event is
    earlier than the one before it, also where the clock is set back (`state.append_events`)."""
    logged: dict[str, datetime] = {}
    for entry in told.entries:
        if head := (entry.after or {}).get(CHAIN_HEAD):
            logged.setdefault(str(head), entry.at)
    times: list[Times] = []
    by_log: Times = ()
    for at, event in reversed(told.events):
        if (said := logged.get(str(event.get("hash")))) is not None:
            by_log = (said,)
        times.append((at, *by_log))
    return times[::-1]


def _of_line(told: Told, seats: _Seats, line: Invitation) -> Iterator[tuple[str, bool]]:
    at, kind = seats.seated[line.commit]
    first = kind == "drawn" and told.draw.widens_id is None
    yield "类型", line.origin == (Origin.DRAWN if first else Origin.SUPPLEMENT)
    yield "邀请时间", _is_near(line.invited_at, *at)
    yield "递补时间", _is_near(line.moved_up_at, *seats.moved_up.get(line.commit, ()))
    left = seats.exits.get(line.commit)
    if left is not None and _answered(told, line)[1] not in EXIT_REASON:
        # By the system, which answers nobody.
        yield "参与状态", line.state == InvitationState.CONFLICT
        yield "答复时间", _is_near(line.replied_at, *left[0])
        yield "答复方式", line.replied_via == ReplyVia.SYSTEM
        yield "答复截止或签到", is_written(line)
    else:
        yield from _of_answer(told, line, is_void=seats.is_void)
    if left is not None:
        why = {EXIT_REASON.get(line.state)}
        if line.state == InvitationState.CONFLICT:
            why |= set(SKIP_REASON.values())
        yield "参与状态", left[1] in why


def _answered(told: Told, line: Invitation) -> tuple[Entry | None, InvitationState | None]:
    """Return the answer of ``line`` that counts, and to what: who sat was asked anew by a move."""
    reply, moved = told.replies.get(str(line.pk)), told.last(MOVED)
    state = _STATES.get((reply.after or {}).get("参与状态", "")) if reply else None
    if reply and state not in EXIT_REASON and moved and moved.pk > reply.pk:
        return None, None
    return reply, state


def _of_answer(told: Told, line: Invitation, *, is_void: bool) -> Iterator[tuple[str, bool]]:
    reply, state = _answered(told, line)
    if reply and state:
        yield "参与状态", line.state == state
        yield from _as_answered(line, reply)
    elif is_void:
        ended = told.last(*ENDS)
        yield "参与状态", line.state == InvitationState.CANCELLED
        yield "答复时间", ended is not None and line.replied_at == ended.at
        yield "答复方式", line.replied_via == ReplyVia.SYSTEM
    else:
        yield "参与状态", line.state == InvitationState.INVITED
        yield "答复时间", line.replied_at is None
        yield "答复方式", line.replied_via == ""
        yield "确认人", line.witness == ""
    # What decides in its state: clock and signature.
    yield "答复截止或签到", is_written(line)


def _as_answered(line: Invitation, reply: Entry) -> Iterator[tuple[str, bool]]:
    said = reply.after or {}
    yield "答复时间", line.replied_at == reply.at
    via = _VIAS.get(said.get("方式", ""))
    yield "答复方式", via is None or line.replied_via == via
    if via in BY_HIMSELF:
        yield "确认人", line.witness == ""
    elif "申请人" in said:
        yield "确认人", line.witness in (reply.actor_name, reply.actor_name.partition("（接口")[0])
    try:
        reason = line.reason
    except DecryptionError:
        yield "理由", False
    else:
        # What he writes of himself stands in his row alone.
        yield "理由", via is None or via in BY_HIMSELF or reason == reply.note.strip()[:200]


def _is_near(at: datetime | None, *said: datetime) -> bool:
    """Tell whether ``at`` is one of the times that were ``said`` of it; None where none was."""
    if at is None:
        return not said
    return any(abs(one - at) < WAITED for one in said)


def _roles(told: Told, entries: Any) -> list[tuple[Invitation, str]]:
    """Return which role each line has by ``entries``, the oldest first; none once the draw is void."""
    said: dict[str, str] = {}
    for entry in entries:
        if entry.action == ROLES:
            said |= entry.after or {}
    if told.draw.status == DrawStatus.VOID:
        said = {}
    roles = (
        (line, _ROLES.get(said.get(f"{told.draw.number} 第 {line.line} 行", "未设置")))
        for line in told.lines
    )
    return [(line, role) for line, role in roles if role is not None]


def _lines_of_draw() -> QuerySet[Invitation]:
    return Invitation.objects.filter(draw=Given("draw")).order_by("line")


_lines = Prepared(_lines_of_draw)
_words = Prepared(
    lambda: PlanVersion.objects.filter(
        plan__project=Given("project"), number=Given("number")
    ).values_list("words", flat=True)
)
_events = Prepared(
    lambda: DrawEvent.objects.filter(draw=Given("draw")).order_by("n").values_list("at", "content")
)
_lengths = Prepared(
    lambda: (
        SealBlock.objects.filter(draw=Given("draw"))
        .order_by()
        .values("draw")
        .annotate(bytes=Sum(Length("commits")))
        .values("bytes")
    )
)
