"""What can go wrong: one class for each code of the protocol, and (in `kinds`) one for each kind of
the domain."""

from __future__ import annotations

from typing import Any, Mapping


class LucarneError(Exception):
    """Every error of this package."""


class KernelWarning(UserWarning):
    """What a user should know although nothing failed, such as an autoencoder that fits badly."""


class BadValue(LucarneError, ValueError):
    """A value that cannot be sent to the kernel."""


class KernelNotFound(LucarneError):
    """The command line names no program."""


class KernelDied(LucarneError):
    """The process ended, or was not one of ours.

    `returncode` is the process's (negative: the signal that ended it), `stderr` the last lines it wrote.
    """

    def __init__(self, message: str, returncode: int | None = None, stderr: str = ""):
        self.returncode = returncode
        self.stderr = stderr
        tail = f"; the last it wrote to standard error:\n{stderr}" if stderr else ""
        super().__init__(message + tail)


class ResponseError(LucarneError):
    """The kernel answered with an error."""

    code: int = 0

    def __init__(self, message: str, data: Mapping[str, Any] | None = None, code: int | None = None):
        super().__init__(message)
        self.message = message
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if code is not None:
            self.code = code

    @property
    def hint(self) -> str | None:
        """What to do about it, where the kernel knows."""
        return self.data.get("hint")

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class ParseError(ResponseError):
    code = -32700


class InvalidRequest(ResponseError):
    code = -32600


class MethodNotFound(ResponseError):
    code = -32601


class InvalidParams(ResponseError):
    """A param is missing or of another form; `path` names it."""

    code = -32602

    @property
    def path(self) -> str | None:
        return self.data.get("path")


class InternalError(ResponseError):
    code = -32603


class ServerNotInitialized(ResponseError):
    code = -32002


class RequestCancelled(ResponseError):
    code = -32800


class RequestFailed(ResponseError):
    """A failure of the domain; its subclasses in `lucarne.kinds` are the kinds."""

    code = -32803

    @property
    def kind(self) -> str:
        return str(self.data.get("kind", ""))

    @property
    def retryable(self) -> bool:
        return bool(self.data.get("retryable"))


_by_code: dict[Any, type[ResponseError]] = {
    each.code: each
    for each in (
        ParseError,
        InvalidRequest,
        MethodNotFound,
        InvalidParams,
        InternalError,
        ServerNotInitialized,
        RequestCancelled,
    )
}


def response_error(error: Any) -> ResponseError:
    """The exception for an error object; of an unknown kind it is `RequestFailed` itself."""
    from .kinds import BY_KIND

    if not isinstance(error, Mapping):
        return ResponseError(f"an error of no known form: {error!r}")
    code, message, data = error.get("code"), str(error.get("message", "")), error.get("data")
    if code == RequestFailed.code:
        kind = data.get("kind") if isinstance(data, Mapping) else None
        return BY_KIND.get(kind, RequestFailed)(message, data)
    return _by_code.get(code, ResponseError)(message, data, code)
