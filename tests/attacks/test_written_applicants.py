"""Live SQL makes an office account look like an applicant's: nobody chooses its password by his own phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from expertpool.accounts.models import HeldRole, Role, User, contact_index
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.users import edit_user
from expertpool.joining.exceptions import JoiningRefused
from expertpool.joining.models import Registration
from expertpool.joining.services.registering import Applicant, register, send_code
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.experts import make_expert

pytestmark = pytest.mark.django_db
NOW = timezone.now()
MINE, HIS, WORD = "13812340001", "13812340002", "Ruku-Shenqing-7"
MINUTE = timedelta(minutes=1)


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def ask(contact: str = MINE) -> Registration:
    applicant = Applicant("individual", "李申请", "phone", contact, 1)
    return send_code(applicant=applicant, code="123456", address="192.0.2.1", now=NOW)


def lead_to_me(user: User) -> None:
    write(
        "UPDATE accounts_user SET phone_index = %s WHERE id = %s",
        contact_index("phone", MINE),
        user.pk,
    )


def keeps_his_password(user: User, row: Registration) -> bool:
    with pytest.raises(JoiningRefused, match="失效"):
        register(row=row, code="123456", password=WORD, now=NOW + MINUTE)
    return User.objects.get(pk=user.pk).check_password(PASSWORD)


@pytest.mark.parametrize("phone", [HIS, ""])
def test_a_role_and_an_index_that_he_writes_let_him_choose_no_password(phone: str) -> None:
    role = ensure_demo_roles()["applicant"]
    office = make_user("operator", phone=phone)
    row = ask()
    lead_to_me(office)
    write("UPDATE accounts_user_roles SET role_id = %s WHERE user_id = %s", role.pk, office.pk)
    assert keeps_his_password(office, row)


@pytest.mark.parametrize("also", ["role", "number", "beside"])
def test_nor_do_a_role_or_a_number_that_were_once_his(also: str) -> None:
    """He was an applicant before the office employed him; that row and its proof somebody kept."""
    make_user("admin")
    somebody = make_user("applicant", phone=MINE if also == "number" else HIS)
    kept = bytes(HeldRole.objects.get(user=somebody).proof or b"")
    edit_user(
        user=somebody,
        name=somebody.name,
        phone=HIS,
        email="",
        department=None,
        roles=[Role.objects.get(code="operator")],
        actor=None,
        now=NOW,
    )
    row = ask()
    lead_to_me(somebody)
    applicant = Role.objects.get(code="applicant")
    if also == "beside":
        write(
            "INSERT INTO accounts_user_roles (user_id, role_id, proof) VALUES (%s, %s, %s)",
            *(somebody.pk, applicant.pk, kept),
        )
    else:
        write(
            "UPDATE accounts_user_roles SET role_id = %s, proof = %s WHERE user_id = %s",
            *(applicant.pk, kept, somebody.pk),
        )
    assert keeps_his_password(somebody, row)


def test_nor_does_he_take_an_applicant_or_an_expert_that_way() -> None:
    somebody = make_user("applicant", phone=HIS)
    expert = make_expert(user=make_user("expert"))
    applicant = Role.objects.get(code="applicant")
    row = ask()
    lead_to_me(somebody)
    assert keeps_his_password(somebody, row)
    write("UPDATE accounts_user SET phone_index = NULL WHERE id = %s", somebody.pk)
    assert expert.user is not None
    write("DELETE FROM accounts_user_roles WHERE user_id = %s", expert.user_id)
    HeldRole.objects.create(user=expert.user, role=applicant)  # as if he had kept a proof
    write("DELETE FROM joining_registration")
    row = ask()
    lead_to_me(expert.user)
    assert keeps_his_password(expert.user, row)


def test_whoever_is_as_he_registered_chooses_one() -> None:
    somebody = make_user("applicant", phone=MINE)
    register(row=ask(), code="123456", password=WORD, now=NOW + MINUTE)
    assert User.objects.get(pk=somebody.pk).check_password(WORD)
