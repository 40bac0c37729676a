"""Progress as a bar: tqdm's where it is installed, else one line on standard error."""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional

from .records import Record

#: Takes each value, and None at the end, however the request ended.
Report = Callable[[Optional[Record]], None]


def reporter(progress: Any, title: str) -> Report | None:
    """What hears `$/progress`; None where nobody wants to."""
    if progress is None or progress is False:
        return None
    if progress is not True:
        return lambda value: None if value is None else progress(value)
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _Line(title)
    return _Bar(title, tqdm)


def job_progress(state: Any) -> Record:
    """How far a job is, as `$/progress` would tell it."""
    done, total = state.progress.done, state.progress.total
    value: dict[str, Any] = {"kind": "report", "title": state.method, "message": state.progress.message}
    if total:
        value["percentage"] = int(100 * done / total)
    return Record({name: each for name, each in value.items() if each is not None})


class _Bar:
    def __init__(self, title: str, tqdm: Any):
        self._title, self._tqdm = title, tqdm
        self._bar: Any = None

    def __call__(self, value: Record | None) -> None:
        if value is None:
            if self._bar is not None:
                self._bar.close()
            return
        # The kernel is silent for the first 300 ms, and so is the bar.
        if self._bar is None:
            self._bar = self._tqdm(
                total=100, desc=str(value.get("title") or self._title), unit="%", leave=False
            )
        if value.get("kind") == "end":
            self._bar.n = 100
        elif value.get("percentage") is not None:
            self._bar.n = value["percentage"]
        if value.get("message"):
            self._bar.set_postfix_str(value["message"], refresh=False)
        self._bar.refresh()


class _Line:
    def __init__(self, title: str):
        self._title, self._width = title, 0

    def __call__(self, value: Record | None) -> None:
        if value is None:
            if self._width:
                sys.stderr.write("\r" + " " * self._width + "\r")
                sys.stderr.flush()
            return
        percentage = value.get("percentage")
        shown = self._title if percentage is None else f"{self._title} {percentage} %"
        shown += f" {value['message']}" if value.get("message") else ""
        sys.stderr.write("\r" + shown.ljust(self._width))
        sys.stderr.flush()
        self._width = max(self._width, len(shown))
