"""A corpus as its entries: listed, surveyed once for their contents, and given out in parts.

Equal contents must fall in one part, because parts with a content in common cannot be merged. So every picture is read once
for its digest before the work begins; the digests also tell when a corpus changes under way.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import IO, Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence, Union

from ..errors import BadValue
from . import storage
from .errors import CorpusChanged

#: A folder, a tar, a file of Parquet, a list (`.txt`) or prompts (`.jsonl`), by path or address; several tars or files of
#: Parquet; or one of them by its kind, such as {"folder": "s3://bucket/pictures"}.
Corpus = Union[storage.Place, Sequence[storage.Place], Mapping[str, Any]]

SUFFIXES = {"png", "jpg", "jpeg", "webp", "gif", "bmp"}
TARS = (".tar", ".tar.gz", ".tgz")
KINDS = ("folder", "list", "tar", "parquet", "prompts")

#: Files whose contents one task of a survey reads.
SURVEYED_TOGETHER = 512
#: Pictures that are read ahead of the stream.
AHEAD = 16
#: The longest file that the program takes for a picture; longer ones are listed as unreadable without being sent.
PICTURE_BYTES = 1 << 28


class Entry(NamedTuple):
    """One picture or text of a corpus."""

    #: As a run over the whole corpus names it.
    name: str
    #: Where it lies: ("file", place), ("slice", tar, offset, size, ((suffix, offset, size), …)), ("member", tar, number),
    #: ("row", file, number, column), ("prompt", JSON), or ("none", tar) of a member that is no file.
    place: tuple[Any, ...]
    #: Digest of its picture, or of its text where there is none: entries with equal contents have equal keys.
    key: str
    #: Of a file, what tells that it was not touched.
    stamp: str = ""


def entry(wire: Sequence[Any]) -> Entry:
    """An entry as JSON has it."""

    def whole(value: Any) -> Any:
        return tuple(whole(each) for each in value) if isinstance(value, (list, tuple)) else value

    name, place, key, stamp = wire
    return Entry(name, whole(place), key, stamp)


class CorpusPlan(NamedTuple):
    """What a corpus consists of, before anything is read."""

    kind: str
    #: Files with their names and stamps, or archives, files of Parquet, prompts.
    files: list[tuple[str, str, str]]
    #: Whether the program can open its files itself.
    is_local: bool


def suffix(name: str) -> str:
    last = name.rpartition("/")[2]
    return last.rpartition(".")[2].lower() if "." in last else ""


def described(corpus: Corpus) -> dict[str, Any]:
    """A corpus by its kind and places, which need not be looked at for it."""
    if isinstance(corpus, Mapping):
        given = [each for each in KINDS if corpus.get(each) is not None]
        unknown = set(corpus) - set(KINDS) - {"image", "source", "text"}
        if len(given) != 1 or unknown:
            raise BadValue(f"the corpus is {dict(corpus)!r}, expected one of {', '.join(KINDS)}, such as {{\"folder\": PATH}}")
        places = _places(corpus[given[0]])
        columns = {each: corpus[each] for each in ("image", "source", "text") if corpus.get(each) is not None}
        return _checked({"kind": given[0], "places": places, "columns": columns})
    places = _places(corpus)
    kinds = {_kind(each) for each in places}
    if len(kinds) != 1:
        raise BadValue(f"the corpus has {', '.join(sorted(kinds))}, expected places of one kind")
    return _checked({"kind": kinds.pop(), "places": places, "columns": {}})


def _places(value: Any) -> list[str]:
    many = [value] if isinstance(value, (str, os.PathLike)) else list(value)
    if not many:
        raise BadValue("the corpus is empty, expected a folder, a tar, a list, prompts, or files of Parquet")
    return [storage.absolute(each) for each in many]


def _checked(corpus: dict[str, Any]) -> dict[str, Any]:
    if len(corpus["places"]) > 1 and corpus["kind"] not in ("tar", "parquet"):
        raise BadValue(f"the corpus has {len(corpus['places'])} places of the kind {corpus['kind']}, expected one")
    return corpus


def _kind(place: str) -> str:
    name = place.partition("::")[0].lower()
    if name.endswith(TARS):
        return "tar"
    by_suffix = {"parquet": "parquet", "txt": "list", "jsonl": "prompts"}
    return by_suffix.get(suffix(name), "folder")


# Listing


def listed(corpus: Mapping[str, Any], limit: int | None = None) -> CorpusPlan:
    """What there is, on the machine that runs this; contents are not read but for files without a picture's suffix."""
    kind, places = corpus["kind"], corpus["places"]
    is_local = kind in ("folder", "list", "prompts") and all(map(storage.is_local, places))
    if kind == "folder":
        if is_local and not os.path.isdir(places[0]):
            raise FileNotFoundError(f"the corpus {places[0]} is not a folder that this worker sees")
        found = sorted(storage.files(places[0]), key=lambda each: os.fsencode(each[0]))
        pictures: Iterable[tuple[str, str, str]] = (each for each in found if _is_picture(*each[:2]))
        return CorpusPlan(kind, _known(islice(pictures, limit), is_local), is_local)
    if kind == "list":
        text = storage.read(places[0]).removeprefix(b"\xef\xbb\xbf")
        folder = places[0].rpartition("/")[0]
        lines = [os.fsdecode(each.removesuffix(b"\r")) for each in text.split(b"\n") if each.strip(b" \t\r")]
        files = [(each, _beside(each, folder), "") for each in lines[:limit]]
        is_local = is_local and all(storage.is_local(each[1]) for each in files)
        return CorpusPlan(kind, _known(map(_stamped, files), is_local), is_local)
    archives: list[str] = []
    for place in places:
        if any(mark in place for mark in "*?["):
            system, path = storage.filesystem(place)
            matches = sorted(system.glob(path))
            if not matches:
                raise FileNotFoundError(f"nothing matches {place}")
            archives += [(each if storage.is_local(place) else system.unstrip_protocol(each)) for each in matches]
        else:
            archives.append(place)
    return CorpusPlan(kind, [_stamped((each, each, "")) for each in archives], is_local)


def _known(found: Iterable[tuple[str, str, str]], is_local: bool) -> list[tuple[str, str, str]]:
    files = list(found)
    if is_local and (odd := next((each for each in files if "\n" in each[1] or each[1].endswith("\r")), None)):
        raise BadValue(f"the name of the picture {odd[0]!r} has a line break, which no list of files can hold")
    return files


def _stamped(file: tuple[str, str, str]) -> tuple[str, str, str]:
    try:
        if storage.is_local(file[1]):
            return file[0], file[1], storage.file_stamp(file[1])
        system, path = storage.filesystem(file[1])
        return file[0], file[1], storage.stamp(system.info(path))
    except OSError as error:
        if not storage.is_settled(error, file[1]):
            raise
        return file[0], file[1], "missing"


def _beside(name: str, folder: str) -> str:
    """Where a name of a list leads, which may be an address."""
    if not storage.is_local(name):
        return name
    if storage.is_local(folder):
        return os.path.normpath(os.path.join(folder, name))
    return name if name.startswith("/") else storage.join(folder, name)


def _is_picture(name: str, place: str) -> bool:
    """By its name, whatever it holds; others by how they begin."""
    found = suffix(name)
    if found in SUFFIXES:
        return True
    if found in ("txt", "json", "jsonl", "md", "csv", "parquet", "tar", "gz"):
        return False
    try:
        with storage.open_file(place) as file:
            return picture_suffix(file.read(32)) is not None
    except OSError as error:
        if not storage.is_settled(error, place):
            raise
        return False


def picture_suffix(content: bytes) -> str | None:
    """What the beginning of a picture's file says it is."""
    if content.startswith(b"RIFF"):
        return "webp" if content[8:12] == b"WEBP" else None
    beginnings = {"png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF8", "bmp": b"BM", "jpg": b"\xff\xd8\xff"}
    return next((each for each, beginning in beginnings.items() if content.startswith(beginning)), None)


# The survey


def chunks(plan: CorpusPlan) -> list[list[tuple[str, str, str]]]:
    """What one task of the survey reads at a time: some files, or one archive."""
    step = SURVEYED_TOGETHER if plan.kind in ("folder", "list") else 1
    return [plan.files[start : start + step] for start in range(0, len(plan.files), step)]


def survey(
    corpus: Mapping[str, Any], files: list[tuple[str, str, str]], is_local: bool = False, prefix: bool = False
) -> list[Entry]:
    """The entries of a chunk, with their keys.

    is_local: whether the program opens files itself. prefix: whether names begin with that of their archive.
    """
    kind = corpus["kind"]
    if kind in ("folder", "list"):
        return [_file_entry(*each, is_local) for each in files]
    ((_, place, mark),) = files
    if kind == "tar":
        try:
            return _tar_entries(place, mark, prefix)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadValue(f"the corpus {place} cannot be read: {error}") from error
    if kind == "parquet":
        return _row_entries(place, mark, corpus["columns"])
    return _prompt_entries(place, mark)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _file_entry(name: str, place: str, mark: str, is_local: bool) -> Entry:
    key, beginning = _file_key(name, place)
    if not is_local and suffix(name) not in SUFFIXES:
        # A member of a tar is a picture by its name alone.
        name += f".{picture_suffix(beginning) or 'jpg'}"
    return Entry(name, ("file", place), key, mark)


def _file_key(name: str, place: str) -> tuple[str, bytes]:
    """A file's digest and its beginning."""
    try:
        with storage.open_file(place) as file:
            return _key_of(file)
    except OSError as error:
        if not storage.is_settled(error, place):
            raise
        # The index lists it as unreadable, under its name.
        return digest(os.fsencode(name)), b""


def _key_of(file: IO[bytes]) -> tuple[str, bytes]:
    """The digest of what is left of a file, by pieces, and its beginning."""
    hash_, beginning = hashlib.sha256(), b""
    while block := file.read(1 << 20):
        beginning = beginning or block[:32]
        hash_.update(block)
    return hash_.hexdigest()[:32], beginning


def _sample(name: str) -> str:
    folder, slash, base = name.rpartition("/")
    return folder + slash + base.partition(".")[0]


def _tar_entries(place: str, mark: str, prefix: bool) -> list[Entry]:
    """The pictures of a WebDataset tar with the texts beside them, and texts alone."""
    beginning = _stem(place) + "/" if prefix else ""
    packed = place.lower().partition("::")[0].endswith(("gz", "tgz"))
    found: list[Entry] = []
    times: dict[str, int] = {}

    def take(members: list[tuple[str, int, int, int, str]]) -> None:
        """One sample: (name, number, offset, size, digest) of its members."""
        pictures = [each for each in members if suffix(each[0]) in SUFFIXES]
        texts = [each for each in members if suffix(each[0]) in ("txt", "json")]
        for name, number, offset, size, key in pictures or texts[:1]:
            beside = texts if pictures else texts[1:]
            times[name] = times.get(name, 0) + 1
            called = beginning + (name if times[name] == 1 else _numbered(name, times[name]))
            if number < 0:
                at: tuple[Any, ...] = ("none", place)
            elif packed:
                at = ("member", place, number, tuple((suffix(each[0]), each[1]) for each in beside))
            else:
                at = ("slice", place, offset, size, tuple((suffix(each[0]), each[2], each[3]) for each in beside))
            found.append(Entry(called, at, key, mark))

    with storage.open_file(place) as file, tarfile.open(fileobj=file, mode="r|*") as archive:
        sample: list[tuple[str, int, int, int, str]] = []
        for number, member in enumerate(archive):
            name = file_name(member.name)
            base = name.rpartition("/")[2]
            is_link = not member.isfile() and not member.isdir() and suffix(name) in SUFFIXES
            if not (member.isfile() or is_link) or base.startswith("."):
                continue
            if sample and _sample(sample[-1][0]) != _sample(name):
                take(sample)
                sample = []
            if member.issparse():
                raise BadValue(f"the member {name} of {place} is sparse, which lies in an archive otherwise than it is")
            content = None if is_link else archive.extractfile(member)
            key = digest(os.fsencode(member.name)) if content is None else _key_of(content)[0]
            sample.append((name, -1 if content is None else number, member.offset_data, member.size, key))
        if sample:
            take(sample)
    return found


def file_name(path: str) -> str:
    """A path as the program writes it: bytes that are no UTF-8 as \\xE9."""
    content = os.fsencode(path)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return "".join(f"\\x{ord(each) - 0xDC00:02X}" if "\udc80" <= each <= "\udcff" else each for each in path)


def _numbered(name: str, times: int) -> str:
    """A name that comes again in one archive."""
    folder, slash, base = name.rpartition("/")
    head, point, rest = base.partition(".")
    return f"{folder}{slash}{head}~{times}{point}{rest}"


def _stem(place: str) -> str:
    base = place.partition("::")[0].rpartition("/")[2]
    for each in TARS:
        base = base.removesuffix(each)
    return base.removesuffix(".parquet").replace(".", "-")


def _row_entries(place: str, mark: str, columns: Mapping[str, Any]) -> list[Entry]:
    found = []
    for number, content, _ in _rows(place, columns):
        name = f"{_stem(place)}/{number:08d}.{picture_suffix(content) or 'jpg'}"
        found.append(Entry(name, ("row", place, number, tuple(sorted(columns.items()))), digest(content), mark))
    return found


def _rows(place: str, columns: Mapping[str, Any], wanted: set[int] | None = None) -> Iterator[tuple[int, bytes, dict[str, str]]]:
    """The rows of a file of Parquet: number, the picture's bytes, what is said beside it."""
    import pyarrow.parquet

    image = columns.get("image", "image")
    beside = {"source": columns.get("source", "source"), "text": columns.get("text")}
    with storage.open_file(place) as file, pyarrow.parquet.ParquetFile(file) as table:
        names = set(table.schema_arrow.names)
        if image not in names:
            raise BadValue(f'{place} has no column "{image}": it has {", ".join(sorted(names))}')
        read = [each for each in (image, *beside.values()) if each in names]
        number = 0
        for group in range(table.metadata.num_row_groups):
            count = table.metadata.row_group(group).num_rows
            if wanted is not None and wanted.isdisjoint(range(number, number + count)):
                number += count
                continue
            for batch in table.iter_batches(batch_size=32, row_groups=[group], columns=read):
                for row in batch.to_pylist():
                    if wanted is None or number in wanted:
                        value = row[image]
                        content = value.get("bytes") if isinstance(value, dict) else value
                        facts = {name: row.get(column) for name, column in beside.items() if column}
                        said = {name: str(each) for name, each in facts.items() if each is not None}
                        yield number, content if isinstance(content, bytes) else b"", said
                    number += 1


def _prompt_entries(place: str, mark: str) -> list[Entry]:
    """The lines of a file of prompts, with the pictures' paths made absolute."""
    folder = place.rpartition("/")[0]
    found = []
    text = storage.read(place).removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(text.split(b"\n"), 1):
        if not line.strip(b" \t\r"):
            continue
        name, key, value = f"line {number}", digest(line), None
        try:
            value = json.loads(line.decode(), parse_constant=_refused)
            # Half of a pair of surrogates is no text.
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            value = None  # The program says what is wrong with it.
        if isinstance(value, dict):
            given = value.setdefault("id", name)
            if isinstance(given, (str, int)) and not isinstance(given, bool):
                name = str(given)
            elif isinstance(given, float) and given.is_integer():
                name = str(int(given))
            image = value.get("image")
            if isinstance(image, str):
                value["image"] = _beside(image, folder)
                if not storage.is_local(value["image"]):
                    raise BadValue(f"the picture {value['image']} of {name} is no file: prompts with pictures lie in shared folders")
                key, _ = _file_key(image, value["image"])
            elif isinstance(value.get("text"), str):
                key = digest(value["text"].encode())
            line = json.dumps(value, ensure_ascii=False).encode()
        found.append(Entry(name, ("prompt", line.decode("utf-8", "replace")), key, mark))
    return found


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")


def told_apart(entries: Iterable[Entry]) -> list[Entry]:
    """Members of one name in archives of one name are numbered; files' names the program numbers itself."""
    times: dict[str, int] = {}
    found = []
    for each in entries:
        times[each.name] = count = times.get(each.name, 0) + 1
        is_own = count == 1 or each.place[0] in ("file", "prompt")
        found.append(each if is_own else each._replace(name=_numbered(each.name, count)))
    return found


def fingerprint(entries: Iterable[Entry]) -> str:
    """What tells one corpus from another."""
    hash_ = hashlib.sha256()
    for each in entries:
        hash_.update(os.fsencode(each.name) + b"\0" + each.key.encode() + b"\n")
    return hash_.hexdigest()


def difference(before: Sequence[Sequence[str]], after: Sequence[Entry]) -> str:
    """What is other in a corpus, in words; before: (name, key) of what it had."""
    then, now = {each[0]: each[1] for each in before}, {each.name: each.key for each in after}
    groups = [
        ("new", [each for each in now if each not in then]),
        ("gone", [each for each in then if each not in now]),
        ("changed", [each for each in now if each in then and now[each] != then[each]]),
    ]
    words = [f"{len(names)} {what}, such as {names[0]!r}" for what, names in groups if names]
    return "; ".join(words) or "its order is another"


def divided(entries: Sequence[Entry], parts: int) -> list[list[Entry]]:
    """Runs of about equal length, in the corpus' order, in which equal contents are together."""
    first: dict[str, int] = {}
    for each in entries:
        first.setdefault(each.key, len(first))
    quota = max(1, -(-len(first) // parts))
    found: list[list[Entry]] = [[] for _ in range(-(-len(first) // quota))]
    for each in entries:
        found[first[each.key] // quota].append(each)
    return found


# Giving a part to the program


def check_files(entries: Iterable[Entry]) -> None:
    """Throws where files and archives are not those of the survey; of an address's files the contents are compared as they are read."""
    known = {(each.place[1], each.stamp) for each in entries if each.place[0] != "prompt"
             and (each.place[0] != "file" or storage.is_local(each.place[1]))}  # fmt: skip
    for place, stamp in sorted(known):
        now = _stamped((place, place, ""))[2]
        if stamp and now != stamp:
            raise CorpusChanged(f"{place} {'is gone' if now == 'missing' else 'was written to'} while the index was built")


def write_list(entries: Iterable[Entry], path: str) -> None:
    """A file that names pictures, a line each."""
    with open(path, "wb") as file:
        for each in entries:
            file.write(os.fsencode(each.place[1]) + b"\n")


def write_prompts(entries: Iterable[Entry], path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        for each in entries:
            file.write(each.place[1] + "\n")


def stream(entries: Sequence[Entry], output: IO[bytes], stopped: Callable[[], bool] = lambda: False) -> None:
    """Writes entries as one tar, each with the texts beside it. Throws `CorpusChanged` where a content is another."""
    with tarfile.open(fileobj=output, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for entry, content, beside in _contents(entries):
            if stopped():
                return
            if content is not None and digest(content) != entry.key:
                raise CorpusChanged(f"{entry.place[1]} is not what it was when the work began: {entry.name} is another")
            _add(archive, entry.name, content or b"")
            for name, text in beside:
                _add(archive, f"{_sample(entry.name)}.{name}", text)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


#: An entry with its bytes, None where it is none or too long, and the texts beside it.
Content = tuple[Entry, "bytes | None", list[tuple[str, bytes]]]


def _contents(entries: Sequence[Entry]) -> Iterator[Content]:
    """What entries hold, in their order; one that cannot be read is empty, as the index then says."""
    start = 0
    while start < len(entries):
        # Runs of one archive are read together.
        kind, source = entries[start].place[0], entries[start].place[1]
        end = start + 1
        while end < len(entries) and entries[end].place[0] == kind and (kind == "file" or entries[end].place[1] == source):
            end += 1
        run = entries[start:end]
        yield from {"file": _file_contents, "slice": _slices, "member": _members, "row": _row_contents, "none": _no_contents}[kind](run)
        start = end


def _no_contents(entries: Sequence[Entry]) -> Iterator[Content]:
    for each in entries:
        yield each, None, []


def _bounded(content: bytes) -> bytes | None:
    return content if len(content) <= PICTURE_BYTES else None


def _file_contents(entries: Sequence[Entry]) -> Iterator[Content]:
    def content(entry: Entry) -> bytes | None:
        try:
            place, length = entry.place[1], entry.stamp.partition(" ")[0]
            if storage.is_local(place):
                with storage.open_file(place) as file:
                    return _bounded(file.read(PICTURE_BYTES + 1))
            # Of a store's file the survey knows the length: it is got by one request.
            return storage.read(place) if not length.isdigit() or int(length) <= PICTURE_BYTES else None
        except FileNotFoundError:
            if entry.stamp == "missing":
                return None
            raise CorpusChanged(f"{entry.place[1]} is gone while the index was built") from None
        except OSError as error:
            if not storage.is_settled(error, entry.place[1]):
                raise
            return None

    at_once = storage.reads_at_once(entries[0].place[1])
    with ThreadPoolExecutor(at_once, thread_name_prefix="corpus") as pool:
        waiting: list[tuple[Entry, Future[bytes | None]]] = []
        rest = iter(entries)
        try:
            while True:
                for each in islice(rest, AHEAD - len(waiting)):
                    waiting.append((each, pool.submit(content, each)))
                if not waiting:
                    return
                entry, future = waiting.pop(0)
                yield entry, future.result(), []
        finally:
            for _, future in waiting:
                future.cancel()


def _slices(entries: Sequence[Entry]) -> Iterator[Content]:
    with storage.open_file(entries[0].place[1]) as file:

        def at(offset: int, size: int) -> bytes:
            file.seek(offset)
            return bytes(file.read(size))

        for each in entries:
            _, _, offset, size, beside = each.place
            content = at(offset, size) if size <= PICTURE_BYTES else None
            yield each, content, [(name, at(start, length)) for name, start, length in beside]


def _members(entries: Sequence[Entry]) -> Iterator[Content]:
    """Of a packed archive, which is read from its beginning."""
    wanted = {number for each in entries for number in (each.place[2], *(other for _, other in each.place[3]))}
    last = max(wanted)
    held: dict[int, bytes | None] = {}
    waiting = list(entries)
    with storage.open_file(entries[0].place[1]) as file, tarfile.open(fileobj=file, mode="r|*") as archive:
        for number, member in enumerate(archive):
            if number in wanted:
                content = archive.extractfile(member)
                held[number] = _bounded(content.read(PICTURE_BYTES + 1)) if content is not None else b""
            while waiting and number >= max([waiting[0].place[2], *(other for _, other in waiting[0].place[3])]):
                each = waiting.pop(0)
                # A text may belong to several pictures of a sample.
                yield each, held.get(each.place[2], b""), [(name, held.get(other) or b"") for name, other in each.place[3]]
                for known in [known for known in held if known < each.place[2] - 64]:
                    del held[known]
            if number >= last:
                break
    if waiting:
        raise CorpusChanged(f"{waiting[0].place[1]} is shorter than it was when the work began")


def _row_contents(entries: Sequence[Entry]) -> Iterator[Content]:
    by_number = {each.place[2]: each for each in entries}
    found = set()
    for number, content, said in _rows(entries[0].place[1], dict(entries[0].place[3]), set(by_number)):
        found.add(number)
        facts = json.dumps(said, ensure_ascii=False).encode()
        yield by_number[number], content, [("json", facts)] if said else []
    if missing := set(by_number) - found:
        raise CorpusChanged(f"{entries[0].place[1]} has no row {min(missing)} any more")
