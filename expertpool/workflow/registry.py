"""What can be approved: apps declare their subjects at start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import Department, User
from expertpool.core.catalogue import Catalogue
from expertpool.core.permissions import undeclared
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import Occasion
from expertpool.notifications.queries.subjects import About
from expertpool.notifications.services.sending import Recipient
from expertpool.workflow.enums import ApprovalState, Verdict
from expertpool.workflow.exceptions import FlowError

# What every result says; `FlowSubject.words` adds to it what only its subject has.
OF_A_RESULT = {
    "申请人": "李经办",
    "审核事项": "入库申请",
    "对象": "王建国",
    "审核结果": "已退回申请人",
    "审核人": "赵监督",
    "审核意见": "请补充职称证书；职称：与证书不符",
}


@dataclass(frozen=True)
class FlowSubject:
    """A model whose rows are approved. ``code`` is its label and the subject of its criteria;
    ``permission`` is what everybody who decides needs.

    The rest is what this app can do for a subject that says how; without it, its app does that itself.
    """

    code: str
    label: str
    permission: str
    # Names and labels of what a return may give reasons for, one by one. Asked each time: fields may be added.
    fields: Callable[[], Iterable[tuple[str, str]]] = tuple
    # The rows on which a user decides, whatever the step: within his scope, waiting, and never his own. Not by
    # `waiting_for`, which asks it.
    decidable: Callable[[User], QuerySet[Any]] | None = None
    name_of: Callable[[Any], str] = str
    # The address of the page on which a row is looked at and decided.
    page: Callable[[Any], str] | None = None
    # To which department a row belongs, for steps that its own department decides.
    department: Callable[[Any], Department | None] = lambda row: None
    # Whether those who decide are told by message, of what is told later (`core.visibility.LATER`) then; or their app does
    # it. Of further steps they are told nevertheless, unless there are thousands (``tells_on``).
    tells: bool = True
    tells_on: bool = True
    # Whether its app shows what waits on the home page in words of its own.
    own_todo: bool = False
    # Sends a row back: (row, note, fields, actor, now), which refuses with ``refused``, a sentence for the user.
    send_back: Callable[..., Any] | None = None
    refused: type[Exception] = FlowError
    # Who is told what came of a row, and of which occasion (`result_occasion`), with further values for its texts.
    applicant: Callable[[Any], Recipient | None] = lambda row: None
    result: Occasion | None = None
    words: Callable[[Any], Mapping[str, str]] = lambda row: {}
    # What messages about a row are about: nobody reads them who may not see that.
    about: Callable[[Any], About] = lambda row: row
    # What a public notice tells of a row, as labels and values; None: it is never told to the public.
    public: Callable[[Any], Iterable[tuple[str, str]]] | None = None
    # What that is, in the words of whoever draws up the flow, and how those whom it names hear of it before.
    public_says: str = ""
    # Which labels of that a notice does not show now: of whoever has not agreed to be named in public, or does no more.
    withheld: Callable[[Any], Collection[str]] | None = None
    # Whether it may be told before anybody has decided: of what the office writes itself. A stranger would publish what
    # he likes on the office's page, and an expert that he has just been at his account.
    public_first: bool = False
    # Of which subject its conditions ask the fields that an office adds, where that is another than its own.
    asks: str = ""
    # What is approved by it and what is not, where somebody may take it for another flow.
    note: str = ""
    # How its app calls what came of a row, by value of `Verdict`, which is that of `ApprovalState`.
    called: Mapping[str, str] = field(default_factory=dict)

    def word_of(self, outcome: Verdict | ApprovalState) -> str:
        """Return what ``outcome`` is called: one word in letters, lists and windows."""
        return self.called.get(outcome.value, str(outcome.label))


def result_occasion(code: str, thing: str, *, words: Mapping[str, str] | None = None) -> Occasion:
    """Return the occasion by which the applicant of ``thing`` (入库申请) is told on this site, by mail, by short
    message and in WeChat what came of it. ``words`` are the samples of `FlowSubject.words`."""
    told = (
        f"{{{{申请人}}}}：您的{thing}「{{{{对象}}}}」{{{{审核结果}}}}。审核意见：{{{{审核意见}}}}"
    )
    title = f"{thing}{{{{审核结果}}}}"
    return Occasion(
        code=code,
        label=f"{thing}审核结果",
        placeholders={**OF_A_RESULT, "审核事项": thing, **(words or {})},
        defaults={
            ChannelCode.SITE: (title, told),
            ChannelCode.EMAIL: (title, told),
            ChannelCode.SMS: ("", told),
            ChannelCode.WECHAT: ("", told),
        },
    )


def _faults(subject: FlowSubject) -> Iterator[str]:
    yield from undeclared(subject.permission)
    if subject.decidable and not subject.page:
        yield "has rows to decide and no page on which that is done"
    if subject.public and not subject.public_says:
        yield "may be put on public notice and does not say what that shows"


FLOW_SUBJECTS: Catalogue[FlowSubject] = Catalogue("flow subject", faults=_faults)
