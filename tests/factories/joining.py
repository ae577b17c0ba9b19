"""Applications to be an expert, filled in."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from expertpool.accounts.models import User, contact_index
from expertpool.core.documents import qr_png
from expertpool.core.validators import id_card_check_digit
from expertpool.directory.models import Specialty
from expertpool.experts.models import Expert
from expertpool.experts.queries.files import PHOTO
from expertpool.files.services import attach
from expertpool.joining.models import Application, Recommendation
from expertpool.joining.queries.applications import PROOF, SUBJECT, application_of
from expertpool.joining.queries.contents import JOBS, TIES
from expertpool.joining.services.drafts import save_step
from expertpool.joining.services.handing_in import hand_in
from expertpool.joining.services.recommending import Colleague, recommend
from expertpool.joining.services.registering import Applicant, open_application, send_code
from expertpool.joining.services.setup import ensure_consent
from expertpool.workflow.queries.notices import notice_days
from tests.factories.accounts import make_phone, make_user
from tests.factories.experts import make_specialty

_numbers = count(1)


def scan(name: str = "职称证书.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, qr_png(name))


def id_number(at: int) -> str:
    body = f"430102198001{1 + at % 28:02}{at % 1000:03}"
    return body + id_card_check_digit(body)


def _specialty() -> Specialty:
    return Specialty.objects.filter(code="A0401").first() or make_specialty("A0401")


def typed(at: int, **changes: Any) -> dict[str, dict[str, Any]]:
    """What an applicant types who makes no mistake; ``changes`` by name of the control."""
    steps: dict[str, dict[str, Any]] = {
        "basic": {"name": ["李申请"], "id_number": [id_number(at)], "email": [f"a{at}@example.cn"]},
        "profession": {
            "specialties": [str(_specialty().pk)],
            "employer_name": ["长沙市建筑设计研究院"],
            "title": ["高级工程师"],
        },
        "history": {
            JOBS: [
                {"unit": "南昌市水利院", "post": "工程师", "start": "2002-07", "end": "2012-02"}
            ],
            TIES: [{"kind": "kin", "unit": "", "person": "李某", "note": "配偶"}],
        },
    }
    for own in steps.values():
        own.update({name: value for name, value in changes.items() if name in own})
    return steps


def make_draft(
    user: User | None = None,
    *,
    kind: str = "individual",
    recommendation: Recommendation | None = None,
    channel: str = "site",
    now: datetime | None = None,
) -> Application:
    """An application that nobody has filled in."""
    now = now or timezone.now()
    at = next(_numbers)
    # Whose link it is applies by it.
    phone = recommendation.phone if recommendation else make_phone()
    if user is None:
        user = make_user("applicant", phone=phone)
    elif not user.phone:
        user.phone, user.phone_index = phone, contact_index("phone", phone)
        user.save(update_fields=["phone", "phone_index"])
    applicant = Applicant(
        kind,
        "李申请",
        "phone",
        user.phone,
        ensure_consent(now=now).number,
        channel,
        recommendation=recommendation,
    )
    row = send_code(
        applicant=applicant, code="123456", address=f"10.77.{at // 250}.{at % 250 + 1}", now=now
    )
    return open_application(row, user, now)


def fill(application: Application, *, now: datetime | None = None, **changes: Any) -> Application:
    """Fill in ``application`` as its applicant would."""
    now = now or timezone.now()
    for step, own in typed(application.pk, **changes).items():
        application = save_step(
            application=application, step=step, typed=own, version=application.version, now=now
        )
    attach(subject=application, uploaded_file=scan(), kind=PROOF, actor=application.user, now=now)
    return application


def make_application(user: User | None = None, *, photo: bool = False, **kw: Any) -> Application:
    """An application that was handed in."""
    now = kw.pop("now", None) or timezone.now()
    draft = {name: kw.pop(name) for name in ("kind", "recommendation", "channel") if name in kw}
    application = fill(make_draft(user, now=now, **draft), now=now, **kw)
    if photo:
        attach(
            subject=application,
            uploaded_file=scan("照片.png"),
            kind=PHOTO,
            actor=application.user,
            now=now,
        )
    hand_in(
        application=application,
        version=application.version,
        consents=ensure_consent(now=now).number,
        knows_notice=notice_days(SUBJECT),
        actor=application.user,
        now=now,
    )
    found = application_of(application.user)
    assert found is not None
    return found


def make_recommendation(expert: Expert, actor: User, **kw: Any) -> Recommendation:
    at = next(_numbers)
    colleague = Colleague("赵同行", f"1350000{at:04}", f"r{at}@example.cn")
    now = kw.pop("now", None) or timezone.now()
    return recommend(expert=expert, colleague=colleague, actor=actor, now=now)
