"""Folders of models: what is in them, and digests by which an answer can be told from another's."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

#: The weights that transformers looks for, the first that is there: alone or as a list of shards.
_WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
#: Files beside the weights that say how a model, its pictures and its texts are to be read.
_CONFIGURATION = (".json", ".jinja", ".model", ".txt")

_Stamp = tuple[str, int, int, int, int]


class FolderError(Exception):
    """A folder holds no model, in one sentence."""


class ModelFolder:
    """A folder with `config.json` and weights, as `save_pretrained` writes it."""

    def __init__(self, path: str):
        """Looks only for the files. Raises FolderError."""
        self.path = Path(path).absolute()
        if not self.path.is_dir():
            raise FolderError(
                f"{self.path} is no folder: models are read from folders of this machine alone")
        if not (self.path / "config.json").is_file():
            raise FolderError(f"{self.path} holds no config.json, so no model of transformers")
        self._weights = self._found_weights()
        self._digested: tuple[tuple[_Stamp, ...], str] | None = None

    def _found_weights(self) -> list[str]:
        for name in _WEIGHTS:
            if not (self.path / name).is_file():
                continue
            if not name.endswith(".index.json"):
                return [name]
            shards = self._shards(name)
            for shard in shards:
                if not (self.path / shard).is_file():
                    raise FolderError(f"{self.path} lacks {shard[:200]}, which {name} names")
            return shards
        raise FolderError(f"{self.path} holds no weights: looked for {', '.join(_WEIGHTS)}")

    def _shards(self, index: str) -> list[str]:
        try:
            names = json.loads((self.path / index).read_bytes())["weight_map"].values()
            shards = sorted(set(names))
            # A name alone: nothing outside the folder.
            assert shards and all(Path(each).name == each for each in shards)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
            raise FolderError(f"{self.path / index} is no list of shards") from error
        return shards

    def files(self) -> list[str]:
        """Names of the configuration's files and the weights, in the order of their bytes."""
        configuration = {
            entry.name for entry in self.path.iterdir()
            if entry.suffix in _CONFIGURATION and entry.is_file()}
        return sorted(configuration | set(self._weights), key=os.fsencode)

    def digest(self) -> str:
        """SHA-256, in hexadecimal, of what `sha256sum` prints for `files()`.

        Computed again only where a file's size or times have changed. Raises FolderError.
        """
        try:
            stamps = tuple(map(self._stamp, self.files()))
            if self._digested is None or self._digested[0] != stamps:
                whole = hashlib.sha256()
                for name, *_ in stamps:
                    whole.update(_sha256(self.path / name).encode() + b"  " + os.fsencode(name) + b"\n")
                self._digested = (stamps, whole.hexdigest())
            return self._digested[1]
        except OSError as error:
            raise FolderError(f"{self.path} cannot be read: {error.strerror or error}") from error

    def _stamp(self, name: str) -> _Stamp:
        facts = (self.path / name).stat()
        return name, facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_dev

    def configuration(self) -> dict[str, Any]:
        """`config.json`. Raises FolderError."""
        try:
            value = json.loads((self.path / "config.json").read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise FolderError(f"{self.path / 'config.json'} is no JSON") from error
        if not isinstance(value, dict) or not isinstance(value.get("model_type"), str):
            raise FolderError(f"{self.path / 'config.json'} names no model_type")
        return value


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(1 << 20))
    with open(path, "rb", buffering=0) as file:
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
    return digest.hexdigest()
