"""Exit 0 when the API of this machine is ready to serve, 1 otherwise. Standard library only."""

import os
import sys
import urllib.error
import urllib.request

SECONDS = 3


def main() -> None:
    """Ask `/readyz` on the port of `PORT` (8000)."""
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=SECONDS):
            return
    except (OSError, urllib.error.HTTPError) as error:
        print(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
