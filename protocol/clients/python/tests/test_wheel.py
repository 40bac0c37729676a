"""The wheel with a program inside, made around a program of a few lines."""

import base64
import csv
import email
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lucarne import __version__

PACKAGE = Path(__file__).resolve().parents[1]
PROGRAM = """
#include <stdio.h>
#include <string.h>
int other(void);
int main(int count, char **words) {
  if (count == 2 && strcmp(words[1], "--version") == 0) return puts(VERSION) < 0;
  for (int i = 1; i < count; i++) printf("[%s]", words[i]);
  return other();
}
"""

if sys.version_info < (3, 11):
    pytest.skip("wheel.py needs Python 3.11", allow_module_level=True)


def compiled(folder: Path, name: str, text: str, *flags: str) -> None:
    (folder / "source.c").write_text(text)
    subprocess.run(["clang", "-o", folder / name, folder / "source.c", *flags], check=True)
    (folder / "source.c").unlink()


def made(folder: Path, version: str = __version__) -> Path:
    """A folder as .ci/program makes it."""
    for name in ("lib", "licences", "lucarne_World.resources/Resources/model", "lucarne_Browser.resources/Page"):
        (folder / name).mkdir(parents=True)
    (folder / "lucarne_World.resources/Resources/model/config.json").write_text("{}")
    (folder / "licences/lucarne").write_text("Apache")
    compiled(folder / "lib", "libother.so.1", "int other(void) { return 5; }", "-shared", "-fPIC", "-Wl,-soname,libother.so.1")
    compiled(
        folder, "lucarne", PROGRAM, f'-DVERSION="{version}"', str(folder / "lib/libother.so.1"),
        "-Wl,--disable-new-dtags,-rpath,$ORIGIN/lib")
    return folder


def wheel(program: Path, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, PACKAGE / "wheel.py", program, folder], capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = wheel(made(folder / "program"), folder / "out")
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def test_installs_the_client_and_its_program(built, tmp_path):
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-warn-script-location", "--ignore-installed",
         "--prefix", tmp_path, built], check=True)  # fmt: skip
    site = next(tmp_path.glob("lib/python*/site-packages"))
    command = subprocess.run(
        [tmp_path / "bin/lucarne", "demo", "two words"], env={"PYTHONPATH": str(site)}, capture_output=True, text=True)
    assert (command.returncode, command.stdout) == (5, "[demo][two words]")
    code = "from lucarne import program; print(program.own())"
    own = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(site)}, capture_output=True, text=True).stdout
    assert own.strip() == f"{site}/lucarne/_program/lucarne" and os.access(own.strip(), os.X_OK)
    assert (site / "lucarne/_program/lucarne_World.resources/Resources/model/config.json").exists()
    assert (site / "lucarne/py.typed").exists()


def test_is_recorded_to_the_byte(built):
    with zipfile.ZipFile(built) as archive:
        names = archive.namelist()
        record = next(name for name in names if name.endswith(".dist-info/RECORD"))
        rows = list(csv.reader(io.StringIO(archive.read(record).decode())))
        assert sorted(names) == sorted(row[0] for row in rows) and len(set(names)) == len(names)
        for name, digest, size in rows:
            if name != record:
                data = archive.read(name)
                expected = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
                assert (digest, size) == ("sha256=" + expected, str(len(data)))


def test_two_are_the_same_bytes(built, tmp_path):
    again = wheel(built.parents[1] / "program", tmp_path)
    assert Path(again.stdout.strip()).read_bytes() == built.read_bytes()


def test_tells_of_itself_what_setuptools_would(built, tmp_path):
    pytest.importorskip("setuptools", minversion="70.1")
    shutil.copytree(PACKAGE, tmp_path / "package", ignore=shutil.ignore_patterns("*.egg-info", "build"))
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, tmp_path / "package"], check=True)

    def told(path):
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            message = email.message_from_bytes(archive.read(name))
            code = sorted(each for each in archive.namelist() if re.fullmatch(r"lucarne/(?!_program/).*", each))
            fields = sorted((key, re.sub(r"\s", "", value)) for key, value in message.items())
            return code, message.get_payload().strip(), [field for field in fields if field[0] not in ("Metadata-Version", "Dynamic")]

    assert told(built) == told(next(tmp_path.glob("*.whl")))


def test_the_tag_is_true(built):
    """By auditwheel, which reads the symbols' versions itself."""
    pytest.importorskip("auditwheel")
    told = subprocess.run([sys.executable, "-m", "auditwheel", "show", built], capture_output=True, text=True).stdout
    tag = re.search(r"manylinux_2_\d+_x86_64", built.name)
    found = re.search(r'consistent with the following platform tag: "(.*?)"', " ".join(told.split()))
    assert found and found[1] == tag[0], told


def test_what_is_lacking_is_named(tmp_path):
    empty = wheel(tmp_path, tmp_path / "out")
    assert empty.returncode == 1 and f"{tmp_path} has no lucarne: expected what .ci/program makes" in empty.stderr
    program = made(tmp_path / "program")
    (program / "lib/libother.so.1").unlink()
    alone = wheel(program, tmp_path / "out")
    assert alone.returncode == 1 and "lucarne needs libother.so.1, which is neither in" in alone.stderr
    assert not list(tmp_path.glob("out/*"))


def test_a_library_that_is_nowhere_is_named(tmp_path):
    program = made(tmp_path / "program")
    compiled(program / "lib", "libfurther.so.2", "int further(void) { return 1; }", "-shared", "-fPIC", "-Wl,-soname,libfurther.so.2")
    compiled(
        program / "lib", "libother.so.1", "int further(void); int other(void) { return further(); }", "-shared", "-fPIC",
        "-Wl,-soname,libother.so.1", str(program / "lib/libfurther.so.2"))
    (program / "lib/libfurther.so.2").rename(tmp_path / "libfurther.so.2")
    done = subprocess.run(
        [sys.executable, PACKAGE / "wheel.py", program, tmp_path / "out"], capture_output=True, text=True,
        env={**os.environ, "LD_LIBRARY_PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "libother.so.1 needs libfurther.so.2, which is neither in" in done.stderr


@pytest.mark.parametrize("version", ["0.1.9", "9.0.0-dev", __version__ + "-rc", ""])
def test_another_version_is_refused(tmp_path, version):
    done = wheel(made(tmp_path / "program", version), tmp_path / "out")
    assert done.returncode == 1 and f"is version {version}, the package {__version__}" in done.stderr


def test_what_comes_before_a_release_is_called_so(tmp_path):
    done = wheel(made(tmp_path / "program", __version__ + "-dev"), tmp_path / "out")
    assert f"lucarne-{__version__}.dev0-py3-none-manylinux_2_" in done.stdout
