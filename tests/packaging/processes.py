"""Processes of a test: start them, signal them as an agent does, and prove that none is left. Used by the packaging tests."""

import ctypes
import os
import pathlib
import signal
import time

PR_SET_CHILD_SUBREAPER = 36
LIMIT = 60  # seconds; waits end much earlier, unless something is wrong


def become_subreaper():
    """Make this process the parent of every process that its descendants leave behind, so that `descendants` finds them."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError("prctl(PR_SET_CHILD_SUBREAPER) failed")


def wait_until(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {LIMIT} s for: {what}")
        time.sleep(0.01)


def parents():
    """The parent of each process that lives: {pid: parent}. Zombies have ended."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] not in "ZX":
                found[int(entry.name)] = int(fields[1])
    return found


def descendants(pid=None):
    """The pids of all live processes below `pid` (this process)."""
    below, found = parents(), set()
    front = {pid or os.getpid()}
    while front:
        front = {child for child, parent in below.items() if parent in front} - found
        found |= front
    return found


def pid_of(program):
    """The pid of the only process below this process that runs the program of that name."""
    found = set()
    for pid in descendants():
        try:
            if pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8") == program + "\n":
                found.add(pid)
        except OSError:
            continue  # it has ended
    only, = found
    return only


def nothing_left(patience):
    """Whether no process is left below this one after at most `patience` seconds. Ends and reaps what is left."""
    end = time.monotonic() + patience
    while descendants() and time.monotonic() < end:
        time.sleep(0.01)
    left = descendants()
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    try:
        while os.waitpid(-1, 0 if left else os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
    return not left


def with_variable(name, value):
    """The pids of the processes whose environment has NAME=VALUE, which is how Jenkins finds those of a build."""
    wanted, found = f"{name}={value}".encode(), set()
    for pid in parents():
        try:
            if wanted in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                found.add(pid)
        except OSError:
            continue
    return found - {os.getpid()}
