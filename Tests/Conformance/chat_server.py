"""A server of chat completions that behaves as its address asks: the path's first part names a manner.

    python3 chat_server.py [SECONDS]

Listens on a free port of 127.0.0.1, prints the port on one line and ends after SECONDS (default 600) or when
its standard input closes. `/MANNER/v1/chat/completions` answers in that manner; `/echo/…` answers with
what was asked as JSON text; `/count/NAME/…` is as `/NAME/…`, and `GET /asked` tells how often each path was
asked. Python's standard library alone.
"""

import base64
import hashlib
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

asked = {}
lock = threading.Lock()


def completion(text, **choice):
    return {
        "id": "c1", "object": "chat.completion", "created": 1, "model": "small",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": text},
            "finish_reason": "stop", **choice,
        }],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


def rating(quality, Text, Concept="", Question=""):
    """0 to 2 by a rule that anybody can apply."""
    if quality == "concept":
        return min(2, Text.lower().count(Concept.lower()))
    if quality == "instruction":
        return (len(Question) + len(Text)) % 3
    return 2 if Text and Text[0].isupper() else len(Text) % 3


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body, kind="application/json", **headers):
        if not isinstance(body, bytes):
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.send(200, asked)

    def do_POST(self):
        with lock:
            self.count = asked[self.path] = asked.get(self.path, 0) + 1
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        manner = self.path.split("/")[1]
        try:
            getattr(self, f"manner_{manner}")()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def manner_normal(self):
        self.send(200, completion("a red bus"))

    def manner_unicode(self):
        self.send(200, completion("un café à l'œil 🚲 — «été»"))

    def manner_echo(self):
        heard = {"body": json.loads(self.body), "key": self.headers.get("Authorization"),
                 "path": self.path, "kind": self.headers.get("Content-Type")}
        self.send(200, completion(json.dumps(heard)))

    def manner_digests(self):
        """Explains by the SHA-256 of each picture that it is shown."""
        parts = [part for message in json.loads(self.body)["messages"] for part in message["content"]]
        urls = [part["image_url"]["url"] for part in parts if isinstance(part, dict) and "image_url" in part]
        shown = [hashlib.sha256(base64.b64decode(url.partition(",")[2])).hexdigest() for url in urls]
        self.send(200, completion(json.dumps({"interpretable": True, "explanation": " ".join(shown)})))

    def manner_parts(self):
        content = [{"type": "text", "text": "a red "}, {"type": "text", "text": "bus"}]
        self.send(200, completion(content))

    def manner_short(self):
        self.send(200, completion("a red b", finish_reason="length"))

    def manner_slow(self):
        time.sleep(0.4)
        self.send(200, completion("a red bus"))

    def manner_never(self):
        time.sleep(3600)
        self.send(200, completion("too late"))

    def manner_html(self):
        self.send(200, "<!DOCTYPE html>\n<html><h1>Welcome</h1></html>", "text/html; charset=utf-8")

    def manner_html404(self):
        self.send(404, "<html>Not\x07 Found</html>", "text/html")

    def manner_plainkind(self):
        self.send(200, json.dumps(completion("a red bus")), "text/plain")

    def manner_broken(self):
        self.send(200, '{"choices": [{"message": {"content": "a re')

    def manner_nochoice(self):
        self.send(200, {"choices": []})

    def manner_number(self):
        self.send(200, completion(7))

    def manner_null(self):
        self.send(200, completion(None))

    def manner_error200(self):
        self.send(200, {"error": {"message": "the model is not loaded"}})

    def manner_unauthorized(self):
        key = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.send(401, {"error": {"message": f"wrong key {key}", "type": "auth"}})

    def manner_validation(self):
        self.send(422, {"detail": [{"loc": ["body", "model"], "msg": "field required"}]})

    def manner_busyonce(self):
        if self.count < 3:
            self.send(429, {"error": {"message": "slow down"}}, Retry_After="0")
        else:
            self.send(200, completion("a red bus"))

    def manner_busysecond(self):
        if self.count < 2:
            self.send(503, "", "text/plain", Retry_After="1")
        else:
            self.send(200, completion("a red bus"))

    def manner_busylong(self):
        self.send(429, {"error": {"message": "tomorrow"}}, Retry_After="86400")

    def manner_failing(self):
        self.send(500, {"error": {"message": "out of memory"}})

    def manner_failonce(self):
        if self.count < 2:
            self.send(500, "oops", "text/plain")
        else:
            self.send(200, completion("a red bus"))

    def manner_redirect(self):
        self.send(307, "", "text/plain", Location="http://127.0.0.2:9/elsewhere")

    def manner_endless(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.close_connection = True
        while True:
            self.wfile.write(b" " * 65536)

    def manner_drip(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.close_connection = True
        while True:
            self.wfile.write(b": still here\n\n")
            time.sleep(0.05)

    def manner_huge(self):
        self.send(200, completion("x" * (2 << 20)))

    def manner_headers(self):
        self.send_response(200)
        for number in range(3000):
            self.send_header(f"X-{number}", "y" * 40)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def manner_cut(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"choices": [')
        self.close_connection = True

    def manner_close(self):
        self.close_connection = True
        self.connection.close()

    def manner_deep(self):
        self.send(200, "[" * 100_000)

    def stream(self, chunks, done=True):
        lines = [": a comment", "event: message"]
        lines += ["data: " + json.dumps(chunk) for chunk in chunks]
        text = "\n\n".join(lines + (["data: [DONE]"] if done else [])) + "\n\n"
        self.send(200, text, "text/event-stream; charset=utf-8")

    def pieces(self, *texts):
        return [
            {"model": "small", "choices": [{"index": 0, "delta": {"content": text}}]}
            for text in texts
        ]

    def manner_events(self):
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
               "usage": {"prompt_tokens": 7, "completion_tokens": 3}}
        self.stream(self.pieces("a ", "rød", " bus") + [end])

    def manner_eventscut(self):
        self.stream(self.pieces("a ", "red"), done=False)

    def manner_explain(self):
        """A model that looks at its pictures: it tells their number, or the length of the text."""
        message = json.loads(self.body)["messages"][-1]["content"]
        images = 0 if isinstance(message, str) else sum(p["type"] == "image_url" for p in message)
        words = f"pictures of {images} red things" if images else "words about the sea"
        self.send(200, completion(json.dumps({"explanation": words, "interpretable": True})))

    def manner_unable(self):
        self.send(200, completion('{"interpretable": false, "explanation": ""}'))

    def words(self):
        """All texts of the question, the system's left out."""
        message = json.loads(self.body)["messages"][-1]["content"]
        return message if isinstance(message, str) else "\n".join(p["text"] for p in message if p["type"] == "text")

    def manner_refine(self):
        """A model that takes the last two words of a description for what it is about."""
        description = self.words().split("Description: ")[-1]
        answer = {"phrase": " ".join(description.split()[-2:]), "kind": "object"}
        self.send(200, completion(json.dumps(answer)))

    def manner_unnamed(self):
        self.send(200, completion('{"phrase": null}'))

    def manner_yes(self):
        """A judge that says yes to everything, and that the first picture does not belong."""
        words = self.words()
        member = next(name for name in ("consistent", "fits", "odd") if f'{{"{name}": ' in words)
        self.send(200, completion(json.dumps({member: 1 if member == "odd" else True})))

    def rated(self):
        """What is asked for and the texts that are given with it, as JSON strings a line."""
        lines = self.words().split("\n")
        given = {name: json.loads(line.partition(": ")[2]) for line in lines
                 for name in ("Concept", "Question", "Text") if line.startswith(name + ": ")}
        quality = next((name for name in ("concept", "question") if name.capitalize() in given), "fluency")
        return "instruction" if quality == "question" else quality, given

    def manner_rate(self):
        """A judge that rates texts by rules of its own (`rating`)."""
        quality, given = self.rated()
        self.send(200, completion(json.dumps({"rating": rating(quality, **given)})))

    def manner_rategreedily(self):
        """It says that a rating cost all tokens that there are."""
        answer = completion('{"rating": 1}')
        answer["usage"] = {"prompt_tokens": 2**63 - 1, "completion_tokens": -5}
        self.send(200, answer)

    def manner_rateslowly(self):
        time.sleep(0.02)
        self.manner_rate()

    def manner_ratebadly(self):
        """The same, but it talks about texts with an e."""
        if "e" in self.rated()[1]["Text"]:
            self.send(200, completion('I would say {"rating": 3}'))
        else:
            self.manner_rate()

    def manner_failfirst(self):
        if self.count < 2:
            self.send(400, {"error": {"message": "not this one"}})
        else:
            self.manner_explain()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    ended.wait(float(sys.argv[1]) if len(sys.argv) > 1 else 600)
