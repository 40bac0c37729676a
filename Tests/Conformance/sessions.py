"""Holds session/save and session/open to what they say they do.

    python3 sessions.py PATH/TO/lucarne     # Python's standard library alone

Contexts of every kind are saved and asked; the kernel is killed, and another, which opened them again, must answer
the same: texts, logits and attributions to the bit. Digests are computed again here. Files that are damaged in every
member, cut off, huge or somebody else's are refused in words and leave nothing open, and a save that fails, for want
of room or because its kernel is killed, leaves what was there.
"""

import base64
import copy
import hashlib
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

from line_kernel import LineKernel

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "Sources/World/Resources/heldout"
TINY = ROOT / "Tests/Fixtures/models/llama3"
MAP, OTHER = PICTURES / "probe-bolivia-00.png", PICTURES / "map-30.png"
QUESTION = "Does the image show Bolivia?"
failures = 0


def row(what, holds, detail=""):
    global failures
    print(("ok    " if holds else "FAILED ") + what + (f": {detail}" if detail != "" else ""), flush=True)
    failures += not holds


def new_kernel(*options):
    return LineKernel(PROGRAM, "--jobs", "", "--threads", "2", *options)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def in_base64(path):
    return base64.b64encode(path.read_bytes()).decode()


def open_all(kernel, folder):
    """A picture by its path, the same as bytes, a text without a template, and an answer that goes on."""
    copied = folder / "map.png"
    shutil.copy(MAP, copied)
    asked = [
        {"parts": [{"id": "map", "image": {"path": str(copied)}}, {"id": "question", "text": QUESTION}]},
        {"parts": [{"image": {"base64": in_base64(OTHER), "reading": "open"}}, {"text": QUESTION}]},
        {"parts": [{"image": {"uri": "data:image/png;base64," + in_base64(MAP)}}, {"text": "Is there a river?"}],
         "chat": {"addGenerationPrompt": False}},
        {"parts": [{"text": "The basin of"}], "chat": {"template": "none"}},
        {"parts": [{"text": "Which basin?"}, {"role": "assistant", "text": "The"}], "chat": {"continueAnswer": True}},
    ]
    names = [kernel.ask("context/open", **each)["context"] for each in asked]
    for count in (3, 2):
        kernel.ask("context/generate", context=names[3], maxTokens=count, append=True)
    return names


def answers(kernel, names):
    """What is asked of contexts, without the names that differ."""
    sae = kernel.ask("kernel/status")["saes"][0]["sae"]
    found = []
    for name in names:
        tokens = kernel.ask("context/tokens", context=name)["tokens"]
        found.append({
            "tokens": tokens,
            "text": kernel.ask("context/generate", context=name, maxTokens=8),
            "logits": kernel.ask("context/logits", context=name, topK=20),
            "features": kernel.ask("feature/activations", context=name, sae=sae, topK=10),
            "attribution": kernel.ask(
                "attribution/compute", context=name, sae=sae, topK=10,
                target={"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}),
        })
    return found


def without(value, names):
    if isinstance(value, dict):
        return {key: without(each, names) for key, each in value.items() if key not in names}
    return [without(each, names) for each in value] if isinstance(value, list) else value


def number_of_contexts(kernel):
    return len(kernel.ask("kernel/status")["contexts"])


def refused(answer, kind=None):
    return "code" in answer and answer["code"] in (-32803, -32602) and (kind is None or answer.get("data", {}).get("kind") == kind)


def told(answer):
    return str(answer.get("message", answer)).replace("\0", "NUL")[:160]


# Rows


def saved_and_opened(folder):
    path, entries = folder / "study.json", [{"asked": "text", "number": 1.5}, None, "words", [1, {"deep": []}]]
    kernel = new_kernel()
    names = open_all(kernel, folder)
    before = answers(kernel, names)
    saved = kernel.ask("session/save", path=str(path), entries=entries, note="maps")
    row("a session says what is in it", saved == {"path": str(path), "contexts": names, "bytes": path.stat().st_size}, str(saved)[:160])
    inline = kernel.ask("session/save", contexts=[names[3], names[0]])
    row("without a path the session comes back, with the contexts named",
        [each["context"] for each in inline["session"]["contexts"]] == [names[3], names[0]]
        and inline["bytes"] == len(json.dumps(inline["session"], separators=(",", ":"), ensure_ascii=False).encode()), inline["bytes"])
    kernel.kill()

    session = json.loads(path.read_text())
    expected = {sha256(MAP.read_bytes()), sha256(OTHER.read_bytes())}
    row("each picture is there once, byte for byte",
        {each["sha256"] for each in session["pictures"]} == expected and len(session["pictures"]) == 2
        and all(sha256(base64.b64decode(each["base64"])) == each["sha256"] for each in session["pictures"]))
    counts = [len(each["tokens"]) for each in before]
    row("counts and digests are those of the tokens' ids",
        [each["tokenCount"] for each in session["contexts"]] == counts
        and [each["tokensDigest"] for each in session["contexts"]]
        == [sha256(",".join(str(token["id"]) for token in each["tokens"]).encode()) for each in before])
    row("appended tokens are the last ones", [len(each) for each in session["contexts"][3]["appended"]] == [3, 2]
        and sum(session["contexts"][3]["appended"], []) == [each["id"] for each in before[3]["tokens"][-5:]])

    (folder / "map.png").unlink()
    kernel = new_kernel()
    opened = kernel.ask("session/open", path=str(path))
    found = opened.get("contexts", [])
    row("all contexts are open again, with the tokens that they had",
        [each["saved"] for each in found] == names and all(each["sameTokens"] for each in found)
        and [each["tokenCount"] for each in found] == counts and [each["version"] for each in found] == [1, 1, 1, 3, 1], told(opened))
    row("entries, note and time come back as they were", opened.get("entries") == entries and opened.get("note") == "maps"
        and abs(opened.get("created", 0) - time.time()) < 600 and opened.get("warnings") == [], str(opened.get("warnings")))
    again = answers(kernel, [each["context"] for each in found])
    same = [without(one, {"elapsed"}) == without(other, {"elapsed"}) for one, other in zip(before, again)]
    row("texts, logits, features and attributions are the same to the bit", len(same) == 5 and all(same)
        and all(each["attribution"]["items"] and each["logits"]["items"] for each in before), str(same))
    third = kernel.ask("session/save")
    keep = lambda each: {key: value for key, value in each.items() if key != "context"}  # noqa: E731
    row("saved once more, the contexts are the same",
        [keep(each) for each in third["session"]["contexts"]] == [keep(each) for each in session["contexts"]])
    twice = kernel.ask("session/open", session=inline["session"])
    row("a session in a message opens, too", [each["saved"] for each in twice.get("contexts", [])] == [names[3], names[0]], told(twice))
    fresh = kernel.ask("context/open", parts=session_parts(session, 0))
    parts = [{key: each[key] for key in ("parts", "images")} for each in (fresh, found[0])]
    row("parts and images are as context/open tells them", parts[0] == parts[1])
    kernel.end()
    return session


def session_parts(session, number):
    files = {each["sha256"]: each["base64"] for each in session["pictures"]}
    return [
        {"id": each["id"], "role": each["role"], **({"text": each["text"]} if "text" in each else {"image": {"base64": files[each["picture"]]}})}
        for each in session["contexts"][number]["parts"]]


OPTIONAL = {"kernelVersion", "note", "name", "resizing", "reading", "chat.template", "addGenerationPrompt", "continueAnswer"}


def damaged(value, path=()):
    """The places of all members and elements, but inside entries."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, each in items:
        yield path + (key,)
        if path + (key,) != ("entries",):
            yield from damaged(each, path + (key,))


def changed(session, place, make):
    copied = copy.deepcopy(session)
    holder = copied
    for key in place[:-1]:
        holder = holder[key]
    make(holder, place[-1])
    return copied


def other_type(holder, key):
    holder[key] = {"another": "type"} if not isinstance(holder[key], dict) else 7


def hostile(folder, session):
    kernel = new_kernel()
    path = folder / "hostile.json"
    kernel.ask("context/open", parts=[{"text": "mine"}])
    whole = number_of_contexts(kernel)

    def attempt(content):
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return kernel.ask("session/open", path=str(path))

    small = copy.deepcopy(session)
    small["contexts"] = [small["contexts"][0], small["contexts"][3]]
    small["pictures"] = [each for each in small["pictures"] if each["sha256"] == small["contexts"][0]["parts"][0]["picture"]]
    wrong = []
    places = list(damaged(small))
    for place in places:
        name = place[-1]
        if isinstance(name, str) and name not in OPTIONAL and not (name == "template" and place[-2] == "chat"):
            answer = attempt(changed(small, place, lambda holder, key: holder.pop(key)))
            if not refused(answer):
                wrong.append(f"without {place}: {told(answer)}")
        if place[:1] == ("entries",) and len(place) > 1:
            continue
        answer = attempt(changed(small, place, other_type))
        if not refused(answer):
            wrong.append(f"another type of {place}: {told(answer)}")
        elif "code" in answer and not any(str(each) in answer["message"] for each in (name, place[0], "format", "part")):
            wrong.append(f"{place} is not named: {told(answer)}")
    row(f"each of {len(places)} members missing or of another type is refused by name", not wrong, "; ".join(wrong[:4]))

    text = json.dumps(small).encode()
    cut = [at for at in range(0, len(text) - 1, 97) if not refused(attempt(text[:at]))]
    row(f"a session cut off at every 97th of {len(text)} bytes is refused", not cut, cut[:4] or "")

    picture = small["pictures"][0]
    bytes_ = bytearray(base64.b64decode(picture["base64"]))
    bytes_[len(bytes_) // 2] ^= 1
    spoilt = changed(small, ("pictures", 0, "base64"), lambda holder, key: holder.update({key: base64.b64encode(bytes_).decode()}))
    answer = attempt(spoilt)
    row("a damaged picture is named, with both digests", refused(answer, "imageUnreadable") and "map.png" in answer["message"]
        and sha256(bytes(bytes_)) in answer["message"] and picture["sha256"] in answer["message"], told(answer))
    no_picture = with_picture(small, b"no picture at all")
    answer = attempt(no_picture)
    row("a picture that is none is refused by its context", refused(answer, "imageUnreadable") and small["contexts"][0]["context"] in answer["message"], told(answer))
    answer = attempt(with_picture(small, bomb()))
    row("a picture of 30,000 × 30,000 pixels in a few bytes is refused", refused(answer), told(answer))
    last = copy.deepcopy(small)
    last["contexts"][1]["appended"] = [[10 ** 7]]
    answer = attempt(last)
    row("a token that the model does not have is refused", refused(answer) and "10000000" in answer["message"], told(answer))
    row("nothing of them stays open", number_of_contexts(kernel) == whole, number_of_contexts(kernel))
    other = changed(small, ("contexts", 0, "tokensDigest"), lambda holder, key: holder.update({key: "0" * 64}))
    answer = attempt(other)
    row("tokens that differ are told, and the context opens", [each["sameTokens"] for each in answer.get("contexts", [])] == [False, True]
        and any("0" * 64 in each for each in answer["warnings"]), str(answer.get("warnings", answer))[:160])
    for each in answer.get("contexts", []):
        kernel.ask("context/close", context=each["context"])
    version = small["kernelVersion"]
    for given in ("0.0.1", None):
        answer = attempt({**{key: each for key, each in small.items() if key != "kernelVersion"}, **({"kernelVersion": given} if given else {})})
        warned = [each for each in answer.get("warnings", []) if "0.0.1" in each and version in each]
        row(f"a session of {'another lucarne is told' if given else 'an earlier lucarne names no version'}", len(warned) == (1 if given else 0), str(answer.get("warnings", answer))[:160])
        for each in answer.get("contexts", []):
            kernel.ask("context/close", context=each["context"])

    for what, content in (
        ("zero bytes", b"\0" * 4096), ("a zero byte in it", text.replace(b"lucarne-session", b"lucarne\0session", 1)),
        ("nothing", b""), ("deep lists", b"[" * 100_000), ("a list", b"[]"), ("not UTF-8", b'{"format":"\xff\xfe"}'),
        ("a million entries that are not closed", b'{"format":"lucarne-session","entries":[' + b"1," * 1_000_000)):
        answer = attempt(content)
        row(f"a file of {what} is refused", refused(answer), told(answer))
    with open(path, "wb") as file:
        file.write(b'{"format":"lucarne-session","pictures":[{"sha256":"00","base64":"')
        for _ in range(200):
            file.write(b"A" * (1 << 20))
        file.write(b'"}]}')
    answer = kernel.ask("session/open", path=str(path))
    row("200 MB of base64 are refused unread", refused(answer) and "at most" in answer["message"], told(answer))
    path.unlink()
    for what, params in (
        ("neither path nor session", {}), ("both", {"path": str(path), "session": small}), ("a relative path", {"path": "here.json"}),
        ("a path with NUL", {"path": "/tmp/a\0b"}), ("a file that is not there", {"path": str(path)}), ("a folder", {"path": str(folder)}),
        ("a device", {"path": "/dev/zero"}), ("a text as session", {"session": "words"})):
        answer = kernel.ask("session/open", **params)
        row(f"{what} is refused", refused(answer), told(answer))
    row("the kernel goes on, with what it had", number_of_contexts(kernel) == whole
        and "text" in kernel.ask("context/generate", context="ctx_1", maxTokens=1))
    kernel.end()


def with_picture(session, content):
    copied = copy.deepcopy(session)
    old = copied["pictures"][0]["sha256"]
    copied["pictures"][0].update(sha256=sha256(content), base64=base64.b64encode(content).decode())
    for context in copied["contexts"]:
        for part in context["parts"]:
            if part.get("picture") == old:
                part["picture"] = sha256(content)
    return copied


def bomb():
    """A PNG of 30,000 × 30,000 zeros, compressed."""
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
    squeezed = zlib.compressobj(9)
    data = b"".join(squeezed.compress(b"\0" * (1 << 20)) for _ in range(64)) + squeezed.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def other_model(folder, session):
    path = folder / "world.json"
    path.write_text(json.dumps(session))
    kernel = new_kernel("--model", str(TINY))
    answer = kernel.ask("session/open", path=str(path))
    row("another model is refused, with names and digests", refused(answer, "modelNotLoaded")
        and session["models"][0]["digest"] in answer["message"] and "llama3" in answer["message"], told(answer))
    only = {**session, "contexts": [session["contexts"][3]], "pictures": []}
    path.write_text(json.dumps(only))
    answer = kernel.ask("session/open", path=str(path), anyModel=True)
    row("with anyModel it opens there, and says what is not the same", len(answer.get("contexts", [])) == 1
        and len(answer["warnings"]) >= 3 and any(session["saes"][0]["digest"] in each for each in answer["warnings"])
        and any("left out" in each for each in answer["warnings"]), str(answer.get("warnings", answer))[:200])
    kernel.end()


def failing_saves(folder):
    kernel = new_kernel()
    (folder / "again.png").write_bytes(MAP.read_bytes())
    name = kernel.ask("context/open", parts=[{"id": "map", "image": {"path": str(folder / "again.png")}}, {"text": QUESTION}])["context"]
    for what, content in (("an index", b"SQLite format 3\0" + b"\0" * 4000), ("answers", b'{"format":"lucarne-answers"}\n{"id":1}\n'),
                          ("notes", b"mine"), ("an empty file", b""), ("a recipe", b'{"format":"lucarne-recipe"}')):
        path = folder / "taken"
        path.write_bytes(content)
        answer = kernel.ask("session/save", path=str(path))
        row(f"{what} is not replaced", refused(answer, "pathDenied") and path.read_bytes() == content, told(answer))
    for what, path in (("a folder", folder), ("a device", "/dev/null"), ("a relative path", "a.json"), ("no such folder", folder / "no/a.json")):
        answer = kernel.ask("session/save", path=str(path))
        row(f"{what} is refused", refused(answer), told(answer))
    answer = kernel.ask("session/save", contexts=["ctx_99"])
    row("a context that is not open is refused", refused(answer, "contextNotFound"), told(answer))
    path = folder / "kept.json"
    kernel.ask("session/save", path=str(path), note="first")
    kernel.ask("session/save", path=str(path), note="second")
    row("a session is replaced", json.loads(path.read_text())["note"] == "second")
    kept = path.read_bytes()
    (folder / "again.png").write_bytes(OTHER.read_bytes())
    answer = kernel.ask("session/save", path=str(path))
    row("a picture that has changed is named, and nothing is written", refused(answer, "imageUnreadable") and "again.png" in answer["message"]
        and "map" in answer["message"] and path.read_bytes() == kept, told(answer))
    (folder / "again.png").unlink()
    answer = kernel.ask("session/save", path=str(path))
    row("so is one that has gone", refused(answer, "imageUnreadable") and path.read_bytes() == kept, told(answer))
    kernel.ask("context/close", context=name)
    empty = kernel.ask("session/save", entries=[1])
    row("a session may have no contexts", empty.get("contexts") == [] and kernel.ask("session/open", session=empty["session"]).get("entries") == [1])
    full_disk(kernel, folder)
    kernel.end()


def full_disk(kernel, folder):
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode:
        print("--    a full disk: nothing can be mounted here")
        return
    try:
        path = disk / "study.json"
        kernel.ask("session/save", path=str(path), note="fits")
        kept = path.read_bytes()
        answer = kernel.ask("session/save", path=str(path), entries=["x" * 200_000])
        row("a full disk is said, and the session that was there stays", refused(answer, "ioError") and path.read_bytes() == kept
            and [each.name for each in disk.iterdir()] == ["study.json"], told(answer))
    finally:
        subprocess.run(["umount", disk], check=True)


def killed_while_saving(folder):
    """Kernels that are killed at various moments leave the old session or a new one."""
    path = folder / "killed.json"
    entries = ["x" * 1000] * 8000
    whole, sizes = True, set()
    for number in range(12):
        kernel = new_kernel()
        kernel.ask("session/save", path=str(path), note="small")
        started = time.monotonic()
        if number == 0:
            kernel.ask("session/save", path=str(path), entries=entries)
            took = time.monotonic() - started
        else:
            timer = threading.Timer(took * number / 11, lambda process=kernel.process: process.send_signal(signal.SIGKILL))
            timer.start()
            try:
                kernel.ask("session/save", path=str(path), entries=entries)
            except (AssertionError, BrokenPipeError):
                pass
            timer.join()
        kernel.kill()
        try:
            found = json.loads(path.read_text())
            whole = whole and found["format"] == "lucarne-session" and len(found["entries"]) in (0, 8000)
            sizes.add(len(found["entries"]))
        except ValueError:
            whole = False
    row("a kernel killed while it saves leaves the old session or the new", whole, f"entries {sorted(sizes)}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session = saved_and_opened(folder)
        hostile(folder, session)
        other_model(folder, session)
        failing_saves(folder)
        killed_while_saving(folder)
    print("all rows hold" if not failures else f"{failures} rows do not hold")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
