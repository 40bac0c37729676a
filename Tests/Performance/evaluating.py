"""How fast questions are answered, beside the same questions asked one by one on contexts of their own.

    python3 evaluating.py PATH/TO/lucarne [--questions FILE] [--limit 400]     # Python's standard library alone

One kernel, one run: first each question alone (context/open with nothing to reuse, context/generate, context/close), then
evaluation/run with the plain model, with one arm that changes the last position, with one that changes every
position, and with ten of each. Prints questions and answers per second, and what an arm costs beside a plain answer.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[2] / "Sources/World/Resources/heldout/questions.jsonl"


class Kernel:
    def __init__(self, program, threads):
        self.process = subprocess.Popen(
            [program, "serve", "--jobs", "", "--threads", str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0
        self.ask("initialize")

    def ask(self, method, /, **params):
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.number:
                assert "result" in answer, answer
                return answer["result"]


def alone(kernel, questions, folder):
    began = time.monotonic()
    for each in questions:
        parts = [{"image": {"path": f"{folder}/{each['image']}"}}, {"text": each["question"]}]
        context = kernel.ask("context/open", parts=parts)["context"]
        kernel.ask("context/generate", context=context, maxTokens=16)
        kernel.ask("context/close", context=context)
    return time.monotonic() - began


def evaluated(kernel, path, limit, arms, scratch):
    answers = f"{scratch}/answers-{len(arms)}-{time.monotonic_ns()}.jsonl"
    job = kernel.ask(
        "evaluation/run", dataset={"format": "questions", "path": str(path)}, answers=answers, sae="sae", arms=arms, limit=limit)["job"]
    done = kernel.ask("job/wait", job=job, timeoutMs=600_000)
    assert done["state"] == "completed", done
    return done["result"]["seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--questions", type=Path, default=SHIPPED)
    parser.add_argument("--limit", type=int, default=400)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    questions = [json.loads(line) for line in options.questions.read_text().splitlines()][:options.limit]
    count = len(questions)

    def changes(number, at=None):
        # Held at 1, so that every arm changes what it is to change.
        where = {"at": at} if at else {}
        return [
            {"name": f"arm {place}", "interventions": [{"op": "clamp", "value": 1, "feature": {"sae": "sae", "index": 100 + place}, **where}]}
            for place in range(number)]

    kernel = Kernel(options.program, options.threads)
    alone(kernel, questions[:5], options.questions.parent)
    bare = alone(kernel, questions, options.questions.parent)
    print(f"{count} questions; {count / bare:.0f} a second one by one, {1000 * bare / count:.2f} ms each")
    with tempfile.TemporaryDirectory() as scratch:
        plain = evaluated(kernel, options.questions, options.limit, [], scratch)
        print("| arms beside the plain model | questions a second | answers a second | ms an arm's answer | of one asked alone |\n|---|---|---|---|---|")
        print(f"| none | {count / plain:.0f} | {count / plain:.0f} | | {plain / bare:.0%} |")
        for name, at in (("at the last position", [{"last": 1}]), ("at every position", None)):
            for number in (1, 10):
                seconds = evaluated(kernel, options.questions, options.limit, changes(number, at), scratch)
                each = (seconds - plain) / number / count
                print(f"| {number} {name} | {count / seconds:.0f} | {count * (number + 1) / seconds:.0f} | {1000 * each:.2f} | {each / (bare / count):.0%} |")


sys.exit(main())
