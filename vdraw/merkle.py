"""The Merkle root of RFC 6962 over hashed leaves."""

from collections.abc import Sequence

from vdraw.hashing import HashFunction


def merkle_root(leaves: Sequence[bytes], digest: HashFunction) -> bytes:
    """Root over ``leaves`` in the given order; a leaf alone is its own root, none gives H("").

    Pairing neighbours and letting an odd last one rise unchanged builds the same tree
    as splitting at the largest power of two.
    """
    if not leaves:
        return digest(b"")
    row = list(leaves)
    while len(row) > 1:
        above = [digest(b"\x01" + row[i] + row[i + 1]) for i in range(0, len(row) - 1, 2)]
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]
