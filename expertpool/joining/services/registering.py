"""A stranger becomes an applicant: he shows by a code that a phone or mail is his, and chooses a password.

Whoever asks for a code is answered the same, whether the number is known or not: of a known one the
owner is told by message, and no code will do (docs/decisions/0196).
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q

from expertpool.accounts.models import Role, User, contact_index
from expertpool.accounts.services.login import forget_attempts
from expertpool.accounts.services.passwords import store_password
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.users import create_user
from expertpool.audit.services import record
from expertpool.core.client import network_of
from expertpool.core.codes import claim_try, open_codes, use_up
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index, proof
from expertpool.core.limits import leaves_some
from expertpool.core.locks import lock_transaction
from expertpool.core.models.codes import MOST_TRIES
from expertpool.core.permissions import BuiltInRole
from expertpool.core.text import clean_digits, mask_email, mask_middle
from expertpool.experts.services.contacts import recipient_of
from expertpool.joining.enums import OPEN, Channel, ContactKind, Step
from expertpool.joining.exceptions import JoiningRefused, LinkInvalid
from expertpool.joining.models import Application, Recommendation, Registration
from expertpool.joining.occasions import CODE, CODES, KNOWN, LINKS, USED
from expertpool.joining.queries.contents import dumped
from expertpool.joining.queries.public import (
    account_by_contact,
    is_in_pool,
    is_open,
    may_set_password,
)
from expertpool.joining.services.numbering import next_number
from expertpool.joining.services.setup import ANEW, ensure_consent
from expertpool.joining.settings import (
    CODE_MINUTES,
    CODES_PER_ADDRESS,
    CODES_PER_CONTACT,
    CODES_PER_HOUR,
)
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import Recipient, send_message

SALT = "joining.registration"
# What one address leaves to others (`core.limits.leaves_some`) of the codes to a number, and of all.
OF_A_NUMBER, OF_ALL = 2, 20
NOBODY = 0  # the key of no account
HOUR, RESEND_AFTER = timedelta(hours=1), timedelta(minutes=1)
CLOSED = "现在不接受入库申请，请以管理单位的通知为准。"
NO_WAY = "本站现在不能向{}发送验证码，请换一种方式注册，或联系管理单位。"
TOO_SOON = "验证码刚刚发出，请 1 分钟后再发。"
TOO_MANY_CONTACT = "发送验证码的次数太多，请 1 小时后再试，或换一种方式。"
TOO_MANY_ADDRESS = "您所在的网络发送验证码的次数太多，请 1 小时后再试，或换一个网络。"
TOO_MANY = "现在申请的人太多，请稍后再试。"
OVER = "验证码已失效（过时、用过或错得太多），请重新发送。"
OTHERS_LINK = (
    "这个推荐链接只供被推荐的本人使用：请用推荐人填写的 {} 接收验证码。号码填错或已更换的，请联系推荐人撤回后重新推荐；"
    "也可以从本站首页直接申请（不算同行推荐）。"
)
TAKEN_LINK = "推荐链接已失效（过期、用过或已撤回），请联系推荐人重新发送。"


@dataclass(frozen=True)
class Applicant:
    """What a stranger says of himself, and how he came."""

    kind: str  # of expert
    name: str
    contact_kind: str
    contact: str
    consents: int  # the number of the text about personal data that he agreed to
    channel: str = Channel.SITE
    in_wechat: bool = False
    recommendation: Recommendation | None = None


@transaction.atomic
def send_code(*, applicant: Applicant, code: str, address: str, now: datetime) -> Registration:
    """Send ``code`` to the phone or mail of ``applicant`` and return what it is given back to.

    The same for a known number, of which another message is sent. Refuses (JoiningRefused) while nobody
    may apply, consent to another text than the present one, a number that is not whom he was recommended by (`_refuse_other`), a way by which this site reaches
    nobody, and more codes in an hour than the office allows for one number, one address and all.
    """
    if not is_open():
        raise JoiningRefused(CLOSED)
    _refuse_other(applicant.recommendation, applicant.contact_kind, applicant.contact)
    consent = ensure_consent(now=now)
    if applicant.consents != consent.number:
        raise JoiningRefused(ANEW, field="consents")
    label = ContactKind(applicant.contact_kind).label
    to = {applicant.contact_kind: applicant.contact}
    ways = ways_outside(CODE, phone=to.get("phone", ""), email=to.get("email", ""))
    if not ways:
        raise JoiningRefused(NO_WAY.format(label), field="contact")
    index = contact_index(applicant.contact_kind, applicant.contact)
    place = blind_index("joining.address", network_of(address))
    # Known or not, it counts: else a refusal would tell the two apart.
    _refuse_many(index, place, now)
    known = _is_known(applicant)
    minutes = value_of(CODE_MINUTES)
    row = Registration(
        expert_kind=applicant.kind,
        name=applicant.name,
        contact_kind=applicant.contact_kind,
        contact=applicant.contact,
        contact_index=index,
        address_index=place,
        channel=applicant.channel,
        in_wechat=applicant.in_wechat,
        consent=consent,
        recommendation=applicant.recommendation,
        digest=b"",
        sent_at=now,
        expires_at=now + timedelta(minutes=minutes),
    )
    # No code has this one.
    row.digest = secrets.token_bytes(16) if known else _digest(row, code)
    row.save()
    told = {"方式": str(label)} if known else {"验证码": code, "有效分钟": str(minutes)}
    send_message(
        occasion=(KNOWN if known else CODE).code,
        recipient=Recipient(None, applicant.name, to.get("phone", ""), to.get("email", "")),
        channels=ways[:1],
        context=told,
        about=(CODES, row.pk),
        key=f"joining-code:{row.uid}",
        now=now,
    )
    return row


def _refuse_other(recommendation: Recommendation | None, kind: str, contact: str) -> None:
    """Refuse another phone or mail than those by which somebody was recommended: who was passed his link, or took it,
    is not whom his colleague spoke of. No try, and the link stays good."""
    if recommendation is None:
        return
    phone, email = recommendation.phone, recommendation.email
    meant = [("phone", phone)] + ([("email", email)] if email else [])
    if contact_index(kind, contact) not in {contact_index(*one) for one in meant}:
        masked = mask_middle(phone, head=3, tail=4) + (f" 或 {mask_email(email)}" if email else "")
        raise JoiningRefused(OTHERS_LINK.format(masked), field="contact")


def _is_known(applicant: Applicant) -> bool:
    """Tell whether the phone or mail is somebody's who gets no code. All is asked of everybody, of nobody's account
    where there is none: what a known number took longer would tell strangers of it (docs/decisions/0694)."""
    field, value = applicant.contact_kind, applicant.contact
    user, in_pool = account_by_contact(field, value), is_in_pool(field, value)
    may_set = may_set_password(user or User(pk=NOBODY), field, value)
    return in_pool if user is None else not may_set


def _refuse_many(index: bytes | None, place: bytes, now: datetime) -> None:
    # Of many at once each would have counted before any was noted.
    lock_transaction("joining.codes")
    lately = Registration.objects.filter(sent_at__gt=now - HOUR)
    same = lately.filter(contact_index=index)
    if same.filter(sent_at__gt=now - RESEND_AFTER).exists():
        raise JoiningRefused(TOO_SOON, field="contact")
    here = Count("pk", filter=Q(address_index=place))
    number, all_of = (rows.aggregate(used=Count("pk"), own=here) for rows in (same, lately))
    if not leaves_some(value_of(CODES_PER_CONTACT), **number, parts=OF_A_NUMBER):
        raise JoiningRefused(TOO_MANY_CONTACT, field="contact")
    if all_of["own"] >= value_of(CODES_PER_ADDRESS):
        raise JoiningRefused(TOO_MANY_ADDRESS)
    if not leaves_some(value_of(CODES_PER_HOUR), **all_of, parts=OF_ALL):
        raise JoiningRefused(TOO_MANY)


def token_of(row: Registration) -> str:
    """Return what leads to the page on which the code is typed."""
    return signing.dumps(str(row.uid), salt=SALT)


def registration_of(token: str, *, now: datetime) -> Registration:
    """Return what ``token`` leads to; LinkInvalid for any other text and what is older than a day."""
    try:
        uid = signing.loads(token, salt=SALT, max_age=timedelta(days=1))
    except signing.BadSignature:
        raise LinkInvalid("页面已失效，请重新注册。") from None
    rows = Registration.objects.select_related("consent", "recommendation")
    row = rows.filter(uid=uid).first()
    if row is None:
        raise LinkInvalid("页面已失效，请重新注册。")
    return row


def register(*, row: Registration, code: str, password: str, now: datetime) -> User:
    """Let whoever has ``code`` be an applicant with ``password``, and return his account; whoever is one
    already chooses a new password.

    Not atomic: a try counts, and the code is used up, whatever comes of the rest. Refuses a weak password
    (ValidationError), and (JoiningRefused) a code that is wrong, used, over or tried too often, and a
    link of a recommendation that is used or over by now.
    """
    person = User(name=row.name[:50], **{row.contact_kind: row.contact})
    # Before the code is looked at: a weak password costs no try.
    validate_password(password, person)
    one = Registration.objects.filter(pk=row.pk)
    if not claim_try(one, now):
        raise JoiningRefused(OVER, field="code")
    if not hmac.compare_digest(bytes(row.digest), _digest(row, code)):
        row.refresh_from_db(fields=["tries"])
        left = MOST_TRIES - row.tries
        raise JoiningRefused(
            f"验证码不对，还可以试 {left} 次。" if left > 0 else OVER, field="code"
        )
    known = account_by_contact(row.contact_kind, row.contact)
    if known is not None and may_set_password(known, row.contact_kind, row.contact):
        # Not before the code was right: that a password was his would say that he is here.
        validate_password(password, known)
    if not use_up(one, now):
        raise JoiningRefused(OVER, field="code")
    try:
        return _take_in(row, password, now)
    except ValidationError:
        # Somebody was entered with this number since the code was sent: nobody is told.
        raise JoiningRefused(OVER, field="code") from None


@transaction.atomic
def _take_in(row: Registration, password: str, now: datetime) -> User:
    known = account_by_contact(row.contact_kind, row.contact)
    if known is not None:
        user = User.objects.select_for_update(of=("self",)).get(pk=known.pk)
        if not may_set_password(user, row.contact_kind, row.contact):
            raise JoiningRefused(OVER, field="code")
        forget_attempts(user)
        user.must_change_password = False
        store_password(user, password, now=now)
        record("joining.password", actor=user, subject=user, now=now)
        if not Application.objects.filter(user=user, state__in=OPEN).exists():
            open_application(row, user, now)
        return user
    user, _ = create_user(
        username=f"sq{row.uid.hex[:12]}",
        name=row.name[:50],
        roles=[applicant_role()],
        password=password,
        phone=row.contact if row.contact_kind == ContactKind.PHONE else "",
        email=row.contact if row.contact_kind == ContactKind.EMAIL else "",
        actor=None,
        now=now,
    )
    if row.contact_kind == ContactKind.PHONE:
        user.phone_verified_at = now
        user.save(update_fields=["phone_verified_at", "phone_proof"])
    open_application(row, user, now)
    return user


def open_application(row: Registration, user: User, now: datetime) -> Application:
    """Begin the application of ``user`` as he registered by ``row``; logged. Refuses (JoiningRefused) where
    the link of a recommendation is used, over or somebody else's."""
    _refuse_other(row.recommendation, row.contact_kind, row.contact)
    if (recommendation := row.recommendation) is not None:
        claim(recommendation, now=now)
    basic = {"name": [row.name], row.contact_kind: [row.contact]}
    if recommendation is not None:
        basic = {"phone": [recommendation.phone], "email": [recommendation.email]} | basic
    application = Application.objects.create(
        number=next_number(now),
        user=user,
        kind=row.expert_kind,
        channel=row.channel,
        in_wechat=row.in_wechat,
        recommendation=recommendation,
        consent=row.consent,
        consented_at=row.sent_at,
        contents=dumped(
            {Step.BASIC.value: {name: one for name, one in basic.items() if one != [""]}}
        ),
        name=row.name,
        created_at=now,
        updated_at=now,
    )
    record(
        "joining.register",
        actor=user,
        now=now,
        subject=application,
        after={"渠道": application.get_channel_display(), "告知书": str(row.consent)},
    )
    return application


@transaction.atomic
def claim(recommendation: Recommendation, *, now: datetime) -> None:
    """Use the link of ``recommendation`` up, and tell its recommender. Refuses (JoiningRefused) one that is used, over, taken back, or that
    nobody sent here: of two at once one gets it."""
    row = locked(recommendation)
    if not row.is_live_at(now) or not row.is_sound:
        raise JoiningRefused(TAKEN_LINK)
    row.used_at = now
    row.save(update_fields=["used_at", "proof"])
    send_message(
        occasion=USED.code,
        recipient=recipient_of(row.recommender),
        channels=[ChannelCode.SITE, ChannelCode.EMAIL],
        # As he wrote it: what the other calls himself is not his.
        context={"推荐人": row.recommender.name, "姓名": row.readable_name},
        about=(LINKS, row.pk),
        key=f"joining-link-used:{row.uid}",
        now=now,
    )


def locked(recommendation: Recommendation) -> Recommendation:
    """Return ``recommendation`` as it stands now, which nobody else changes in this transaction."""
    rows = Recommendation.objects.select_for_update(of=("self",))
    return rows.select_related("recommender", "created_by").get(pk=recommendation.pk)


def applicant_role() -> Role:
    """Return the role of applicants, which an installation of before does not have yet."""
    code = BuiltInRole.APPLICANT
    return Role.objects.filter(code=code).first() or ensure_demo_roles()[code]


def is_live(row: Registration, *, now: datetime) -> bool:
    """Tell whether a code given back now may count."""
    return Registration.objects.filter(open_codes(now), pk=row.pk).exists()


def _digest(row: Registration, code: str) -> bytes:
    # All that the row says: who writes rows makes none of it another's, and no code last longer.
    recommended = row.recommendation.uid if row.recommendation else None
    said = [row.uid, row.expert_kind, row.name, row.contact_kind, row.contact, recommended]
    return proof(
        "joining-code",
        [*map(str, said), row.consent.number, row.expires_at.timestamp(), clean_digits(code)],
    )
