#!/usr/bin/env bash
# The main job in one transcript. It ends with 0 only if every step held.
set -euo pipefail
fcemu=$(realpath "${1:?usage: demo.sh PATH-OF-FCEMU}")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'kill "$emulator" 2>/dev/null && wait "$emulator" 2>/dev/null; rm -rf "$work"' EXIT

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
	bold='' dim='' green='' red='' plain=''
fi
step() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
held() { printf '%s✓ %s%s\n' "$green" "$1" "$plain"; }
fail() { printf '%s✗ %s%s\n' "$red" "$1" "$plain"; exit 1; }
# run shows a command as a person would type it, and keeps what it printed in $out.
run() {
	printf '%s$ %s%s\n' "$dim" "${*//$fcemu/fcemu}" "$plain"
	out=$("$@" 2>"$work/err") || { status=$?; cat "$work/err"; fail "exit status $status"; }
	[ -z "$out" ] || printf '%s\n' "$out"
}
expect() { case "$out" in *"$1"*) held "$2" ;; *) fail "expected to see: $1" ;; esac; }

step '1. Start, and deploy s.yaml'
printf '%s$ fcemu start --ephemeral -t s.yaml%s\n' "$dim" "$plain"
"$fcemu" start --ephemeral --port 0 -t s.yaml -q --address-file "$work/address" >"$work/start" 2>&1 &
emulator=$!
while [ ! -s "$work/address" ]; do
	kill -0 "$emulator" 2>/dev/null || { cat "$work/start"; fail 'the emulator did not start'; }
	sleep 0.02
done
FCEMU_ENDPOINT=$(cat "$work/address")
export FCEMU_ENDPOINT
cat "$work/start"
held "ready at $FCEMU_ENDPOINT"

step '2. A synchronous invocation of a Python function'
run "$fcemu" invoke hello -e '{"name":"FC"}'
expect 'FC' 'the function answered'

step '3. An HTTP trigger of a Node function: method, path, query and body'
run curl -sS -X POST "$FCEMU_ENDPOINT/proxy/echo-http/orders/42?size=L" -H 'Content-Type: text/plain' -d 'two, please'
for part in POST /orders/42 size two,\ please; do expect "$part" "the function saw: $part"; done

if command -v go >/dev/null; then
	step '   The same for a Go web server on port 9000, deployed while the emulator runs'
	(cd ../custom-go && CGO_ENABLED=0 GOFLAGS= go build -o bootstrap .)
	run "$fcemu" deploy -t ../custom-go/s.yaml
	run curl -sS "$FCEMU_ENDPOINT/proxy/custom-go/hello/gopher"
	expect 'Hello, gopher!' 'the server answered'
fi

step '4. An asynchronous invocation, two seconds later'
submitted=$(date +%s%3N)
run "$fcemu" invoke hello --async --delay 2 -e '{"name":"later"}'
id=$out
run "$fcemu" task list hello
expect Enqueued 'it waits'
run "$fcemu" task wait "$id" --timeout 30s
[ $(($(date +%s%3N) - submitted)) -ge 2000 ] || fail 'it ran too early'
run "$fcemu" task get "$id"
for state in Enqueued Running Succeeded; do expect "$state" "it was $state"; done

step '5. A failing function: retried, then reported to its onFailure destination'
run "$fcemu" invoke flaky --async -e '{"order":7}'
id=$out
"$fcemu" task wait "$id" --timeout 30s >/dev/null 2>&1 && fail 'it should have failed' || true
run "$fcemu" task get "$id"
expect Retrying 'it was retried'
expect Failed 'it ended as Failed'
for _ in $(seq 200); do # the delivery is a task of its own
	out=$("$fcemu" logs report --grep "$id")
	[ -n "$out" ] && break
	sleep 0.05
done
printf '%s$ fcemu logs report%s\n%s\n' "$dim" "$plain" "$out"
expect "$id" 'the destination function received the outcome'

step '6. A long task, stopped'
run "$fcemu" invoke slow --async --task-id long-job
for _ in $(seq 200); do
	"$fcemu" task get long-job | grep -q Running && break
	sleep 0.05
done
run "$fcemu" task stop long-job
"$fcemu" task wait long-job --timeout 30s >/dev/null 2>&1 || true
run "$fcemu" task get long-job
expect Stopped 'it was stopped'

step '7. The log of one request'
run "$fcemu" invoke hello -e '{"name":"log"}' -o json
request=$(sed -n 's/.*"requestId": "\(.*\)".*/\1/p' <<<"$out")
run "$fcemu" logs --request-id "$request"
expect "FC Invoke Start RequestId: $request" 'the log of that request alone'

printf '\n%s✓ every step held%s\n' "$green$bold" "$plain"
