"""Words that people might search for and that are hard to find, taken from the pool itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from expertpool.directory.models import Specialty, Unit
from expertpool.experts.models import Expert

NOBODY = ("龘", "qqqq", "99999999", "不存在的单位")


def hard_words(count: int = 80, *, seed: int = 1) -> list[str]:
    """Return ``count`` different searches: single characters, pairs of them, initials and digits,
    each alone and with others, what nobody has among them."""
    random = Random(seed)  # noqa: S311 (nothing to guess)
    words: dict[str, None] = {}
    for word in _mixed(random, _kinds(random)):
        words[word] = None
        if len(words) == count:
            break
    return list(words)


def _kinds(random: Random) -> list[Sequence[str]]:
    experts = Expert.objects.order_by("pk").only("name", "number")[:500]
    names, numbers = [one.name for one in experts], [one.number for one in experts]
    units = list(Unit.objects.order_by("-pk").values_list("name", flat=True)[:500])
    leaves = Specialty.objects.filter(scheme__active=True, children=None).order_by("code")
    specialties = list(leaves.values_list("name", flat=True))
    texts = names, units, specialties
    initials = [letters[: random.randint(1, 3)] for letters in ("wxm", "lgh", "zjx", "cdd", "ysy")]
    digits = [number[-random.randint(1, 8) :] for number in random.sample(numbers, 20)]
    ones, twos = (
        [_cut(random, name, length) for names in texts for name in random.sample(names, 20)]
        for length in (1, 2)
    )
    surnames = [name[:1] for name in random.sample(names, 20)]
    return [ones, twos, surnames, [*initials, *digits], NOBODY]


def _cut(random: Random, text: str, length: int) -> str:
    start = random.randint(0, max(len(text) - length, 0))
    return text[start : start + length].strip() or text[:1]


def _mixed(random: Random, kinds: Sequence[Sequence[str]]) -> Iterator[str]:
    *words, nobody = kinds
    while True:
        for kind in words:
            yield random.choice(kind)
        for other in kinds:
            yield f"{random.choice(random.choice(words))} {random.choice(other)}"
        yield " ".join(random.choice(random.choice(words)) for _ in range(random.randint(2, 4)))
        yield random.choice(nobody)
