"""Sessions whose file is of this machine and whose kernel is of another: their content travels."""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any, Generator, Mapping

from .errors import BadValue, LucarneError
from .types import SessionSaveResult

Steps = Generator[Any, Any, Any]
#: Bytes of a session in a message.
LIMIT = 63 << 20


def content(path: str) -> dict[str, Any]:
    """A session's file, as a message has it."""
    size = os.path.getsize(path)
    if size > LIMIT:
        raise BadValue(f"{path} has {size} bytes, expected at most {LIMIT}: a session for a kernel on another machine goes in a message")
    with open(path, encoding="utf-8") as file:
        try:
            found = json.load(file)
        except ValueError as error:
            raise BadValue(f"{path} is no session: {error}") from error
    if not isinstance(found, dict):
        raise BadValue(f"{path} is no session: expected a JSON object")
    return found


def save(steps: Steps, path: str) -> Steps:
    """Has a session come with the answer, and writes it here: in the place of nothing or of another session."""
    if os.path.lexists(path):
        if not os.path.isfile(path) or content(path).get("format") != "lucarne-session":
            raise LucarneError(f"{path} is refused: what is there is not a session, expected one or a new name")
    answer = yield from steps
    text = json.dumps(answer.session.to_dict(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    write(text.encode("utf-8"), path)
    return SessionSaveResult({**{name: each for name, each in answer.to_dict().items() if name != "session"}, "path": path})


def export(steps: Steps, output: str) -> Steps:
    """Has what people read come with the answer, and writes it here, where nothing may be."""
    if os.path.lexists(output):
        raise LucarneError(f"{output} is refused: it is there already, expected a new name")
    answer = yield from steps
    write(answer.text.encode("utf-8"), output)
    return type(answer)({**{name: each for name, each in answer.to_dict().items() if name != "text"}, "output": output})


def write(data: bytes, path: str) -> None:
    """Writes a file whole, under another name first."""
    descriptor, name = tempfile.mkstemp(dir=os.path.dirname(path), prefix=f".{os.path.basename(path)}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def session_params(path: str, rest: Mapping[str, Any], host: str | None) -> dict[str, Any]:
    """How a session is named to the kernel: by its content where it is a file of this machine only."""
    if host is not None and os.path.isfile(path):
        return {"session": content(path), **rest}
    return {"path": path, **rest}
