"""Several servers of chat completions as one: who is well, who has room, whose turn it is.

The kernel asks one address. Here it is a server of this process, on the loopback interface and behind a token, that hands
each question to one of the endpoints, to another where that one fails, and counts what it costs.
"""

from __future__ import annotations

import hmac
import http.client
import json
import math
import os
import re
import secrets
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Iterable, Mapping, Sequence, Union
from urllib.parse import urlsplit

from ..errors import BadValue
from .errors import EndpointsDown

#: The most bytes of one question, pictures included, and of one answer.
QUESTION_BYTES, ANSWER_BYTES = 256 << 20, 4 << 20
#: Failures in a row after which an endpoint is down until it is seen to be well.
FAILURES_UNTIL_DOWN = 3
#: Seconds between two looks at an endpoint that is down: doubled each time, up to the second.
FIRST_LOOK, LONGEST_LOOK = 1.0, 60.0
#: Statuses that say: later.
BUSY = {408, 425, 429, 503, 529}
#: Statuses that no other question to the same endpoint would change; redirections, which are not followed, are more of them.
REFUSING = {401, 402, 403, 404, 405, 407, 410}
#: The longest that one try may take, in seconds.
LONGEST_TRY = 86_400.0


@dataclass(frozen=True)
class Endpoint:
    """A server of OpenAI's chat completions, such as vLLM or SGLang, and the model asked there.

    url: as the worker reaches it, such as http://gpu1:8000/v1. model: as the server names it. concurrency: questions under
    way at once. key: sent as `Authorization: Bearer`; key_variable: the variable of the worker's environment that has it.
    requests_per_minute, tokens_per_minute: limits that are kept, tokens of question and answer together; None: none.
    prompt_price, completion_price: what a million tokens cost, read and written, in a currency of yours. request_seconds: how
    long one try may take.
    """

    url: str
    model: str
    concurrency: int = 8
    key: str | None = field(default=None, repr=False)
    key_variable: str | None = None
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    prompt_price: float = 0.0
    completion_price: float = 0.0
    request_seconds: float = 300.0

    def __post_init__(self) -> None:
        if not _is_address(self.url):
            raise BadValue(f"the endpoint's url is {self.shown!r}, expected an address such as http://localhost:8000/v1, without a user")
        if not self.model:
            raise BadValue(f"the endpoint {self.shown} has no model's name")
        if self.key is not None and not _is_key(self.key):
            raise BadValue(f"the key of {self.shown} has characters that no key has, expected printable ASCII")
        rates = [("requests_per_minute", self.requests_per_minute), ("tokens_per_minute", self.tokens_per_minute)]
        prices = [("prompt_price", self.prompt_price), ("completion_price", self.completion_price)]
        for name, value in [("concurrency", self.concurrency), ("request_seconds", self.request_seconds), *rates]:
            if value is not None and not (_is_number(value) and value > 0):
                raise BadValue(f"{name} of {self.shown} is {value!r}, expected more than 0")
        if not isinstance(self.concurrency, int):
            raise BadValue(f"concurrency of {self.shown} is {self.concurrency!r}, expected a whole number")
        if self.request_seconds > LONGEST_TRY:
            raise BadValue(f"request_seconds of {self.shown} is {self.request_seconds!r}, expected at most {LONGEST_TRY:g}")
        for name, value in prices:
            if not (_is_number(value) and value >= 0):
                raise BadValue(f"{name} of {self.shown} is {value!r}, expected 0 or more")

    def __repr__(self) -> str:
        """Without the key, which logs of Dask are no place for."""
        return f"Endpoint({self.shown!r}, {self.model!r}, concurrency={self.concurrency})"

    @property
    def shown(self) -> str:
        """The url as it may be told: a user and what follows a question mark may be secret."""
        return re.sub(r"//[^/]*@", "//…@", re.sub(r"\?.*", "?…", self.url, flags=re.DOTALL))

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018: throws where it is none
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and url.isprintable()


def _is_key(key: str) -> bool:
    return key.strip().isascii() and key.strip().isprintable()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


#: Endpoints, or pairs of address and model, one or several.
Endpoints = Union[Endpoint, tuple[str, str], Sequence[Union[Endpoint, tuple[str, str]]]]


def endpoints_of(value: Endpoints) -> tuple[Endpoint, ...]:
    """Endpoints, or pairs of address and model, one or several. Throws BadValue."""
    is_one = isinstance(value, (str, Endpoint)) or isinstance(value, tuple) and bool(value) and isinstance(value[0], str)
    many: Any = [value] if is_one or not isinstance(value, Iterable) else value
    found = []
    for each in many:
        if not isinstance(each, Endpoint) and (isinstance(each, str) or not isinstance(each, Sequence) or len(each) < 2):
            raise BadValue(f"the endpoint is {each!r}, expected Endpoint(address, model), such as Endpoint('http://localhost:8000/v1', 'qwen')")
        found.append(each if isinstance(each, Endpoint) else Endpoint(*each))
    if not found:
        raise BadValue("there is no endpoint, expected one or more, such as Endpoint('http://localhost:8000/v1', 'qwen')")
    return tuple(found)


class _Member:
    """An endpoint and how it is."""

    def __init__(self, endpoint: Endpoint):
        self.endpoint = endpoint
        self.under_way = 0
        self.failures_in_a_row = 0
        self.is_down = False
        #: Why it is never asked again; None while it may be.
        self.refusal: str | None = None
        self.rests_until = 0.0
        self.look = FIRST_LOOK
        self.next_look = 0.0
        #: When tokens and questions of the last minute were taken.
        self.recent: list[tuple[float, int]] = []
        self.answers = self.failures = self.prompt_tokens = self.completion_tokens = 0
        self.seconds = 0.0
        self.message = ""
        #: Without the line feed that a key has that was read from a file.
        self.key = (endpoint.key or "").strip() or None
        if self.key is None and (variable := endpoint.key_variable):
            found = os.environ.get(variable)
            self.key = (found or "").strip() or None
            if self.key is None:
                self.refuse(f"the variable {variable}, which has its key, is not set where it is asked")
            elif not _is_key(self.key):
                self.refuse(f"the variable {variable} has characters that no key has")

    def refuse(self, message: str) -> None:
        self.refusal = self.message = message

    def wait_seconds(self, now: float) -> float | None:
        """How long until it may be asked; None where only an answer or a look changes that."""
        if self.refusal is not None or self.is_down or self.under_way >= self.endpoint.concurrency:
            return None
        waits = [self.rests_until - now]
        self.recent = [each for each in self.recent if each[0] > now - 60]
        if (rate := self.endpoint.requests_per_minute) is not None:
            if rate < 1:
                waits.append(self.recent[-1][0] + 60 / rate - now if self.recent else 0)
            elif len(self.recent) >= rate:
                waits.append(self.recent[-int(rate)][0] + 60 - now)
        if (tokens := self.endpoint.tokens_per_minute) is not None:
            spent = sum(each[1] for each in self.recent)
            # What a question takes is known when it is answered: those under way count as the mean.
            mean = (self.prompt_tokens + self.completion_tokens) / self.answers if self.answers else 0
            if spent + mean * (self.under_way + 1) > tokens and self.recent:
                waits.append(self.recent[0][0] + 60 - now)
        return max(0.0, *waits)

    def facts(self) -> dict[str, Any]:
        state = "refuses" if self.refusal is not None else "down" if self.is_down else "well"
        return {
            "url": self.endpoint.shown, "model": self.endpoint.model, "state": state, "answers": self.answers,
            "failures": self.failures, "promptTokens": self.prompt_tokens, "completionTokens": self.completion_tokens,
            "meanSeconds": self.seconds / self.answers if self.answers else None, "cost": self.cost, "message": self.message,
        }  # fmt: skip

    @property
    def cost(self) -> float:
        prices = self.endpoint.prompt_price, self.endpoint.completion_price
        return (self.prompt_tokens * prices[0] + self.completion_tokens * prices[1]) / 1e6


class _Answer:
    def __init__(self, status: int, body: bytes, retry_after: float | None = None, kind: str = "application/json"):
        self.status, self.body, self.retry_after, self.kind = status, body, retry_after, kind


class _Server(ThreadingHTTPServer):
    # The kernel may ask all its questions at once.
    request_queue_size = 1024
    daemon_threads = True


class Pool:
    """Answers questions by endpoints. Questions come from any number of threads.

    tries: of one question, each at another endpoint where there is one. patience: seconds that a question waits for an
    endpoint that is well. trial: questions that are let through before `open` is called; None lets all through.
    """

    def __init__(self, endpoints: Sequence[Endpoint], *, tries: int = 5, patience: float = 600.0, trial: int | None = None):
        self.members = [_Member(each) for each in endpoints]
        self.tries, self.patience = tries, patience
        self._condition = threading.Condition()
        self._trial = trial
        self._asked = 0
        self._unanswered = 0
        self._arrivals: list[float] = []
        self._is_open = trial is None
        self._is_ended = False
        self.begun = time.monotonic()
        self.token = secrets.token_urlsafe(24)
        pool = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # noqa: N802: the base class's name
                pool._serve(self)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="pool"),
            threading.Thread(target=self._look_after, daemon=True, name="pool-health"),
        ]

    # Beginning and end

    def __enter__(self) -> "Pool":
        for each in self.members:
            if each.refusal is None:
                self._look_at(each)
        self._require_one()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._server.shutdown()
        self._server.server_close()

    def _require_one(self) -> None:
        if all(each.refusal is not None or each.is_down for each in self.members):
            raise EndpointsDown("no endpoint can be asked: " + "; ".join(f"{each.endpoint.shown}: {each.message}" for each in self.members))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def concurrency(self) -> int:
        return sum(each.endpoint.concurrency for each in self.members if each.refusal is None)

    def open(self) -> None:
        """Lets all questions through."""
        with self._condition:
            self._is_open = True
            self._condition.notify_all()

    def end(self) -> None:
        """Puts no question any more, those that wait included."""
        with self._condition:
            self._is_ended = True
            self._condition.notify_all()

    def is_trial_over(self) -> bool:
        """Whether the questions of the trial have their answers, and others wait."""
        with self._condition:
            return self._trial is not None and self._asked >= self._trial and not self._unanswered

    # What it is like

    def facts(self) -> list[dict[str, Any]]:
        with self._condition:
            return [each.facts() for each in self.members]

    @property
    def answers(self) -> int:
        return sum(each.answers for each in self.members)

    def estimate(self, questions: int) -> dict[str, Any]:
        """What `questions` more would take, at what those so far took."""
        with self._condition:
            well = [each for each in self.members if each.refusal is None and not each.is_down] or self.members
            answers = sum(each.answers for each in self.members)
            arrivals = list(self._arrivals)
            if not answers:
                return {"questions": questions}
            names = ("prompt_tokens", "completion_tokens", "seconds")
            means = {name: sum(getattr(each, name) for each in self.members) / answers for name in names}
            # Each endpoint's pace: its own latency, or that of all, under its own limits.
            paces = []
            for each in well:
                latency = each.seconds / each.answers if each.answers else means["seconds"]
                pace = each.endpoint.concurrency / max(latency, 1e-3)
                if each.endpoint.requests_per_minute is not None:
                    pace = min(pace, each.endpoint.requests_per_minute / 60)
                if each.endpoint.tokens_per_minute is not None:
                    pace = min(pace, each.endpoint.tokens_per_minute / 60 / max(1.0, means["prompt_tokens"] + means["completion_tokens"]))
                paces.append(pace)
            pace = sum(paces)
            # Questions cannot be asked faster than they are made.
            gaps = sorted(after - before for before, after in zip(arrivals, arrivals[1:]))
            made = 1 / max(gaps[len(gaps) // 2], 1e-3) if len(gaps) >= 2 else float("inf")
            prices = [
                (pace_ / pace, each.endpoint.prompt_price, each.endpoint.completion_price) for pace_, each in zip(paces, well)
            ]
            cost = sum(share * (means["prompt_tokens"] * read + means["completion_tokens"] * written) for share, read, written in prices)
            return {
                "questions": questions, "promptTokens": round(questions * means["prompt_tokens"]),
                "completionTokens": round(questions * means["completion_tokens"]), "cost": questions * cost / 1e6,
                "seconds": questions / min(pace, made), "measured": answers,
            }  # fmt: skip

    # Health

    def _look_after(self) -> None:
        while not self._is_ended:
            now = time.monotonic()
            for each in self.members:
                if each.is_down and each.refusal is None and now >= each.next_look:
                    self._look_at(each)
            with self._condition:
                self._condition.wait(0.5)

    def _look_at(self, member: _Member) -> None:
        """Asks an endpoint for its models, which costs nothing."""
        try:
            answer = _send(member, "GET", "/models", None, min(10.0, member.endpoint.request_seconds))
        except OSError as error:
            self._set_down(member, f"no answer: {error}")
            return
        with self._condition:
            if answer.status in (401, 403):
                member.refuse(f"it refuses the key (status {answer.status})")
            elif answer.status >= 500:
                self._set_down(member, f"status {answer.status}")
                return
            elif (known := _models(answer)) is not None and member.endpoint.model not in known:
                member.refuse(f"it has no model {member.endpoint.model!r}, but {', '.join(known)[:200] or 'none'}")
            member.is_down, member.failures_in_a_row, member.look = False, 0, FIRST_LOOK
            self._condition.notify_all()

    def _set_down(self, member: _Member, message: str) -> None:
        with self._condition:
            member.is_down, member.message = True, message
            member.next_look = time.monotonic() + member.look
            member.look = min(LONGEST_LOOK, 2 * member.look)
            self._condition.notify_all()

    # Questions

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given, f"Bearer {self.token}"):
            answer = _problem(401, "this pool is of another process")
            request.close_connection = True
        else:
            try:
                length = int(request.headers.get("Content-Length", ""))
            except ValueError:
                length = -1
            if not 0 <= length <= QUESTION_BYTES:
                answer = _problem(413, f"a question of {length} bytes, expected at most {QUESTION_BYTES}")
                request.close_connection = True
            else:
                answer = self.ask(request.rfile.read(length))
        try:
            request.send_response(answer.status)
            request.send_header("Content-Type", answer.kind)
            request.send_header("Content-Length", str(len(answer.body)))
            request.end_headers()
            request.wfile.write(answer.body)
        except OSError:
            pass  # Whoever asked has gone.

    def ask(self, body: bytes) -> _Answer:
        """One question to one endpoint after the other, until one answers."""
        try:
            question = json.loads(body)
            if not isinstance(question, dict):
                raise ValueError
        except ValueError:
            return _problem(400, "the question is no object of JSON")
        self._wait_for_turn()
        try:
            return self._answer(question)
        finally:
            with self._condition:
                self._unanswered -= 1

    def _answer(self, question: Mapping[str, Any]) -> _Answer:
        tried: list[_Member] = []
        last = _problem(503, "no endpoint answers")
        end = time.monotonic() + self.patience
        while len(tried) < self.tries and not self._is_ended:
            member = self._take(tried, end)
            if member is None:
                break
            tried.append(member)
            begin = time.monotonic()
            try:
                sent = json.dumps({**question, "model": member.endpoint.model}).encode()
                answer = _send(member, "POST", "/chat/completions", sent, member.endpoint.request_seconds)
            except OSError as error:
                self._failed(member, f"no answer: {error}", isinstance(error, ConnectionError))
                last = _problem(503, f"{member.endpoint.host}: {error}")
                continue
            finally:
                self._give_back(member)
            if answer.status == 200 and (usage := _usage(answer)) is not None:
                self._answered(member, usage, time.monotonic() - begin)
                return answer
            if answer.status in BUSY:
                with self._condition:
                    member.rests_until = time.monotonic() + min(answer.retry_after or 2.0, 600.0)
                    member.message = f"busy (status {answer.status})"
                # Waiting for its turn costs no try.
                tried.pop()
                last = answer
                if time.monotonic() > end:
                    break
            elif answer.status in REFUSING or 300 <= answer.status < 400:
                with self._condition:
                    member.refuse(f"it refuses with status {answer.status}: {_reason(answer, member.key)}")
                    self._condition.notify_all()
                last = _problem(502, f"{member.endpoint.host}: {member.message}") if answer.status < 400 else answer
            elif answer.status < 300 or answer.status >= 500:
                what = "an answer that is no chat completion" if answer.status < 300 else f"status {answer.status}: {_reason(answer, member.key)}"
                self._failed(member, what, False)
                last = _problem(502, f"{member.endpoint.host}: {what}")
            else:
                # The question itself is refused: the same everywhere.
                with self._condition:
                    member.failures += 1
                return answer
        return last

    def _wait_for_turn(self) -> None:
        with self._condition:
            self._arrivals.append(time.monotonic())
            del self._arrivals[:-256]
            while not (self._is_open or self._is_ended or self._asked < (self._trial or 0)):
                self._condition.wait(1.0)
            self._asked += 1
            self._unanswered += 1

    def _take(self, tried: Sequence[_Member], end: float) -> _Member | None:
        """The endpoint with most room; of those that this question has not been put to, where there are some."""
        with self._condition:
            while not self._is_ended:
                now = time.monotonic()
                usable = [each for each in self.members if each.refusal is None]
                if not usable or now > end:
                    return None
                fresh = [each for each in usable if each not in tried and not each.is_down] or usable
                waits = [(wait, each) for each in fresh if (wait := each.wait_seconds(now)) is not None]
                ready = [each for wait, each in waits if wait <= 0]
                if ready:
                    found = min(ready, key=lambda each: each.under_way / each.endpoint.concurrency)
                    found.under_way += 1
                    found.recent.append((now, 0))
                    return found
                self._condition.wait(min([1.0, *(wait for wait, _ in waits)]))
        return None

    def _give_back(self, member: _Member) -> None:
        with self._condition:
            member.under_way -= 1
            self._condition.notify_all()

    def _answered(self, member: _Member, usage: tuple[int, int], seconds: float) -> None:
        with self._condition:
            member.answers += 1
            member.failures_in_a_row, member.message = 0, ""
            member.prompt_tokens += usage[0]
            member.completion_tokens += usage[1]
            member.seconds += seconds
            if member.recent:
                at, tokens = member.recent[-1]
                member.recent[-1] = (at, tokens + sum(usage))

    def _failed(self, member: _Member, message: str, is_gone: bool) -> None:
        with self._condition:
            member.failures += 1
            member.failures_in_a_row += 1
            member.message = message
            down = is_gone or member.failures_in_a_row >= FAILURES_UNTIL_DOWN
        if down and not member.is_down:
            self._set_down(member, message)


# The wire


def _send(member: _Member, method: str, path: str, body: bytes | None, seconds: float) -> _Answer:
    """One request, no redirects, no proxies. Throws OSError for whatever goes wrong below HTTP."""
    parts = urlsplit(member.endpoint.url)
    base = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    target = base + path + (f"?{parts.query}" if parts.query else "")
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=seconds)
    headers = {"Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if (key := member.key) is not None:
        headers["Authorization"] = f"Bearer {key}"
    # A socket's limit is for each byte that comes; this one is for all of them.
    is_late = threading.Event()
    sockets: list[Any] = []
    watch = threading.Timer(seconds, lambda: _cut(is_late, sockets))
    watch.daemon = True
    watch.start()
    try:
        connection.connect()
        # The connection forgets its socket as soon as an answer without a length begins.
        sockets.append(connection.sock)
        if is_late.is_set():
            raise TimeoutError
        connection.request(method, target, body, headers)
        found = connection.getresponse()
        content = found.read(ANSWER_BYTES + 1)
        if len(content) > ANSWER_BYTES:
            raise OSError(f"an answer of more than {ANSWER_BYTES} bytes")
        if is_late.is_set():
            # Without a length, what was cut off looks whole.
            raise TimeoutError
        later = re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?", found.headers.get("Retry-After", ""))
        wait = float(later[0]) if later else None
        return _Answer(found.status, content, wait, found.headers.get("Content-Type", "application/json"))
    except (OSError, http.client.HTTPException, AttributeError, ValueError) as error:
        if is_late.is_set() or isinstance(error, TimeoutError):
            raise TimeoutError(f"no answer within {seconds:g} s") from None
        if isinstance(error, OSError):
            raise
        raise ConnectionError(f"{type(error).__name__} {error}"[:200]) from None
    finally:
        watch.cancel()
        connection.close()


def _cut(is_late: threading.Event, sockets: Sequence[Any]) -> None:
    is_late.set()
    for each in sockets:
        try:
            each.shutdown(2)
        except (OSError, AttributeError):
            pass


def _problem(status: int, message: str) -> _Answer:
    return _Answer(status, json.dumps({"error": {"message": message}}).encode())


def _json(answer: _Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _usage(answer: _Answer) -> tuple[int, int] | None:
    """The tokens read and written; None of what is no chat completion."""
    value = _json(answer)
    if not isinstance(value, dict) or not isinstance(value.get("choices"), list) or not value["choices"]:
        return None
    usage = value.get("usage")
    counts = [usage.get(each) if isinstance(usage, dict) else None for each in ("prompt_tokens", "completion_tokens")]
    read, written = (each if isinstance(each, int) and 0 <= each < 1 << 32 else 0 for each in counts)
    return read, written


def _models(answer: _Answer) -> list[str] | None:
    """The models that a server lists; None where it lists none in a form that is known."""
    value = _json(answer)
    data: Any = value.get("data") if answer.status == 200 and isinstance(value, Mapping) else None
    if not isinstance(data, list):
        return None
    return [str(each["id"]) for each in data if isinstance(each, Mapping) and "id" in each]


def _reason(answer: _Answer, key: str | None) -> str:
    """What a server says of a failure, without the key, which some say again."""
    value = _json(answer)
    error = value.get("error") if isinstance(value, Mapping) else None
    words = error.get("message") if isinstance(error, Mapping) else error
    text = str(words if words is not None else answer.body[:4096].decode("utf-8", "replace"))
    return " ".join((text.replace(key, "…") if key else text).split())[:200]
