"""The kernel as front ends see it."""

import base64
import os
import signal
import time

import nbformat
import pytest
from conftest import MAP, Frontend, server
from lucarne import Kernel
from nbclient import NotebookClient

OPEN = f'open {MAP} "Does the image show Bolivia?"'
ENDLESS = (
    'attribution/compute {"sae": "sae", "method": "integratedGradients", "steps": 10000,\n'
    ' "target": {"kind": "logitDiff", "answer": {"text": "Yes"}, "baseline": {"text": "No"}}}'
)


def results(said):
    """What a cell shows in the end; progress, which a slow machine shows meanwhile, has an id to be replaced by."""
    shown = [content for kind, content in said if kind in ("execute_result", "display_data")]
    return [content["data"] for content in shown if "display_id" not in content.get("transient", {})]


def servers(process_id):
    """The servers that a process started."""
    found = []
    for each in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{each}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            with open(f"/proc/{each}/cmdline") as file:
                words = file.read().split("\0")
        except OSError:
            continue
        if int(fields[1]) == process_id and "serve" in words and fields[0] != "Z":
            found.append(int(each))
    return found


def test_the_story_in_five_cells(frontend):
    reply, said = frontend.run(OPEN)
    assert reply["status"] == "ok", reply
    assert "Bolivia" in results(said)[0]["text/plain"] and "text/html" in results(said)[0]
    assert results(frontend.run("generate 8")[1])[0]["text/plain"] == "Yes"
    (found,) = results(frontend.run('attribute "Yes" vs "No" verify = 2')[1])
    text = found["text/plain"]
    assert text.startswith('logit("Yes") − logit("No") = +3.0') and "not reliable" in text
    for face in (text, found["text/html"]):
        assert "supports" in face and "opposes" in face and "unexplained" not in face
        assert "picture" in face and "template" in face and "measured" in face
    assert base64.b64decode(found["image/png"]).startswith(b"\x89PNG") and "<img" in found["text/html"]
    (ablated,) = results(frontend.run("ablate 182")[1])
    assert 'logit("Yes") − logit("No")' in ablated["text/plain"]
    (steered,) = results(frontend.run("steer 631 = 138.8, 1619 = 218.4 in picture tokens = 8")[1])
    assert "steered: No" in steered["text/plain"] and "plain: Yes" in steered["text/plain"]


def test_a_recipe_is_followed_where_it_is_named(frontend, tmp_path):
    recipe = tmp_path / "recipe.json"
    with Kernel(server()) as kernel:
        kernel.search_steering(
            MAP.parent / "questions.jsonl", recipe=recipe, failing="probe", keeping="map unnamed", attribution=0, contrast=0,
            candidates=[182], scales=[], quantiles=[], places="last", max_harm=1, random_features=0, random_directions=0)
    frontend.run(OPEN)
    assert results(frontend.run(f"generate 8 recipe = {recipe}")[1])[0]["text/plain"] == "No"
    text = results(frontend.run(f"steer recipe = {recipe} tokens = 8")[1])[0]["text/plain"]
    assert "steered: No" in text and "plain: Yes" in text
    reply, _ = frontend.run("generate 8 recipe = /no/such/recipe.json")
    assert reply["status"] == "error" and "/no/such/recipe.json" in reply["evalue"]
    assert frontend.run("steer tokens = 8")[0]["status"] == "error"


def test_attribute_takes_its_target_and_its_measurements(frontend):
    frontend.run(OPEN)

    def text(cell):
        reply, said = frontend.run(cell)
        assert reply["status"] == "ok", reply
        return results(said)[0]["text/plain"]

    assert text('attribute "Yes" verify = 0 parts = none').startswith('logit("Yes") − logit("No") = +3.0')
    assert "Shapley" in text('attribute "Yes" parts = shapley verify = 0')
    assert "idden" in text('attribute "Yes" parts = occlusion verify = 0')
    spelt = text('attribute "yes" vs "no" variants = yes verify = 0')
    assert '" Yes"' in spelt and "log odds" in spelt
    whole = text('attribute sentence "Yes, it does." perToken = yes top = 2 verify = 0')
    assert 'log p("Yes, it does.")' in whole and " does" in whole.rsplit("token", 1)[1]
    assert 'log p("Yes, it does.")' in text("ablate 182")
    path = text('attribute "Yes" vs "No" method = integratedGradients steps = 8')
    assert "endpoint difference +4.6" in path and "remainder" in path
    none = text('attribute "Yes" vs "No" budget = 0')
    assert "Scores against" not in none and "Ablated" not in none


def test_compare_takes_another_picture_or_another_question(frontend):
    frontend.run(OPEN)
    other = MAP.parent / "probe-sudan-11.png"
    reply, _ = frontend.run(f"compare {other}")
    assert "no attribute said which answer" in reply["evalue"]
    (found,) = results(frontend.run(f'compare {other} for "Yes" vs "No" top = 3')[1])
    assert found["text/plain"].count("\n   ") and "patched here" in found["text/plain"]
    assert "<table" in found["text/html"]
    frontend.run('attribute "Yes" vs "No" verify = 0')
    (asked,) = results(frontend.run('compare "Does the image show Peru?"')[1])
    assert "209 positions in common" in asked["text/plain"] or "only there" in asked["text/plain"]
    assert results(frontend.run("generate 8")[1])[0]["text/plain"] == "Yes"
    (status,) = results(frontend.run("status")[1])
    assert status["text/plain"].count("ctx_") == 1  # The other prompt was closed.


def test_several_commands_show_each_and_the_last_as_the_result(frontend):
    cell = f"{OPEN}\n\n# the answer\ngenerate 8\nlogits 3\nfeatures in question top = 3\ntokens"
    _, said = frontend.run(cell)
    kinds = [kind for kind, _ in said if kind in ("display_data", "execute_result")]
    assert kinds == ["display_data"] * 4 + ["execute_result"]


def test_features_are_found_and_shown(shared):
    (card,) = results(shared.run("feature 1302")[1])
    assert "Bolivia (word)" in card["text/plain"] and "image/png" in card
    (found,) = results(shared.run("search bolivia limit = 2")[1])
    assert len(found["text/plain"].splitlines()) == 2


def test_methods_answer_in_json(shared):
    (found,) = results(shared.run('index/search {"query": {"text": "bolivia"},\n "limit": 1}')[1])
    assert found["application/json"]["items"][0]["label"] == "Bolivia (word)"
    assert '"latent"' in found["text/plain"]


def test_every_command_has_help(shared):
    (listed,) = results(shared.run("help")[1])
    for name in ("open", "attribute", "compare", "steer", "ablate", "feature", "search", "generate", "tokens"):
        assert f"\n{name}" in "\n" + listed["text/plain"]
        assert results(shared.run(f"help {name}")[1])[0]["text/plain"].startswith(name)
    assert "verify:" in results(shared.run("help attribution/compute")[1])[0]["text/plain"]


@pytest.mark.parametrize(
    "cell, name, words",
    [
        ("nothing", "CellError", "there is no command nothing"),
        ('open missing.png "?"', "CellError", "there is no file"),
        ("steer 5", "CellError", "LATENT = VALUE"),
        ("attribute", "CellError", "attribute"),
        ('context/tokens {"context": "nope"}', "ContextNotFound", "there is no context"),
        ("no/such {}", "MethodNotFound", "no method"),
        ("feature 99999", "FeatureOutOfRange", "99999"),
        ('search "never closed', "CellError", "not closed"),
        ("features wide = 3", "CellError", "no option wide"),
        ('attribute "Yes" verfy = 3', "CellError", "no option verfy"),
        ('attribute "Yes" variants = 3', "CellError", "yes or no"),
        ('attribute sentence "Yes" vs "No"', "CellError", "sentence"),
        ("compare", "CellError", "compare"),
    ],
)
def test_errors_tell_what_is_wrong_and_the_next_cell_works(shared, cell, name, words):
    reply, said = shared.run(cell)
    assert reply["status"] == "error" and reply["ename"] == name, reply
    assert words in reply["evalue"]
    assert any(kind == "error" for kind, _ in said)
    assert shared.run("status")[0]["status"] == "ok"


def test_without_a_prompt_cells_say_so(frontend):
    reply, _ = frontend.run("generate")
    assert "no prompt is open" in reply["evalue"]


def test_an_interrupt_cancels_and_the_server_stays(frontend):
    frontend.run(OPEN)
    before = servers(frontend.wrapper)
    assert len(before) == 1
    reply, _ = frontend.run(ENDLESS, interrupt_after=1.0)
    assert reply["status"] == "error" and reply["ename"] == "KeyboardInterrupt"
    assert servers(frontend.wrapper) == before
    assert results(frontend.run("generate 8")[1])[0]["text/plain"] == "Yes"


def test_progress_is_one_display_written_over(frontend):
    frontend.run(OPEN)
    _, said = frontend.run(ENDLESS, interrupt_after=2.0)
    shown = [content for kind, content in said if kind == "display_data"]
    updates = [content for kind, content in said if kind == "update_display_data"]
    assert len(shown) == 1
    one = shown[0]["transient"]["display_id"]
    assert "%" in shown[0]["data"]["text/plain"]
    assert {each["transient"]["display_id"] for each in updates} == {one}
    assert updates[-1]["data"]["text/plain"] == ""


def test_a_server_that_is_killed_is_started_again(frontend):
    frontend.run(OPEN)
    (server,) = servers(frontend.wrapper)
    os.kill(server, signal.SIGKILL)
    time.sleep(0.5)
    assert "no prompt is open" in frontend.run("generate")[0]["evalue"]
    assert frontend.run(OPEN)[0]["status"] == "ok"
    assert len(servers(frontend.wrapper)) == 1


def test_killing_the_wrapper_leaves_no_server():
    frontend = Frontend()
    frontend.run("status")
    (server,) = servers(frontend.wrapper)
    os.kill(frontend.wrapper, signal.SIGKILL)
    end = time.monotonic() + 10
    while time.monotonic() < end and os.path.exists(f"/proc/{server}"):
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{server}")
    frontend.client.stop_channels()
    frontend.manager.shutdown_kernel(now=True)


def test_shutting_down_ends_the_server():
    frontend = Frontend()
    frontend.run("status")
    (server,) = servers(frontend.wrapper)
    frontend.end()
    assert not os.path.exists(f"/proc/{server}")


def test_completion_knows_commands_methods_files_and_latents(shared):
    def complete(code):
        found = shared.ask(shared.client.complete(code, len(code)))
        return found["matches"], found["cursor_start"]

    assert complete("att") == (["attribute", "attribution/compare", "attribution/compute"], 0)
    assert "steer" in complete("generate\nst")[0]
    names, start = complete(f"open {MAP.parent}/probe-bol")
    assert str(MAP) in names and start == 5
    shared.run("search bolivia")
    assert "1302" in complete("feature 13")[0]
    assert "verify =" in complete('attribute "Yes" ver')[0]
    assert "heldNorms" in complete('attribute "Yes" method = held')[0]
    assert str(MAP) in complete(f"compare {MAP.parent}/probe-bol")[0]
    assert complete('attribution/compute {"ste')[0] == ["steps"]
    assert complete("help feat")[0][:2] == ["feature", "features"]


def test_inspection_shows_help_and_cards(shared):
    def inspect(code, at):
        return shared.ask(shared.client.inspect(code, at))

    found = inspect('attribute "Yes"', 4)
    assert found["found"] and found["data"]["text/plain"].startswith("attribute")
    assert "steps" in inspect("attribution/compute {}", 5)["data"]["text/plain"]
    card = inspect("feature 1302", 12)
    assert "Bolivia (word)" in card["data"]["text/plain"] and "text/html" in card["data"]
    assert inspect("   ", 1)["found"] is False


def test_is_complete(shared):
    def state(code):
        return shared.ask(shared.client.is_complete(code))["status"]

    assert state("generate") == "complete" and state("") == "complete"
    assert state('index/search {"query": {') == "incomplete"
    assert state('open "unclosed') == "invalid"


def test_a_notebook_runs_and_a_time_limit_interrupts():
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "lucarne", "display_name": "Lucarne", "language": "lucarne"}
    cells = [OPEN, "generate 8", ENDLESS, "generate 8"]
    notebook.cells = [nbformat.v4.new_code_cell(each) for each in cells]
    notebook.cells[2].metadata["tags"] = ["raises-exception"]
    NotebookClient(notebook, timeout=5, kernel_name="lucarne", interrupt_on_timeout=True).execute()
    answers = [each.outputs for each in notebook.cells]
    assert answers[1][0].data["text/plain"] == "Yes"
    assert answers[2][-1].ename == "KeyboardInterrupt"
    assert answers[3][0].data["text/plain"] == "Yes"
