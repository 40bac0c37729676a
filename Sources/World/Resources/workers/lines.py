"""JSON-RPC 2.0, one message a line, on standard input and output."""

import json
import os
import signal
import sys
import traceback

LINE_LIMIT = 256 << 20
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
UNKNOWN_METHOD = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603


class RequestError(Exception):
    """A request is refused as a whole."""

    def __init__(self, code, message, identity=None):
        super().__init__(message)
        self.code = code
        self.identity = identity


def serve(answer):
    """Answers until `shutdown` or the input's end.

    `answer` gets a method's name and its params and gives the result, or raises RequestError.
    Standard output is the messages' alone: what else is printed goes to standard error.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        while line := sys.stdin.buffer.readline(LINE_LIMIT + 1):
            if not line.strip():
                continue
            identity = None
            try:
                request = _request(line)
                if "id" not in request:
                    continue
                identity = request["id"]
                if request["method"] == "shutdown":
                    _write(sink, identity, "result", None)
                    return
                result = answer(request["method"], request.get("params", {}))
            except RequestError as error:
                _fail(sink, error.identity if identity is None else identity, error)
            except Exception as error:  # A fault of ours: told, and the next request is served.
                traceback.print_exc()
                _fail(sink, identity, RequestError(INTERNAL_ERROR, f"{type(error).__name__}: {error}"))
            else:
                _write(sink, identity, "result", result)
    except BrokenPipeError:
        # Nobody reads any more; Python would try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sink.fileno())


def _request(line):
    if len(line) > LINE_LIMIT and not line.endswith(b"\n"):
        while (rest := sys.stdin.buffer.readline(1 << 20)) and not rest.endswith(b"\n"):
            pass
        raise RequestError(INVALID_PARAMS, f"found a line of more bytes, expected at most {LINE_LIMIT}")
    try:
        request = json.loads(line, parse_constant=_refuse)
    except RecursionError:
        raise RequestError(PARSE_ERROR, "the line is no JSON: nested too deep") from None
    except ValueError as error:
        raise RequestError(PARSE_ERROR, f"the line is no JSON: {str(error)[:200]}") from None
    if not isinstance(request, dict):
        raise RequestError(INVALID_REQUEST, "found no object, expected one request a line")
    identity = request.get("id")
    if not (identity is None or isinstance(identity, (int, str))) or isinstance(identity, bool):
        raise RequestError(INVALID_REQUEST, "the id is neither a whole number nor a text")
    if request.get("jsonrpc") != "2.0":
        raise RequestError(INVALID_REQUEST, 'jsonrpc is not "2.0"', identity)
    if not isinstance(request.get("method"), str):
        raise RequestError(INVALID_REQUEST, "the method is no text", identity)
    return request


def _refuse(name):
    raise ValueError(f"{name} is no number of JSON")


def _fail(sink, identity, error):
    _write(sink, identity, "error", {"code": error.code, "message": str(error)})


def _write(sink, identity, member, value):
    message = {"jsonrpc": "2.0", "id": identity, member: value}
    line = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")
    if len(line) > LINE_LIMIT:
        _fail(sink, identity, RequestError(
            INTERNAL_ERROR, f"the answer has {len(line)} bytes, expected at most {LINE_LIMIT}"))
        return
    sink.write(line + b"\n")
    sink.flush()
