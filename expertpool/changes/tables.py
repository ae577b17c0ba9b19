"""What is known of an expert as tables for his download, and how requests are split and ordered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from django.db.models import Q
from django.utils import timezone

from expertpool.achievements.queries import achievements_of
from expertpool.certificates.queries.certificates import certificates_of
from expertpool.certificates.queries.states import state_of
from expertpool.changes.enums import RequestState
from expertpool.changes.models import ChangeItem
from expertpool.changes.queries import asked_in, careers_of, requests_of, works_of
from expertpool.changes.registry import OwnData
from expertpool.core.mandates import A_LOOK
from expertpool.core.subjects import FieldDeclaration
from expertpool.core.text import moment_text
from expertpool.core.views.listing import ListTab
from expertpool.core.visibility import Level, level_for
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.appeals import appeals_of
from expertpool.experts.queries.availability import own_avoidances
from expertpool.experts.queries.leaves import leaves_of
from expertpool.experts.queries.records import status_course
from expertpool.files.queries import attachments_of

# By day: between two decisions the place of what somebody took back would tell the minute.
SORTS = {"asked": "asked_at", "ended": "ended_at__date"}
TABS = (
    ListTab("", "待核准", Q(state=RequestState.WAITING)),
    ListTab("approved", "已核准", Q(state=RequestState.APPROVED)),
    ListTab("rejected", "未核准", Q(state=RequestState.REJECTED)),
    ListTab(
        "gone", "已撤回或不适用", Q(state__in=(RequestState.WITHDRAWN, RequestState.OVERTAKEN))
    ),
    ListTab("all", "全部"),
)
TONES = {
    RequestState.WAITING: "amber",
    RequestState.APPROVED: "green",
    RequestState.REJECTED: "red",
    RequestState.WITHDRAWN: "grey",
    RequestState.OVERTAKEN: "grey",
}
Rows = Iterable[tuple[str, ...]]
# Notes of the office about somebody are its own.
NOT_HIS = ("remark",)


def hidden_from(expert: Expert) -> set[str]:
    """Return the fields that are not told to ``expert``: the office's notes, and what it added for other readers."""
    user = expert.user
    kept = {
        one.code
        for one in EXPERT.all_fields()
        if one.is_extra
        and one.guard
        and (user is None or level_for(user, one.guard.code) is not Level.PLAIN)
    }
    return {*NOT_HIS, *kept}


def _day(value: object) -> str:
    return str(value or "")


def _told_fields(expert: Expert) -> Iterator[FieldDeclaration]:
    hidden = hidden_from(expert)
    for one in EXPERT.all_fields():
        if one.code in hidden or not (one.history or one.form):
            continue
        # Under one label, once: the employer is typed by words as well.
        if one.form and not one.form.shown and not one.history:
            continue
        yield one


def record_rows(expert: Expert, now: datetime) -> Rows:
    for one in _told_fields(expert):
        yield one.label, (one.show or one.word_of)(expert)


def version_rows(expert: Expert, now: datetime) -> Rows:
    labels, hidden = EXPERT.labels(), hidden_from(expert)
    kept = list(expert.versions.order_by("number"))
    for older, newer in pairwise(kept):
        before, after = json.loads(older.snapshot), json.loads(newer.snapshot)
        for code in newer.changed:
            if code in hidden:
                continue
            read = (before.get(code, ""), after.get(code, ""))
            yield str(newer.number), moment_text(newer.at), newer.how, labels.get(code, code), *read


def _changes(expert: Expert) -> int:
    hidden = hidden_from(expert)
    kept = list(expert.versions.order_by("number").values_list("changed", flat=True))
    return sum(code not in hidden for changed in kept[1:] for code in changed)


def career_rows(expert: Expert, now: datetime) -> Rows:
    for one in careers_of(expert):
        yield one.unit.name, one.position, _day(one.start_date), _day(one.end_date), one.note


def work_rows(expert: Expert, now: datetime) -> Rows:
    for one in works_of(expert):
        yield one.get_kind_display(), one.title, one.outlet, _day(one.year), one.part


def avoidance_rows(expert: Expert, now: datetime) -> Rows:
    for one in own_avoidances(expert):
        yield one.target, one.get_kind_display(), _day(one.start_date), _day(one.end_date), one.note


def leave_rows(expert: Expert, now: datetime) -> Rows:
    for one in leaves_of(expert):
        times = moment_text(one.during.lower), moment_text(one.during.upper)
        yield *times, one.readable_reason, moment_text(one.ended_at)


def request_rows(expert: Expert, now: datetime) -> Rows:
    for request in requests_of(expert):
        for one in asked_in(request, None):
            said = (request.get_state_display(), request.note)
            yield moment_text(request.asked_at), one.label, one.before, one.after, *said


def _asked(expert: Expert) -> int:
    return ChangeItem.objects.filter(request__in=requests_of(expert).values("pk")).count()


def status_rows(expert: Expert, now: datetime) -> Rows:
    for one in status_course(expert, own=True):
        yield moment_text(one.at), one.act, one.before, one.after, one.reason


def certificate_rows(expert: Expert, now: datetime) -> Rows:
    today = timezone.localdate(now)
    for one in certificates_of(expert):
        said = (_day(one.valid_from), _day(one.valid_until), str(state_of(one, today).label))
        yield one.number, moment_text(one.issued_at), *said


def achievement_rows(expert: Expert, now: datetime) -> Rows:
    for one in achievements_of(expert).order_by("pk"):
        said = (one.number, one.source, one.level, one.authors, _day(one.rank), one.summary)
        state = str(one.get_state_display())
        yield one.get_kind_display(), one.title, _day(one.year), *said, state


def appeal_rows(expert: Expert, now: datetime) -> Rows:
    for one in appeals_of(expert):
        said = (one.state_label, one.note, moment_text(one.decided_at))
        yield moment_text(one.asked_at), one.readable_reason, *said


def file_rows(expert: Expert, now: datetime) -> Rows:
    for one in attachments_of(expert):
        yield one.name, str(one.size), moment_text(one.created_at)


OWN = (
    OwnData(
        "record",
        "档案",
        10,
        ("项目", "内容"),
        record_rows,
        lambda one: sum(1 for _ in _told_fields(one)),
    ),
    OwnData(
        "careers",
        "工作经历",
        20,
        ("单位", "职务或岗位", "开始", "结束", "说明"),
        career_rows,
        lambda one: careers_of(one).count(),
    ),
    OwnData(
        "works",
        "论著成果",
        30,
        ("类别", "名称", "刊物等", "年份", "本人作用"),
        work_rows,
        lambda one: works_of(one).count(),
    ),
    OwnData(
        "achievements",
        "专家成果",
        32,
        ("类别", "名称", "年份", "编号", "来源", "级别", "完成人", "本人排名", "简介", "状态"),
        achievement_rows,
        lambda one: achievements_of(one).count(),
    ),
    OwnData(
        "certificates",
        "专家证书",
        35,
        ("证书编号", "签发时间", "生效", "有效期至", "状态"),
        certificate_rows,
        lambda one: certificates_of(one).count(),
    ),
    OwnData(
        "avoidances",
        "回避",
        40,
        ("单位或人员", "关系", "开始", "结束", "说明"),
        avoidance_rows,
        lambda one: own_avoidances(one).count(),
    ),
    OwnData(
        "leaves",
        "请假",
        50,
        ("开始", "结束", "事由", "销假时间"),
        leave_rows,
        lambda one: len(leaves_of(one)),
    ),
    OwnData(
        "requests",
        "变更申请",
        60,
        ("申请时间", "项目", "原值", "新值", "结果", "意见"),
        request_rows,
        _asked,
    ),
    OwnData(
        "versions",
        "变更记录",
        70,
        ("版本", "时间", "方式", "项目", "修改前", "修改后"),
        version_rows,
        _changes,
    ),
    OwnData("status", "状态变更", 75, ("时间", "事项", "原状态", "现状态", "原因"), status_rows),
    OwnData(
        "appeals",
        "黑名单申诉",
        77,
        ("申诉时间", "申诉理由", "结果", "处理意见", "处理时间"),
        appeal_rows,
        lambda one: len(appeals_of(one, a_look=A_LOOK)),
    ),
    OwnData(
        "files",
        "附件",
        80,
        ("文件名", "字节", "上传时间"),
        file_rows,
        lambda one: attachments_of(one).count(),
    ),
)
