#!/usr/bin/env bash
# Fails unless one of the four steps of the gate came out as `go`. Reads STEP, its name, and RESULT, its verdict.
set -euo pipefail

echo "${STEP:?}: ${RESULT:-error}"
if [ "${RESULT:-error}" != go ]; then
  echo "The findings stand as annotations of the judging step, in the summary and in the artifact."
  exit 1
fi
