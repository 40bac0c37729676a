"""A corpus surveyed, divided and streamed, held to Python's own tarfile and to the files themselves."""

import hashlib
import io
import random
import tarfile
import zipfile
from collections import defaultdict

import fsspec.implementations.zip
import pytest

from cluster_world import drawn, make_corpus
from lucarne import BadValue
from lucarne.cluster import CorpusChanged, corpus as corpora


def entries_of(corpus, is_local=True, **options):
    described = corpora.described(corpus)
    plan = corpora.listed(described, **options)
    prefix = plan.kind == "tar" and len(plan.files) > 1
    return corpora.told_apart(each for chunk in corpora.chunks(plan) for each in corpora.survey(described, chunk, is_local, prefix))


def streamed(entries):
    output = io.BytesIO()
    corpora.stream(entries, output)
    output.seek(0)
    with tarfile.open(fileobj=output) as archive:
        return [(each.name, archive.extractfile(each).read()) for each in archive]


def test_a_folder_has_its_pictures_by_rising_names(tmp_path):
    make_corpus(tmp_path, 7)
    expected = sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*.png") if not each.name.startswith("."))
    assert [each.name for each in entries_of(tmp_path)] == sorted([*expected, "unnamed"])
    assert len(entries_of(tmp_path, limit=3)) == 3
    # Where it is to be a member of a tar, a picture must be called one.
    assert [each.name for each in entries_of(tmp_path, is_local=False)] == sorted([*expected, "unnamed.png"])


def test_keys_are_digests_of_contents(tmp_path):
    make_corpus(tmp_path, 4)
    for each in entries_of(tmp_path):
        assert hashlib.sha256((tmp_path / each.name).read_bytes()).hexdigest().startswith(each.key)


def test_equal_contents_are_in_one_part_however_it_is_divided():
    chance = random.Random(5)
    entries = [corpora.Entry(f"{number:04d}", ("file", ""), str(chance.randrange(60))) for number in range(200)]
    for count in (1, 2, 7, 50, 500):
        parts = corpora.divided(entries, count)
        homes = defaultdict(set)
        for number, part in enumerate(parts):
            for each in part:
                homes[each.key].add(number)
        assert all(len(each) == 1 for each in homes.values())
        assert sorted(each for part in parts for each in part) == entries
        assert len(parts) <= count and all(parts)
        sizes = [len({each.key for each in part}) for part in parts]
        assert max(sizes) - min(sizes) <= max(sizes[0] - sizes[-1], 1)


@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_a_tar_comes_out_as_it_is_whatever_part_is_asked_for(tmp_path, ending):
    place = tmp_path / f"samples.{ending}"
    members = []
    for number in range(9):
        members.append((f"a/{number:03d}.png", drawn(number)))
        if number % 2:
            members.append((f"a/{number:03d}.txt", f"picture {number}".encode()))
    members.append(("b/both.left.png", drawn(50)))
    members.append(("b/both.right.png", drawn(51)))
    members.append(("b/both.json", b'{"caption": "two"}'))
    members.append(("c/alone.txt", b"a text alone"))
    with tarfile.open(place, "w:gz" if ending.endswith("gz") else "w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    entries = entries_of(place)
    assert [each.name for each in entries] == [name for name, _ in members if name.endswith("png")] + ["c/alone.txt"]
    found = streamed(entries)
    assert set(found) == set(members)
    some = [entries[1], entries[4], entries[10], entries[11]]
    expected = {"a/001.png", "a/001.txt", "a/004.png", "b/both.right.png", "b/both.json", "c/alone.txt"}
    assert {name for name, _ in streamed(some)} == expected
    assert set(streamed(some)) <= set(members)


def test_rows_of_parquet_come_out_as_they_are(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    pytest.importorskip("pyarrow.parquet")

    pictures = [drawn(number) for number in range(10)]
    table = pyarrow.table({
        "image": [{"bytes": each, "path": None} for each in pictures], "source": [f"album {number}" for number in range(10)],
        "rest": list(range(10)),
    })  # fmt: skip
    pyarrow.parquet.write_table(table, tmp_path / "train-0.parquet", row_group_size=3)
    entries = entries_of(tmp_path / "train-0.parquet")
    assert [each.name for each in entries] == [f"train-0/{number:08d}.png" for number in range(10)]
    found = streamed([entries[2], entries[7]])
    assert found == [
        ("train-0/00000002.png", pictures[2]), ("train-0/00000002.json", b'{"source": "album 2"}'),
        ("train-0/00000007.png", pictures[7]), ("train-0/00000007.json", b'{"source": "album 7"}'),
    ]  # fmt: skip


def test_what_was_changed_since_the_survey_is_not_streamed(tmp_path):
    place = tmp_path / "one.png"
    place.write_bytes(drawn(1))
    entries = entries_of(tmp_path)
    corpora.check_files(entries)
    place.write_bytes(drawn(2))
    with pytest.raises(CorpusChanged, match="one.png is not what it was"):
        streamed(entries)
    with pytest.raises(CorpusChanged, match="was written to"):
        corpora.check_files(entries)
    place.unlink()
    with pytest.raises(CorpusChanged, match="gone"):
        streamed(entries)


@pytest.mark.parametrize("content, words", [(b"", "empty"), (bytes(range(256)) * 9, "invalid header"), (None, "unexpected end")])
def test_a_damaged_tar_is_named(tmp_path, content, words):
    place = tmp_path / "some.tar"
    if content is None:
        member = tarfile.TarInfo("a.png")
        member.size = 1 << 40
        content = member.tobuf() + b"short"
    place.write_bytes(content)
    with pytest.raises(BadValue, match=f"{place} cannot be read: {words}"):
        entries_of(place)


def test_an_archive_that_is_written_to_is_another(tmp_path):
    """Also where all pictures are what they were."""
    place = tmp_path / "some.tar"
    for caption in (b"one", b"two"):
        with tarfile.open(place, "w") as archive:
            for name, content in (("a.png", drawn(1)), ("a.txt", caption)):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        if caption == b"one":
            entries = entries_of(place)
            corpora.check_files(entries)
    with pytest.raises(CorpusChanged, match="some.tar was written to"):
        corpora.check_files(entries)


def test_a_file_that_is_empty_now_is_another(tmp_path):
    (tmp_path / "a.png").write_bytes(drawn(1))
    (tmp_path / "b.png").write_bytes(b"")
    (tmp_path / "c.png").symlink_to("c.png")
    entries = entries_of(tmp_path, is_local=False)
    assert [(name, len(content)) for name, content in streamed(entries)][1:] == [("b.png", 0), ("c.png", 0)]
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(CorpusChanged, match="a.png is not what it was"):
        streamed(entries)


def test_a_store_that_is_out_of_reach_is_no_unreadable_picture(tmp_path, monkeypatch):
    """The survey of what a store holds fails, to be made again; it does not list the picture as unreadable."""
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.writestr("a.png", drawn(1))
    place = f"zip://::file://{tmp_path}/some.zip"
    monkeypatch.setattr(fsspec.implementations.zip.ZipFileSystem, "_open", lambda *_, **__: (_ for _ in ()).throw(OSError(5, "reset")))
    with pytest.raises(OSError, match="reset"):
        entries_of({"folder": place}, is_local=False)


def test_a_picture_that_is_too_long_is_not_held(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "PICTURE_BYTES", 1000)
    (tmp_path / "a.png").write_bytes(drawn(1) + bytes(1000))
    with tarfile.open(tmp_path / "some.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.png", "a.png")
    with tarfile.open(tmp_path / "some.tar", "w") as archive:
        archive.add(tmp_path / "a.png", "a.png")
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.write(tmp_path / "a.png", "a.png")
    for place in (tmp_path, tmp_path / "some.tar", tmp_path / "some.tar.gz", {"folder": f"zip://::file://{tmp_path}/some.zip"}):
        assert streamed(entries_of(place, is_local=False)) == [("a.png", b"")]


@pytest.mark.parametrize(
    "given, words",
    [([], "empty"), ({"folder": "a", "tar": "b"}, "expected one of"), (["a.tar", "b.parquet"], "expected places of one kind"),
     (["a", "b"], "expected one"), ({"picture": "x"}, "expected one of")],
)  # fmt: skip
def test_what_is_no_corpus_is_refused(given, words):
    with pytest.raises(BadValue, match=words):
        corpora.described(given)
