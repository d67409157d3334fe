#!/bin/sh
# Prints the interpreter to build the virtual environment with: $PYTHON if given, else the first that fits.
# A name on the PATH proves nothing (version managers leave stubs, some systems split `venv` off), so each
# candidate is run.
fits='import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'

for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3 python}; do
    if "$candidate" -c "$fits" >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
done

if [ -n "$PYTHON" ]; then
    echo "PYTHON=$PYTHON is not a Python 3.11 to 3.14 with its venv module." >&2
else
    echo "No Python 3.11, 3.12, 3.13 or 3.14 with its venv module was found on the PATH." >&2
fi
echo "Install one (on Debian or Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python3.12 ..." >&2
exit 1
