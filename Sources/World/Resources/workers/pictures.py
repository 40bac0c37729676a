"""Files of pictures: which one it is, and the grey levels of a mask."""

import base64
import binascii
import hashlib
import os
import stat
import struct
import zlib

FILE_LIMIT = 256 << 20
PIXEL_LIMIT = 100_000_000


class ItemError(Exception):
    """One picture or text has no result."""


def digest(image):
    """SHA-256 of a picture's file, which a request names or brings."""
    if image.get("bytes") is not None:
        try:
            return hashlib.sha256(base64.b64decode(image["bytes"], validate=True)).hexdigest()
        except (binascii.Error, ValueError) as error:
            raise ItemError(f"its bytes are no base64: {error}") from None
    return hashlib.sha256(contents(image["path"])).hexdigest()


def contents(path):
    """A file's bytes."""
    try:
        # A pipe or a device is opened without waiting, and refused.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise ItemError(f"{path[:300]} is no file")
            if facts.st_size > FILE_LIMIT:
                raise ItemError(f"{path[:300]} has {facts.st_size} bytes, expected at most {FILE_LIMIT}")
            return file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise ItemError(f"{path[:300]}: {error.strerror or error}") from None


def grey_levels(path):
    """Width, height and the levels of a PNG of 8 bits, row by row: grey, or RGB in which all are alike."""
    width, height, channels, packed = _chunks(contents(path), path)
    stride = width * channels
    reader = zlib.decompressobj()
    try:
        data = reader.decompress(packed, height * (stride + 1) + 1)
    except zlib.error as error:
        raise ItemError(f"the PNG {path} cannot be decoded: {error}") from None
    if len(data) != height * (stride + 1):
        raise ItemError(f"the PNG {path} has {len(data)} bytes of rows, expected {height * (stride + 1)}")
    levels = bytearray()
    row = bytes(stride)
    for start in range(0, len(data), stride + 1):
        row = _unfiltered(data[start], data[start + 1 : start + 1 + stride], row, channels, path)
        if channels == 3 and not row[0::3] == row[1::3] == row[2::3]:
            raise ItemError(f"the mask {path} is not greyscale")
        levels += row[::channels]
    return width, height, bytes(levels)


def _chunks(data, path):
    """Width, height, channels and the compressed rows."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ItemError(f"{path} is no PNG")
    place, header, packed = 8, None, []
    while place + 12 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        if data[place + 8 + length : place + 12 + length] != struct.pack(">I", zlib.crc32(kind + body)):
            raise ItemError(f"the PNG {path} is damaged")
        place += 12 + length
        if kind == b"IHDR" and length == 13:
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed.append(body)
        elif kind == b"IEND":
            break
    if header is None:
        raise ItemError(f"the PNG {path} has no header")
    width, height, bits, colour, _, _, interlaced = header
    if bits != 8 or colour not in (0, 2) or interlaced:
        raise ItemError(
            f"the PNG {path} has {bits} bits of colour type {colour}{', interlaced' * interlaced}, "
            "expected 8 bits, grey or RGB, row by row")
    if not 0 < width * height <= PIXEL_LIMIT:
        raise ItemError(f"the PNG {path} has {width} × {height} pixels, expected 1 to {PIXEL_LIMIT:,}")
    return width, height, 3 if colour == 2 else 1, b"".join(packed)


def _unfiltered(kind, line, above, step, path):
    """A row without its filter: PNG specification, section 9."""
    row = bytearray(line)
    if kind == 0:
        return bytes(row)
    if kind > 4:
        raise ItemError(f"the PNG {path} has a row of filter {kind}, expected 0 to 4")
    for index in range(len(row)):
        left = row[index - step] if index >= step else 0
        corner = above[index - step] if index >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[index]
        elif kind == 3:
            guess = (left + above[index]) // 2
        else:
            guess = _nearest(left, above[index], corner)
        row[index] = (row[index] + guess) & 255
    return bytes(row)


def _nearest(left, above, corner):
    """Paeth's choice."""
    estimate = left + above - corner
    far = (abs(estimate - left), abs(estimate - above), abs(estimate - corner))
    if far[0] <= far[1] and far[0] <= far[2]:
        return left
    return above if far[1] <= far[2] else corner
