#!/bin/sh
# Tries everything on a card, within eight minutes, with nothing but what bundle.sh packed and the machine's own PyTorch:
#
#     tar xf bundle.tar.xz && sh lucarne-bundle/Tests/Performance/device.sh [options]
#
#   --device NAME     cuda:0; torch:cpu rehearses it on the processor
#   --results FOLDER  where everything goes (default: $OUT, else results beside this bundle)
#   --python PROGRAM  the Python that has torch, transformers, safetensors, numpy and Pillow (default: python3)
#   --minutes N       for all of it (default: 8); each part's limit grows with it
#   --blocks N --latents N --type BF16   of the random checkpoint (default: as many as llama3-llava-next-8b, F32)
#   --tokens N        of the text (default: 616)
#   --repeats N       how often each figure is measured (default: 3)
#   --no-picture      leaves the picture out
#   --weights FOLDER  where the checkpoint is written, 21 GB (default: /dev/shm where there is room, else $TMPDIR or /tmp)
#
# 1. Tests that hold every operator, FlashAttention, whole models and the world's answers on the device to what the processor,
#    PyTorch in float64 and transformers say; beside them the checkpoint is written.
# 2. `lucarne benchmark` on the device and peer.py on the same, a text first, then a picture.
# 3. run.py's tables, with what is aimed at on a card.
# Each part has its own limit; one that fails or is late is told, and the others are still run. It ends with 1 where a part failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
device=cuda:0 results=${OUT:-} python=python3 minutes=8 tokens=616 repeats=3 picture=yes weights=""
checkpoint=""

usage() { sed -n '2,/^set -u/{s/^# \{0,1\}//;/^set -u/d;p}' "$0" >&2 && exit 64; }
while [ $# -gt 0 ]; do
  case $1 in
  --no-picture) picture=no && shift && continue ;;
  --device | --results | --python | --minutes | --blocks | --latents | --type | --tokens | --repeats | --weights)
    [ $# -ge 2 ] && [ -n "$2" ] || usage
    ;;
  *) usage ;;
  esac
  case $1 in
  --device) device=$2 ;;
  --results) results=$2 ;;
  --python) python=$2 ;;
  --minutes) minutes=$2 ;;
  --tokens) tokens=$2 ;;
  --repeats) repeats=$2 ;;
  --weights) weights=$2 ;;
  *) checkpoint="$checkpoint $1 $2" ;;
  esac
  shift 2
done
case $minutes in *[!0-9]* | "" | 0) usage ;; esac
case $tokens in *[!0-9]* | "" | 0) usage ;; esac
case $repeats in *[!0-9]* | "" | 0) usage ;; esac
for needed in "$root/program/lucarne" "$root/tests/lucarnePackageTests.xctest"; do
  [ -x "$needed" ] || {
    echo "there is no $needed: device.sh runs from what bundle.sh packed" >&2
    exit 1
  }
done
results=${results:-$root/results}
mkdir -p "$results" || exit 1
results=$(cd "$results" && pwd)

ends=$(($(date +%s) + minutes * 60))
# Seconds that a part may take: what it is given of eight minutes, or what is left but for some to finish in.
limit() {
  given=$(($1 * minutes / 8)) left=$((ends - $(date +%s) - 10))
  [ "$left" -gt 1 ] || left=1
  [ "$given" -lt "$left" ] && echo "$given" || echo "$left"
}
failed=0
told() {
  echo "$*" | tee -a "$results/report.md"
}
# part NAME SECONDS FILE COMMAND…: runs it with its output in a file of the results, and tells how it went.
part() {
  name=$1 seconds=$(limit "$2") file=$3 began=$(date +%s)
  shift 3
  timeout --kill-after=5 "$seconds" "$@" >>"$results/$file" 2>&1
  status=$?
  took=$(($(date +%s) - began))
  case $status in
  0) told "- $name: done in $took s" ;;
  124 | 137) told "- $name: **stopped after $seconds s**, see $file" && failed=1 ;;
  *) told "- $name: **failed with code $status** after $took s, see $file" && failed=1 ;;
  esac
  return $status
}

: >"$results/report.md"
for file in facts.txt tests.txt checkpoint.txt benchmark.txt; do : >"$results/$file"; done
rm -f "$results"/ours-*.json "$results"/peer-*.json
told "# Lucarne $("$root/program/lucarne" --version) on $device"
told
told "Of commit $(cat "$root/COMMIT"); $(date -u '+%Y-%m-%d %H:%M') UTC, $(uname -sr), $(nproc) processors."
told

# What the machine has, and where Python's torch is.
facts='
import os, platform, sys, torch
print("Python", platform.python_version(), "torch", torch.__version__, "CUDA", torch.version.cuda)
for name in ("transformers", "safetensors", "numpy", "PIL", "torchvision"):
    try: print(name, getattr(__import__(name), "__version__", ""))
    except Exception as error: print(name, "is not there:", error)
for index in range(torch.cuda.device_count()):
    print(f"cuda:{index}", torch.cuda.get_device_properties(index))
print(os.path.dirname(torch.__file__))'
part "what is there" 60 facts.txt "$python" -c "$facts"
torch=$(tail -n 1 "$results/facts.txt")
if [ ! -e "$torch/lib/libtorch_cpu.so" ]; then
  told "- there is no PyTorch that $python imports: nothing can be tried"
  exit 1
fi
{
  nvidia-smi --query-gpu=name,driver_version,memory.total,memory.used,clocks.sm,clocks.mem --format=csv
  cat /proc/meminfo | head -n 3
  df -m /dev/shm /tmp
  LD_LIBRARY_PATH='' ldd "$root/program/lucarne"
} >>"$results/facts.txt" 2>&1

# The checkpoint, 17 GB and an autoencoder of 4, beside the tests.
if [ -z "$weights" ]; then
  weights=${TMPDIR:-/tmp}
  room=$(df -m --output=avail /dev/shm 2>/dev/null | tail -n 1)
  free=$(awk '/MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
  # In memory it is mapped from there, and read by PyTorch once more.
  [ "${room:-0}" -lt 24000 ] || [ "$free" -lt 64000 ] || weights=/dev/shm
fi
folder=$(mktemp -d "$weights/lucarne-checkpoint-XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
# shellcheck disable=SC2086 # a list of words
(part "random checkpoint" 150 checkpoint.txt "$python" "$here/checkpoint.py" "$folder" $checkpoint) &
writing=$!

# Suites that need no compiler. The device of operators is LUCARNE_TEST_DEVICE's, PyTorch's name of it.
place=$device
[ "$device" != torch:cpu ] || place=cpu
suites='TorchTests\.(Array|Engine|Flash|Handle|Latent|Presence|Reference|Schema)Tests|ModelsTests\.(Branch|DecoderParity|ModelParity|Pullback|TowerStream)Tests|DeviceTests/theWorlds'
part "tests on $place" 150 tests.txt env LD_LIBRARY_PATH="$root/tests:$root/program/lib" \
  LUCARNE_TEST_DEVICE="$place" LUCARNE_TEST_TORCH="$torch" LUCARNE_TEST_FILES="$root/Tests" SWIFT_BACKTRACE=enable=no \
  "$root/tests/lucarnePackageTests.xctest" --testing-library swift-testing --filter "$suites"
told "  - $(grep -a 'Test run with' "$results/tests.txt" | tail -n 1 | cut -c1-200)"
if [ "$place" != cpu ]; then
  grep -aq 'computesWhatTilesCompute.* passed' "$results/tests.txt" ||
    { told "  - FlashAttention was **not held to the tiles**" && failed=1; }
fi
grep -a '✘\|recorded an issue' "$results/tests.txt" | head -n 40 | sed 's/^/  - /' | cut -c1-300 | tee -a "$results/report.md"

wait "$writing" || { told "- without the checkpoint nothing is timed" && exit 1; }
sae=$(dirname "$(find "$folder/sae" -name '*.safetensors' | head -n 1)")

# measure NUMBER SECONDS WORDS…: one process of each side, ours first, whose questions are the peer's.
measure() {
  number=$1 most=$2
  shift 2
  part "benchmark, $*" "$most" benchmark.txt "$root/program/lucarne" benchmark --model "$folder/model" --sae "$sae" \
    --repeats "$repeats" --device "$device" --torch "$torch" --only start load prefill decode encode attribution busy \
    --json "$results/ours-$number.json" "$@" || return
  theirs="" word=""
  for each; do
    # The peer has its length from the questions.
    [ "$word" != --picture ] || theirs=$each
    word=$each
  done
  part "peer, $*" "$most" benchmark.txt env HF_HUB_OFFLINE=1 "$python" "$here/peer.py" --model "$folder/model" --sae "$sae" \
    --repeats "$repeats" --device "$place" --questions "$results/ours-$number.json" --json "$results/peer-$number.json" \
    ${theirs:+--picture "$theirs"}
}
measure 1 90 --tokens "$tokens"
[ "$picture" = no ] || measure 2 90 --tokens none --picture "$folder/picture.png"

told
if [ -e "$results/ours-1.json" ] || [ -e "$results/ours-2.json" ]; then
  "$python" "$here/run.py" --read "$results" --device "$device" | tee -a "$results/report.md" || failed=1
else
  told "Nothing was timed."
fi
exit $failed
