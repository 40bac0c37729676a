"""Makes Tests/Fixtures/corpus: one set of samples as tar archives of three kinds, by Python's tarfile.

    python Tests/Fixtures/make/corpus.py    # Python's standard library alone; pictures are those of Tests/Fixtures/images
"""

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
    (ROOT / "members.json").write_text(json.dumps(places, indent=0) + "\n")
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(ROOT.iterdir())}
    manifest = {"script": "Tests/Fixtures/make/corpus.py", "seed": None, "versions": {"python": platform.python_version()}, "files": files}
    (ROOT / "MANIFEST.json").write_text(json.dumps(manifest, indent=0) + "\n")


main()
