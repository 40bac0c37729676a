"""What notebooks show: escaped, self-contained, and as a frame."""

from html.parser import HTMLParser

import pytest

from lucarne import Record, Tensor, display, types, views


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


def test_every_view_is_sound_html_and_plain_text(kernel, context):
    shown = [
        context.generate(8),
        context.tokens(),
        context.logits(3),
        context.attribute("Yes", "No", verify=2),
        context.attribute("Yes", by="token"),
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


def test_a_card_shows_label_and_pictures(kernel):
    card = kernel.card(1302)
    assert card.label == "Bolivia (word)"
    assert card._repr_html_().count("<img") == len(card.pictures) > 0
    assert card._repr_png_().startswith(b"\x89PNG")
    assert "Bolivia (word)" in repr(card)


def test_frames_have_rows(kernel, context):
    attribution = context.attribute("Yes", "No", top_k=4).frame()
    assert list(attribution["feature.index"])[0] == 182 and "label" in attribution
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
    assert html.count("[picture 0]") == 1 and "+3.00" in html and "-1.00" in html


@pytest.mark.parametrize("wire", [
    {"shape": [2, 2], "dtype": "float32", "base64": "AACAPw=="},
    {"shape": [1], "dtype": "float64", "base64": "AACAPw=="},
    {"shape": [1], "dtype": "float32", "base64": "!!!!"},
])  # fmt: skip
def test_tensors_that_are_none_are_refused(wire):
    with pytest.raises(ValueError):
        Tensor(wire).numpy()
