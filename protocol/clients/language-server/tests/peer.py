"""python-lsp-jsonrpc, a foreign implementation of JSON-RPC over stdio, in a conversation with the kernel."""

import os
import subprocess
import sys
import threading

from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.exceptions import JsonRpcException
from pylsp_jsonrpc.streams import JsonRpcStreamReader, JsonRpcStreamWriter

TEXT = "Does 🗺 show Bolivia? Ça, a\u0301 \u4e16\u754c"


def check(what, condition):
    if not condition:
        raise SystemExit(f"FAIL {what}")
    print("ok  ", what)


def main():
    process = subprocess.Popen([os.environ["LUCARNE"], "serve", "--jobs", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    ended, partial = [], []
    heard = {"$/progress": lambda params: (ended if params["value"].get("kind") == "end" else partial).append(params)}
    endpoint = Endpoint(heard, JsonRpcStreamWriter(process.stdin).write)
    reader = JsonRpcStreamReader(process.stdout)
    listening = threading.Thread(target=reader.listen, args=(endpoint.consume,), daemon=True)
    listening.start()

    def ask(method, **params):
        return endpoint.request(method, params).result(timeout=60)

    def fails(method, **params):
        try:
            ask(method, **params)
        except JsonRpcException as error:
            return error
        raise SystemExit(f"FAIL {method} did not fail")

    check("asked before initialize, it says so", fails("kernel/status").code == -32002)
    check("it tells its name", ask("initialize", processId=os.getpid(), capabilities={})["serverInfo"]["name"] == "lucarne")
    endpoint.notify("initialized", {})
    check("an unknown method", fails("no/such").code == -32601)
    opened = ask("context/open", parts=[{"id": "q", "text": TEXT}], chat={"template": "none"})
    span = opened["parts"][0]["span"]
    tokens = ask("context/tokens", context=opened["context"], span=span)["tokens"]
    check("astral and combining characters are tokens of the text", len(tokens) == span["end"] - span["start"] > 0)
    given = endpoint.request(
        "context/generate", {"context": opened["context"], "maxTokens": 4, "partialResultToken": "p", "workDoneToken": "w"})
    answer = given.result(timeout=60)
    check("tokens stream as partial results", answer["finish"] in ("stop", "length") and any(each["token"] == "p" for each in partial))
    error = fails("context/tokens", context="ctx_99")
    check("an error of the domain has its kind", error.code == -32803 and error.data["kind"] == "contextNotFound")
    # The library's own way of cancelling does not expect the reply that the protocol demands.
    numbers = iter(["long"])
    usual, endpoint._id_generator = endpoint._id_generator, lambda: next(numbers)
    long = endpoint.request("attribution/compute", {
        "context": opened["context"], "sae": "sae", "method": "ablation", "topK": 2000,
        "target": {"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}})
    endpoint._id_generator = usual
    endpoint.notify("$/cancelRequest", {"id": "long"})
    try:
        long.result(timeout=60)
        raise SystemExit("FAIL a cancelled request was answered")
    except JsonRpcException as error:
        check("a cancelled request is told so", error.code == -32800)
    check("and the next is answered", ask("kernel/status")["health"] == "ok")
    ask("shutdown")
    endpoint.notify("exit")
    check("it ends with code 0", process.wait(timeout=30) == 0)
    endpoint.shutdown()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
