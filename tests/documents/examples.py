#!/usr/bin/python3
"""Run the examples of the documents: what people copy has to work. Usage: examples.py NETRUNNER DOCUMENT...

In a manual page the literal displays are examples; in Markdown the indented blocks and those fenced as `sh` or `console`.
A blank line ends a script. A line that begins with `$ ` is a command and what follows is all that it prints, `…` standing
for anything. Programs that an example only supposes are stand-ins, which note that they were called.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

STAND_INS = {
    "make": 'echo "make $*"', "cmake": 'echo "cmake $*"', "backup": "echo backup", "build": "echo built",
    "slow-upload": "sleep 0.3", "simulation": "echo simulated", "untidy": "echo untidy", "ping": 'echo "pong $*"',
    "server": "echo served", "soak": "echo soaked", "work": 'echo "worked on $*"',
    "systemd-run": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
}
# What only makes sense in a checkout, with a daemon, or is no script.
ELSEWHERE = re.compile(
    r"\./dev |\.ci/run|debootstrap|apt-get|^ *git clone|DESTDIR|cpack|\bdpkg |systemctl|srun|sbatch|scancel|ssh |chroot |cron\.d"
    r"|^ +(netrunner:|make:|[0-9])|#SBATCH", re.M)
NEEDS_GROUPS = re.compile(r"--(cgroup|memory|swap|pids|cpu|cpuset|io)-?[a-z]*[ =]")
CRON_LINE = re.compile(r"^([0-9*/,-]+ ){5}")


def blocks_of_manual(text):
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.S | re.M):
        yield block.replace(r"\&", "").replace(r"\e", "\\").replace(r"\-", "-")


def blocks_of_markdown(text):
    fenced = re.findall(r"^```(?:sh|console)\n(.*?)^```$", text, re.S | re.M)
    rest = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    yield from fenced
    for block in re.findall(r"(?:(?<=\n\n)|\A)((?:    .*\n|\n(?=    ))+)", rest):
        yield re.sub(r"^    ", "", block, flags=re.M)


def scripts_of(document):
    text = document.read_text(encoding="utf-8")
    blocks = blocks_of_markdown(text) if document.suffix == ".md" else blocks_of_manual(text)
    for block in blocks:
        for script in re.split(r"\n\s*\n", block.strip("\n")):
            if re.search(r"(^|[ (])netrunner (run|doctor|gc|help|-)", script, re.M) and not ELSEWHERE.search(script):
                yield script


class Place:
    """A directory with the stand-ins, and the environment that makes them be found."""

    def __init__(self, root, netrunner, group):
        self.work = root / "work"
        programs = root / "programs"
        for directory in (self.work / "src", programs):
            directory.mkdir(parents=True)
        self.calls = root / "calls"
        for name, body in STAND_INS.items():
            for path in (programs / name, self.work / name):
                path.write_text(f'#!/bin/sh\necho {name} >>"{self.calls}"\n{body}\n', encoding="utf-8")
                path.chmod(0o755)
        (self.work / "hosts").write_text("one\ntwo\n", encoding="utf-8")
        self.environment = {
            "PATH": f"{programs}:{netrunner.parent}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.work),
            "TMPDIR": str(root), "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh",
        }
        if group:
            self.environment["NETRUNNER_CGROUP_BASE"] = group

    def run(self, script):
        self.calls.write_text("", encoding="utf-8")
        return subprocess.run(["bash", "-o", "pipefail", "-c", script], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100, check=False)

    def check(self, script):
        """What is wrong with it, or nothing."""
        if script.startswith("$ ") or "\n$ " in script:
            return self.check_transcript(script)
        script = "\n".join(CRON_LINE.sub("", line) for line in script.splitlines())
        result = self.run(script)
        called = self.calls.read_text(encoding="utf-8").split()
        commands = re.sub("(?m)#.*$", "", script)
        named = [name for name in STAND_INS if re.search(rf"(?<![\w/.-])(\./)?{name}(?![\w/.:=-])", commands)]
        # The doctor says 1 on most machines; 124 is a limit, 141 a reader that went away.
        if result.returncode not in (0, 124, 141, *([1] if "doctor" in script else [])):
            return f"status {result.returncode}: {result.stdout}"
        if named and not called:
            return f"called none of {named}: {result.stdout}"
        return None

    def check_transcript(self, transcript):
        commands, printed = [], []
        for line in transcript.splitlines():
            if line.startswith("$ "):
                commands.append(line[2:])
                printed.append([])
            elif commands:
                printed[-1].append(line)
        mark = "--- end of a command ---"
        result = self.run("\n".join(f"{command}\ns=$?; echo '{mark}'; (exit $s)" for command in commands))
        for command, expected, seen in zip(commands, printed, result.stdout.split(mark + "\n")):
            wanted = "".join(line + "\n" for line in expected)
            if not re.fullmatch(".*".join(map(re.escape, wanted.split("…"))), seen, re.S):
                return f"{command} should print\n{wanted}but prints\n{seen}"
        return None


def group_for_examples(netrunner):
    """A control group to work below, where this machine has what the examples ask for."""
    diagnosis = json.loads(subprocess.run([netrunner, "doctor", "--json"], check=False, capture_output=True).stdout)
    there = {check["name"] for check in diagnosis["checks"] if check["ok"]}
    if not {"cgroup", "cgroup.memory", "cgroup.pids", "cgroup.cpu"} <= there:
        return None
    mount = re.search(r"^\S+ (\S+) cgroup2 ", pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8"), re.M)[1]
    if not os.access(mount, os.W_OK):
        return None
    group = f"{mount}/nr-examples-{os.getpid()}"
    os.mkdir(group)
    return group


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    netrunner = pathlib.Path(sys.argv[1]).resolve()
    group = group_for_examples(netrunner)
    namespaces = subprocess.run(["unshare", "--fork", "--pid", "--mount-proc", "true"], check=False, capture_output=True).returncode == 0
    failed = run = skipped = 0
    try:
        for document in map(pathlib.Path, sys.argv[2:]):
            found = 0
            for script in scripts_of(document):
                found += 1
                lacks = "control groups" if NEEDS_GROUPS.search(script) and not group else ""
                if re.search(r"\bunshare ", script) and not namespaces:
                    lacks = "namespaces"  # in a chroot, say
                if lacks:
                    skipped += 1
                    print(f"{document.name}: skipped, since this machine has no {lacks} for it:\n{script}\n")
                    continue
                root = pathlib.Path(tempfile.mkdtemp(prefix="netrunner-examples-"))
                try:
                    wrong = Place(root, netrunner, group).check(script)
                except subprocess.TimeoutExpired:
                    wrong = "it does not end"
                finally:
                    shutil.rmtree(root)
                run += 1
                if wrong:
                    failed += 1
                    print(f"{document.name}:\n{script}\n=> {wrong}\n")
            if not found:
                failed += 1
                print(f"{document.name}: no example was found")
    finally:
        if group:
            os.rmdir(group)
    print(f"{run} examples run, {failed} of them failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
