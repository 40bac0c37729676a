"""The kernel as an object, for threads (`Kernel`) and for asyncio (`AsyncKernel`)."""

from __future__ import annotations

import asyncio
import os
import shlex
import weakref
from typing import Any, Callable, Literal, Mapping, Sequence

from . import build, steps
from .behaviour import Answers, Evaluation, Search
from .calls import AsyncStream, Progress, Stream, call, call_async, sendable
from .connection import DEFAULT_COMMAND, Connection
from .context import AsyncContext, Context
from .errors import LucarneError
from .methods import AsyncMethods, Methods
from .options import strict
from .progress import reporter
from .reconnecting import History, Reconnected
from .records import Record
from .session import OpenedAsyncSession, OpenedSession
from .ssh import SSH
from .types import EvaluationRunFormat, IndexBuildTemplate, Job, KernelStatusResult, SessionExportResult, SessionSaveResult, SteeringSearchPlace
from .version import __version__
from .views import FeatureCard, Found


@strict
class _Common:
    """The process, and what the kernel told of itself."""

    def __init__(
        self,
        command: str | Sequence[str] | None = None,
        *,
        model: str | os.PathLike[str] | None = None,
        saes: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = (),
        sae_options: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
        index: str | os.PathLike[str] | None = None,
        memory_limit: int | None = None,
        progress: Progress = None,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        client_name: str = "lucarne-python",
        ssh: str | SSH | None = None,
    ):
        self.progress = progress
        self._listeners: dict[str, list[Callable[[Record], None]]] = {}
        listeners = self._listeners

        def notified(method: str, params: Any) -> None:
            for each in list(listeners.get(method, ())):
                each(Record(params or {}))

        self._far = SSH(ssh) if isinstance(ssh, str) else ssh
        if self._far is not None:
            command = self._far.command(command, shlex.split(DEFAULT_COMMAND))
        self._connect: Callable[[], Connection] = lambda: Connection(command, cwd, env, notified)
        self._history = History()
        self._attach()
        path = self._far.path if self._far else build.path
        folders = [saes] if isinstance(saes, (str, os.PathLike)) else saes
        open_options = [sae_options] if isinstance(sae_options, Mapping) else sae_options
        options = {
            "model": path(model),
            "saes": [path(each) for each in folders] or None,
            "saeOptions": [dict(each) for each in open_options] or None,
            "index": path(index),
            "memoryLimit": memory_limit,
        }
        self._initialize = {
            "processId": os.getpid(),
            "clientInfo": {"name": client_name, "version": __version__},
            "capabilities": {},
            "initializationOptions": {name: each for name, each in options.items() if each is not None},
        }
        self.server: Record = Record()
        super().__init__()
        self._begin()

    def _begin(self) -> None:
        """What a kernel does once its process runs."""

    def _attach(self) -> None:
        """Starts the process."""
        self.connection = self._connect()
        self._finalizer = weakref.finalize(self, self.connection.close)

    def _leave(self) -> None:
        """Lets go of the process, which may have ended."""
        self._finalizer.detach()
        self.connection.close()

    @property
    def host(self) -> str | None:
        """The machine that the kernel runs on, as it is called here; None: this one."""
        far = self.server.get("remote")
        return far.host if far else None

    def on(self, notification: str, listener: Callable[[Record], None]) -> Callable[[], None]:
        """Hears a notification such as `job/didUpdate`, on the reading thread; call the result to stop."""
        self._listeners.setdefault(notification, []).append(listener)
        return lambda: self._listeners[notification].remove(listener)

    @property
    def process_id(self) -> int:
        return self.connection.process.pid

    @property
    def alive(self) -> bool:
        return self.connection.alive

    @property
    def log(self) -> str:
        """The last lines of the kernel's standard error."""
        return self.connection.log

    def _greeted(self, answer: Any) -> None:
        version = str((answer or {}).get("protocolVersion", ""))
        if version.split(".")[0] != "1":
            raise LucarneError(f"the kernel speaks protocol {version or 'of no version'}, this client 1.x")
        self.server = Record(answer)

    def _held(self, handle: Any) -> Any:
        """A handle that goes on after `reconnect`."""
        self._history.hold(handle)
        return handle

    def _with_default(self, progress: Progress) -> Progress:
        return self.progress if progress is None else progress

    def __repr__(self) -> str:
        state = f"process {self.process_id}" if self.alive else "ended"
        return f"<{type(self).__name__} {' '.join(self.connection.command)}: {state}>"


@strict
class Kernel(_Common, Methods):
    """A kernel of our own: `with Kernel() as kernel: …`

    `command` is any command line that speaks the protocol (default `lucarne serve`); with `ssh="HOST"` the kernel is one
    of another machine, and `command` at most the program here. Methods are called
    by their names, `kernel.attribution.compute(context=…, …)`; `open` gives a handle with short forms.
    """

    def _begin(self) -> None:
        try:
            self._greeted(call(self.connection, "initialize", self._initialize, Record, None))
            self.connection.notify("initialized", {})
        except BaseException:
            self.connection.close()
            raise

    def reconnect(self) -> Reconnected:
        """After the kernel or the line to it was lost: attaches again, loads what was loaded, and opens the prompts that
        were open with the answers that were appended to them. Handles go on; what differs is a warning, too.
        """
        self._leave()
        self._attach()
        self._begin()
        return self.run(self._history.replay())

    def call(
        self, method: str, params: Mapping[str, Any] | None = None, result: type = Record, progress: Progress = None
    ) -> Any:
        """Any method by its name, with params as the wire has them."""
        found = call(self.connection, method, params or {}, result, self._with_default(progress))
        self._history.note(method, params or {}, found)
        return found

    def stream(
        self, method: str, params: Mapping[str, Any], result: type, member: str, item: type, progress: Progress = None
    ) -> Stream[Any, Any]:
        found: Stream[Any, Any] = Stream(
            self.connection, method, sendable(params), result, member, item, self._with_default(progress)
        )
        found.noted = lambda answer: self._history.note(method, params, answer)
        return found

    def run(self, steps_: steps.Steps) -> Any:
        """Plays a handle's steps."""
        try:
            method, params, result, progress = next(steps_)
            while True:
                try:
                    answer = self.call(method, params, result, progress)
                except BaseException as error:  # noqa: BLE001: the steps decide
                    method, params, result, progress = steps_.throw(error)
                else:
                    method, params, result, progress = steps_.send(answer)
        except StopIteration as end:
            return end.value

    def open(
        self,
        text: str | None = None,
        pictures: build.Picture | build.Video | Sequence[build.Picture | build.Video] | None = None,
        *,
        parts: Sequence[Mapping[str, Any]] | None = None,
        chat: Mapping[str, Any] | None = None,
        model: str | None = None,
        progress: Progress = None,
    ) -> Context:
        """Opens a question, with or without pictures: `kernel.open("Is there a cup?", "room.png")`."""
        prompt: list[Any] = list(parts) if parts is not None else build.parts(text, pictures)
        return self._held(Context(self, self.run(steps.open_(prompt, chat, model, progress, self._history, self.host))))

    def save_session(
        self,
        path: build.Path,
        *,
        contexts: Sequence[Context | str] | None = None,
        entries: Sequence[Any] | None = None,
        note: str | None = None,
        progress: Progress = None,
    ) -> SessionSaveResult:
        """Writes what is open as a file that `open_session` opens again: prompts, pictures, appended answers.

        contexts: absent all. entries: values of your own that are kept with them, such as what was answered. A session
        that is there is replaced, any other file is not.
        """
        names = None if contexts is None else [each if isinstance(each, str) else each.id for each in contexts]
        params = {"path": build.path(path), "contexts": names, "entries": entries, "note": note}
        return self.run(steps.save_session(params, progress, self.host))

    def open_session(
        self, path: build.Path, *, any_model: bool = False, progress: Progress = None
    ) -> OpenedSession:
        """Opens all contexts of a session's file again: `kernel.open_session("study.json").contexts["ctx_1"]`.

        What is not as it was, such as another autoencoder, is a warning; another model is an error unless `any_model`.
        """
        found = self.run(steps.open_session(build.path(path), any_model, progress, self.host))
        return OpenedSession({each.saved: self._held(Context(self, each)) for each in found.contexts}, found)

    def export_session(
        self,
        path: build.Path,
        output: build.Path,
        *,
        format: Literal["html", "ipynb"] | None = None,
        progress: Progress = None,
    ) -> SessionExportResult:
        """Writes a session's file as a page to read, or as a notebook that asks again; nothing may be at `output`.

        format: absent, what the output's name ends with. Shown are entries that are a dict of `method`, `params` and
        `result`, such as `{"method": "context/generate", "params": {"context": "ctx_1"}, "result": answer}`.
        """
        params = {"path": build.path(path), "output": build.path(output), "format": format or build.export_format(output)}
        return self.run(steps.export_session(params, progress, self.host))

    def card(
        self, latent: build.Feature, *, sae: str | None = None, examples: int = 6, top_k: int = 5
    ) -> FeatureCard:
        """A card of what is known of a latent."""
        return self.run(steps.card(latent, sae, examples, top_k))

    def search(self, query: str | Mapping[str, Any], *, limit: int = 20, index: str | None = None) -> Found:
        """Latents by the words of their explanations, or by a query of the wire."""
        return self.run(steps.search(query, limit, index))

    def evaluate(
        self,
        path: build.Path,
        *,
        format: EvaluationRunFormat = "questions",
        arms: Mapping[str, build.Change] | None = None,
        reconstruction: bool = False,
        random_features: int | None = None,
        random_directions: int | None = None,
        seed: int | None = None,
        answers: build.Path | None = None,
        annotations: build.Path | None = None,
        pictures: build.Path | None = None,
        kinds: str | Sequence[str] | None = None,
        limit: int | None = None,
        shard: tuple[int, int] | None = None,
        instruction: str | None = None,
        template: IndexBuildTemplate | None = None,
        max_tokens: int | None = None,
        changes: int = 200,
        model: str | None = None,
        sae: str | None = None,
        progress: Progress = None,
    ) -> Evaluation:
        """Has the model answer a benchmark's questions: as it is, with the autoencoder's reconstruction, and in `arms`,
        each beside controls: draws of random features about as active, and of random directions.

        format: `questions` (JSON lines of image, question, answer, kind), `pope`, `hallusionBench` or `amber` (with
        `annotations`). arms: by name, a change as the command line has it (`"zero 182 at last, scale 352 0.5 at
        question"`), interventions, `{latent: value}` to clamp, or a recipe: its file or what a search found. answers:
        the file that they are kept in, so that a run that was cut off goes on; without one they are kept as long as
        the result. shard: a part of the pictures, (0, 4) for the first of four. changes: how many of the questions
        that an arm turns are listed. Ctrl-C cancels the job.
        """
        return self.run(steps.evaluate(
            {
                "dataset": build.dataset(path, format, annotations, pictures), "reconstruction": reconstruction or None,
                "controls": build.controls(random_features, random_directions, seed), "limit": limit,
                "kinds": build.some_names(kinds, "a kind of question"), "shard": build.shard(shard),
                "instruction": instruction, "template": template, "maxTokens": max_tokens, "model": model, "sae": sae,
            },
            arms or {}, answers, changes, reporter(self._with_default(progress), "evaluation/run"),
        ))  # fmt: skip

    def read_answers(
        self, *files: build.Path, changes: int = 200, ratings: build.Path | Sequence[build.Path] | None = None
    ) -> Answers:
        """What files of answers say: those of one run, which may be its shards. ratings: files of `judge_answers`."""
        return self.run(steps.read_answers([build.path(each) for each in files], changes, build.some_paths(ratings)))

    def judge_answers(
        self,
        *files: build.Path,
        concept: str,
        ratings: build.Path,
        judge: build.Judge,
        arms: str | Sequence[str] | None = None,
        limit: int | None = None,
        changes: int = 200,
        max_tokens: int | None = None,
        concurrency: int | None = None,
        request_seconds: float | None = None,
        tries: int | None = None,
        progress: Progress = None,
    ) -> Answers:
        """Has a judge rate the answers in files, those of one run, as AxBench does: each 0 to 2 for how far it brings in
        the concept that was steered towards, how far it answers the question, and how well it reads. `frame("ratings")`
        has the means of each arm.

        ratings: the file that ratings are kept in, so that a run that was cut off goes on. judge: (address, model) of a
        server of chat completions, or "resident" for the model itself; it sees no picture. arms: names, absent all.
        limit: answered questions at most. Ctrl-C cancels the job.
        """
        return self.run(steps.judge_answers(
            {
                "answers": [build.path(each) for each in files], "ratings": build.path(ratings), "concept": concept,
                "judge": build.judge(judge), "arms": build.some_names(arms, "an arm"), "limit": limit,
                "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries,
            },
            changes, reporter(self._with_default(progress), "evaluation/judge"),
        ))  # fmt: skip

    def search_steering(
        self,
        path: build.Path,
        *,
        recipe: build.Path,
        format: EvaluationRunFormat = "questions",
        annotations: build.Path | None = None,
        pictures: build.Path | None = None,
        name: str | None = None,
        failing: str | Sequence[str] | None = None,
        keeping: str | Sequence[str] | None = None,
        attribution: int | None = None,
        contrast: int | None = None,
        candidates: Sequence[int] | None = None,
        words: str | Sequence[str] | None = None,
        index: build.Path | None = None,
        zero: bool | None = None,
        scales: Sequence[float] | None = None,
        quantiles: Sequence[float] | None = None,
        places: SteeringSearchPlace | Sequence[SteeringSearchPlace] | None = None,
        features: int | None = None,
        arms: int | None = None,
        max_harm: float | None = None,
        random_features: int | None = None,
        random_directions: int | None = None,
        seed: int | None = None,
        limit: int | None = None,
        instruction: str | None = None,
        template: IndexBuildTemplate | None = None,
        max_tokens: int | None = None,
        sae: str | None = None,
        progress: Progress = None,
    ) -> Search:
        """Looks for a change of features that puts wrong answers right and loses few right ones, and writes it as a recipe.

        failing, keeping: kinds of questions whose wrong answers are to be put right, and whose right ones are to be kept
        (all). Candidates: how many by `attribution` and `contrast` (12 each), named ones (`candidates`), those whose
        label in `index` has one of the `words`. Each is tried at `zero`, with `scales` (0.5) and at `quantiles` of its
        activity (0.9), at all `places`: all, question, image, last (these four), generated. features: of a recipe at
        most (3). arms: changes of a round at most (512). max_harm: the share of right answers that may be lost (0.01).
        The controls are the recipe's, on the half that it was not chosen on (5 of each). Rounds are kept in the folder
        RECIPE.search, so that a search that was cut off goes on. Ctrl-C cancels the job.
        """
        return self.run(steps.search_steering(
            {
                "dataset": build.dataset(path, format, annotations, pictures), "recipe": build.path(recipe), "name": name,
                "failing": build.some_names(failing, "a kind of question"),
                "keeping": build.some_names(keeping, "a kind of question"),
                "candidates": build.given(
                    attribution=attribution, contrast=contrast, index=build.path(index),
                    features=None if candidates is None else list(candidates), words=build.some_names(words, "a word of labels"),
                ),
                "operations": build.given(
                    zero=zero, scales=None if scales is None else list(scales),
                    quantiles=None if quantiles is None else list(quantiles),
                ),
                "places": build.some_names(places, "a place"), "features": features, "arms": arms, "maxHarm": max_harm,
                "controls": build.controls(random_features, random_directions, None), "seed": seed, "limit": limit,
                "instruction": instruction, "template": template, "maxTokens": max_tokens,
            },
            sae, reporter(self._with_default(progress), "steering/search"),
        ))  # fmt: skip

    def status(self) -> KernelStatusResult:
        return self.kernel.status()

    def wait(self, job: str | Record, progress: Progress = None) -> Job:
        """Waits for a job's end. Ctrl-C leaves the job running; `kernel.job.cancel` ends it."""
        name = job if isinstance(job, str) else job.job
        return self.run(steps.wait(name, reporter(self._with_default(progress), name)))

    def close(self) -> None:
        """Ends the process; contexts end with it."""
        self._finalizer.detach()
        self.connection.end()

    def __enter__(self) -> "Kernel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@strict
class AsyncKernel(_Common, AsyncMethods):
    """The same for asyncio: `async with AsyncKernel() as kernel: …`. Cancelling a task cancels its request."""

    async def start(self) -> "AsyncKernel":
        """`initialize`; the context manager does it."""
        try:
            self._greeted(await call_async(self.connection, "initialize", self._initialize, Record, None))
            self.connection.notify("initialized", {})
        except BaseException:
            await asyncio.to_thread(self.connection.close)
            raise
        return self

    async def reconnect(self) -> Reconnected:
        """As `Kernel.reconnect`."""
        await asyncio.to_thread(self._leave)
        self._attach()
        await self.start()
        return await self.run(self._history.replay())

    async def call(
        self, method: str, params: Mapping[str, Any] | None = None, result: type = Record, progress: Progress = None
    ) -> Any:
        found = await call_async(self.connection, method, params or {}, result, self._with_default(progress))
        self._history.note(method, params or {}, found)
        return found

    def stream(
        self, method: str, params: Mapping[str, Any], result: type, member: str, item: type, progress: Progress = None
    ) -> AsyncStream[Any, Any]:
        found: AsyncStream[Any, Any] = AsyncStream(
            self.connection, method, sendable(params), result, member, item, self._with_default(progress)
        )
        found.noted = lambda answer: self._history.note(method, params, answer)
        return found

    async def run(self, steps_: steps.Steps) -> Any:
        try:
            method, params, result, progress = next(steps_)
            while True:
                try:
                    answer = await self.call(method, params, result, progress)
                except BaseException as error:  # noqa: BLE001: the steps decide
                    method, params, result, progress = steps_.throw(error)
                else:
                    method, params, result, progress = steps_.send(answer)
        except StopIteration as end:
            return end.value

    async def open(
        self,
        text: str | None = None,
        pictures: build.Picture | build.Video | Sequence[build.Picture | build.Video] | None = None,
        *,
        parts: Sequence[Mapping[str, Any]] | None = None,
        chat: Mapping[str, Any] | None = None,
        model: str | None = None,
        progress: Progress = None,
    ) -> AsyncContext:
        prompt: list[Any] = list(parts) if parts is not None else build.parts(text, pictures)
        found = await self.run(steps.open_(prompt, chat, model, progress, self._history, self.host))
        return self._held(AsyncContext(self, found))

    async def save_session(
        self,
        path: build.Path,
        *,
        contexts: Sequence[AsyncContext | str] | None = None,
        entries: Sequence[Any] | None = None,
        note: str | None = None,
        progress: Progress = None,
    ) -> SessionSaveResult:
        """Writes what is open as a file that `open_session` opens again: prompts, pictures, appended answers.

        contexts: absent all. entries: values of your own that are kept with them, such as what was answered. A session
        that is there is replaced, any other file is not.
        """
        names = None if contexts is None else [each if isinstance(each, str) else each.id for each in contexts]
        params = {"path": build.path(path), "contexts": names, "entries": entries, "note": note}
        return await self.run(steps.save_session(params, progress, self.host))

    async def open_session(
        self, path: build.Path, *, any_model: bool = False, progress: Progress = None
    ) -> OpenedAsyncSession:
        """Opens all contexts of a session's file again: `kernel.open_session("study.json").contexts["ctx_1"]`.

        What is not as it was, such as another autoencoder, is a warning; another model is an error unless `any_model`.
        """
        found = await self.run(steps.open_session(build.path(path), any_model, progress, self.host))
        return OpenedAsyncSession({each.saved: self._held(AsyncContext(self, each)) for each in found.contexts}, found)

    async def export_session(
        self,
        path: build.Path,
        output: build.Path,
        *,
        format: Literal["html", "ipynb"] | None = None,
        progress: Progress = None,
    ) -> SessionExportResult:
        """Writes a session's file as a page to read, or as a notebook that asks again; nothing may be at `output`.

        format: absent, what the output's name ends with. Shown are entries that are a dict of `method`, `params` and
        `result`, such as `{"method": "context/generate", "params": {"context": "ctx_1"}, "result": answer}`.
        """
        params = {"path": build.path(path), "output": build.path(output), "format": format or build.export_format(output)}
        return await self.run(steps.export_session(params, progress, self.host))

    async def card(
        self, latent: build.Feature, *, sae: str | None = None, examples: int = 6, top_k: int = 5
    ) -> FeatureCard:
        return await self.run(steps.card(latent, sae, examples, top_k))

    async def search(self, query: str | Mapping[str, Any], *, limit: int = 20, index: str | None = None) -> Found:
        return await self.run(steps.search(query, limit, index))

    async def evaluate(
        self,
        path: build.Path,
        *,
        format: EvaluationRunFormat = "questions",
        arms: Mapping[str, build.Change] | None = None,
        reconstruction: bool = False,
        random_features: int | None = None,
        random_directions: int | None = None,
        seed: int | None = None,
        answers: build.Path | None = None,
        annotations: build.Path | None = None,
        pictures: build.Path | None = None,
        kinds: str | Sequence[str] | None = None,
        limit: int | None = None,
        shard: tuple[int, int] | None = None,
        instruction: str | None = None,
        template: IndexBuildTemplate | None = None,
        max_tokens: int | None = None,
        changes: int = 200,
        model: str | None = None,
        sae: str | None = None,
        progress: Progress = None,
    ) -> Evaluation:
        """Has the model answer a benchmark's questions: as it is, with the autoencoder's reconstruction, and in `arms`,
        each beside controls: draws of random features about as active, and of random directions.

        format: `questions` (JSON lines of image, question, answer, kind), `pope`, `hallusionBench` or `amber` (with
        `annotations`). arms: by name, a change as the command line has it (`"zero 182 at last, scale 352 0.5 at
        question"`), interventions, `{latent: value}` to clamp, or a recipe: its file or what a search found. answers:
        the file that they are kept in, so that a run that was cut off goes on; without one they are kept as long as
        the result. shard: a part of the pictures, (0, 4) for the first of four. changes: how many of the questions
        that an arm turns are listed. Ctrl-C cancels the job.
        """
        return await self.run(steps.evaluate(
            {
                "dataset": build.dataset(path, format, annotations, pictures), "reconstruction": reconstruction or None,
                "controls": build.controls(random_features, random_directions, seed), "limit": limit,
                "kinds": build.some_names(kinds, "a kind of question"), "shard": build.shard(shard),
                "instruction": instruction, "template": template, "maxTokens": max_tokens, "model": model, "sae": sae,
            },
            arms or {}, answers, changes, reporter(self._with_default(progress), "evaluation/run"),
        ))  # fmt: skip

    async def read_answers(
        self, *files: build.Path, changes: int = 200, ratings: build.Path | Sequence[build.Path] | None = None
    ) -> Answers:
        """What files of answers say: those of one run, which may be its shards. ratings: files of `judge_answers`."""
        return await self.run(steps.read_answers([build.path(each) for each in files], changes, build.some_paths(ratings)))

    async def judge_answers(
        self,
        *files: build.Path,
        concept: str,
        ratings: build.Path,
        judge: build.Judge,
        arms: str | Sequence[str] | None = None,
        limit: int | None = None,
        changes: int = 200,
        max_tokens: int | None = None,
        concurrency: int | None = None,
        request_seconds: float | None = None,
        tries: int | None = None,
        progress: Progress = None,
    ) -> Answers:
        """Has a judge rate the answers in files, those of one run, as AxBench does: each 0 to 2 for how far it brings in
        the concept that was steered towards, how far it answers the question, and how well it reads. `frame("ratings")`
        has the means of each arm.

        ratings: the file that ratings are kept in, so that a run that was cut off goes on. judge: (address, model) of a
        server of chat completions, or "resident" for the model itself; it sees no picture. arms: names, absent all.
        limit: answered questions at most. Ctrl-C cancels the job.
        """
        return await self.run(steps.judge_answers(
            {
                "answers": [build.path(each) for each in files], "ratings": build.path(ratings), "concept": concept,
                "judge": build.judge(judge), "arms": build.some_names(arms, "an arm"), "limit": limit,
                "maxTokens": max_tokens, "concurrency": concurrency, "requestSeconds": request_seconds, "tries": tries,
            },
            changes, reporter(self._with_default(progress), "evaluation/judge"),
        ))  # fmt: skip

    async def search_steering(
        self,
        path: build.Path,
        *,
        recipe: build.Path,
        format: EvaluationRunFormat = "questions",
        annotations: build.Path | None = None,
        pictures: build.Path | None = None,
        name: str | None = None,
        failing: str | Sequence[str] | None = None,
        keeping: str | Sequence[str] | None = None,
        attribution: int | None = None,
        contrast: int | None = None,
        candidates: Sequence[int] | None = None,
        words: str | Sequence[str] | None = None,
        index: build.Path | None = None,
        zero: bool | None = None,
        scales: Sequence[float] | None = None,
        quantiles: Sequence[float] | None = None,
        places: SteeringSearchPlace | Sequence[SteeringSearchPlace] | None = None,
        features: int | None = None,
        arms: int | None = None,
        max_harm: float | None = None,
        random_features: int | None = None,
        random_directions: int | None = None,
        seed: int | None = None,
        limit: int | None = None,
        instruction: str | None = None,
        template: IndexBuildTemplate | None = None,
        max_tokens: int | None = None,
        sae: str | None = None,
        progress: Progress = None,
    ) -> Search:
        """Looks for a change of features that puts wrong answers right and loses few right ones, and writes it as a recipe.

        failing, keeping: kinds of questions whose wrong answers are to be put right, and whose right ones are to be kept
        (all). Candidates: how many by `attribution` and `contrast` (12 each), named ones (`candidates`), those whose
        label in `index` has one of the `words`. Each is tried at `zero`, with `scales` (0.5) and at `quantiles` of its
        activity (0.9), at all `places`: all, question, image, last (these four), generated. features: of a recipe at
        most (3). arms: changes of a round at most (512). max_harm: the share of right answers that may be lost (0.01).
        The controls are the recipe's, on the half that it was not chosen on (5 of each). Rounds are kept in the folder
        RECIPE.search, so that a search that was cut off goes on. Ctrl-C cancels the job.
        """
        return await self.run(steps.search_steering(
            {
                "dataset": build.dataset(path, format, annotations, pictures), "recipe": build.path(recipe), "name": name,
                "failing": build.some_names(failing, "a kind of question"),
                "keeping": build.some_names(keeping, "a kind of question"),
                "candidates": build.given(
                    attribution=attribution, contrast=contrast, index=build.path(index),
                    features=None if candidates is None else list(candidates), words=build.some_names(words, "a word of labels"),
                ),
                "operations": build.given(
                    zero=zero, scales=None if scales is None else list(scales),
                    quantiles=None if quantiles is None else list(quantiles),
                ),
                "places": build.some_names(places, "a place"), "features": features, "arms": arms, "maxHarm": max_harm,
                "controls": build.controls(random_features, random_directions, None), "seed": seed, "limit": limit,
                "instruction": instruction, "template": template, "maxTokens": max_tokens,
            },
            sae, reporter(self._with_default(progress), "steering/search"),
        ))  # fmt: skip

    async def status(self) -> KernelStatusResult:
        return await self.kernel.status()

    async def wait(self, job: str | Record, progress: Progress = None) -> Job:
        """Waits for a job's end. Cancelling the task leaves the job running; `kernel.job.cancel` ends it."""
        name = job if isinstance(job, str) else job.job
        return await self.run(steps.wait(name, reporter(self._with_default(progress), name)))

    async def close(self) -> None:
        self._finalizer.detach()
        await asyncio.to_thread(self.connection.end)

    async def __aenter__(self) -> "AsyncKernel":
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.close()
