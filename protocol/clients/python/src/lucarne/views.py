"""Results that know how to be looked at: as text, in a notebook, as a pandas frame."""

from __future__ import annotations

import math
from typing import Any, Iterable, Mapping

from . import display
from .records import Record, numbers
from .types import (
    AblationRunResult,
    AttributionComputeResult,
    ContextGenerateResult,
    ContextLogitsResult,
    FeatureActivationsResult,
    FeatureInfoResult,
    SteeringGenerateResult,
)


def frame(rows: Iterable[Any]):
    """A pandas frame with a row for each record or mapping; members of members get dotted names."""
    import pandas

    return pandas.json_normalize(
        [each.to_dict() if isinstance(each, Record) else dict(each) for each in rows]
    )


class View:
    """A result and what is known beside it; the result's members are its attributes."""

    def __init__(self, result: Record):
        self.result = result

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "result":
            raise AttributeError(name)
        return getattr(self.result, name)

    def __getitem__(self, name: str) -> Any:
        return self.result[name]

    def __dir__(self):
        return sorted({*super().__dir__(), *dir(self.result)})

    def __repr__(self) -> str:
        return self.text_display()

    def text_display(self) -> str:
        raise NotImplementedError


class Generated(View):
    """An answer of the model."""

    result: ContextGenerateResult

    @property
    def text(self) -> str:
        return self.result["text"]

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
        return display.box("", f'<div style="font-size:15px;white-space:pre-wrap">{spans}</div>')

    def frame(self):
        return frame(self.result.tokens)


class Tokens(View):
    """The tokens of a context."""

    def text_display(self) -> str:
        return f"{len(self.result.tokens)} tokens: {display.strip_text(self.result.tokens)}"

    def _repr_html_(self) -> str:
        return display.box(
            f"{len(self.result.tokens)} tokens", display.token_strip(self.result.tokens)
        )

    def __iter__(self):
        return iter(self.result.tokens)

    def __len__(self) -> int:
        return len(self.result.tokens)

    def frame(self):
        return frame(self.result.tokens)


class Logits(View):
    """The likeliest next tokens."""

    result: ContextLogitsResult

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

    def frame(self):
        return frame(self.result.items)


class Attribution(View):
    """Which latents, at which words and pixels, made the model prefer its answer."""

    result: AttributionComputeResult

    def __init__(self, result: Record, title: str, labels: Mapping[int, str]):
        super().__init__(result)
        self.title = title
        self.labels = labels

    @property
    def heatmap(self) -> bytes | None:
        """The PNG of the scores over the first picture."""
        data = self._rendering("image/png")
        return display.decoded(data) if data else None

    def _rendering(self, kind: str) -> str | None:
        found = (each for each in self.result.renderings or [] if each.mime_type == kind)
        return next((each.base64 for each in found), None)

    def _measured(self, item: Any) -> float | None:
        for each in (self.result.verification or Record({"items": []})).items:
            if each.feature == item.feature and each.get("position") == item.get("position"):
                return each.measured
        return None

    def _rows(self) -> list[tuple[str, float, float | None, str]]:
        rows = []
        for each in self.result.items:
            feature = each.get("feature")
            names: list[Any] = [f"#{feature.index}"] if feature else []
            names += [f"@{each.position}"] if each.get("position") is not None else []
            names += [each.part] if each.get("part") and not feature else []
            label = self.labels.get(feature.index, "") if feature else ""
            rows.append((" ".join(names), each.score, self._measured(each), label))
        return rows

    def text_display(self) -> str:
        head = f"{self.title} = {display.signed(self.result.target.value)}"
        parts = "  ".join(f"{each.part} {display.signed(each.score)}" for each in self.result.by_part)
        return f"{head}\nby part: {parts}\n" + display.text_table(
            ["feature", "score", "ablated", "label"], self._rows()
        )

    def _repr_html_(self) -> str:
        rows = self._rows()
        largest = max((abs(each[1]) for each in rows), default=0)
        measured = any(each[2] is not None for each in rows)
        heads = ["feature", "score", ""] + (["ablated"] if measured else []) + ["label"]
        lines = [
            [display.escape(name), display.signed(score), display.bar(score, largest)]
            + ([display.signed(exact) if exact is not None else ""] if measured else [])
            + [display.escape(label)]
            for name, score, exact, label in rows
        ]
        found = display.table(heads, lines, (0, 2, len(heads) - 1), True)
        whole = self.result.completeness
        parts = " · ".join(
            f"{display.escape(each.part)} {display.signed(each.score)}" for each in self.result.by_part
        )
        data = self._rendering("image/png")
        strip = self._rendering("text/html")
        return display.box(
            f"{display.escape(self.title)} = {display.signed(self.result.target.value)}",
            display.note(
                f"{parts} · bias {display.signed(whole.bias)} · unexplained {display.signed(whole.error_term)}"
            ),
            display.row(display.picture(data, "scores over the picture") if data else "", found),
            display.decoded(strip).decode("utf-8") if strip else "",
        )

    def _repr_png_(self) -> bytes | None:
        return self.heatmap

    def frame(self):
        """One row for each item, with its label."""
        found = frame(self.result.items)
        if "feature.index" in found:
            found["label"] = [self.labels.get(each) for each in found["feature.index"]]
        return found


class Features(View):
    """The latents that are active in a region."""

    result: FeatureActivationsResult

    def __init__(self, result: Record, tokens: Iterable[Any], labels: Mapping[int, str]):
        super().__init__(result)
        self.tokens = list(tokens)
        self.labels = labels

    def where(self, item: Any) -> str:
        """Where a latent is strongest, in words."""
        best = max(item.positions, key=lambda each: each.value, default=None)
        token = self.tokens[best.position] if best and best.position < len(self.tokens) else None
        if token is None:
            return ""
        if token.box:
            left, top, right, bottom = (f"{each:.0f}" for each in token.box)
            return f"picture x {left}–{right}, y {top}–{bottom}"
        return f"“{display.visible(token.text)}” at {token.position}"

    def _rows(self):
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

    def frame(self):
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


class Steered(View):
    """The answer under interventions, beside the same without them."""

    result: SteeringGenerateResult

    def output(self, name: str) -> Any:
        """steered, plain or reconstruction."""
        return next((each for each in self.result.outputs if each.name == name), None)

    @property
    def text(self) -> str:
        return self.output("steered").text

    def __str__(self) -> str:
        return self.text

    def _rows(self):
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
        """KL(plain ‖ steered) in nats at each token of the steered text."""
        return numbers(self.result.effect.kl_per_token)

    def frame(self):
        return frame(self.result.outputs)


class Ablated(View):
    """What exact ablation does to targets, beside the reconstruction alone."""

    result: AblationRunResult

    def __init__(self, result: Record, titles: list[str]):
        super().__init__(result)
        self.titles = titles

    def _rows(self):
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

    def frame(self):
        import pandas

        return pandas.DataFrame(self._rows(), columns=["target", "before", "reconstruction", "after"])


class FeatureCard(View):
    """What is known of a latent: its label, its best pictures and texts, the tokens it raises."""

    result: FeatureInfoResult

    def __init__(self, feature: Any, result: Record, label: str | None, pictures: list, texts: list, montage: str | None):
        super().__init__(result)
        self.feature, self.label = feature, label
        self.pictures, self.texts, self.montage = pictures, texts, montage

    def text_display(self) -> str:
        stats, logits = self.result.stats, self.result.logits
        lines = [f"#{self.feature['index']}  {self.label or '(no explanation)'}"]
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

    def _repr_html_(self) -> str:
        stats, logits, explanation = self.result.stats, self.result.logits, self.result.explanation
        figures = []
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


class Found(View):
    """Latents of an index by their labels."""

    def text_display(self) -> str:
        if not self.result.items:
            return "nothing found"
        return "\n".join(f"#{each.latent}  {each.label or ''}" for each in self.result.items)

    def _repr_html_(self) -> str:
        rows = [
            (f"#{each.latent}", each.label or "", display.number(each.score) if each.score is not None else "")
            for each in self.result.items
        ]
        more = display.note("and more") if self.result.has_more else ""
        return display.box("", display.table(["feature", "label", "score"], rows, (0, 1)) if rows else "nothing found", more)

    def __iter__(self):
        return iter(self.result.items)

    def __len__(self) -> int:
        return len(self.result.items)

    def frame(self):
        return frame(self.result.items)
