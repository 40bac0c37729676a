"""The pool of endpoints, held to servers that behave badly on purpose."""

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from conftest import ROOT
from lucarne import BadValue
from lucarne.cluster import Endpoint, EndpointsDown
from lucarne.cluster.pool import Pool, endpoints_of


class Server:
    """Answers as `answer` says: (status, body, headers), after `seconds`; counts, and knows how many ask at once."""

    def __init__(self, answer, seconds=0.0, models=None):
        self.asked, self.at_once, self.most, self.keys, self.times = 0, 0, 0, set(), []
        lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def send(self, status, body, headers=None):
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self):
                self.send(200, {"data": [{"id": each} for each in models]} if models is not None else {})

            def do_POST(self):
                question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    server.asked += 1
                    number = server.asked
                    server.times.append(time.monotonic())
                    server.keys.add(self.headers.get("Authorization"))
                    server.at_once += 1
                    server.most = max(server.most, server.at_once)
                try:
                    time.sleep(seconds)
                    said = answer(question, number)
                finally:
                    # Before it is sent: whoever has the answer may ask the next.
                    with lock:
                        server.at_once -= 1
                self.send(*said)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def completion(text="yes"):
    return {"choices": [{"message": {"content": text}}], "usage": {"prompt_tokens": 100, "completion_tokens": 10}}


@pytest.fixture
def servers():
    made = []

    def make(*arguments, **options):
        made.append(Server(*arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def put(pool, count, name="any"):
    """Questions at once, as the kernel puts them; the answers' statuses and texts."""
    found = [None] * count

    def one(number):
        body = json.dumps({"model": name, "messages": [{"role": "user", "content": str(number)}]}).encode()
        request = urllib.request.Request(
            pool.address + "/chat/completions", body, {"Authorization": f"Bearer {pool.token}", "Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                found[number] = answer.status, json.loads(answer.read())["choices"][0]["message"]["content"]
        except urllib.error.HTTPError as error:
            found[number] = error.code, json.loads(error.read())["error"]["message"]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def test_each_endpoint_has_its_own_model_concurrency_and_key(servers):
    def echo(question, _):
        return 200, completion(question["model"] + question["messages"][0]["content"])

    quick, slow = servers(echo, 0.03), servers(echo, 0.06)
    ends = [Endpoint(quick.url, "quick", concurrency=3, key="secret"), Endpoint(slow.url, "slow", concurrency=2)]
    with Pool(ends) as pool:
        found = put(pool, 30)
    assert sorted(int(text.removeprefix("quick").removeprefix("slow")) for _, text in found) == list(range(30))
    assert (quick.most, slow.most) == (3, 2)
    assert quick.asked + slow.asked == 30 and quick.asked > slow.asked > 0
    assert quick.keys == {"Bearer secret"} and slow.keys == {None}
    assert "secret" not in repr(ends)


def test_an_endpoint_that_dies_costs_no_answer(servers):
    first, second = servers(lambda *_: (200, completion()), 0.02), servers(lambda *_: (200, completion()), 0.02)
    with Pool([Endpoint(first.url, "m", concurrency=2), Endpoint(second.url, "m", concurrency=2)]) as pool:
        assert [status for status, _ in put(pool, 8)] == [200] * 8
        second.close()
        assert [status for status, _ in put(pool, 12)] == [200] * 12
        assert [each["state"] for each in pool.facts()] == ["well", "down"]
        before = pool.facts()[1]["failures"]
        assert [status for status, _ in put(pool, 12)] == [200] * 12
        # It is looked at, and not asked.
        assert pool.facts()[1]["failures"] == before


def test_failures_are_tried_elsewhere_and_refusals_are_not(servers):
    failing = servers(lambda *_: (500, {"error": {"message": "out of memory"}}))

    def some(question, _):
        is_long = question["messages"][0]["content"] == "1"
        return (400, {"error": {"message": "too long"}}) if is_long else (200, completion())

    well = servers(some)
    with Pool([Endpoint(failing.url, "m"), Endpoint(well.url, "m")]) as pool:
        found = put(pool, 6)
        assert [status for status, _ in found] == [200, 400, 200, 200, 200, 200]
        assert found[1][1] == "too long"
        assert failing.asked <= 8 and pool.facts()[0]["state"] == "down"


def test_a_wrong_key_and_a_missing_model_are_told_and_not_asked_again(servers):
    well = servers(lambda *_: (200, completion()), models=["m"])
    closed = servers(lambda *_: (401, {"error": {"message": "wrong key sk-123"}}))
    with Pool([Endpoint(well.url, "m"), Endpoint(closed.url, "m", key="sk-123"), Endpoint(well.url, "other")]) as pool:
        assert [status for status, _ in put(pool, 9)] == [200] * 9
        states = {each["message"] for each in pool.facts()}
    # A key that the server says again is not told.
    assert any(each.endswith("wrong key …") for each in states) and "it has no model 'other', but m" in states
    assert closed.asked <= 8
    with pytest.raises(EndpointsDown, match="no model 'other'"), Pool([Endpoint(well.url, "other")]):
        pass


def test_a_busy_endpoint_rests_for_as_long_as_it_asks(servers):
    busy = servers(lambda _, number: (429, {"error": {"message": "later"}}, {"Retry-After": "1"}) if number == 1 else (200, completion()))
    with Pool([Endpoint(busy.url, "m", concurrency=1)]) as pool:
        begin = time.monotonic()
        assert put(pool, 2) == [(200, "yes")] * 2
    assert 1.0 <= time.monotonic() - begin < 10 and busy.asked == 3


def test_the_rate_limit_holds(servers):
    limited, free = servers(lambda *_: (200, completion())), servers(lambda *_: (200, completion()), 0.05)
    ends = [Endpoint(limited.url, "m", requests_per_minute=5), Endpoint(free.url, "m", concurrency=4)]
    with Pool(ends) as pool:
        assert [status for status, _ in put(pool, 40)] == [200] * 40
    assert limited.asked == 5 and free.asked == 35
    by_tokens = servers(lambda *_: (200, completion()))
    with Pool([Endpoint(by_tokens.url, "m", concurrency=1, tokens_per_minute=350)], patience=2) as pool:
        found = put(pool, 6)
    # Three answers of 110 tokens; a fourth would be above.
    assert by_tokens.asked == 3 and sorted(status for status, _ in found) == [200] * 3 + [503] * 3


def test_questions_wait_behind_the_trial_and_the_estimate_is_what_it_took(servers):
    server = servers(lambda *_: (200, completion()), 0.2)
    with Pool([Endpoint(server.url, "m", concurrency=4, prompt_price=2.0, completion_price=10.0)], trial=4) as pool:
        answers = []
        thread = threading.Thread(target=lambda: answers.extend(put(pool, 12)))
        thread.start()
        while not pool.is_trial_over():
            time.sleep(0.02)
        time.sleep(0.3)
        assert server.asked == 4
        found = pool.estimate(1000)
        # A thousand questions of 100 and 10 tokens; four at a time, each in a fifth of a second.
        assert (found["promptTokens"], found["completionTokens"], found["measured"]) == (100_000, 10_000, 4)
        assert found["cost"] == pytest.approx((100_000 * 2 + 10_000 * 10) / 1e6)
        assert 50 <= found["seconds"] <= 75
        pool.open()
        thread.join()
    assert [status for status, _ in answers] == [200] * 12


def test_the_pool_answers_nobody_else(servers):
    server = servers(lambda *_: (200, completion()))
    with Pool([Endpoint(server.url, "m")]) as pool:
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(urllib.request.Request(pool.address + "/chat/completions", b"{}"), timeout=10)
        assert error.value.code == 401 and server.asked == 0
        assert pool.address.startswith("http://127.0.0.1:")


def test_answers_that_are_none_are_tried_elsewhere():
    """The server of the kernel's own tests: pages, broken JSON, silence."""
    script = ROOT / "Tests/Conformance/chat_server.py"
    with subprocess.Popen([sys.executable, script, "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        bad = [Endpoint(f"http://127.0.0.1:{port}/{each}/v1", "m", request_seconds=0.5) for each in ("html", "broken", "nochoice", "never")]
        with Pool([*bad, Endpoint(f"http://127.0.0.1:{port}/normal/v1", "m", concurrency=1)]) as pool:
            assert put(pool, 10) == [(200, "a red bus")] * 10
            assert pool.facts()[4]["answers"] == 10
        process.stdin.close()
        process.terminate()


def raw(answer):
    """A server that sends bytes as they are, however they come; its url."""
    listener = socket.create_server(("127.0.0.1", 0))

    def one(connection):
        with connection, contextlib.suppress(OSError):
            # The whole question: a connection that is closed before is reset, with what was answered.
            with connection.makefile("rb") as question:
                method = question.readline()
                headers = http.client.parse_headers(question)
                question.read(int(headers.get("Content-Length", 0)))
            if method.startswith(b"GET"):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            else:
                answer(connection)

    def listen():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


def trickle(connection):
    """A byte at a time, of an answer that says not how long it is."""
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "answer, words",
    [
        (trickle, "no answer within 0.4 s"),
        (lambda connection: connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + b"[" * 100_000), "no chat completion"),
        (lambda connection: connection.sendall(b"HTTP/1.0 202 Accepted\r\n\r\n{}"), "no chat completion"),
        (lambda connection: connection.sendall(b"HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n"), "status 302"),
        (lambda connection: connection.sendall(b"HTTP/1.0 402 No Money\r\n\r\n{}"), "status 402"),
        (lambda connection: connection.sendall(b"\0\xff" * 20_000), "no answer"),
    ],
)  # fmt: skip
def test_what_an_endpoint_does_wrong_costs_others_nothing(servers, answer, words):
    well = servers(lambda *_: (200, completion()))
    with Pool([Endpoint(raw(answer), "m", request_seconds=0.4), Endpoint(well.url, "m", concurrency=1)]) as pool:
        begin = time.monotonic()
        assert put(pool, 4) == [(200, "yes")] * 4
        assert time.monotonic() - begin < 5
        bad = pool.facts()[0]
    assert bad["failures"] or bad["state"] == "refuses"
    assert words in bad["message"] and len(bad["message"]) < 300


def test_what_is_secret_is_not_told(servers, monkeypatch):
    server = servers(lambda *_: (200, completion()))
    # A key that was read from a file ends with a line feed.
    with Pool([Endpoint(server.url, "m", key="sk-secret\n")]) as pool:
        assert put(pool, 1) == [(200, "yes")]
    assert server.keys == {"Bearer sk-secret"}
    monkeypatch.setenv("POOL_KEY", "sk-secret\x01x")
    for given, words in [
        ({"key_variable": "POOL_KEY"}, "the variable POOL_KEY has characters"), ({"key_variable": "NO_KEY"}, "NO_KEY, which has its key, is not set"),
    ]:  # fmt: skip
        with pytest.raises(EndpointsDown, match=words) as error, Pool([Endpoint(server.url + "?api-key=sk-secret", "m", **given)]):
            pass
        assert "sk-secret" not in str(error.value)
    for given in ({"key": "sk-secret\x01"}, {"url": "http://me:sk-secret@h/v1"}, {"url": "http://h:x/v1?key=sk-secret"}):
        with pytest.raises(BadValue) as error:
            Endpoint(**{"url": server.url, "model": "m", **given})
        assert "sk-secret" not in str(error.value)
    assert "sk-secret" not in repr(Endpoint(server.url + "?api-key=sk-secret", "m", key="sk-secret"))


@pytest.mark.parametrize(
    "given",
    [{"prompt_price": float("nan")}, {"completion_price": -1.0}, {"prompt_price": "3"}, {"concurrency": 2.5}, {"concurrency": float("inf")},
     {"request_seconds": float("inf")}, {"request_seconds": 1e12}, {"requests_per_minute": float("nan")}, {"url": "http://h:99999/v1"},
     {"url": "http://h/v1\r\nX: y"}],
)  # fmt: skip
def test_numbers_that_are_none_are_refused(given):
    with pytest.raises(BadValue, match="expected"):
        Endpoint(**{"url": "http://h/v1", "model": "m", **given})


@pytest.mark.parametrize(
    "given, words",
    [([], "no endpoint"), ("http://h/v1", r"the endpoint is 'http://h/v1', expected Endpoint\(address, model\)"), (3, "the endpoint is 3"),
     (["http://h/v1"], "the endpoint is 'http://h/v1'"), ([("localhost:8000", "m")], "expected an address"), ([("http://u:p@h/v1", "m")], "without a user"),
     ([("http://h/v1", "")], "no model's name"), ([("http://h/v1", "m", 0)], "expected more than 0")],
)  # fmt: skip
def test_what_is_no_endpoint_is_refused(given, words):
    with pytest.raises(BadValue, match=words):
        endpoints_of(given)
    assert endpoints_of(("http://h/v1", "m")) == (Endpoint("http://h/v1", "m"),)
