"""Writes Tests/Fixtures/caches: a feature cache as the paper's code keeps it and as delphi writes it.

delphi's files are written by its own `LatentCache.save_splits`; those of the paper's format by the
description of its code (int64, absolute latents, float32, a split's last latent left out). Run from
the root of the repository, with delphi's source on the path:

    python Tests/Fixtures/make/caches.py
"""

import hashlib
import json
import pathlib
import sys
from importlib.metadata import version
from types import SimpleNamespace
from unittest.mock import MagicMock

import torch
from safetensors.torch import save_file


class Stubs:
    """Whatever delphi imports for models, scorers and servers; its caching needs none of it."""

    wanted = {"bitsandbytes", "sparsify", "faiss", "vllm", "simple_parsing", "openai", "nnsight",
              "sentence_transformers", "baukit", "blobfile", "sortedcontainers", "asyncer",
              "torchtyping", "orjson", "anyio", "httpx", "plotly", "kaleido", "sklearn", "natsort"}

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in self.wanted:
            return None
        from importlib.machinery import ModuleSpec
        return ModuleSpec(name, self)

    def create_module(self, spec):
        module = MagicMock()
        module.__path__ = []
        module.__spec__ = spec
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(Stubs())
from delphi.latents.cache import LatentCache  # noqa: E402

SEED, M, ROWS, POSITIONS, SPLITS = 77, 50, 6, 11, 4
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "caches"
torch.manual_seed(SEED)
z = torch.relu(torch.randn(ROWS, POSITIONS, M) - 1.2)
z[0, 0, M - 1] = 3.5  # the last latent of the last split is there
locations = z.nonzero()
activations = z[tuple(locations.T)]

# An object of the class without a model: what save_splits reads is set by hand.
cache = LatentCache.__new__(LatentCache)
cache.width = M
cache.cache = SimpleNamespace(
    latent_locations={"layers.3": locations.clone()},
    latent_activations={"layers.3": activations},
    tokens={"layers.3": torch.arange(ROWS * POSITIONS).reshape(ROWS, POSITIONS)})
FOLDER.mkdir(exist_ok=True)
cache.save_splits(SPLITS, FOLDER / "delphi", save_tokens=True)

bounds = torch.linspace(0, M, SPLITS + 1).long().tolist()
paper = FOLDER / "paper"
paper.mkdir(exist_ok=True)
for start, end in zip(bounds, bounds[1:]):
    kept = (locations[:, 2] >= start) & (locations[:, 2] < end - 1)
    save_file({"locations": locations[kept].contiguous(), "activations": activations[kept]},
              paper / f"{start}_{end - 1}.safetensors")
save_file({"locations": locations.contiguous(), "activations": activations}, FOLDER / "all.safetensors")

files = sorted(p for p in FOLDER.rglob("*.safetensors"))
(FOLDER / "MANIFEST.json").write_text(json.dumps({
    "script": "Tests/Fixtures/make/caches.py", "seed": SEED,
    "versions": {"python": sys.version.split()[0], "torch": version("torch").split("+")[0],
                 "safetensors": version("safetensors"), "eai-delphi": "0.1.3"},
    "files": {str(p.relative_to(FOLDER)): hashlib.sha256(p.read_bytes()).hexdigest()
              for p in files},
}, indent=2) + "\n")
