"""The Merkle root of RFC 6962 over hashed leaves."""

from collections.abc import Callable, Iterable, Sequence
from itertools import repeat

HashAll = Callable[[Iterable[bytes]], list[bytes]]


def merkle_root(leaves: Sequence[bytes], hash_all: HashAll) -> bytes:
    """Root over ``leaves`` in the given order; a leaf alone is its own root, none gives H("").

    Pairing neighbours and letting an odd last one rise unchanged builds the same tree
    as splitting at the largest power of two.
    """
    if not leaves:
        return hash_all([b""])[0]
    row = leaves
    while len(row) > 1:
        pairs = iter(row)
        above = hash_all(map(b"".join, zip(repeat(b"\x01"), pairs, pairs, strict=False)))
        row = [*above, *row[len(above) * 2 :]]
    return row[0]
