#!/usr/bin/env python3
"""Makes a wheel of this package with the program inside.

    python3 protocol/clients/python/wheel.py PROGRAM FOLDER

PROGRAM is what `.ci/program` made: the program, its world, its page and its libraries. The wheel installs the package with PROGRAM
as `lucarne/_program`, and the command `lucarne`. Its tag is the oldest C library that everything in it runs with, by the versions of
the symbols that are asked for. Written by the standard library alone (3.11), the same bytes for the same files.
"""

import argparse
import base64
import email.message
import hashlib
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What a manylinux tag promises of each kind of symbol (PEP 600, as auditwheel 6 has it): the C library's version names the tag, and
# stands for the others of its time.
PROMISES = [
    # glibc, libstdc++'s two, libgcc's
    ((2, 17), {"GLIBCXX": (3, 4, 19), "CXXABI": (1, 3, 7), "GCC": (4, 8, 0)}),
    ((2, 28), {"GLIBCXX": (3, 4, 24), "CXXABI": (1, 3, 11), "GCC": (7, 0, 0)}),
    ((2, 31), {"GLIBCXX": (3, 4, 28), "CXXABI": (1, 3, 12), "GCC": (7, 0, 0)}),
    ((2, 34), {"GLIBCXX": (3, 4, 29), "CXXABI": (1, 3, 13), "GCC": (7, 0, 0)}),
    ((2, 35), {"GLIBCXX": (3, 4, 30), "CXXABI": (1, 3, 13), "GCC": (12, 0, 0)}),
    ((2, 36), {"GLIBCXX": (3, 4, 30), "CXXABI": (1, 3, 13), "GCC": (12, 0, 0)}),
    ((2, 39), {"GLIBCXX": (3, 4, 33), "CXXABI": (1, 3, 15), "GCC": (14, 0, 0)}),
]
EVERYWHERE = {
    "ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libgcc_s.so.1", "libstdc++.so.6"}
ENTRY_POINTS = "[console_scripts]\nlucarne = lucarne.program:main\n"


def read_elf(option: str, path: Path) -> str:
    return subprocess.run(["readelf", "-W", option, str(path)], check=True, capture_output=True, text=True).stdout


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def symbol_versions(path: Path) -> dict[str, tuple[int, ...]]:
    """The newest version of each kind that a program or library asks others for, such as {"GLIBC": (2, 34)}."""
    needs = read_elf("--version-info", path).partition("Version needs section")[2]
    newest: dict[str, tuple[int, ...]] = {}
    for kind, version in re.findall(r"Name: (GLIBC|GLIBCXX|CXXABI|GCC)_([\d.]+)", needs):
        newest[kind] = max(newest.get(kind, ()), numbers(version))
    return newest


def needed(path: Path) -> set[str]:
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", read_elf("--dynamic", path)))


def oldest_tag(program: Path) -> str:
    """manylinux_2_N_x86_64, after everything that is not in PROGRAM is found to be everywhere."""
    machine = re.search(r"Machine: +(.+)", read_elf("--file-header", program / "lucarne"))
    if not machine or "X86-64" not in machine[1]:
        sys.exit(f"{program}/lucarne is for {machine[1] if machine else 'no machine'}, expected X86-64")
    libraries = sorted((program / "lib").glob("*")) if (program / "lib").is_dir() else []
    wanted: dict[str, tuple[int, ...]] = {}
    for path in [program / "lucarne", *libraries]:
        lacking = needed(path) - EVERYWHERE - {library.name for library in libraries}
        if lacking:
            sys.exit(f"{path} needs {', '.join(sorted(lacking))}, which is neither in {program}/lib nor on every system")
        for kind, version in symbol_versions(path).items():
            wanted[kind] = max(wanted.get(kind, ()), version)
    for glibc, others in PROMISES:
        if wanted.get("GLIBC", ()) <= glibc and all(wanted.get(kind, ()) <= newest for kind, newest in others.items()):
            return f"manylinux_{glibc[0]}_{glibc[1]}_x86_64"
    sys.exit(f"{program} asks for {wanted}, newer than any tag that is known here")


def version_of(program: Path, released: str) -> str:
    """The program's version as Python's rules spell it; 0.2.0-dev is 0.2.0.dev0, which comes before 0.2.0."""
    run = subprocess.run([program / "lucarne", "--version"], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{program}/lucarne --version ended with code {run.returncode}: {run.stderr.strip()}")
    told = run.stdout.strip()
    if told not in (released, released + "-dev"):
        sys.exit(f"{program}/lucarne is version {told}, the package {released}")
    return told.replace("-dev", ".dev0")


def metadata(project: dict, version: str) -> bytes:
    message = email.message.Message()
    for name, value in [("Metadata-Version", "2.1"), ("Name", project["name"]), ("Version", version),
                        ("Summary", project["description"]), ("Requires-Python", project["requires-python"]),
                        ("Description-Content-Type", "text/markdown")]:
        message[name] = value
    for requirement in project["dependencies"]:
        message["Requires-Dist"] = requirement
    for extra, requirements in project["optional-dependencies"].items():
        message["Provides-Extra"] = extra
        for requirement in requirements:
            name, _, marker = (part.strip() for part in requirement.partition(";"))
            condition = f'({marker}) and extra == "{extra}"' if marker else f'extra == "{extra}"'
            message["Requires-Dist"] = f"{name}; {condition}"
    return message.as_bytes() + (HERE / project["readme"]).read_bytes()


def files(folder: Path, name: str) -> list[tuple[str, Path]]:
    """What a folder holds under the names it has in the wheel."""
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return sorted((f"{name}/{path.relative_to(folder).as_posix()}", path) for path in found)


def write(path: Path, members: list[tuple[str, bytes | Path]], dist: str) -> None:
    """The members and their RECORD; whole, or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    record = ""
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
        def put(name: str, data: bytes, mode: int) -> None:
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.external_attr = (0o100000 | mode) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(member, data)

        for name, content in members:
            data = content.read_bytes() if isinstance(content, Path) else content
            runs = isinstance(content, Path) and content.stat().st_mode & 0o100
            put(name, data, 0o755 if runs else 0o644)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{name},sha256={digest},{len(data)}\n"
        put(f"{dist}/RECORD", f"{record}{dist}/RECORD,,\n".encode(), 0o644)
    unfinished.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path, help="the folder that .ci/program made")
    parser.add_argument("folder", type=Path, help="where the wheel is put")
    given = parser.parse_args()
    program = given.program.resolve()
    for name in ("lucarne", "lucarne_World.resources", "lucarne_Browser.resources", "licences"):
        if not (program / name).exists():
            sys.exit(f"{program} has no {name}: expected what .ci/program makes")
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    tag, version = oldest_tag(program), version_of(program, project["version"])
    dist = f"lucarne-{version}.dist-info"
    about = f"Wheel-Version: 1.0\nGenerator: lucarne\nRoot-Is-Purelib: false\nTag: py3-none-{tag}\n"
    members: list[tuple[str, bytes | Path]] = [
        *files(HERE / "src/lucarne", "lucarne"), *files(program, "lucarne/_program"),
        (f"{dist}/METADATA", metadata(project, version)), (f"{dist}/WHEEL", about.encode()),
        (f"{dist}/entry_points.txt", ENTRY_POINTS.encode()), (f"{dist}/top_level.txt", b"lucarne\n")]
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / f"lucarne-{version}-py3-none-{tag}.whl"
    write(path, members, dist)
    print(path)


if __name__ == "__main__":
    main()
