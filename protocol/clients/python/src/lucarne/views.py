"""Results that know how to be looked at: as text, in a notebook, as a pandas frame."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Generic, Iterable, Iterator, Mapping, Sequence, TypeVar

from . import display
from .records import Record, numbers
from .types import (
    AblationRunChange,
    AblationRunResult,
    AblationRunTargetValues,
    AttributionCompareAgreement,
    AttributionCompareAligned,
    AttributionCompareItem,
    AttributionComparePatched,
    AttributionCompareResult,
    AttributionComputeCompleteness,
    AttributionComputeCoverage,
    AttributionComputeExplanation,
    AttributionComputeIdentity,
    AttributionComputeItem,
    AttributionComputeMeasured,
    AttributionComputeMethod,
    AttributionComputeOfSae,
    AttributionComputePartScore,
    AttributionComputeRendering,
    AttributionComputeResult,
    AttributionComputeTargetValue,
    AttributionComputeTokenTable,
    AttributionComputeVerification,
    ContextGenerateResult,
    ContextLogitsItem,
    ContextLogitsResult,
    ContextTokensResult,
    ContextTokensToken,
    CoactiveFeature,
    FeatureActivationsItem,
    FeatureActivationsResult,
    FeatureInfoExplanation,
    FeatureInfoLogits,
    FeatureInfoNeighbour,
    FeatureInfoResult,
    FeatureInfoStats,
    Finish,
    GeneratedToken,
    IndexSearchItem,
    IndexSearchResult,
    Splice,
    SpliceReceipt,
    SteeringGenerateEffect,
    SteeringGenerateOutput,
    SteeringGenerateReceipt,
    SteeringGenerateResult,
)

if TYPE_CHECKING:
    import pandas

Result = TypeVar("Result", bound=Record)


def frame(rows: Iterable[Any]) -> "pandas.DataFrame":
    """A pandas frame with a row for each record or mapping; members of members get dotted names."""
    import pandas

    return pandas.json_normalize(
        [each.to_dict() if isinstance(each, Record) else dict(each) for each in rows]
    )


class View(Generic[Result]):
    """A result and what is known beside it; the result's members are its attributes."""

    result: Result

    def __init__(self, result: Result):
        self.result = result

    # Checkers of types see the members that each view declares; a test holds these to the protocol.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_") or name == "result":
                raise AttributeError(name)
            return getattr(self.result, name)

    def __getitem__(self, name: str) -> Any:
        return self.result[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self.result)})

    def __repr__(self) -> str:
        return self.text_display()

    def text_display(self) -> str:
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The result as it was on the wire."""
        return self.result.to_dict()


class Generated(View[ContextGenerateResult]):
    """An answer of the model."""

    text: str
    tokens: list[GeneratedToken]
    finish: Finish
    version: int | None
    recipe: str | None

    def __str__(self) -> str:
        return self.text

    def text_display(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        spans = "".join(
            f'<span title="{display.escape(f"p = {math.exp(each.log_prob):.3f}, id {each.id}")}" '
            f'style="background:{display.tint(1 - math.exp(each.log_prob), 1)};border-radius:2px">'
            f"{display.escape(each.text)}</span>"
            for each in self.result.tokens
        )
        followed = display.note(f"by the recipe {display.escape(self.result.recipe)}") if self.result.recipe else ""
        return display.box("", f'<div style="font-size:15px;white-space:pre-wrap">{spans}</div>', followed)

    def frame(self) -> "pandas.DataFrame":
        return frame(self.result.tokens)


class Tokens(View[ContextTokensResult]):
    """The tokens of a context."""

    tokens: list[ContextTokensToken]

    def text_display(self) -> str:
        return f"{len(self.result.tokens)} tokens: {display.strip_text(self.result.tokens)}"

    def _repr_html_(self) -> str:
        return display.box(
            f"{len(self.result.tokens)} tokens", display.token_strip(self.result.tokens)
        )

    def __iter__(self) -> Iterator[ContextTokensToken]:
        return iter(self.result.tokens)

    def __len__(self) -> int:
        return len(self.result.tokens)

    def frame(self) -> "pandas.DataFrame":
        return frame(self.result.tokens)


class Logits(View[ContextLogitsResult]):
    """The likeliest next tokens."""

    items: list[ContextLogitsItem]

    def text_display(self) -> str:
        return display.text_table(
            ["probability", "logit", "token"],
            [(math.exp(each.log_prob), each.logit, display.visible(each.text)) for each in self.result.items],
        )

    def _repr_html_(self) -> str:
        rows = [
            (display.escape(display.visible(each.text)), f"{math.exp(each.log_prob):.3f}", display.number(each.logit),
             display.bar(math.exp(each.log_prob), 1))
            for each in self.result.items
        ]  # fmt: skip
        return display.box("Next token", display.table(["token", "p", "logit", ""], rows, (0, 3), True))

    def frame(self) -> "pandas.DataFrame":
        return frame(self.result.items).rename(columns={"token": "id"})


def agreement(found: AttributionComputeVerification | AttributionCompareAgreement) -> str:
    """How well scores agree with what was measured; what is not defined is left out."""
    words = [f"{found.n} measured"]
    for name, value in (("Pearson", found.pearson), ("Spearman", found.spearman), ("slope", found.slope)):
        if value is not None:
            words.append(f"{name} {value:.2f}".replace("-", "−"))
    words.append(f"{found.wrong_signs} of {found.signs_counted} signs wrong")
    return ", ".join(words)


def _place(of: Any) -> str:
    """A latent, a position, or both."""
    feature, position = of.get("feature"), of.get("position")
    names = [f"#{feature.index}"] if feature is not None else []
    names += [f"@{position}"] if position is not None else []
    return " ".join(names)


def _owner(of: Any) -> Any:
    """The autoencoder that a latent is of, or all features of a token."""
    feature = of.get("feature")
    return feature.sae if feature is not None else of.get("sae")


def _key(of: Any) -> tuple[Any, Any, Any, Any]:
    feature = of.get("feature")
    return _owner(of), feature.index if feature is not None else None, of.get("position"), of.get("part")


class Attribution(View[AttributionComputeResult]):
    """Why the model prefers its answer: what the parts contribute, which latents support and oppose it."""

    target: AttributionComputeTargetValue
    items: list[AttributionComputeItem]
    by_part: list[AttributionComputePartScore]
    identity: AttributionComputeIdentity | None
    completeness: AttributionComputeCompleteness | None
    by_sae: list[AttributionComputeOfSae] | None
    verification: AttributionComputeVerification | None
    explanation: AttributionComputeExplanation
    renderings: list[AttributionComputeRendering] | None
    method: AttributionComputeMethod
    splice: Splice
    elapsed: float
    coverage: AttributionComputeCoverage | None
    endpoint_difference: float | None
    remainder: float | None
    table: AttributionComputeTokenTable | None

    def __init__(
        self, result: AttributionComputeResult, labels: Mapping[int, str], by_sae: Mapping[str, Mapping[int, str]] | None = None
    ):
        super().__init__(result)
        #: What latents are called, by their numbers; of several autoencoders `labels_by_sae` has them.
        self.labels = labels
        self.labels_by_sae = by_sae or {}

    @property
    def title(self) -> str:
        """The target with its tokens spelt out."""
        return self.result.explanation.title

    @property
    def sentences(self) -> list[str]:
        """The kernel's own words."""
        return self.result.explanation.sentences

    @property
    def supports(self) -> list[AttributionComputeItem]:
        """What supports the answer, strongest first: by what was measured where it was, else by the score."""
        return [each for each in self.result.items if self._effect(each) > 0]

    @property
    def opposes(self) -> list[AttributionComputeItem]:
        """What opposes it, likewise."""
        return [each for each in self.result.items if self._effect(each) < 0]

    @property
    def parts(self) -> dict[str, float]:
        """What each part contributes, by its name; empty where it was not measured."""
        return {each.part: each.score for each in self.result.by_part}

    @property
    def not_reliable(self) -> list[str]:
        """Why the scores should not be relied on; empty if there is no reason."""
        found = self.result.verification
        return list(found.not_reliable or []) if found is not None else []

    @property
    def heatmap(self) -> bytes | None:
        """The PNG of the scores over the first picture."""
        data = self._rendering("image/png")
        return display.decoded(data) if data else None

    def _rendering(self, kind: str) -> str | None:
        found = (each for each in self.result.renderings or [] if each.mime_type == kind)
        return next((each.base64 for each in found), None)

    def _ablated(self) -> dict[tuple[Any, Any, Any, Any], AttributionComputeMeasured]:
        """What was measured by exact ablation, by autoencoder, latent and position."""
        found = self.result.verification
        return {_key(each): each for each in found.items} if found is not None else {}

    def _besides(self) -> list[AttributionComputeMeasured]:
        """What was measured and is not among the items."""
        listed = {_key(each) for each in self.result.items}
        return [each for key, each in self._ablated().items() if key not in listed]

    def measured(self, item: AttributionComputeItem) -> float | None:
        """What the target falls by without the item, exactly; None where that was not measured."""
        if item.get("measured") is not None:
            return item.measured
        if self.result.method == "ablation":
            return item.score
        found = self._ablated().get(_key(item))
        return found.measured if found is not None else None

    def _effect(self, item: AttributionComputeItem) -> float:
        exact = self.measured(item)
        return item.score if exact is None else exact

    def _label(self, of: Any) -> str:
        feature = of.get("feature")
        if feature is None:
            return ""
        return (self.labels_by_sae.get(feature.sae, {}) if self.labels_by_sae else self.labels).get(feature.index, "")

    def _place(self, of: Any) -> str:
        """A latent, a position, or both; of which autoencoder where several were asked."""
        place, owner = _place(of) or of.get("part") or "", _owner(of)
        return f"{owner} {place}" if self.result.by_sae and owner else place

    def _rows(self, items: Iterable[AttributionComputeItem]) -> list[tuple[str, float, float | None, str]]:
        return [
            (self._place(each), each.score, self.measured(each), self._label(each)) for each in items
        ]

    def _first_order(self) -> str:
        """The sum of scores that a method of one backward pass makes, and what it leaves of the target."""
        sums = [("", self.result.completeness), *((f"{each.sae}, ", each.completeness) for each in self.result.by_sae or [])]
        return "\n".join(
            f"{owner}{self.result.method}, first order: features {display.fixed(whole.sum)}, bias {display.fixed(whole.bias)}, "
            f"autoencoder's error {display.fixed(whole.error_term)}, sum {display.fixed(whole.total)}, "
            f"remainder {display.fixed(whole.remainder)}"
            for owner, whole in sums
            if whole is not None
        )

    def _path(self) -> str:
        """What the path of integrated gradients ends in, and what the scores leave of it."""
        difference, rest = self.result.endpoint_difference, self.result.remainder
        if difference is None or rest is None:
            return ""
        return f"integratedGradients: endpoint difference {display.fixed(difference)}, remainder {display.fixed(rest)}"

    def text_display(self) -> str:
        blocks = ["\n".join(self.sentences)]
        blocks[0] += "".join("\n" + each for each in (self._first_order(), self._path()) if each)
        for name, items in (("supports", self.supports), ("opposes", self.opposes)):
            rows = [
                (place, display.signed(score), "" if exact is None else display.signed(exact), label)
                for place, score, exact, label in self._rows(items)
            ]
            if rows:
                blocks.append(display.text_table([name, "score", "measured", "label"], rows))
        besides = [
            (self._place(each), display.signed(each.predicted), display.signed(each.measured), f"{each.origin}  {self._label(each)}")
            for each in self._besides()
        ]
        if besides:
            blocks.append(display.text_table(["also", "score", "measured", "origin, label"], besides))
        if self.result.table is not None:
            heads, rows_ = self._token_rows()
            blocks.append(display.text_table(heads, [[*each[1:], each[0]] for each in rows_]))
        return "\n\n".join(blocks)

    def _token_rows(self) -> tuple[list[str], list[list[str]]]:
        """The scores of items for each token of the target."""
        table = self.result.table
        assert table is not None
        names = [display.visible(each.text) for each in table.tokens]
        sequence = len(names) > 1
        names = names if len(names) == len(table.values) else ["whole target"] * len(table.values)
        heads = ["log p" if sequence else "value", *(self._place(each) for each in self.result.items), "token"]
        rows = [
            [name, display.number(value), *(display.signed(each) for each in scores)]
            for name, value, scores in zip(names, table.values, table.scores)
        ]
        return heads, rows

    def _ledger(self) -> str:
        """The parts and the line that closes, as a sum that can be followed."""
        identity = self.result.identity
        if identity is None:
            return ""
        most = max((abs(each.score) for each in self.result.by_part), default=0)
        lines = [
            (display.escape(each.part), display.fixed(each.score), display.bar(each.score, most, 60),
             f"{each.active:,}" if each.active is not None else "")
            for each in self.result.by_part
        ]  # fmt: skip
        start = " + ".join(
            f"{name} {display.fixed(value)}"
            for name, value in (
                ("bias", identity.bias), ("autoencoder's error", identity.error_term), ("elsewhere", identity.elsewhere)
            )
            if value is not None
        )  # fmt: skip
        together = "parts together" if identity.method == "occlusion" else "features together"
        sums = [("interaction", identity.interaction, ""), (together, identity.features, ""), ("start", identity.start, start),
                ("gap", identity.gap, ""), ("target", identity.target, "")]  # fmt: skip
        lines += [
            (f'<span style="opacity:0.75" title="{display.escape(detail)}">{name}</span>', display.fixed(value), "", "")
            for name, value, detail in sums
        ]
        heads = [f"parts, by {identity.method}", "", "", "active"]
        return display.table(heads, lines, (0, 2), True)

    def _table(self, name: str, items: Sequence[AttributionComputeItem], largest: float) -> str:
        rows = self._rows(items)
        if not rows:
            return ""
        measured = any(each[2] is not None for each in rows)
        heads = [name, "score", ""] + (["measured"] if measured else []) + ["label"]
        lines = [
            [display.escape(place), display.signed(score), display.bar(score, largest, 60)]
            + ([display.signed(exact) if exact is not None else ""] if measured else [])
            + [display.escape(label)]
            for place, score, exact, label in rows
        ]
        return display.table(heads, lines, (0, 2, len(heads) - 1), True)

    def _repr_html_(self) -> str:
        largest = max((abs(each.score) for each in self.result.items), default=0)
        data = self._rendering("image/png")
        strip = self._rendering("text/html")
        besides = [
            (self._place(each), each.origin, display.signed(each.predicted), display.signed(each.measured), self._label(each))
            for each in self._besides()
        ]
        tokens = ""
        if self.result.table is not None:
            heads, rows = self._token_rows()
            tokens = display.table([heads[-1], *heads[:-1]], rows)
        flag = display.badge("scores not reliable", "; ".join(self.not_reliable)) if self.not_reliable else ""
        return display.box(
            f"{display.escape(self.title)} = {display.fixed(self.result.target.value)}{flag}",
            # The first sentence is the heading.
            display.lines(self.sentences[1:]),
            display.row(display.picture(data, "scores over the picture") if data else "", self._ledger()),
            display.row(
                self._table("supports", self.supports, largest), self._table("opposes", self.opposes, largest)
            ),
            display.folded(
                "also measured by exact ablation",
                display.table(["feature", "origin", "score", "measured", "label"], besides, (0, 1, 4)) if besides else "",
            ),
            display.headed("for each token of the answer", tokens),
            display.decoded(strip).decode("utf-8") if strip else "",
            "".join(display.note(display.escape(each)) for each in (self._first_order(), self._path()) if each),
        )

    def _repr_png_(self) -> bytes | None:
        return self.heatmap

    def frame(self) -> "pandas.DataFrame":
        """A row for each item, then for what was measured besides: its score, what was `measured`, why (`origin`)."""
        import pandas

        ablated = self._ablated()

        def row(of: Any, score: float, exact: float | None, active: float | None) -> dict[str, Any]:
            feature, origin = of.get("feature"), ablated.get(_key(of))
            return {
                **({"sae": _owner(of)} if self.result.by_sae else {}),
                "feature": feature.index if feature is not None else None, "position": of.get("position"),
                "part": of.get("part"), "activation": active, "score": score, "measured": exact,
                "origin": origin.origin if origin is not None else None, "label": self._label(of) or None,
            }  # fmt: skip

        rows = [row(each, each.score, self.measured(each), each.get("activation")) for each in self.result.items]
        rows += [row(each, each.predicted, each.measured, None) for each in self._besides()]
        columns = ["feature", "position", "part", "activation", "score", "measured", "origin", "label"]
        found = pandas.DataFrame(rows, columns=columns)
        for name in ("feature", "position"):
            found[name] = found[name].astype("Int64")
        # What is absent from every row is summed over.
        return found.drop(columns=[each for each in ("feature", "position", "part") if found[each].isna().all()])


class Comparison(View[AttributionCompareResult]):
    """What makes one prompt's answer differ from another's: latents, patched from one into the other."""

    target: AttributionComputeTargetValue
    other: float
    difference: float
    items: list[AttributionCompareItem]
    together: AttributionComparePatched
    aligned: AttributionCompareAligned
    agreement: AttributionCompareAgreement
    explanation: AttributionComputeExplanation
    elapsed: float

    def __init__(
        self,
        result: AttributionCompareResult,
        labels: Mapping[int, str],
        tokens: Sequence[ContextTokensToken] = (),
        other_tokens: Sequence[ContextTokensToken] = (),
    ):
        super().__init__(result)
        self.labels = labels
        self._tokens, self._other_tokens = list(tokens), list(other_tokens)

    @property
    def title(self) -> str:
        """The target with its tokens spelt out."""
        return self.result.explanation.title

    @property
    def sentences(self) -> list[str]:
        """The kernel's own words."""
        return self.result.explanation.sentences

    @staticmethod
    def measured(item: AttributionCompareItem) -> float:
        """What patching it explains of the difference: the mean of both directions."""
        return (item.measured.into_context + item.measured.into_other) / 2

    @property
    def supports(self) -> list[AttributionCompareItem]:
        """What makes the target larger here than there, as measured; strongest first."""
        found = [each for each in self.result.items if self.measured(each) > 0]
        return sorted(found, key=self.measured, reverse=True)

    @property
    def opposes(self) -> list[AttributionCompareItem]:
        """What makes it smaller here than there, as measured; strongest first."""
        return sorted((each for each in self.result.items if self.measured(each) < 0), key=self.measured)

    def where(self, item: AttributionCompareItem) -> str:
        """Where its activations differ most, in words."""
        if not item.places:
            return ""
        place = item.places[0]
        here, tokens = place.position, self._tokens
        if here is None:
            here, tokens = place.other_position, self._other_tokens
        token = tokens[here] if here is not None and here < len(tokens) else None
        words = f"position {here}" if token is None else _where(token)
        return f"{words}: {display.number(place.activation)} here, {display.number(place.other_activation)} there"

    def _notes(self) -> list[str]:
        found, aligned = self.result.together, self.result.aligned
        return [
            f"predicted and measured: {agreement(self.result.agreement)}",
            f"all features patched at once: {display.signed(found.into_context)} here, {display.signed(found.into_other)} there",
            f"{aligned.pairs:,} positions in common, {aligned.only_in_context:,} only here, "
            f"{aligned.only_in_other:,} only there",
        ]

    def _rows(self, items: Iterable[AttributionCompareItem]) -> list[tuple[str, str, str, str, str, str]]:
        return [
            (f"#{each.feature.index}", display.signed(each.predicted), display.signed(each.measured.into_context),
             display.signed(each.measured.into_other), self.where(each), self.labels.get(each.feature.index, ""))
            for each in items
        ]  # fmt: skip

    def text_display(self) -> str:
        blocks = ["\n".join([*self.sentences, *self._notes()])]
        for name, items in (("larger here", self.supports), ("smaller here", self.opposes)):
            if items:
                rows = [(*row[:4], "  ".join(row[4:])) for row in self._rows(items)]
                heads = [name, "predicted", "patched here", "patched there", "where, label"]
                blocks.append(display.text_table(heads, rows))
        return "\n\n".join(blocks)

    def _repr_html_(self) -> str:
        def table(name: str, items: Sequence[AttributionCompareItem]) -> str:
            heads = [name, "predicted", "patched here", "patched there", "where it differs most", "label"]
            return display.table(heads, self._rows(items), (0, 4, 5)) if items else ""

        return display.box(
            f"{display.escape(self.title)}: {display.fixed(self.result.target.value)} here, "
            f"{display.fixed(self.result.other)} there",
            display.lines(self.sentences),
            table("larger here", self.supports),
            table("smaller here", self.opposes),
            "".join(display.note(display.escape(each)) for each in self._notes()),
        )

    def frame(self) -> "pandas.DataFrame":
        """A row for each feature."""
        import pandas

        columns = ["feature", "predicted", "into_context", "into_other", "measured", "position", "other_position",
                   "activation", "other_activation", "label"]  # fmt: skip
        rows = []
        for each in self.result.items:
            place = each.places[0] if each.places else Record()
            rows.append(
                (each.feature.index, each.predicted, each.measured.into_context, each.measured.into_other,
                 self.measured(each), place.get("position"), place.get("otherPosition"), place.get("activation"),
                 place.get("otherActivation"), self.labels.get(each.feature.index))
            )  # fmt: skip
        found = pandas.DataFrame(rows, columns=columns)
        for name in ("position", "other_position"):
            found[name] = found[name].astype("Int64")
        return found


def _where(token: ContextTokensToken) -> str:
    """A token in words: what it says, or which pixels it sees."""
    if token.box:
        left, top, right, bottom = (f"{each:.0f}" for each in token.box)
        return f"picture x {left}–{right}, y {top}–{bottom}"
    return f"“{display.visible(token.text)}” at {token.position}"


class Features(View[FeatureActivationsResult]):
    """The latents that are active in a region."""

    items: list[FeatureActivationsItem]
    l0: float
    fvu: float | None

    def __init__(self, result: FeatureActivationsResult, tokens: Iterable[ContextTokensToken], labels: Mapping[int, str]):
        super().__init__(result)
        self.tokens = list(tokens)
        self.labels = labels

    def where(self, item: FeatureActivationsItem) -> str:
        """Where a latent is strongest, in words."""
        best = max(item.positions, key=lambda each: each.value, default=None)
        token = self.tokens[best.position] if best and best.position < len(self.tokens) else None
        return _where(token) if token is not None else ""

    def _rows(self) -> list[tuple[str, float, int, str, str]]:
        return [
            (f"#{each.feature.index}", each.score, len(each.positions), self.where(each), self.labels.get(each.feature.index, ""))
            for each in self.result.items
        ]  # fmt: skip

    def text_display(self) -> str:
        head = f"L0 {display.number(self.result.l0)}, FVU {display.number(self.result.fvu)}"
        rows = [(name, score, count, f"{where}  {label}") for name, score, count, where, label in self._rows()]
        return f"{head}\n" + display.text_table(["feature", "score", "tokens", "strongest at, label"], rows)

    def _repr_html_(self) -> str:
        rows = self._rows()
        largest = max((each[1] for each in rows), default=0)
        lines = [
            (display.escape(name), display.number(score), display.bar(score, largest), count, display.escape(where),
             display.escape(label))
            for name, score, count, where, label in rows
        ]  # fmt: skip
        return display.box(
            "Active features",
            display.note(
                f"L0 {display.number(self.result.l0)} · FVU {display.number(self.result.fvu)} of the region"
            ),
            display.table(["feature", "score", "", "tokens", "strongest at", "label"], lines, (0, 2, 4, 5), True),
        )

    def frame(self) -> "pandas.DataFrame":
        """One row for each latent and position."""
        import pandas

        return pandas.DataFrame(
            [
                {"feature": item.feature.index, "label": self.labels.get(item.feature.index), "score": item.score,
                 "position": each.position, "value": each.value}
                for item in self.result.items
                for each in item.positions
            ],
            columns=["feature", "label", "score", "position", "value"],
        )  # fmt: skip


class Steered(View[SteeringGenerateResult]):
    """The answer under interventions, next to the one without them."""

    outputs: list[SteeringGenerateOutput]
    effect: SteeringGenerateEffect
    receipt: SteeringGenerateReceipt
    receipts: list[SpliceReceipt] | None

    def output(self, name: str) -> SteeringGenerateOutput:
        """steered, plain or reconstruction."""
        for each in self.result.outputs:
            if each.name == name:
                return each
        raise KeyError(f"there is no answer {name}, there are {', '.join(each.name for each in self.result.outputs)}")

    @property
    def text(self) -> str:
        return self.output("steered").text

    def __str__(self) -> str:
        return self.text

    def _rows(self) -> list[tuple[str, str, float | None]]:
        return [
            (each.name, each.text, math.exp(each.tokens[0].log_prob) if each.tokens else None)
            for each in self.result.outputs
        ]

    def text_display(self) -> str:
        return "\n".join(
            f"{name}: {text}" + (f"  (first token {chance:.0%})" if chance is not None else "")
            for name, text, chance in self._rows()
        )

    def _repr_html_(self) -> str:
        rows = [(name, text, f"{chance:.0%}" if chance is not None else "") for name, text, chance in self._rows()]
        receipt = self.result.receipt
        return display.box(
            "",
            display.table(["", "answer", "first token"], rows, (0, 1)),
            display.note(
                f"{receipt.positions:,} positions changed in {receipt.steps} {'pass' if receipt.steps == 1 else 'passes'}, "
                f"by {display.number(receipt.mean_norm)} on average"
            ),
        )

    @property
    def kl(self) -> list[float]:
        """KL(plain ‖ steered) in nats of the distributions that predict each token of the steered text."""
        return numbers(self.result.effect.kl_per_token)

    def frame(self) -> "pandas.DataFrame":
        return frame(self.result.outputs)


class Ablated(View[AblationRunResult]):
    """What exact ablation does to targets, beside the reconstruction alone."""

    targets: list[AblationRunTargetValues]
    top_changes: list[AblationRunChange]
    kl: float
    receipts: list[SpliceReceipt] | None

    def __init__(self, result: AblationRunResult, titles: list[str]):
        super().__init__(result)
        self.titles = titles

    @property
    def before(self) -> float:
        """The first target as the model is."""
        return self.result.targets[0].before

    @property
    def after(self) -> float:
        """The first target after the change."""
        return self.result.targets[0].after

    def _rows(self) -> list[tuple[str, float, float, float]]:
        return [
            (title, each.before, each.reconstruction, each.after)
            for title, each in zip(self.titles, self.result.targets)
        ]

    def text_display(self) -> str:
        rows = [(before, rebuilt, after, title) for title, before, rebuilt, after in self._rows()]
        lines = display.text_table(["before", "reconstruction", "after", "target"], rows) if rows else ""
        changes = "  ".join(
            f"{display.visible(each.text)} {each.before:.0%} → {each.after:.0%}" for each in self.result.top_changes
        )
        return f"{lines}\nKL {display.number(self.result.kl)} nats  {changes}".strip()

    def _repr_html_(self) -> str:
        rows = [(title, *map(display.signed, rest)) for title, *rest in self._rows()]
        changes = [
            (display.visible(each.text), f"{each.before:.1%}", f"{each.after:.1%}") for each in self.result.top_changes
        ]
        return display.box(
            "",
            display.table(["target", "before", "reconstruction", "after"], rows) if rows else "",
            display.table(["next token", "before", "after"], changes) if changes else "",
            display.note(f"KL {display.number(self.result.kl)} nats at the last position"),
        )

    def frame(self) -> "pandas.DataFrame":
        import pandas

        return pandas.DataFrame(self._rows(), columns=["target", "before", "reconstruction", "after"])


class FeatureCard(View[FeatureInfoResult]):
    """What is known of a latent: its label, its best pictures and texts, the tokens it raises."""

    stats: FeatureInfoStats
    logits: FeatureInfoLogits
    neighbours: list[FeatureInfoNeighbour]
    coactive: list[CoactiveFeature] | None
    explanation: FeatureInfoExplanation | None

    def __init__(
        self,
        feature: Mapping[str, Any],
        result: FeatureInfoResult,
        label: str | None,
        pictures: list[Any],
        texts: list[Any],
        montage: str | None,
    ):
        super().__init__(result)
        self.feature, self.label = feature, label
        self.pictures, self.texts, self.montage = pictures, texts, montage

    def text_display(self) -> str:
        stats, logits = self.result.stats, self.result.logits
        lines = [f"#{self.feature['index']}  {self.label or '(no explanation)'}"]
        if holds := self._holds():
            lines.append(holds)
        if stats.frequency is not None:
            lines.append(
                f"active at {stats.frequency:.2%} of positions, mean {display.number(stats.mean)}, max {display.number(stats.max)}"
            )
        for title, tokens in (("raises", logits.promoted), ("lowers", logits.suppressed)):
            lines.append(f"{title}  " + "  ".join(display.visible(each.text) for each in tokens))
        lines.append(
            "neighbours  " + "  ".join(f"#{each.feature.index} {each.cosine:.2f}" for each in self.result.neighbours)
        )
        if self.pictures:
            lines.append("best pictures  " + "  ".join(str(each.name) for each in self.pictures))
        return "\n".join(lines)

    def _holds(self) -> str:
        explanation = self.result.explanation
        return display.quality(explanation.label_scores) if explanation is not None else ""

    def _repr_html_(self) -> str:
        stats, logits, explanation = self.result.stats, self.result.logits, self.result.explanation
        figures: list[str] = []
        if stats.frequency is not None:
            figures = [
                f"active at {stats.frequency:.2%} of positions",
                f"mean {display.number(stats.mean)}",
                f"max {display.number(stats.max)}",
            ]
        by = f" <span style='opacity:0.7;font-weight:400'>by {display.escape(explanation.author)}</span>" if explanation and explanation.author else ""
        effects = [
            (f"{display.visible(up.text)} {display.signed(up.value)}", f"{display.visible(down.text)} {display.signed(down.value)}")
            for up, down in zip(logits.promoted, logits.suppressed)
        ]
        near = [(f"#{each.feature.index}", f"{each.cosine:.2f}") for each in self.result.neighbours]
        pictures = "".join(
            f'<figure style="margin:0 8px 6px 0;display:inline-block">{display.picture(each.base64, each.name or "", 112)}'
            f'<figcaption style="font-size:11px;opacity:0.75">{display.escape(each.name or "")} '
            f"{display.number(each.score) if each.score is not None else ''}</figcaption></figure>"
            for each in self.pictures
        )
        return display.box(
            f"#{self.feature['index']} · {display.escape(self.label or 'not explained')}{by}",
            display.note(display.escape(self._holds())) if self._holds() else "",
            display.note(" · ".join(figures)),
            f"<div>{pictures}</div>" if pictures else "",
            "".join(display.decoded(each.base64).decode("utf-8") for each in self.texts),
            display.row(
                display.table(["raises", "lowers"], effects, (0, 1)),
                display.table(["neighbour", "cosine"], near),
            ),
        )  # fmt: skip

    def _repr_png_(self) -> bytes | None:
        return display.decoded(self.montage) if self.montage else None


class Found(View[IndexSearchResult]):
    """Latents of an index by their labels."""

    items: list[IndexSearchItem]
    has_more: bool

    def text_display(self) -> str:
        if not self.result.items:
            return "nothing found"
        rows = [(f"#{each.latent}", each.label or "", display.quality(each.label_scores)) for each in self.result.items]
        return "\n".join("  ".join(filter(None, row)) for row in rows)

    def _repr_html_(self) -> str:
        rows = [
            (f"#{each.latent}", each.label or "", display.quality(each.label_scores),
             display.number(each.score) if each.score is not None else "")
            for each in self.result.items
        ]  # fmt: skip
        more = display.note("and more") if self.result.has_more else ""
        return display.box("", display.table(["feature", "label", "how well it holds", "score"], rows, (0, 1, 2)) if rows else "nothing found", more)

    def __iter__(self) -> Iterator[IndexSearchItem]:
        return iter(self.result.items)

    def __len__(self) -> int:
        return len(self.result.items)

    def frame(self) -> "pandas.DataFrame":
        return frame(self.result.items)
