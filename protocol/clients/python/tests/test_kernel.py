"""The client against the program: calls, errors, progress, cancellation, death."""

import asyncio
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
from lucarne import AsyncKernel, Kernel, KernelDied, KernelNotFound, kinds

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


def test_attribution_steering_and_ablation_agree(context):
    found = context.attribute("Yes", "No", verify=2)
    assert found.heatmap.startswith(b"\x89PNG\r\n")
    first = found.items[0].feature.index
    exact = found.verification.items[0].measured
    ablated = context.ablate([first], "Yes", "No").result.targets[0]
    assert ablated.before - ablated.after == pytest.approx(exact, abs=1e-3)
    steered = context.steer({first: 0}, 8)
    assert steered.output("plain").text == "Yes"
    assert steered.text == "No"
    assert steered.kl and all(math.isfinite(each) for each in steered.kl)


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


def test_a_bar_is_drawn_and_taken_away(kernel, context, capsys):
    kernel.attribution.compute(
        context=context.id, sae="sae", target=TARGET, method="integratedGradients", steps=100,
        progress=True,
    )  # fmt: skip


def test_control_c_cancels_and_the_next_call_works(kernel, context):
    # Where the tests run in the background, the shell has them ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    before = kernel.process_id
    begun = threading.Event()

    def interrupt():
        begun.wait(20)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        kernel.attribution.compute(
            context=context.id, sae="sae", target=TARGET, progress=lambda value: begun.set(), **ENDLESS
        )
    assert time.monotonic() - started < 30
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
    with pytest.raises(KernelDied):
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
                assert found.items
                assert (await context.steer({found.items[0].feature.index: 0}, 8)).text == "No"
                assert (await kernel.card(1302)).label == "Bolivia (word)"
                assert len(await kernel.search("bolivia")) > 0
                with pytest.raises(kinds.ContextNotFound):
                    await kernel.context.tokens(context="nope")
        return kernel

    kernel = asyncio.run(main())
    assert kernel.connection.process.returncode == 0
