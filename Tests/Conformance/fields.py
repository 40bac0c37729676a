"""Holds every number that the kernel answers against what its description says it is.

    python3 fields.py PATH/TO/lucarne [SUBJECT …]     # needs numpy and Pillow; ends with 77 without them

The embedded world is loaded in float32 and asked by every method. What comes back is computed again from the
weights' files, from pictures, and from other answers, by the references in field_checks. At the end each field
of each method's result in protocol/openrpc.json that nothing looked at fails, unless field_checks/echoes.py
says why it is no number (where subjects are named, only these are asked, and fields are not counted). Prints
what does not hold; exits with 1 where anything does not.
"""

import os
import sys
import tempfile
import time

# The products are small: threads would wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
try:
    import numpy  # noqa: F401
    import PIL  # noqa: F401
except ImportError as missing:
    print(f"{missing.name} is not installed")
    sys.exit(77)

import conversation
from field_checks import (
    attributions, comparisons, contexts, echoes, features, indexes, interventions, loading, parts, prompts, scorings, several,
    verifications)
from field_checks.ledger import Ledger
from field_checks.world import World

SUBJECTS = {
    each.__name__.rsplit(".", 1)[-1]: each
    for each in (
        contexts, prompts, features, interventions, attributions, verifications, parts, comparisons, indexes, scorings, loading, several)
}


class Kernel(conversation.Kernel):
    """Asks and waits for the answer, passing over notifications."""

    def __init__(self, command):
        conversation.KERNEL = command
        super().__init__()
        self.number = 0
        self.ask("initialize", capabilities={})

    def ask(self, method, /, **params):
        self.number += 1
        self.request(self.number, method, params)
        while True:
            message = self.read(60)
            if message.get("id") == self.number:
                assert "result" in message, f"{method}: {message['error']}"
                return message["result"]


def main():
    ledger, wanted = Ledger(), sys.argv[2:] or list(SUBJECTS)
    with tempfile.TemporaryDirectory() as folder:
        with Kernel([os.path.abspath(sys.argv[1]), "serve", "--jobs", os.path.join(folder, "jobs"), "--vision", scorings.WORKER]) as kernel:
            world = World(kernel)
            for subject in wanted:
                started = time.monotonic()
                SUBJECTS[subject].check(world, ledger, folder)
                print(f"{subject}: {time.monotonic() - started:.1f} s", flush=True)
    lines = ledger.failures
    if len(wanted) == len(SUBJECTS):
        lines += ledger.coverage(echoes.ECHOES, echoes.ELSEWHERE)
    for line in lines:
        print(f"FAILED {line}")
    print(f"{ledger.comparisons} comparisons, {len(lines)} failures")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
