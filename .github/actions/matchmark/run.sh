#!/usr/bin/env bash
# Judges the checked-out repository and hands the result to the job: outputs, annotations, summary, files.
# Reads GATE_* (the inputs) and what GitHub sets. Runs nothing of the repository, and lets nothing that it says be a command.
set -euo pipefail

out="${RUNNER_TEMP:?}/matchmark"
rm -rf "$out"
mkdir -p "$out"

# The last value of a name counts: whatever happens below, no later step reads a pass by mistake.
{
  echo "report-path=$out"
  echo "verdict=error"
  echo "errors=0"
  echo "required-bump=none"
  for step in schema-lint contract-tests policy-as-code release-gates; do
    echo "$step=error"
  done
} >> "${GITHUB_OUTPUT:?}"

token="${GATE_TOKEN:-}"
unset GATE_TOKEN

fail() {
  echo "::error title=matchmark error::$1"
  exit 2
}

# The commit that the change would be merged into: a merge that GitHub made for the request names it itself.
base="${GATE_BASE:-}"
if [ -z "$base" ] && [ "${GITHUB_EVENT_NAME:-}" = pull_request ]; then
  mapfile -t parents < <(git cat-file -p HEAD | sed -n '/^$/q;s/^parent //p')
  if [ "${#parents[@]}" -eq 2 ]; then
    base="${parents[0]}"
  fi
fi
if [ -z "$base" ] && [ -n "${GATE_EVENT_BASE//0/}" ]; then
  base="$GATE_EVENT_BASE"
fi
case "$base" in
  -* | *[!A-Za-z0-9._/~^@{}-]*) fail "the base is no name of a commit" ;;
esac

# A shallow checkout has no base; one commit of it is enough. A whole history stays whole.
if [ -n "$base" ] && ! git cat-file -e "$base^{commit}" 2> /dev/null; then
  if [ -n "$token" ]; then
    export GIT_CONFIG_COUNT=1
    export GIT_CONFIG_KEY_0="http.${GITHUB_SERVER_URL:-https://github.com}/.extraheader"
    GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$token" | base64 | tr -d '\n')"
    export GIT_CONFIG_VALUE_0
  fi
  depth=()
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
    depth=(--depth=1)
  fi
  git fetch --quiet --no-tags "${depth[@]}" origin "$base" || fail "the base could not be fetched"
  unset GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
fi
unset token

words=(check -C "${GATE_DIRECTORY:-.}" --stage "${GATE_STAGE:-pull-request}" --no-progress --color never)
if [ -n "$base" ]; then
  words+=(--base "$base")
fi
for format in json=report.json html=report.html markdown=summary.md comment=comment.md sarif=report.sarif \
  junit=report.xml github=annotations.txt github-output=outputs.txt; do
  words+=(--format "${format%%=*}=$out/${format#*=}")
done
read -r -a more <<< "${GATE_ARGS:-}"

# While the program speaks, the runner listens to no command: file names are in what it says.
mute="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
echo "::stop-commands::$mute"
code=0
"${GATE_PROGRAM:?}" "${words[@]}" "${more[@]}" || code=$?
echo "::$mute::"

if [ ! -s "$out/outputs.txt" ] || [ ! -s "$out/report.json" ]; then
  fail "the program left no report"
fi
cat "$out/annotations.txt"
cat "$out/outputs.txt" >> "$GITHUB_OUTPUT"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$out/summary.md" >> "$GITHUB_STEP_SUMMARY"
  printf '\nEvery format of this report is in the artifact `%s`.\n' "${GATE_ARTIFACT:-matchmark-report}" >> "$GITHUB_STEP_SUMMARY"
fi
# A folder whose name begins with a dot would be left out of the artifact.
if [ -d "${GATE_DIRECTORY:-.}/.matchmark/evidence" ]; then
  cp -R "${GATE_DIRECTORY:-.}/.matchmark/evidence" "$out/evidence"
fi
exit "$code"
