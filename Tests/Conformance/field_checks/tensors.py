"""Files of safetensors, and tensors as the wire has them, as numpy arrays of float64."""

import base64
import json
import struct
from pathlib import Path

import numpy


class Safetensors:
    """A file's tensors by name; `bytes` counts theirs alone, without the header."""

    def __init__(self, path):
        data = Path(path).read_bytes()
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        self.file_bytes, self.bytes, self._tensors = len(data), 0, {}
        for name, entry in header.items():
            start, end = (8 + length + offset for offset in entry["data_offsets"])
            self.bytes += end - start
            self._tensors[name] = _numbers(data[start:end], entry["dtype"]).reshape(entry["shape"])

    def __getitem__(self, name):
        return self._tensors[name]


def _numbers(data, kind):
    if kind == "BF16":
        # The upper half of a float32.
        bits = numpy.frombuffer(data, "<u2").astype(numpy.uint32) << 16
        return bits.view(numpy.float32).astype(numpy.float64)
    assert kind == "F32", kind
    return numpy.frombuffer(data, "<f4").astype(numpy.float64)


def from_wire(value):
    """A list of numbers or a WireTensor."""
    if isinstance(value, list):
        return numpy.array(value, numpy.float64)
    assert value["dtype"] == "float32", value["dtype"]
    numbers = numpy.frombuffer(base64.b64decode(value["base64"]), "<f4").astype(numpy.float64)
    return numbers.reshape(value["shape"])
