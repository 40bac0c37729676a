"""What was held against what, field by field, and what was not."""

import numpy

from . import schema

#: Sums of some hundred terms in float32, beside float64: relative to the largest of the numbers.
FLOAT32 = 2e-5
#: Float32 keeps 2e-6 of this world's logits, which are below 32; six blocks round some fifty times on the way.
#: Falls, divergences and probabilities are differences of logits, and have their error, not their own.
LOGIT = 1e-4


class Ledger:
    def __init__(self):
        self.failures, self.comparisons = [], 0
        self._checked = {}

    def same(self, method, path, found, expected):
        """Equal as they are."""
        self._touch(method, path)
        if found != expected:
            self._fail(method, path, f"found {_short(found)}, expected {_short(expected)}")

    def close(self, method, path, found, expected, within=FLOAT32):
        """As near as `within`, in units of the largest number expected, and of 1 at least for logits."""
        self._touch(method, path)
        found, expected = numpy.asarray(found, float), numpy.asarray(expected, float)
        if found.shape != expected.shape:
            return self._fail(method, path, f"found shape {found.shape}, expected {expected.shape}")
        if not found.size:
            return self._fail(method, path, "there is nothing to compare")
        scale = max(1.0, abs(expected).max()) if within == LOGIT else abs(expected).max()
        worst = int(abs(found - expected).argmax())
        distance = abs(found - expected).max()
        if not distance <= within * scale:
            where = f" at {worst}" if found.size > 1 else ""
            self._fail(
                method, path,
                f"found {found.flat[worst]:.9g}, expected {expected.flat[worst]:.9g}{where}, within {within * scale:.2g}")

    def holds(self, method, path, condition, reason):
        """A property, where what is described is not one number."""
        self._touch(method, path)
        if not condition:
            self._fail(method, path, reason)

    def _touch(self, method, path):
        self.comparisons += 1
        self._checked.setdefault(method, set()).add(path)

    def _fail(self, method, path, reason):
        self.failures.append(f"{method} {path}: {reason}")

    def coverage(self, echoes, elsewhere):
        """Lines that say which fields nothing looked at, and what the lists have too much."""
        methods = {each["name"] for each in schema.DOCUMENT["methods"]} | set(schema.JOB_RESULTS)
        lines = [f"{name} is no method" for name in sorted((set(self._checked) | set(elsewhere)) - methods)]
        for method in sorted(methods - set(elsewhere)):
            leaves, checked = schema.leaves(method), self._checked.get(method, set())
            roots = {path for name, path in echoes if name == method}
            below = {root: {leaf for leaf in leaves if _is_below(leaf, root)} for root in roots}
            excused = set().union(*below.values()) if below else set()
            lines += [f"{method} {path} is checked and is no field" for path in sorted(checked - leaves)]
            lines += [f"{method} {root} is excused and is no field" for root in sorted(roots) if not below[root]]
            lines += [f"{method} {path} is excused and checked" for path in sorted(excused & checked)]
            lines += [f"{method} {path} is not checked" for path in sorted(leaves - checked - excused)]
        return lines


def _is_below(leaf, root):
    return leaf == root or leaf.startswith((root + ".", root + "["))


def _short(value):
    text = repr(value)
    return text if len(text) < 200 else text[:200] + "…"
