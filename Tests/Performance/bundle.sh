#!/bin/sh
# Packs what device.sh needs on a machine without Swift, compilers or network: FOLDER/bundle.tar.xz, and tells its size.
#
#     swift build -c release --build-tests && sh Tests/Performance/bundle.sh FOLDER [--program PROGRAM] [--tests BUILD]
#
#   --program PROGRAM  what .ci/program made (default: it is made, which builds the program for itself)
#   --tests BUILD      the folder of the built tests (default: .build/release)
#
# The tests keep Swift's libraries beside them, which have no static form for them; the program has its runtime inside. Of the
# world and of the fixtures goes along what is asked for there.
set -eu
export LC_ALL=C
usage() { sed -n '2,/^set -eu/{s/^# \{0,1\}//;/^set -eu/d;p}' "$0" >&2 && exit 64; }
die() {
  echo "$*" >&2
  exit 1
}
absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }

folder="" program="" tests=""
while [ $# -gt 0 ]; do
  case $1 in
  --program) [ $# -ge 2 ] && [ -n "$2" ] || usage && program=$(absolute "$2") && shift 2 ;;
  --tests) [ $# -ge 2 ] && [ -n "$2" ] || usage && tests=$(absolute "$2") && shift 2 ;;
  -* | "") usage ;;
  *) [ -z "$folder" ] || usage && folder=$(absolute "$1") && shift ;;
  esac
done
[ -n "$folder" ] || usage
cd "$(dirname "$0")/../.."
tests=${tests:-$PWD/.build/release}
[ -x "$tests/lucarnePackageTests.xctest" ] || die "there are no tests in $tests: swift build -c release --build-tests"

mkdir -p "$folder"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bundle=$scratch/lucarne-bundle
mkdir -p "$bundle/tests" "$bundle/Tests/Fixtures" "$bundle/Tests/Conformance" "$bundle/Sources/CTorch"
{ git describe --always --dirty 2>/dev/null || echo unknown; } >"$bundle/COMMIT"
if [ -z "$program" ]; then
  program=$scratch/program
  sh .ci/program "$program"
fi

cp -R "$program" "$bundle/program"
world=lucarne_World.resources/Resources
# The index, the other autoencoders and the CLIP are not asked for.
rm -rf "$bundle/program/$world/index" "$bundle/program/$world/autoencoders" "$bundle/program/$world/clip"
cp -R Tests/Performance "$bundle/Tests/Performance"
rm -rf "$bundle/Tests/Performance/__pycache__" "$bundle/Tests/Performance/checkpoints/__pycache__"
cp Tests/Conformance/torch_schemas.py "$bundle/Tests/Conformance/"
cp Sources/CTorch/ctorch.c "$bundle/Sources/CTorch/"
for fixtures in models tensors tower_streams towers; do
  cp -R "Tests/Fixtures/$fixtures" "$bundle/Tests/Fixtures/"
done

strip -o "$bundle/tests/lucarnePackageTests.xctest" "$tests/lucarnePackageTests.xctest"
ln -s ../program/lucarne_World.resources "$bundle/tests/lucarne_World.resources"
# Swift's libraries, and what else is neither in the program's folder nor on every Linux.
everywhere="linux-vdso.so.1 ld-linux-x86-64.so.2 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6"
ldd "$tests/lucarnePackageTests.xctest" | while read -r name arrow path _; do
  name=${name##*/}
  case " $everywhere " in *" $name "*) continue ;; esac
  [ "$arrow" = "=>" ] && [ "$path" != not ] || die "the tests need $name, which is not found"
  [ -e "$bundle/program/lib/$name" ] || strip -o "$bundle/tests/$name" "$(readlink -f "$path")"
done

tar --create --directory "$scratch" --sort=name --owner=0 --group=0 --numeric-owner lucarne-bundle |
  xz --lzma2=preset=9,dict=384MiB >"$folder/bundle.tar.xz.unfinished"
mv "$folder/bundle.tar.xz.unfinished" "$folder/bundle.tar.xz"
size() { du -ck --apparent-size "$@" | awk 'END { printf "%.1f MiB", $1 / 1024 }'; }
cd "$bundle"
echo "unpacked: program $(size program/lucarne), its libraries $(size program/lib), world $(size program/lucarne_World.resources), \
tests $(size tests/*.xctest), Swift's libraries $(size tests/*.so*), fixtures $(size Tests/Fixtures)"
echo "$folder/bundle.tar.xz: $(size "$folder/bundle.tar.xz")"
