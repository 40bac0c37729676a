"""Plans of builds, held to closed forms."""

import dataclasses
import math

import pytest

from lucarne import BadValue
from lucarne.cluster import Rates, plan

#: No index has a size to speak of, so that nothing but entries takes time.
BARE = Rates(item_seconds=2.0, sizes=[(1, 1.0)])


def approximately(value):
    return pytest.approx(value, rel=1e-9)


def test_equal_parts_take_what_their_waves_take():
    rates = dataclasses.replace(BARE, start_seconds=5.0)
    found = plan(640, 4, rates, shards=16, split_seconds=math.inf)
    # 16 parts of 40 entries on 4 workers: four waves.
    assert found.phases["parts"] == approximately(4 * (5 + 40 * 2))
    assert found.seconds == approximately(4 * 85 + 5) and (found.parts, found.divided, found.deaths) == (16, 0, 0)
    assert found.worker_seconds["items"] == approximately(640 * 2)
    assert sum(found.worker_seconds.values()) == approximately(4 * found.seconds)


def test_one_worker_takes_the_sum():
    rates = Rates(
        item_seconds=0.5, sizes=[(10, 1000.0), (1000, 100_000.0)], start_seconds=3.0, merge_start_seconds=1.0, read_seconds=1e-4,
        write_seconds=2e-4, annotate_seconds=7.0, call_seconds=1.5, client_seconds=0.01, task_seconds=0.25, list_seconds=0.002,
        survey_seconds=0.004, worker_rate=1e4, reads_in_place=False,
    )  # fmt: skip
    found = plan(1000, 1, rates, shards=4, fan_in=2, split_seconds=0)
    tasks = 1 + 2 + 4 + 3 + 1  # the list, two chunks of 512, parts, merges, the end
    merged = 2 * (1 + 2 * 25_000 * 1e-4 + 50_000 * 2e-4) + (1 + 100_000 * 1e-4 + 100_000 * 2e-4)
    read = 4 * 25_000 + 2 * 50_000 + 100_000
    written = 4 * 25_000 + 2 * 50_000 + 100_000 + 100_000
    expected = 1.5 + tasks * 0.25 + 1000 * (0.002 + 0.004 + 0.01 + 0.5) + 5 * 3 + merged + 7 + (read + written) / 1e4
    assert found.seconds == approximately(expected)
    assert found.read_bytes == approximately(read)
    assert found.written_bytes - found.snapshot_bytes == approximately(written)


def test_merges_are_a_tree_of_the_fan_in():
    rates = dataclasses.replace(BARE, sizes=[(1, 10.0), (1000, 10_000.0)], full_bytes=2500.0)
    found = plan(900, 3, rates, shards=9, fan_in=3, split_seconds=math.inf)
    assert [(each.merges, each.inputs) for each in found.levels] == [(3, 9), (1, 3)]
    # Lists are full at 250 entries: what is merged grows no further.
    assert [(each.read_bytes, each.written_bytes) for each in found.levels] == [(approximately(9000), 7500), (7500, 2500)]
    assert found.index_bytes == 2500


def test_a_slow_worker_gives_to_those_that_have_nothing():
    def seconds(split_seconds):
        return plan(400, 4, BARE, shards=4, speeds=[1, 1, 1, 0.1], split_seconds=split_seconds)

    whole, divided = seconds(math.inf), seconds(20)
    assert whole.phases["parts"] == approximately(100 * 2 / 0.1) and whole.divided == 0
    assert divided.divided > 0 and divided.parts == 4 + 2 * divided.divided
    # No faster than all of their speeds together.
    assert 400 * 2 / 3.1 < divided.phases["parts"] < whole.phases["parts"] / 3
    assert divided.worker_seconds["items"] > 700


def test_deaths_cost_what_came_after_the_last_copy():
    def lost(**given):
        found = plan(40_000, 20, BARE, deaths_per_hour=3.0, split_seconds=math.inf, return_seconds=0, **given)
        assert found.deaths > 30 and found.worker_seconds["items"] == approximately(40_000 * 2)
        return found.worker_seconds["lost"] / found.deaths

    # Where the process dies alone, half of the time between commits; where the machine goes, half of that between snapshots.
    assert 0.3 * 30 < lost(commit_seconds=30, workers_per_machine=20) < 0.7 * 30
    assert 0.3 * 200 < lost(snapshot_seconds=200, keeps_disk=False) < 0.7 * 200
    assert plan(1000, 4, BARE, deaths_per_hour=5, seed=1) == plan(1000, 4, BARE, deaths_per_hour=5, seed=1)


@pytest.mark.parametrize(
    "given, words",
    [
        ({"entries": 0}, "entries is 0, expected 1 or more"),
        ({"workers": 0}, "workers is 0, expected 1 or more"),
        ({"fan_in": 1}, "fan_in is 1, expected 2 or more"),
        ({"shards": 0}, "shards is 0, expected 1 or more"),
        ({"snapshot_seconds": 0}, "snapshot_seconds is 0, expected more than 0"),
        ({"deaths_per_hour": -1}, "deaths_per_hour is -1, expected 0 or more"),
        ({"deaths_per_hour": math.nan}, "deaths_per_hour is nan, expected 0 or more"),
        ({"speeds": [1.0]}, r"speeds is \[1.0\], expected 2 numbers above 0, one a worker"),
        ({"rates": dataclasses.replace(BARE, item_seconds=0)}, "item_seconds is 0, expected more than 0"),
        ({"rates": dataclasses.replace(BARE, read_seconds=-1)}, "read_seconds is -1, expected 0 or more"),
        ({"rates": dataclasses.replace(BARE, sizes=[(2, 1), (1, 1)])}, r"sizes is \[\(2, 1\), \(1, 1\)\], expected pairs"),
    ],
)
def test_bad_values_are_named(given, words):
    with pytest.raises(BadValue, match=words):
        plan(**{"entries": 100, "workers": 2, "rates": BARE, **given})


def test_a_plan_shows_itself():
    shown = str(plan(1_000_000, 64, dataclasses.replace(BARE, sizes=[(1000, 1e8), (100_000, 1e9)], full_bytes=2e9), fan_in=8))
    assert "merges, level 3" in shown and "1,000" not in shown.splitlines()[0]
    assert plan(100, 2, BARE).frame().columns.tolist() == ["what", "value"]
