"""Makes Tests/Fixtures/questions: pictures with questions and the model's answers, prompt by prompt.

    python Tests/Fixtures/make/questions.py    # beside feature_index.py, after interpretation.py

The model and the autoencoder are those of feature_index.py. Each prompt is rendered by transformers with the checkpoint's
chat template and answered by its greedy `generate`; then prompt and answer are run whole, in one pass in float32, and the
code [positions, latents] of the block's output is kept for the picture's views and for every token behind the picture.
"""

import codecs
import hashlib
import json
import math
import platform
import shutil

import numpy
import PIL
import PIL.Image
import safetensors
import tokenizers
import torch
import transformers
from feature_index import GAP, HERE, MODEL, Layout, Reader, write
from safetensors.torch import save_file
from transformers import AutoTokenizer

ROOT = HERE / "questions"
ANSWER_TOKENS, LOGIT_GAP = 6, 1e-3
PICTURES = ["models/pictures/wide.png", "models/pictures/portrait.png", "interpretation/paintings/padded-rows.png"]
PROMPTS = [
    {"question": "What is in the picture?"},
    {"question": "Is it red?\nYes or no"},
    # As a prompt file has it: a system's turn first, the picture between two texts, and an answer that has begun.
    {
        "file": "---\nimages:\n  p: nowhere.png\n---\n@system\nBe brief.\n@user\n![p]\nName a colour.\n@assistant\nIt is",
        "text": "@system\nBe brief.\n@user\n![picture]\nName a colour.\n@assistant\nIt is",
        "turns": [("system", "Be brief."), ("user", None), ("user", "Name a colour.")], "begun": "It is",
    },
]


def rendered(tokenizer, prompt):
    turns = prompt.get("turns") or [("user", None), ("user", prompt["question"])]
    messages = []
    for role, text in turns:
        if not messages or messages[-1]["role"] != role:
            messages.append({"role": role, "content": []})
        messages[-1]["content"].append({"type": "image"} if text is None else {"type": "text", "text": text})
    return tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) + prompt.get("begun", "")


def byte_of_letters():
    """The byte that each letter of a byte-level vocabulary stands for, as GPT-2 defines it."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {chr(byte): byte for byte in plain}
    rest = [byte for byte in range(256) if byte not in plain]
    return letters | {chr(256 + n): byte for n, byte in enumerate(rest)}


def pieces(tokenizer, ids):
    """What each token adds to the text, by Python's incremental decoder; what ends within a character comes with the last."""
    letters, added = byte_of_letters(), {t.content for t in tokenizer.get_added_tokens_decoder().values()}
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    found = []
    for place, token in enumerate(ids):
        name = tokenizer.id_to_token(token) or ""  # rows of the embeddings beyond the vocabulary
        data = name.encode() if name in added else bytes(letters[c] for c in name)
        found.append(decoder.decode(data, place == len(ids) - 1))
    return found


class Asker:
    def __init__(self):
        self.reader = Reader()
        self.tokenizer = AutoTokenizer.from_pretrained(MODEL)
        self.logit_gap = math.inf

    def answer(self, ids, extra):
        made = self.reader.model.generate(
            input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), max_new_tokens=ANSWER_TOKENS,
            do_sample=False, output_logits=True, return_dict_in_generate=True, **extra)
        for logits in made.logits:
            best = logits[0].topk(2).values
            self.logit_gap = min(self.logit_gap, float(best[0] - best[1]))
        new = made.sequences[0, len(ids):].tolist()
        ends = set(self.reader.model.generation_config.eos_token_id)
        return [t for t in new if t not in ends]

    def ask(self, name, prompt):
        reader = self.reader
        picture = PIL.Image.open(HERE / name).convert("RGB")
        layout = Layout(reader.config, picture.size)
        made = reader.processor([picture], return_tensors="pt")
        extra = {"pixel_values": made["pixel_values"], "image_sizes": made["image_sizes"]}
        text = rendered(self.tokenizer, prompt)
        special = self.tokenizer.bos_token is None or not text.startswith(self.tokenizer.bos_token)
        expanded = text.replace("<image>", "<image>" * layout.tokens)
        ids = self.tokenizer(expanded, add_special_tokens=special)["input_ids"]
        first = ids.index(reader.config.image_token_id)
        end = first + layout.tokens
        assert ids.count(reader.config.image_token_id) == layout.tokens
        answer = self.answer(ids, extra)
        z = reader.encode(reader.residual(ids + answer, extra))
        behind = (ids + answer)[end:]
        said = self.tokenizer.decode(answer, skip_special_tokens=True)
        told = pieces(reader.tokenizer, behind)
        assert "".join(told) == self.tokenizer.decode(behind, skip_special_tokens=False)
        asked = prompt.get("text") or prompt["question"]
        content = hashlib.sha256(asked.encode() + b"\0" + said.encode()).digest()
        views = {view: z[[first + p for p in places]] for view, places in layout.views().items()}
        return {
            "answer": said, "answerTokens": len(answer), "tokens": told,
            "digest": hashlib.sha256(hashlib.sha256((HERE / name).read_bytes()).digest() + content).hexdigest(),
        }, z[end:], views


def main():
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir()
    asker, tensors, pictures = Asker(), {}, []
    for number, name in enumerate(PICTURES):
        items = []
        for place, prompt in enumerate(PROMPTS):
            item, behind, views = asker.ask(name, prompt)
            items.append(item)
            tensors[f"{number}.{place}.text"] = behind
            for view, code in views.items():
                tensors[f"{number}.{place}.{view}"] = code
        pictures.append({"image": name, "digest": hashlib.sha256((HERE / name).read_bytes()).hexdigest(), "items": items})
    print("selection gap", asker.reader.gap, "logit gap", asker.logit_gap)
    assert asker.reader.gap > GAP, "a selection that rounding could turn"
    assert asker.logit_gap > LOGIT_GAP, "an answer that rounding could turn"
    prompts = [{"question": p.get("question"), "file": p.get("file"), "text": p.get("text") or p["question"]} for p in PROMPTS]
    write(ROOT / "questions.json", {"answerTokens": ANSWER_TOKENS, "prompts": prompts, "pictures": pictures})
    save_file({k: v.contiguous() for k, v in tensors.items()}, ROOT / "codes.safetensors")
    versions = {
        "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
        "tokenizers": tokenizers.__version__, "safetensors": safetensors.__version__, "pillow": PIL.__version__, "numpy": numpy.__version__,
    }
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(ROOT.iterdir())}
    write(ROOT / "MANIFEST.json", {"script": "Tests/Fixtures/make/questions.py", "seed": None, "versions": versions, "files": files})


main()
