"""Asks a kernel over real pipes what a stdio server is asked sooner or later.

    python3 probe.py PATH/TO/lucarne [ARGUMENTS, instead of "serve"]

Every row starts a fresh process, does one thing to it and, where the row says "alive", proves with a
later request that it still answers. Prints one line a row with the time it took; a time above its budget
is marked with "slow" but fails nothing, because machines differ. Exits with 1 where a row failed.
"""

import sys
import time

import process_rows  # noqa: F401
import message_rows  # noqa: F401
from conversation import Silence, rows

failures = 0
for name, budget, check in rows:
    started = time.monotonic()
    try:
        check()
        verdict, why = "ok", ""
    except (AssertionError, Silence, OSError, ValueError, KeyError) as error:
        verdict, why = "FAILED", f"  {type(error).__name__}: {error}"
        failures += 1
    seconds = time.monotonic() - started
    slow = f"slow, budget {budget:.1f} s" if seconds > budget else ""
    print(f"{verdict:7}{seconds:7.2f} s  {name}{why}  {slow}".rstrip(), flush=True)
print(f"{len(rows) - failures} of {len(rows)} rows passed")
sys.exit(1 if failures else 0)
