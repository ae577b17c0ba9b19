"""Whose site this is and how to reach it, as pages for everybody and letters say at their end."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils import timezone

from expertpool.core.configuration import value_of
from expertpool.core.settings import (
    COPYRIGHT,
    ICP_NUMBER,
    OFFICE_ADDRESS,
    OFFICE_MAIL,
    OFFICE_PHONE,
    POST_CODE,
    SERVICE_PHONE,
)

# Where anybody looks up a number; the page itself has to lead there (信息产业部令第 33 号, 13).
REGISTER_OF_SITES = "https://beian.miit.gov.cn/"
_BETWEEN_NUMBERS = re.compile(r"\s*[、/;；，]\s*")
_IN_A_NUMBER = re.compile(r"[^\d+]")


@dataclass(frozen=True)
class Detail:
    """One thing that is said; ``links`` are its parts with where each leads, nothing where it does not."""

    label: str
    links: tuple[tuple[str, str], ...]

    @property
    def is_outside(self) -> bool:
        """Whether it leads to a site of others."""
        return any(url.startswith("https:") for _, url in self.links)

    @property
    def text(self) -> str:
        shown = "、".join(text for text, _ in self.links)
        return f"{self.label}：{shown}" if self.label else shown


def office_details() -> list[Detail]:
    """Return what the office has said of itself, in the order in which it is written; what is not set is not there."""
    details = [
        *_said("", _copyright()),
        *_said("地址", value_of(OFFICE_ADDRESS)),
        *_said("邮编", value_of(POST_CODE)),
        *_phones("电话", value_of(OFFICE_PHONE)),
        *_phones("服务电话", value_of(SERVICE_PHONE)),
    ]
    if mail := value_of(OFFICE_MAIL):
        details.append(Detail("邮箱", ((mail, f"mailto:{mail}"),)))
    if number := value_of(ICP_NUMBER):
        details.append(Detail("", ((number, REGISTER_OF_SITES),)))
    return details


def _copyright() -> str:
    owner = value_of(COPYRIGHT)
    return f"版权所有 © {timezone.localdate().year} {owner}" if owner else ""


def _said(label: str, text: str) -> list[Detail]:
    return [Detail(label, ((text, ""),))] if text else []


def _phones(label: str, numbers: str) -> list[Detail]:
    if not numbers:
        return []
    found = [number for number in _BETWEEN_NUMBERS.split(numbers) if number]
    return [Detail(label, tuple((number, f"tel:{_dialled(number)}") for number in found))]


def _dialled(number: str) -> str:
    """Return what a telephone dials: what follows the number of a switchboard is asked for there."""
    return _IN_A_NUMBER.sub("", re.split("转|,|ext", number, flags=re.IGNORECASE)[0])
