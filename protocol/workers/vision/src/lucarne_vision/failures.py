"""What can go wrong with a request, and with one picture or text of it."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
UNKNOWN_METHOD = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603


class RequestError(Exception):
    """The request as a whole is refused, with a code of JSON-RPC 2.0."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code = code


class InvalidParams(RequestError):
    """A param is not what the method takes: where it is, what was found, what was expected."""

    def __init__(self, place: str, found: str, expected: str):
        super().__init__(INVALID_PARAMS, f"{place}: found {found}, expected {expected}")


class ItemError(Exception):
    """One picture or text of a batch has no result; the others have theirs."""


def reason(error: BaseException) -> str:
    """An exception of a library in one line of at most 500 characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 500 else text[:499] + "…"
