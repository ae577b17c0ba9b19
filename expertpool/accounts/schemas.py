"""What the interface answers about its caller."""

from datetime import datetime

from ninja import Field

from expertpool.core.api import Output


class Caller(Output):
    """Whom a token acts for, and what it may do."""

    token: str = Field(description="令牌名称")
    username: str = Field(description="代表用户的账号")
    name: str = Field(description="代表用户的姓名")
    department_id: int | None = Field(description="代表用户的部门")
    permissions: list[str] = Field(description="现在可用的权限：令牌范围与用户权限的交集")
    expires_at: datetime = Field(description="令牌到期时间")
