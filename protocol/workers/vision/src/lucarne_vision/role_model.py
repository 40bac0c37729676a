"""A model for one role: what it is before it is loaded, and its weights from its first use on."""

from __future__ import annotations

from typing import Any

from .failures import INTERNAL_ERROR, RequestError, reason
from .folders import FolderError, ModelFolder


class RoleModel:
    """A model of one of transformers' auto classes in a folder.

    Subclasses name the class, say what else they load, and ask the network.
    """

    #: Of transformers' auto classes, the one whose models can do it.
    auto_class: str
    #: What such a model does, for messages.
    purpose: str

    def __init__(self, folder: ModelFolder, device: str, dtype: str):
        """Builds the network without weights. Raises FolderError where the class cannot do it."""
        import torch
        import transformers

        self.folder = folder
        self.device = device
        self.dtype = dtype
        kind = folder.configuration()["model_type"]
        self._auto = getattr(transformers, self.auto_class)
        try:
            self.configuration = transformers.AutoConfig.from_pretrained(
                folder.path, local_files_only=True, trust_remote_code=False)
            with torch.device("meta"):
                empty = self._auto.from_config(self.configuration, trust_remote_code=False)
        except Exception as error:
            raise FolderError(
                f"{folder.path} holds a model of the kind {kind[:100]!r}, which transformers "
                f"{transformers.__version__} cannot use to {self.purpose}: {reason(error)[:200]}"
            ) from error
        self.kind = kind
        self.class_name = type(empty).__name__
        self.parameters = sum(each.numel() for each in empty.parameters())
        self._check(empty)
        self._network: Any = None
        self._digest: str | None = None

    def _check(self, empty: Any) -> None:
        """May raise FolderError for a network that lacks something."""

    def facts(self) -> dict[str, Any]:
        """What `initialize` tells. Raises FolderError."""
        return {"class": self.class_name, "digest": self.digest(), "parameters": self.parameters}

    def digest(self) -> str:
        """Of the files as they were loaded, or, before that, as they are. Raises FolderError."""
        return self._digest or self.folder.digest()

    @property
    def is_loaded(self) -> bool:
        return self._network is not None

    def network(self) -> Any:
        """The model with its weights, which the first call loads.

        Raises RequestError where they cannot be loaded.
        """
        if self._network is None:
            try:
                digest = self.folder.digest()
                network = self._loaded()
                self._load_beside()
                if self.folder.digest() != digest:
                    raise FolderError(f"the files of {self.folder.path} changed while they were read")
            except FolderError as error:
                raise RequestError(INTERNAL_ERROR, str(error)) from error
            except Exception as error:  # Of transformers, safetensors, torch: one sentence of it.
                raise RequestError(
                    INTERNAL_ERROR,
                    f"the model in {self.folder.path} cannot be loaded: {reason(error)}") from error
            self._network, self._digest = network, digest
        return self._network

    def _loaded(self) -> Any:
        import torch

        dtype = self.dtype if self.dtype == "auto" else getattr(torch, self.dtype)
        network, report = self._auto.from_pretrained(
            self.folder.path, local_files_only=True, trust_remote_code=False, dtype=dtype,
            output_loading_info=True)
        # transformers would go on with random numbers in their place.
        lacking = sorted(report["missing_keys"]) + sorted(map(str, report["mismatched_keys"]))
        if lacking:
            raise FolderError(
                f"the weights in {self.folder.path} lack {len(lacking)} of {self.class_name}'s "
                f"tensors, such as {lacking[0][:200]}")
        return network.to(self.device).eval()

    def _load_beside(self) -> None:
        """Loads tokenizer and processors."""
        raise NotImplementedError

    def moved(self, inputs: Any) -> dict[str, Any]:
        """Tensors on the model's device; floating ones in the model's own type."""
        network = self.network()
        return {
            name: each.to(network.device, network.dtype) if each.is_floating_point()
            else each.to(network.device)
            for name, each in inputs.items()}
