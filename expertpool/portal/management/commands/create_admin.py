"""Makes the first administrator of a real installation: `expertpool create-admin`."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from expertpool.accounts.services.roles import ensure_demo_roles
from expertpool.accounts.services.users import create_user


class Command(BaseCommand):
    help = "新建管理员账号；密码从终端输入（两次），或从标准输入读一行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", help="账号")
        parser.add_argument("--name", help="姓名")
        parser.add_argument(
            "--one-time", action="store_true", help="不输入密码，生成一次性密码，首次登录时修改"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"] or input("账号：")
        name = options["name"] or input("姓名：")
        try:
            user, password = create_user(
                username=username,
                name=name,
                # With the role as the office has it now, or made when this is the first start.
                roles=[ensure_demo_roles()["admin"]],
                password="" if options["one_time"] else _read_password(),
                actor=None,
                now=timezone.now(),
            )
        except ValidationError as error:
            raise CommandError("；".join(error.messages)) from error
        self.stdout.write(f"已新建管理员「{user.name}」，账号 {user.username}。")
        if options["one_time"]:
            self.stdout.write(f"一次性密码：{password}")


def _read_password() -> str:
    """Ask twice on a terminal; otherwise read one line of standard input."""
    if not sys.stdin.isatty():
        # For scripts, which have no terminal to be asked at.
        password = sys.stdin.readline().rstrip("\n")
        if not password:
            raise CommandError("标准输入里没有密码；也可以加 --one-time 生成一次性密码。")
        return password
    password = getpass.getpass("密码：")
    if getpass.getpass("再输一次密码：") != password:
        raise CommandError("两次输入的密码不一样，请重新运行。")
    return password
