"""What each part of a bundle holds: records, files and tables of lower apps, as these give them themselves. Only for who may see
the part (`queries.rights`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.http import QueryDict
from django.utils import timezone

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.actions import action_label
from expertpool.audit.models import Entry
from expertpool.audit.queries import Subjects, entries_for, exported_summary
from expertpool.audit.services import content_of
from expertpool.bundles.enums import Part
from expertpool.bundles.services.tables import ALTERED, payments_table, ratings_table
from expertpool.core.exporting import EXPORTS, Stamp, write_xlsx
from expertpool.core.visibility import told
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import draws_of
from expertpool.draws.queries.evidence import evidence_kept_with
from expertpool.draws.queries.tabs import notices_of
from expertpool.draws.services.records import build_record, record_for
from expertpool.evaluations.models import Evaluation
from expertpool.fees.models import FeeLine, PaymentBatch
from expertpool.fees.queries.lines import fees_told
from expertpool.fees.services.letters import letter_pdf
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.projects.models import Project
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ItemAssignment, Review, Reviewer, ReviewResult, Submission
from expertpool.reviews.queries.assignments import record_of
from expertpool.reviews.queries.results import Summary, counted_submissions, names_in
from expertpool.reviews.services.result_files import TITLE, result_pdf, result_xlsx
from expertpool.reviews.services.sheet_files import TITLE as SHEET
from expertpool.reviews.services.sheet_files import as_office_reads, sheet_file
from expertpool.telephone.exceptions import TapeAltered
from expertpool.telephone.queries import recorded_calls
from expertpool.telephone.services.calls import open_tape

NOTICES = "draws.notices"


@dataclass(frozen=True)
class Piece:
    """A file of a bundle by its name: its content, a file that is kept, or why it cannot be given."""

    name: str
    content: bytes | Attachment | str


@dataclass(frozen=True)
class Asked:
    """Of which project, by whom and when."""

    project: Project
    user: User
    now: datetime


def pieces_of(part: Part, asked: Asked) -> Iterator[Piece]:
    """Yield what ``part`` holds."""
    return CONTENTS[part](asked)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _records(asked: Asked, *, named: bool) -> Iterator[Piece]:
    for draw in draws_of(asked.project):
        if not draw.is_random or draw.ordered_at is None or draw.ended_at is None:
            continue
        try:
            if not named:
                content = record_for(draw, reads_names=False, sees=True, now=asked.now)
            elif draw.released_at is not None:
                content = build_record(draw)
            else:
                continue
        except DrawNotReady as error:
            yield Piece(draw.number, str(error))
        # Said in the bundle: that a record does not hold is evidence as well.
        except vdraw.EngineError as error:
            yield Piece(draw.number, f"记录与保存的数据不一致：{error}")
        else:
            ending = "（含名单）" if named else ""
            yield Piece(f"{draw.number}{ending}.json", _json(content))


def _draws(asked: Asked) -> Iterator[Piece]:
    return _records(asked, named=False)


def _names(asked: Asked) -> Iterator[Piece]:
    yield from _records(asked, named=True)
    for draw in draws_of(asked.project).filter(released_at__isnull=False):
        for file in attachments_of(draw):
            yield Piece(file.name, file)


def _recordings(asked: Asked) -> Iterator[Piece]:
    for file in evidence_kept_with(asked.project):
        yield Piece(file.name, file)


def _reviews(asked: Asked) -> Iterator[Piece]:
    for row in ReviewResult.objects.filter(review__project=asked.project).select_related(
        "review__project__department", "review__project__purchaser", "review__rule", "sealed_by"
    ):
        summary = Summary(row, names_in(row.review))
        if not summary.agrees:
            yield Piece(TITLE, f"结果{ALTERED}")
            continue
        yield Piece("评审结果记录.json", _json(row.content))
        yield Piece(f"{TITLE}.pdf", result_pdf(summary, user=asked.user, at=asked.now))
        yield Piece(f"{TITLE}.xlsx", result_xlsx(summary))
        yield from _sheets(row.review, summary, asked)
    for one in _assignments(asked.project):
        try:
            yield Piece(f"分配记录 {one.number}.json", _json(record_of(one, named=True)))
        except ReviewRefused as refusal:
            yield Piece(f"分配记录 {one.number}", str(refusal))


def _sheets(review: Review, summary: Summary, asked: Asked) -> Iterator[Piece]:
    """What each expert signed and the result is made of."""
    for one in counted_submissions(review):
        name = f"{SHEET} {one.reviewer.place} {summary.names[one.reviewer.key]}"
        if one.is_altered:
            yield Piece(name, ALTERED)
            continue
        one.reviewer.review = review
        signed = as_office_reads(one, summary.names[one.reviewer.key])
        yield Piece(f"{name}.pdf", sheet_file(signed, at=asked.now)[0])


def _assignments(project: Project) -> Iterator[ItemAssignment]:
    rows = ItemAssignment.objects.filter(review__project=project, drawn_at__isnull=False)
    yield from rows.filter(by_hand=False).order_by("pk")


def _fees(asked: Asked) -> Iterator[Piece]:
    rows = FeeLine.objects.filter(project=asked.project, sent_at__isnull=False).select_related(
        "project__department", "project__purchaser", "expert", "rate", "corrects"
    )
    for line in fees_told(rows).order_by("pk"):
        if line.is_altered:
            yield Piece(str(line), ALTERED)
            continue
        reversed_words = "（已冲销）" if line.reversed_at else ""
        # There may be several corrections of one letter.
        kind = f"更正函 {line.pk}" if line.corrects else "确认函"
        name = f"{kind} {line.expert.name} {line.expert.number}{reversed_words}.pdf"
        yield Piece(name, letter_pdf(line, at=asked.now))
    if content := payments_table(asked.project):
        yield Piece("付款记录.xlsx", content)


def _ratings(asked: Asked) -> Iterator[Piece]:
    row = Evaluation.objects.filter(project=asked.project).select_related("project").first()
    if row is None:
        return
    if row.closed_at is None:
        yield Piece("专家评价", "评价期还没有结束")
    else:
        yield Piece("专家评价.xlsx", ratings_table(row))


def _notices(asked: Asked) -> Iterator[Piece]:
    stream = BytesIO()
    rows = write_xlsx(
        EXPORTS[NOTICES],
        user=asked.user,
        params=QueryDict(f"project={asked.project.pk}"),
        stamp=Stamp(str(asked.user), asked.now, ""),
        stream=stream,
    )
    if rows:
        yield Piece("通知记录.xlsx", stream.getvalue())


def _calls(asked: Asked) -> Iterator[Piece]:
    for call in recorded_calls(notices_of(asked.project)):
        at = timezone.localtime(call.began_at)
        name = f"{call.attempt.message.recipient} {at:%Y-%m-%d %H%M%S}"
        try:
            tape = open_tape(call)
        except TapeAltered as altered:
            yield Piece(name, str(altered))
        else:
            yield Piece(f"{name}.wav", tape)


# --- The log ------------------------------------------------------------------------------------


def _entries(project: Project) -> list[Entry]:
    """What was done to the project, its draws, its review, its fees and the batches that paid them, in the order of the chain;
    not to accounts, which are no part of a bundle (`payments_table`)."""
    draws = Draw.objects.filter(projects=project).order_by().values_list("pk", flat=True)
    about: list[Subjects] = [
        project,
        (Draw, list(draws)),
        *(
            (model, list(model._default_manager.filter(**by).values_list("pk", flat=True)))
            for model, by in (
                (Invitation, {"draw__projects": project}),
                (Review, {"project": project}),
                (Reviewer, {"review__project": project}),
                (Submission, {"reviewer__review__project": project}),
                (ItemAssignment, {"review__project": project}),
                (FeeLine, {"project": project}),
                (PaymentBatch, {"payments__line__project": project}),
            )
        ),
    ]
    found = told(entries_for(*about)).filter(chain_no__isnull=False)
    return list(found.order_by("chain_no"))


def _log(asked: Asked) -> Iterator[Piece]:
    rows = [
        {
            "number": one.chain_no,
            "at": one.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": one.actor_name,
            "action": action_label(one.action),
            "subject": one.subject_label,
            "said": exported_summary(one),
            "digest": bytes(one.digest).hex(),
            "previous": bytes(one.previous_hash or b"").hex(),
            "hash": bytes(one.hash or b"").hex(),
        }
        for one in _entries(asked.project)
    ]
    if rows:
        yield Piece("操作日志.json", _json(rows))


def _log_contents(asked: Asked) -> Iterator[Piece]:
    rows = [{"number": one.chain_no, "content": content_of(one)} for one in _entries(asked.project)]
    if rows:
        yield Piece("操作日志原文.json", _json(rows))


CONTENTS: dict[Part, Callable[[Asked], Iterator[Piece]]] = {
    Part.DRAWS: _draws,
    Part.NAMES: _names,
    Part.RECORDINGS: _recordings,
    Part.REVIEWS: _reviews,
    Part.FEES: _fees,
    Part.RATINGS: _ratings,
    Part.NOTICES: _notices,
    Part.CALLS: _calls,
    Part.LOG: _log,
    Part.CONTENTS: _log_contents,
}
