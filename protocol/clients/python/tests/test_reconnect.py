"""A kernel that is gone, and what comes back with the next; over ssh: Tests/Conformance/ssh.py."""

import asyncio
import os
import signal
import time

import pytest

from lucarne import SSH, AsyncKernel, Kernel, KernelDied

QUESTION = "Does the image show Bolivia?"


def end(kernel):
    os.kill(kernel.process_id, signal.SIGKILL)
    while kernel.alive:
        time.sleep(0.01)


def test_handles_go_on_with_the_next_kernel(command_line, map_picture):
    with Kernel(command_line) as kernel:
        closed = kernel.open("What is this?")
        context = kernel.open(QUESTION, map_picture)
        closed.close()
        appended = [str(each) for each in context.stream(2, append=True)]
        context.generate(2, append=True)
        before = context.logits().items, context.token_count
        end(kernel)
        with pytest.raises(KernelDied):
            context.generate()
        back = kernel.reconnect()
        assert (back.contexts, back.changed, back.failed) == ({"ctx_2": "ctx_1"}, {}, {})
        assert context.id == "ctx_1" and appended
        assert (context.logits().items, context.token_count) == before
        end(kernel)
        assert kernel.reconnect().contexts == {"ctx_1": "ctx_1"}
        assert context.logits().items == before[0]


def test_what_does_not_come_back_is_told_by_name(command_line, map_picture, tmp_path):
    picture = tmp_path / "gone.png"
    picture.write_bytes(map_picture.read_bytes())
    with Kernel(command_line) as kernel:
        gone = kernel.open(QUESTION, picture)
        other = kernel.open("Hello")
        picture.unlink()
        end(kernel)
        with pytest.warns(UserWarning, match="ctx_1 did not come back"):
            back = kernel.reconnect()
        assert list(back.failed) == [gone.id] and "gone.png" in str(back.failed[gone.id])
        assert back.contexts == {"ctx_2": "ctx_1"} and other.id == "ctx_1"
        end(kernel)
        assert kernel.reconnect().failed == {}


def test_a_session_comes_back_whole_but_for_what_was_closed(command_line, map_picture, tmp_path):
    with Kernel(command_line) as kernel:
        for question in (QUESTION, "What is this?"):
            kernel.open(question, map_picture)
        kernel.save_session(tmp_path / "study.json")
    with Kernel(command_line) as kernel:
        opened = kernel.open_session(tmp_path / "study.json").contexts
        opened["ctx_1"].close()
        before = opened["ctx_2"].logits().items
        end(kernel)
        assert list(kernel.reconnect().contexts) == ["ctx_2"]
        assert opened["ctx_2"].logits().items == before
        assert [each.context for each in kernel.status().contexts] == [opened["ctx_2"].id]


def test_a_kernel_that_lives_is_replaced_with_asyncio(command_line, map_picture):
    async def run():
        async with AsyncKernel(command_line) as kernel:
            context = await kernel.open(QUESTION, map_picture)
            before, process = (await context.logits()).items, kernel.process_id
            back = await kernel.reconnect()
            assert kernel.process_id != process and back.contexts == {"ctx_1": "ctx_1"}
            assert (await context.logits()).items == before

    asyncio.run(run())


def test_where_a_kernel_is_reached_by_ssh_is_a_command_line():
    there = SSH("gpu7", options=["Port=2222"], program="bin/lucarne", socket="/run/k", serve=["--device", "auto"], patience=5)
    assert there.command("/opt/lucarne", ["lucarne", "serve"]) == [
        "/opt/lucarne", "attach", "--ssh", "gpu7", "--ssh-option", "Port=2222", "--remote-program", "bin/lucarne", "--patience",
        "5", "/run/k", "--", "--device", "auto",
    ]  # fmt: skip
    assert SSH("gpu7").command(None, ["lucarne", "serve"]) == ["lucarne", "attach", "--ssh", "gpu7"]
    for given in ({"options": "Port=2222"}, {"serve": "--device auto"}):
        with pytest.raises(ValueError, match="expected a list of words"):
            SSH("gpu7", **given)
    with pytest.raises(ValueError, match="the program of this machine alone"):
        there.command("lucarne serve", ["lucarne"])
    with pytest.raises(ValueError, match="absolute path of gpu7"):
        there.path("models/llava")
