"""Random tensors, written as safetensors without ever being held."""

import json

import numpy

SEED = 20_261


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
        for name in names:
            deviation, constant = tensors.rules[name]
            noise = numpy.random.Generator(numpy.random.SFC64([SEED, *name.encode()]))
            left = int(numpy.prod(tensors.shapes[name]))
            while left:
                count = min(left, 1 << 22)
                if constant is None:
                    values = noise.standard_normal(count, dtype=numpy.float32) * numpy.float32(deviation)
                else:
                    values = numpy.full(count, constant, numpy.float32)
                file.write((values if type_name == "F32" else bfloat16(values)).tobytes())
                left -= count
    unfinished.rename(path)
    print(path, f"{path.stat().st_size / 1e9:.2f} GB", flush=True)


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
