"""The methods of the protocol."""

from __future__ import annotations

import sys
import traceback
from typing import Any, Callable

from . import __version__, devices, libraries, params
from .arguments import EMBEDDING, GROUNDING, OPTIONS, SEGMENTATION, Options
from .embedding import Embedder
from .failures import INTERNAL_ERROR, INVALID_PARAMS, UNKNOWN_METHOD, RequestError, reason
from .folders import FolderError, ModelFolder
from .grounding import Grounder
from .role_model import RoleModel
from .segmentation import Segmenter
from .wire import Wire

PROTOCOL = 1

#: The role that each method needs.
_ROLES = {"ground": GROUNDING, "segment": SEGMENTATION, "embed": EMBEDDING}


class Server:
    """Answers requests in order, one at a time."""

    def __init__(self, options: Options, folders: dict[str, ModelFolder]):
        """Raises FolderError and devices.DeviceError; loads no weights."""
        self._options = options
        self._device = devices.chosen(options.device)
        arguments = (self._device, options.dtype)
        self._models: dict[str, RoleModel] = {}
        for role, folder in folders.items():
            if role == GROUNDING:
                self._models[role] = Grounder(folder, *arguments)
            elif role == SEGMENTATION:
                self._models[role] = Segmenter(folder, *arguments, mask=options.mask)
            else:
                self._models[role] = Embedder(folder, *arguments)
        self._methods: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "initialize": self._initialize, "status": self._status, "ground": self._ground,
            "segment": self._segment, "embed": self._embed}

    def serve(self, wire: Wire) -> None:
        """Until `shutdown` or the input's end."""
        for request in wire.requests():
            if "id" not in request:
                print(f"a notification is passed over: {request['method'][:100]}", file=sys.stderr)
                continue
            identity = request["id"]
            if request["method"] == "shutdown":
                wire.answer(identity, None)
                return
            try:
                result = self._answer(request)
            except RequestError as error:
                wire.fail(identity, error)
            except FolderError as error:
                wire.fail(identity, RequestError(INTERNAL_ERROR, str(error)))
            except Exception as error:  # A fault of ours: told, and the next request is served.
                traceback.print_exc()
                wire.fail(identity, RequestError(
                    INTERNAL_ERROR, f"{type(error).__name__}: {reason(error)}"))
            else:
                wire.answer(identity, result)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request["method"]
        if name not in self._methods:
            known = ", ".join([*self._methods, "shutdown"])
            raise RequestError(UNKNOWN_METHOD, f"found the method {name[:100]!r}, expected one of {known}")
        role = _ROLES.get(name)
        if role is not None and role not in self._models:
            raise RequestError(
                UNKNOWN_METHOD, f"no model can {name}: start the worker with {OPTIONS[role]}")
        found = request.get("params", {})
        if not isinstance(found, dict):
            raise RequestError(INVALID_PARAMS, "params: found no object, expected an object")
        return self._methods[name](found)

    # MARK: Methods

    def _initialize(self, found: dict[str, Any]) -> dict[str, Any]:
        params.protocol(found, PROTOCOL)
        return {
            "name": "lucarne-vision", "version": __version__, "protocol": PROTOCOL,
            "methods": self._abilities(), "device": self._device, "versions": libraries.versions(),
            "models": {role: model.facts() for role, model in self._models.items()},
            "memory": devices.memory()}

    def _status(self, found: dict[str, Any]) -> dict[str, Any]:
        loaded = {role: model.facts() for role, model in self._models.items() if model.is_loaded}
        return {
            "device": self._device, "methods": self._abilities(), "versions": libraries.versions(),
            "models": loaded, "memory": devices.memory(), **devices.device_memory(self._device)}

    def _ground(self, found: dict[str, Any]) -> dict[str, Any]:
        items, threshold = params.ground(found)
        model = self._models[GROUNDING]
        assert isinstance(model, Grounder)
        return self._results(GROUNDING, model.ground(items, threshold, self._options.batch))

    def _segment(self, found: dict[str, Any]) -> dict[str, Any]:
        model = self._models[SEGMENTATION]
        assert isinstance(model, Segmenter)
        return self._results(SEGMENTATION, model.segment(params.segment(found), self._options.batch))

    def _embed(self, found: dict[str, Any]) -> dict[str, Any]:
        images, texts = params.embed(found)
        model = self._models[EMBEDDING]
        assert isinstance(model, Embedder)
        if images is not None:
            return self._results(EMBEDDING, model.pictures(images, self._options.batch))
        assert texts is not None
        return self._results(EMBEDDING, model.texts(texts, self._options.batch))

    def _abilities(self) -> list[str]:
        return [name for name, role in _ROLES.items() if role in self._models]

    def _results(self, role: str, results: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "results": results, "models": {role: self._models[role].digest()},
            "versions": libraries.versions(), "memory": devices.memory()}
