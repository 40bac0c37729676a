"""Holds `sae/train` and `lucarne train` to their promise that a broken training ends in the weights of an unbroken one.

    python Tests/Conformance/train.py PROGRAM [SEED]     # Python's standard library

On a tiny checkpoint: the command killed with SIGKILL at random moments and stopped by SIGINT, and a job whose kernels
are killed, or asked to end, and resumed by the next one, must write the same bytes as one run that is let alone.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "Tests/Fixtures/models/llama3"
PROMPTS = ROOT / "Tests/Fixtures/check/llama3.jsonl"
LATENTS, STEPS, BATCH, SAVE = 512, 1500, 128, 40
failures = 0


def check(what, holds, detail=""):
    global failures
    print(("ok    " if holds else "FAIL  ") + what + (f": {detail}" if detail else ""))
    failures += not holds


def command(program, output):
    return [
        program, "train", "--model", MODEL, "--site", "resid_post.1", "--prompts", PROMPTS, "--output", output,
        "--latents", str(LATENTS), "-k", "8", "--steps", str(STEPS), "--batch", str(BATCH), "--save-every", str(SAVE),
        "--learning-rate", "0.002", "--threads", "1",
    ]


def weights(output):
    return (output / "model.layers.1/sae.safetensors").read_bytes()


def silently(arguments):
    return subprocess.Popen(list(map(str, arguments)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Kernel:
    """`lucarne serve` with one message a line."""

    def __init__(self, program, jobs):
        self.process = subprocess.Popen(
            [program, "serve", "--threads", "1", "--jobs", jobs], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.number = 0
        self.ask("initialize", {})

    def ask(self, method, params):
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        while True:
            answer = json.loads(self.process.stdout.readline())
            if answer.get("id") == self.number:
                assert "result" in answer, answer
                return answer["result"]

    def end(self, number):
        begin = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=20)
        self.process.stdin.close()
        self.process.stdout.close()
        return time.monotonic() - begin


def break_commands(program, folder, expected, seconds, draw):
    output, stops = folder / "command", []
    for number in [signal.SIGKILL, signal.SIGINT] * 4:
        process = silently(command(program, output))
        try:
            process.wait(timeout=draw.uniform(0.1, 0.25) * seconds)
            stops.append("done")
            break
        except subprocess.TimeoutExpired:
            process.send_signal(number)
            stops.append(process.wait(timeout=20))
    silently(command(program, output)).wait()
    check("a command killed and stopped goes on to the same weights", weights(output) == expected, f"{stops}")


def break_kernels(program, folder, expected, seconds, draw):
    jobs, output = folder / "jobs", folder / "served"
    params = {
        "model": str(MODEL), "site": "resid_post.1", "corpus": {"prompts": str(PROMPTS)}, "output": str(output), "latents": LATENTS,
        "k": 8, "steps": STEPS, "batch": BATCH, "saveEvery": SAVE, "learningRate": 0.002,
    }
    kernel = Kernel(program, jobs)
    job, states, longest = kernel.ask("sae/train", params)["job"], [], 0
    for number in [signal.SIGTERM, signal.SIGKILL, signal.SIGKILL, signal.SIGKILL] * 3:
        time.sleep(draw.uniform(0, 0.2) * seconds)
        longest = max(longest, kernel.end(number))
        on_disk = json.loads((jobs / f"{job}.json").read_text())["state"]
        kernel = Kernel(program, jobs)
        state = kernel.ask("job/get", {"job": job})["state"]
        states.append(f"{signal.Signals(number).name} {on_disk} → {state}")
        if state == "interrupted":
            kernel.ask("job/resume", {"job": job})
    done = kernel.ask("job/wait", {"job": job, "timeoutMs": 120000})
    log = kernel.ask("job/log", {"job": job, "lines": 1000})["lines"]
    resumed = [line.split("step ")[1] for line in log if "continues at step" in line]
    kernel.end(signal.SIGTERM)
    holds = done["state"] == "completed" and weights(output) == expected
    check("kernels killed, their job resumed to the same weights", holds, f"{states}; went on at {resumed}; {done.get('message', '')}")
    check("kernels end soon when asked", longest < 6, f"{longest:.2f} s at most")


def main():
    program, draw = str(Path(sys.argv[1]).resolve()), random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begin = time.monotonic()
        assert silently(command(program, folder / "unbroken")).wait() == 0
        seconds = time.monotonic() - begin
        expected = weights(folder / "unbroken")
        print(f"an unbroken training: {seconds:.1f} s")
        break_commands(program, folder, expected, seconds, draw)
        break_kernels(program, folder, expected, seconds, draw)
    sys.exit(1 if failures else 0)


main()
