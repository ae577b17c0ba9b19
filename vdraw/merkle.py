"""The Merkle root of RFC 6962 over hashed leaves."""

from collections.abc import Callable, Iterable, Sequence

HashAll = Callable[[Iterable[bytes]], list[bytes]]


def merkle_root(leaves: Sequence[bytes], hash_all: HashAll) -> bytes:
    """Root over ``leaves`` in the given order; a leaf alone is its own root, none gives H("").

    Pairing neighbours and letting an odd last one rise unchanged builds the same tree
    as splitting at the largest power of two.
    """
    if not leaves:
        return hash_all([b""])[0]
    row = list(leaves)
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        above = hash_all(b"\x01" + left + right for left, right in pairs)
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]
