#!/usr/bin/env python3
"""Streams the pictures of Parquet files to the kernel as one WebDataset tar.

    parquet.py train-*.parquet | lucarne index build INDEX --tar -          # by standard input
    mkfifo pictures && parquet.py -o pictures train-*.parquet &              # by a named pipe, to a kernel that serves:
                                                                             #   index/build {"corpus": {"tar": "/…/pictures"}}

Reads the columns `image` (a struct of `bytes` and `path`, as data sets store pictures, or plain bytes) and, where they are
there, `source` and a text column; others are never read from the disk. Rows keep their order, and a row's name is its file and
number, so that a build that was interrupted finds again what it has. A row without bytes becomes an empty member, which
the index lists as unreadable. Memory is that of one batch of rows.

Needs pyarrow: pip install pyarrow.
"""

import argparse
import io
import json
import os
import sys
import tarfile
from pathlib import Path


def arguments():
    parser = argparse.ArgumentParser(description="Stream Parquet pictures to the kernel as a WebDataset tar.")
    parser.add_argument("files", nargs="+", type=Path, help="Parquet files, in order")
    parser.add_argument("-o", "--output", default="-", help="where to write: a named pipe, a file, or - for standard output")
    parser.add_argument("--image", default="image", help="the column of pictures")
    parser.add_argument("--source", default="source", help="the column that says where a picture is from")
    parser.add_argument("--text", help="a column of texts that go behind the pictures")
    parser.add_argument("--batch", type=int, default=32, help="rows held at once")
    return parser.parse_args()


def suffix(content):
    beginnings = {"png": b"\x89PNG", "gif": b"GIF8", "bmp": b"BM", "webp": b"RIFF"}
    return next((each for each, beginning in beginnings.items() if content.startswith(beginning)), "jpg")


def picture_bytes(value, folder):
    """The picture's bytes; of a struct without them, those of the file that it names."""
    if isinstance(value, dict):
        content, path = value.get("bytes"), value.get("path")
        if content is None and path:
            try:
                return (folder / path).read_bytes()
            except OSError:
                return b""
        return content or b""
    return value if isinstance(value, bytes) else b""


def add(archive, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def stream(options, archive):
    import pyarrow.parquet

    rows = 0
    for path in options.files:
        with pyarrow.parquet.ParquetFile(path) as table:
            names = set(table.schema_arrow.names)
            if options.image not in names:
                raise SystemExit(f"{path} has no column \"{options.image}\": it has {', '.join(sorted(names))}")
            wanted = [c for c in (options.image, options.source, options.text) if c in names]
            number = 0
            for batch in table.iter_batches(batch_size=options.batch, columns=wanted):
                for row in batch.to_pylist():
                    key = f"{path.stem.replace('.', '-')}/{number:08d}"
                    content = picture_bytes(row[options.image], path.parent)
                    add(archive, f"{key}.{suffix(content)}", content)
                    facts = {"source": row.get(options.source), "text": row.get(options.text) if options.text else None}
                    facts = {k: str(v) for k, v in facts.items() if v is not None}
                    if facts:
                        add(archive, f"{key}.json", json.dumps(facts, ensure_ascii=False).encode())
                    number += 1
        rows += number
    return rows


def main():
    options = arguments()
    raw = sys.stdout.buffer if options.output == "-" else open(options.output, "wb")
    try:
        with tarfile.open(fileobj=raw, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            rows = stream(options, archive)
        raw.close()
    except BrokenPipeError:
        # The reader has what it wanted, or was stopped: it goes on from a new stream.
        os._exit(0)
    print(f"{rows} rows", file=sys.stderr)


main()
