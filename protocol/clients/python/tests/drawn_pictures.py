"""Pictures for tests and measurements: PNG files, without a library."""

from __future__ import annotations

import random
import struct
import zlib


def png(width: int, height: int, pixels: bytes) -> bytes:
    """A picture of 8-bit RGB."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + pixels[row * 3 * width : (row + 1) * 3 * width] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def drawn(seed: int, side: int = 48, rectangles: int = 4) -> bytes:
    """Rectangles on a ground, each side of them up to half of the picture's `side`."""
    chance = random.Random(seed)
    pixels = bytearray(bytes(chance.randrange(256) for _ in range(3)) * side * side)
    for _ in range(rectangles):
        left, top = chance.randrange(side), chance.randrange(side)
        colour = bytes(chance.randrange(256) for _ in range(3))
        for row in range(top, min(side, top + chance.randrange(side // 12, side // 2))):
            right = min(side, left + chance.randrange(side // 12, side // 2))
            pixels[3 * (row * side + left) : 3 * (row * side + right)] = colour * (right - left)
    return png(side, side, bytes(pixels))
