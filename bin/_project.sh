# shellcheck shell=bash
# Sourced by every script in bin/: the project's root, its environment first on PATH, and functions for messages.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." >/dev/null && pwd -P)
VENV=$ROOT/.venv
export PATH="$VENV/bin:$PATH"
# Ignore the caller's own Python environment. Without bytecode each Python process compiles all its imports, which doubles
# the time that a server takes to start; container images like to switch it off.
unset VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
cd -- "$ROOT" || exit

say() { printf '· %s\n' "$*"; }

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# step "a name" command …: runs it, prints its time, records a failure and continues.
STEPS=() FAILED_STEPS=()
step() {
    local name=$1 started=$SECONDS outcome=ok
    shift
    printf '\n── %s\n' "$name"
    "$@" || outcome=FAILED
    STEPS+=("$(printf '%-7s %4d s  %s' "$outcome" $((SECONDS - started)) "$name")")
    [ "$outcome" = ok ] || FAILED_STEPS+=("$name")
}

# summary: one line per step, then one sentence; the exit code is 0 if every step passed.
summary() {
    printf '\n'
    printf '%s\n' "${STEPS[@]}"
    if [ ${#FAILED_STEPS[@]} -gt 0 ]; then
        local IFS=,
        printf '%s: FAILED: %s (%d of %d steps, %d s)\n' \
            "${0##*/}" "${FAILED_STEPS[*]}" ${#FAILED_STEPS[@]} ${#STEPS[@]} $SECONDS
        return 1
    fi
    printf '%s: all %d steps passed in %d s\n' "${0##*/}" ${#STEPS[@]} $SECONDS
}
