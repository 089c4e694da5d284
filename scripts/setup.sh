#!/bin/sh
# Create the virtual environment VENV and install the project with its development tools.
# PYTHON names the interpreter; TORCH_INDEX the package index that torch is taken from.
set -eu
venv=$1

say() { printf 'kairoscope: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
}

find_python() {
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if supported "$python"; then
            echo "$python"
            return
        fi
    done
    found=$("${PYTHON:-python3}" --version 2>/dev/null || echo "no Python at all")
    stop "needs Python 3.11 to 3.14, found $found. Install one and run: make PYTHON=/path/to/python3.12"
}

# On Linux the default index brings gigabytes of CUDA libraries that a machine without an NVIDIA
# GPU never uses: there, one quick try of PyTorch's CPU index, then whatever pip finds by default.
torch_index() {
    if [ -n "${TORCH_INDEX:-}" ]; then
        echo "$TORCH_INDEX"
    elif [ "$(uname)" = Linux ] && [ ! -e /proc/driver/nvidia ] && ! command -v nvidia-smi >/dev/null
    then
        echo https://download.pytorch.org/whl/cpu
    fi
}

python=$(find_python)
"$python" -c 'import ensurepip, venv' 2>/dev/null || stop "$python lacks its venv module." \
    "On Debian or Ubuntu run: sudo apt-get install python3-venv (or python3.X-venv for a python3.X)"

say "setting up $venv with $("$python" --version), about 1.5 GB; this happens once"
"$python" -m venv "$venv"
pip="$venv/bin/python -m pip --disable-pip-version-check"

index=$(torch_index)
torch=$(sed -n 's/^ *"\(torch==[^"]*\)".*/\1/p' pyproject.toml)
if [ -n "$index" ] && ! $pip install --quiet --no-deps --retries 0 --timeout 5 \
    --index-url "$index" "$torch" 2>/dev/null; then
    say "no $torch from $index; taking it from pip's default index"
fi
$pip install --quiet --editable '.[dev]'
say "$venv is ready"
