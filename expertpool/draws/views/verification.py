"""The public check of draws: what was sealed, and the record that anybody can replay."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

import vdraw
from expertpool.accounts.models import User
from expertpool.audit.actions import action_label
from expertpool.core.responses import file_answer
from expertpool.draws.enums import DrawKind, DrawStatus, ExclusionReason
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw
from expertpool.draws.queries.chain import chain_state, hash_text
from expertpool.draws.queries.draws import (
    draws_visible_to,
    end_link,
    in_eights,
    later_of,
    publication_link,
    superseding,
    widened_by,
)
from expertpool.draws.queries.emergency import confirmed_as, emergencies_of
from expertpool.draws.queries.hands import hand_steps_by_kind, kinds_in_brackets, second_in_words
from expertpool.draws.queries.publicity import (
    digest_of_list,
    is_public,
    may_have_record,
    public_words,
)
from expertpool.draws.queries.requests import early_release
from expertpool.draws.services.checking import check_stopped, is_bent
from expertpool.draws.services.names import may_read
from expertpool.draws.services.pick_checks import choices_since
from expertpool.draws.services.records import (
    build_record,
    build_short,
    digest_of,
    record_for,
    tells_all,
)
from vdraw import verify

View = Callable[..., HttpResponseBase]
CHECKER = Path(verify.__file__)


def public(view: View) -> View:
    opened: View = login_not_required(require_safe(view))
    return opened


def find_draw(request: HttpRequest, code: str) -> Draw:
    """Return the draw with the public id ``code``; by its number only who may see it finds it."""
    found = Draw.objects.filter(public_id=code).first()
    if found is None and isinstance(request.user, User):
        found = draws_visible_to(request.user).filter(number=code.upper()).first()
    if found is None:
        raise Http404
    return found


def _sees(request: HttpRequest, draw: Draw) -> bool:
    """Whether the reader signed in and may see the draw inside."""
    user = request.user
    return isinstance(user, User) and draws_visible_to(user).filter(pk=draw.pk).exists()


@public
def check(request: HttpRequest) -> HttpResponse:
    """Take a record file, or lead to the page of the draw with ``?code=``."""
    # Copied by hand from a printed sheet.
    code = request.GET.get("code", "").strip().lower()
    status = 200
    if code:
        try:
            return redirect("draws:verify_draw", code=find_draw(request, code).public_id)
        except Http404:
            status = 404
    return render(request, "draws/verify.html", {"code": code}, status=status)


@public
def chain(request: HttpRequest) -> HttpResponse:
    """The head of the log's chain, for anybody to write down."""
    state = chain_state(seals=20, now=timezone.now())
    context = {
        "state": state,
        "head_hash": in_eights(state.hash),
        "seals": [
            {"entry": row, "action": action_label(row.action), "hash": in_eights(hash_text(row))}
            for row in state.seals
        ],
    }
    return render(request, "draws/chain.html", context)


STANDBY_NOTE = "候补在评审专家之后抽出；同组有人退出，在席最久的候补当即递补"


@public
def draw_page(request: HttpRequest, code: str) -> HttpResponse:
    """What anybody may know of a draw: counts, commitments, states; who sat, and the rule with its
    conditions, once it is published. Who may see the draw inside reads the rule with the names."""
    draw, now = find_draw(request, code), timezone.now()
    rule, link = draw.rule, end_link(draw)
    is_open = tells_all(draw, sees=_sees(request, draw), now=now)
    context: dict[str, Any] = {
        "draw": draw,
        "is_bent": is_bent(draw),
        "is_open": is_open,
        "is_public": is_public(draw, now=now),
        "public_words": public_words(draw, now=now),
        "early": early_release(draw) is not None,
        "publication": _publication(draw),
        "successors": superseding(draw) if draw.status == DrawStatus.VOID else (),
        "groups": rule.groups,
        "standby_note": STANDBY_NOTE if rule.standby else "",
        # Where it stands in the log tells when the last one answered.
        "link": (link[0], in_eights(link[1])) if link and is_open else None,
    }
    kinds = hand_steps_by_kind(draw)
    context |= {"hand_steps": sum(kinds.values()), "hand_kinds": kinds_in_brackets(kinds)}
    if not draw.is_random:
        # What one person wrote is public once another has read it, and whom it is about.
        context |= {"is_agreed": draw.ordered_at is not None, "choices": choices_since(draw)}
        return render(request, "draws/verify_manual.html", context)
    context |= {
        "emergencies": [(one, confirmed_as(one)) for one in emergencies_of(draw)],
        "seal": in_eights(draw.seal),
        "seed": in_eights(draw.seed),
        "unit_cap": rule.unit_cap,
        "widens_seal": in_eights(rule.widens_seal or ""),
        "widens_second": second_in_words(rule.supervisor or ""),
        "widens_witness": in_eights(rule.witness or ""),
        "later": widened_by(draw),
        "exclusions": [
            (ExclusionReason(reason).label, count) for reason, count in rule.exclusions.items()
        ],
        "has_record": may_have_record(draw),
    }
    return render(request, "draws/verify_draw.html", context)


def _publication(draw: Draw) -> dict[str, Any]:
    if draw.publication is None:
        return {}
    link = publication_link(draw)
    # What those that widened it found, or look for, is not free.
    later = later_of(draw)
    lacks = {
        project: draw.rule.seats - sum(one.published_seats(project) for one in (draw, *later))
        for project in draw.rule.projects
    }
    return {
        "lacks": _lacks_in_words(draw, lacks),
        "digest": in_eights(digest_of_list(draw.publication)),
        "link": (link[0], in_eights(link[1])) if link else None,
    }


def _lacks_in_words(draw: Draw, lacks: dict[str, int]) -> str:
    """Say how many seats of which project were free; empty where none was."""
    free = {project: lack for project, lack in lacks.items() if lack > 0}
    if draw.is_shared:
        return "，".join(f"{project} 空缺 {lack} 席" for project, lack in free.items())
    sat = len(draw.publication or ())
    return "".join(f"公布时在席 {sat} 人，空缺 {lack} 席" for lack in free.values())


@public
def record(request: HttpRequest, code: str) -> HttpResponseBase:
    """The record as a file; 404 while the draw goes on or its names are sealed, 409 when its rows no longer fit the seal.

    Whoever may read the names gets it with the openings, who may see the draw without them, and
    anybody else the short one until the whole is public.
    """
    draw, now = find_draw(request, code), timezone.now()
    user = request.user
    reads_names = isinstance(user, User) and may_read(draw, user, now=now)
    try:
        content = record_for(draw, reads_names=reads_names, sees=_sees(request, draw), now=now)
    except DrawNotReady as error:
        return JsonResponse({"error": str(error)}, status=404)
    except vdraw.EngineError as error:
        check_stopped(error)
        return JsonResponse({"error": str(error)}, status=409)
    text = json.dumps(content, ensure_ascii=False, indent=1)
    name = f"{draw.number}-公开前.json" if "form" in content else f"{draw.number}.json"
    return file_answer(text.encode(), name=name, inline=True)


@public
def compare(request: HttpRequest, code: str) -> JsonResponse:
    """Whether a record of ``?events=`` events with ``?digest=`` (`records.digest_of`) is the one kept
    here: "same", "older" where events have followed since, "other"; null where there is none. The record
    itself stays with him.

    ``code`` is the number of the draw, and ``?seal=`` its seal: who holds a record knows both, and nobody
    counts through the numbers. Of a short record (``?form=short``) ``code`` is the seal, since it has no number;
    it is public before the whole. Until the whole is public, one that holds by itself is told apart by
    ``?head=``, the hash of its last event: the short one shows that to anybody."""
    seal = request.GET.get("seal", "")
    short = request.GET.get("form") == "short"
    named = Q(seal=code) if short else Q(number=code)
    draw = Draw.objects.filter(named, seal=seal, kind=DrawKind.RANDOM).first()
    kept = None
    if draw is not None:
        may_know = _sees(request, draw) or is_public(draw, now=timezone.now())
        try:
            if short or not may_know:
                kept = (_standing if short else _by_head)(build_short(draw), request.GET)
            else:
                kept = _standing(build_record(draw), request.GET)
        except DrawNotReady:
            kept = None
        except vdraw.EngineError as error:  # what is kept was altered: no record is the one
            check_stopped(error)
            kept = "other"
    return JsonResponse({"kept": kept})


def _standing(record: dict[str, Any], asked: QueryDict) -> str:
    """How the record that is ``asked`` about stands to the one kept here: events are only added."""
    digest, count = asked.get("digest", ""), _count(asked)
    if digest_of(record) == digest:
        return "same"
    older = count < len(record["events"]) and digest == digest_of(
        record | {"events": record["events"][:count]}
    )
    return "older" if older else "other"


def _by_head(short: dict[str, Any], asked: QueryDict) -> str:
    """Say the same of a whole record, of which no more is told than the ``short`` one says. Its head is
    linked to all that it says of seats and hands, its seal to rule and candidates."""
    heads = [event["hash"] for event in short["events"]]
    count = _count(asked)
    if not 0 < count <= len(heads) or heads[count - 1] != asked.get("head", ""):
        return "other"
    return "same" if count == len(heads) else "older"


def _count(asked: QueryDict) -> int:
    given = asked.get("events", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0


@public
def program(request: HttpRequest) -> HttpResponseBase:
    """The program that checks a record without this system: one Python file."""
    return file_answer(CHECKER.open("rb"), name="verify.py")
