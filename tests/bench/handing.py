"""Handing a file over to a service under measure, and what its processes held."""

import json
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any


def say(text: str) -> None:
    """Tell it now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def send(port: int, key: str, path: Path, media: str, query: str) -> dict[str, Any]:
    """The import that a file became."""
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": media,
        "Idempotency-Key": "bench",
        "Content-Length": str(path.stat().st_size),
    }
    with path.open("rb") as file:
        connection.request("POST", f"/v1/imports?{query}", body=file, headers=headers)
        answer = connection.getresponse()
        made: dict[str, Any] = json.loads(answer.read())
    connection.close()
    if answer.status != 202:
        raise SystemExit(str(made))
    return made


def get(port: int, key: str, address: str) -> dict[str, Any]:
    """What is answered at an address."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", address, headers={"Authorization": f"Bearer {key}"})
    found: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return found


def processes_below(parent: int) -> dict[int, str]:
    """Of the service's processes that this one started, and that those started: id and command."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    family, found = {parent}, {}
    for pid, ppid, arguments in sorted(rows, key=lambda row: int(row[0])):
        if int(ppid) not in family or "app.cli" not in arguments:
            continue
        family.add(int(pid))
        found[int(pid)] = " ".join(arguments.split()[2:4])
    return found


def peaks_below(parent: int) -> dict[str, float]:
    """By command, the most memory that a process held, in MB."""
    return {command: peak_of(pid) for pid, command in processes_below(parent).items()}


def peak_of(pid: int) -> float:
    """The most memory that a process held, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024
