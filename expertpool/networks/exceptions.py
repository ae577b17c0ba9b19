"""What this app refuses; each message says how to mend it."""

from __future__ import annotations


class RuleRefused(Exception):
    """A rule is not made or not ended; ``field`` is where it was typed."""

    field: str | None = "network"


class OwnAddress(RuleRefused):
    def __init__(self, address: str) -> None:
        super().__init__(
            f"您现在就从 {address} 访问，禁止后您自己也会被挡在外面；请改填范围更小的网段，或先放行这个地址。"
        )


class AlreadyRuled(RuleRefused):
    def __init__(self, network: str, kind: str) -> None:
        super().__init__(f"{network} 已在“{kind}”名单中；要修改的，请先解除原来的一条。")


class AlreadyEnded(RuleRefused):
    def __init__(self) -> None:
        super().__init__("这一条已经解除，请刷新页面。")
