"""Work on a Dask cluster, held to what one run of the program makes, while workers die, fill up and differ."""

import dataclasses
import errno
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import types
import uuid
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor

import distributed
import pytest

from cluster_world import (
    PROGRAM,
    SMALL,
    Processes,
    built_alone,
    can_make_small_disks,
    digest,
    make_corpus,
    drawn,
    other_version,
    run,
    wait_for,
)
from conftest import HELDOUT, ROOT
from test_cluster_pool import Server
from lucarne import BadValue, Kernel, LucarneError
from lucarne.cluster import (
    ClusterError,
    CorpusChanged,
    Endpoint,
    EndpointsDown,
    NoWorkers,
    OutputBusy,
    OutputExists,
    TooExpensive,
    asking,
    build_index,
    evaluate,
    explain,
    indexing,
    judge,
    parts,
    score,
    storage,
    worker,
)
from lucarne.cluster.scheduling import Scheduling, Task


@pytest.fixture
def options(tmp_path):
    """What builds of the tests have in common."""
    return {"program": PROGRAM, "scratch": str(tmp_path / "scratch"), **SMALL}


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as found:
        yield found


@pytest.fixture
def client(cluster):
    with distributed.Client(cluster) as found:
        yield found


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return make_corpus(tmp_path_factory.mktemp("corpus") / "pictures", 40)


@pytest.fixture(scope="module")
def alone(corpus, tmp_path_factory):
    """The digest of one run over the corpus, and what it skipped."""
    index = tmp_path_factory.mktemp("alone") / "one.index"
    return built_alone(index, "--folder", corpus)


# Indexes


def test_an_index_is_that_of_one_run(client, corpus, alone, tmp_path, options):
    seen = []
    built = build_index(client, corpus, output=tmp_path / "all.index", shards=5, fan_in=2, progress=seen.append, **options)
    assert built.content_digest == digest(tmp_path / "all.index") == alone
    assert (built.items, built.entries) == (41, 44)
    assert built.skipped == {"duplicate": 2, "unreadable": 1, "unusable": 0}
    assert os.listdir(tmp_path / "scratch") == [] and not (tmp_path / "all.index.work").exists()
    assert seen[-1].percentage >= 0 and not built.unfit
    # The end is told of, too, when all parts are there.
    assert any(" merge" in each.message or each.message.startswith("annotates") for each in seen)
    # Pictures are where they are, and features have their tokens and neighbours.
    with Kernel([PROGRAM, "serve", "--jobs", ""], index=tmp_path / "all.index") as kernel:
        kernel.open("?").close()
        found = kernel.index.search(query={"picture": str(corpus / "set-1" / "0004.png")}, limit=3)
        assert len(found.items) == 3
        assert kernel.index.neighbours(latent=found.items[0].latent, limit=2).items
    with pytest.raises(OutputExists, match="there already"):
        build_index(client, corpus, output=tmp_path / "all.index", **options)


def test_what_no_file_system_has_is_streamed(client, corpus, alone, tmp_path, options):
    """By what is not a file of the system's."""
    built = build_index(
        client, zipped(corpus, tmp_path / "pictures.zip"), output=tmp_path / "streamed.index", shards=3, annotate=False, **options
    )
    assert built.content_digest == alone and built.skipped["duplicate"] == 2


def written(folder, kind):
    """A corpus of a kind, with contents that come again, and the option that names it to the program."""
    pictures = []
    for number in range(10):
        pictures.append(folder / f"{number}.png")
        pictures[-1].write_bytes(drawn(number % 8))
    if kind == "list":
        place = folder / "pictures.txt"
        place.write_text("".join(f"{each.name}\r\n" for each in pictures))
    elif kind == "prompts":
        place = folder / "prompts.jsonl"
        lines = [{"image": each.name, "text": f"What is {number % 8}?", "answer": "Nothing."} for number, each in enumerate(pictures)]
        lines += [{"text": f"The number {number % 3} is a number.", "id": number} for number in range(6)]
        place.write_text("".join(json.dumps(each) + "\n" for each in lines) + "no JSON\n")
    else:
        place = folder / f"samples.{kind}"
        with tarfile.open(place, "w:gz" if kind == "tar.gz" else "w") as archive:
            for number, each in enumerate(pictures):
                archive.add(each, each.name)
                if number % 2:
                    (folder / f"{number}.txt").write_text(f"Look at {number % 4}.")
                    archive.add(folder / f"{number}.txt", f"{number}.txt")
    return place, {"list": "--list", "prompts": "--prompts"}.get(kind, "--tar")


@pytest.mark.parametrize("kind", ["list", "prompts", "tar", "tar.gz"])
def test_a_corpus_of_every_kind_gives_what_one_run_gives(client, tmp_path, options, kind):
    place, option = written(tmp_path, kind)
    built = build_index(client, place, output=tmp_path / "all.index", shards=3, annotate=False, **options)
    assert built.content_digest == built_alone(tmp_path / "alone.index", option, place)
    with Kernel([PROGRAM, "serve", "--jobs", ""]) as kernel:
        found = [kernel.index.open(path=str(tmp_path / each)) for each in ("all.index", "alone.index")]
        assert found[0].skipped == found[1].skipped and found[0].items == found[1].items
        assert built.skipped == found[1].skipped.to_dict()
        if kind.startswith("tar"):
            assert worker.names_in(str(tmp_path / "all.index")) == worker.names_in(str(tmp_path / "alone.index"))


def odd_folder(folder):
    """Names that are no words, links that lead nowhere, what is no file."""
    folder.mkdir()
    for number, name in enumerate(["a.png", " lead.png", "trail ", "#hash.png", "*[a].png", "q'u\"o$(x).png", "a::b/c.png", "http:/c.png"]):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(drawn(number))
    with open(os.fsencode(folder) + b"/no\xff\xe9.png", "wb") as file:
        file.write(drawn(20))
    for name, target in [("self.png", "self.png"), ("self", "self"), ("lost.png", "/nowhere"), ("link.png", "a.png"), ("up", "..")]:
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.png")
    return folder


def odd_tar(place):
    with tarfile.open(place, "w") as archive:
        for name, kind in [("sym.png", tarfile.SYMTYPE), ("hard.png", tarfile.LNKTYPE), ("pipe.png", tarfile.FIFOTYPE)]:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        for number, name in enumerate(["../../up.png", "/abs/x.png", "new\nline.png", "no\udcff\udce9.png", "n" * 300 + ".png", "e.png"]):
            content = drawn(number) if name != "e.png" else b""
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return place


def odd_prompts(place):
    lines = ['{"text": "\\ud800"}', '{"text": "x", "id": 1e3}', '{"text": "y", "id": true}', '{"text": "z", "n": NaN}', "[" * 5000,
             '{"image": "a\\u0000.png"}', '{"image": "/dev/zero", "text": "q"}', '\ufeff{"text": "w"}', '{"text": "good"}']  # fmt: skip
    place.write_text("\n".join(lines) + "\n")
    return place


@pytest.mark.parametrize("kind", ["folder", "tar", "prompts"])
def test_odd_names_and_what_is_no_picture_give_what_one_run_gives(client, tmp_path, options, kind):
    place = {"folder": odd_folder, "tar": odd_tar, "prompts": odd_prompts}[kind](tmp_path / f"odd.{kind}")
    built = build_index(client, {kind: place}, output=tmp_path / "all.index", shards=2, annotate=False, **options)
    assert built.content_digest == built_alone(tmp_path / "alone.index", f"--{kind}", place)
    with Kernel([PROGRAM, "serve", "--jobs", ""]) as kernel:
        assert built.skipped == kernel.index.open(path=str(tmp_path / "alone.index")).skipped.to_dict()


def test_killed_workers_cost_nothing_but_time(client, corpus, alone, tmp_path, options):
    """Whoever works is killed, again and again, until nothing is left to do."""
    chance = random.Random(4)
    killed = []
    ended = threading.Event()

    def kill():
        seen = set()
        while not ended.wait(chance.uniform(0.4, 1.0)) and len(killed) < 6:
            # Workers, not their nannies, which give up where one dies before it has quite begun.
            pids = {each for each in client.run(os.getpid, on_error="ignore").values() if isinstance(each, int)}
            if len(pids) == 3 and (known := sorted(pids & seen)):
                killed.append(chance.choice(known))
                os.kill(killed[-1], signal.SIGKILL)
            seen = pids

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            built = build_index(client, corpus, output=tmp_path / "killed.index", shards=6, annotate=False, worker_seconds=60, **options)
    finally:
        ended.set()
        thread.join()
    assert killed and built.content_digest == digest(tmp_path / "killed.index") == alone
    wait_for(lambda: kernels_under(tmp_path) == [], 20, "a kernel outlived its worker")


def kernels_under(folder):
    """Programs that work in a folder."""
    found = []
    for each in os.listdir("/proc"):
        if each.isdigit():
            try:
                with open(f"/proc/{each}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if b"serve" in words and any(str(folder).encode() in word for word in words):
                found.append(int(each))
    return found


def settings_for(folder, **other):
    given = {"topic": "t", "owner": "me", "build": "b", "program": PROGRAM}
    given |= {"work": str(folder / "work"), "scratch": str(folder / "scratch")}
    return worker.Settings(**{**given, **other})


def entries_of(corpus):
    from test_cluster_corpus import entries_of as found

    return found(corpus, is_local=False)


def test_a_part_that_is_killed_goes_on_from_its_last_commit(corpus, tmp_path):
    """A process of its own is killed when its index has a commit; the next one takes the rest, and no item twice."""
    slow = tmp_path / "slow"
    shutil.copytree(corpus, slow)
    settings = settings_for(tmp_path)
    worker.claim(settings, "a test")
    script = tmp_path / "part.py"
    script.write_text(
        "import sys, time\n"
        f"sys.path[:0] = {[str(ROOT / 'protocol/clients/python/tests')]!r}\n"
        "from test_cluster import corpora_slowly, entries_of, parts, settings_for\n"
        "from pathlib import Path\n"
        f"corpora_slowly(0.6)\nfolder = Path({str(tmp_path)!r})\n"
        "entries = entries_of(folder / 'slow')\n"
        "parts.build_part(settings_for(folder), 'one', entries, False, {'exemplars': 4, 'sampled_tokens': 256})\n"
    )
    process = subprocess.Popen([sys.executable, script])
    index = tmp_path / "scratch/b/one/part.index"
    try:
        wait_for(lambda: index.exists() and len(names_in(index)) >= 3, 60, "no commit was made")
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: kernels_under(tmp_path) == [], 20, "a kernel outlived its worker")
    before = len(names_in(index))
    result = parts.build_part(settings, "one", entries_of(slow), False, {"exemplars": 4, "sampled_tokens": 256})
    # Of what the index had, one may be the damaged picture and two those that came again.
    assert before >= 3 and before - 3 <= 41 - result.new_items <= before and result.items == 41
    with Kernel([PROGRAM, "serve", "--jobs", ""]) as kernel:
        assert kernel.wait(kernel.index.merge(path=str(tmp_path / "whole.index"), inputs=[result.place])).state == "completed"
    assert digest(tmp_path / "whole.index") == built_alone(tmp_path / "alone.index", "--folder", slow)


def names_in(index):
    try:
        return worker.names_in(str(index))
    except Exception:
        return set()


def corpora_slowly(seconds):
    """Has pictures come so slowly that something happens between them."""
    from lucarne.cluster import corpus as corpora

    before = corpora._contents.__dict__.get("before", corpora._contents)

    def contents(entries):
        for number, each in enumerate(before(entries)):
            time.sleep(seconds if number > 2 else 0)
            yield each

    contents.before = before
    corpora._contents = contents


def zipped(corpus, place):
    """A corpus in a store that programs cannot open: an archive behind fsspec."""
    with zipfile.ZipFile(place, "w") as archive:
        for each in sorted(corpus.rglob("*")):
            if each.is_file():
                archive.write(each, each.relative_to(corpus))
    return f"zip://::file://{place}"


def test_a_slow_part_is_divided_among_those_that_have_nothing_to_do(client, corpus, alone, tmp_path, options):
    slow = zipped(corpus, tmp_path / "pictures.zip")
    client.run(corpora_slowly, 0.2)
    try:
        built = build_index(client, slow, output=tmp_path / "divided.index", shards=1, split_seconds=1, annotate=False, **options)
    finally:
        client.run(corpora_slowly, 0)
    assert built.divided >= 1 and built.content_digest == digest(tmp_path / "divided.index") == alone
    assert built.skipped == {"duplicate": 2, "unreadable": 1, "unusable": 0}


class Enough(Exception):
    """What a caller ends a build with."""


def test_the_same_call_goes_on_and_another_corpus_is_refused(client, corpus, alone, tmp_path, options):
    own = tmp_path / "own"
    shutil.copytree(corpus, own)
    arguments = {"output": tmp_path / "again.index", "annotate": False, **options}

    def leave(value):
        if parts_done(tmp_path / "again.index.work") >= 2:
            raise Enough

    with pytest.raises(Enough):
        build_index(client, own, shards=6, progress=leave, **arguments)
    done = parts_done(tmp_path / "again.index.work")
    assert done >= 2
    picture = own / "set-1" / "0001.png"
    content, times = picture.read_bytes(), os.stat(picture)
    picture.write_bytes(drawn(900))
    with pytest.raises(CorpusChanged, match="1 changed, such as 'set-1/0001.png'"):
        build_index(client, own, **arguments)
    picture.write_bytes(content)
    os.utime(picture, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(LucarneError, match="was begun with 6 shards, this is 4"):
        build_index(client, own, shards=4, **arguments)
    with pytest.raises(LucarneError, match="was begun with options"):
        build_index(client, own, **{**arguments, "exemplars": 5})
    built = build_index(client, own, **arguments)
    assert built.content_digest == alone and built.entries == 44
    # Only what was not done was done now.
    assert built.known >= done and built.parts == 6


def parts_done(work):
    try:
        return sum(each.endswith(".json") and each.startswith("part-") for each in os.listdir(work / "parts"))
    except FileNotFoundError:
        return 0


def test_two_at_one_output_do_not_come_between_each_other(client, corpus, tmp_path, options):
    held = settings_for(tmp_path, work=str(tmp_path / "held.index.work"), owner="somebody")
    worker.claim(held, "the process 7 on elsewhere")
    with pytest.raises(OutputBusy, match="the process 7 on elsewhere"):
        build_index(client, corpus, output=tmp_path / "held.index", **options)
    # One that gave no sign for long is gone.
    place = storage.join(held.work, "owner.json")
    storage.write_json(place, {**storage.read_json(place), "time": time.time() - 1000})
    with pytest.raises(BadValue, match="no pictures"):
        (tmp_path / "empty").mkdir()
        build_index(client, tmp_path / "empty", output=tmp_path / "held.index", **options)
    # And notices it when it comes back.
    with pytest.raises(OutputBusy, match="taken over by"):
        worker.refresh_owner(held)


def test_what_is_not_ours_is_left_where_scratch_folders_are(tmp_path, monkeypatch):
    settings = settings_for(tmp_path)
    root = tmp_path / "scratch"
    (root / "years of work").mkdir(parents=True)
    (root / "years of work/data").write_text("dear")
    for build in ("forgotten", "b"):
        with worker.scratch(dataclasses.replace(settings, build=build), "one") as folder:
            assert folder == str(root / build / "one") and os.stat(folder).st_mode & 0o077 == 0
    for each in [*root.rglob("*"), *root.iterdir()]:
        os.utime(each, (1e9, 1e9))
    worker.clear_scratch(settings)
    assert os.listdir(root) == ["years of work"] and (root / "years of work/data").read_text() == "dear"
    # A link that somebody else put in the usual place leads to a folder of one's own.
    monkeypatch.setattr(worker.tempfile, "gettempdir", lambda: str(tmp_path))
    (tmp_path / f"lucarne-cluster-{os.getuid()}").symlink_to(root / "years of work")
    with pytest.raises(ClusterError, match="is a link or belongs to another user"):
        worker.scratch_root(dataclasses.replace(settings, scratch=None))


def test_what_was_taken_over_is_not_ended_by_who_had_it(tmp_path):
    """Such as by a client whose machine slept: it neither writes the output nor takes the other's work away."""
    settings = settings_for(tmp_path)
    worker.claim(settings, "the sleeper")
    place = storage.join(settings.work, "owner.json")
    storage.write_json(place, {**storage.read_json(place), "time": time.time() - 50})
    with pytest.raises(OutputBusy, match="the sleeper, which gave a sign 50 s ago; if it has ended, the same call goes on 10 s from now"):
        worker.claim(dataclasses.replace(settings, owner="another"), "the other")
    storage.write_json(place, {**storage.read_json(place), "time": time.time() - 1000})
    worker.claim(dataclasses.replace(settings, owner="another"), "the other")
    (tmp_path / "root.index").write_bytes(b"an index")
    result = parts.PartResult(place=str(tmp_path / "root.index"), entries=1, items=1, skipped={})
    for end in (
        lambda: parts.complete(settings, "whole", result, str(tmp_path / "out.index"), False),
        lambda: indexing._write_plan(settings, {}), lambda: indexing._remove_work(settings),
    ):  # fmt: skip
        with pytest.raises(OutputBusy, match="taken over by the other"):
            end()
    assert not (tmp_path / "out.index").exists() and os.listdir(settings.work) == ["owner.json"]


def test_an_owner_is_written_anew_now_and_then_however_many_workers_there_are(tmp_path):
    held = settings_for(tmp_path, work=str(tmp_path / "held.work"), owner="somebody")
    worker.claim(held, "the process 7 on elsewhere")
    place = storage.join(held.work, "owner.json")
    before = os.stat(place).st_mtime_ns
    for _ in range(64):
        worker.refresh_owner(held)
    assert os.stat(place).st_mtime_ns == before
    # Long before it counts as gone; a machine whose clock goes ahead does not keep others from it.
    for wrong in (-worker.OWNER_SECONDS / 2, worker.OWNER_SECONDS):
        storage.write_json(place, {**storage.read_json(place), "time": time.time() + wrong})
        worker.refresh_owner(held)
        assert abs(storage.read_json(place)["time"] - time.time()) < 5


def test_a_step_asks_the_scheduler_as_often_for_many_tasks_as_for_one(client, tmp_path, monkeypatch):
    def asked(count):
        calls = 0
        with Scheduling(client, settings_for(tmp_path)) as scheduling:
            for number in range(count):
                scheduling.add(Task(f"rest-{count}-{number}", _rest, ()))
            ask = client.nthreads

            def counted(*given):
                nonlocal calls
                calls += 1
                return ask(*given)

            monkeypatch.setattr(client, "nthreads", counted)
            assert list(scheduling.step(0.05)) == [] and len(scheduling.under_way) == count
            monkeypatch.setattr(client, "nthreads", ask)
            while not scheduling.is_idle:
                list(scheduling.step())
        return calls

    assert asked(1) == asked(3) > 0


def _rest(settings, name):
    time.sleep(1)


def test_unknown_options_are_refused_before_anything_happens(client, corpus, tmp_path):
    with pytest.raises(TypeError, match=r"build_index\(\) has no option 'exemplar': did you mean exemplars\?"):
        build_index(client, corpus, output=tmp_path / "x.index", exemplar=3)
    with pytest.raises(BadValue, match="shards is 0, expected 1 or more"):
        build_index(client, corpus, output=tmp_path / "x.index", shards=0)


def test_parts_of_different_models_are_told_by_their_workers(client, corpus, tmp_path):
    settings = settings_for(tmp_path)
    worker.claim(settings, "a test")
    made = []
    for name in "ab":
        entries = [each for each in entries_of(corpus) if each.name.startswith("set-1")][:3]
        made.append(parts.build_part(settings, name, entries, False, SMALL))
    other = dataclasses.replace(made[1], model_digest="f" * 64, worker="the worker b")
    with pytest.raises(ClusterError, match="the model is not the same everywhere: the worker b has another"):
        parts.merge(settings, "both", [made[0], other])
    # And two that hold the same contents are refused by the program.
    with pytest.raises(LucarneError, match="has content that is in another"):
        parts.merge(settings, "both", made)


# Workers as processes


@pytest.fixture
def processes(tmp_path):
    found = Processes(tmp_path)
    yield found
    found.close()


def test_workers_that_cannot_do_it_get_nothing(processes, corpus, alone, tmp_path, options):
    """One without the program, one with another version, one on a full disk, one that is killed; two do the work."""
    path = os.path.dirname(PROGRAM) + os.pathsep + os.environ["PATH"]
    nowhere = os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if not os.path.exists(os.path.join(each, "lucarne")))
    processes.worker("good", {"PATH": path})
    processes.worker("killed", {"PATH": path})
    processes.worker("without", {"PATH": nowhere})
    processes.worker("other", {"PATH": str(other_version(tmp_path)) + os.pathsep + path})
    expected = 4
    if has_disks := can_make_small_disks():
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = f'mount -t tmpfs -o size=300k tmpfs {disk} && exec "$@"'
        processes.worker("full", {"PATH": path, "LUCARNE_SCRATCH": str(disk)}, ["unshare", "-rm", "sh", "-c", mount, "sh"])
        expected = 5
    with distributed.Client(processes.address, timeout=60) as client, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.wait_for_workers(expected, timeout=60)

        def kill_when_it_works(value):
            if "under way" in (value.get("message") or "") and processes.all["killed"].poll() is None:
                processes.kill("killed")

        built = build_index(
            client, corpus, output=tmp_path / "some.index", shards=6, annotate=False, progress=kill_when_it_works,
            **{**options, "program": "lucarne", "scratch": None},
        )  # fmt: skip
    assert built.content_digest == digest(tmp_path / "some.index") == alone
    reasons = "\n".join(built.unfit.values())
    assert "the program lucarne is not there" in reasons
    assert "its program is version 0.0.1, that of the others" in reasons
    if has_disks:
        assert "full" in reasons or "No space left" in reasons
    assert processes.all["killed"].wait(5) == -signal.SIGKILL


def test_a_worker_that_hangs_is_not_waited_for(processes, corpus, alone, tmp_path, options):
    """Cut off in the middle of a part: its work is done again, and what it says when it is back does no harm."""
    path = os.path.dirname(PROGRAM) + os.pathsep + os.environ["PATH"]
    for name in ("good", "stuck"):
        processes.worker(name, {"PATH": path, "LUCARNE_SCRATCH": str(tmp_path / name)})
    with distributed.Client(processes.address, timeout=60) as client, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.wait_for_workers(2, timeout=60)

        def stop_when_it_works():
            wait_for(lambda: list((tmp_path / "stuck").glob("*/part-*/jobs")), 120, "the worker got no part")
            processes.kill("stuck", signal.SIGSTOP)

        # Beside the build, which looks at its workers less often than they may begin and end a part.
        with ThreadPoolExecutor(1) as beside:
            stopped = beside.submit(stop_when_it_works)
            built = build_index(
                client, corpus, output=tmp_path / "all.index", shards=4, annotate=False, silent_seconds=10, progress=False,
                **{**options, "scratch": None},
            )  # fmt: skip
            stopped.result()
        assert built.again >= 1 and "no sign" in "".join(built.unfit.values())
        assert built.content_digest == alone
        processes.kill("stuck", signal.SIGCONT)
        wait_for(lambda: kernels_under(tmp_path / "stuck") == [], 30, "the kernel of the worker that hung stays")
    assert digest(tmp_path / "all.index") == alone and not (tmp_path / "all.index.work/parts").exists()


def test_a_scheduler_that_is_gone_is_told_as_such(processes, corpus, tmp_path, options):
    processes.worker("one")
    with distributed.Client(processes.address, timeout=2) as client, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.wait_for_workers(1, timeout=60)

        def kill(value):
            if processes.all["scheduler"].poll() is None:
                processes.kill("scheduler")

        arguments = {"output": tmp_path / "all.index", "annotate": False, **options}
        with pytest.raises(ClusterError, match="the scheduler of this client is gone"):
            build_index(client, corpus, progress=kill, **arguments)
        wait_for(lambda: client.status == "closed", 20)
        with pytest.raises(ClusterError, match="the client is closed, expected one that is connected"):
            build_index(client, corpus, **arguments)


def test_work_that_full_disks_ended_goes_on_at_once(client, tmp_path, options):
    """All workers are out of the question when it ends; the folder is given free all the same."""
    corpus = tmp_path / "pictures"
    corpus.mkdir()
    (corpus / "a.png").write_bytes(drawn(1))
    arguments = {"output": tmp_path / "all.index", "annotate": False, **options}
    client.run(full_disks, True)
    try:
        with pytest.raises(NoWorkers, match="no room is left"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            build_index(client, corpus, **arguments)
    finally:
        client.run(full_disks, False)
    assert build_index(client, corpus, **arguments).items == 1


def full_disks(are_full):
    """Has the output's place be full."""
    from lucarne.cluster import parts as tasks

    before = tasks.storage.exists.__dict__.get("before", tasks.storage.exists)

    def exists(place):
        if are_full and place.endswith("all.index"):
            raise OSError(errno.ENOSPC, "No space left on device", place)
        return before(place)

    exists.before = before
    # `complete` looks at the output last; a look from elsewhere is let through.
    tasks.complete.__globals__["storage"] = types.SimpleNamespace(**{**vars(tasks.storage), "exists": exists})


def test_a_cluster_that_grows_with_its_work_is_given_some(tmp_path):
    with distributed.LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as cluster:
        cluster.adapt(minimum=0, maximum=1)
        with distributed.Client(cluster) as client, Scheduling(client, settings_for(tmp_path), worker_seconds=30) as scheduling:
            assert scheduling.probe()


def out_of_reach(settings, name, place):
    """A store that answers the third time."""
    with open(place, "ab") as file:
        file.write(b".")
    if os.path.getsize(place) < 3:
        raise ConnectionResetError(104, "reset")
    return name


def test_a_store_that_is_out_of_reach_is_given_time(client, tmp_path):
    with Scheduling(client, settings_for(tmp_path)) as scheduling:
        begin = time.monotonic()
        scheduling.add(Task("some", out_of_reach, (str(tmp_path / "tries"),)))
        found = []
        while not found:
            found += scheduling.step()
    assert found[0][1] == "some" and 5 <= time.monotonic() - begin < 15


def test_without_a_worker_that_can_do_it_the_reasons_are_told(processes, corpus, tmp_path, options):
    nowhere = os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if not os.path.exists(os.path.join(each, "lucarne")))
    processes.worker("without", {"PATH": nowhere})
    with distributed.Client(processes.address, timeout=60) as client, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.wait_for_workers(1, timeout=60)
        with pytest.raises(NoWorkers, match="the program lucarne is not there"):
            build_index(client, corpus, output=tmp_path / "none.index", **{**options, "program": "lucarne"})
        with pytest.raises(NoWorkers, match="the model /no/such/model is not there"):
            build_index(client, corpus, "/no/such/model", output=tmp_path / "none.index", **options)
    assert not (tmp_path / "none.index").exists()


# Explanations


@pytest.fixture(scope="module")
def chat():
    """The server of the kernel's own tests, whose answers are functions of what they are asked."""
    script = ROOT / "Tests/Conformance/chat_server.py"
    with subprocess.Popen([sys.executable, script, "600"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        yield lambda manner: f"http://127.0.0.1:{port}/{manner}/v1"
        process.stdin.close()
        process.terminate()


@pytest.fixture
def index(tmp_path):
    run("index", "copy", tmp_path / "my.index")
    return tmp_path / "my.index"


def texts(index):
    """What each latent is said to stand for by the model "eyes"."""
    with Kernel([PROGRAM, "serve", "--jobs", ""]) as kernel:
        opened = kernel.index.open(path=str(index)).index
        listed = kernel.explanation.list(index=opened, limit=10_000).items
        return {each.latent: each.text for each in listed if each.author.name == "eyes"}


def test_explanations_by_a_pool_are_those_of_one_endpoint(client, chat, index, tmp_path):
    alone = tmp_path / "alone.index"
    run("index", "copy", alone)
    run("explain", alone, "--endpoint", chat("digests"), "--endpoint-model", "eyes", "--top", "frequency:24")
    pool = [Endpoint(chat("digests"), "eyes", concurrency=2, prompt_price=3.0), Endpoint(chat("never"), "eyes", request_seconds=0.5),
            ("http://127.0.0.1:9/v1", "eyes"), Endpoint(chat("digests"), "eyes", concurrency=3)]  # fmt: skip
    features = {"top": {"by": "frequency", "count": 24}}
    heard = []

    def refuse(estimate):
        heard.append(estimate)
        return False

    with pytest.raises(TooExpensive, match="confirm said no to the estimate: 20 questions in about ") as error:
        explain(client, index, pool, features=features, trial=4, confirm=refuse, program=PROGRAM)
    assert heard == [error.value.estimate] and heard[0].questions == 20 and heard[0].measured == 4
    assert heard[0].prompt_tokens == 140 and heard[0].completion_tokens == 60
    assert len(texts(index)) == 4
    with pytest.raises(TooExpensive, match="above max_seconds=0"):
        explain(client, index, pool, features=features, trial=2, max_seconds=0, program=PROGRAM)
    assert len(texts(index)) == 6
    asked = explain(client, index, pool, features=features, confirm=lambda _: True, trial=2, program=PROGRAM)
    assert asked.counts["explained"] == 18 and asked.counts["known"] == 6
    assert asked.prompt_tokens == 18 * 7 and asked.completion_tokens == 18 * 3
    assert texts(index) == texts(alone) and len(texts(index)) == 24
    states = {(each["url"], each["state"]) for each in asked.endpoints}
    assert ("http://127.0.0.1:9/v1", "down") in states
    # Nothing is left to ask.
    again = explain(client, index, pool, features=features, program=PROGRAM)
    assert again.counts["known"] == 24 and again.prompt_tokens == 0


def test_scores_by_a_pool_are_those_of_one_judge(client, chat, index, tmp_path):
    alone = tmp_path / "alone.index"
    run("index", "copy", alone)
    top = {"top": {"by": "frequency", "count": 3}}
    pool = [(chat("yes"), "j"), (chat("yes"), "j")]
    heard = []
    asked = score(client, index, pool, scorers=["consistency", "detection"], features=top, questions=4, trial=3, program=PROGRAM,
                  confirm=lambda estimate: not heard.append(estimate))  # fmt: skip
    # Two questions of one measure and four of the other, of three features, but for those of the trial.
    assert heard[0].questions == 3 * (2 + 4) - 3 and asked.prompt_tokens == 18 * 7
    found = run("score", alone, "--judge-endpoint", chat("yes"), "--judge-model", "j", "--scorer", "consistency,detection", "--top",
                "frequency:3", "--questions", "4", "--json")  # fmt: skip
    assert asked.result.to_dict()["means"] == json.loads(found.stdout)["means"]
    shown = {each["kind"]: f"{each['value']:.3f}" for each in json.loads(found.stdout)["means"]}
    assert all(any(kind in line and value in line for line in repr(asked).splitlines()) for kind, value in shown.items())


def test_an_index_with_an_address_is_written_back(client, chat, index):
    asked = explain(client, f"local://{index}", [(chat("digests"), "eyes")], features=[703], program=PROGRAM)
    assert asked.counts["explained"] == 1 and set(texts(index)) == {703}


def test_a_copy_that_was_left_behind_does_not_undo_what_others_wrote(client, chat, index, tmp_path):
    """A worker that was killed left its copy of the index; others have brought back more since."""
    scratch = {"program": PROGRAM, "scratch": str(tmp_path / "scratch")}
    place = f"local://{index}"

    request = asking._Request("explanation/generate", place, {}, (), 1, 1.0, 1, None, None, False)
    settings = worker.Settings(topic="t", work="", owner="", build=f"asking-{uuid.uuid5(uuid.NAMESPACE_URL, place).hex[:16]}", **scratch)
    with worker.scratch(settings, "asking") as folder:
        within = asking._in_place(settings, request, folder)
        copy, _ = within.__enter__()
        left = shutil.copytree(folder, tmp_path / "left")
    within.gen.close()
    explain(client, place, [(chat("digests"), "eyes")], features=[703], **scratch)
    shutil.copytree(left, folder, dirs_exist_ok=True)
    assert os.path.exists(copy)
    asked = explain(client, place, [(chat("digests"), "eyes")], features={"top": {"by": "frequency", "count": 2}}, **scratch)
    assert asked.counts["explained"] == 2
    assert 703 in texts(index) and len(texts(index)) == 3
    assert not os.path.exists(folder)
    # And of two that write at the same time the later one does not.
    with worker.scratch(settings, "asking") as folder:
        within = asking._in_place(settings, request, folder)
        within.__enter__()
        index.write_bytes(b"another")
        with pytest.raises(OutputBusy, match="written to by somebody else"):
            within.__exit__(None, None, None)
    assert index.read_bytes() == b"another"


def test_a_limit_that_cannot_be_held_to_is_not_passed_over(client, chat, index):
    features = {"top": {"by": "frequency", "count": 9}}
    silent = Server(lambda *_: (200, {"choices": [{"message": {"content": "a dog"}}]}))
    try:
        for end, words in [(Endpoint(silent.url, "eyes", prompt_price=3.0), "no endpoint tells how many tokens"),
                           (Endpoint(chat("broken"), "eyes"), "nothing was answered yet")]:  # fmt: skip
            with pytest.raises(TooExpensive, match=words):
                explain(client, index, [end], features=features, trial=2, tries=1, patience=20, max_cost=1.0, program=PROGRAM)
        assert silent.asked == 2
    finally:
        silent.close()
    for given in ({"max_cost": float("nan")}, {"max_seconds": -1}, {"tries": 0}, {"patience": float("nan")}):
        with pytest.raises(BadValue, match="or more"):
            explain(client, index, [(chat("digests"), "eyes")], program=PROGRAM, **given)


def test_without_an_endpoint_nothing_is_asked(client, index):
    with pytest.raises(EndpointsDown, match="127.0.0.1:9"):
        explain(client, index, [("http://127.0.0.1:9/v1", "eyes")], program=PROGRAM)
    with pytest.raises(TypeError, match="no option 'styles'"):
        explain(client, index, [("http://127.0.0.1:9/v1", "eyes")], styles="paper")


# Evaluations


def test_an_evaluation_is_that_of_one_run(client, chat, tmp_path):
    questions = tmp_path / "questions.jsonl"
    pictures = sorted(HELDOUT.glob("probe-*.png"))[:6]
    lines = [{"image": str(each), "question": "Does the image show Bolivia?", "answer": "No", "kind": each.stem[6:9]} for each in pictures
             if not each.name.endswith(".mask.png")]  # fmt: skip
    questions.write_text("".join(json.dumps(each) + "\n" for each in lines))
    options = {"arms": {"quiet": "zero 182 at last"}, "random_features": 1, "max_tokens": 2}
    found = evaluate(client, questions, answers=tmp_path / "answers", shards=3, program=PROGRAM, **options)
    with Kernel([PROGRAM, "serve", "--jobs", ""]) as kernel:
        expected = kernel.evaluate(questions, **options)
        assert found.to_dict() == expected.to_dict()
    assert found.answered == len(lines) and len(found.files) == 3
    # It is all there.
    begin = {each: os.stat(each).st_mtime_ns for each in found.files}
    assert evaluate(client, questions, answers=tmp_path / "answers", program=PROGRAM, **options).to_dict() == found.to_dict()
    assert begin == {each: os.stat(each).st_mtime_ns for each in found.files}
    with pytest.raises(LucarneError, match="was begun with params"):
        evaluate(client, questions, answers=tmp_path / "answers", program=PROGRAM, **{**options, "max_tokens": 3})
    # A judge rates the texts by a rule; one server or two, they are the same ratings.
    rated = judge(
        client, tmp_path / "answers", [(chat("rate"), "j"), (chat("rate"), "j")], concept="no", ratings=tmp_path / "r.jsonl",
        program=PROGRAM,
    )  # fmt: skip
    run("judge-answers", *found.files, "--concept", "no", "--ratings", tmp_path / "one.jsonl", "--judge-endpoint", chat("rate"),
        "--judge-model", "j")  # fmt: skip
    assert rated.counts["asked"] > 0 and ratings(tmp_path / "r.jsonl") == ratings(tmp_path / "one.jsonl")


def ratings(path):
    return sorted(path.read_text().splitlines()[1:])
