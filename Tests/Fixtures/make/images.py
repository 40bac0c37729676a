"""Makes the reference data of the Images tests with Pillow and transformers.

    python Tests/Fixtures/make/images.py

writes Tests/Fixtures/images and Tests/Fixtures/fuzz/images. Everything is drawn from SEED; the manifest
names the versions and the SHA-256 of every file.
"""

import hashlib
import io
import json
import logging
import platform
import struct
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
import PIL
import torch
import transformers
from PIL import Image, PngImagePlugin, features
from transformers.image_processing_utils import select_best_resolution
from transformers.image_transforms import convert_to_rgb
from transformers.image_utils import load_image
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.llava_next.modeling_llava_next import unpad_image
from transformers.models.llava_next.processing_llava_next import LlavaNextProcessor

SEED = 20260
HERE = Path(__file__).resolve().parent.parent
OUT = HERE / "images"
FUZZ = HERE / "fuzz" / "images"
random = np.random.default_rng(SEED)
warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
torch.set_num_threads(1)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def fnv(data):
    """FNV-1a over bytes, 64 bits: small enough to compute in a test without a library."""
    h = 0xCBF29CE484222325
    for b in data:
        h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{h:016x}"


def scene(width, height, channels=3):
    """Gradients, edges and noise, so that every filter tap and every chroma block matters."""
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for c in range(channels):
        plane = 127 + 90 * np.sin((x * (c + 1)) / 7.0) * np.cos(y / (5.0 + c))
        plane[height // 4 : height // 2 + 1, width // 3 : width // 2 + 1] = 255 * (c % 2)
        planes.append(np.clip(plane + random.normal(0, 20, plane.shape), 0, 255))
    return np.stack(planes, axis=-1).astype(np.uint8)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width, height, depth, color, rows, *before, interlace=0):
    """A PNG from raw scan lines (each without its filter byte), with extra chunks before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    data = b"".join(b"\0" + bytes(r) for r in rows)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(before)
        + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    )


def saved(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def interlaced(image):
    """Adam7 by hand: Pillow does not write it."""
    a = np.asarray(image)
    h, w = a.shape[:2]
    rows = b""
    for y0, x0, dy, dx in [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]:
        part = a[y0::dy, x0::dx]
        if part.size:
            rows += b"".join(b"\0" + r.tobytes() for r in part)
    header = struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def exif_block(orientation, endian="<", kind=3, count=1, entries=None):
    mark = b"II*\0" if endian == "<" else b"MM\0*"
    value = struct.pack(endian + "H", orientation) + b"\0\0" if kind == 3 else struct.pack(endian + "I", orientation)
    extra = entries or []
    body = struct.pack(endian + "H", 1 + len(extra)) + b"".join(extra)
    body += struct.pack(endian + "HHI", 274, kind, count) + value + b"\0\0\0\0"
    return mark + struct.pack(endian + "I", 8) + body


files = {}


def add(name, data):
    files[name] = data


def png_files():
    rgb = Image.fromarray(scene(13, 9))
    add("rgb.png", saved(rgb))
    add("grey.png", saved(Image.fromarray(scene(13, 9, 1)[..., 0])))
    add("grey-key.png", saved(Image.fromarray(np.arange(117, dtype=np.uint8).reshape(9, 13)), transparency=5))
    la = np.dstack([scene(17, 16, 1)[..., 0], np.arange(272).reshape(16, 17) % 256]).astype(np.uint8)
    add("grey-alpha.png", saved(Image.fromarray(la)))
    rgba = np.dstack([scene(256, 8), np.tile(np.arange(256), (8, 1))]).astype(np.uint8)
    add("rgba.png", saved(Image.fromarray(rgba)))
    key = scene(13, 9)
    key[2:4] = (6, 7, 8)
    add("rgb-key.png", saved(Image.fromarray(key), transparency=(6, 7, 8)))
    p = rgb.quantize(20)
    add("palette.png", saved(p))
    add("palette-key.png", saved(p, transparency=3))
    add("palette-alpha.png", saved(p, transparency=bytes(range(0, 200, 10))))
    add("palette-2bit.png", saved(rgb.quantize(4), bits=2))
    add("palette-1bit.png", saved(rgb.quantize(2), bits=1))
    twins = Image.fromarray((np.arange(117) % 6).astype(np.uint8).reshape(9, 13), "P")
    twins.putpalette([10, 20, 30, 40, 50, 60, 10, 20, 30, 70, 80, 90, 1, 2, 3, 9, 9, 9])
    add("palette-twins.png", saved(twins, transparency=0))
    short = [[0, 1, 2, 3, 200, 255]] * 3
    add("palette-short.png", png(6, 3, 8, 3, short, chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60]))))
    add("palette-short-alpha.png", png(
        6, 3, 8, 3, short, chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60])), chunk(b"tRNS", bytes([0, 99]))))
    add("bilevel.png", saved(Image.fromarray(scene(13, 9, 1)[..., 0]).convert("1")))
    add("bilevel-key-white.png", saved(Image.fromarray(scene(13, 9, 1)[..., 0]).convert("1"), transparency=1))
    add("bilevel-key-black.png", saved(Image.fromarray(scene(13, 9, 1)[..., 0]).convert("1"), transparency=0))
    for depth in (2, 4):
        rows = [random.integers(0, 256, (13 * depth + 7) // 8).tolist() for _ in range(9)]
        add(f"grey-{depth}bit.png", png(13, 9, depth, 0, rows))
        for t in (1, 85, 51):
            add(f"grey-{depth}bit-key-{t}.png", png(13, 9, depth, 0, rows, chunk(b"tRNS", struct.pack(">H", t))))
    levels = np.array([[0, 1, 44, 100, 127, 128, 254, 255, 256, 257, 300, 1000, 32768, 65280, 65535]], dtype=np.uint16)
    add("grey-16bit.png", saved(Image.fromarray(levels)))
    for t in (100, 300, 255, 65535, 0, 512):
        add(f"grey-16bit-key-{t}.png", saved(Image.fromarray(levels), transparency=t))
    add("grey-key-300.png", png(
        13, 9, 8, 0, np.arange(117).reshape(9, 13).tolist(), chunk(b"tRNS", struct.pack(">H", 300))))
    add("grey-key-300-with-255.png", png(
        4, 1, 8, 0, [[44, 255, 43, 254]], chunk(b"tRNS", struct.pack(">H", 300))))
    wide = random.integers(0, 65536, (9, 13, 4))
    wide[3] = (0x1206, 0x3407, 0x5608, 0x0001)
    for c, k in ((2, 3), (6, 4)):
        add(f"rgb{'a' if c == 6 else ''}-16bit.png", png(
            13, 9, 16, c, [r[:, :k].astype(">u2").tobytes() for r in wide]))
    add("rgb-16bit-key.png", png(
        13, 9, 16, 2, [r[:, :3].astype(">u2").tobytes() for r in wide],
        chunk(b"tRNS", struct.pack(">HHH", 0x1206, 0x3407, 0x5608))))
    low = wide.copy()
    low[4] = (0x06FF, 0x07FF, 0x08FF, 0)
    add("rgb-16bit-key-low.png", png(
        13, 9, 16, 2, [r[:, :3].astype(">u2").tobytes() for r in low],
        chunk(b"tRNS", struct.pack(">HHH", 0x1206, 0x3407, 0x5608))))
    add("grey-alpha-16bit.png", png(13, 9, 16, 4, [r[:, :2].astype(">u2").tobytes() for r in wide]))
    add("interlaced.png", interlaced(Image.fromarray(scene(21, 19))))
    frames = [Image.fromarray(scene(13, 9)) for _ in range(3)]
    add("animated.png", saved(frames[0], save_all=True, append_images=frames[1:]))
    add("one-pixel.png", saved(Image.new("RGB", (1, 1), (12, 200, 99))))
    add("gamma.png", png(
        3, 1, 8, 2, [[1, 2, 3, 100, 110, 120, 250, 251, 252]], chunk(b"gAMA", struct.pack(">I", 100000)),
        chunk(b"iCCP", b"x\0\0" + zlib.compress(b"no profile"))))


def orientation_files():
    upright = Image.fromarray(scene(12, 7))
    plain = scene(12, 7).tolist()
    rows = [sum(r, []) for r in plain]
    for o in range(0, 10):
        add(f"orientation-{o}.png", png(12, 7, 8, 2, rows, chunk(b"eXIf", exif_block(o))))
    big = Image.fromarray(scene(40, 24))
    for o in range(1, 9):
        exif = Image.Exif()
        exif[274] = o
        add(f"orientation-{o}.jpg", saved(big, "JPEG", quality=85, exif=exif))
    add("orientation-big-endian.png", png(12, 7, 8, 2, rows, chunk(b"eXIf", exif_block(6, ">"))))
    add("orientation-long.png", png(12, 7, 8, 2, rows, chunk(b"eXIf", exif_block(8, "<", 4))))
    add("orientation-two-values.png", png(12, 7, 8, 2, rows, chunk(b"eXIf", exif_block(6, "<", 3, 2))))
    three = exif_block(0)[:10] + struct.pack("<HHII", 274, 3, 3, 26) + b"\0\0\0\0" + struct.pack("<HHH", 4, 9, 9)
    add("orientation-three-values.png", png(12, 7, 8, 2, rows, chunk(b"eXIf", three)))
    add("orientation-byte.png", png(12, 7, 8, 2, rows, chunk(b"eXIf", exif_block(6, kind=1))))
    first = struct.pack("<HHI", 274, 3, 1) + struct.pack("<HH", 3, 0)
    add("orientation-twice.png", png(12, 7, 8, 2, rows, chunk(b"eXIf", exif_block(6, entries=[first]))))
    profile = b"Raw profile type exif\0\nexif\n      26\n" + exif_block(5).hex().encode()
    add("orientation-text.png", png(12, 7, 8, 2, rows, chunk(b"tEXt", profile)))
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="7"/></x:xmpmeta>'
    add("orientation-xmp.png", png(
        12, 7, 8, 2, rows, chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)))
    add("orientation-xmp.jpg", saved(big, "JPEG", xmp=b"<tiff:Orientation>8</tiff:Orientation>"))
    after = png(12, 7, 8, 2, rows)
    add("orientation-after-pixels.png", after[:-12] + chunk(b"eXIf", exif_block(3)) + after[-12:])
    del upright


def jpeg_files():
    photo = Image.fromarray(scene(75, 51))
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        add(f"photo-{name}.jpg", saved(photo, "JPEG", quality=80, subsampling=sampling))
    # Pillow writes neither 4:4:0 nor 4:1:1. A square picture has as many blocks a unit either way, so changing the
    # sampling factors gives a valid file of a scrambled picture.
    square = Image.fromarray(scene(64, 64))
    for name, sampling, old, new in (("440", 1, 0x21, 0x12), ("411", 2, 0x22, 0x41)):
        data = bytearray(saved(square, "JPEG", quality=80, subsampling=sampling))
        where = data.find(b"\xff\xc0") + 11
        assert data[where] == old
        data[where] = new
        add(f"scrambled-{name}.jpg", bytes(data))
    add("photo-progressive-420.jpg", saved(photo, "JPEG", quality=75, progressive=True))
    add("photo-progressive-444.jpg", saved(photo, "JPEG", quality=90, progressive=True, subsampling=0))
    add("photo-low.jpg", saved(photo, "JPEG", quality=5))
    add("photo-restart.jpg", saved(photo, "JPEG", quality=70, restart_marker_blocks=2))
    add("photo-optimised.jpg", saved(photo, "JPEG", quality=60, optimize=True))
    add("photo-rgb.jpg", saved(photo, "JPEG", quality=85, keep_rgb=True))
    add("grey.jpg", saved(photo.convert("L"), "JPEG", quality=80))
    add("grey-progressive.jpg", saved(photo.convert("L"), "JPEG", quality=80, progressive=True))
    add("cmyk.jpg", saved(Image.fromarray(scene(33, 20, 4), "CMYK"), "JPEG", quality=85))
    data = bytearray(saved(Image.fromarray(scene(33, 20, 4), "CMYK"), "JPEG", quality=85))
    where = data.find(b"Adobe")
    data[where + 11] = 2
    add("ycck.jpg", bytes(data))
    add("one-pixel.jpg", saved(Image.new("RGB", (1, 1), (200, 30, 60)), "JPEG", subsampling=2))
    add("odd-420.jpg", saved(Image.fromarray(scene(17, 1)), "JPEG", subsampling=2))
    add("tall-420.jpg", saved(Image.fromarray(scene(1, 33)), "JPEG", subsampling=2))


def webp_files():
    photo = Image.fromarray(scene(75, 51))
    rgba = Image.fromarray(np.dstack([scene(40, 24), np.tile(np.arange(40) * 6, (24, 1))]).astype(np.uint8))
    add("photo.webp", saved(photo, "WEBP", quality=80))
    add("photo-low.webp", saved(photo, "WEBP", quality=5, method=6))
    add("odd.webp", saved(Image.fromarray(scene(17, 1)), "WEBP", quality=90))
    add("lossless.webp", saved(photo, "WEBP", lossless=True))
    add("lossless-palette.webp", saved(photo.quantize(8).convert("RGB"), "WEBP", lossless=True))
    add("lossless-alpha.webp", saved(rgba, "WEBP", lossless=True, exact=True))
    add("lossy-alpha.webp", saved(rgba, "WEBP", quality=70))
    add("one-pixel.webp", saved(Image.new("RGB", (1, 1), (9, 99, 199)), "WEBP", lossless=True))
    frames = [Image.fromarray(scene(33, 20)) for _ in range(3)]
    add("animated.webp", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True))
    clear = Image.new("RGBA", (33, 20), (10, 20, 30, 0))
    clear.paste(rgba.crop((0, 0, 9, 7)), (5, 6))
    add("animated-alpha.webp", saved(clear, "WEBP", save_all=True, append_images=[rgba.resize((33, 20))], lossless=True))
    unflagged = bytearray(files["lossy-alpha.webp"])
    unflagged[20] &= ~0x10
    add("unflagged-alpha.webp", bytes(unflagged))
    for o in (1, 3, 6, 8):
        exif = Image.Exif()
        exif[274] = o
        add(f"orientation-{o}.webp", saved(photo, "WEBP", lossless=True, exif=exif))
    add("orientation-xmp.webp", saved(
        photo, "WEBP", lossless=True, xmp=b'<rdf:Description tiff:Orientation="5"/>'))


def gif(screen, frames, palette=None, background=0, trailer=b";"):
    """A GIF by hand: frames of (left, top, picture of indices, interlaced, palette, transparent entry)."""
    def table(colors):
        return b"".join(bytes(c) for c in colors) + bytes(3 * ((1 << bits(colors)) - len(colors)))

    def bits(colors):
        return max(1, (len(colors) - 1).bit_length())

    out = b"GIF89a" + struct.pack("<HH", *screen)
    out += bytes([0x80 | bits(palette) - 1 if palette else 0, background, 0]) + (table(palette) if palette else b"")
    for left, top, indices, interlaced, own, transparent in frames:
        if transparent is not None:
            out += b"!\xf9\x04" + bytes([1, 0, 0, transparent, 0])
        h, w = indices.shape
        flags = (0x40 if interlaced else 0) | (0x80 | bits(own) - 1 if own else 0)
        out += b"," + struct.pack("<HHHH", left, top, w, h) + bytes([flags]) + (table(own) if own else b"")
        order = [y for a, b in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(a, h, b)] if interlaced else range(h)
        # Codes of nine bits, a clear code before each 200, so that they never grow.
        values = [int(v) for y in order for v in indices[y]]
        codes = []
        for start in range(0, len(values), 200):
            codes += [256, *values[start:start + 200]]
        stream = sum(c << (9 * i) for i, c in enumerate([*codes, 257]))
        data = stream.to_bytes((9 * (len(codes) + 1) + 7) // 8, "little")
        out += b"\x08" + b"".join(bytes([len(d)]) + d for d in (data[i:i + 255] for i in range(0, len(data), 255))) + b"\0"
    return out + trailer


def gif_files():
    photo = Image.fromarray(scene(45, 31))
    add("palette.gif", saved(photo.quantize(64), "GIF"))
    add("palette-interlaced.gif", saved(photo.quantize(200), "GIF", interlace=True))
    add("palette-key.gif", saved(photo.quantize(20), "GIF", transparency=3))
    add("grey.gif", saved(photo.convert("L"), "GIF"))
    add("bilevel.gif", saved(photo.convert("1"), "GIF"))
    add("one-pixel.gif", saved(Image.new("P", (1, 1), 0), "GIF"))
    frames = [Image.fromarray(scene(20, 15)).quantize(16) for _ in range(3)]
    add("animated.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    colors = [(200, 10, 10), (10, 200, 10), (10, 10, 200), (250, 250, 0), (200, 10, 10)]
    indices = (np.arange(7 * 11).reshape(7, 11) % 5).astype(np.uint8)
    add("offset.gif", gif((20, 12), [(3, 4, indices, False, None, None)], colors))
    add("offset-key.gif", gif((20, 12), [(3, 4, indices, False, None, 2)], colors))
    add("twins-key.gif", gif((11, 7), [(0, 0, indices, False, None, 0)], colors))
    add("beyond-screen.gif", gif((8, 5), [(2, 1, indices, True, None, None)], colors))
    add("own-palette.gif", gif((11, 7), [(0, 0, indices, True, colors[::-1], None)], [(1, 2, 3)] * 4))
    wide = (np.arange(9 * 30).reshape(9, 30) % 256).astype(np.uint8)
    add("short-palette.gif", gif((30, 9), [(0, 0, wide, False, None, None)], colors))
    add("short-palette-key.gif", gif((30, 9), [(0, 0, wide, False, None, 200)], colors))
    add("no-palette.gif", gif((30, 9), [(0, 0, wide, False, None, None)]))
    add("no-palette-key.gif", gif((30, 9), [(0, 0, wide, True, None, 77)]))
    add("grey-palette.gif", gif((30, 9), [(0, 0, wide, False, None, 5)], [(i, i, i) for i in range(256)]))
    add("no-trailer.gif", gif((11, 7), [(0, 0, indices, False, None, None)], colors, trailer=b""))


def bmp(width, height, bits, rows, palette=b"", size=40, compression=0, colors=0, masks=b"", flipped=False, gap=0):
    """A BMP from rows as they are stored, from below unless `flipped`."""
    data = rows if isinstance(rows, bytes) else b"".join(bytes(r) + bytes(-len(r) % 4) for r in rows)
    if size == 12:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", size, width, -height if flipped else height, 1, bits, compression,
                             len(data), 2835, 2835, colors, 0)
        header += (masks + bytes(size))[:size - 40] if size > 40 else b""
    extra = masks if size == 40 else b""
    start = 14 + len(header) + len(extra) + len(palette) + gap
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + extra + palette + bytes(gap) + data


def bmp_files():
    photo = Image.fromarray(scene(45, 31))
    add("rgb.bmp", saved(photo, "BMP"))
    add("palette.bmp", saved(photo.quantize(64), "BMP"))
    add("grey.bmp", saved(photo.convert("L"), "BMP"))
    add("bilevel.bmp", saved(photo.convert("1"), "BMP"))
    add("rgba.bmp", saved(Image.fromarray(np.dstack([scene(20, 9), np.tile(np.arange(20) * 12, (9, 1))]).astype(np.uint8)), "BMP"))
    table = random.integers(0, 256, (256, 4)).astype(np.uint8)
    indices = random.integers(0, 16, (5, 13)).astype(np.uint8)
    halves = [bytes((r[i] << 4) | (r[i + 1] if i + 1 < 13 else 0) for i in range(0, 13, 2)) for r in indices]
    bit_rows = [np.packbits(r & 1).tobytes() for r in indices]
    add("four-bit.bmp", bmp(13, 5, 4, halves, table[:16].tobytes()))
    add("four-bit-few.bmp", bmp(13, 5, 4, halves, table[:10].tobytes(), colors=10))
    add("one-bit.bmp", bmp(13, 5, 1, bit_rows, table[:2].tobytes()))
    add("eight-bit-few.bmp", bmp(13, 5, 8, [r.tobytes() for r in indices], table[:9].tobytes(), colors=9, flipped=True))
    add("eight-bit-gap.bmp", bmp(13, 5, 8, [r.tobytes() for r in indices], table.tobytes(), gap=6))
    add("old.bmp", bmp(13, 5, 4, halves, table[:16, :3].tobytes(), size=12))
    add("old-rgb.bmp", bmp(4, 3, 24, [bytes(range(12))] * 3, size=12))
    words = [random.integers(0, 65536, 11).astype("<u2").tobytes() for _ in range(6)]
    add("sixteen-bit.bmp", bmp(11, 6, 16, words))
    add("sixteen-bit-565.bmp", bmp(11, 6, 16, words, compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
    add("sixteen-bit-555.bmp", bmp(11, 6, 16, words, compression=3, masks=struct.pack("<III", 0x7C00, 0x3E0, 0x1F), flipped=True))
    longs = [random.integers(0, 256, 36).astype(np.uint8).tobytes() for _ in range(5)]
    add("thirty-two-bit.bmp", bmp(9, 5, 32, longs, flipped=True))
    for number, masks in enumerate([
            (0xFF0000, 0xFF00, 0xFF, 0), (0xFF000000, 0xFF0000, 0xFF00, 0), (0xFF000000, 0xFF00, 0xFF, 0),
            (0xFF000000, 0xFF0000, 0xFF00, 0xFF), (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
            (0xFF0000, 0xFF00, 0xFF, 0xFF000000), (0xFF000000, 0xFF00, 0xFF, 0xFF0000), (0, 0, 0, 0)]):
        add(f"masks-{number}.bmp", bmp(9, 5, 32, longs, size=124, compression=3, masks=struct.pack("<IIII", *masks)))
    add("masks-short.bmp", bmp(9, 5, 32, longs, compression=3, masks=struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)))
    add("masks-52.bmp", bmp(9, 5, 32, longs, size=52, compression=3, masks=struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)))
    runs = bytes([5, 7, 0, 3, 1, 2, 3, 0, 5, 9, 0, 0, 13, 4, 0, 0, 0, 2, 3, 1, 4, 8, 6, 3, 0, 0, 0, 4, 9, 8, 7, 6, 9, 5, 0, 1])
    add("runs-8.bmp", bmp(13, 5, 8, runs, table.tobytes(), compression=1))
    halves = bytes([5, 0x12, 0, 5, 0x34, 0x56, 0x70, 0, 3, 0xAB, 0, 0, 13, 0x45, 0, 0, 13, 0x11, 0, 0, 13, 0x23, 0, 0, 13, 0x9F, 0, 1])
    add("runs-4.bmp", bmp(13, 5, 4, halves, table[:16].tobytes(), compression=2))


def decoded():
    """What each file becomes on the two ways into the processor."""
    entries = []
    for name, data in files.items():
        (OUT / name).write_bytes(data)
        path = load_image(str(OUT / name))
        loaded = convert_to_rgb(path, return_numpy=True)
        opened = convert_to_rgb(Image.open(OUT / name), return_numpy=True)
        entries.append({
            "file": name,
            "loaded": {"width": loaded.shape[1], "height": loaded.shape[0], "hash": fnv(loaded.tobytes())},
            "opened": {"width": opened.shape[1], "height": opened.shape[0], "hash": fnv(opened.tobytes())},
        })
        # The slow processor must agree with the two steps above.
        if name in ("rgba.png", "orientation-6.png", "rgb-key.png"):
            p = LlavaNextImageProcessorPil(size={"shortest_edge": 8}, crop_size=8, image_grid_pinpoints=[[8, 16]])
            a = p(str(OUT / name) if False else load_image(str(OUT / name)), return_tensors="np")
            b = p(Image.fromarray(loaded), return_tensors="np")
            assert np.array_equal(a["pixel_values"], b["pixel_values"])
    return entries


def pattern(width, height, seed):
    """A picture that a test can make itself: a 32-bit xorshift, one byte a step."""
    out = bytearray(width * height * 3)
    state = seed
    for i in range(len(out)):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        out[i] = (state >> 11) & 0xFF
    return np.frombuffer(bytes(out), dtype=np.uint8).reshape(height, width, 3)


def resizes():
    """Pillow 13 as it is, and its two passes called one by one in the old order."""
    cases = []
    sizes = [(1, 1, 8, 8), (8, 8, 1, 1), (3, 50, 20, 20), (50, 3, 20, 20), (64, 48, 33, 33), (48, 64, 33, 33),
             (20, 20, 64, 33), (20, 64, 20, 21), (64, 20, 21, 20), (100, 7, 7, 100), (1, 90, 30, 30), (90, 1, 30, 30),
             (17, 33, 17, 33)]
    sizes += [tuple(int(v) for v in random.integers(1, 70, 4)) for _ in range(27)]
    for index, (w, h, nw, nh) in enumerate(sizes):
        image = Image.fromarray(pattern(w, h, index + 1))
        for code in range(6):
            if code in (4, 5) and index % 4:
                continue
            now = image.resize((nw, nh), code)
            old = now if code == 0 else image.resize((nw, h), code).resize((nw, nh), code)
            cases.append({"width": w, "height": h, "newWidth": nw, "newHeight": nh, "seed": index + 1, "filter": code,
                          "pillow13": fnv(now.tobytes()), "horizontalFirst": fnv(old.tobytes())})
    return cases


def tilings():
    """transformers' pixel values and geometry, for the Pillow in use."""
    cases = []
    settings = [
        (16, [[16, 32], [32, 16], [32, 32], [48, 16], [16, 48]], 3),
        (20, [[20, 40], [40, 20], [40, 40], [60, 20], [20, 60]], 2),
        (14, [[14, 14], [28, 42], [56, 14]], 3),
        (24, [[48, 48], [24, 72]], 1),
    ]
    sizes = [(1, 1), (40, 30), (30, 40), (16, 16), (200, 3), (3, 200), (37, 61), (61, 37), (90, 90), (5, 7)]
    for s, (side, pinpoints, code) in enumerate(settings):
        mean = [0.48145466, 0.4578275, 0.40821073] if s != 1 else [0.5, 0.5, 0.5]
        std = [0.26862954, 0.26130258, 0.27577711] if s != 1 else [0.5, 0.5, 0.5]
        processor = LlavaNextImageProcessorPil(
            size={"shortest_edge": side}, crop_size={"height": side, "width": side}, image_grid_pinpoints=pinpoints,
            resample=code, image_mean=mean, image_std=std)
        for index, (w, h) in enumerate(sizes):
            image = Image.fromarray(pattern(w, h, 100 + index))
            out = processor(image, return_tensors="np")
            values = out["pixel_values"][0].astype("<f4")
            best = select_best_resolution((h, w), pinpoints)
            cases.append({
                "side": side, "pinpoints": pinpoints, "filter": code, "mean": mean, "std": std, "width": w,
                "height": h, "seed": 100 + index, "tiles": len(values), "best": list(best), "hash": fnv(values.tobytes()),
                "first": [float(v) for v in values.reshape(-1)[:3]], "last": [float(v) for v in values.reshape(-1)[-3:]],
            })
    return cases


class Counter(LlavaNextProcessor):
    """The token count needs neither tokenizer nor pixels."""

    def __init__(self, image_processor, patch_size):
        self.image_processor = image_processor
        self.patch_size = patch_size
        self.num_additional_image_tokens = 1


def counts():
    """Best resolution, token count and kept patches for many sizes, by three of transformers' functions."""
    llava = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
    onevision = [[384 * a, 384 * b] for a in range(1, 7) for b in range(1, 7)]
    settings = [(336, 14, llava), (384, 14, onevision), (42, 14, [[42, 84], [84, 42], [84, 84]]), (56, 8, [[56, 168], [112, 112]])]
    sizes = [(336, 336), (640, 480), (1024, 899), (1, 1), (1, 3000), (3000, 1), (20, 9000), (9000, 20), (335, 337)]
    sizes += [tuple(int(v) for v in np.exp(random.uniform(0, np.log(6000), 2)).astype(int)) for _ in range(110)]
    cases = []
    for side, patch, pinpoints in settings:
        g = side // patch
        counter = Counter(LlavaNextImageProcessorPil(image_grid_pinpoints=pinpoints), patch)
        for w, h in sizes:
            best = select_best_resolution((h, w), pinpoints)
            rows, columns = best[0] // side * g, best[1] // side * g
            grid = torch.arange(rows * columns).reshape(1, rows, columns)
            kept = unpad_image(grid, (h, w))
            ids = kept.reshape(-1)
            count = counter._get_number_of_features(h, w, side, side) - 1
            assert count == g * g + kept.shape[1] * (kept.shape[2] + 1)
            first = int(ids[0]) if len(ids) else -1
            cases.append([side, patch, w, h, *best, rows, columns, kept.shape[1], kept.shape[2], first, count])
    return {"pinpoints": {str(s): p for s, _, p in settings}, "columns":
            "side patch width height bestHeight bestWidth rows columns keptRows keptColumns firstKept tokens".split(),
            "cases": cases}


def masks():
    """The dimming of the paper's pipeline: black composited over the picture by a mask of 224, resized by Pillow."""
    cases = []
    for index, (w, h, g) in enumerate([(48, 48, 6), (50, 31, 5), (24, 24, 24)]):
        picture = Image.fromarray(pattern(w, h, 50 + index))
        active = random.random((g, g)) < 0.3
        mask = Image.fromarray(np.where(active, 0, 224).astype(np.uint8))
        for code in (0, 2):
            out = Image.composite(Image.new("RGB", (w, h)), picture, mask.resize((w, h), code))
            cases.append({"width": w, "height": h, "seed": 50 + index, "side": g, "filter": code,
                          "active": active.reshape(-1).astype(int).tolist(), "hash": fnv(out.tobytes())})
    return cases


def fuzz_corpus():
    FUZZ.mkdir(parents=True, exist_ok=True)
    for name in ("rgb.png", "grey-16bit.png", "palette-alpha.png", "interlaced.png", "orientation-text.png",
                 "orientation-xmp.png", "rgba-16bit.png", "orientation-6.jpg", "photo-progressive-420.jpg", "cmyk.jpg",
                 "grey.jpg", "photo-restart.jpg", "photo.webp", "lossless-alpha.webp", "lossy-alpha.webp",
                 "animated-alpha.webp", "orientation-6.webp", "palette-interlaced.gif", "offset-key.gif",
                 "beyond-screen.gif", "animated.gif", "no-palette-key.gif", "four-bit.bmp", "sixteen-bit-565.bmp",
                 "masks-4.bmp", "runs-8.bmp", "runs-4.bmp", "old.bmp"):
        (FUZZ / name).write_bytes(files[name])


def main():
    global random
    OUT.mkdir(parents=True, exist_ok=True)
    png_files()
    orientation_files()
    jpeg_files()
    # From numbers of their own, so that what follows stays what it was.
    kept, random = random, np.random.default_rng(SEED + 1)
    webp_files()
    gif_files()
    bmp_files()
    random = kept
    data = {"decoded": decoded(), "resizes": resizes(), "tilings": tilings(), "counts": counts(), "masks": masks()}
    for name, value in data.items():
        lines = value if isinstance(value, list) else value["cases"]
        text = "[\n" + ",\n".join(json.dumps(v) for v in lines) + "\n]"
        if isinstance(value, dict):
            rest = {k: v for k, v in value.items() if k != "cases"}
            text = json.dumps(rest)[:-1] + ', "cases": ' + text + "}"
        (OUT / f"{name}.json").write_text(text + "\n")
    fuzz_corpus()
    names = sorted(p for p in [*OUT.iterdir(), *FUZZ.iterdir()] if p.name != "MANIFEST.json")
    manifest = {
        "script": "Tests/Fixtures/make/images.py",
        "script_sha256": digest(Path(__file__).read_bytes()),
        "seed": SEED,
        "versions": {
            "python": platform.python_version(), "numpy": np.__version__, "pillow": PIL.__version__,
            "transformers": transformers.__version__, "torch": torch.__version__,
            "libjpeg-turbo": features.version_feature("libjpeg_turbo"), "zlib": features.version_codec("zlib"),
            "libwebp": features.version_module("webp"),
        },
        "files": {str(p.relative_to(HERE)): digest(p.read_bytes()) for p in names},
    }
    (OUT / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(len(names), "files", sum(p.stat().st_size for p in names), "bytes", file=sys.stderr)


main()
