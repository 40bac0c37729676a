"""Files by path or by address: what workers share, a folder or an object store, through fsspec."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
import uuid
from typing import Any, Iterator, Mapping, Union

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from ..errors import BadValue

#: A path, or an address such as `s3://bucket/pictures`.
Place = Union[str, "os.PathLike[str]"]

#: Stores in which a file appears whole or not at all, so that no rename is needed.
_ATOMIC = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss", "memory"}


def absolute(place: Place) -> str:
    """An address as it is, a path made absolute."""
    text = os.fspath(place)
    if "://" in text or "::" in text:
        return text[len("file://") :] if text.startswith("file:///") else text
    return os.path.abspath(os.path.expanduser(text))


def is_local(place: str) -> bool:
    """Whether it is a path that programs can open."""
    return "://" not in place and "::" not in place


def filesystem(place: str) -> tuple[Any, str]:
    """The file system, and the path in it. Listings are not cached: others write, too. Throws BadValue of an unknown kind."""
    try:
        found, path = url_to_fs(place)
    except ValueError as error:
        raise BadValue(f"the address {place} cannot be opened: {error}") from None
    found.invalidate_cache()
    return found, path


def join(place: str, *names: str) -> str:
    return "/".join([place.rstrip("/"), *names])


def _is_atomic(system: Any) -> bool:
    protocol = system.protocol
    return bool(_ATOMIC & {protocol} if isinstance(protocol, str) else _ATOMIC & set(protocol))


def exists(place: str) -> bool:
    system, path = filesystem(place)
    return bool(system.exists(path))


def size(place: str) -> int:
    system, path = filesystem(place)
    return int(system.size(path) or 0)


def stamp_of(place: str) -> str | None:
    """What tells that a file is still the same; None where there is none."""
    system, path = filesystem(place)
    try:
        return stamp(system.info(path))
    except FileNotFoundError:
        return None


def read(place: str) -> bytes:
    """The bytes of a file. Raises FileNotFoundError."""
    system, path = filesystem(place)
    return bytes(system.cat_file(path))


def write(place: str, content: bytes) -> None:
    """Writes a file whole: under another name first, where the store does not do so by itself."""
    system, path = filesystem(place)
    parent = path.rpartition("/")[0]
    if parent and not _is_atomic(system):
        system.makedirs(parent, exist_ok=True)
    if _is_atomic(system):
        system.pipe_file(path, content)
        return
    temporary = f"{path}.{uuid.uuid4().hex[:12]}.tmp"
    try:
        system.pipe_file(temporary, content)
        _replace(system, temporary, path)
    except BaseException:
        _forget(system, temporary)
        raise


def read_json(place: str) -> Any:
    """What a file of JSON holds; None where there is no file, or none that can be read as JSON."""
    try:
        return json.loads(read(place))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def write_json(place: str, value: Mapping[str, Any]) -> None:
    write(place, json.dumps(value, separators=(",", ":")).encode())


def upload(source: str, place: str) -> None:
    """Copies a file of this machine to a place, where it appears whole."""
    system, path = filesystem(place)
    if _is_atomic(system):
        system.put_file(source, path)
        return
    parent = path.rpartition("/")[0]
    if parent:
        system.makedirs(parent, exist_ok=True)
    temporary = f"{path}.{uuid.uuid4().hex[:12]}.tmp"
    try:
        if isinstance(system, LocalFileSystem):
            shutil.copyfile(source, temporary)
        else:
            system.put_file(source, temporary)
        _replace(system, temporary, path)
    except BaseException:
        _forget(system, temporary)
        raise


def download(place: str, target: str) -> None:
    """Copies a place's file to this machine, where it appears whole. Raises FileNotFoundError."""
    system, path = filesystem(place)
    temporary = f"{target}.{uuid.uuid4().hex[:12]}.tmp"
    try:
        if isinstance(system, LocalFileSystem):
            shutil.copyfile(path, temporary)
        else:
            system.get_file(path, temporary)
        os.replace(temporary, target)
    finally:
        if os.path.lexists(temporary):
            os.unlink(temporary)


def _replace(system: Any, temporary: str, path: str) -> None:
    if isinstance(system, LocalFileSystem):
        os.replace(temporary, path)
    else:
        system.mv(temporary, path)


def _forget(system: Any, path: str) -> None:
    try:
        system.rm_file(path)
    except Exception:  # noqa: BLE001: what failed before is the news
        pass


def remove(place: str) -> None:
    """Takes a file away, if it is there."""
    system, path = filesystem(place)
    try:
        system.rm_file(path)
    except FileNotFoundError:
        pass


def remove_folder(place: str) -> None:
    """Takes a folder away with all that is in it, if it is there."""
    system, path = filesystem(place)
    try:
        system.rm(path, recursive=True)
    except FileNotFoundError:
        pass


def stamp(info: Mapping[str, Any]) -> str:
    """What tells that a file is still the same, without reading it."""
    mark = info.get("ETag") or info.get("etag") or info.get("md5Hash") or info.get("mtime") or info.get("LastModified")
    return f"{info.get('size', '')} {mark if mark is not None else ''}".strip()


def file_stamp(path: str) -> str:
    """The same of a file of this machine."""
    found = os.stat(_named(path))
    return f"{found.st_size} {found.st_mtime_ns}"


def _named(path: str) -> str:
    if "\0" in path:
        raise FileNotFoundError(errno.ENOENT, "no file has a zero byte in its name", path)
    return path


def files(place: str) -> Iterator[tuple[str, str, str]]:
    """The files below a folder: name, address, stamp. What is hidden, and what links to folders lead to, is left out."""
    if is_local(place):
        yield from _local_files(place)
        return
    system, path = filesystem(place)
    root = path.rstrip("/")
    # A chained address (zip::s3://…) names the place within its first link.
    first, chain, rest = place.partition("::")
    found = system.find(path, detail=True)
    for each, info in found.items():
        name = each[len(root) :].lstrip("/") if each.startswith(root) else each.lstrip("/")
        if any(part.startswith(".") for part in name.split("/")):
            continue
        address = system.unstrip_protocol(each)
        yield name, address + chain + rest if chain else address, stamp(info)


def _local_files(folder: str) -> Iterator[tuple[str, str, str]]:
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(os.path.join(folder, prefix)) as found:
            for each in found:
                if each.name.startswith("."):
                    continue
                if each.is_dir(follow_symlinks=False):
                    waiting.append(prefix + each.name + "/")
                    continue
                try:
                    if each.is_file():
                        yield prefix + each.name, each.path, file_stamp(each.path)
                    elif not os.path.exists(each.path):
                        yield prefix + each.name, each.path, "missing"
                except OSError:
                    # A link that leads nowhere, or to itself; or a file that has just gone.
                    yield prefix + each.name, each.path, "missing"


@contextlib.contextmanager
def open_file(place: str) -> Iterator[Any]:
    """A file for reading."""
    if is_local(place):
        # What is no file, such as a pipe, would be waited for, or would never end.
        with open(os.open(_named(place), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, "is no file", place)
            yield file
        return
    # Some file systems close their files when they are forgotten.
    system, path = filesystem(place)
    with system.open(path, "rb") as file:
        yield file


def reads_at_once(place: str) -> int:
    """How many files of a store may be read at the same time."""
    return 8 if is_local(place) or filesystem(place)[0].async_impl else 1


def is_settled(error: OSError, place: str) -> bool:
    """Whether a file will be as unreadable the next time; a store may only have been out of reach."""
    lasting = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
    return isinstance(error, lasting) or is_local(place) and error.errno not in (errno.EIO, errno.ESTALE, errno.ETIMEDOUT)


def is_full(error: BaseException) -> bool:
    """Whether a failure says that there is no room left."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
