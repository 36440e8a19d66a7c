#!/usr/bin/python3
"""Run the clients of docs/live.md as they stand there. Usage: live_clients.py NETRUNNER DOCUMENT

Each client has to print what the document promises, to leave no process behind, and to end with a message if netrunner
ends at once. If it is killed while its command runs, the run has to end. Elixir before 1.18 has no module JSON; the package erlang-jiffy is the stand-in for it.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from examples import blocks_of_markdown

JSON_FOR_ELIXIR = """
unless Code.ensure_loaded?(JSON) do
  defmodule JSON do
    def encode!(value), do: :jiffy.encode(value)
    def decode!(text), do: :jiffy.decode(text, [:return_maps, :use_nil])
  end
end
"""
# By the language of the block: the name of its file, the programs it needs, what makes it ready, and what runs it.
CLIENTS = {
    "bash": ("client.sh", ("bash", "jq"), None, ["bash", "client.sh"]),
    "python": ("client.py", ("/usr/bin/python3",), None, ["/usr/bin/python3", "client.py"]),
    "js": ("client.js", ("node",), None, ["node", "client.js"]),
    "elixir": ("client.exs", ("elixir",), None, ["elixir", "-r", "json.exs", "client.exs"]),
    "cpp": ("client.cpp", ("g++",), ["g++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-o", "client", "client.cpp"], ["./client"]),
}
MARK = "NETRUNNER_TEST_CLIENT"
# What each client runs, and what it runs instead when it is to be killed.
COMMAND = re.compile(r"while read -r name; do .*?; done; exit 3")
LONG_COMMAND = "sleep 600"
PATIENCE = 60  # seconds, on a busy machine


def processes_with(mark):
    """The processes whose environment has the mark."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (entry / "environ").read_bytes():
                yield (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            pass  # it has ended, or is another user's


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Client:
    """One client in a directory of its own."""

    def __init__(self, language, work, programs):
        self.name, _, self.build, self.command = CLIENTS[language]
        self.work = work
        name, value = MARK, f"{os.getpid()}-{language}"
        self.mark = f"{name}={value}"
        self.environment = {"PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(work), "LC_ALL": "C.UTF-8", name: value}

    def write(self, block):
        """Return what is wrong with the text, or nothing."""
        (self.work / self.name).write_text(block, encoding="utf-8")
        (self.work / "json.exs").write_text(JSON_FOR_ELIXIR, encoding="utf-8")
        return self.run(self.build).stderr if self.build else ""

    def options(self, programs=None):
        environment = {**self.environment, "PATH": f"{programs}:{self.environment['PATH']}"} if programs else self.environment
        return {"cwd": self.work, "env": environment, "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}

    def run(self, words, programs=None):
        return subprocess.run(words, text=True, timeout=100, check=False, **self.options(programs))

    def left(self):
        return list(processes_with(self.mark))

    def kill_while_it_runs(self):
        """Yield what is wrong."""
        with subprocess.Popen(self.command, **self.options()) as started:
            runs = wait_until(lambda: any(each.strip() == LONG_COMMAND for each in self.left()))
            started.kill()
            if not runs:
                yield "it does not start its command"
            started.wait()
            if not wait_until(lambda: not self.left()):
                yield f"killed, it leaves {self.left()}"


def check(language, block, promised, netrunner):
    """Yield what is wrong with a client."""
    with tempfile.TemporaryDirectory(prefix="netrunner-clients-") as place:
        work = pathlib.Path(place)
        broken = work / "broken" / "netrunner"
        broken.parent.mkdir()
        broken.write_text("#!/bin/sh\nexit 125\n", encoding="utf-8")
        broken.chmod(0o755)
        client = Client(language, work, netrunner.parent)
        if wrong := client.write(block):
            yield f"it cannot be built: {wrong}"
            return
        result = client.run(client.command)
        if (result.returncode, result.stdout, result.stderr) != (0, promised, ""):
            yield f"status {result.returncode}, it prints\n{result.stdout}{result.stderr}instead of\n{promised}"
        yield from (f"it leaves {left}" for left in client.left())
        result = client.run(client.command, broken.parent)
        if result.returncode == 0 or result.stdout or not result.stderr:
            yield f"without a run: status {result.returncode}, it prints\n{result.stdout}{result.stderr}instead of a message"
        waiting, count = COMMAND.subn(LONG_COMMAND, block)
        if count != 1:
            yield "it does not run the command that the others run"
            return
        client.write(waiting)
        yield from client.kill_while_it_runs()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    netrunner = pathlib.Path(sys.argv[1]).resolve()
    text = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")
    blocks = list(blocks_of_markdown(text))
    (promised,) = [block for language, block in blocks if language == "" and block.startswith("answer: ")]
    failures, skipped = [], []
    for language, (_, programs, _, _) in CLIENTS.items():
        (block,) = [each for name, each in blocks if name == language]
        if lacks := [program for program in programs if not shutil.which(program)]:
            skipped.append(f"{language}: there is no {' and no '.join(lacks)}")
            continue
        try:
            failures += [f"{language}: {wrong}" for wrong in check(language, block, promised, netrunner)]
        except subprocess.TimeoutExpired:
            failures.append(f"{language}: it does not end")
    for line in failures + skipped:
        print(line)
    print(f"{len(CLIENTS) - len(skipped)} clients run, {len(failures)} failures, {len(skipped)} skipped")
    sys.exit(1 if failures else 77 if skipped else 0)


if __name__ == "__main__":
    main()
