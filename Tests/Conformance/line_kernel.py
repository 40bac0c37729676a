"""A kernel that is asked by lines of JSON, one request after the other, and may be killed."""

import json
import subprocess


class LineKernel:
    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, "serve", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.number = 0
        self.ask("initialize")

    def ask(self, method, /, **params):
        """The result, or the error's object."""
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
        while True:
            line = self.process.stdout.readline()
            assert line, f"the kernel ended during {method}"
            answer = json.loads(line)
            if answer.get("id") == self.number:
                return answer.get("result", answer.get("error"))

    def job(self, method, /, **params):
        """The job as it is at its end, or why it was refused."""
        started = self.ask(method, **params)
        return self.ask("job/wait", job=started["job"], timeoutMs=300_000) if "job" in started else started

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        self.ask("shutdown")
        self.process.stdin.close()
        self.process.wait(20)
