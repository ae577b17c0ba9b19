"""Accounts to try the product with, one for each role, and a second administrator: what two persons decide is to be seen
as well. Never for real use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import Department, User
from expertpool.accounts.services.departments import create_department
from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.users import create_user

DEMO_PASSWORD = "Zhuanjia-2026"  # noqa: S105 - public on purpose, printed by seed_demo

KNOWN_FOR = timedelta(days=365)  # as whoever tries the product would be at his own office

DEPARTMENTS = (
    ("采购中心", ("综合部", "采购一部", "采购二部")),
    ("工程建设部", ("土建科", "机电科")),
    ("信息中心", ()),
    ("财务部", ()),
    ("审计监察室", ()),
)


@dataclass(frozen=True)
class DemoAccount:
    """``username`` is the code of the role as well, where no other ``role`` is named."""

    username: str
    name: str
    department: str
    phone: str
    role: str = ""


DEMO_ACCOUNTS = (
    DemoAccount("admin", "张建国", "综合部", "13800000001"),
    DemoAccount("operator", "李晓梅", "采购一部", "13800000002"),
    DemoAccount("department", "陈志强", "工程建设部", "13800000003"),
    DemoAccount("supervisor", "赵明华", "审计监察室", "13800000004"),
    DemoAccount("finance", "周丽", "财务部", "13800000005"),
    DemoAccount("auditor", "吴海涛", "审计监察室", "13800000006"),
    DemoAccount("expert", "王立新", "", "13800000007"),
    DemoAccount("applicant", "林晓东", "", "13800000008"),
    DemoAccount("admin2", "孙立群", "综合部", "13800000009", role="admin"),
)


@transaction.atomic
def ensure_demo_departments(*, now: datetime) -> dict[str, Department]:
    """Create the departments of the demo that are missing; return them by name."""
    found = {department.name: department for department in Department.objects.all()}
    for name, children in DEPARTMENTS:
        parent = found.get(name) or create_department(name=name, actor=None, now=now)
        found[name] = parent
        for child in children:
            if child not in found:
                found[child] = create_department(name=child, parent=parent, actor=None, now=now)
    return found


@transaction.atomic
def ensure_demo_accounts(*, now: datetime) -> list[User]:
    """Create those of the demo accounts that are missing, with DEMO_PASSWORD; return all.

    Accounts of the same name that exist already stay as they are.
    """
    roles = ensure_demo_roles()
    departments = ensure_demo_departments(now=now)
    names = [account.username for account in DEMO_ACCOUNTS]
    users = {user.username: user for user in User.objects.filter(username__in=names)}
    for account in DEMO_ACCOUNTS:
        if account.username not in users:
            users[account.username], _ = create_user(
                username=account.username,
                name=account.name,
                phone=account.phone,
                department=departments.get(account.department),
                roles=[roles[account.role or account.username]],
                password=DEMO_PASSWORD,
                actor=None,
                now=now,
            )
            # People known for long: somebody new could not be the second person of anything.
            users[account.username].created_at = now - KNOWN_FOR
            users[account.username].phone_verified_at = now - KNOWN_FOR
            users[account.username].save(
                update_fields=["created_at", "created_proof", "phone_verified_at", "phone_proof"]
            )
    return [users[name] for name in names]
