#!/usr/bin/env bash
# A client from scratch, on lines: client.sh PICTURE QUESTION COMMAND… (needs jq)
set -euo pipefail
picture=$1 question=$2
shift 2
coproc kernel { exec "$@"; }
process=$kernel_PID
last=0

send() { printf '%s\n' "$1" >&"${kernel[1]}"; }

# ask METHOD PARAMS: leaves the result in $answer.
ask() {
  last=$((last + 1))
  send "$(jq -nc --argjson id "$last" --arg method "$1" --argjson params "$2" \
    '{jsonrpc: "2.0", id: $id, method: $method, params: $params}')"
  while read -r answer <&"${kernel[0]}"; do
    # Others are notifications, such as $/progress.
    [ "$(jq -c .id <<<"$answer")" = "$last" ] || continue
    jq -e 'has("error") | not' <<<"$answer" >/dev/null || { jq -r .error.message <<<"$answer" >&2; exit 1; }
    answer=$(jq -c .result <<<"$answer")
    return
  done
  echo 'the kernel ended' >&2
  exit 1
}

ask initialize '{"clientInfo": {"name": "minimal"}, "capabilities": {}}'
ask context/open "$(jq -nc --arg path "$picture" --arg text "$question" \
  '{parts: [{id: "picture", image: {path: $path}}, {text: $text}]}')"
context=$(jq -r .context <<<"$answer")
ask context/generate "$(jq -nc --arg context "$context" '{context: $context, maxTokens: 16}')"
jq -r .text <<<"$answer"
ask kernel/status '{}'
sae=$(jq -r '.saes[0].sae' <<<"$answer")
ask attribution/compute "$(jq -nc --arg context "$context" --arg sae "$sae" '{context: $context, sae: $sae,
  target: {kind: "logitDiff", answer: {text: "Yes"}, baseline: {text: "No"}}, method: "gradient", aggregate: "feature", topK: 1}')"
jq -r '.items[0].feature.index' <<<"$answer"
ask shutdown '{}'
send '{"jsonrpc": "2.0", "method": "exit"}'
wait "$process"
