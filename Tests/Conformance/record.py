"""Records protocol/examples from a kernel.

    python3 record.py PATH/TO/lucarne

The conversations are held with a tiny checkpoint in float32. Numbers that arithmetic makes are recorded
with a tolerance, times, sizes of memory and the program's version as their kind; an error's words go into a comment.
$REPOSITORY stands for the absolute path of the repository's folder.
"""

import json
import subprocess
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
fixtures = "$REPOSITORY/Tests/Fixtures"
MODEL = {"path": f"{fixtures}/models/llama3", "precision": "float32"}
SAE = {"path": f"{fixtures}/interpretation/autoencoders/llama3/model.layers.1"}
PICTURE = f"{fixtures}/models/pictures/landscape.png"
QUESTION = {"parts": [{"id": "map", "image": {"path": PICTURE}}, {"id": "words", "text": "What is shown in this map?"}]}
TARGET = {"kind": "logitDiff", "answer": {"id": 298}, "baseline": {"id": 354}}
KINDS = {"elapsed": "<number>", "bytes": "<integer>", "memoryBytes": "<integer>", "limit": "<integer>",
         "used": "<integer>", "version": None, "base64": "<string>"}


class Conversation:
    def __init__(self, program, name, about):
        self.lines = [about, ""]
        self.path = root / "protocol/examples" / f"{name}.jsonl"
        self.process = subprocess.Popen(
            [program, "serve", "--threads", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.id = 0

    def comment(self, text):
        self.lines += ["", text]

    def send(self, message):
        text = json.dumps(message, ensure_ascii=False)
        self.lines.append(f"> {text}")
        body = text.replace("$REPOSITORY", str(root)).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def receive(self, whole=True):
        length = int(self.process.stdout.readline().split(b":")[1])
        self.process.stdout.readline()
        message = json.loads(self.process.stdout.read(length).decode().replace(str(root), "$REPOSITORY"))
        if "error" in message:
            self.lines.append(f"# {message['error']['message']}")
        shown = masked(message)
        if not whole:
            shown["result"] = "<object>"
        self.lines.append(f"< {json.dumps(shown, ensure_ascii=False, sort_keys=True)}")
        return message

    def ask(self, method, params=None, notifications=0, whole=True):
        self.id += 1
        message = {"jsonrpc": "2.0", "id": self.id, "method": method}
        self.send(message if params is None else {**message, "params": params})
        for _ in range(notifications):
            self.receive()
        return self.receive(whole).get("result")

    def notify(self, method, params=None):
        message = {"jsonrpc": "2.0", "method": method}
        self.send(message if params is None else {**message, "params": params})

    def start(self, loads=True, opens=True):
        self.ask("initialize", {"processId": None, "clientInfo": {"name": "recorder"}, "capabilities": {}})
        self.notify("initialized", {})
        if loads:
            self.comment("# A tiny checkpoint and its autoencoder.")
            self.ask("model/load", MODEL)
            self.sae = self.ask("sae/load", SAE)["sae"]
        if opens:
            self.context = self.ask("context/open", QUESTION)["context"]

    def end(self):
        self.comment("# The end.")
        self.ask("shutdown")
        self.notify("exit")
        assert self.process.wait(5) == 0
        self.path.write_text("\n".join(self.lines) + "\n", encoding="utf-8")
        print(self.path.relative_to(root), len(self.lines), "lines")

    def latent(self, index):
        return {"sae": self.sae, "index": index}

    def about(self, **others):
        return {"context": self.context, **others}


def masked(value, key=None):
    """A received value as the record has it."""
    if key == "serverInfo":
        return {**value, "version": "<string>"}
    if isinstance(value, dict):
        return {name: masked(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [masked(each, key) for each in value]
    if KINDS.get(key):
        return KINDS[key]
    if key in ("message", "sentences"):
        return "<string>"
    if isinstance(value, float):
        return f"<{value:.6g}~{max(abs(value), 0.1) * 2e-3:.1g}>"
    return value


def session(talk):
    talk.start(loads=False, opens=False)
    talk.comment("# Nothing is loaded yet.")
    talk.ask("kernel/status")
    talk.comment("# The published contract: protocol/openrpc.json.")
    talk.ask("rpc.discover", whole=False)
    talk.comment("# A checkpoint folder, then an autoencoder for one of its sites.")
    talk.ask("model/load", MODEL)
    talk.ask("sae/load", SAE)
    talk.ask("kernel/status")


def context(talk):
    talk.start()
    talk.comment("# Image tokens know the pixels they cover.")
    talk.ask("context/tokens", talk.about(span={"start": 6, "end": 20}))
    talk.comment("# What comes next.")
    talk.ask("context/logits", talk.about(topK=3))
    talk.ask("context/generate", talk.about(maxTokens=4))
    talk.comment("# Three tokens become part of the context, which is then another version.")
    talk.ask("context/generate", talk.about(maxTokens=3, append=True))
    talk.ask("context/logits", talk.about(topK=1, version=2))
    talk.ask("context/logits", talk.about(topK=1, version=1))
    talk.comment("# A second question about the same picture computes only its own words.")
    other = {"parts": [QUESTION["parts"][0], {"id": "words", "text": "Is it blue?"}]}
    second = talk.ask("context/open", other)["context"]
    talk.comment("# The residual stream behind a block.")
    talk.ask("activation/read", talk.about(site="resid_post.1", span={"start": 45, "end": 48}))
    talk.ask("context/close", {"context": second})
    talk.ask("context/close", {"context": second})


def attribution(talk):
    talk.start()
    talk.comment("# Every latent's share by one pullback, some measured as well, and the parts of the prompt, measured.")
    params = talk.about(sae=talk.sae, target=TARGET, topK=5, verify=3)
    talk.ask("attribution/compute", {**params, "render": {"image": "smooth", "text": "html"}})
    talk.comment("# The reconstruction's target instead of the model's own, latents summed over positions.")
    params = talk.about(sae=talk.sae, target=TARGET, method="gradient", topK=3, aggregate="feature", verify=0)
    talk.ask("attribution/compute", {**params, "splice": {"errorTerm": "drop"}})
    talk.comment("# A conserving pullback against the runner-up, the parts by their Shapley values.")
    params = talk.about(sae=talk.sae, target={"kind": "logitDiff", "answer": {"id": 298}}, method="relevance", topK=3)
    talk.ask("attribution/compute", {**params, "parts": {"method": "shapley"}, "verify": 0})
    talk.comment("# A control that touches no feature: pixels painted over, words replaced.")
    parts = {"method": "occlusion", "regions": [{"name": "corner", "region": {"image": 0, "box": [0, 0, 20, 15]}},
                                                {"region": {"part": "words"}}], "replacement": {"id": 5}}
    talk.ask("attribution/compute", talk.about(sae=talk.sae, target=TARGET, topK=0, verify=0, parts=parts))
    talk.comment("# The gradient averaged on the way from no latent to all, on one part.")
    params = talk.about(sae=talk.sae, target=TARGET, method="integratedGradients", steps=8, topK=3)
    talk.ask("attribution/compute", {**params, "region": {"part": "words"}, "verify": 0})
    talk.comment("# The rest of the model run again without each latent of a box of the picture.")
    params = talk.about(sae=talk.sae, target=TARGET, method="ablation", topK=3)
    talk.ask("attribution/compute", {**params, "region": {"image": 0, "view": "base", "box": [0, 0, 20, 15]}})
    talk.comment("# One word changed: which features make the difference, patched both ways.")
    other = {"parts": [QUESTION["parts"][0], {"id": "words", "text": "What is shown in this mat?"}]}
    other = talk.ask("context/open", other)["context"]
    talk.ask("attribution/compare", talk.about(other=other, sae=talk.sae, target=TARGET, topK=2))


def intervention(talk):
    talk.start()
    clamp = {"op": "clamp", "feature": talk.latent(41), "value": 14.82, "generated": True}
    zero = {"op": "zero", "feature": talk.latent(55), "at": [{"part": "words"}]}
    talk.comment("# A latent set to zero on the words: the target before and after.")
    talk.ask("ablation/run", talk.about(sae=talk.sae, interventions=[zero], targets=[TARGET], topK=3))
    talk.comment("# A latent clamped everywhere, beside the plain text and the reconstruction's.")
    params = talk.about(sae=talk.sae, interventions=[clamp], maxTokens=4)
    talk.ask("steering/generate", {**params, "compareWith": ["plain", "reconstruction"]})
    talk.comment("# The same as the paper's code does it.")
    talk.ask("steering/generate", {**params, "splice": {"errorTerm": "drop", "reselect": "topk"}})


def features(talk):
    talk.start()
    talk.comment("# The strongest latents of the words.")
    talk.ask("feature/activations", talk.about(sae=talk.sae, region={"part": "words"}, topK=3))
    talk.comment("# Items as they are found; the answer's own list is then empty.")
    params = talk.about(sae=talk.sae, region={"image": 0}, topK=2, rankBy="sum", partialResultToken="items-1")
    talk.ask("feature/activations", params, notifications=1)
    talk.comment("# A latent's direct effect on the vocabulary and its nearest neighbours.")
    talk.ask("feature/info", {"feature": talk.latent(55), "topK": 3})


def errors(talk):
    talk.ask("kernel/status")
    talk.start()
    for method, params in [
        ("model/load", {"path": "models/llama3"}), ("model/load", {"path": "/nowhere"}),
        ("model/load", {"path": PICTURE}),
        ("sae/load", {"path": f"{fixtures}/interpretation/autoencoders/mistral/model.layers.0", "site": "resid_post.1"}),
        ("context/open", {"parts": [{"image": {"path": f"{fixtures}/models/llama3/config.json"}}]}),
        ("context/open", {"parts": []}), ("context/logits", {"context": "ctx_77", "topK": 1}),
        ("context/logits", talk.about(position=500, topK=1)),
        ("feature/info", {"feature": talk.latent(96)}),
        ("attribution/compute", talk.about(
            sae=talk.sae, method="gradient", target={"kind": "logit", "token": {"text": "house and tree"}})),
        ("ablation/run", talk.about(sae=talk.sae, targets=[TARGET], interventions=[
            {"op": "clamp", "feature": talk.latent(1), "value": 3e38}])),
        ("nope", {}), ("initialize", {}),
    ]:
        talk.ask(method, params)
    talk.comment("# A request that takes minutes is cancelled; one reply, and the next is answered.")
    talk.id += 1
    long = talk.about(sae=talk.sae, target=TARGET, method="integratedGradients", steps=10_000)
    talk.send({"jsonrpc": "2.0", "id": talk.id, "method": "attribution/compute", "params": long})
    talk.notify("$/cancelRequest", {"id": talk.id})
    talk.receive()
    talk.ask("attribution/compute", {**long, "deadlineMs": 50})
    talk.ask("context/logits", talk.about(topK=1))


for hold, about in [
    (session, "# From initialize to exit: what is loaded, and the contract."),
    (context, "# A picture and a question: tokens, logits, text, a second question."),
    (attribution, "# Which latents a target rests on, by three methods."),
    (intervention, "# What changes when latents are changed."),
    (features, "# What latents do here, and what they are."),
    (errors, "# What mistakes get; the kernel answers on."),
]:
    talk = Conversation(sys.argv[1], hold.__name__, about)
    hold(talk)
    talk.end()
