"""Makes Tests/Fixtures/corpus: one set of samples as tar archives of three kinds, by Python's tarfile.

    python Tests/Fixtures/make/corpus.py    # Python's standard library alone; pictures are those of Tests/Fixtures/images
"""

import gzip
import hashlib
import io
import json
import platform
import shutil
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE / "corpus"
LONG = "shard/" + "a-very-long-folder-name/" * 8 + "picture"
SAMPLES = [  # name, content
    ("shard/0001.png", "images/rgb.png"),
    ("shard/0001.txt", b"a caption\n"),
    ("shard/0001.cls", b"7"),
    ("shard/0002.jpg", "images/photo-420.jpg"),
    ("shard/0002.json", json.dumps({"caption": "été", "source": "holiday"}).encode()),
    ("shard/0003.txt", b"text alone"),
    ("shard/0004.left.jpeg", "images/grey.jpg"),
    ("shard/0004.right.png", "images/grey.png"),
    ("shard/._0004.png", b"what a file manager leaves behind"),
    (LONG + ".png", "images/palette.png"),
    ("../escape.png", "images/rgb.png"),
    ("shard/0005.png", b"no picture at all"),
]


def content(value):
    return (HERE / value).read_bytes() if isinstance(value, str) else value


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir()
    kinds = {"pax": tarfile.PAX_FORMAT, "gnu": tarfile.GNU_FORMAT, "ustar": tarfile.USTAR_FORMAT}
    places = {}
    for kind, form in kinds.items():
        path = ROOT / f"{kind}.tar"
        with tarfile.open(path, "w", format=form) as archive:
            folder = tarfile.TarInfo("shard")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
            for name, value in SAMPLES:
                if kind == "ustar" and len(name) > 200:
                    name = name.replace("a-very-long-folder-name/" * 8, "a-very-long-folder-name/" * 4)
                data = content(value)
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(data), 1_700_000_000
                archive.addfile(member, io.BytesIO(data))
            link = tarfile.TarInfo("shard/0006.png")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
        with tarfile.open(path) as archive:
            places[kind] = [[m.name, m.offset_data, m.size] for m in archive.getmembers()]
    # gzip in two members, as parallel packers write it.
    whole = (ROOT / "pax.tar").read_bytes()
    middle = len(whole) // 3
    (ROOT / "pax.tar.gz").write_bytes(b"".join(gzip.compress(part, 9, mtime=0) for part in (whole[:middle], whole[middle:])))
    # Names of another encoding, which Python's tarfile keeps as they are.
    for kind, form in (("gnu", tarfile.GNU_FORMAT), ("ustar", tarfile.USTAR_FORMAT)):
        with tarfile.open(ROOT / f"latin-1-{kind}.tar", "w", format=form, encoding="latin-1") as archive:
            for name in ("caf\u00e9.png", "caf\u00ea.png", "\u00fc/\u00e9.txt", *(["x" * 120 + "\u00e9.png"] if kind == "gnu" else [])):
                data = b"a caption" if name.endswith("txt") else content("images/rgb.png")
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(data), 1_700_000_000
                archive.addfile(member, io.BytesIO(data))
    (ROOT / "members.json").write_text(json.dumps(places, indent=0) + "\n")
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(ROOT.iterdir())}
    manifest = {"script": "Tests/Fixtures/make/corpus.py", "seed": None, "versions": {"python": platform.python_version()}, "files": files}
    (ROOT / "MANIFEST.json").write_text(json.dumps(manifest, indent=0) + "\n")


main()
