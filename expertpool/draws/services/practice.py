"""练一次抽取: a draw over invented experts that nothing keeps and nobody hears of (docs/decisions/0819).

Seal, order, seats, supplements and record are those of the engine. What was decided so far goes with the page,
signed; everything that it shows follows from that anew each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.core import signing
from django.utils import timezone

import vdraw
from expertpool.core.text import moment_text
from expertpool.draws.enums import (
    CONTRIBUTOR_LABEL,
    EXIT_REASON,
    HOW,
    DrawKind,
    DrawStatus,
    InvitationState,
    Origin,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import PracticeRefused
from expertpool.draws.occasions import INVITATION
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import Hand, by_system
from expertpool.draws.services.practice_pool import (
    PLACE,
    PROJECT,
    Invented,
    candidates_for,
    exclusion_counts,
)
from expertpool.draws.services.sealing import hash_of_new_draws
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Text, fill
from expertpool.notifications.queries.templates import states_of

SALT = "draws.practice"
LASTS = timedelta(days=1)
MOST_TOKEN = 8000  # characters: of the longest practice there can be it has less than half
GROUP = "g1"
REPLY_MINUTES, HOURS = 120, 4
ANSWERS = (InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.NO_ANSWER)
LETTERS = (ChannelCode.SMS, ChannelCode.EMAIL)
_HANDS: dict[str, Hand] = {
    InvitationState.DECLINED: Hand(StepVia.LINK, StepReason.OWN_ANSWER),
    InvitationState.NO_ANSWER: Hand(StepVia.DEADLINE, StepReason.DEADLINE),
}
LOST = "这次演练的内容不完整（网址可能没有复制全），请重新开始；演练不留记录，找不回来。"
OVER = "这次演练是一天以前开始的，请重新开始；演练不留记录。"
ANSWERED = "这位专家已经答复过了，请看下面的名单。"


@dataclass(frozen=True)
class Practice:
    """What was decided so far. ``chance`` are the bytes of the system, as hex; ``values`` those of `CONTRIBUTOR_LABEL`,
    once given; ``answers`` by line. Times are seconds since 1970."""

    seats: int
    specialty: str
    begun_at: int
    chance: str
    values: tuple[str, ...] = ()
    given_at: int = 0
    answers: tuple[tuple[int, str, int], ...] = ()

    @property
    def number(self) -> str:
        """No number of a draw looks like it."""
        return f"演练{timezone.localtime(_at(self.begun_at)):%Y%m%d-%H%M%S}"

    @property
    def operator_id(self) -> None:
        """Its events are of the system and of invented experts: no account stands in its record."""

    @property
    def opening_at(self) -> datetime:
        day = timezone.localtime(_at(self.begun_at)) + timedelta(days=3)
        return day.replace(hour=9, minute=0, second=0)

    @property
    def last_at(self) -> int:
        return self.answers[-1][2] if self.answers else max(self.begun_at, self.given_at)

    @cached_property
    def _bytes(self) -> tuple[bytes, str, list[str]]:
        """The nonce, the salt of the rule, and that of each candidate."""
        given, at = bytes.fromhex(self.chance), vdraw.NONCE_BYTES + vdraw.RULE_SALT_BYTES
        salts = given[at:].hex()
        each = 2 * vdraw.SALT_BYTES
        return (
            given[: vdraw.NONCE_BYTES],
            given[vdraw.NONCE_BYTES : at].hex(),
            [salts[n : n + each] for n in range(0, len(salts), each)],
        )

    @cached_property
    def behind(self) -> dict[str, tuple[Invented, vdraw.Opening]]:
        """Who is behind each commitment."""
        people, salts = candidates_for(self.specialty), self._bytes[2]
        refs = [one.number for one in people]
        commits = vdraw.commit_identities(
            draw_id=self.number, refs=refs, salts=salts, hash_name=hash_of_new_draws()
        )
        rows = zip(people, commits, salts, strict=True)
        return {
            commit: (one, vdraw.Opening(commit, one.number, salt)) for one, commit, salt in rows
        }

    @cached_property
    def sealed(self) -> vdraw.Sealed:
        nonce, salt, _ = self._bytes
        hash_name = hash_of_new_draws()
        leaf = {"field": "specialties", "op": "in", "value": [self.specialty]}
        level = {"level": 1, "criteria": {"all": [leaf]}, "text": f"专业为 {self.specialty}"}
        rule = vdraw.build_rule(
            draw_id=self.number,
            projects=[PROJECT],
            groups=[vdraw.Group(GROUP, self.specialty, self.seats, {"levels": [level]})],
            nonce_commit=vdraw.commit_nonce(nonce, hash_name=hash_name),
            hash_name=hash_name,
            contributors=list(CONTRIBUTOR_LABEL),
            salt=salt,
            exclusions=exclusion_counts(self.specialty),
            # Under the seal: no record of a practice passes for one of a draw.
            further={
                "practice": "演练：人是虚构的",
                "opening_at": self.opening_at.isoformat(timespec="minutes"),
                "duration_minutes": HOURS * 60,
                "sealed_at": _at(self.begun_at).isoformat(timespec="seconds"),
                "reply_minutes": REPLY_MINUTES,
            },
        )
        return vdraw.seal_draw(rule, [vdraw.Candidate(one, {GROUP: 1}) for one in self.behind])

    @property
    def reveals(self) -> list[vdraw.Reveal]:
        given = zip(CONTRIBUTOR_LABEL, map(vdraw.encode_contribution, self.values), strict=True)
        return [
            vdraw.Reveal(vdraw.SYSTEM_ROLE, self._bytes[0].hex()),
            *(vdraw.Reveal(role, value) for role, value in given),
        ]

    @property
    def is_ordered(self) -> bool:
        return bool(self.values)


def begin_practice(*, seats: int, specialty: str, now: datetime, entropy: Entropy) -> Practice:
    """Seal a practice: from here on chance is fixed, and nobody knows yet what it gives."""
    count = (
        vdraw.NONCE_BYTES
        + vdraw.RULE_SALT_BYTES
        + vdraw.SALT_BYTES * len(candidates_for(specialty))
    )
    return Practice(seats, specialty, _seconds(now), entropy.token_bytes(count).hex())


def give_values(practice: Practice, *values: str, now: datetime) -> Practice:
    """Add the values (checked before) of all who contribute: from them and the seal the order follows."""
    return replace(practice, values=values, given_at=max(_seconds(now), practice.begun_at))


def answer_line(practice: Practice, *, line: str, answer: str, now: datetime) -> Practice:
    """Let who sits on ``line`` answer. Refuses (PracticeRefused) who does not wait for that, and what is no answer."""
    waiting = {str(one.line): one.line for one in play(practice).lines if one.is_waiting}
    if line not in waiting or answer not in ANSWERS:
        raise PracticeRefused(ANSWERED)
    said = (waiting[line], answer, max(_seconds(now), practice.last_at))
    return replace(practice, answers=(*practice.answers, said))


def write_practice(practice: Practice) -> str:
    """Return ``practice`` as the page carries it."""
    return signing.dumps(astuple(practice), salt=SALT, compress=True)


def read_practice(given: str, *, now: datetime) -> Practice:
    """Read what `write_practice` gave. Refuses (PracticeRefused) what is not whole, or of another day."""
    if len(given) > MOST_TOKEN:
        raise PracticeRefused(LOST)
    try:
        practice = _read(signing.loads(given, salt=SALT))
        # Signed is not typed: an older version may have written another thing, of other people.
        practice.sealed  # noqa: B018
    except (signing.BadSignature, vdraw.EngineError, TypeError, ValueError):
        raise PracticeRefused(LOST) from None
    if now - _at(practice.begun_at) > LASTS:
        raise PracticeRefused(OVER)
    return practice


def _read(stored: Any) -> Practice:
    seats, specialty, begun_at, chance, values, given_at, answers = stored
    said = tuple((line, answer, at) for line, answer, at in answers)
    return Practice(seats, specialty, begun_at, chance, tuple(values), given_at, said)


@dataclass(frozen=True)
class PracticeLine:
    """A seat that was given out, and what came of it; ``rank`` in the order of all, from 1."""

    line: int
    person: Invented
    rank: int
    origin: Origin
    asked_at: int
    state: InvitationState = InvitationState.INVITED

    @property
    def is_waiting(self) -> bool:
        return self.state == InvitationState.INVITED

    @property
    def has_left(self) -> bool:
        return self.state not in (InvitationState.INVITED, InvitationState.ACCEPTED)


@dataclass(frozen=True)
class Played:
    """Where a practice stands after all that was decided."""

    practice: Practice
    order: vdraw.Order
    state: vdraw.Standing
    events: tuple[vdraw.Event, ...]
    lines: tuple[PracticeLine, ...]

    @property
    def status(self) -> DrawStatus:
        return DrawStatus(self.state.end) if self.state.end else DrawStatus.INVITING

    @property
    def is_over(self) -> bool:
        return self.state.end is not None

    @property
    def lacking(self) -> int:
        return sum(self.state.lacking.values())

    @property
    def ranking(self) -> list[tuple[Invented, PracticeLine | None]]:
        """All candidates in their order, each with his line if it came to him."""
        lines = {one.person.number: one for one in self.lines}
        people = (self.practice.behind[one.commit][0] for one in self.order.candidates)
        return [(one, lines.get(one.number)) for one in people]

    def record(self) -> dict[str, Any]:
        """Return the record, as that of a draw is, which anybody can replay. Refuses (PracticeRefused) while it
        goes on."""
        if not self.is_over:
            raise PracticeRefused("这次演练还没有结束，还没有记录。")
        behind = self.practice.behind
        used = [behind[self.order.sealed.candidates.commits[at]][1] for at in self.state.used]
        used.sort(key=lambda one: one.ref)
        return vdraw.build_record(self.order, self.events, used).to_dict()


class _Play:
    """The steps of `services.seating`, over no rows."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.order = vdraw.order_candidates(practice.sealed, practice.reveals)
        self.events: list[vdraw.Event] = []
        self.lines: dict[int, PracticeLine] = {}
        self.commits: dict[int, str] = {}
        ordered = by_system(StepReason.ORDERED)
        self.state = self._take(vdraw.seat_first(self.order), ordered, practice.given_at)

    def answer(self, line: int, answer: str, at: int) -> None:
        self.lines[line] = replace(self.lines[line], state=InvitationState(answer))
        if answer in _HANDS:
            left = vdraw.exit_expert(self.state, self.commits[line], EXIT_REASON[answer])
            self.state = self._take(left, _HANDS[answer], at)
            more = vdraw.supplement(self.state, lambda _: None)
            self.state = self._take(more, by_system(StepReason.SEAT_FREE), at)
        if not any(one.is_waiting for one in self.lines.values()):
            self.state = self._take(
                vdraw.end_draw(self.state), by_system(StepReason.ALL_ANSWERED), at
            )

    def _take(self, step: vdraw.Step, hand: Hand, at: int) -> vdraw.Standing:
        further = {"at": _at(at).isoformat(timespec="seconds"), **hand.said(self.practice)}
        told = [replace(one, further={**one.further, **further}) for one in step.events]
        head = self.events[-1].further["hash"] if self.events else None
        self.events += vdraw.chain_events(self.order, told, head)
        origin = Origin.SUPPLEMENT if self.lines else Origin.DRAWN
        for line, seat in enumerate(step.seats, start=len(self.lines) + 1):
            person, _ = self.practice.behind[seat.commit]
            rank = self.order.rank_of(seat.commit)
            self.lines[line] = PracticeLine(line, person, rank, origin, at)
            self.commits[line] = seat.commit
        return step.state


def play(practice: Practice) -> Played:
    """Return where ``practice``, which has its values, stands: played from its beginning."""
    playing = _Play(practice)
    for line, answer, at in practice.answers:
        playing.answer(line, answer, at)
    lines = tuple(playing.lines.values())
    return Played(practice, playing.order, playing.state, tuple(playing.events), lines)


@dataclass(frozen=True)
class PracticeLetter:
    """What would have gone to who sits on ``line``, by the ways on which there is most to read."""

    line: PracticeLine
    texts: tuple[tuple[str, Text], ...]


def letters_of(played: Played, *, now: datetime) -> Iterator[PracticeLetter]:
    """Give the invitations that a draw would have sent, by the texts of this office as they stand ``now``."""
    states = [(str(one.channel.label), one.text_at(now)) for one in states_of(INVITATION, LETTERS)]
    for line in played.lines:
        values = _values(played.practice, line)
        yield PracticeLetter(line, tuple((label, fill(text, values)) for label, text in states))


def _values(practice: Practice, line: PracticeLine) -> dict[str, str]:
    until = _at(line.asked_at) + timedelta(minutes=REPLY_MINUTES)
    samples = INVITATION.placeholders
    code = samples[INVITATION.answer]
    return {
        **samples,
        **{name: say(code) for name, say in INVITATION.written.items()},
        "专家姓名": line.person.name,
        "产生方式": HOW[DrawKind.RANDOM],
        "评审时间": moment_text(practice.opening_at),
        "评审地点": PLACE,
        "预计时长": f"{HOURS} 小时",
        "联系人": "演练联系人",
        "联系电话": "（演练，没有电话）",
        "答复截止": moment_text(until),
        "答复链接": "（演练，没有链接）",
        "项目名称": PROJECT,
        "项目编号": practice.number,
    }


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
