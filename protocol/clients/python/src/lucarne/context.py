"""A prompt that is open in the kernel, as an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Mapping, Sequence

from . import build, steps
from .calls import AsyncStream, Progress, Stream
from .errors import LucarneError
from .types import ContextGenerateResult, ContextOpenResult, GeneratedToken
from .views import Ablated, Attribution, Features, Generated, Logits, Steered, Tokens

if TYPE_CHECKING:
    from .kernel import AsyncKernel, Kernel

Values = Mapping[int, float] | Iterable[Mapping[str, Any]]


class _Plans:
    """The steps behind each short form, the same for both handles."""

    def __init__(self, opened: ContextOpenResult):
        #: What `context/open` answered.
        self.opened = opened
        self.id: str = opened.context
        self.token_count: int = opened.token_count
        self.closed = False

    def _attribute(self, answer, baseline, method, by, top_k, verify, at, sae, progress, more):
        params = {"method": method, "aggregate": by, "topK": top_k, "verify": verify, "region": _region(at), **more}
        return steps.attribute(self.id, answer, baseline, sae, params, progress)

    def _features(self, at, top_k, rank_by, sae, progress):
        params = {"region": _region(at), "topK": top_k, "rankBy": rank_by}
        return steps.features(self.id, sae, params, progress)

    def _steer(self, values, max_tokens, at, generated, compare_with, sae, progress, more):
        params = {"maxTokens": max_tokens, "compareWith": list(compare_with), **more}
        return steps.steer(self.id, values, sae, at, generated, params, progress)

    def _ablate(self, changes, answer, baseline, targets, at, top_k, sae, progress, more):
        wanted = list(targets) + ([build.target(answer, baseline)] if answer is not None else [])
        return steps.ablate(self.id, changes, wanted, sae, at, {"topK": top_k, **more}, progress)

    def __repr__(self) -> str:
        state = ", closed" if self.closed else ""
        return f"<{type(self).__name__} {self.id}: {self.token_count} tokens{state}>"


def _region(at: Any) -> Any:
    return None if at is None else build.region(at)


class Context(_Plans):
    """A prompt of a `Kernel`. Closed by `with`, by `close()`, or with the kernel.

    Where a region `at` is asked for, it is a part's id ("picture", "question"), a picture's number, a
    `range` of positions, or a region of the wire; absent: everywhere.
    """

    def __init__(self, kernel: "Kernel", opened: ContextOpenResult):
        super().__init__(opened)
        self.kernel = kernel

    def generate(self, max_tokens: int = 64, *, progress: Progress = None, **more: Any) -> Generated:
        """What the model answers; `more` are params of context/generate, as the wire spells them or not."""
        return self.kernel.run(steps.generate(self.id, {"maxTokens": max_tokens, **_wire(more)}, progress))

    def stream(self, max_tokens: int = 64, **more: Any) -> Stream[GeneratedToken, ContextGenerateResult]:
        """The answer's tokens as they are written, then `.result`."""
        return self.kernel.context.generate_stream(context=self.id, max_tokens=max_tokens, **more)

    def tokens(self, span: range | None = None) -> Tokens:
        return self.kernel.run(steps.tokens(self.id, _span(span)))

    def logits(self, top_k: int = 5, position: int | None = None) -> Logits:
        """The likeliest next tokens after a position; absent: the last."""
        return self.kernel.run(steps.logits(self.id, {"topK": top_k, "position": position}))

    def attribute(
        self,
        answer: build.Token | Mapping[str, Any],
        baseline: build.Token | None = None,
        *,
        method: str = "gradient",
        by: str = "feature",
        top_k: int = 10,
        verify: int | None = None,
        at: Any = None,
        sae: str | None = None,
        progress: Progress = None,
        **more: Any,
    ) -> Attribution:
        """Why logit(answer) − logit(baseline): scores of latents, the picture's heat map, the token strip.

        `verify` of the highest are measured again by exact ablation.
        """
        return self.kernel.run(
            self._attribute(answer, baseline, method, by, top_k, verify, at, sae, progress, _wire(more))
        )

    def features(
        self, at: Any = None, *, top_k: int = 10, rank_by: str = "max", sae: str | None = None, progress: Progress = None
    ) -> Features:
        """The latents that are active in a region."""
        return self.kernel.run(self._features(at, top_k, rank_by, sae, progress))

    def steer(
        self,
        values: Values,
        max_tokens: int = 64,
        *,
        at: Any = None,
        generated: bool | None = None,
        compare_with: Sequence[str] = ("plain", "reconstruction"),
        sae: str | None = None,
        progress: Progress = None,
        **more: Any,
    ) -> Steered:
        """The answer with latents clamped (`{latent: value}`, or interventions), beside that without."""
        return self.kernel.run(
            self._steer(values, max_tokens, at, generated, compare_with, sae, progress, _wire(more))
        )

    def ablate(
        self,
        features: Any,
        answer: build.Token | Mapping[str, Any] | None = None,
        baseline: build.Token | None = None,
        *,
        targets: Sequence[Mapping[str, Any]] = (),
        at: Any = None,
        top_k: int = 5,
        sae: str | None = None,
        progress: Progress = None,
        **more: Any,
    ) -> Ablated:
        """What becomes of targets with latents at zero (numbers), or under interventions (`{"op": …}`)."""
        return self.kernel.run(
            self._ablate(features, answer, baseline, targets, at, top_k, sae, progress, _wire(more))
        )

    def activations(self, site: str, span: range | None = None):
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


class AsyncContext(_Plans):
    """A prompt of an `AsyncKernel`; the methods of `Context`, awaited."""

    def __init__(self, kernel: "AsyncKernel", opened: ContextOpenResult):
        super().__init__(opened)
        self.kernel = kernel

    async def generate(self, max_tokens: int = 64, *, progress: Progress = None, **more: Any) -> Generated:
        params = {"maxTokens": max_tokens, **_wire(more)}
        return await self.kernel.run(steps.generate(self.id, params, progress))

    def stream(self, max_tokens: int = 64, **more: Any) -> AsyncStream[GeneratedToken, ContextGenerateResult]:
        return self.kernel.context.generate_stream(context=self.id, max_tokens=max_tokens, **more)

    async def tokens(self, span: range | None = None) -> Tokens:
        return await self.kernel.run(steps.tokens(self.id, _span(span)))

    async def logits(self, top_k: int = 5, position: int | None = None) -> Logits:
        return await self.kernel.run(steps.logits(self.id, {"topK": top_k, "position": position}))

    async def attribute(
        self,
        answer: build.Token | Mapping[str, Any],
        baseline: build.Token | None = None,
        *,
        method: str = "gradient",
        by: str = "feature",
        top_k: int = 10,
        verify: int | None = None,
        at: Any = None,
        sae: str | None = None,
        progress: Progress = None,
        **more: Any,
    ) -> Attribution:
        return await self.kernel.run(
            self._attribute(answer, baseline, method, by, top_k, verify, at, sae, progress, _wire(more))
        )

    async def features(
        self, at: Any = None, *, top_k: int = 10, rank_by: str = "max", sae: str | None = None, progress: Progress = None
    ) -> Features:
        return await self.kernel.run(self._features(at, top_k, rank_by, sae, progress))

    async def steer(
        self,
        values: Values,
        max_tokens: int = 64,
        *,
        at: Any = None,
        generated: bool | None = None,
        compare_with: Sequence[str] = ("plain", "reconstruction"),
        sae: str | None = None,
        progress: Progress = None,
        **more: Any,
    ) -> Steered:
        return await self.kernel.run(
            self._steer(values, max_tokens, at, generated, compare_with, sae, progress, _wire(more))
        )

    async def ablate(
        self,
        features: Any,
        answer: build.Token | Mapping[str, Any] | None = None,
        baseline: build.Token | None = None,
        *,
        targets: Sequence[Mapping[str, Any]] = (),
        at: Any = None,
        top_k: int = 5,
        sae: str | None = None,
        progress: Progress = None,
        **more: Any,
    ) -> Ablated:
        return await self.kernel.run(
            self._ablate(features, answer, baseline, targets, at, top_k, sae, progress, _wire(more))
        )

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


def _wire(more: Mapping[str, Any]) -> dict[str, Any]:
    from .records import camel

    return {camel(name): value for name, value in more.items()}
