"""Which experts a user may see, and finding one by what is encrypted."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.core.crypto import blind_index
from expertpool.experts.models import Expert

TAIL = 4


def experts_visible_to(user: User, code: str = "experts.view") -> QuerySet[Expert]:
    """Return the experts, deleted ones included, in the scope of ``user`` for ``code``."""
    return Expert.objects.filter(scope_q(user, code))


def expert_for(user: User) -> Expert | None:
    """Return the expert whose account ``user`` is."""
    return Expert.objects.filter(user=user).select_related("employer", "division").first()


def phone_index(phone: str) -> bytes | None:
    """Return the blind index of a phone number; None without one."""
    return blind_index("expert.phone", phone) if phone else None


def phone_tail_index(phone: str) -> bytes | None:
    """Return the blind index of the last four digits of a phone number."""
    return blind_index("expert.phone_tail", phone[-TAIL:]) if phone else None


def id_number_index(id_number: str) -> bytes | None:
    """Return the blind index of an ID card number."""
    return blind_index("expert.id_number", id_number) if id_number else None


def email_index(email: str) -> bytes | None:
    """Return the blind index of an e-mail address, upper and lower case alike."""
    return blind_index("expert.email", email.lower()) if email else None


def expert_by_phone(phone: str) -> Expert | None:
    """Return the expert with this phone number (11 digits), deleted ones included."""
    return Expert.objects.filter(phone_index=phone_index(phone)).first() if phone else None


def expert_by_id_number(id_number: str) -> Expert | None:
    """Return the expert with this ID card number, deleted ones included."""
    index = id_number_index(id_number)
    return Expert.objects.filter(id_number_index=index).first() if index else None
