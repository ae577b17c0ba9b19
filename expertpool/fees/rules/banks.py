"""Numbers of bank cards: whose bank they are of, and whether their last digit fits.

Numbers of cards begin with that of who issued them (ISO/IEC 7812-1; 62 is UnionPay), and end with a check digit. The
prefixes here are those of the large banks; of a card that none fits nothing is said.
"""

from __future__ import annotations

CARD = range(16, 20)  # digits of a card

_BANKS = {
    "中国工商银行": "620200 621225 621226 621227 621281 621288 621558 621559 621721 621723 622200 622202 622203 622208",
    "中国农业银行": "621282 621336 621619 621671 622821 622823 622824 622827 622840 622841 622843 622844 622845 622846 622847"
    " 622848 622849 623018 623052 623206",
    "中国银行": "601382 621256 621212 621283 621620 621660 621661 621662 621663 621665 621666 621667 621668 621669 621672"
    " 621725 621756 621757 621758 621759 621785 621786 621787 621788 621789 621790 622760",
    "中国建设银行": "621080 621081 621082 621284 621466 621467 621488 621499 621598 621621 621700 621762 622280 622700 622966"
    " 622988 623094 623211 623251 623668",
    "交通银行": "621002 621069 621335 621436 622258 622259 622260 622261 622262 623261",
    "中国邮政储蓄银行": "620062 620529 621095 621096 621098 621285 621582 621599 621622 621674 621797 621798 621799 622150 622151"
    " 622180 622181 622188 622199 623218 623219",
    "招商银行": "621286 621299 621483 621485 621486 622580 622588 622598 622609 623126 623136",
    "中信银行": "621767 621768 621770 621771 621772 621773 622690 622691 622692 622696 622698 622998 622999",
    "中国光大银行": "620535 621489 621490 621491 621492 622660 622661 622662 622663 622664 622665 622666 622667 622668 622669"
    " 622670 622671 622672 622673",
    "中国民生银行": "621691 622615 622616 622617 622618 622619 622620 622622 623258",
    "上海浦东发展银行": "621351 621352 621390 621791 621792 621793 621795 621796 622516 622517 622518 622519 622520 622521 622522"
    " 622523 623250",
    "兴业银行": "622902 622908 622909 622571",
    "平安银行": "621626 622155 622156 622298 622535 622536 622538 622539 622983 622986 622989 623058 623269",
    "华夏银行": "621222 622630 622631 622632 622633 623020 623021 623022 623023",
    "广发银行": "620037 621462 622555 622556 622557 622558 622559 622560 622568 623259 623506",
}
_BANK_OF = {prefix: bank for bank, prefixes in _BANKS.items() for prefix in prefixes.split()}
# How people write them: one of these words stands in the name.
_WORDS = {
    "中国工商银行": ("工商", "工行"),
    "中国农业银行": ("农业", "农行"),
    "中国银行": ("中国银行", "中行"),
    "中国建设银行": ("建设", "建行"),
    "交通银行": ("交通", "交行"),
    "中国邮政储蓄银行": ("邮政", "邮储"),
    "招商银行": ("招商", "招行"),
    "中信银行": ("中信",),
    "中国光大银行": ("光大",),
    "中国民生银行": ("民生",),
    "上海浦东发展银行": ("浦东", "浦发"),
    "兴业银行": ("兴业",),
    "平安银行": ("平安",),
    "华夏银行": ("华夏",),
    "广发银行": ("广发", "广东发展"),
}


def is_card(number: str) -> bool:
    """Tell whether ``number`` is that of a card of UnionPay, as far as its beginning and length say."""
    return number.isdecimal() and number.startswith("62") and len(number) in CARD


def fits(number: str) -> bool:
    """Tell whether the last digit of a card is the one that follows from the others."""
    total = 0
    for at, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def bank_of(number: str) -> str:
    """Return the bank whose card ``number`` is; empty where that is not known."""
    return _BANK_OF.get(number[:6], "") if number.isdecimal() and len(number) in CARD else ""


def is_of_bank(number: str, bank: str) -> bool:
    """Tell whether ``number`` may be a card of ``bank`` as somebody has written it: unknown cards may be of any."""
    known = bank_of(number)
    return not known or any(word in bank for word in _WORDS[known])
