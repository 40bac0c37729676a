"""What the cluster's functions take by name, and how their results show themselves."""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from types import SimpleNamespace

import pytest
from distributed import Client

from lucarne import kinds, methods
from lucarne.cluster import Asked, BuiltIndex, Estimate, WorkerUnfit, build_index, evaluate, explain, judge, refine, score
from lucarne.cluster import NoWorkers, storage, worker
from lucarne.cluster.asking import _Asking
from lucarne.cluster.options import Spending
from lucarne.cluster.scheduling import Scheduling
from lucarne.errors import BadValue
from lucarne.kernel import Kernel


def keywords(function):
    return {name for name, each in inspect.signature(function).parameters.items() if each.kind is each.KEYWORD_ONLY}


#: What the pool and the files of the work decide.
DECIDED = {"index", "concurrency", "request_seconds", "tries", "subscribe"}
SPENT = set(Spending.__annotations__)


@pytest.mark.parametrize(
    "function, method, besides",
    [
        (explain, methods.ExplanationMethods.generate, {"explainer", "blank_picture"}),
        (refine, methods.ExplanationMethods.refine, {"by"}),
        (score, methods.ExplanationMethods.score, {"sae", "judge"}),
        (judge, methods.EvaluationMethods.judge, {"answers", "judge"}),
    ],
)
def test_who_asks_takes_what_the_method_takes(function, method, besides):
    own = {"model", "sae", "sae_options", "device"} if function is score else set()
    assert keywords(function) - SPENT - own == keywords(method) - DECIDED - besides
    assert keywords(function) >= SPENT


def test_indexes_and_evaluations_take_what_the_kernel_takes():
    assert keywords(build_index) >= keywords(methods.IndexMethods.build) - {"path", "sae", "corpus", "shard", "subscribe"}
    assert keywords(evaluate) >= keywords(Kernel.evaluate) - {"shard", "model", "sae"}


def test_a_misspelt_option_is_named_with_the_one_that_was_meant():
    client = Client.__new__(Client)  # Nothing is asked of it.
    with pytest.raises(TypeError, match=r"explain\(\) has no option 'max_cots': did you mean max_cost\?"):
        explain(client, "i", [("http://h/v1", "m")], max_cots=3)
    with pytest.raises(TypeError, match=r"evaluate\(\) has no option 'arm': did you mean arms\?"):
        evaluate(client, "q.jsonl", answers="a", arm={})


def test_an_estimate_reads_as_a_sentence():
    said = "1,200 questions in about 2.5 h: 840,000 tokens read, 12,000 written, 3.50 to pay, by 8 answers so far"
    assert str(Estimate(1200, 9000.0, 840_000, 12_000, 3.5, 8)) == said
    assert f"{Estimate(92, 0.4, 644, 276, 0.0, 8)!r}" == "92 questions in about 1 s: 644 tokens read, 276 written, by 8 answers so far"
    assert str(Estimate(5, None, None, None, None, 0)) == "5 questions; nothing was answered yet to go by"


def test_results_show_themselves():
    endpoint = {"url": "http://h/v1?<b>", "model": "m", "state": "down", "answers": 97, "failures": 3, "promptTokens": 679,
                "completionTokens": 291, "meanSeconds": 0.25, "cost": 0.0, "message": "no answer"}  # fmt: skip
    asked = Asked({"explained": 97, "failed": 3, "known": 0}, 679, 291, 0.0, 100.0, [endpoint], None)
    assert repr(asked).splitlines()[:2] == ["97 explained, 3 failed", "679 tokens read, 291 written, in 1.7 min"]
    assert "down: no answer" in repr(asked)
    assert "http://h/v1?&lt;b&gt;" in asked._repr_html_() and "<b>" not in asked._repr_html_()
    built = BuiltIndex("/s/<i>.index", 41, {"duplicate": 2, "unusable": 0}, "c0ffee", 2_500_000, 43, 200_000.0, 70.0, 12, 4, 0, 1,
                       {"tcp://w": "the worker <w> has no lucarne"})  # fmt: skip
    assert repr(built).splitlines() == [
        "/s/<i>.index: 41 items of 43 entries, 2.5 MB",
        "content  c0ffee",
        "skipped  2 duplicate",
        "parts    12, 4 made before; 1 task given out again",
        "time     2.3 days, 70 s of all workers in model and autoencoder",
        "unfit    the worker <w> has no lucarne",
    ]
    assert "&lt;i&gt;.index" in built._repr_html_() and "&lt;w&gt;" in built._repr_html_() and "<w>" not in built._repr_html_()


def test_an_estimate_of_scores_is_no_less_than_what_is_asked():
    def questions(params, units):
        return _Asking._questions(SimpleNamespace(request=SimpleNamespace(params=params)), units)

    # 100 features have an explanation, 992 are active: only intruder asks of those that have none.
    params = {"scorers": ["consistency", "detection", "intruder"], "questions": 6}
    assert questions(params, 100 + 100 + 992) >= 100 * 2 + 100 * 6 + 992 * 6
    assert questions({**params, "features": {"latents": [1, 2]}}, 6) == 2 * (2 + 6 + 6)


def test_a_worker_without_libcurl_is_unfit_and_says_what_is_missing():
    missing = kinds.UnsupportedTarget("servers cannot be reached without libcurl 7.66 or newer: libcurl.so.4 is not there")
    with pytest.raises(WorkerUnfit, match="without libcurl 7.66 or newer.*libcurl4"):
        _Asking._raise(SimpleNamespace(), [missing])
    other = kinds.UnsupportedTarget("the index has no view")
    with pytest.raises(kinds.UnsupportedTarget, match="no view"):
        _Asking._raise(SimpleNamespace(), [other])


def test_a_worker_that_lacks_a_package_gets_nothing_and_the_reason_is_told():
    with pytest.raises(WorkerUnfit, match="lacks a package: No module named 'none_of_this_name'"), worker.faults():
        import none_of_this_name  # noqa: F401

    def scheduling(addresses):
        found = Scheduling.__new__(Scheduling)
        found.client = SimpleNamespace(nthreads=lambda: dict.fromkeys(addresses, 1))
        found.unfit, found._silent, found.counts, found.worker_seconds = {}, set(), Counter(), 1.0
        found._without_since = found._deadly = None
        found.run_on = lambda asked, *_: {asked[0]: 7 if asked[0] == "has" else ImportError("Install s3fs to access S3")}
        return found

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert scheduling(["lacks", "has"]).aside(lambda: None) == 7
        with pytest.raises(NoWorkers, match="lacks a package: Install s3fs"):
            scheduling(["lacks"]).aside(lambda: None)


def test_an_address_of_no_known_kind_is_refused():
    with pytest.raises(BadValue, match="the address nofs://b/p cannot be opened: Protocol not known: nofs"):
        storage.filesystem("nofs://b/p")
