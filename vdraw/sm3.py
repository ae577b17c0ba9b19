"""SM3 (GB/T 32905-2016) in plain Python, for machines whose OpenSSL lacks it."""

import struct

_IV = (
    0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
    0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
)  # fmt: skip
_MASK = 0xFFFFFFFF
_BLOCK = 64


def _rotate(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (32 - bits))) & _MASK


_ROUND_CONSTANTS = tuple(_rotate(0x79CC4519 if j < 16 else 0x7A879D8A, j % 32) for j in range(64))


def sm3_digest(data: bytes) -> bytes:
    """The 32 bytes of SM3 over ``data``."""
    # 55: a block less the mark 80 and the eight bytes of the length.
    zeros = b"\0" * ((55 - len(data)) % _BLOCK)
    padded = data + b"\x80" + zeros + struct.pack(">Q", len(data) * 8)
    state: tuple[int, ...] = _IV
    for start in range(0, len(padded), _BLOCK):
        state = _compress(state, _expand(padded[start : start + _BLOCK]))
    return struct.pack(">8I", *state)


def _expand(block: bytes) -> list[int]:
    words = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _rotate(words[j - 3], 15)
        mixed ^= _rotate(mixed, 15) ^ _rotate(mixed, 23)
        words.append(mixed ^ _rotate(words[j - 13], 7) ^ words[j - 6])
    return words


def _compress(state: tuple[int, ...], words: list[int]) -> tuple[int, ...]:
    a, b, c, d, e, f, g, h = state
    for j, constant in enumerate(_ROUND_CONSTANTS):
        turned = _rotate(a, 12)
        ss1 = _rotate((turned + e + constant) & _MASK, 7)
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & g)
        tt1 = (ff + d + (ss1 ^ turned) + (words[j] ^ words[j + 4])) & _MASK
        tt2 = (gg + h + ss1 + words[j]) & _MASK
        a, b, c, d = tt1, a, _rotate(b, 9), c
        e, f, g, h = tt2 ^ _rotate(tt2, 9) ^ _rotate(tt2, 17), e, _rotate(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))
