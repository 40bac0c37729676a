"""Writes Tests/Fixtures/hostile-archives: archives that mean harm, and a word of each refusal.

Nothing in them is ever run: the pickles are written as text of opcodes, not made by pickling. Run
from the root of the repository:

    python Tests/Fixtures/make/hostile_archives.py
"""

import hashlib
import io
import json
import pathlib
import shutil
import struct
import sys
import zipfile
import zlib

import numpy

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "hostile-archives"
shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir()
refusals = {}
D, M = 4, 6
TRAINER = {"dict_class": "AutoEncoderTopK", "k": 2, "submodule_name": "resid_post_layer_1"}


def archive(path, entries, deflated=False):
    method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as z:
        for name, data in entries.items():
            z.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, method)


# --- Pickles -------------------------------------------------------------------------------------


def text(value):
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value):
    if 0 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes(8, "little", signed=True)
    return b"\x8a\x08" + data


def numbers(values):
    return b"(" + b"".join(number(v) for v in values) + b"t"


def tensor(key="0", kind="FloatStorage", count=M * D, offset=0, shape=(M, D), strides=(D, 1)):
    return (b"ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage")
            + b"ctorch\n" + kind.encode() + b"\n" + text(key) + text("cpu") + number(count)
            + b"tQ" + number(offset) + numbers(shape) + numbers(strides)
            + b"\x89ccollections\nOrderedDict\n)RtR")


def dictionary(body):
    return b"\x80\x02}(" + body + b"u."


def pickled(name, pickle, word, storages=None, trainer=TRAINER):
    folder = FOLDER / name
    folder.mkdir()
    data = {f"data/{k}": v for k, v in (storages or {"0": bytes(4 * M * D)}).items()}
    archive(folder / "ae.pt", {"a/data.pkl": pickle, **{f"a/{k}": v for k, v in data.items()}},
            deflated=len(pickle) > 10_000)
    (folder / "config.json").write_text(json.dumps({"trainer": trainer}))
    refusals[name] = word


def weight(**changes):
    return dictionary(text("encoder.weight") + tensor(**changes))


pickled("runs-a-command", b"\x80\x02cos\nsystem\n" + text("touch /tmp/owned") + b"\x85R.", "os.system")
pickled("runs-eval", b"\x80\x02c__builtin__\neval\n" + text("1") + b"\x85R.", "__builtin__.eval")
pickled("stack-global", b"\x80\x04" + text("os") + text("system") + b"\x93" + text("x") + b"\x85R.", "protocol")
pickled("other-opcode", b"\x80\x02" + text("os") + text("system") + b"\x93.", "opcode 0x93")
pickled("instance", b"\x80\x02(ios\nsystem\n.", "opcode 0x69")
pickled("calls-a-storage", b"\x80\x02ctorch\nFloatStorage\n)R.", "calls")
pickled("calls-a-text", b"\x80\x02" + text("os") + b")R.", "not a name")
pickled("loop", b"\x80\x02]q\x00h\x00a.", "again")
pickled("nested", b"\x80\x02)" + b"\x85" * 200_000 + b".", "nests")
pickled("nested-lists", b"\x80\x02" + b"]" * 50_000 + b"a" * 49_999 + b".", "nests")
pickled("many-values", b"\x80\x02" + b"N" * 300_000 + b".", "too many")
pickled("empty-stack", b"\x80\x02R.", "empty stack")
pickled("open-mark", b"\x80\x02u.", "did not open")
pickled("no-memory", b"\x80\x02h\x07.", "did not remember")
pickled("no-end", b"\x80\x02}", "cut off")
pickled("long-text", b"\x80\x02X\xff\xff\xff\xffa.", "cut off")
pickled("not-a-dictionary", b"\x80\x02K\x01.", "not hold a dictionary")
pickled("builds", b"\x80\x02ctorch\nFloatStorage\n}b.", "builds an object")
pickled("huge-pickle", b"\x80\x02}" + b"N" * (2 << 20) + b".", "at most")
pickled("offset-beyond", weight(offset=1), "elements from 1")
pickled("offset-negative", weight(offset=-1), "elements from -1")
pickled("offset-overflows", weight(offset=2**63 - 1), "elements from")
pickled("shape-beyond", weight(shape=(M, D + 1), strides=(D + 1, 1)), "elements from 0")
pickled("shape-huge", weight(shape=(2**31 - 1, 2**31 - 1), strides=(2**31 - 1, 1)), "elements from 0")
pickled("shape-negative", weight(shape=(-M, -D)), "shape")
pickled("shape-empty", weight(shape=(0, D)), "shape")
pickled("strides-zero", weight(strides=(0, 0)), "strides")
pickled("strides-negative", weight(strides=(-D, 1)), "strides")
pickled("strides-apart", weight(strides=(2 * D, 1)), "strides")
pickled("storage-claims-more", weight(count=10 * M * D), "bytes of numbers")
pickled("storage-claims-huge", weight(count=2**62), "bytes of numbers")
pickled("storage-missing", weight(key="9"), "no entry")
pickled("storage-of-code", weight(kind="UntypedStorage"), "torch.UntypedStorage")
pickled("integers", weight(kind="IntStorage"), "integers")
pickled("tensor-missing", dictionary(text("b_dec") + tensor()), "missing")
pickled("not-finite", weight(), "not a finite", {"0": struct.pack("<f", float("nan")) * (M * D)})
pickled("class-unknown", weight(), "CrossCoder", trainer={"dict_class": "CrossCoder"})
pickled("other-module", weight(), "mlp_3", trainer={**TRAINER, "submodule_name": "mlp_3"})

# --- Arrays --------------------------------------------------------------------------------------


def npy(array):
    buffer = io.BytesIO()
    numpy.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def header(descr="<f4", order="False", shape="(4, 6)", data=b""):
    text = f"{{'descr': {descr!r}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


ones = lambda *shape: numpy.ones(shape, numpy.float32)
GOOD = {"W_enc": npy(ones(D, M)), "W_dec": npy(ones(M, D)), "b_enc": npy(ones(M)),
        "b_dec": npy(ones(D)), "threshold": npy(ones(M))}


def arrays(name, word, deflated=False, spoil=None, **changes):
    folder = FOLDER / name
    folder.mkdir()
    path = folder / "params.npz"
    archive(path, {f"{k}.npy": v for k, v in {**GOOD, **changes}.items() if v is not None}, deflated)
    if spoil:
        path.write_bytes(spoil(path.read_bytes()))
    refusals[name] = word


arrays("array-of-objects", "|O", W_enc=header("|O", data=b"cos\nsystem\n"))
arrays("array-of-doubles", "<f8", W_enc=npy(numpy.ones((D, M))))
arrays("array-big-endian", ">f4", W_enc=header(">f4", data=bytes(4 * D * M)))
arrays("array-huge", "too large", W_enc=header(shape="(4611686018427387904, 4)"))
arrays("array-larger-than-file", "bytes of numbers", W_enc=header(shape="(400000, 600000)"))
arrays("array-negative", "shape", W_enc=header(shape="(-4, -6)"))
arrays("array-cube", "shape", W_enc=header(shape="(2, 2, 6)"))
arrays("array-empty", "[D, M] expected", W_enc=header(shape="(0, 6)"))
arrays("array-no-magic", "not an .npy", W_enc=b"something else entirely")
arrays("array-missing", "W_dec", W_dec=None)
arrays("array-turned", "expected [6, 4]", W_dec=npy(ones(D, M)))
arrays("array-not-finite", "not a finite", W_enc=npy(ones(D, M) * numpy.inf))
arrays("wrong-checksum", "CRC-32", spoil=lambda d: d.replace(npy(ones(M, D))[-96:], npy(ones(M, D) * 2)[-96:]))
arrays("wrong-checksum-deflated", "W_enc", deflated=True, spoil=lambda d: d[:60] + bytes([d[60] ^ 0x55]) + d[61:])
arrays("encrypted", "encrypted", spoil=lambda d: d.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"))
arrays("other-compression", "method", spoil=lambda d: d.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x0c\x00"))
arrays("cut-off", "not a zip", spoil=lambda d: d[:-30])
arrays("not-a-zip", "not a zip", spoil=lambda d: b"hello" * 100)
arrays("nothing", "not a zip", spoil=lambda d: b"")


zeros = header(data=bytes(4 * D * M)) + bytes(8 << 20)
arrays("bomb", "bytes of numbers", deflated=True, W_enc=zeros)


def lying(data):
    """The directory says 10 GB for the first entry; its deflated bytes are few."""
    place = data.index(b"PK\x01\x02")
    return data[:place + 24] + struct.pack("<I", 0xfffffff0) + data[place + 28:]


arrays("lying-size", "", deflated=True, spoil=lying)
refusals["lying-size"] = "bytes"


def zip64(data):
    """A directory's end that points to a zip64 record which is not there."""
    end = data.rindex(b"PK\x05\x06")
    return data[:end] + b"PK\x05\x06" + b"\0\0\0\0\xff\xff\xff\xff" + b"\xff" * 8 + b"\0\0"


arrays("zip64-missing", "zip64", spoil=zip64)


def repeated(data):
    return data.replace(b"b_dec.npy", b"b_enc.npy")


arrays("repeated-name", "two entries", spoil=repeated)

files = sorted(p for p in FOLDER.rglob("*") if p.is_file())
(FOLDER / "MANIFEST.json").write_text(json.dumps({
    "script": "Tests/Fixtures/make/hostile_archives.py",
    "versions": {"python": sys.version.split()[0], "numpy": numpy.__version__,
                 "zlib": zlib.ZLIB_RUNTIME_VERSION},
    "refusals": dict(sorted(refusals.items())),
    "files": {str(p.relative_to(FOLDER)): hashlib.sha256(p.read_bytes()).hexdigest()
              for p in files},
}, indent=2) + "\n")
