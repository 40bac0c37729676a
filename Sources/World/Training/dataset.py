"""The training pictures, drawn once: tiles, patch labels and facts, kept in the work folder."""

import pickle
from multiprocessing import Pool
from pathlib import Path

import numpy as np

from . import labels
from .drawing import Picture, draw

_CHUNK = 500


def _chunk(seeds: range) -> tuple[np.ndarray, np.ndarray, list[Picture]]:
    pictures = [draw(seed) for seed in seeds]
    tiles = np.stack([labels.tiles(picture.image) for picture in pictures])
    shown = np.stack([labels.patch_labels(picture) for picture in pictures])
    for picture in pictures:
        picture.image = picture.mask = None
    return tiles, shown, pictures


def training(folder: Path, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, list[Picture]]:
    """Tiles `[N, 5, 48, 48, 3]`, labels `[N, 5, 36, attributes]` and facts of `count` pictures.

    Drawn on the first call, read from the folder afterwards.
    """
    paths = [folder / name for name in ("tiles.npy", "labels.npy", "facts.pickle")]
    if not all(path.exists() for path in paths):
        ranges = [
            range(first, min(first + _CHUNK, seed + count))
            for first in range(seed, seed + count, _CHUNK)
        ]
        with Pool(2) as pool:
            chunks = pool.map(_chunk, ranges)
        np.save(paths[0], np.concatenate([tiles for tiles, _, _ in chunks]))
        np.save(paths[1], np.concatenate([shown for _, shown, _ in chunks]))
        paths[2].write_bytes(pickle.dumps([one for _, _, some in chunks for one in some]))
    facts = pickle.loads(paths[2].read_bytes())
    return np.load(paths[0], mmap_mode="r"), np.load(paths[1], mmap_mode="r"), facts
