"""Questions of a benchmark asked with features changed, and a search for such changes, against the program."""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import HELDOUT
from test_display import HOSTILE, Page, shown

import lucarne
from lucarne import AsyncKernel, Kernel, behaviour, build, kinds, types

QUESTIONS = HELDOUT / "questions.jsonl"
MAPS = ["map named", "map unnamed", "map elsewhere"]
QUIET = "zero 182 at last"


@pytest.fixture(scope="module")
def ready(kernel):
    """The kernel with its autoencoder in memory."""
    with kernel.open("?"):
        return kernel


@pytest.fixture(scope="module")
def evaluation(ready):
    return ready.evaluate(
        QUESTIONS, arms={"quiet": QUIET, "loud": {182: 80}}, reconstruction=True, random_features=2, random_directions=1,
        kinds=["probe", "map named", "map unnamed"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def search(ready, tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "recipe.json"
    return ready.search_steering(
        QUESTIONS, recipe=path, failing="probe", keeping=MAPS, attribution=2, contrast=0, candidates=[182], places="last",
        quantiles=[], features=2, max_harm=0.1, random_features=1, random_directions=1,
    )  # fmt: skip


def answers(path):
    """A file of answers: [(question, {arm: text})]."""
    _, *lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    return [(line, line["answers"]) for line in lines]


def program(*arguments):
    return subprocess.run([os.environ["LUCARNE"], *map(str, arguments)], capture_output=True, text=True)


# Changes as text

WRITTEN = [
    "zero 182", "zero 182 at last", "scale 352 0.5 at question+image", "clamp 5 1e1 at base+tiles generated",
    "add 7 -2.25 generated", "zero 1,zero 2 at image ,  clamp 3 .5", "add 8 +4",
]  # fmt: skip


def test_changes_are_what_the_command_line_makes_of_them(tmp_path):
    """The program keeps the changes of every arm in the first line of a file of answers."""
    file = tmp_path / "answers.jsonl"
    changes = [word for number, text in enumerate(WRITTEN) for word in ("--change", f"arm{number}: {text}")]
    run = program("evaluate", QUESTIONS, "--answers", file, "--limit", 1, *changes)
    assert run.returncode == 0, run.stderr
    kept = json.loads(file.read_text(encoding="utf-8").splitlines()[0])["settings"]["changes"]
    assert len(kept) == len(WRITTEN)
    for text, arm in zip(WRITTEN, kept):
        ours = [{**each, "feature": each["feature"]["index"]} for each in build.changes(text, "sae")]
        assert ours == arm["interventions"], text


REFUSED = [
    "", "remove 182", "zero", "zero one", "zero -1", "zero 182 3", "scale 182", "scale 182 x", "clamp 1 inf", "zero 1 at",
    "zero 1 at lst", "zero 1 at last twice", "zero 1 generated at last", "zero 1,", "Zero 1", "zero 1.5", "scale 1 0_1",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_command_line_refuses_is_refused(text, tmp_path):
    with pytest.raises(lucarne.BadValue, match="expected OPERATION FEATURE"):
        build.changes(text, "sae")
    run = program("evaluate", QUESTIONS, "--answers", tmp_path / "a.jsonl", "--limit", 1, "--change", f"arm: {text}")
    assert run.returncode != 0 and not (tmp_path / "a.jsonl").exists()


def test_arms_are_told_apart(tmp_path, search):
    change = {"op": "zero", "feature": {"sae": "sae", "index": 182}}
    assert build.arm("a", "zero 182", "sae") == build.arm("a", [change], "sae") == {"name": "a", "interventions": [change]}
    assert build.arm("a", {182: 3}, "sae")["interventions"] == [{**change, "op": "clamp", "value": 3}]
    file = str(tmp_path / "r.json")
    assert build.arm("a", file, "sae") == build.arm("a", tmp_path / "r.json", "sae") == {"name": "a", "recipe": file}
    assert build.arm("a", search, "sae") == {"name": "a", "recipe": search.path}
    whole = {"interventions": [change], "splice": {"errorTerm": "drop"}}
    assert build.arm("a", whole, "sae") == {"name": "a", **whole}
    with pytest.raises(TypeError, match="give their changes by name"):
        build.arms(["zero 182"], "sae")
    with pytest.raises(TypeError, match="latent: value"):
        build.arm("a", 182, "sae")


# Evaluations


def test_frames_say_what_the_file_of_answers_says(evaluation):
    """Everything is counted again from the answers; the world's are Yes or No."""
    rows = answers(evaluation.path)
    assert evaluation.asked == len(rows) == evaluation.answered and evaluation.known == evaluation.missing == 0
    assert {text for _, said in rows for text in said.values()} == {"Yes", "No"}
    frame = evaluation.frame().set_index("arm")
    assert list(frame["role"])[:4] == ["plain", "reconstruction", "intervention", "intervention"]
    assert list(frame.index[:4]) == ["plain", "reconstruction", "quiet", "loud"] and len(frame) == 4 + 2 * 3
    by_kind = evaluation.frame("kinds").set_index(["arm", "kind"])
    for arm in frame.index:
        right = [said[arm] == question["answer"] for question, said in rows]
        before = [said["plain"] == question["answer"] for question, said in rows]
        found = frame.loc[arm]
        assert (found["right"], found["total"]) == (sum(right), len(rows))
        assert found["accuracy"] == pytest.approx(sum(right) / len(rows)) and found["low"] < found["accuracy"] < found["high"]
        if arm == "plain":
            assert found[["help", "harm", "p", "helped"]].isna().all()
            continue
        helped = sum(after and not was for was, after in zip(before, right))
        harmed = sum(was and not after for was, after in zip(before, right))
        assert (found["helped"], found["harmed"]) == (helped, harmed)
        assert found["help"] == pytest.approx(helped / before.count(False))
        assert found["harm"] == pytest.approx(harmed / before.count(True))
        assert found["to_no"] == sum(said["plain"] == "Yes" and said[arm] == "No" for _, said in rows)
        for kind in {question["kind"] for question, _ in rows}:
            chosen = [good for good, (question, _) in zip(right, rows) if question["kind"] == kind]
            assert (by_kind.loc[(arm, kind), "right"], by_kind.loc[(arm, kind), "total"]) == (sum(chosen), len(chosen))
    assert frame.loc["quiet", "helped"] > 5  # Else nothing was asked here.
    changes = evaluation.frame("changes")
    turned = {
        (arm, question["id"])
        for question, said in rows for arm in frame.index
        if (said[arm] == question["answer"]) != (said["plain"] == question["answer"])
    }  # fmt: skip
    assert set(zip(changes["arm"], changes["id"])) == turned
    controls = evaluation.frame("controls").set_index(["of", "role"])
    assert set(controls["draws"]) == {1, 2} and len(controls) == 4
    for (of, role), row in controls.iterrows():
        draws = frame[(frame["of"] == of) & (frame["role"] == role)]
        assert row["draws"] == len(draws) and row["harmed"] == draws["harmed"].sum()
    metrics = evaluation.frame("metrics").set_index(["arm", "metric"])["value"]
    yes = sum(said["quiet"] == "Yes" for _, said in rows)
    assert metrics["quiet", "yesRatio"] == pytest.approx(yes / len(rows))
    with pytest.raises(ValueError, match="expected arms, kinds"):
        evaluation.frame("arm")
    with pytest.raises(KeyError, match="there are plain, reconstruction, quiet"):
        evaluation.arm("none")


def test_an_evaluation_shows_arms_with_their_controls_below(evaluation, ready):
    quiet = evaluation.arm("quiet")
    for face in shown(evaluation):
        places = [face.index(each) for each in ("plain", "reconstruction", "quiet", "· random features, 2 draws", "loud")]
        assert places == sorted(places)
        assert behaviour.percent(quiet.accuracy) in face
        assert f"{quiet.paired.helped} of {quiet.paired.help.total}" in face and "· random directions, 1 draw" in face
    html = evaluation._repr_html_()
    assert "Does the image show Bolivia?" in html and "map unnamed" in html and "yesRatio" in html
    Page(html)
    plain = ready.evaluate(QUESTIONS, limit=3)
    Page(plain._repr_html_())
    assert plain.frame("changes").empty and plain.frame("controls").empty and "3 of 3 questions answered" in repr(plain)


def test_answers_without_a_file_last_as_long_as_the_result(ready):
    found = ready.evaluate(QUESTIONS, limit=2)
    path = found.path
    assert len(answers(path)) == 2
    assert ready.read_answers(path).answered == 2
    del found
    gc.collect()
    assert not os.path.exists(path)


def test_the_same_call_goes_on_and_another_is_refused(ready, tmp_path):
    file = tmp_path / "answers.jsonl"
    first = ready.evaluate(QUESTIONS, answers=file, limit=4)
    again = ready.evaluate(QUESTIONS, answers=file, limit=4)
    assert (first.asked, first.known, again.asked, again.known) == (4, 0, 0, 4) and first.path == str(file)
    with pytest.raises(kinds.UnsupportedTarget, match="made otherwise"):
        ready.evaluate(QUESTIONS, answers=file, arms={"quiet": QUIET}, limit=4)
    del first, again
    assert file.exists()


def test_shards_are_read_as_one(ready, tmp_path):
    files = [tmp_path / "0.jsonl", tmp_path / "1.jsonl"]
    for number, file in enumerate(files):
        ready.evaluate(QUESTIONS, answers=file, kinds="probe", shard=(number, 2))
    whole = ready.read_answers(*files)
    assert whole.answered == 16 == sum(len(answers(file)) for file in files)
    with pytest.raises(TypeError, match="such as \\(0, 4\\)"):
        ready.evaluate(QUESTIONS, shard=2)


def test_wrong_requests_name_what_is_wrong(ready, tmp_path):
    with pytest.raises(TypeError, match="did you mean random_features"):
        ready.evaluate(QUESTIONS, random_feature=2)
    with pytest.raises(TypeError, match="did you mean max_harm"):
        ready.search_steering(QUESTIONS, recipe=tmp_path / "r.json", max_harms=0.1)
    with pytest.raises(kinds.IoError, match="there is no file"):
        ready.evaluate(tmp_path / "none.jsonl")
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"question": "?", "answr": "Yes"}\n')
    with pytest.raises(lucarne.LucarneError, match='"answr" is unknown'):
        ready.evaluate(bad)
    with pytest.raises(lucarne.BadValue, match='names the place "here"'):
        ready.evaluate(QUESTIONS, arms={"a": "zero 182 at here"})


def test_progress_is_told_and_control_c_cancels_the_job(ready, tmp_path):
    # Where the tests run in the background, the shell has them ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    file, heard = tmp_path / "answers.jsonl", []

    def interrupt():
        end = time.monotonic() + 30
        while time.monotonic() < end and not (heard and file.exists() and file.read_bytes().count(b"\n") > 1):
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        ready.evaluate(
            QUESTIONS, answers=file, arms={"quiet": QUIET}, random_features=20, random_directions=20, progress=heard.append)
    assert heard and heard[0].title == "evaluation/run"
    job = next(each for each in ready.job.list().items if each.params.get("answers") == str(file))
    assert ready.wait(job).state == "cancelled"
    assert ready.alive and 0 < len(answers(file)) < 813


def test_a_fresh_kernel_loads_what_it_was_started_with(command_line):
    with Kernel(command_line) as kernel:
        found = kernel.evaluate(QUESTIONS, arms={"quiet": QUIET}, limit=2)
        assert found.answered == 2 and len(found.arms) == 2 and not kernel.status().contexts


# Searches and recipes


def test_a_search_shows_its_front_and_the_other_half(search):
    evidence = search.recipe.evidence
    front = search.front
    assert list(front["change"]) == [each.name for each in evidence.front] and front["chosen"].sum() == 1
    for row, each in zip(front.itertuples(), evidence.front):
        assert (row.helped, row.harmed) == (each.choosing.helped, each.choosing.harmed)
        assert (row.held_out_helped, row.held_out_harmed) == (each.held_out.helped, each.held_out.harmed)
        assert row.held_out_help == each.held_out.help.value and row.harm_high == each.choosing.harm.high
        assert row.features == [change.feature for change in each.interventions]
    assert search.chosen.is_chosen and json.loads(Path(search.path).read_text())["name"] == search.recipe.name == "recipe"
    held = search.held_out
    assert held.arm(search.chosen.name).paired.helped == search.chosen.held_out.helped > 0
    assert set(held.frame("controls")["of"]) == {search.chosen.name}
    for face in shown(search):
        assert all(each.name in face for each in evidence.front) and f"{evidence.tried:,} changes tried" in face
    Page(search._repr_html_())


def test_a_recipe_is_followed_wherever_it_is_named(ready, search, map_picture):
    changes = [
        {"op": each.op, "feature": {"sae": "sae", "index": each.feature}, "value": each.value, "at": each.at}
        for each in search.recipe.interventions
    ]  # fmt: skip
    changes = [{name: each for name, each in change.items() if each is not None} for change in changes]
    with ready.open("Does the image show Bolivia?", map_picture) as context:
        plain = context.generate(1).tokens[0]
        wanted = context.generate(1, interventions=changes).tokens[0]
        assert wanted != plain
        for recipe in (search, search.path, Path(search.path)):
            assert context.generate(1, recipe=recipe).tokens[0] == wanted
        assert list(context.stream(1, recipe=search)) == [wanted]
        steered = context.steer(recipe=search, max_tokens=1)
        assert steered.output("steered").tokens[0].id == wanted.id and steered.output("plain").tokens[0].id == plain.id
        with pytest.raises(kinds.IoError):
            context.generate(1, recipe="/no/such/recipe.json")
    found = ready.evaluate(QUESTIONS, arms={"recipe": search, "written": changes}, kinds=["probe"])
    assert found.arm("recipe").paired == found.arm("written").paired and found.arm("recipe").paired.helped > 0


def test_the_last_positions_are_a_region(context):
    end = context.token_count
    assert context.features(lucarne.last()).result == context.features(range(end - 1, end)).result
    assert context.features(lucarne.last(3)).result == context.features(range(end - 3, end)).result
    changed = context.ablate(182, "Yes", "No", at=lucarne.last())
    assert changed.after == context.ablate(182, "Yes", "No", at=range(end - 1, end)).after < changed.before
    assert build.parts_request(lucarne.last(2)) == {"method": "ablation", "regions": [{"region": {"last": 2}}]}
    with pytest.raises(lucarne.BadValue, match="expected 1 or more"):
        lucarne.last(0)
    with pytest.raises(TypeError, match="number of positions"):
        lucarne.last(True)


def test_so_it_is_for_asyncio(command_line, search, tmp_path, map_picture):
    async def main():
        async with AsyncKernel(command_line) as kernel:
            heard = []
            found = await kernel.evaluate(
                QUESTIONS, arms={"quiet": QUIET, "recipe": search}, kinds="probe", progress=heard.append)
            assert found.arm("quiet").paired.helped > 5 and heard
            assert (await kernel.read_answers(found.path)).answered == 16
            file = tmp_path / "answers.jsonl"
            long = asyncio.create_task(
                kernel.evaluate(QUESTIONS, answers=file, arms={"quiet": QUIET}, random_features=20, random_directions=20))
            while not file.exists():
                await asyncio.sleep(0.1)
            long.cancel()
            with pytest.raises(asyncio.CancelledError):
                await long
            job = next(each for each in (await kernel.job.list()).items if each.params.get("answers") == str(file))
            assert (await kernel.wait(job)).state == "cancelled"
            again = await kernel.search_steering(
                QUESTIONS, recipe=tmp_path / "r.json", failing="probe", keeping="map unnamed", attribution=0, contrast=0,
                candidates=[182], scales=[], quantiles=[], places=["last"], max_harm=1, random_features=0, random_directions=0)
            assert again.chosen.name == QUIET
            async with await kernel.open("Does the image show Bolivia?", map_picture) as context:
                assert str(await context.generate(4, recipe=again)) == "No"
                assert (await context.steer(recipe=again, max_tokens=4)).text == "No"

    asyncio.run(main())


# Plots


def test_plots_show_help_against_harm(evaluation, search):
    pytest.importorskip("matplotlib").use("agg")
    axes = evaluation.plot()
    labels = axes.get_legend_handles_labels()[1]
    assert labels[:2] == ["reconstruction", "quiet"] and "quiet, random features, 2 draws" in labels and len(labels) == 3 + 4
    quiet = evaluation.arm("quiet").paired
    bars = axes.containers[labels.index("quiet")]
    assert bars.lines[0].get_xydata().tolist() == [[quiet.harm.value, quiet.help.value]]
    (across,), (upwards,) = (each.get_segments() for each in bars.lines[2])
    assert across[:, 0].tolist() == pytest.approx([quiet.harm.low, quiet.harm.high])
    assert upwards[:, 1].tolist() == pytest.approx([quiet.help.low, quiet.help.high])
    assert evaluation.plot(axes) is axes
    assert len(search.plot().containers) == len(search.evidence.front)


def test_without_matplotlib_a_plot_says_so(evaluation, search, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for view in (evaluation, search):
        with pytest.raises(lucarne.LucarneError, match="pip install matplotlib"):
            view.plot()


def test_hostile_text_stays_text():
    rate = {"count": 1, "total": 2, "value": 0.5, "low": 0.1, "high": 0.9}
    paired = {"bothRight": 0, "bothWrong": 0, "helped": 1, "harmed": 1, "help": rate, "harm": rate, "p": 1.0, "toYes": 1, "toNo": 0}
    arm = {"name": HOSTILE, "role": "intervention", "right": 1, "wrong": 1, "unclear": 0, "accuracy": rate, "paired": paired,
           "metrics": [{"name": HOSTILE, "value": 1.0}], "kinds": [{"kind": HOSTILE, "accuracy": rate, "paired": paired}]}  # fmt: skip
    control = {"of": HOSTILE, "role": "randomFeatures", "seeds": 1, "paired": paired}
    change = {name: HOSTILE for name in ("arm", "id", "image", "kind", "question", "answer", "before", "after")}
    report = {"format": "questions", "questions": 2, "answered": 2, "missing": 0, "arms": [arm], "controls": [control],
              "changes": [change]}  # fmt: skip
    Page(behaviour.Answers(types.EvaluationReportReport(report))._repr_html_())
    point = {"name": HOSTILE, "interventions": [{"op": "zero", "feature": 1}], "choosing": paired, "heldOut": paired, "isChosen": True}
    halves = {"choosing": 1, "heldOut": 1}
    evidence = {"questionDigest": "", "seed": 0, "failing": halves, "keeping": halves, "tried": 1, "maxHarm": 0.1,
                "meetsMaxHarm": False, "front": [point], "heldOut": report}  # fmt: skip
    recipe = {"name": HOSTILE, "interventions": point["interventions"], "evidence": evidence}
    found = types.SteeringSearchFound({"path": HOSTILE, "recipe": recipe, "seconds": 1.0})
    Page(behaviour.Search(found, {1: HOSTILE})._repr_html_())


# A judge


@pytest.fixture(scope="module")
def judge():
    """A server of chat completions that rates an even number of letters 2, and an odd one 1."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            content = body["messages"][-1]["content"]
            words = content if isinstance(content, str) else content[0]["text"]
            text = json.loads(next(line for line in words.split("\n") if line.startswith("Text: "))[6:])
            said = {"message": {"role": "assistant", "content": json.dumps({"rating": 2 - len(text) % 2})}, "finish_reason": "stop", "index": 0}
            answer = json.dumps({"choices": [said]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def test_a_judge_rates_answers(ready, evaluation, judge, tmp_path):
    file = tmp_path / "ratings.jsonl"
    rated = ready.judge_answers(evaluation.path, concept="<b>maps</b>", ratings=file, judge=(judge, "small"), arms=["plain", "quiet"])
    frame = rated.frame("ratings").set_index("arm")
    for arm in ("plain", "quiet"):
        expected = [2 - len(texts[arm]) % 2 for _, texts in answers(evaluation.path)]
        row = frame.loc[arm]
        assert row.score == row.mean_concept == row.mean_fluency == pytest.approx(sum(expected) / len(expected))
        assert (row.rated, row.unrated) == (len(expected), 0)
    assert frame.loc["quiet"].difference == pytest.approx(frame.loc["quiet"].score - frame.loc["plain"].score)
    html = rated._repr_html_()
    assert f"{frame.loc['quiet'].score:.3f}" in html and "<b>maps" not in html
    assert ready.read_answers(evaluation.path, ratings=file).ratings == rated.ratings
    with pytest.raises(lucarne.LucarneError, match="concept"):
        ready.judge_answers(evaluation.path, concept="rain", ratings=file, judge=(judge, "small"))
    with pytest.raises(lucarne.BadValue, match="judge"):
        ready.judge_answers(evaluation.path, concept="rain", ratings=file, judge="somebody")
