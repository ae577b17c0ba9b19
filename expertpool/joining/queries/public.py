"""What the public page shows, and whether a phone or mail is known: which nobody is told."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.accounts.models import User, contact_index
from expertpool.core.configuration import value_of
from expertpool.core.permissions import BuiltInRole
from expertpool.experts.models import Expert
from expertpool.joining.models import ConsentText, FriendLink
from expertpool.joining.settings import IS_OPEN


def is_open() -> bool:
    return value_of(IS_OPEN)


def friend_links() -> QuerySet[FriendLink]:
    return FriendLink.objects.filter(active=True)


def current_consent() -> ConsentText | None:
    return ConsentText.objects.order_by("-number").first()


def account_by_contact(field: str, value: str) -> User | None:
    """Return the account that is signed in by ``value``, of whomever."""
    return User.objects.filter(**{f"{field}_index": contact_index(field, value)}).first()


def is_in_pool(field: str, value: str) -> bool:
    """Tell whether a record of an expert has ``value``, a deleted one as well."""
    return Expert.objects.filter(**{f"{field}_index": contact_index(field, value)}).exists()


def may_set_password(user: User) -> bool:
    """Tell whether ``user``, who has shown that phone or mail is his, may choose a new password here: an
    applicant, who has no other right."""
    if not user.is_active:
        return False
    return list(user.roles.values_list("code", flat=True)) == [BuiltInRole.APPLICANT.value]
