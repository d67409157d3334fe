#!/bin/sh
# The image's first stage: the runtime lock, and nothing else, in a virtual environment without pip.
# Usage: image_install.sh PYTHON PREFIX
# Only wheels: the image never needs a compiler.
set -eu
python=$1
prefix=$2

"$python" -m venv --clear --without-pip "$prefix"
"$python" -m pip --python "$prefix/bin/python" --disable-pip-version-check --no-input --quiet \
    install --require-hashes --only-binary :all: --no-compile -r requirements.lock
# Becomes the image's writable directory; a build has no other way to make one for a user without a name.
mkdir "$prefix/data"
