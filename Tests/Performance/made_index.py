"""Indexes of made-up content in the tables of the world's, for measurements: SQLite by Python's own library."""

import json
import sqlite3
import struct
from collections.abc import Iterable
from pathlib import Path

WORLD = Path(__file__).resolve().parents[2] / "Sources/World/Resources/index/features.index"
#: What a row of the table `statistics` ends with: how often activations were how large.
HISTOGRAM = bytes([100]) + b"".join(struct.pack("<I", n) for n in range(1, 40))


def new_index(path: Path, latents: int, exemplars: int, items: Iterable[tuple[bytes, str]]) -> sqlite3.Connection:
    """An index without features, open and not committed: `items` are the contents' digests and the names of pictures."""
    path.unlink(missing_ok=True)
    source = sqlite3.connect(f"file:{WORLD}?mode=ro", uri=True)
    target = sqlite3.connect(path)
    target.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;")
    target.execute(f"PRAGMA application_id = {source.execute('PRAGMA application_id').fetchone()[0]}")
    for name, sql in source.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"):
        if not name.startswith(("sqlite_", "label_")):  # what SQLite makes itself, of the table `label` too
            target.execute(sql)
    for table in ("grdb_migrations", "fact"):
        rows = source.execute(f"SELECT * FROM {table}").fetchall()
        target.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
    for name, change in (("identity", {"latents": latents}), ("options", {"exemplars": exemplars})):
        value = json.loads(target.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()[0])
        target.execute("UPDATE fact SET value = ? WHERE name = ?", (json.dumps(value | change), name))
    target.executemany(
        "INSERT INTO item VALUES (?, ?, ?, NULL, 96, 96, 6, 6, 12, 12, NULL, '[]', 0, NULL, NULL, NULL)",
        ((number, *item) for number, item in enumerate(items)))
    source.close()
    return target


def activations(count: int) -> bytes:
    """A map in which the first `count` cells are active, as the table `map` keeps it."""
    return struct.pack(f"<{count}H{count}f", *range(count), *(1.0 + n for n in range(count)))


def exemplar_list(scores: Iterable[float], items: Iterable[int]) -> bytes:
    """A latent's best pictures by one ranking, as the table `exemplars` keeps them."""
    return b"".join(struct.pack("<fII", score, item, 0) for score, item in zip(scores, items))
