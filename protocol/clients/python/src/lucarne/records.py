"""Results as objects: `result.token_count`, or `result["tokenCount"]` as the wire spells it."""

from __future__ import annotations

import base64
import os
import re
from array import array
from typing import Any, ClassVar, Iterator, Mapping


def camel(name: str) -> str:
    """`token_count` → `tokenCount`."""
    head, *rest = name.rstrip("_").split("_")
    return head + "".join(each[:1].upper() + each[1:] for each in rest)


def snake(name: str) -> str:
    """`tokenCount` → `token_count`; `l0` stays."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), name)


class Record:
    """An object of the wire. Members are attributes; those a schema names and the kernel left out are None.

    It is no dict, because members such as `items` would hide its methods; `to_dict()` gives one.
    """

    _members: ClassVar[Mapping[str, type | None]] = {}

    def __init__(self, wire: Mapping[str, Any] | None = None, **members: Any):
        values = dict(wire or {})
        values.update({camel(name): value for name, value in members.items()})
        self._wire = {
            name: read(value, self._members.get(name)) for name, value in values.items()
        }

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_wire":
            raise AttributeError(name)
        wire = camel(name)
        if wire in self._wire:
            return self._wire[wire]
        if wire in self._members:
            return None
        # A token's number is `id` in some objects of the wire and `token` in others; here it has both names.
        other = self._wire.get({"id": "token", "token": "id"}.get(name, ""))
        if isinstance(other, int):
            return other
        known = ", ".join(snake(each) for each in self._wire)
        raise AttributeError(f"{type(self).__name__} has no member {name}; it has {known}")

    def __getitem__(self, name: str) -> Any:
        return self._wire[name]

    def __contains__(self, name: object) -> bool:
        return name in self._wire

    def __iter__(self) -> Iterator[str]:
        return iter(self._wire)

    def __len__(self) -> int:
        return len(self._wire)

    def keys(self):
        return self._wire.keys()

    def get(self, name: str, default: Any = None) -> Any:
        return self._wire.get(name, default)

    def to_dict(self) -> dict[str, Any]:
        """As it was on the wire."""
        return to_wire(self._wire)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Record):
            return self._wire == other._wire
        return self.to_dict() == other if isinstance(other, Mapping) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __dir__(self):
        return sorted({*super().__dir__(), *map(snake, self._members), *map(snake, self._wire)})

    def __repr__(self) -> str:
        parts = []
        for name, value in self._wire.items():
            text = repr(value)
            parts.append(f"{snake(name)}={text if len(text) <= 200 else text[:197] + '...'}")
        return f"{type(self).__name__}({', '.join(parts)})"


class Tensor(Record):
    """Numbers, row-major: `shape`, `dtype` and their bytes."""

    _members = {"shape": None, "dtype": None, "base64": None}
    shape: list[int]
    dtype: str
    base64: str

    def numpy(self):
        """The numbers as a numpy array of the tensor's shape, which may be written to."""
        import numpy

        return numpy.frombuffer(self.bytes(), dtype="<f4").reshape(self.shape).copy()

    def bytes(self) -> bytes:
        """Little-endian float32."""
        if self.dtype != "float32":
            raise ValueError(f"a tensor of {self.dtype}, expected float32")
        found = base64.b64decode(self["base64"], validate=True)
        wanted = 4
        for size in self.shape:
            wanted *= size
        if len(found) != wanted:
            raise ValueError(f"a tensor of {len(found)} bytes, expected {wanted} for {self.shape}")
        return found

    def to_list(self) -> list[float]:
        """All numbers, one after the other."""
        numbers = array("f", self.bytes())
        import sys

        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers.tolist()

    def __array__(self, dtype=None, copy=None):
        found = self.numpy()
        return found if dtype is None else found.astype(dtype)

    def __repr__(self) -> str:
        return f"Tensor(shape={self.shape}, dtype={self.dtype})"


def numbers(value: Any) -> list[float]:
    """A list of numbers, however long it was and therefore however it travelled."""
    return value.to_list() if isinstance(value, Tensor) else list(value or [])


def read(value: Any, kind: type | None = None) -> Any:
    """A value of the wire as records; `kind` is the class of the object, or of a list's objects."""
    if isinstance(value, Record):
        return value
    if isinstance(value, Mapping):
        if kind is None:
            kind = Tensor if {"shape", "dtype", "base64"} <= value.keys() else Record
        elif kind is not Tensor and value.keys() == {"shape", "dtype", "base64"}:
            kind = Tensor
        return kind(value)
    if isinstance(value, (list, tuple)):
        return [read(each, kind) for each in value]
    return value


def to_wire(value: Any) -> Any:
    """A value of Python as JSON: records, paths, numpy's numbers and arrays included."""
    if value is None or isinstance(value, (str, bool, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= 2**53 else str(value)
    if isinstance(value, Record):
        return to_wire(value._wire)
    if isinstance(value, Mapping):
        return {str(name): to_wire(each) for name, each in value.items()}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, os.PathLike):
        return os.path.abspath(os.path.expanduser(os.fspath(value)))
    if hasattr(value, "tolist"):
        return to_wire(value.tolist())
    if isinstance(value, range) or hasattr(value, "__iter__"):
        return [to_wire(each) for each in value]
    raise TypeError(f"{type(value).__name__} cannot be sent: {value!r}")
