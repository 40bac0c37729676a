"""What notebooks show: escaped, self-contained, and as a frame."""

import re
import typing
from html.parser import HTMLParser

import pytest

from lucarne import Record, Tensor, behaviour, display, types, views


class Page(HTMLParser):
    """Finds what would run or be fetched, and whether elements are closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        assert tag not in ("script", "iframe", "link", "object"), tag
        for name, value in attributes:
            assert not name.startswith("on"), name
            if name in ("src", "href"):
                assert value.startswith("data:image/png;base64,"), value
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_every_view_is_sound_html_and_plain_text(kernel, context, other):
    shown = [
        context.generate(8),
        context.tokens(),
        context.logits(3),
        context.attribute("Yes", "No", verify=2),
        context.attribute("Yes", by="token"),
        context.attribute("Yes", by="none", method="ablation", top_k=3, parts="shapley"),
        context.attribute("Yes", by="part", method="integratedGradients", verify=0),
        context.attribute(sequence="Yes, it does.", per_token=True, top_k=3, parts="occlusion"),
        context.compare(other, "Yes", "No"),
        context.features("question"),
        context.features("picture", rank_by="sum"),
        context.steer({631: 138}, 8, at="picture"),
        context.ablate([182], "Yes", "No"),
        kernel.card(1302),
        kernel.card(5, examples=0),
        kernel.search("bolivia"),
        kernel.search("nothing of the sort"),
    ]
    for each in shown:
        assert "div" in Page(each._repr_html_()).tags
        assert repr(each)


def test_an_attribution_shows_the_heat_map_and_labels(context):
    found = context.attribute("Yes", "No")
    assert "Ecuador (word)" in found._repr_html_()
    assert found._repr_png_() == found.heatmap


class Text(HTMLParser):
    """What a reader sees of a page."""

    def __init__(self, html):
        super().__init__()
        self.text = ""
        self.feed(html)

    def handle_data(self, data):
        self.text += data + "\n"


def shown(view):
    """A view's two faces."""
    return repr(view), Text(view._repr_html_()).text


def test_an_attribution_shows_what_the_kernel_says_and_measured(context):
    found = context.attribute("Yes", "No", verify=4, top_k=8)
    assert found.title == found.explanation.title == 'logit("Yes") − logit("No")'
    assert found.supports and found.opposes
    effects = [each.score if found.measured(each) is None else found.measured(each) for each in found.items]
    assert [abs(each) for each in effects] == sorted(map(abs, effects), reverse=True)
    assert found.supports == [each for each, effect in zip(found.items, effects) if effect > 0]
    assert found.opposes == [each for each, effect in zip(found.items, effects) if effect < 0]
    for face in shown(found):
        # The first is a page's heading.
        assert found.sentences[0].removesuffix(".") in face
        for sentence in found.sentences[1:]:
            assert sentence in face
        assert "supports" in face and "opposes" in face and "unexplained" not in face
        for each in found.verification.items:
            assert f"#{each.feature.index}" in face and display.signed(each.measured) in face
        assert f"remainder {display.fixed(found.completeness.remainder)}" in face
    html = found._repr_html_()
    for each in found.by_part:
        assert each.part in html and display.fixed(each.score) in html
    for name in ("start", "features", "interaction", "gap", "target"):
        assert display.fixed(found.identity[name]) in html


def test_scores_that_cannot_be_relied_on_are_flagged(context):
    few = context.attribute("Yes", "No", verify=1)
    assert few.verification.n < 8 and few.not_reliable
    assert few.verification.pearson is None and few.verification.spearman is None
    assert "not reliable" in few._repr_html_()
    for face in shown(few):
        assert "not reliable" in face and "Pearson" not in face
    good = context.attribute("Yes", "No", method="integratedGradients", verify=8)
    assert not good.not_reliable and "not reliable" not in good._repr_html_().lower()
    assert all("Pearson" in face for face in shown(good))


def test_agreement_leaves_out_what_is_not_defined():
    given = {"items": [], "n": 3, "wrongSigns": 1, "signsCounted": 2}
    assert views.agreement(types.AttributionComputeVerification(given)) == "3 measured, 1 of 2 signs wrong"
    whole = {**given, "n": 9, "pearson": 0.5, "spearman": -0.25, "slope": 2.0}
    said = "9 measured, Pearson 0.50, Spearman −0.25, slope 2.00, 1 of 2 signs wrong"
    assert views.agreement(types.AttributionComputeVerification(whole)) == said


def test_a_path_shows_its_end_and_what_is_left(context):
    found = context.attribute("Yes", "No", method="integratedGradients", verify=0)
    assert found.completeness is None and found.endpoint_difference and found.remainder is not None
    for face in shown(found):
        assert f"endpoint difference {display.fixed(found.endpoint_difference)}" in face
        assert f"remainder {display.fixed(found.remainder)}" in face


def test_a_sentence_shows_each_token(context):
    found = context.attribute(sequence="Yes, it does.", per_token=True, top_k=3, verify=0, parts=False)
    assert len(found.table.tokens) > 2 and found.identity is None and found.parts == {}
    for face in shown(found):
        assert "log p" in face
        for value, scores in zip(found.table.values, found.table.scores):
            assert display.number(value) in face and all(display.signed(each) in face for each in scores)


def test_a_frame_keeps_what_was_ablated(context):
    found = context.attribute("Yes", "No", verify=4, top_k=5)
    rows = found.frame()
    assert list(rows["score"])[:5] == [each.score for each in found.items]
    measured = {row.feature: row.measured for row in rows.itertuples() if row.origin is not None and row.origin == row.origin}
    assert measured == {each.feature.index: each.measured for each in found.verification.items}
    assert {"strongest", "random"} <= set(rows["origin"].dropna())
    tokens = context.attribute("Yes", "No", by="token", top_k=4, verify=0).frame()
    assert "position" in tokens and "feature" not in tokens and len(tokens) == 4
    exact = context.attribute("Yes", "No", method="ablation", top_k=3).frame()
    assert list(exact["measured"]) == list(exact["score"])


def test_a_comparison_shows_both_directions(context, other):
    found = context.compare(other, "Yes", "No", top_k=6)
    for face in shown(found):
        assert all(sentence in face for sentence in found.sentences)
        for each in found.items:
            assert f"#{each.feature.index}" in face
            assert display.signed(each.measured.into_context) in face and display.signed(each.measured.into_other) in face
        assert views.agreement(found.agreement) in face
    rows = found.frame()
    assert list(rows["feature"]) == [each.feature.index for each in found.items]
    assert len(found.supports) + len(found.opposes) == 6


VIEWS = [views.Generated, views.Tokens, views.Logits, views.Attribution, views.Comparison, views.Features,
         views.Steered, views.Ablated, views.FeatureCard, views.Found, behaviour.Answers, behaviour.Search]  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_views_declare_the_members_of_their_results(view):
    """What a checker of types sees of a view is what the protocol says of its result."""
    (result,) = typing.get_args(view.__orig_bases__[0])
    declared = {name: kind for name, kind in view.__annotations__.items()}
    assert declared == result.__annotations__
    assert all(re.search(r"\bAny\b", kind) is None for kind in declared.values())
    for name, member in vars(view).items():
        if not name.startswith("_") and callable(member):
            assert "return" in member.__annotations__, name


def test_a_card_shows_label_and_pictures(kernel):
    card = kernel.card(1302)
    assert card.label == "Bolivia (word)"
    assert card._repr_html_().count("<img") == len(card.pictures) > 0
    assert card._repr_png_().startswith(b"\x89PNG")
    assert "Bolivia (word)" in repr(card)


def test_frames_have_rows(kernel, context):
    attribution = context.attribute("Yes", "No", top_k=4).frame()
    assert list(attribution["feature"])[0] == 182 and "label" in attribution
    assert "id" in context.logits(2).frame() and "id" in context.generate(1).frame()
    features = context.features("question", top_k=3).frame()
    assert set(features.columns) == {"feature", "label", "score", "position", "value"}
    assert len(context.tokens().frame()) == context.token_count
    assert len(kernel.search("bolivia").frame()) == 4


HOSTILE = '<script>alert(1)</script>"\'&<img src=x onerror=alert(1)>\n\x00\u202e'


def test_hostile_text_stays_text():
    token = Record({"position": 0, "id": 1, "text": HOSTILE, "part": HOSTILE})
    Page(display.token_strip([token], {0: 1.0}))
    Page(views.Tokens(Record({"tokens": [token]}))._repr_html_())
    Page(views.Found(types.IndexSearchResult({"items": [{"latent": 1, "label": HOSTILE}], "hasMore": True}))._repr_html_())
    answer = {"text": HOSTILE, "tokens": [{"id": 1, "text": HOSTILE, "logProb": -0.5}], "finish": "stop"}
    Page(views.Generated(types.ContextGenerateResult(answer))._repr_html_())
    Page(display.picture('"><script>alert(1)</script>', HOSTILE))


def test_a_picture_is_one_token_of_the_strip():
    tokens = [Record({"position": at, "id": 9, "text": "<image>", "image": 0}) for at in range(3)]
    tokens.append(Record({"position": 3, "id": 1, "text": " map", "part": "question"}))
    html = display.token_strip(tokens, {0: 1.0, 1: 1.0, 2: 1.0, 3: -1.0})
    assert html.count("[picture 0]") == 1 and "+3.00" in html and "−1.00" in html


@pytest.mark.parametrize("wire", [
    {"shape": [2, 2], "dtype": "float32", "base64": "AACAPw=="},
    {"shape": [1], "dtype": "float64", "base64": "AACAPw=="},
    {"shape": [1], "dtype": "float32", "base64": "!!!!"},
])  # fmt: skip
def test_tensors_that_are_none_are_refused(wire):
    with pytest.raises(ValueError):
        Tensor(wire).numpy()
