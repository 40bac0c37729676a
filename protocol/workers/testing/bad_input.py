"""What every worker refuses, in rows: the same for all, so that one can stand in for another."""

from __future__ import annotations

import base64
import json
from typing import Any

PARSE_ERROR, INVALID_REQUEST, UNKNOWN_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602

#: name, line, code
LINES: list[tuple[str, bytes, int]] = [
    ("garbage", b"\x80\xffgarbage", PARSE_ERROR),
    ("half a message", b'{"jsonrpc":"2.0","id":1,"meth', PARSE_ERROR),
    ("NaN", b'{"jsonrpc":"2.0","id":1,"method":"ground","params":{"items":[],"threshold":NaN}}', PARSE_ERROR),
    ("nested 100,000 deep", b"[" * 100_000, PARSE_ERROR),
    ("a list", b'[{"jsonrpc":"2.0","id":1,"method":"status"}]', INVALID_REQUEST),
    ("no version", b'{"id":1,"method":"status"}', INVALID_REQUEST),
    ("no method", b'{"jsonrpc":"2.0","id":1}', INVALID_REQUEST),
    ("an id that is a list", b'{"jsonrpc":"2.0","id":[1],"method":"status"}', INVALID_REQUEST),
    ("an unknown method", b'{"jsonrpc":"2.0","id":1,"method":"paint"}', UNKNOWN_METHOD),
    ("params that are a list", b'{"jsonrpc":"2.0","id":1,"method":"ground","params":[1]}', INVALID_PARAMS),
]

_IMAGE = {"path": "/a.png"}


def _ground(image: Any = _IMAGE, phrases: Any = ("a",), **more: Any) -> dict[str, Any]:
    return {"items": [{"image": image, "phrases": list(phrases) if isinstance(phrases, tuple) else phrases}], **more}


def _segment(boxes: Any) -> dict[str, Any]:
    return {"items": [{"image": _IMAGE, "boxes": boxes}]}


#: name, method, params, words that its message has
PARAMS: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("another protocol", "initialize", {"protocol": 2}, ("protocol 2", "protocol 1")),
    ("no protocol", "initialize", {}, ("nothing", "protocol 1")),
    ("no items", "ground", {}, ("items", "nothing", "a list")),
    ("items that are a text", "segment", {"items": "all"}, ("items", "'all'")),
    ("257 items", "ground", {"items": _ground()["items"] * 257}, ("items", "257", "256")),
    ("an item that is none", "ground", {"items": [5]}, ("items[0]", "5", "an object")),
    ("257 phrases", "ground", _ground(phrases=("a",) * 257), ("items[0].phrases", "257", "256")),
    ("a blank phrase", "ground", _ground(phrases=("a", "  ")), ("items[0].phrases[1]",)),
    ("a phrase that is a number", "ground", _ground(phrases=(1,)), ("items[0].phrases[0]", "1")),
    ("phrases that are a text", "ground", _ground(phrases="a"), ("items[0].phrases", "a list")),
    ("a threshold of 2", "ground", _ground(threshold=2), ("threshold", "2", "0 to 1")),
    ("a threshold that is a text", "ground", _ground(threshold="low"), ("threshold", "'low'")),
    ("a threshold of true", "ground", _ground(threshold=True), ("threshold", "True")),
    ("no image", "ground", {"items": [{"phrases": ["a"]}]}, ("items[0].image", "nothing")),
    ("an empty image", "ground", _ground(image={}), ("items[0].image", "neither")),
    ("an image from two places", "ground", _ground(image={"path": "/a", "bytes": ""}), ("both",)),
    ("a relative path", "ground", _ground(image={"path": "a.png"}), ("'a.png'", "absolute")),
    ("a path with a zero byte", "ground", _ground(image={"path": "/a\0"}), ("absolute",)),
    ("bytes that are a number", "ground", _ground(image={"bytes": 5}), ("image.bytes", "5")),
    ("257 boxes", "segment", _segment([[0, 0, 1, 1]] * 257), ("items[0].boxes", "257", "256")),
    ("a box of three numbers", "segment", _segment([[0, 0, 1]]), ("items[0].boxes[0]", "a list of 3")),
    ("a box inside out", "segment", _segment([[5, 0, 1, 1]]), ("items[0].boxes[0]", "x0 ≤ x1")),
    ("a box of texts", "segment", _segment([["0", 0, 1, 1]]), ("items[0].boxes[0]",)),
    ("a box of 10^30", "segment", _segment([[0, 0, 10**30, 1]]), ("items[0].boxes[0]",)),
    ("nothing to embed", "embed", {}, ("neither",)),
    ("pictures and texts", "embed", {"images": [], "texts": []}, ("both",)),
    ("257 texts", "embed", {"texts": ["a"] * 257}, ("texts", "257", "256")),
    ("a text that is a number", "embed", {"texts": [1]}, ("texts[0]", "1")),
    ("an image that is a text", "embed", {"images": ["/a.png"]}, ("images[0]",)),
]


def bad_images(folder: Any) -> list[tuple[str, dict[str, str], str]]:
    """name, image, words of the item's error; files are made in `folder`."""
    import os

    text = folder / "text.png"
    text.write_text("no picture")
    (folder / "empty.png").write_bytes(b"")
    pipe = folder / "pipe.png"
    if not pipe.exists():
        os.mkfifo(pipe)
    return [
        ("a file that is gone", {"path": str(folder / "gone.png")}, "No such file"),
        ("a folder", {"path": str(folder)}, ""),
        ("a pipe", {"path": str(pipe)}, "is no file"),
        ("a device", {"path": "/dev/zero"}, "is no file"),
        ("a text", {"path": str(text)}, ""),
        ("an empty file", {"path": str(folder / "empty.png")}, ""),
        ("no base64", {"bytes": "§§§"}, "base64"),
        ("bytes of no picture", {"bytes": base64.b64encode(b"GIF89a").decode()}, ""),
    ]


def long_line(limit: int) -> bytes:
    """A request of one byte more than `limit`."""
    empty = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "embed", "params": {"texts": [""]}})
    head, tail = empty[:-4], empty[-4:]
    return (head + "a" * (limit + 1 - len(empty)) + tail).encode()
