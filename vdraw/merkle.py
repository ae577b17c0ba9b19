"""The Merkle root of RFC 6962 over hashed leaves."""

from collections.abc import Callable, Iterable, Sequence

_SIZE = 32  # of a hash
HashAll = Callable[[Iterable[bytes]], list[bytes]]


def merkle_root(leaves: Sequence[bytes], hash_all: HashAll) -> bytes:
    """Root over ``leaves`` in the given order; a leaf alone is its own root, none gives H("").

    Pairing neighbours and letting an odd last one rise unchanged builds the same tree
    as splitting at the largest power of two.
    """
    if not leaves:
        return hash_all([b""])[0]
    row = b"".join(leaves)
    while len(row) > _SIZE:
        pairs = range(0, len(row) - _SIZE, 2 * _SIZE)
        above = hash_all([b"\x01" + row[at : at + 2 * _SIZE] for at in pairs])
        odd = row[len(pairs) * 2 * _SIZE :]
        row = b"".join(above) + odd
    return row
