"""Options that do not exist are errors that name the one that was meant."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import Any, Callable, TypeVar

from .records import snake

Class = TypeVar("Class", bound=type)


def meant(name: str, known: list[str]) -> str:
    """`: did you mean top_k?` where an option is near, else those that there are."""
    near = [snake(name)] if snake(name) in known else difflib.get_close_matches(name, known, 1, 0.6)
    if near:
        return f": did you mean {near[0]}?"
    return f"; it has {', '.join(known)}" if known else ""


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    parameters = inspect.signature(function).parameters.values()
    if any(each.kind is each.VAR_KEYWORD for each in parameters):
        return function
    known = [each.name for each in parameters if each.name != "self"]
    title = function.__qualname__.removesuffix(".__init__").rsplit(".", 1)[-1]

    @functools.wraps(function)
    def checked(*arguments: Any, **options: Any) -> Any:
        for name in options:
            if name not in known:
                called = type(arguments[0]).__name__ if title.startswith("_") else title
                raise TypeError(f"{called}() has no option {name}{meant(name, known)}")
        return function(*arguments, **options)

    return checked


def strict(kind: Class) -> Class:
    """A class whose methods say which option was meant where one is misspelt."""
    for name, member in list(vars(kind).items()):
        if inspect.isfunction(member) and (name == "__init__" or not name.startswith("_")):
            setattr(kind, name, _strict(member))
    return kind
