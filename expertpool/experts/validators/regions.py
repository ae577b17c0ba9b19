"""Whether the first six digits of an ID card number can be a region: of today, or one that is gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

TAIWAN = "83"  # of residence permits; no division has it (GB 11643 leaves it to them)
# By GB/T 2260 cities are numbered from 01, prefectures from 21, and within them districts from 01, counties from 21
# and cities from 81; what a province governs itself is 90. Numbers that are gone are not given again.
_CITIES, _PREFECTURES, _ITSELF = range(1, 21), range(21, 51), 90
_GONE = {"51": 37, "53": 35}  # prefectures beyond today's
_USUAL, _LEAST_CITIES = (
    30,
    2,
)  # prefectures that provinces once had; 02 were the counties of a municipality
_COUNTIES, _COUNTY_CITIES = range(1, 51), range(81, 91)
_HAINAN = "4600"  # until 2001 its counties had no number of a prefecture


class Regions:
    """Knows the ``codes`` (six digits) of today. Old numbers keep divisions that are gone, and nobody has a list
    of all: what was never a number of that kind is told, and no other."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = frozenset(codes)
        self._cities: dict[str, int] = defaultdict(lambda: _LEAST_CITIES)
        self._prefectures: dict[str, int] = defaultdict(lambda: _USUAL, _GONE)
        for code in self._codes:
            province, place = code[:2], int(code[2:4])
            for numbers, highest in (
                (_CITIES, self._cities),
                (_PREFECTURES, self._prefectures),
            ):
                if place in numbers:
                    highest[province] = max(place, highest[province])

    def warning(self, value: str) -> str:
        """Return what is odd about the region in a valid ID card number; empty: nothing."""
        province, region = value[:2], value[:6]
        if region in self._codes or province == TAIWAN:
            return ""
        if f"{province}0000" not in self._codes:
            return f"身份证号前两位 {province} 不是任何省份的代码，请核对。"
        if self._may_be_gone(province, int(value[2:4]), int(value[4:6])):
            return ""
        return f"身份证号前六位 {region} 不像任何地区的代码，请核对。"

    def _may_be_gone(self, province: str, place: int, county: int) -> bool:
        if county not in _COUNTIES and county not in _COUNTY_CITIES:
            return False
        return (
            f"{province}{place:02}00" in self._codes
            or (place in _CITIES and place <= self._cities[province])
            or (place in _PREFECTURES and place <= self._prefectures[province])
            or place == _ITSELF
            or f"{province}{place:02}" == _HAINAN
        )
