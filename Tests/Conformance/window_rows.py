"""What the window promises, a row each: done as a person does it, compared with a kernel's own answers."""

import base64
import hashlib
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

QUESTION = "Does the image show Bolivia?"
HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>&lt;b&gt; \u202eback"
ROWS = []


def row(name):
    def add(check):
        ROWS.append((name, check))
        return check
    return add


def expect(found, expected):
    assert found == expected, f"{str(found)[:400]}, expected {str(expected)[:400]}"


def near(found, expected, tolerance=1e-6):
    assert len(found) == len(expected), f"{len(found)} numbers, expected {len(expected)}"
    for one, other in zip(found, expected):
        assert math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance), f"{one}, expected {other}"


class World:
    """The page, a kernel beside it, and the world's first probe asked of both."""

    def __init__(self, page, kernel, folder, program, root, base, server):
        self.server, self.troubles = server, []
        self.page, self.kernel, self.folder, self.program, self.root, self.base = page, kernel, folder, program, root, base
        self.pictures = root / "Sources/World/Resources/heldout"
        self.picture, self.other = self.pictures / "probe-bolivia-00.png", self.pictures / "map-30.png"
        self.context, self.prompt = self.open(self.picture)
        self.plain = kernel.ask("context/generate", context=self.context, maxTokens=64, append=True)
        self.position = self.prompt["tokenCount"] - 1
        self.sae = kernel.ask("kernel/status")["saes"][0]["sae"]

    def open(self, picture, question=QUESTION):
        opened = self.kernel.ask("context/open", parts=[
            {"id": "picture", "image": {"base64": base64.b64encode(picture.read_bytes()).decode()}},
            {"id": "question", "text": question}])
        return opened["context"], opened

    def target(self, **more):
        return {"kind": "logitDiff", "answer": {"id": self.plain["tokens"][0]["id"]}, "position": self.position, **more}

    def attribution(self, target=None, **params):
        return self.kernel.ask("attribution/compute", context=self.context, sae=self.sae, target=target or self.target(), **params)

    def asked(self, view="ask", **more):
        """The first probe, as an address has it."""
        self.page.address(view, chat=self.chat, asked=True, **more)


# MARK: Ask


@row("a chosen picture and a question are answered as the kernel answers, with each token's probability")
def ask(world):
    page = world.page
    page.choose(".composer input[type=file]", world.picture)
    page.until("document.querySelectorAll('.drop .thumbs img').length === 1")
    page.write(".composer textarea", QUESTION)
    page.press("Enter")
    page.until("document.querySelectorAll('.result button.token').length > 0")
    expect("".join(page.texts(".result .token")), world.plain["text"])
    near([each[0] for each in page.data(".result .token", "value")], [math.exp(each["logProb"]) for each in world.plain["tokens"]])
    notes = [each[0] for each in page.data(".result .token", "note")]
    probabilities = [math.exp(each["logProb"]) for each in world.plain["tokens"]]
    expect(notes, [f"{100 * each:.1f} %" if each < 0.995 else None for each in probabilities])
    world.chat = page.state("chat")


@row("a reload restores the question, its picture and the answer")
def reload(world):
    page = world.page
    page.reload()
    page.until("document.querySelectorAll('.result button.token').length > 0")
    expect("".join(page.texts(".result .token")), world.plain["text"])
    expect(page.value("document.querySelector('.composer textarea').value"), QUESTION)
    expect(page.value("document.querySelector('.drop .thumbs img').naturalWidth"), 96)


@row("pictures can be dropped and pasted, and what is none is refused in words")
def give(world):
    page = world.page
    page.click_text("Start anew")
    page.give(".drop", "drop", world.picture)
    page.until("document.querySelectorAll('.drop .thumbs img').length === 1")
    page.give(".composer textarea", "paste", world.other)
    page.until("document.querySelectorAll('.drop .thumbs img').length === 2")
    words = world.folder / "words.png"
    words.write_text("no picture")
    page.give(".drop", "drop", words)
    page.until("!!document.querySelector('.drop .notice')")
    assert "words.png" in page.texts(".drop .notice")[0]
    page.click(".drop button.remove", 1)
    page.until("document.querySelectorAll('.drop .thumbs img').length === 1")
    expect(page.state("chat")["turns"][0]["pictures"], world.chat["turns"][0]["pictures"])


@row("a conversation with a system prompt and earlier turns is asked as such")
def turns(world):
    page = world.page
    chat = {"system": "Be short.", "turns": [
        {"role": "user", "text": "What scene is this?", "pictures": world.chat["turns"][0]["pictures"]},
        {"role": "assistant", "text": "map", "pictures": []}, {"role": "user", "text": "Is there a river?", "pictures": []}]}
    page.address("ask", chat=chat, asked=True)
    page.until("document.querySelectorAll('.result button.token').length > 0")
    picture = {"base64": base64.b64encode(world.picture.read_bytes()).decode()}
    opened = world.kernel.ask("context/open", parts=[
        {"role": "system", "text": "Be short."}, {"image": picture}, {"text": "What scene is this?"},
        {"role": "assistant", "text": "map"}, {"text": "Is there a river?"}])
    said = world.kernel.ask("context/generate", context=opened["context"], maxTokens=64)
    expect("".join(page.texts(".result .token")), said["text"])
    expect(len(page.texts(".turns > li")), 2)
    assert f"prompt of {opened['tokenCount']} tokens" in page.texts(".result .facts")[0]


@row("pictures of the index can be asked about")
def samples(world):
    page = world.page
    page.address("ask")
    page.until("document.querySelectorAll('.samples button.sample img').length >= 6")
    page.click(".samples button.sample")
    page.until("document.querySelectorAll('.drop .thumbs img').length === 1")
    expect(page.value("document.querySelector('.drop .thumbs img').naturalWidth"), 96)


# MARK: Why


@row("a click on a token leads to a heat map whose cells are the attribution's scores")
def heat(world):
    page = world.page
    world.asked()
    page.until("document.querySelectorAll('.result button.token').length > 0")
    page.click(".result button.token")
    page.until("document.querySelectorAll('.heat .cells rect').length > 0")
    by_token = world.attribution(aggregate="token", topK=1000, parts={"method": "none"}, verify=0)
    world.scores = {each["position"]: each["score"] for each in by_token["items"]}
    image = world.prompt["images"][0]
    for view in reversed(image["views"]):
        if view["name"] != "tiles":
            page.click(f".where input[value={view['name']}]")
        first, stride = view["first"], view["columns"] + view["separators"]
        places = [first + r * stride + c for r in range(view["rows"]) for c in range(view["columns"])]
        page.until(f"document.querySelectorAll('.heat .cells rect').length === {len(places)}")
        cells = page.data(".heat .cells rect", "position", "value")
        expect([each[0] for each in cells], places)
        near([each[1] for each in cells], [world.scores.get(each, 0) for each in places], 1e-5)
    page.click(".where input[value=tiles]")
    near([page.data(".target strong", "value")[0][0]], [by_token["target"]["value"]])


@row("words have the scores of their tokens, and the map can be drawn smoothly")
def words(world):
    page = world.page
    strip = page.data(".words .token", "key", "value")
    assert len(strip) > 8
    near([value for _, value in strip], [world.scores.get(key, 0) for key, _ in strip], 1e-5)
    page.click(".where input[value=smooth]")
    page.until("document.querySelector('.heat image.smooth')?.getAttribute('href')?.startsWith('data:image/png')")
    expect(page.state("paint"), "smooth")
    page.click(".where input[value=patches]")
    page.until("!document.querySelector('.heat image.smooth')")


@row("parts and features are those that were measured, with labels, and the scatter has every verified pair")
def contributions(world):
    page = world.page
    page.until("document.querySelectorAll('.scatter circle').length > 0")
    found = world.attribution(aggregate="feature", topK=40, parts={"method": "ablation"})
    shown = dict(page.data(".shares tbody tr", "part", "score"))
    expect(set(shown), {each["part"] for each in found["byPart"]})
    for part in found["byPart"]:
        near([shown[part["part"]]], [part["score"]], 1e-5)
    for button in page.value("[...document.querySelectorAll('.side > button')].map((each, number) => number)"):
        page.click(".side > button")
    effect = {each["feature"]["index"]: each.get("measured", each["score"]) for each in found["items"]}
    for side, sign in (("supporters", 1), ("opposers", -1)):
        rows = page.data(f".{side} tr", "feature", "score", "measured")
        expect([each[0] for each in rows], [each for each in effect if sign * effect[each] > 0])
        near([each[2] if each[2] is not None else each[1] for each in rows], [effect[each[0]] for each in rows], 1e-5)
    pairs = sorted((each["predicted"], each["measured"]) for each in found["verification"]["items"])
    dots = sorted(page.data(".scatter circle", "x", "y"))
    near([value for dot in dots for value in dot], [value for pair in pairs for value in pair], 1e-5)
    labels = world.kernel.ask("index/search", sae=world.sae, query={"latents": list(effect)})["items"]
    named = {each["latent"]: each["label"] for each in labels if "label" in each}
    texts = page.value("Object.fromEntries([...document.querySelectorAll('.contributions tr[data-feature]')].map((each) => [each.dataset.feature, each.querySelector('.label').textContent]))")
    assert named
    for latent, label in named.items():
        expect(texts[str(latent)], label)
    expect(page.texts(".contributions .sentences li"), found["explanation"]["sentences"])


@row("a patch shows its features, and a feature its patches")
def places(world):
    page = world.page
    page.until("!document.querySelector('.here').hidden")
    pairs = world.attribution(aggregate="none", topK=4096, parts={"method": "none"}, verify=0)["items"]
    cells = page.data(".heat .cells rect", "position")
    strongest = max(range(len(cells)), key=lambda each: abs(world.scores.get(cells[each][0], 0)))
    position = cells[strongest][0]
    page.hover(".heat .cells rect", strongest)
    page.until("document.querySelectorAll('.here tr').length > 0")
    here = [each for each in pairs if each["position"] == position]
    expect([each[0] for each in page.data(".here tr", "feature")], [each["feature"]["index"] for each in here[:6]])
    near([each[0] for each in page.data(".here tr", "score")], [each["score"] for each in here[:6]], 1e-5)
    latent = here[0]["feature"]["index"]
    page.click(".here button.feature")
    active = {each["position"] for each in pairs if each["feature"]["index"] == latent}
    expect(page.value("document.querySelectorAll('.heat .marks rect').length"), len(active & {each[0] for each in cells}))
    expect(page.state("feature"), latent)


@row("the baseline can be chosen, and the address keeps it")
def baseline(world):
    page = world.page
    likely = world.kernel.ask("context/logits", context=world.context, position=world.position, topK=12)["items"]
    other = likely[2]["token"]
    for chosen, target in ((str(other), world.target(baseline={"id": other})),
                           ("none", {"kind": "logit", "token": {"id": likely[0]["token"]}, "position": world.position})):
        value = world.attribution(target, topK=1, parts={"method": "none"}, verify=0)["target"]["value"]
        page.set(".asked select", chosen)
        page.until(f"Math.abs(Number(document.querySelector('.target strong').dataset.value) - ({value})) < 1e-4")
    expect(page.state("baseline"), "none")
    page.set(".asked input[type=text]", "␣Bolivia")
    value = world.attribution(world.target(baseline={"text": " Bolivia"}), topK=1, parts={"method": "none"}, verify=0)["target"]["value"]
    page.until(f"Math.abs(Number(document.querySelector('.target strong').dataset.value) - ({value})) < 1e-4")
    page.set(".asked input[type=text]", "two tokens of text")
    page.until("!!document.querySelector('.slot .notice')")
    page.set(".asked input[type=text]", "")
    page.until("!document.querySelector('.slot .notice')")


@row("slow work shows that it runs, and can be cancelled")
def cancel(world):
    page = world.page
    # What is still being drawn would draw the choice anew.
    page.until("document.querySelector('.here')?.hidden === false && !document.querySelector('.progress')")
    page.set(".asked select:nth-of-type(1)", "")
    page.click_when_there(".progress button")
    page.value("[...document.querySelectorAll('.asked select')].at(-1).value = 'ablation'")
    page.value("[...document.querySelectorAll('.asked select')].at(-1).dispatchEvent(new Event('change'))")
    page.until("/cancelled/.test(document.querySelector('.slot').textContent)", 10)


# MARK: Change


def steer(world, interventions, **params):
    if not hasattr(world, "fresh"):
        world.fresh = world.open(world.picture)[0]
    return world.kernel.ask("steering/generate", context=world.fresh, sae=world.sae, maxTokens=64, interventions=[
        {**each, "feature": {"sae": world.sae, "index": each["feature"]}} for each in interventions],
        compareWith=["plain", "reconstruction"], **params)


def check_answers(world, expected, facts=None):
    page = world.page
    shown = {name: "".join(page.texts(f".answer-card.{name} .token")) for name in ("plain", "reconstruction", "steered")}
    expect(shown, {each["name"]: each["text"] for each in expected["outputs"]})
    receipt = page.texts(".receipt dd")
    if facts is not None:
        expect(receipt, facts)
        return
    expect(receipt[0], str(expected["receipt"]["positions"]))
    expect(receipt[2], str(expected["receipt"]["steps"]))


@row("a muted feature changes the answer as steering over standard streams does, with the same receipt")
def mute(world):
    page = world.page
    world.asked("change")
    page.until("document.querySelectorAll('.answer-card .token').length >= 3 && !document.querySelector('.receipt').hidden")
    check_answers(world, steer(world, []), [])
    assert "no feature is changed" in page.texts(".receipt")[0]
    page.write(".picker input", "182")
    page.press("Enter")
    page.until("(document.querySelector('.receipt dd')?.textContent ?? '0') !== '0'")
    expected = steer(world, [{"op": "zero", "feature": 182, "generated": True}])
    assert expected["outputs"][0]["text"] != world.plain["text"]
    check_answers(world, expected)
    expect(page.value("document.querySelector('.answer-card.steered .token').classList.contains('new')"), True)


@row("a slider steers live")
def slide(world):
    page = world.page
    for value in ("3", "20", "47"):
        page.set(".changes input[type=range]", value, "input")
    expected = steer(world, [{"op": "clamp", "feature": 182, "value": 47, "generated": True}])
    text = json.dumps(expected["outputs"][0]["text"])
    page.until(f"[...document.querySelectorAll('.answer-card.steered .token')].map((each) => each.textContent).join('') === {text}"
               f" && document.querySelector('.receipt dd').textContent === '{expected['receipt']['positions']}'")
    check_answers(world, expected)
    expect(page.value("document.querySelector('.mute').getAttribute('aria-pressed')"), "false")


@row("a change can be made in regions that are drawn on the picture")
def region(world):
    page = world.page
    page.write(".picker input", "#1302")
    page.press("Enter")
    page.until("document.querySelectorAll('.changes li').length === 2")
    page.click(".changes li:nth-child(2) .mute")
    page.set(".changes li:nth-child(2) input[type=range]", "24", "input")
    page.set(".changes li:nth-child(2) .fields select", "box")
    page.until("!!document.querySelector('.region-box svg image')")
    page.drag(".region-box svg", (0.25, 0.25), (0.75, 0.6))
    page.until("(new URLSearchParams(location.hash.split('?')[1])).get('region')?.includes('box')")
    box = page.state("region")["boxes"][0]["box"]
    assert all(abs(one - other) <= 1 for one, other in zip(box, [24, 24, 72, 57.6])), box

    def answered(boxes):
        places = [{"image": 0, "box": each} for each in boxes]
        expected = steer(world, [{"op": "clamp", "feature": 182, "value": 47, "generated": True},
                                 {"op": "clamp", "feature": 1302, "value": 24, "generated": True, "at": places}])
        page.until(f"document.querySelector('.receipt dd').textContent === '{expected['receipt']['positions']}'")
        check_answers(world, expected)

    answered([box])
    page.drag(".region-box svg", (0.8, 0.7), (0.98, 0.95))
    page.until("document.querySelectorAll('.region-box .frame').length === 2")
    boxes = [each["box"] for each in page.state("region")["boxes"]]
    expect(boxes[0], box)
    answered(boxes)
    # A click brings the first to the hand, and Delete takes it away.
    page.drag(".region-box svg", (0.5, 0.4), (0.5, 0.4))
    page.value("document.querySelector('.region-box svg').focus()")
    page.value("document.querySelector('.region-box svg').dispatchEvent(new KeyboardEvent('keydown', { key: 'Delete', bubbles: true }))")
    page.until("document.querySelectorAll('.region-box .frame').length === 1")
    expect([each["box"] for each in page.state("region")["boxes"]], boxes[1:])
    answered(boxes[1:])
    page.drag(".region-box svg", (0.25, 0.25), (0.75, 0.6))
    answered([boxes[1], box])


@row("changes are saved as a recipe that the kernel applies")
def recipe(world):
    page = world.page
    page.click(".changes li:nth-child(1) .mute")
    page.until("document.querySelector('.changes li').dataset.muted === 'yes'")
    page.click_text("Save as a recipe")
    path = world.folder / "recipe.json"
    path.write_text(world.page.downloaded("recipe.json"))
    changes = json.loads(path.read_text())["interventions"]
    expect([(each["op"], each["feature"]) for each in changes], [("zero", 182), ("clamp", 1302)])
    applied = steer(world, [], recipe=str(path))
    by_hand = steer(world, changes)
    expect(applied["outputs"], by_hand["outputs"])
    assert applied["receipt"]["positions"] > 0
    page.until(f"document.querySelector('.receipt dd').textContent === '{applied['receipt']['positions']}'")
    check_answers(world, applied)


@row("a recipe's file becomes changes again, and one for other weights is refused in words")
def open_recipe(world):
    page = world.page
    path = world.folder / "recipe.json"
    before = page.state("changes"), page.state("region"), page.texts(".receipt dd")
    world.asked("change", changes=[])
    page.until("document.querySelectorAll('.changes li').length === 0 && !!document.querySelector('.opening input')")
    wrong = world.folder / "wrong.json"
    wrong.write_text(json.dumps({**json.loads(path.read_text()), "saeDigest": "0" * 64}))
    page.choose(".opening input", wrong)
    page.until("/another model or autoencoder/.test(document.querySelector('.opening .notice')?.textContent)")
    page.choose(".opening input", path)
    page.until("document.querySelectorAll('.changes li').length === 2 && !document.querySelector('.receipt').hidden")
    expect(page.state("region"), before[1])
    expect([(each["feature"], each["isMuted"]) for each in page.state("changes")], [(each["feature"], each["isMuted"]) for each in before[0]])
    expect(page.texts(".receipt dd"), before[2])


@row("an address that nobody can read is answered in words")
def addresses(world):
    page = world.page
    kept = page.value("location.hash")
    for hostile in ("#/change?chat=%7B%22turns%22%3A%5B%7B%22text%22%3A%22x%22%7D%5D%7D&changes=[null]", "#/ask?chat={%22turns%22:[null]}",
                    "#/why?chat=5&target=%22x%22", "#/features?f=1.5&by=7&q={}", "#/nowhere?%E0%A4%A", "#/compare?other=[]"):
        page.value(f"location.hash = {json.dumps(hostile)}")
        page.until("!!document.querySelector('main h1')?.textContent")
    page.value(f"location.hash = {json.dumps(kept)}")
    page.until("document.querySelectorAll('.changes li').length === 2 && !document.querySelector('.receipt').hidden")


@row("a reload restores the changes, the region and the steered answer")
def reload_changes(world):
    page = world.page
    before = page.texts(".answer-card.steered .token"), page.texts(".receipt dd")
    page.reload()
    page.until("document.querySelectorAll('.changes li').length === 2 && !document.querySelector('.receipt').hidden")
    expect((page.texts(".answer-card.steered .token"), page.texts(".receipt dd")), before)
    expect(page.value("document.querySelectorAll('.region-box .frame').length"), 2)


@row("a change can be made in the answer alone, token after token")
def generated(world):
    page = world.page
    chat = json.loads(json.dumps(world.chat))
    chat["turns"][0]["text"] = "Describe the image."
    page.address("change", chat=chat, changes=[{"feature": 1302, "op": "clamp", "value": 120, "at": "none", "generated": True}])
    context = world.open(world.picture, "Describe the image.")[0]
    expected = world.kernel.ask("steering/generate", context=context, sae=world.sae, maxTokens=64, compareWith=["plain", "reconstruction"], interventions=[
        {"op": "clamp", "feature": {"sae": world.sae, "index": 1302}, "value": 120, "at": [], "generated": True}])
    assert expected["outputs"][0]["text"] != expected["outputs"][1]["text"] and expected["receipt"]["positions"] > 3
    page.until(f"document.querySelector('.receipt dd')?.textContent === '{expected['receipt']['positions']}'")
    check_answers(world, expected)


@row("a value beyond the slider's usual range is shown as it is used")
def beyond(world):
    page = world.page
    world.asked("change", changes=[{"feature": 182, "op": "clamp", "value": 777}])
    values = "[...document.querySelectorAll('.slider input')].map((each) => Number(each.value))"
    page.until(f"{values}.includes(777) && !document.querySelector('.receipt').hidden")
    knob, exact = page.value(values)
    assert exact == 777 and abs(knob - 777) < 1, (knob, exact)
    check_answers(world, steer(world, [{"op": "clamp", "feature": 182, "value": 777}]))


# MARK: Features


@row("features are found by words, by a token and in a picture, as the index finds them")
def search(world):
    page = world.page
    for by, text, query in (("words", "Bolivia", {"text": "Bolivia"}), ("token", " Yes", {"token": " Yes"})):
        page.address("features", by=by, q=text)
        expected = world.kernel.ask("index/search", sae=world.sae, query=query, limit=24)["items"]
        page.until(f"document.querySelectorAll('.card').length === {len(expected)}")
        expect([each[0] for each in page.data(".card", "feature")], [each["latent"] for each in expected])
    page.address("features", by="picture", chat=world.chat)
    context = world.open(world.picture)[0]
    active = world.kernel.ask("feature/activations", context=context, sae=world.sae, region={"image": 0}, topK=24)["items"]
    page.until("document.querySelectorAll('.card').length === 24")
    expect([each[0] for each in page.data(".card", "feature")], [each["feature"]["index"] for each in active])
    page.until("document.querySelectorAll('.card img.thumb').length > 12")


@row("words are looked for as they are typed, and the field keeps the cursor")
def typed(world):
    page = world.page
    page.address("features", by="words")
    page.until("!!document.querySelector('.search')")
    page.value("document.querySelector('.search').focus()")
    for text in ("map", "scene"):
        page.value("document.querySelector('.search').select()")
        for letter in text:
            page.type(letter)
        expected = [each["latent"] for each in world.kernel.ask("index/search", sae=world.sae, query={"text": text}, limit=24)["items"]]
        assert expected
        page.until(f"JSON.stringify([...document.querySelectorAll('.card')].map((each) => Number(each.dataset.feature))) === '{json.dumps(expected, separators=(',', ':'))}'")
        expect(page.state("q"), text)
    expect(page.value("document.activeElement.className"), "search")


@row("a feature's page has its exemplars, histogram, tokens, neighbours and explanations")
def feature(world):
    page = world.page
    page.address("features", f=14, chat=world.chat)
    page.until("document.querySelectorAll('.gallery img').length > 0 && document.querySelectorAll('.history li').length > 0")
    info = world.kernel.ask("feature/info", feature={"sae": world.sae, "index": 14}, topK=12)
    expect(page.texts(".feature-head .label")[0], info["explanation"]["text"])
    for number, side in ((0, "promoted"), (1, "suppressed")):
        ids = page.value(f"[...document.querySelectorAll('.effects')[{number}].querySelectorAll('tr')].map((each) => Number(each.dataset.token))")
        expect(ids, [each["token"] for each in info["logits"][side]])
    view = max(info["stats"]["views"], key=lambda each: each["max"])
    expect([each[0] for each in page.data(".histogram .count", "count")], [each["count"] for each in view["histogram"]])
    examples = world.kernel.ask("feature/examples", feature={"sae": world.sae, "index": 14}, topK=10)
    expect(page.texts(".gallery .name"), [each["name"] for each in examples["items"]])
    page.until("document.querySelectorAll('.neighbours li').length === 24")
    near_ = page.texts(".neighbours .two > div:first-child li .number")
    expect(near_, [f"{each['cosine']:.2f}" for each in info["neighbours"]])
    said = world.kernel.ask("explanation/get", latent=14)["items"]
    expect(len(page.texts(".history li")), len(said))
    expect(page.texts(".history .quality span"), [
        f"{each['kind']} {each['value']:.2f} (chance {each['baseline']:.2f})" for each in said[0]["scores"]])


@row("masks are drawn by the kernel, rankings and intervals sort the exemplars")
def masks(world):
    page = world.page
    for mask, view in (("black", "tiles"), ("weighted", "tiles"), ("paper", "base"), ("dimmed", "base")):
        page.click(f".switches input[value={mask}]")
        asked = {"feature": {"sae": world.sae, "index": 14}, "view": view, "rankBy": "mean", "topK": 10, "size": 256, "style": mask}
        drawn = world.kernel.ask("feature/render", **asked)["renderings"]
        page.until(f"document.querySelector('.gallery img')?.src.endsWith({json.dumps(drawn[0]['base64'][-60:])})")
        expect(page.value("[...document.querySelectorAll('.gallery img')].map((each) => each.src.split(',')[1])"), [each["base64"] for each in drawn])
    page.click(".switches input[value=interval]")
    page.until("document.querySelectorAll('.exemplars h3').length === 4")
    numbers = [float(each) for each in page.texts(".exemplars b")]
    expect(numbers, sorted(numbers, reverse=True))
    expect(len(set(page.texts(".exemplars .name"))), len(page.texts(".exemplars .name")))
    assert f"the {len(numbers)} places that the index keeps" in page.texts(".exemplars .kept")[0]
    page.click(".switches input[value=text]")
    page.until("document.querySelectorAll('.gallery .text .token').length > 3")


@row("a feature is tried on my picture: its activations there, patch by patch")
def trial(world):
    page = world.page
    page.until("document.querySelectorAll('.trial .heat .cells rect').length === 144")
    context = world.open(world.picture)[0]
    items = world.kernel.ask("feature/activations", context=context, sae=world.sae, topK=2048)["items"]
    own = {each["position"]: each["value"] for item in items if item["feature"]["index"] == 14 for each in item["positions"]}
    cells = page.data(".trial .heat .cells rect", "position", "value")
    assert any(value for _, value in cells)
    near([value for _, value in cells], [own.get(position, 0) for position, _ in cells], 1e-5)


@row("lists are kept over a reload, exported and imported")
def lists(world):
    page = world.page
    page.click(".keep summary")
    page.write(".keep input[type=text]", "maps <b>")
    page.press("Enter")
    page.until("document.querySelectorAll('.keep .check input:checked').length === 1")
    page.reload()
    page.address("features", by="list")
    page.until("document.querySelector('.card')?.dataset.feature === '14'")
    page.click_text("Export")
    saved = page.downloaded("feature-lists.json")
    expect(json.loads(saved)["lists"], {"maps <b>": [14]})
    page.click(".chips button.remove")
    page.until("document.querySelectorAll('.chips li').length === 0")
    path = world.folder / "lists.json"
    path.write_text(saved.replace("14", "14, 929"))
    page.choose("#list-file", path)
    page.until("document.querySelectorAll('.chips li').length === 1")
    expect(page.texts(".chips bdi"), ["maps <b>"])
    page.click(".chips .chip")
    page.until("document.querySelectorAll('.card').length === 2")


@row("what the kernel refuses is said in words, with its hint")
def refusals(world):
    page = world.page
    page.address("features", f=99999)
    refused = world.kernel.ask("feature/info", feature={"sae": world.sae, "index": 99999})
    page.until("!!document.querySelector('.notice')")
    expect(page.texts(".notice p")[0], refused["message"])
    page.address("features", f=14)
    page.until("!!document.querySelector('.say input')")
    page.write(".say input", "a map")
    page.write(".say .field input", "somebody")
    page.click(".say .primary")
    page.until("!!document.querySelector('.explanations .notice')")
    words = " ".join(page.texts(".explanations .notice p"))
    refused = world.kernel.ask("explanation/put", latent=14, text="a map", author={"kind": "human", "name": "somebody"})
    assert refused["data"]["hint"] in words and "read-only" in words, words


@row("explanations are written to an index of one's own and voted for, and texts from files stay texts")
def explanations(world):
    page = world.page
    path = world.folder / "own.index"
    subprocess.run([world.program, "index", "copy", str(path)], check=True, capture_output=True)
    page.address("work")
    page.click_text("An index")
    page.write("[data-form='An index'] input", str(path))
    page.click("[data-form='An index'] button.primary")
    page.until("/entries/.test(document.querySelector(\"[data-form='An index'] p[role=status]\").textContent)")
    page.address("features", f=14)
    page.until("!!document.querySelector('.say input') && document.querySelectorAll('.history li[data-revision]').length === 1")
    page.write(".say input", HOSTILE)
    page.write(".say .field input", "<i>me</i>")
    page.click(".say .primary")
    page.until("document.querySelectorAll('.history li[data-revision]').length === 2")
    expect(page.texts(".feature-head .label")[0], HOSTILE)
    expect(page.texts(".history .said")[0], HOSTILE)
    page.click(".history li:nth-child(2) button")
    page.until("document.querySelectorAll('.history li[data-revision]').length === 3")
    own = world.kernel.ask("explanation/get", index=str(path), latent=14)["items"]
    expect([(each["text"], each["method"]) for each in own[:2]], [("map (scene)", "vote"), (HOSTILE, "manual")])
    expect(own[0]["evidence"], [f"explanation {own[2]['id']}"])
    expect(page.texts(".history .votes"), [" · 1 agrees"])
    expect(page.texts(".history .said"), [HOSTILE, "map (scene)"])
    # Another name counts, the same one twice does not.
    for name, words in (("<i>me</i>", " · 1 agrees"), ("somebody", " · 2 agree")):
        count = len(page.texts(".history li[data-revision]"))
        page.write(".say .field input", name)
        page.value("[...document.querySelectorAll('.history li')].find((each) => each.querySelector('.votes')).querySelector('button').click()")
        page.until(f"document.querySelectorAll('.history li[data-revision]').length === {count + 1}")
        expect(page.texts(".history .votes"), [words])
    page.write(".say .field input", "<i>me</i>")
    page.write(".say input", HOSTILE)
    page.click(".say .primary")
    page.until("document.querySelectorAll('.history li[data-revision]').length === 6")
    page.address("features", by="words", q="onerror")
    page.until("document.querySelectorAll('.card').length === 1")
    page.address("change", chat=world.chat, changes=[{"feature": 14, "op": "clamp", "value": 5}])
    page.until("document.querySelectorAll('.changes .name').length === 1 && !document.querySelector('.receipt').hidden")
    expect(page.texts(".changes .name")[0], HOSTILE)
    expect(page.value("document.querySelectorAll('main script, main i > *, img[onerror], img[src=x]').length"), 0)
    assert "taken" not in page.value("document.title").split("–")[-1]


# MARK: Compare


@row("two pictures are compared: answers, difference and patched features are the kernel's")
def compare(world):
    page = world.page
    page.address("ask")
    page.until("!!document.querySelector('.drop')")
    page.choose(".composer input[type=file]", world.other)
    page.until("document.querySelectorAll('.drop .thumbs img').length > 0")
    other = json.loads(json.dumps(world.chat))
    other["turns"][0]["pictures"] = page.state("chat")["turns"][0]["pictures"][-1:]
    page.address("compare", chat=world.chat, other=other)
    page.until("document.querySelectorAll('.composer').length === 2")
    other["turns"][0]["text"] = ""
    page.address("compare", chat=world.chat, other=other)
    page.until("document.querySelector('.actions + [role=status]')?.textContent === 'Second has a picture, but no question.'")
    expect(page.value("document.querySelector('.actions .primary').disabled"), True)
    other["turns"][0]["text"] = QUESTION
    page.address("compare", chat=world.chat, other=other)
    page.until("document.querySelector('.actions .primary')?.disabled === false")
    page.click(".actions .primary")
    page.until("document.querySelectorAll('.differing tbody tr').length === 16")
    one, two = world.open(world.picture)[0], world.open(world.other)[0]
    said = [world.kernel.ask("context/generate", context=each, maxTokens=64)["tokens"][0] for each in (one, two)]
    expect(page.texts(".answer-here .token-strip"), [each["text"] for each in said])
    found = world.kernel.ask("attribution/compare", context=one, other=two, sae=world.sae, topK=16, target={
        "kind": "logitDiff", "answer": {"id": said[0]["id"]}, "baseline": {"id": said[1]["id"]}})
    near([each[0] for each in page.data(".versus strong", "value")], [found["target"]["value"], found["other"], found["difference"]], 1e-5)
    rows = page.data(".differing tbody tr", "feature", "predicted", "measured")
    means = {each["feature"]["index"]: (each["measured"]["intoContext"] + each["measured"]["intoOther"]) / 2 for each in found["items"]}
    expect([each[0] for each in rows], sorted(means, key=lambda each: -abs(means[each])))
    near([each[2] for each in rows], list(map(means.get, (each[0] for each in rows))), 1e-5)
    expect(page.value("document.querySelectorAll('.scatter circle').length"), 16)
    expect(page.texts(".sentences li"), found["explanation"]["sentences"])


# MARK: Work


@row("an index is built as a job that is shown, with its log, and can be opened")
def build(world):
    page = world.page
    folder = world.folder / "corpus"
    folder.mkdir()
    for name in ("map-30.png", "map-31.png", "park-00.png"):
        shutil.copy(world.pictures / name, folder / name)
    page.address("work")
    page.click_text("Build an index")
    form = "[data-form='Build an index']"
    for number, text in ((1, world.folder / "built.index"), (2, folder)):
        page.write(f"{form} label:nth-of-type({number}) input", str(text))
    page.click(f"{form} button.primary")
    mine = "[...document.querySelectorAll('.jobs > li')].find((each) => each.textContent.includes('" + str(world.folder / 'built.index') + "'))"
    page.until(f"{mine}?.dataset.state === 'completed'", 60)
    job = page.value(f"{mine}.dataset.job")
    page.click(f"[data-act='log {job}']")
    page.until("document.querySelector('pre.log')?.textContent.length > 10")
    assert "items 3" in page.value(f"{mine}.textContent")
    assert (world.folder / "built.index").exists()


@row("a job of any client is paused, resumed and cancelled")
def jobs(world):
    page = world.page
    folder = json.dumps(str(world.pictures))
    page.value(f"""(async () => {{
      const {{ Connection }} = await import('{world.base}kernel/connection.js');
      window.otherClient = new Connection('{world.base}kernel'.replace('http', 'ws'), {{ name: 'another' }});
      window.otherJob = (await window.otherClient.request('sae/train', {{
        site: 'resid_post.3', corpus: {{ folder: {folder} }}, output: {json.dumps(str(world.folder / 'trained'))},
        latents: 512, k: 8, steps: 1000000 }})).job;
    }})()""")
    page.until("!!window.otherJob", 20)
    job = page.value("window.otherJob")
    state = f"document.querySelector('.jobs > li[data-job={job}]')?.dataset.state"
    for act, expected in ((None, "running"), ("Pause", "paused"), ("Resume", "running"), ("Cancel", "cancelled")):
        if act:
            page.click(f"[data-act='{act} {job}']")
        page.until(f"{state} === '{expected}'", 40)
    page.value("window.otherClient.socket.onclose = null, window.otherClient.socket.close()")


@row("a model that is not there is refused in words, and the status names what is loaded")
def load(world):
    page = world.page
    page.click_text("A model")
    page.write("[data-form='A model'] input", "/nowhere/at/all")
    page.click("[data-form='A model'] button.primary")
    page.until("!!document.querySelector(\"[data-form='A model'] .notice\")")
    expect(page.texts("[data-form='A model'] .notice p")[0], world.kernel.ask("model/load", path="/nowhere/at/all")["message"])
    shown = " ".join(page.texts("[aria-label=Kernel]"))
    status = world.kernel.ask("kernel/status")
    for each in (status["models"][0]["path"], f"{status['saes'][0]['latents']} features at {status['saes'][0]['site']}"):
        assert each in shown, f"{each} is not in {shown[:300]}"


@row("a saved session is open again after the page was, with the answer, its picture and the log")
def saved_session(world):
    page = world.page
    page.reload()
    world.asked()
    page.until("document.querySelectorAll('.result button.token').length > 0")
    page.address("work")
    page.until("!!document.querySelector('[data-act=\"save session\"]')")
    page.click("[data-act='save session']")
    text = page.downloaded("lucarne-session.json")
    session = json.loads(text)
    tokens = [each["id"] for each in world.kernel.ask("context/tokens", context=world.context)["tokens"]]
    expect([each["tokensDigest"] for each in session["contexts"]], [hashlib.sha256(",".join(map(str, tokens)).encode()).hexdigest()])
    expect([base64.b64decode(each["base64"]) for each in session["pictures"]], [world.picture.read_bytes()])
    file = world.folder / "saved.json"
    file.write_text(text)
    page.reload()
    page.until("!!document.querySelector('[data-act=\"open session\"]')")
    page.choose("[data-act='open session']", file)
    page.until("document.querySelector('[aria-label=\"This session\"]').textContent.includes('1 context is open again')", 30)
    page.until("document.querySelector('.requests').textContent.includes('context/generate')")
    expect(page.value("[...document.querySelectorAll('[aria-label=\"This session\"] a')].map((each) => each.textContent)"), ["Go on where it was saved"])
    world.asked()
    page.until("document.querySelectorAll('.result button.token').length > 0")
    expect("".join(page.texts(".result .token")), world.plain["text"])
    page.address("work")
    page.until("!!document.querySelector('.requests li')")
    # The answer is the one that was saved: nothing was generated anew.
    expect(sum("context/generate" in each for each in page.texts(".requests li")), 1)
    for broken, words in ((text[:-1], "it is no JSON"), (json.dumps({**session, "entries": [{"labels": 0}]}).replace('"labels": 0', '"labels": ' + "[" * 100_000 + "]" * 100_000),
                           "nested too deeply")):
        file.write_text(broken)
        page.choose("[data-act='open session']", file)
        page.until(f"document.querySelector('[aria-label=\"This session\"] .notice')?.textContent.includes('{words}')")


@row("a session is exported as a page and a notebook, as the kernel makes them of its file")
def exported_session(world):
    page = world.page
    page.address("change", chat=world.chat, asked=True, changes=[{"feature": 182, "isMuted": True, "generated": True, "at": "all"}])
    page.until("!document.querySelector('.receipt').hidden && document.querySelector('.receipt dd').textContent !== '0'")
    page.address("why", chat=world.chat, asked=True, target=0)
    # All that the view asks for is there, so that nothing comes between two exports.
    page.until("document.querySelectorAll('.scatter circle').length > 0 && !document.querySelector('.here').hidden")
    page.address("work")
    page.until("!!document.querySelector('[data-act=\"export page\"]')")
    page.click("[data-act='save session']")
    session = json.loads(page.downloaded("lucarne-session.json"))
    page.click("[data-act='export page']")
    made = page.downloaded("lucarne-session.html")
    expected = world.kernel.ask("session/export", session=session, format="html")["text"]
    # It was saved again for each, at another second.
    expect(re.sub(r"saved on [^<]*", "", made), re.sub(r"saved on [^<]*", "", expected))
    muted = steer(world, [{"op": "zero", "feature": 182, "generated": True}])
    found = world.attribution(aggregate="feature", topK=40, parts={"method": "ablation"})
    for words in (found["explanation"]["title"], "#182", "muted, and while it answers", f"<dd>{muted['receipt']['positions']}</dd>",
                  base64.b64encode(world.picture.read_bytes()).decode(), session["models"][0]["digest"]):
        assert words.replace('"', "&quot;") in made, f"{words[:60]} is not in the page"
    assert made.count("<rect class") > 20 and made.count("<circle class") >= found["verification"]["n"] and "<script" not in made
    page.click("[data-act='export notebook']")
    cells = json.loads(page.downloaded("lucarne-session.ipynb"))["cells"]
    calls = [each for each in cells if "kernel.steering.generate(" in each["source"]]
    assert any(f"steered: {muted['outputs'][0]['text']}" in json.dumps(each["outputs"]) for each in calls)
    world.session = session


@row("a session that is open again is asked again, and what is not the same is named")
def replayed_session(world):
    page = world.page

    def again(session):
        page.reload()
        page.until("!!document.querySelector('[data-act=\"open session\"]')")
        file = world.folder / "again.json"
        file.write_text(json.dumps(session))
        page.choose("[data-act='open session']", file)
        page.until("!!document.querySelector('[data-act=\"ask again\"]')", 30)
        page.click("[data-act='ask again']")
        page.until("!!document.querySelector('[data-same]')", 60)
        return page.data("[data-same]", "same", "differing")[0], page.texts("[aria-label='This session'] li.doubt")

    own = world.session["entries"][0]["window"]["connection"]

    def asked_here(session):
        return [each for each in session["entries"] if "result" in each and each["connection"] == own]

    answered = asked_here(world.session)
    (same, differing), words = again(world.session)
    expect((same, differing, words), (len(answered), 0, []))
    spoilt = json.loads(json.dumps(world.session))
    explained = next(each for each in asked_here(spoilt) if each["method"] == "attribution/compute")
    value, explained["result"]["target"]["value"] = explained["result"]["target"]["value"], 1
    spoilt["kernelVersion"] = "0.0.1"
    spoilt["saes"][0]["digest"] = "0" * 64
    (same, differing), words = again(spoilt)
    expect((same, differing), (len(answered) - 1, 1))
    expect(words, [f"attribution/compute: target.value is {json.dumps(value)}, was 1"])
    told = " ".join(page.texts("[aria-label='This session'] p.doubt"))
    assert "0.0.1" in told and "0" * 64 in told, told


@row("a session that was opened and saved again is still asked again, by its new names, and keeps its labels")
def saved_again(world):
    page = world.page

    def labels(session):
        return {(label["sae"], label["index"], label["text"]) for each in session["entries"] for label in each.get("labels", [])}

    def again(session, is_new=True):
        """What asking again found, and the session as it is saved before."""
        if is_new:
            page.reload()
            page.until("!!document.querySelector('[data-act=\"open session\"]')")
        page.value("document.querySelector('[data-act=\"ask again\"]')?.remove()")
        page.value("document.querySelector('[data-same]')?.remove()")
        file = world.folder / "twice.json"
        file.write_text(json.dumps(session))
        page.choose("[data-act='open session']", file)
        page.until("!!document.querySelector('[data-act=\"ask again\"]')", 30)
        page.click("[data-act='save session']")
        saved = json.loads(page.downloaded("lucarne-session.json"))
        page.click("[data-act='ask again']")
        page.until("!!document.querySelector('[data-same]')", 60)
        expect(page.texts("[aria-label='This session'] li.doubt"), [])
        return page.texts("[data-same]"), saved

    page.address("work")
    page.reload()
    second = {"turns": [{"role": "user", "text": "Which country is this?", "pictures": world.chat["turns"][0]["pictures"]}]}
    page.address("compare", chat=world.chat, other=second, compared=True)
    page.until("document.querySelectorAll('table.differing tbody tr').length > 0")
    page.address("work")
    page.until("!!document.querySelector('[data-act=\"save session\"]')")
    page.click("[data-act='save session']")
    session = json.loads(page.downloaded("lucarne-session.json"))
    assert labels(session)
    first, second = again(session)
    count = sum("result" in each and each["connection"] == session["entries"][0]["window"]["connection"] for each in session["entries"])
    expect(first, [f"{count} of {count} answers are the same to the last digit."])
    # What is compared has two contexts, and both get other names where some are open.
    turned = {**session, "contexts": session["contexts"][1:] + session["contexts"][:1]}
    for each, is_new in ((second, True), (turned, True), (turned, False)):
        found, saved = again(each, is_new)
        expect(found, first)
        assert labels(saved) >= labels(session), labels(session) - labels(saved)
    names = {each["context"] for each in saved["contexts"]}
    compared = [each["params"] for each in saved["entries"] if each.get("method") == "attribution/compare" and each["connection"] == 1]
    assert any({each["context"], each["other"]} <= names for each in compared), (compared, names)


@row("another client's session is open as conversations, and what no window asks is counted with its reason")
def session_of_another(world):
    page = world.page
    kernel = world.kernel
    plain, _ = world.open(world.picture)
    answered, _ = world.open(world.picture)
    kernel.ask("context/generate", context=answered, maxTokens=4, append=True)
    params = {"context": plain, "maxTokens": 4}
    entry = {"method": "context/generate", "params": params, "result": kernel.ask("context/generate", **params)}
    spoken, _ = world.open(world.other)
    kernel.ask("context/generate", context=spoken, maxTokens=4, append=True)
    unasked = kernel.ask("context/open", parts=[{"text": "Yes"}], chat={"template": "none"})["context"]
    session = kernel.ask("session/save", contexts=[answered, plain, spoken, unasked], entries=[entry] * 2345)["session"]
    file = world.folder / "another.json"
    file.write_text(json.dumps(session))
    page.reload()
    page.address("work")
    page.until("!!document.querySelector('[data-act=\"open session\"]')")
    page.choose("[data-act='open session']", file)
    page.until("!!document.querySelector('ul.opened a')", 30)
    told = " ".join(page.texts("[aria-label='This session'] [role=status]"))
    for words in ("1 context is open again, with 2000 requests", "2 contexts are left out: an answer was appended that no window asked for",
                  "1 context is left out: the chat template is applied in another way than windows do",
                  "345 earlier requests are left out"):
        assert words in told, told
    # A question is offered once, and also where its answer is another client's.
    expect(page.texts("ul.opened a"), [f"a picture: {QUESTION}"] * 2)
    page.click("ul.opened a")
    page.until("document.querySelectorAll('.result button.token').length > 0")
    expect("".join(page.texts(".result .token")), world.plain["text"])
    expect(page.state("chat"), world.chat)


@row("the session is saved as lines that a kernel answers alike, and as Python that runs")
def record(world):
    page = world.page
    page.reload()
    world.asked()
    page.until("document.querySelectorAll('.result button.token').length > 0")
    world.asked("change", changes=[{"feature": 182, "op": "clamp", "value": 0, "isMuted": True, "generated": True}])
    page.until("document.querySelectorAll('.answer-card .token').length >= 3 && !document.querySelector('.receipt').hidden")
    page.address("work")
    page.until("!!document.querySelector('[data-act=lines]')")
    page.click("[data-act=lines]")
    lines = page.downloaded("session.jsonl")
    methods = {each["id"]: each["method"] for each in map(json.loads, lines.splitlines())}
    done = subprocess.run([world.program, "serve"], input=lines, capture_output=True, text=True, timeout=120)
    answers = {each["id"]: each for each in map(json.loads, done.stdout.splitlines()) if "id" in each}
    expect(sorted(answers), sorted(methods))
    assert not any("error" in each for each in answers.values()), [each for each in answers.values() if "error" in each][:2]
    steered = [each["result"] for number, each in answers.items() if methods[number] == "steering/generate"]
    expect(steered[-1]["outputs"][0]["text"], steer(world, [{"op": "zero", "feature": 182, "generated": True}])["outputs"][0]["text"])
    page.click("[data-act=python]")
    script = world.folder / "session.py"
    script.write_text(page.downloaded("session.py") + "\n    print([each for each in list(locals().values()) if hasattr(each, 'outputs')][-1].outputs[0].text)\n")
    environment = {**os.environ, "PYTHONPATH": str(world.root / "protocol/clients/python/src"),
                   "PATH": f"{os.path.dirname(world.program)}:{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr[-800:]
    expect(done.stdout.strip(), steered[-1]["outputs"][0]["text"])


# MARK: Hostile hands


KINDS = [None, -5, 2**53, "x", "__proto__", [], [None], {"id": {"toString": 1}}, {"text": 5}, {"toString": 1}, {"image": 9, "box": [1, 2, 3]},
         {"image": "x", "box": "abcd"}, {"errorTerm": 5}, [{"feature": 1}], [{"feature": 182, "op": "constructor", "value": "x", "at": 5}], "\ud800"]
NAMES = ["target", "feature", "baseline", "method", "grid", "paint", "changes", "region", "splice", "by", "q", "list", "view", "rank", "mask",
         "generation", "answer", "against"]


@row("states of any kind in the address are shown or refused in words, and none is an error of the page's own")
def kinds(world):
    page, found = world.page, []
    page.troubles()
    for number, name in enumerate(NAMES):
        for step in range(3):
            value = KINDS[(3 * number + 5 * step) % len(KINDS)]
            view = ("why", "change", "features", "ask")[(number + step) % 4]
            query = f"chat=${{encodeURIComponent({json.dumps(json.dumps(world.chat))})}}&asked=true&{name}=${{encodeURIComponent({json.dumps(json.dumps(value))})}}"
            page.value(f"location.hash = `#/{view}?{query}`")
            page.until(f"document.querySelector('.view')?.dataset.view === '{view}' && !!document.querySelector('main h1')")
            page.until("!document.querySelector('.progress')")
            found += [(view, name, value, text) for text in page.texts(".notice") if re.search("undefined|iterable|Cannot|not a function|NaN", text)]
    assert not found, found[:3]


@row("the last of many changes is what the address has, after a reload, too")
def flood(world):
    page = world.page
    world.asked("change", changes=[{"feature": 182, "op": "clamp", "value": 1}])
    page.until("!!document.querySelector('.changes input[type=range]') && !document.querySelector('.receipt').hidden")
    page.value("""(async () => {
      const knob = document.querySelector('.changes input[type=range]');
      for (let number = 0; number < 400; number += 1) {
        knob.value = number % 40;
        knob.dispatchEvent(new Event('input', { bubbles: true }));
        if (number % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      document.querySelector('.changes .exact').value = 33;
      document.querySelector('.changes .exact').dispatchEvent(new Event('change', { bubbles: true }));
      window.isFlooded = true;
    })()""")
    page.until("window.isFlooded === true")
    page.until("decodeURIComponent(location.hash).includes('\"value\":33')")
    page.reload()
    page.until("document.querySelector('.changes .exact')?.value === '33'")
    expect(page.state("changes")[0]["value"], 33)


@row("a question of 300,000 letters is refused in words, stays out of the address, and is there after a reload")
def long_question(world):
    page = world.page
    page.address("ask")
    page.until("!!document.querySelector('.composer textarea')")
    page.value("""(() => {
      const words = document.querySelector('.composer textarea');
      words.value = 'how <b>long</b> '.repeat(18750);
      words.dispatchEvent(new Event('input', { bubbles: true }));
    })()""")
    page.click(".actions .primary")
    page.until("/expected at most/.test(document.querySelector('.slot .notice')?.textContent)")
    assert page.value("location.hash.length") < 200, page.value("location.hash.length")
    page.reload()
    page.until("document.querySelector('.composer textarea')?.value.length === 300000")
    page.value("history.back()")
    page.until("(document.querySelector('.composer textarea')?.value.length ?? 0) < 300000")


@row("without storage everything works but what is kept over a reload")
def no_storage(world):
    page = world.page
    script = page.ask("Page.addScriptToEvaluateOnNewDocument", source="""
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
        Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
      }""")["identifier"]
    try:
        page.address("ask")
        page.reload()
        page.choose(".composer input[type=file]", world.picture)
        page.until("document.querySelectorAll('.drop .thumbs img').length === 1")
        page.write(".composer textarea", QUESTION)
        page.press("Enter")
        page.until("document.querySelectorAll('.result button.token').length > 0")
        expect("".join(page.texts(".result .token")), world.plain["text"])
        page.click("#theme input[value=dark]")
        expect(page.value("document.documentElement.dataset.theme"), "dark")
        page.address("features", f=14)
        page.until("!!document.querySelector('.say input') && !!document.querySelector('.keep summary')")
        page.click(".keep summary")
        page.write(".keep input[type=text]", "here")
        page.press("Enter")
        page.address("features", by="list")
        page.until("document.querySelector('.card')?.dataset.feature === '14'")
    finally:
        page.ask("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    page.reload()
    expect(page.value("document.documentElement.dataset.theme ?? null"), None)


@row("a list that another page wrote is kept, whatever its name")
def other_page(world):
    page = world.page
    page.value("localStorage.setItem('lucarne.lists', '{}')")
    page.address("features", f=14)
    page.reload()
    page.until("!!document.querySelector('.keep summary')")
    page.value("localStorage.setItem('lucarne.lists', JSON.stringify({ 'the other page': [7] }))")
    page.click(".keep summary")
    page.write(".keep input[type=text]", "constructor")
    page.press("Enter")
    page.until("document.querySelectorAll('.keep .check input:checked').length === 1")
    expect(json.loads(page.value("localStorage.getItem('lucarne.lists')")), {"the other page": [7], "constructor": [14]})
    page.value("localStorage.removeItem('lucarne.lists')")
    page.reload()


@row("a picture that says it is huge is refused before it is unpacked, and a file's name stays a text")
def huge(world):
    page = world.page
    header = b"\x89PNG\r\n\x1a\n" + bytes([0, 0, 0, 13]) + b"IHDR" + (30000).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0]) + bytes(64)
    webp = b"RIFF" + bytes(4) + b"WEBPVP8X" + bytes([10, 0, 0, 0]) + bytes(4) + (16000).to_bytes(3, "little") * 2
    jpeg = b"\xff\xd8\xff\xe0\0\x10" + bytes(14) + b"\xff\xc2\0\x11\x08" + (50000).to_bytes(2, "big") * 2 + bytes(20)
    gif = b"GIF89a" + (60000).to_bytes(2, "little") * 2 + bytes(20)
    bitmap = b"BM" + bytes(16) + (20000).to_bytes(4, "little") + (-20000).to_bytes(4, "little", signed=True) + bytes(20)
    page.address("ask")
    for data, size in ((header, 30000), (webp, 16001), (jpeg, 50000), (gif, 60000), (bitmap, 20000)):
        path = world.folder / "<img src=x onerror=document.title=1>.png"
        path.write_bytes(data)
        page.reload()
        page.choose(".composer input[type=file]", path)
        page.until("!!document.querySelector('.drop .notice')")
        expect(page.texts(".drop .notice p")[0], f"{path.name} has {size} × {size} pixels, expected 64 megapixels at most.")
    expect(page.value("document.querySelectorAll('main img[onerror]').length"), 0)


@row("recipes that somebody changed are refused in words")
def broken_recipes(world):
    page = world.page
    recipe = json.loads((world.folder / "recipe.json").read_text())
    world.asked("change", changes=[])
    page.until("!!document.querySelector('.opening input')")
    path = world.folder / "broken.json"
    for broken, words in (([None], "no feature by its number"), ([{"op": "zero", "feature": "x"}], "no feature by its number"),
                          ([{"op": "constructor", "feature": 1}], "expected zero, clamp"), ([{"op": "clamp", "feature": 1, "value": "5"}], "no number"),
                          ([{"op": "zero", "feature": 1, "at": 5}], "no list of regions"), ([{"op": "zero", "feature": 1, "at": [None]}], "no list of regions"),
                          ([{"op": "zero", "feature": 1, "at": [{"box": [0, 0, 1, 1]}]}], "cannot be shown"), ({"op": "zero"}, "no recipe")):
        path.write_text(json.dumps({**recipe, "interventions": broken}))
        page.choose(".opening input", path)
        page.until(f"document.querySelector('.opening .notice')?.textContent.includes({json.dumps(words)})")
    expect(page.value("document.querySelectorAll('.changes li').length"), 0)


@row("a question that reads like a context's name stays a question in the script")
def named_alike(world):
    page = world.page
    page.address("ask", chat={"turns": [{"role": "user", "text": "ctx_1", "pictures": []}]}, asked=True)
    page.reload()
    page.until("document.querySelectorAll('.result button.token').length > 0")
    page.address("work")
    page.until("!!document.querySelector('[data-act=python]')")
    page.click("[data-act=python]")
    script = page.downloaded("session.py")
    assert '"text": "ctx_1"' in script and "context=answer_" in script, script
    compile(script, "session.py", "exec")


# MARK: Everybody


@row("colours are those of the report pages, light and dark")
def colours(world):
    reports = (world.root / "Sources/Reports/HTMLStyle.swift").read_text()
    found = re.findall(r"(--[a-z]+): (#\w{6});", reports)
    light, dark = found[:10], found[10:]
    expect([name for name, _ in light], [name for name, _ in dark])
    page = world.page
    names = json.dumps([name for name, _ in light])
    for theme, system in (("light", "light"), ("light", "dark"), ("dark", "light"), ("system", "light"), ("system", "dark")):
        page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": system}])
        page.click(f"#theme input[value={theme}]")
        shown = page.value(f"{names}.map((name) => [name, getComputedStyle(document.documentElement).getPropertyValue(name).trim()])")
        expect([tuple(each) for each in shown], dark if "dark" == (system if theme == "system" else theme) else light)
        behind = dict(shown)["--page"]
        expect(page.value("getComputedStyle(document.body).backgroundColor"), f"rgb({', '.join(str(int(behind[at:at + 2], 16)) for at in (1, 3, 5))})")
    page.ask("Emulation.setEmulatedMedia", features=[])
    page.click("#theme input[value=system]")


VIEWS = [
    ("ask", {}, "document.querySelectorAll('.result button.token').length > 0"),
    ("why", {"target": 0}, "document.querySelectorAll('.scatter circle').length > 0 && !document.querySelector('.here').hidden"),
    ("change", {"changes": [{"feature": 182, "op": "clamp", "isMuted": True}]}, "!document.querySelector('.receipt').hidden"),
    ("features", {"by": "words", "q": "map"}, "document.querySelectorAll('.card').length > 3"),
    ("features", {"f": 14}, "document.querySelectorAll('.neighbours li').length > 3 && document.querySelectorAll('.trial .heat').length > 0"),
    ("compare", {}, "document.querySelectorAll('.composer').length === 2"),
    ("work", {}, "document.querySelectorAll('.rows li').length > 0"),
]


@row("the first view's modules are all asked for at once")
def preloads(world):
    folder = world.root / "Sources/Browser/Page"

    def needed(name, found):
        if name not in found:
            found.add(name)
            for other in re.findall(r'^import [^;]*?from "(\.[^"]+)";', (folder / name).read_text(), re.MULTILINE | re.DOTALL):
                needed(os.path.normpath(f"{os.path.dirname(name)}/{other}").lstrip("/"), found)
        return found

    asked = re.findall(r'rel="modulepreload" href="([^"]+)"', (folder / "index.html").read_text())
    expect(sorted([*asked, "main.js"]), sorted(needed("views/ask.js", needed("main.js", set()))))


@row("every control has a name for readers of the screen, and every text stands out by AA, light and dark")
def access(world):
    page = world.page
    wrong = []
    for theme in ("light", "dark"):
        page.click(f"#theme input[value={theme}]")
        for view, state, ready in VIEWS:
            world.asked(view, **state)
            page.until(ready)
            wrong += [f"{theme} {view}: {each}" for each in page.poor_contrast()]
            wrong += [f"{view}: {each} without a name" for each in page.nameless()]
            wrong += [f"{view}: no heading" for _ in range(page.value("document.querySelectorAll('main h1').length") != 1)]
    page.click("#theme input[value=system]")
    assert not wrong, sorted(set(wrong))[:12]


# Words of features' names that stand on two lines.
BROKEN_WORDS = """[...document.querySelectorAll('tr .label bdi')].flatMap((name) => {
  const text = name.firstChild;
  return [...(text?.data ?? '').matchAll(/\\S+/g)].filter(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(text, index); range.setEnd(text, index + word.length);
    return word.length < 12 && new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
  }).map(([word]) => word);
})"""


@row("nothing is wider than the window, at 400, 900 and 1500 pixels, and words of features' names stay whole")
def widths(world):
    page = world.page
    wrong = []
    for width in (400, 900, 1500):
        page.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        for view, state, ready in VIEWS:
            world.asked(view, **state)
            page.until(ready)
            surplus = page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if surplus > 0:
                wrong.append(f"{view} {state} at {width}: {surplus}")
            cut = page.value("[...document.querySelectorAll('.panel')].filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.className)")
            wrong += [f"{view} at {width}: {each} is cut" for each in cut]
            wrong += [f"{view} at {width}: {each} is broken" for each in page.value(BROKEN_WORDS)]
    page.ask("Emulation.clearDeviceMetricsOverride")
    assert not wrong, wrong


@row("the keyboard reaches the answer, moves over the map and marks what is there")
def keyboard(world):
    page = world.page
    world.asked("why", target=0)
    page.until("!document.querySelector('.here').hidden")
    page.value("document.querySelector('.heat svg').focus()")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight"):
        page.press(key)
    page.until("/row 1, column 3/.test(document.querySelector('.heat .unseen').textContent)")
    expect(page.value("document.querySelector('.heat .cursor').getAttribute('visibility')"), "visible")
    page.value("document.querySelector('.words button.token[tabindex=\"0\"]').focus()")
    page.press("ArrowRight")
    expect(page.value("document.activeElement === document.querySelectorAll('.words button.token')[1]"), True)


@row("when the kernel dies the window says so, connects to the next one, and what it shows comes back")
def death(world):
    page = world.page
    if world.server is None:
        print("        (only with a server of its own)")
        return
    world.asked("why", target=0)
    page.until("!document.querySelector('.here').hidden")
    world.troubles += page.troubles()
    kernel = int(Path(f"/proc/{world.server}/task/{world.server}/children").read_text().split()[0])
    page.value("""(() => {
      document.querySelector('.view').dataset.old = 'yes';
      const place = document.querySelector('#connection');
      window.seen = [];
      new MutationObserver(() => window.seen.push(place.textContent)).observe(place, { childList: true, subtree: true });
    })()""")
    os.kill(kernel, signal.SIGKILL)
    page.until("window.seen.some((each) => /ended.*trying again/.test(each)) && window.seen.at(-1) === 'connected'", 60)
    page.until("!document.querySelector('[data-old]') && document.querySelectorAll('.scatter circle').length > 0"
               " && !document.querySelector('.here').hidden")
    page.events = [each for each in page.events if each.get("method") != "Log.entryAdded"]


@row("a view that has outlived two kernels asks again only when it is told to")
def deaths(world):
    page = world.page
    if world.server is None:
        print("        (only with a server of its own)")
        return
    world.troubles += page.troubles()
    for _ in range(2):
        page.reload()
        world.asked("why", target=0, method="ablation")
        page.until("!!document.querySelector('.progress')")
        for _ in range(2):
            children = [each for path in Path(f"/proc/{world.server}/task").glob("*/children") for each in path.read_text().split()]
            page.value("window.seen = 0; document.querySelector('#connection').dataset.state = 'seen'")
            os.kill(int(children[0]), signal.SIGKILL)
            page.until("document.querySelector('#connection').dataset.state === 'open' && document.querySelectorAll('.progress, .view > *, main > .notice').length > 0", 60)
            page.until("!!document.querySelector('.progress') || !!document.querySelector('main > .notice')", 60)
        assert "2 times" in page.texts("main > .notice p")[0]
        expect(page.value("document.querySelectorAll('.progress').length"), 0)
        page.click("main > .notice button")
        page.until("!!document.querySelector('.progress button')")
        page.click(".progress button")
    page.events = [each for each in page.events if each.get("method") != "Log.entryAdded"]


@row("blobs of pictures are given back")
def memory(world):
    page = world.page
    page.address("ask")
    page.until("!!document.querySelector('.drop')")
    page.value("""(async () => {
      const canvas = document.createElement('canvas'); canvas.width = canvas.height = 8;
      for (let number = 0; number < 70; number += 1) {
        const pencil = canvas.getContext('2d');
        pencil.fillStyle = `rgb(${number}, 0, 0)`; pencil.fillRect(0, 0, 8, 8);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve));
        const transfer = new DataTransfer();
        transfer.items.add(new File([blob], 'x.png', { type: 'image/png' }));
        document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
        while (!document.querySelector('.drop .thumbs img')) await new Promise((resolve) => setTimeout(resolve, 2));
        document.querySelector('.drop .remove').click();
        while (document.querySelector('.drop .thumbs img')) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      window.isDone = true;
    })()""")
    page.until("window.isDone === true", 60)
    page.until("window.liveBlobs.size <= 48", 15)
    assert page.value("window.liveBlobs.size") > 0
