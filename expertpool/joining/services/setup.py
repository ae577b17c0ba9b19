"""What the public page shows: links to other sites, and the text about personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from expertpool.accounts.models import User
from expertpool.audit.services import in_words, record
from expertpool.core.locks import lock_transaction
from expertpool.core.text import HIDDEN, clean_text, is_hidden
from expertpool.joining.enums import Purpose
from expertpool.joining.models import ConsentText, FriendLink
from expertpool.joining.queries.public import current_consent

LONGEST = 5000
CONSENT_LOCK = "joining.consent"
RECORDED = ("name", "url", "order", "active")
MOST_LINKS = 50
ANEW = "告知书刚刚有了新的版本，请重新阅读后再同意。"


@transaction.atomic
def save_link(*, row: FriendLink, actor: User, now: datetime) -> FriendLink:
    """Add or change a link; logged. Refuses (ValidationError) a taken name, what is no address of a page,
    and more links than a page shows."""
    row.name, row.url = clean_text(row.name), row.url.strip()
    if row.pk is None and FriendLink.objects.count() >= MOST_LINKS:
        raise ValidationError(f"最多 {MOST_LINKS} 个友情链接，请先删除不用的。")
    held = FriendLink.objects.select_for_update().filter(pk=row.pk).first()
    row.proof_n += 1
    row.full_clean()
    row.save()
    record(
        "joining.link",
        actor=actor,
        now=now,
        subject=row,
        # What was there: whoever has the form open since then is asked.
        before=in_words(held, *RECORDED) if held else None,
        after=in_words(row, *RECORDED),
    )
    return row


@transaction.atomic
def delete_link(*, row: FriendLink, actor: User, now: datetime) -> None:
    """Delete a link; logged."""
    before = in_words(row, *RECORDED)
    record("joining.link", actor=actor, now=now, subject=row, before=before, note=str(row.uid))
    row.delete()


@transaction.atomic
def publish_consent(
    *, text: str, purpose: str = Purpose.JOINING, actor: User | None, now: datetime
) -> ConsentText:
    """Make ``text`` the version that is agreed to for ``purpose`` from now on; logged. The same text again changes
    nothing. Refuses (ValidationError) an empty or too long one."""
    text = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))
    if not text:
        raise ValidationError({"text": "请填写内容。"})
    if len(text) > LONGEST:
        raise ValidationError({"text": f"最多 {LONGEST} 字，现在 {len(text)} 字。"})
    if any(is_hidden(char) for char in text if char != "\n"):
        raise ValidationError({"text": HIDDEN})
    # Two at once would both be the next version.
    lock_transaction(CONSENT_LOCK)
    last: Any = current_consent(purpose)
    if last and last.text == text:
        return last  # type: ignore[no-any-return]
    rows = ConsentText.objects.filter(purpose=purpose)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    row = ConsentText.objects.create(
        purpose=purpose, number=number, text=text, created_at=now, created_by=actor
    )
    before, after = _differing(last.text if last else "", text)
    record(
        "joining.consent",
        actor=actor,
        now=now,
        subject=row,
        # What was there: whoever has the form open since then is told.
        before={"版本": last.number, "内容": before} if last else None,
        after={"版本": number, "内容": after} if last else {"版本": number},
    )
    return row


def _differing(before: str, after: str) -> tuple[str, str]:
    """Return the lines that only one of both texts has; all of both stay as versions."""
    old, new = before.split("\n"), after.split("\n")
    return (
        "\n".join(line for line in old if line not in new),
        "\n".join(line for line in new if line not in old),
    )


# With which an installation begins; the office writes its own.
JOINING_TEXT = """您提交的姓名、证件号码、联系方式、工作单位、学历职称、工作经历、回避关系和证明材料，由专家库管理单位收集，只用于：
一、审核您的入库申请；
二、入库后抽取专家、发送邀请、核对回避、支付报酬和管理聘期；
三、法律法规要求的存档和监督检查。

证件号码、手机号、邮箱、地址等加密保存，只有有权限的工作人员能够查看，查看和导出都记入日志。未提交的申请到期自动清除；未通过或撤回的申请到期清除所填内容，只留申请编号、时间和结果。

您可以随时登录查看、下载、更正本人的信息，也可以撤回申请。对个人信息的处理有疑问的，请联系专家库管理单位。
"""
PUBLIC_TEXT = """单位公开专家成果时，在成果旁边显示您的姓名，任何人不用登录就能看到。不显示联系方式、证件号码和工作单位。

这一项可以不同意，不影响入库、抽取和报酬：不同意的，成果照常公开，不写姓名。您可以随时撤回，撤回后立即不再显示。
"""
FIRST_TEXTS: dict[str, str] = {Purpose.JOINING: JOINING_TEXT, Purpose.PUBLIC: PUBLIC_TEXT}


def ensure_consent(purpose: str = Purpose.JOINING, *, now: datetime) -> ConsentText:
    """Return the text that is agreed to for ``purpose`` now, the first one where there is none yet."""
    return current_consent(purpose) or publish_consent(
        text=FIRST_TEXTS[purpose], purpose=purpose, actor=None, now=now
    )
