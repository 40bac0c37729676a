"""The client against the program: calls, errors, progress, cancellation, death."""

import asyncio
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time

import numpy
import pytest

import lucarne
from lucarne import AsyncKernel, Kernel, KernelDied, KernelNotFound, Record, build, kinds
from lucarne import steps as _steps
from lucarne.progress import reporter
from lucarne.types import KernelStatusResult

# Long enough to be interrupted: minutes on the world's model.
ENDLESS = dict(method="integratedGradients", steps=10_000)
TARGET = {"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}


def gone(process_id: int, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with open(f"/proc/{process_id}/stat") as file:
                if file.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_a_question_is_answered(context):
    assert str(context.generate(8)) == "Yes"
    assert context.token_count == len(context.tokens())


def test_streams_give_tokens_one_by_one_and_then_the_whole(kernel):
    with kernel.open("Which basin covers Hungary?") as context:
        whole = context.generate(20)
        stream = context.stream(20)
        pieces = [each.text for each in stream]
        assert "".join(pieces) == whole.text
        assert [each.id for each in stream.result.tokens] == [each.id for each in whole.tokens]


def test_a_steered_stream_tells_whose_tokens_come(kernel, context):
    params = dict(context=context.id, sae="sae", max_tokens=8, compare_with=["plain"])
    changes = [{"op": "zero", "feature": {"sae": "sae", "index": 182}}]
    stream = kernel.steering.generate_stream(interventions=changes, **params)
    names = {part.name for part in stream}
    whole = kernel.steering.generate(interventions=changes, **params)
    assert names == {"steered", "plain"}
    assert stream.result.outputs == whole.outputs


def test_a_stream_left_early_leaves_the_kernel_free(kernel, context):
    stream = kernel.attribution.compute_stream(
        context=context.id, sae="sae", target=TARGET, **ENDLESS
    )
    stream.close()
    assert kernel.status().queue.get("running") != "attribution/compute"
    with pytest.raises(RuntimeError):
        stream.result
    assert str(context.generate(8)) == "Yes"


def test_tensors_are_numpy_arrays(kernel, context):
    tensor = kernel.activation.read(context=context.id, site="resid_post.3").tensor
    array = tensor.numpy()
    assert array.shape == tuple(tensor.shape) and array.dtype == numpy.float32
    assert numpy.allclose(array.ravel(), tensor.to_list())
    assert numpy.isfinite(array).all()
    few = context.activations("resid_post.3", range(2, 5))
    assert numpy.array_equal(few, array[2:5])


def test_numpy_numbers_and_large_seeds_can_be_sent(kernel, context):
    ids = numpy.array([286])
    found = kernel.context.logits(context=context.id, top_k=numpy.int64(3))
    assert found.items[0].token == ids[0]
    context.generate(2, temperature=numpy.float32(0.5), seed=2**60)


def test_failures_of_the_domain_are_classes(kernel):
    with pytest.raises(kinds.ContextNotFound) as caught:
        kernel.context.tokens(context="nope")
    assert caught.value.kind == "contextNotFound" and caught.value.data["retryable"] is False
    with pytest.raises(lucarne.InvalidParams) as wrong:
        kernel.context.logits(context="ctx_1", top_k="many")
    assert wrong.value.path == "params.topK"
    with pytest.raises(lucarne.MethodNotFound):
        kernel.call("no/such")


def test_a_target_of_several_tokens_tells_the_split(context):
    with pytest.raises(kinds.UnsupportedTarget) as caught:
        context.attribute("Hungary and Austria", "No")
    assert caught.value.data.get("tokens")


def test_a_value_that_is_no_number_names_the_latent(context):
    with pytest.raises(lucarne.BadValue, match="latent 182 is nan, expected a finite number") as caught:
        context.steer({182: float("nan")})
    assert isinstance(caught.value, ValueError)


def test_addresses_are_not_fetched(kernel):
    with pytest.raises(kinds.PathDenied, match="addresses are not fetched; give a file or a data: address"):
        kernel.open("?", "https://example.org/a.png")


def test_a_closed_context_is_not_found(kernel, map_picture):
    with kernel.open("?", map_picture) as context:
        pass
    context.close()
    with pytest.raises(kinds.ContextNotFound):
        context.generate(1)


def test_pictures_come_as_paths_bytes_and_images(kernel, map_picture):
    class Image:
        """As PIL's."""

        def save(self, file, format):
            assert format == "PNG"
            file.write(map_picture.read_bytes())

    found = []
    for each in (str(map_picture), map_picture, map_picture.read_bytes(), Image()):
        with kernel.open("Does the image show Bolivia?", each) as context:
            found.append(context.logits(1).items[0].logit)
    assert len(set(found)) == 1


def zero(latents, at=None):
    """Latents at zero, as the wire has it."""
    found = [{"op": "zero", "feature": {"sae": "sae", "index": each}} for each in latents]
    return [{**each, "at": at} for each in found] if at else found


def without(kernel, context, latents, at=None):
    """logit(Yes) − logit(No) without latents, by ablation/run alone."""
    found = kernel.ablation.run(
        context=context.id, sae="sae", interventions=zero(latents, at), targets=[TARGET], splice={"errorTerm": "keep"}
    )
    return found.targets[0]


def active(kernel, context, region):
    found = kernel.feature.activations(context=context.id, sae="sae", region=region, top_k=2048)
    return [each.feature.index for each in found.items]


def test_attribution_steering_and_ablation_agree(kernel, context):
    found = context.attribute("Yes", "No", verify=4)
    assert found.heatmap.startswith(b"\x89PNG\r\n")
    for each in found.verification.items:
        exact = without(kernel, context, [each.feature.index])
        assert exact.before - exact.after == pytest.approx(each.measured, abs=1e-3)
    first = found.items[0].feature.index
    assert found.measured(found.items[0]) == found.verification.items[0].measured
    ablated = context.ablate([first], "Yes", "No")
    assert ablated.before - ablated.after == pytest.approx(found.verification.items[0].measured, abs=1e-3)
    steered = context.steer({first: 0}, 8)
    assert steered.output("plain").text == "Yes"
    assert steered.text == "No"
    assert steered.kl and all(math.isfinite(each) for each in steered.kl)
    with pytest.raises(KeyError):
        steered.output("other")


def test_parts_are_what_ablating_them_says_and_close(kernel, context):
    found = context.attribute("Yes", "No", verify=0)
    spans = {each.part: {"span": each.span.to_dict()} for each in context.opened.parts}
    whole = without(kernel, context, [])
    for name, region in spans.items():
        exact = without(kernel, context, active(kernel, context, region), [region])
        assert exact.before - exact.after == pytest.approx(found.parts[name], abs=1e-3), name
    start = without(kernel, context, active(kernel, context, None))
    identity = found.identity
    assert identity.start == pytest.approx(start.after, abs=1e-3)
    assert identity.target == pytest.approx(whole.before, abs=1e-3)
    assert sum(found.parts.values()) + identity.interaction == pytest.approx(identity.features, abs=1e-3)
    assert identity.start + identity.features + identity.gap == pytest.approx(identity.target, abs=1e-3)
    assert abs(identity.gap) < 1e-3
    assert identity.bias + identity.error_term + (identity.elsewhere or 0) == pytest.approx(identity.start, abs=1e-3)


def test_shapley_values_are_the_mean_over_orders(kernel, context):
    """Recomputed from the worths of all sets of three regions, each by its own ablation."""
    regions = {"left": build.box(0, 0, 48, 96), "right": build.box(48, 0, 96, 96), "question": {"part": "question"}}
    found = context.attribute("Yes", "No", parts=build.shares("shapley", regions), verify=0)
    worth = {}
    for size in range(4):
        for kept in itertools.combinations(regions, size):
            gone = [regions[each] for each in regions if each not in kept]
            changes = [each for region in gone for each in zero(active(kernel, context, region), [region])]
            worth[kept] = kernel.ablation.run(
                context=context.id, sae="sae", interventions=changes, targets=[TARGET], splice={"errorTerm": "keep"}
            ).targets[0].after
    for name in regions:
        steps = []
        for order in itertools.permutations(regions):
            before = {each for each in order[: order.index(name)]}
            key = lambda names: tuple(each for each in regions if each in names)  # noqa: E731
            steps.append(worth[key(before | {name})] - worth[key(before)])
        assert found.parts[name] == pytest.approx(sum(steps) / len(steps), abs=2e-3)
    assert sum(found.parts.values()) == pytest.approx(found.identity.features, abs=1e-3)


def test_parts_are_asked_for_in_every_form(context):
    def asked(parts):
        found = context.attribute("Yes", "No", parts=parts, verify=0, top_k=1)
        return found.identity and found.identity.method, list(found.parts)

    assert asked(None) == ("ablation", ["picture", "question", "template"])
    assert asked("occlusion")[0] == "occlusion" and asked("sum")[0] == "sum"
    assert asked(False) == asked("none") == (None, [])
    assert len(asked(["picture", range(198, 204)])[1]) == 2
    assert asked({"words": "question"}) == ("ablation", ["words"])
    assert asked(build.shares("shapley", ["picture", "question"]))[0] == "shapley"
    assert asked({"method": "sum"})[0] == "sum"


def test_targets_are_asked_for_as_people_mean_them(context):
    runner_up = context.attribute("Yes", verify=0, parts=False)
    assert runner_up.target.baseline[0].text == "No" and runner_up.title == 'logit("Yes") − logit("No")'
    spelt = context.attribute(build.variants("yes"), build.variants("No"), verify=0, parts=False)
    assert {each.text for each in spelt.target.answer} >= {"Yes", " Yes"}
    several = context.attribute(["Yes", " Yes"], ["No"], verify=0, parts=False)
    asked = [*several.target.answer, *several.target.baseline]
    ids = [each.id for each in asked]
    logits = context.ablate([], targets=[build.logit(each) for each in ids], top_k=0).targets
    items = {each: found.before for each, found in zip(ids, logits)}
    odds = math.log(sum(math.exp(items[each.id]) for each in several.target.answer)) - items[several.target.baseline[0].id]
    assert several.target.value == pytest.approx(odds, abs=1e-3)
    whole = context.attribute(sequence="Yes, it does.", verify=0, parts=False, per_token=True)
    assert whole.target.value == pytest.approx(sum(whole.table.values), abs=1e-3)
    assert "".join(each.text for each in whole.target.answer) == "Yes, it does."
    assert context.attribute(build.sentence("Yes, it does."), verify=0, parts=False).target.value == whole.target.value
    alone = context.attribute(build.logit("Yes"), verify=0, parts=False)
    assert alone.target.value == pytest.approx(items[286], abs=1e-3)
    with pytest.raises(kinds.UnsupportedTarget):
        context.attribute("Yes", "Yes")


def test_a_budget_of_no_runs_measures_nothing(context):
    found = context.attribute("Yes", "No", budget=0)
    assert not found.by_part and (found.verification is None or found.verification.n == 0)
    assert repr(found)
    draws = [[each.feature.index for each in context.attribute("Yes", "No", seed=seed).verification.items] for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]


def test_a_comparison_is_what_patching_says(kernel, context, other):
    """The first direction, recomputed: the other's activations are clamped in the first prompt, place by place."""
    found = context.compare(other, "Yes", "No", top_k=5)
    assert found.difference == pytest.approx(found.target.value - found.other, abs=1e-3)
    checked = 0
    for each in found.items:
        if len(each.places) == 8:
            continue  # There may be more places than are listed.
        changes = [
            {"op": "clamp", "feature": {"sae": "sae", "index": each.feature.index}, "value": place.other_activation,
             "at": [{"span": {"start": place.position, "end": place.position + 1}}]}
            for place in each.places
        ]  # fmt: skip
        patched = kernel.ablation.run(
            context=context.id, sae="sae", interventions=changes, targets=[TARGET], splice={"errorTerm": "keep"}
        ).targets[0]
        assert patched.before - patched.after == pytest.approx(each.measured.into_context, abs=2e-3)
        checked += 1
    assert checked
    back = other.compare(context, "Yes", "No", top_k=5)
    assert back.together.into_context == pytest.approx(-found.together.into_other, abs=1e-2)


def test_prompts_of_different_kernels_are_not_compared(command_line, context):
    with Kernel(command_line) as another, another.open("?") as foreign:
        with pytest.raises(ValueError, match="different kernels"):
            context.compare(foreign, "Yes", "No")
    with pytest.raises(TypeError, match="is not a prompt"):
        context.compare(3, "Yes", "No")


WRONG = [
    (lambda c: c.attribute("Yes", "No", verfy=3), TypeError, "did you mean verify"),
    (lambda c: c.attribute("Yes", "No", topK=3), TypeError, "did you mean top_k"),
    (lambda c: c.generate(8, temprature=1.0), TypeError, "did you mean temperature"),
    (lambda c: c.stream(8, seeds=1), TypeError, "did you mean seed"),
    (lambda c: c.steer({182: 0}, tokens=3), TypeError, "has no option tokens"),
    (lambda c: c.ablate([182], target=3), TypeError, "did you mean targets"),
    (lambda c: c.compare(c, "Yes", topk=3), TypeError, "did you mean top_k"),
    (lambda c: c.ablate("red"), ValueError, "not a latent"),
    (lambda c: c.ablate(True), TypeError, "not a latent"),
    (lambda c: c.ablate(1.5), TypeError, "not a latent"),
    (lambda c: c.steer("182"), TypeError, "latent: value"),
    (lambda c: c.attribute("Yes", True), TypeError, "not a token"),
    (lambda c: c.attribute(), TypeError, "missing"),
    (lambda c: c.attribute("Yes", sequence="Yes"), TypeError, "sequence"),
    (lambda c: c.features((0, 0, 48, 48)), TypeError, "not a region"),
]


@pytest.mark.parametrize("call, kind, words", WRONG)
def test_what_is_misspelt_or_senseless_is_an_error(context, call, kind, words):
    with pytest.raises(kind, match=words):
        call(context)


@pytest.mark.parametrize("call, kind, words", WRONG)
def test_so_it_is_for_asyncio(call, kind, words):
    async def main():
        context = lucarne.AsyncContext(Refusing(), Record({"context": "none", "tokenCount": 1}))
        with pytest.raises(kind, match=words):
            await call(context)

    asyncio.run(main())


class Refusing:
    """A kernel that is asked nothing: what is senseless is found before, or while its steps are made."""

    async def run(self, steps):
        try:
            steps.send(None)
            steps.send(KernelStatusResult({"saes": [{"sae": "sae"}]}))
        except StopIteration:
            pass


def test_what_the_kernel_warns_of_is_warned_of():
    asked = _steps.autoencoder(None)
    assert next(asked)[0] == "kernel/status"
    status = KernelStatusResult({"saes": [{"sae": "mine"}], "health": "warning", "message": "mine fits badly; so does that"})
    with pytest.warns(lucarne.KernelWarning) as told, pytest.raises(StopIteration) as end:
        asked.send(status)
    assert end.value.value == "mine" and [str(each.message) for each in told] == ["mine fits badly", "so does that"]


def test_kernels_take_no_unknown_options_and_one_folder():
    with pytest.raises(TypeError, match="did you mean saes"):
        Kernel("true", sae="x")
    with pytest.raises(TypeError, match="did you mean model"):
        AsyncKernel("true", modle="x")
    kernel = AsyncKernel("true", saes="/a/folder")
    assert kernel._initialize["initializationOptions"]["saes"] == ["/a/folder"]
    kernel.connection.close()


def test_a_text_is_one_latent_and_never_its_digits(kernel, context):
    by_number = context.ablate([182], "Yes", "No")
    for each in ("182", "#182", ["182"], 182, numpy.int64(182), {"sae": "sae", "index": 182}):
        assert context.ablate(each, "Yes", "No").result == by_number.result
    assert kernel.card("1302", examples=0).feature == {"sae": "sae", "index": 1302}
    assert {each.name for each in context.steer({"182": 0}, 4, compare_with="plain").outputs} == {"steered", "plain"}


def test_a_token_has_one_number_by_two_names(context):
    first, written = context.logits(1).items[0], context.generate(1).tokens[0]
    assert first.id == first.token == written.id == written.token == 286
    change = context.ablate(182, "Yes", "No").top_changes[0]
    assert change.id == change.token
    with pytest.raises(AttributeError):
        context.opened.parts[0].token


def test_the_count_of_tokens_follows_what_is_appended(kernel, context):
    before = context.token_count
    context.generate(8)
    assert context.token_count == before
    context.generate(8, append=True)
    assert context.token_count == before + 1 == len(context.tokens())
    with kernel.open("Which basin covers Hungary?") as question:
        with question.stream(6, append=True) as stream:
            list(stream)
        assert question.token_count == len(question.tokens()) > question.opened.token_count


def test_progress_is_told_from_begin_to_end(kernel, context):
    heard = []
    kernel.attribution.compute(
        context=context.id, sae="sae", target=TARGET, method="integratedGradients", steps=60,
        progress=heard.append,
    )  # fmt: skip
    if heard:  # Requests shorter than 300 ms have none.
        assert heard[0].kind == "begin" and heard[-1].kind == "end"
        shares = [each.percentage for each in heard if each.get("percentage") is not None]
        assert shares == sorted(shares)


def test_a_bar_is_drawn_and_taken_away(capsys):
    report = reporter(True, "attribution/compute")
    report(Record({"kind": "begin", "title": "Attributing", "percentage": 0}))
    report(Record({"kind": "report", "percentage": 40, "message": "step 4"}))
    drawn = capsys.readouterr().err
    assert "Attributing" in drawn and "40%" in drawn and "step 4" in drawn
    report(Record({"kind": "end"}))
    report(None)
    # What is drawn last goes back to the start of an empty line.
    assert capsys.readouterr().err.endswith("\r")


def test_control_c_cancels_and_the_next_call_works(kernel, context):
    # Where the tests run in the background, the shell has them ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    before = kernel.process_id
    begun = threading.Event()

    def interrupt():
        begun.wait(20)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        kernel.attribution.compute(
            context=context.id, sae="sae", target=TARGET, progress=lambda value: begun.set(), **ENDLESS
        )
    assert kernel.process_id == before and kernel.alive
    assert kernel.status().queue.get("running") is None
    assert str(context.generate(8)) == "Yes"


def test_control_c_in_a_terminal_does_not_reach_the_kernel(kernel):
    assert os.getsid(kernel.process_id) != os.getsid(0)


def test_a_kernel_that_is_killed_says_so(command_line, map_picture):
    kernel = Kernel(command_line)
    context = kernel.open("?", map_picture)
    threading.Timer(0.5, os.kill, (kernel.process_id, signal.SIGKILL)).start()
    with pytest.raises(KernelDied) as caught:
        kernel.attribution.compute(context=context.id, sae="sae", target=TARGET, **ENDLESS)
    assert caught.value.returncode == -signal.SIGKILL
    with pytest.raises(KernelDied):
        context.generate(1)
    assert not kernel.alive
    context.close()
    kernel.close()


def test_a_program_that_fails_shows_what_it_wrote():
    with pytest.raises(KernelDied) as caught:
        Kernel(["sh", "-c", "echo no weights here >&2; exit 3"])
    assert caught.value.returncode == 3
    assert "no weights here" in str(caught.value)


def test_a_program_that_speaks_otherwise_is_told_apart():
    with pytest.raises(KernelDied) as caught:
        Kernel("echo hello there")
    assert "does not speak the protocol" in str(caught.value)
    with pytest.raises(KernelNotFound):
        Kernel("/no/such/lucarne serve")


def test_a_kernel_ends_with_its_client(command_line, tmp_path):
    script = tmp_path / "client.py"
    script.write_text(
        "import sys, time\nfrom lucarne import Kernel\n"
        f"kernel = Kernel({command_line!r})\nprint(kernel.process_id, flush=True)\ntime.sleep(60)\n"
    )
    client = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    process_id = int(client.stdout.readline())
    client.kill()
    client.wait()
    client.stdout.close()
    assert gone(process_id)


def test_closing_ends_with_code_0(command_line):
    kernel = Kernel(command_line)
    process = kernel.connection.process
    kernel.close()
    assert process.returncode == 0
    with pytest.raises(KernelDied, match="^this kernel was closed$"):
        kernel.status()


def test_threads_share_a_kernel(kernel, map_picture):
    answers = []

    def ask():
        with kernel.open("Does the image show Bolivia?", map_picture) as context:
            answers.append(str(context.generate(8)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == ["Yes"] * 8


def test_jobs_are_waited_for(kernel, tmp_path, map_picture):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures/map.png").write_bytes(map_picture.read_bytes())
    heard = []
    stop = kernel.on("job/didUpdate", heard.append)
    job = kernel.index.build(
        path=tmp_path / "one.index", sae="sae", corpus={"folder": tmp_path / "pictures"}, subscribe=True
    )
    state = kernel.wait(job)
    stop()
    assert state.state == "completed", state
    assert heard and heard[-1].job == job.job


def test_asyncio_asks_beside_and_cancels(command_line, map_picture):
    async def main():
        async with AsyncKernel(command_line) as kernel:
            async with await kernel.open("Does the image show Bolivia?", map_picture) as context:
                whole, status = await asyncio.gather(context.generate(8), kernel.status())
                assert str(whole) == "Yes" and status.health == "ok"
                pieces = [each.text async for each in context.stream(8)]
                assert "".join(pieces) == "Yes"
                long = asyncio.create_task(
                    kernel.attribution.compute(context=context.id, sae="sae", target=TARGET, **ENDLESS)
                )
                await asyncio.sleep(0.5)
                long.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await long
                found = await context.attribute("Yes", "No")
                assert found.items and found.parts["picture"] > 0
                with pytest.raises(TypeError, match="did you mean verify"):
                    await context.attribute("Yes", "No", verfy=3)
                async with await kernel.open("Does the image show Brazil?", map_picture) as other:
                    compared = await context.compare(other, "Yes", "No")
                assert compared.items and compared.aligned.pairs == 209
                assert (await context.activations("resid_post.3")).shape[0] == context.token_count
                assert (await context.steer({found.items[0].feature.index: 0}, 8)).text == "No"
                assert (await kernel.card(1302)).label == "Bolivia (word)"
                assert len(await kernel.search("bolivia")) > 0
                with pytest.raises(kinds.ContextNotFound):
                    await kernel.context.tokens(context="nope")
        return kernel

    kernel = asyncio.run(main())
    assert kernel.connection.process.returncode == 0


def test_a_session_is_open_again_in_another_kernel(command_line, kernel, context, tmp_path):
    path = tmp_path / "study.json"
    answer = context.generate(8)
    saved = kernel.save_session(path, contexts=[context], entries=[{"asked": "Bolivia?", "text": answer.text}], note="maps")
    assert saved.contexts == [context.id] and saved.bytes == path.stat().st_size
    with Kernel(command_line) as another:
        opened = another.open_session(path)
        assert opened.result.entries == [{"asked": "Bolivia?", "text": answer.text}] and opened.result.note == "maps"
        again = opened.contexts[context.id]
        assert [each.id for each in again.tokens()] == [each.id for each in context.tokens()]
        assert again.token_count == context.token_count and again.generate(8).text == answer.text


def test_a_session_is_saved_and_opened_with_asyncio(command_line, map_picture, tmp_path):
    async def both():
        path = tmp_path / "study.json"
        async with AsyncKernel(command_line) as kernel:
            context = await kernel.open("Does the image show Bolivia?", map_picture)
            await kernel.save_session(path)
            opened = await kernel.open_session(path)
            return (await context.generate(8)).text, (await opened.contexts[context.id].generate(8)).text

    first, second = asyncio.run(both())
    assert first == second


def test_a_session_is_exported_as_a_page_and_as_a_notebook_that_asks_again(command_line, kernel, context, tmp_path, monkeypatch):
    sae = kernel.kernel.status().saes[0].sae
    target = {"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}
    asked = [
        ("context/generate", {"context": context.id, "maxTokens": 8}),
        ("attribution/compute", {"context": context.id, "sae": sae, "target": target, "aggregate": "feature", "verify": 0}),
        ("steering/generate", {"context": context.id, "sae": sae, "maxTokens": 4, "interventions": [
            {"op": "zero", "feature": {"sae": sae, "index": 182}, "at": [{"last": 1}]}]}),
    ]
    answers = [
        kernel.context.generate(context=context.id, max_tokens=8),
        kernel.attribution.compute(context=context.id, sae=sae, target=target, aggregate="feature", verify=0),
        kernel.steering.generate(context=context.id, sae=sae, max_tokens=4, interventions=asked[2][1]["interventions"]),
    ]
    entries = [{"method": method, "params": params, "result": answer.to_dict()} for (method, params), answer in zip(asked, answers)]
    kernel.save_session(tmp_path / "study.json", contexts=[context], entries=entries)
    page = kernel.export_session(tmp_path / "study.json", tmp_path / "study.html")
    assert page.bytes == (tmp_path / "study.html").stat().st_size and page.warnings == []
    with pytest.raises(kinds.PathDenied):
        kernel.export_session(tmp_path / "study.json", tmp_path / "study.html")
    with pytest.raises(ValueError, match="study.pdf"):
        kernel.export_session(tmp_path / "study.json", tmp_path / "study.pdf")

    kernel.export_session(tmp_path / "study.json", tmp_path / "study.ipynb")
    notebook = json.loads((tmp_path / "study.ipynb").read_text())
    cells = [each["source"] for each in notebook["cells"] if each["cell_type"] == "code"]
    monkeypatch.chdir(tmp_path)
    names = {"COMMAND": command_line}
    asking = 0
    for source in cells:
        *lines, last = source.replace("Kernel()", "Kernel(COMMAND)").split("\n")
        if last.startswith("session.differences("):
            exec("\n".join(lines), names)  # noqa: S102: the notebook is what is tested
            assert eval(last, names) == []  # noqa: S307
            asking += 1
        else:
            exec("\n".join([*lines, last]), names)  # noqa: S102
    assert asking == len(asked)
    spoilt = answers[0].to_dict() | {"text": "something else"}
    assert names["session"].differences(0, spoilt) == [f"text is 'something else', was {answers[0].text!r}"]
    names["kernel"].close()


def test_what_is_no_session_is_not_replaced(kernel, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(kinds.PathDenied):
        kernel.save_session(path)
    assert path.read_text() == "mine"
