"""Random tensors, written as safetensors without ever being held."""

import concurrent.futures
import json
import multiprocessing
import os

import numpy

SEED = 20_261
PART = 1 << 22  # numbers made at a time


class Tensors:
    """Tensors by name in the order of the file: a shape and the deviation of its normal numbers, or a constant."""

    def __init__(self):
        self.shapes, self.rules = {}, {}

    def add(self, name, shape, deviation=0.02, constant=None):
        self.shapes[name] = shape
        self.rules[name] = (deviation, constant)


def bfloat16(values):
    """float32 to bfloat16, to nearest, ties to even."""
    bits = values.view(numpy.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(numpy.uint16)


def write_safetensors(path, tensors, names, type_name):
    size = {"F32": 4, "BF16": 2}[type_name]
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name in names:
        count = int(numpy.prod(tensors.shapes[name])) * size
        header[name] = {"dtype": type_name, "shape": list(tensors.shapes[name]), "data_offsets": [offset, offset + count]}
        offset += count
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 64)
    if path.exists() and path.stat().st_size == 8 + len(text) + offset:
        return
    unfinished = path.with_suffix(".unfinished")
    with open(unfinished, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + offset)
    # A tensor's numbers come of its own seed, so that each is written by whoever is free. Processes are started afresh:
    # whoever calls may have threads.
    with concurrent.futures.ProcessPoolExecutor(
            len(os.sched_getaffinity(0)), multiprocessing.get_context("spawn")) as pool:
        places = [8 + len(text) + header[name]["data_offsets"][0] for name in names]
        for each in [pool.submit(write_tensor, unfinished, place, name, tensors.shapes[name], tensors.rules[name], type_name)
                     for name, place in zip(names, places)]:
            each.result()
    unfinished.rename(path)
    print(path, f"{path.stat().st_size / 1e9:.2f} GB", flush=True)


def write_tensor(path, place, name, shape, rule, type_name):
    """A tensor's numbers, from a place of the file on."""
    deviation, constant = rule
    noise = numpy.random.Generator(numpy.random.SFC64([SEED, *name.encode()]))
    left = int(numpy.prod(shape))
    with open(path, "r+b") as file:
        file.seek(place)
        while left:
            count = min(left, PART)
            if constant is None:
                values = noise.standard_normal(count, dtype=numpy.float32) * numpy.float32(deviation)
            else:
                values = numpy.full(count, constant, numpy.float32)
            file.write((values if type_name == "F32" else bfloat16(values)).tobytes())
            left -= count


def write_shards(folder, tensors, count=4):
    """All tensors in bfloat16, in shards of about one size with their index."""
    names = list(tensors.shapes)
    sizes = {name: int(numpy.prod(shape)) * 2 for name, shape in tensors.shapes.items()}
    total, written, shards = sum(sizes.values()), 0, [[] for _ in range(count)]
    for name in names:
        shards[min(count - 1, count * written // total)].append(name)
        written += sizes[name]
    weight_map = {}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05d}-of-{count:05d}.safetensors"
        write_safetensors(folder / file, tensors, shard, "BF16")
        weight_map |= dict.fromkeys(shard, file)
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False))
