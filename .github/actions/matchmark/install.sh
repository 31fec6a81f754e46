#!/usr/bin/env bash
# Names the program that judges: the one that was given, else one that is built from the asked source.
# Reads GATE_PROGRAM, GATE_SOURCE and GATE_VERSION.
set -euo pipefail

if [ -n "${GATE_PROGRAM:-}" ]; then
  program="$GATE_PROGRAM"
elif [ -n "${GATE_SOURCE:-}" ]; then
  cargo install --locked --git "$GATE_SOURCE" --tag "v${GATE_VERSION:?the version to build is not named}" matchmark
  program="${CARGO_HOME:-$HOME/.cargo}/bin/matchmark"
else
  here="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
  cargo build --release --locked --manifest-path "$here/Cargo.toml" --package matchmark --bin matchmark
  program="${CARGO_TARGET_DIR:-$here/target}/release/matchmark"
fi

if ! command -v "$program" > /dev/null; then
  echo "::error title=matchmark error::there is no program to judge with"
  exit 2
fi
echo "program=$program" >> "$GITHUB_OUTPUT"
