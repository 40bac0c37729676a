"""The wrapper: Jupyter's messages on one side, the client's session on the other."""

from __future__ import annotations

import asyncio
import base64
import glob
import os
import re
import time
import uuid
from typing import Any, get_args

from ipykernel.kernelbase import Kernel
from lucarne import LucarneError, Record, build
from lucarne import __version__ as client_version
from traitlets import Unicode

from . import __version__
from .commands import PICTURES, Session, help_text, method_named, method_names
from .grammar import METHOD, CellError

WORD = re.compile(r"[\w./#]+")
#: The values of options that have few.
CHOICES = {"method": get_args(build.Method), "parts": get_args(build.PartsMethod)}


class LucarneKernel(Kernel):
    """Cells are commands or methods of the protocol; `help` lists them."""

    command = Unicode("lucarne serve", help="The command line that starts the server.").tag(config=True)

    implementation = "lucarne-kernel"
    implementation_version = __version__
    language = "lucarne"
    language_version = client_version
    language_info = {
        "name": "lucarne",
        "version": client_version,
        "mimetype": "text/x-lucarne",
        "file_extension": ".lucarne-cell",
        "pygments_lexer": "text",
    }
    banner = 'Lucarne. open picture.png "question", then attribute, compare, steer, ablate, features; help lists all.'
    help_links = []

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.session_ = Session(self.command)
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Future[Any]] | None = None

    # Cells

    async def do_execute(
        self, code: str, silent: bool, store_history: bool = True, user_expressions: Any = None, allow_stdin: bool = False
    ) -> dict[str, Any]:
        display = _Progress(self, silent)
        task = asyncio.ensure_future(self._run(code, silent, display))
        self._running = (asyncio.get_running_loop(), task)
        try:
            await task
        except asyncio.CancelledError:
            if not task.cancelled():
                raise
            return self._failed("KeyboardInterrupt", "cancelled", silent)
        except (LucarneError, CellError) as error:
            return self._failed(type(error).__name__, str(error), silent)
        except Exception as error:  # noqa: BLE001: a cell never ends the kernel
            self.log.exception("a cell failed")
            return self._failed(type(error).__name__, str(error), silent)
        finally:
            self._running = None
            display.end()
        return {
            "status": "ok",
            "execution_count": self.execution_count,
            "payload": [],
            "user_expressions": {},
        }

    async def _run(self, code: str, silent: bool, display: "_Progress") -> None:
        statements = self.session_.statements(code)
        for number, statement in enumerate(statements, 1):
            found = await self.session_.run(statement, display)
            display.end()
            if found is None or silent:
                continue
            content = {"data": bundle(found), "metadata": {}}
            if number == len(statements):
                content["execution_count"] = self.execution_count
                self.send_response(self.iopub_socket, "execute_result", content)
            else:
                self.send_response(self.iopub_socket, "display_data", content)

    def _failed(self, name: str, text: str, silent: bool) -> dict[str, Any]:
        content = {"ename": name, "evalue": text, "traceback": [f"\x1b[31m{name}\x1b[0m: {text}"]}
        if not silent:
            self.send_response(self.iopub_socket, "error", content)
        return {"status": "error", "execution_count": self.execution_count, **content}

    async def interrupt_request(self, stream: Any, ident: Any, parent: Any) -> None:
        """Cancels the running request; ipykernel's own would send a signal to the whole process group."""
        running = self._running
        if running is not None:
            loop, task = running
            loop.call_soon_threadsafe(task.cancel)
        self.session.send(stream, "interrupt_reply", {"status": "ok"}, parent, ident=ident)

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:
        try:
            await asyncio.wait_for(self.session_.close(), 10)
        except (asyncio.TimeoutError, LucarneError):
            pass
        return {"status": "ok", "restart": restart}

    # Editing

    def do_is_complete(self, code: str) -> dict[str, Any]:
        try:
            self.session_.statements(code)
        except CellError as error:
            if error.incomplete:
                return {"status": "incomplete", "indent": "  "}
            return {"status": "invalid"}
        return {"status": "complete"}

    def do_complete(self, code: str, cursor_pos: int | None) -> dict[str, Any]:
        cursor = len(code) if cursor_pos is None else cursor_pos
        start, matches = completions(self.session_, code, cursor)
        return {
            "status": "ok",
            "matches": [text for text, _ in matches],
            "cursor_start": start,
            "cursor_end": cursor,
            "metadata": {
                "_jupyter_types_experimental": [
                    {"start": start, "end": cursor, "text": text, "type": kind, "signature": ""}
                    for text, kind in matches
                ]
            },
        }

    async def do_inspect(
        self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()
    ) -> dict[str, Any]:
        word = word_at(code, cursor_pos)
        data: dict[str, Any] = {}
        if word.lstrip("#").isdigit():
            try:
                data = bundle(await self.session_.card(int(word.lstrip("#")), 3 + 3 * detail_level))
            except LucarneError as error:
                data = {"text/plain": str(error)}
        elif (text := help_text(self.session_, word)) is not None:
            data = {"text/plain": text}
        return {"status": "ok", "found": bool(data), "data": data, "metadata": {}}


class _Progress:
    """One display that is written over while a request runs, and left empty."""

    def __init__(self, kernel: LucarneKernel, silent: bool):
        self._kernel, self._silent = kernel, silent
        self._id: str | None = None
        self._title = ""
        self._last = 0.0

    def __call__(self, value: Record) -> None:
        if self._silent or value.get("kind") == "end":
            return
        self._title = value.get("title") or self._title
        now = time.monotonic()
        if self._id is not None and now - self._last < 0.1:
            return
        self._last = now
        share = value.get("percentage")
        words = [self._title, f"{share} %" if share is not None else "", value.get("message") or ""]
        self._show(" ".join(each for each in words if each))

    def _show(self, text: str) -> None:
        kind = "update_display_data"
        if self._id is None:
            self._id, kind = uuid.uuid4().hex, "display_data"
        content = {"data": {"text/plain": text}, "metadata": {}, "transient": {"display_id": self._id}}
        self._kernel.send_response(self._kernel.iopub_socket, kind, content)

    def end(self) -> None:
        if self._id is not None:
            self._show("")
            self._id = None


def bundle(found: Any) -> dict[str, Any]:
    """A value by its MIME types; plain text always."""
    data: dict[str, Any] = {"text/plain": repr(found)}
    for name, kind in (("_repr_html_", "text/html"), ("_repr_png_", "image/png"), ("_repr_json_", "application/json")):
        value = getattr(found, name)() if hasattr(type(found), name) else None
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode("ascii")
        if value is not None:
            data[kind] = value
    return data


def word_at(code: str, cursor: int) -> str:
    """The word that the cursor is in or behind."""
    for match in WORD.finditer(code):
        if match.start() <= cursor <= match.end():
            return match[0]
    return ""


def completions(session: Session, code: str, cursor: int) -> tuple[int, list[tuple[str, str]]]:
    """What can stand at the cursor, from where on, with its sort."""
    before = code[:cursor]
    line = before.rsplit("\n", 1)[-1]
    first = line.split(None, 1)[0] if line.strip() else ""
    method = METHOD.match(before.lstrip().rsplit("\n\n", 1)[-1])
    part = re.search(r'[\w./~#-]*$', line)
    word = part[0] if part else ""
    start = cursor - len(word)
    if line.strip() == word and (method is None or not before.strip().endswith(("{", ","))):
        names = [(each, "command") for each in session.commands()] + [(each, "method") for each in method_names()]
        return start, [each for each in names if each[0].startswith(word)]
    if method is not None and first not in session.commands():
        return start, _params_of(method[0], word)
    offered: list[tuple[str, str]] = []
    if first in ("open", "compare"):
        found = [each + "/" if os.path.isdir(each) else each for each in sorted(glob.glob(glob.escape(os.path.expanduser(word)) + "*"))]
        offered = [(each, "path") for each in found if each.lower().endswith((*PICTURES, "/"))]
    if first == "help":
        names = [*session.commands(), *method_names()]
        return start, [(each, "command") for each in names if each.startswith(word)]
    if re.search(r"\bin\s+[\w.]*$", line):
        parts = [each.part for each in session.context.opened.parts] if session.context else []
        return start, [(each, "region") for each in parts if each.startswith(word)]
    if re.search(r"\bby\s+\w*$", line):
        return start, [(each, "keyword") for each in ("feature", "token", "part", "none") if each.startswith(word)]
    if choices := re.search(r"\b(method|parts)\s*=\s*\w*$", line):
        return start, [(each, "keyword") for each in CHOICES[choices[1]] if each.startswith(word)]
    if first in ("feature", "ablate", "steer"):
        offered += [(str(each), "feature") for each in session.seen]
    offered += [(each, "keyword") for each in session.CLAUSES.get(first, ())]
    offered += [(f"{each} =", "option") for each in session.OPTIONS.get(first, ())]
    return start, [each for each in offered if each[1] == "path" or each[0].startswith(word)]


def _params_of(name: str, word: str) -> list[tuple[str, str]]:
    import inspect

    from lucarne.records import camel

    function = method_named(name)
    if function is None:
        return []
    names = [camel(each) for each in inspect.signature(function).parameters if each not in ("self", "progress")]
    return [(each, "param") for each in names if each.startswith(word)]
