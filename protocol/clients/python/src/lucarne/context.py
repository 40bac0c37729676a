"""A prompt that is open in the kernel, as an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Literal, Mapping, Sequence, Union

from . import build
from . import steps as _steps
from .behaviour import Search
from .calls import AsyncStream, Progress, Stream
from .errors import LucarneError
from .options import strict
from .types import ContextGenerateResult, ContextOpenResult, GeneratedToken
from .views import Ablated, Attribution, Comparison, Features, Generated, Logits, Steered, Tokens

if TYPE_CHECKING:
    import numpy

    from .kernel import AsyncKernel, Kernel

#: `{latent: value}`, or interventions of the wire.
Values = Union[Mapping[int, float], Iterable[Mapping[str, Any]]]
#: One latent or several, by their numbers, or interventions of the wire.
Latents = Union[build.Feature, Iterable[Any]]
Rank = Literal["max", "mean", "sum"]
Compared = Literal["plain", "reconstruction"]
#: Which pictures to draw: `{"image": "patches" or "smooth", "text": "html" or "png"}`.
Render = Mapping[str, str]


class _Plans:
    """The steps behind each short form, the same for both handles."""

    kernel: Any

    def __init__(self, opened: ContextOpenResult):
        #: What `context/open` answered.
        self.opened = opened
        self.id: str = opened.context
        #: How many tokens the prompt has, those that were appended included.
        self.token_count: int = opened.token_count
        self.closed = False

    def _grown(self, found: Any) -> None:
        """An answer that was appended belongs to the prompt from then on."""
        if found.get("version") is not None:
            self.token_count += len(found.tokens)

    def _attribute(self, target: Any, at: Any, parts: Any, sae: Any, progress: Any, params: Any) -> _steps.Steps:
        sent = {"region": _region(at), "parts": build.parts_request(parts), **params}
        return _steps.attribute(self.id, target, sae, sent, progress)

    def _compare(self, other: Any, target: Any, sae: Any, progress: Any, params: Any) -> _steps.Steps:
        if isinstance(other, _Plans):
            if other.kernel is not self.kernel:
                raise ValueError("the two prompts are open in different kernels: open both in one")
            other = other.id
        if not isinstance(other, str):
            raise TypeError(f"{other!r} is not a prompt: compare takes another that is open, or its id")
        return _steps.compare(self.id, other, target, sae, params, progress)

    def _features(self, at: Any, top_k: Any, rank_by: Any, sae: Any, progress: Any) -> _steps.Steps:
        params = {"region": _region(at), "topK": top_k, "rankBy": rank_by}
        return _steps.features(self.id, sae, params, progress)

    def _ablate(self, changes: Any, target: Any, targets: Any, at: Any, sae: Any, progress: Any, params: Any) -> _steps.Steps:
        wanted = [targets] if isinstance(targets, Mapping) else list(targets)
        if target is not None:
            wanted.append(target)
        return _steps.ablate(self.id, changes, wanted, sae, at, params, progress)

    def __repr__(self) -> str:
        state = ", closed" if self.closed else ""
        return f"<{type(self).__name__} {self.id}: {self.token_count} tokens{state}>"


def _region(at: Any) -> Any:
    return None if at is None else build.region(at)


def _render(method: str, by: str) -> Render | None:
    """The pictures that can be drawn: features that are ablated everywhere at once have no scores by position."""
    return None if method == "ablation" and by not in ("token", "none") else {"image": "patches", "text": "html"}


def _target(answer: Any, baseline: Any, sequence: Any) -> Any:
    """What is asked about where that may be nothing."""
    if answer is None and baseline is None and sequence is None:
        return None
    return build.target(answer, baseline, sequence)


def _texts(value: Any) -> Any:
    return None if value is None else build.names(value, "a text that ends the answer")


@strict
class Context(_Plans):
    """A prompt of a `Kernel`. Closed by `with`, by `close()`, or with the kernel.

    Where a region `at` is asked for, it is a part's id ("picture", "question"), a picture's number, a
    `range` of positions, `box(…)`, `last(…)`, or a region of the wire; absent: everywhere.

    An `answer` or `baseline` is a token by its text (mind the leading space) or its number, a list of tokens of
    which any will do, or `build.variants("Yes")` for every spelling.
    """

    kernel: "Kernel"

    def __init__(self, kernel: "Kernel", opened: ContextOpenResult):
        super().__init__(opened)
        self.kernel = kernel

    def generate(
        self,
        max_tokens: int = 64,
        *,
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] | None = None,
        interventions: Sequence[Mapping[str, Any]] | None = None,
        recipe: build.Path | Search | None = None,
        sae: str | None = None,
        splice: Mapping[str, str] | None = None,
        append: bool | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Generated:
        """What the model answers; the likeliest token each time unless a `temperature` is given.

        `append` makes the answer a part of the prompt. `recipe` is the file of a recipe whose changes are made,
        or what a search found.
        """
        params = {
            "maxTokens": max_tokens, "temperature": temperature, "topP": top_p, "seed": seed, "stop": _texts(stop),
            "interventions": interventions, "recipe": build.recipe(recipe), "sae": sae, "splice": splice, "append": append,
            "deadlineMs": deadline_ms,
        }  # fmt: skip
        found: Generated = self.kernel.run(_steps.generate(self.id, params, progress))
        self._grown(found.result)
        return found

    def stream(
        self,
        max_tokens: int = 64,
        *,
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] | None = None,
        interventions: Sequence[Mapping[str, Any]] | None = None,
        recipe: build.Path | Search | None = None,
        sae: str | None = None,
        splice: Mapping[str, str] | None = None,
        append: bool | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Stream[GeneratedToken, ContextGenerateResult]:
        """The answer's tokens as they are written, then `.result`."""
        found = self.kernel.context.generate_stream(
            context=self.id, max_tokens=max_tokens, progress=progress,
            temperature=temperature, top_p=top_p, seed=seed, stop=_texts(stop), interventions=interventions,
            recipe=build.recipe(recipe), sae=sae, splice=splice, append=append, deadline_ms=deadline_ms,
        )  # fmt: skip
        found.on_result = self._grown
        return found

    def tokens(self, span: range | None = None) -> Tokens:
        """The prompt's tokens, each with its part, or its picture and the pixels that it sees."""
        return self.kernel.run(_steps.tokens(self.id, _span(span)))

    def logits(self, top_k: int = 5, position: int | None = None) -> Logits:
        """The likeliest next tokens after a position; absent: the last."""
        return self.kernel.run(_steps.logits(self.id, {"topK": top_k, "position": position}))

    def attribute(
        self,
        answer: build.Answer | None = None,
        baseline: build.Answer | None = None,
        *,
        sequence: str | Sequence[build.Token] | None = None,
        position: int | None = None,
        method: build.Method = "gradient",
        steps: int | None = None,
        by: build.Aggregate = "feature",
        top_k: int = 10,
        at: build.Region | None = None,
        parts: build.Parts | None = None,
        verify: int | None = None,
        budget: int | None = None,
        seed: int | None = None,
        per_token: bool | None = None,
        splice: Mapping[str, str] | None = None,
        render: Render | None = None,
        sae: str | Sequence[str] | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Attribution:
        """Why the model prefers `answer` to `baseline`: what the parts of the prompt contribute, measured, and the
        latents that support and oppose the answer, with the picture's heat map.

        Without a baseline the answer is compared with the runner-up, the likeliest token that does not spell it.
        `sequence` asks about a whole answer instead: its log probability; `per_token` gives each token's share.

        method: `gradient`, `heldNorms`, `relevance` (one backward pass each), `integratedGradients` (with `steps`), or
        `ablation` (each latent measured). by: what scores are added up over: `feature`, `token`, `part` or `none`.
        parts: how the parts are measured: `"ablation"`, `"shapley"`, `"occlusion"`, `"sum"` (no measurement), False;
        or of which regions, a list or by name; or both, `build.shares("shapley", [...])`.
        verify: how many of the strongest, of those of a second method and of others drawn at random (`seed`) are
        checked by exact ablation; 0 for none. budget: the most runs for parts and verification.
        sae: an autoencoder's name, or a list of names, whose latents are then ranked together after one backward pass:
        scores of sites above one another tell the same effect and do not add up, and parts are not measured.
        """
        target = build.target(answer, baseline, sequence, position)
        return self.kernel.run(self._attribute(target, at, parts, sae, progress, {
            "method": method, "steps": steps, "aggregate": by, "topK": top_k, "verify": verify, "budget": budget,
            "seed": seed, "perToken": per_token, "splice": splice,
            "render": _render(method, by) if render is None else render, "deadlineMs": deadline_ms,
        }))  # fmt: skip

    def compare(
        self,
        other: "Context | str",
        answer: build.Answer | None = None,
        baseline: build.Answer | None = None,
        *,
        sequence: str | Sequence[build.Token] | None = None,
        position: int | None = None,
        top_k: int = 10,
        sae: str | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Comparison:
        """What makes this prompt's answer differ from that of another: the latents that differ, where, and how
        much of the difference each explains when it is patched from one prompt into the other, both ways.
        """
        target = build.target(answer, baseline, sequence, position)
        params = {"topK": top_k, "deadlineMs": deadline_ms}
        return self.kernel.run(self._compare(other, target, sae, progress, params))

    def features(
        self,
        at: build.Region | None = None,
        *,
        top_k: int = 10,
        rank_by: Rank = "max",
        sae: str | None = None,
        progress: Progress = None,
    ) -> Features:
        """The latents that are active in a region."""
        return self.kernel.run(self._features(at, top_k, rank_by, sae, progress))

    def steer(
        self,
        values: Values = (),
        max_tokens: int = 64,
        *,
        at: build.Region | Sequence[build.Region] | None = None,
        generated: bool | None = None,
        recipe: build.Path | Search | None = None,
        compare_with: Compared | Sequence[Compared] = ("plain", "reconstruction"),
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] | None = None,
        splice: Mapping[str, str] | None = None,
        sae: str | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Steered:
        """The answer with latents clamped (`{latent: value}`, or interventions), next to the one without.

        `recipe` is the file of a recipe whose changes are made before these, or what a search found.
        """
        params = {
            "maxTokens": max_tokens, "recipe": build.recipe(recipe),
            "compareWith": build.names(compare_with, "an answer to compare with"),
            "temperature": temperature, "topP": top_p, "seed": seed, "stop": _texts(stop), "splice": splice,
            "deadlineMs": deadline_ms,
        }  # fmt: skip
        return self.kernel.run(_steps.steer(self.id, values, sae, at, generated, params, progress))

    def ablate(
        self,
        features: Latents,
        answer: build.Answer | None = None,
        baseline: build.Answer | None = None,
        *,
        sequence: str | Sequence[build.Token] | None = None,
        targets: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
        at: build.Region | Sequence[build.Region] | None = None,
        top_k: int = 5,
        splice: Mapping[str, str] | None = None,
        sae: str | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Ablated:
        """What becomes of targets with latents at zero (numbers), or under interventions (`{"op": …}`)."""
        params = {"topK": top_k, "splice": splice, "deadlineMs": deadline_ms}
        target = _target(answer, baseline, sequence)
        return self.kernel.run(self._ablate(features, target, targets, at, sae, progress, params))

    def activations(self, site: str, span: range | None = None) -> "numpy.ndarray[Any, Any]":
        """The residual stream at a site as a numpy array [positions, hidden size]."""
        return self.kernel.activation.read(context=self.id, site=site, span=_span(span)).tensor.numpy()

    def close(self) -> None:
        """Lets go of the context's memory; twice does no harm."""
        if not self.closed:
            self.closed = True
            if self.kernel.alive:
                self.kernel.context.close(context=self.id)

    def __enter__(self) -> "Context":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.close()
        except LucarneError:
            pass  # What ended the block is the news, not that the context is gone already.


@strict
class AsyncContext(_Plans):
    """A prompt of an `AsyncKernel`; the methods of `Context`, awaited."""

    kernel: "AsyncKernel"

    def __init__(self, kernel: "AsyncKernel", opened: ContextOpenResult):
        super().__init__(opened)
        self.kernel = kernel

    async def generate(
        self,
        max_tokens: int = 64,
        *,
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] | None = None,
        interventions: Sequence[Mapping[str, Any]] | None = None,
        recipe: build.Path | Search | None = None,
        sae: str | None = None,
        splice: Mapping[str, str] | None = None,
        append: bool | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Generated:
        """What the model answers; the likeliest token each time unless a `temperature` is given.

        `append` makes the answer a part of the prompt. `recipe` is the file of a recipe whose changes are made,
        or what a search found.
        """
        params = {
            "maxTokens": max_tokens, "temperature": temperature, "topP": top_p, "seed": seed, "stop": _texts(stop),
            "interventions": interventions, "recipe": build.recipe(recipe), "sae": sae, "splice": splice, "append": append,
            "deadlineMs": deadline_ms,
        }  # fmt: skip
        found: Generated = await self.kernel.run(_steps.generate(self.id, params, progress))
        self._grown(found.result)
        return found

    def stream(
        self,
        max_tokens: int = 64,
        *,
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] | None = None,
        interventions: Sequence[Mapping[str, Any]] | None = None,
        recipe: build.Path | Search | None = None,
        sae: str | None = None,
        splice: Mapping[str, str] | None = None,
        append: bool | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> AsyncStream[GeneratedToken, ContextGenerateResult]:
        """The answer's tokens as they are written, then `await stream.result()`."""
        found = self.kernel.context.generate_stream(
            context=self.id, max_tokens=max_tokens, progress=progress,
            temperature=temperature, top_p=top_p, seed=seed, stop=_texts(stop), interventions=interventions,
            recipe=build.recipe(recipe), sae=sae, splice=splice, append=append, deadline_ms=deadline_ms,
        )  # fmt: skip
        found.on_result = self._grown
        return found

    async def tokens(self, span: range | None = None) -> Tokens:
        """The prompt's tokens, each with its part, or its picture and the pixels that it sees."""
        return await self.kernel.run(_steps.tokens(self.id, _span(span)))

    async def logits(self, top_k: int = 5, position: int | None = None) -> Logits:
        """The likeliest next tokens after a position; absent: the last."""
        return await self.kernel.run(_steps.logits(self.id, {"topK": top_k, "position": position}))

    async def attribute(
        self,
        answer: build.Answer | None = None,
        baseline: build.Answer | None = None,
        *,
        sequence: str | Sequence[build.Token] | None = None,
        position: int | None = None,
        method: build.Method = "gradient",
        steps: int | None = None,
        by: build.Aggregate = "feature",
        top_k: int = 10,
        at: build.Region | None = None,
        parts: build.Parts | None = None,
        verify: int | None = None,
        budget: int | None = None,
        seed: int | None = None,
        per_token: bool | None = None,
        splice: Mapping[str, str] | None = None,
        render: Render | None = None,
        sae: str | Sequence[str] | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Attribution:
        """Why the model prefers `answer` to `baseline`: what the parts of the prompt contribute, measured, and the
        latents that support and oppose the answer, with the picture's heat map.

        Without a baseline the answer is compared with the runner-up, the likeliest token that does not spell it.
        `sequence` asks about a whole answer instead: its log probability; `per_token` gives each token's share.

        method: `gradient`, `heldNorms`, `relevance` (one backward pass each), `integratedGradients` (with `steps`), or
        `ablation` (each latent measured). by: what scores are added up over: `feature`, `token`, `part` or `none`.
        parts: how the parts are measured: `"ablation"`, `"shapley"`, `"occlusion"`, `"sum"` (no measurement), False;
        or of which regions, a list or by name; or both, `build.shares("shapley", [...])`.
        verify: how many of the strongest, of those of a second method and of others drawn at random (`seed`) are
        checked by exact ablation; 0 for none. budget: the most runs for parts and verification.
        sae: an autoencoder's name, or a list of names, whose latents are then ranked together after one backward pass:
        scores of sites above one another tell the same effect and do not add up, and parts are not measured.
        """
        target = build.target(answer, baseline, sequence, position)
        return await self.kernel.run(self._attribute(target, at, parts, sae, progress, {
            "method": method, "steps": steps, "aggregate": by, "topK": top_k, "verify": verify, "budget": budget,
            "seed": seed, "perToken": per_token, "splice": splice,
            "render": _render(method, by) if render is None else render, "deadlineMs": deadline_ms,
        }))  # fmt: skip

    async def compare(
        self,
        other: "AsyncContext | str",
        answer: build.Answer | None = None,
        baseline: build.Answer | None = None,
        *,
        sequence: str | Sequence[build.Token] | None = None,
        position: int | None = None,
        top_k: int = 10,
        sae: str | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Comparison:
        """What makes this prompt's answer differ from that of another: the latents that differ, where, and how
        much of the difference each explains when it is patched from one prompt into the other, both ways.
        """
        target = build.target(answer, baseline, sequence, position)
        params = {"topK": top_k, "deadlineMs": deadline_ms}
        return await self.kernel.run(self._compare(other, target, sae, progress, params))

    async def features(
        self,
        at: build.Region | None = None,
        *,
        top_k: int = 10,
        rank_by: Rank = "max",
        sae: str | None = None,
        progress: Progress = None,
    ) -> Features:
        """The latents that are active in a region."""
        return await self.kernel.run(self._features(at, top_k, rank_by, sae, progress))

    async def steer(
        self,
        values: Values = (),
        max_tokens: int = 64,
        *,
        at: build.Region | Sequence[build.Region] | None = None,
        generated: bool | None = None,
        recipe: build.Path | Search | None = None,
        compare_with: Compared | Sequence[Compared] = ("plain", "reconstruction"),
        temperature: float | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] | None = None,
        splice: Mapping[str, str] | None = None,
        sae: str | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Steered:
        """The answer with latents clamped (`{latent: value}`, or interventions), next to the one without.

        `recipe` is the file of a recipe whose changes are made before these, or what a search found.
        """
        params = {
            "maxTokens": max_tokens, "recipe": build.recipe(recipe),
            "compareWith": build.names(compare_with, "an answer to compare with"),
            "temperature": temperature, "topP": top_p, "seed": seed, "stop": _texts(stop), "splice": splice,
            "deadlineMs": deadline_ms,
        }  # fmt: skip
        return await self.kernel.run(_steps.steer(self.id, values, sae, at, generated, params, progress))

    async def ablate(
        self,
        features: Latents,
        answer: build.Answer | None = None,
        baseline: build.Answer | None = None,
        *,
        sequence: str | Sequence[build.Token] | None = None,
        targets: Mapping[str, Any] | Sequence[Mapping[str, Any]] = (),
        at: build.Region | Sequence[build.Region] | None = None,
        top_k: int = 5,
        splice: Mapping[str, str] | None = None,
        sae: str | None = None,
        deadline_ms: int | None = None,
        progress: Progress = None,
    ) -> Ablated:
        """What becomes of targets with latents at zero (numbers), or under interventions (`{"op": …}`)."""
        params = {"topK": top_k, "splice": splice, "deadlineMs": deadline_ms}
        target = _target(answer, baseline, sequence)
        return await self.kernel.run(self._ablate(features, target, targets, at, sae, progress, params))

    async def activations(self, site: str, span: range | None = None) -> "numpy.ndarray[Any, Any]":
        """The residual stream at a site as a numpy array [positions, hidden size]."""
        return (await self.kernel.activation.read(context=self.id, site=site, span=_span(span))).tensor.numpy()

    async def close(self) -> None:
        if not self.closed:
            self.closed = True
            if self.kernel.alive:
                await self.kernel.context.close(context=self.id)

    async def __aenter__(self) -> "AsyncContext":
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await self.close()
        except LucarneError:
            pass


def _span(span: range | None) -> Mapping[str, int] | None:
    return None if span is None else build.region(span)["span"]
