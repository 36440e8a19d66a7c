#!/usr/bin/python3
"""Run the examples in the documents, because users copy them. Usage: examples.py NETRUNNER DOCUMENT...

Examples are the literal displays of a manual page, and in Markdown the indented blocks and the blocks fenced as `sh` or
`console`. A blank line ends a script. A line that begins with `$ ` is a command; the lines after it are its whole
output, in which `…` stands for any text. A program that an example only assumes is replaced by a stand-in, which
records its call.

A block fenced as `make` is the Makefile of the examples after it. A `python` block whose first line is `# NAME.py` is that
file. Of a `yaml` or `groovy` block, which are files of a CI
system, the scripts of the steps are run, and every file that it keeps has to be there afterwards. A `dockerfile` block is
made into a root directory, in which its ENTRYPOINT runs as process 1.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

STAND_INS = {
    "make": 'echo "make $*"', "cmake": 'echo "cmake $*"', "backup": "echo backup", "build": "echo built",
    "slow-upload": "sleep 0.3", "simulation": "echo simulated", "untidy": "echo untidy", "ping": 'echo "pong $*"',
    "server": "echo served", "sudo": 'exec "$@"', "dpkg": 'echo "dpkg $*"', "run-tests": "echo tested", "soak": "echo soaked", "work": 'echo "worked on $*"',
    "encode": 'echo "encoded $1"',
    "systemd-run": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
}
# Examples that need a checkout, a daemon or another machine, or that are not scripts.
ELSEWHERE = re.compile(
    r"\./dev |\.ci/run|debootstrap|apt-get|^ *git clone|DESTDIR|cpack|\bdpkg |systemctl|srun|sbatch|scancel|ssh |sshlogin|chroot "
    r"|^ +(netrunner:|make:|[0-9])|#SBATCH", re.M)
NEEDS_GROUPS = re.compile(r"--(cgroup|memory|swap|pids|cpu|cpuset|io)-?[a-z]*[ =]")
# A line of /etc/cron.d up to its command, and the settings and the comment above it.
CRON_LINE = re.compile(r"^([0-9*/,-]+ ){5}(root )?|^PATH=.*|^# /etc/cron.d/.*", re.M)


def blocks_of_manual(text):
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text, re.S | re.M):
        yield block.replace(r"\&", "").replace(r"\e", "\\").replace(r"\-", "-")


def blocks_of_markdown(text):
    """Yield each block with its language, "" for an indented one, in the order of the document."""
    pattern = re.compile(r"^```(\w*)\n(.*?)^```$|(?:(?<=\n\n)|\A)((?:    [^\n]*\n|\n(?=    ))+)", re.S | re.M)
    for language, fenced, indented in pattern.findall(text):
        yield language, fenced or re.sub(r"^    ", "", indented, flags=re.M)


def scripts_of(document):
    """Yield each script with the files that stand before it: their texts by their names."""
    text = document.read_text(encoding="utf-8")
    blocks = blocks_of_markdown(text) if document.suffix == ".md" else (("", block) for block in blocks_of_manual(text))
    files = {}
    for language, block in blocks:
        if language == "make":
            files = {**files, "Makefile": block}
        if language == "python" and (name := re.match(r"# (\w+\.py)\n", block)):
            files = {**files, name[1]: block}
        if language not in ("", "sh", "console"):
            continue
        for script in re.split(r"\n\s*\n", block.strip("\n")):
            if re.search(r"(^|[ (])netrunner (run|batch|report|doctor|gc|ctl|help|-)|^\$ make", script, re.M) and not ELSEWHERE.search(script):
                yield script, files


def steps_of(language, block):
    """The script of the steps in a file of a CI system, and the files that it keeps."""
    if language == "groovy":
        kept = re.findall(r"artifacts: '(.*?)'|testResults: '(.*?)'", block)
        return "\n".join(re.findall(r"\bsh '(.*)'", block)), re.split(r",? +", " ".join("".join(k) for k in kept))
    data = yaml.safe_load(block)
    if "jobs" in data:
        steps = [step for job in data["jobs"].values() for step in steps_of_job(job)]
        kept = " ".join(step["path"] for step in steps if "path" in step)
        # Each step has a shell of its own, which may end with exec.
        return "\n".join(f"(\n{step['run']}\n)" for step in steps if "run" in step), kept.split()
    job = data["test"]
    artifacts = job["artifacts"]
    script = job["before_script"] + job["script"] + job.get("after_script", [])
    if "parallel" in job:
        count = job["parallel"]
        script = [f"export CI_NODE_INDEX={index} CI_NODE_TOTAL={count}\n" + "\n".join(script) for index in range(1, count + 1)]
    kept = [name.replace("$CI_NODE_INDEX", "1") for name in artifacts["paths"]]
    return "\n".join(script), kept + ([artifacts["reports"]["junit"]] if "reports" in artifacts else [])


def steps_of_job(job):
    """The scripts and kept files of a job of GitHub Actions, once for each value of its matrix."""
    ((name, values),) = job.get("strategy", {}).get("matrix", {"": [""]}).items()
    for value in values:
        for step in job["steps"]:
            found = {"run": step.get("run"), "path": step.get("with", {}).get("path")}
            yield {key: text.replace(f"${{{{ matrix.{name} }}}}", str(value)) for key, text in found.items() if text}


class Place:
    """A directory with the stand-ins, and an environment whose PATH finds them."""

    def __init__(self, root, netrunner, group, files):
        self.work = root / "work"
        self.netrunner = netrunner
        programs = root / "programs"
        for directory in (self.work / "src", programs):
            directory.mkdir(parents=True)
        self.calls = root / "calls"
        for name, body in STAND_INS.items():
            for path in (programs / name, self.work / name):
                path.write_text(f'#!/bin/sh\necho {name} >>"{self.calls}"\n{body}\n', encoding="utf-8")
                path.chmod(0o755)
        for name, text in files.items():
            (self.work / name).write_text(text, encoding="utf-8")
        if "Makefile" in files:  # then `make` is the real one
            (programs / "make").unlink()
        (self.work / "hosts").write_text("one\ntwo\n", encoding="utf-8")
        for name in ("tests/test_one.py", "tests/test_two.py", "one.wav", "one.sh", "one.log"):
            (self.work / name).parent.mkdir(exist_ok=True)
            (self.work / name).write_text("# a line\n", encoding="utf-8")
        self.environment = {
            "PATH": f"{programs}:{netrunner.parent}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.work),
            "TMPDIR": str(root), "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh",
            "GITHUB_STEP_SUMMARY": str(root / "summary.md"),
        }
        if group:
            self.environment["NETRUNNER_CGROUP_BASE"] = group

    def run(self, script):
        self.calls.write_text("", encoding="utf-8")
        return subprocess.run(["bash", "-o", "pipefail", "-c", script], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100, check=False)

    def check(self, script):
        """Return what is wrong with the script, or None."""
        if script.startswith("$ ") or "\n$ " in script:
            return self.check_transcript(script)
        script = CRON_LINE.sub("", script).replace("/var/log/", "").replace("/tmp/", "")
        result = self.run(script)
        called = self.calls.read_text(encoding="utf-8").split()
        commands = re.sub("(?m)#.*$", "", script)
        named = [name for name in STAND_INS if re.search(rf"(?<![\w/.-])(\./)?{name}(?![\w/.:=-])", commands)]
        # `doctor` exits with 1 on most machines; 124 means a time limit, 141 a closed reader.
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


    def check_steps(self, language, block):
        """What is wrong with the file of a CI system, or nothing."""
        script, kept = steps_of(language, block)
        result = self.run("set -e\n" + script)
        called = self.calls.read_text(encoding="utf-8").split()
        if result.returncode != 0 or ("make" in script and "make" not in called):
            return f"status {result.returncode}: {result.stdout}"
        missing = [name for name in kept if not (self.work / name).exists()]
        return f"it keeps {missing}, which its steps do not write" if missing or not kept else None

    def check_image(self, block, document):
        """What is wrong with a Dockerfile, or nothing. Its base image is this machine's /usr."""
        root = self.work / "image"
        for target in ("usr/bin", "usr/lib", "usr/lib64", "proc"):
            (root / target).mkdir(parents=True)
        for name in ("bin", "lib", "lib64"):
            (root / name).symlink_to(f"usr/{name}")
        for name, target in re.findall(r"^COPY (\S+) (\S+)$", block, re.M):
            (root / target.strip("/")).mkdir(parents=True, exist_ok=True)
            shutil.copy(self.netrunner.parent / name, root / target.strip("/"))
        command = sum((json.loads(words) for words in re.findall(r"^(?:ENTRYPOINT|CMD) (\[.*\])$", block, re.M)), [])
        enter = """for each in bin lib lib64; do [ ! -e /usr/$each ] || mount --bind /usr/$each image/usr/$each; done
            mount -t proc proc image/proc && echo 1 >image/proc/sys/kernel/ns_last_pid && exec chroot image "$@" """
        result = subprocess.run(
            ["unshare", "--fork", "--pid", "--mount", "sh", "-c", enter, "sh", *command], cwd=self.work, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100,
            env={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
        if result.returncode != 0 or not result.stdout or f"`{result.stdout.strip()}`" not in document:
            return f"status {result.returncode}, and the document does not show its output: {result.stdout}"
        return None


def group_for_examples(netrunner):
    """Make a control group to work below. Return None if this machine lacks what the examples need."""
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


class Tally:
    """Runs examples, each in a place of its own, and counts them."""

    def __init__(self, netrunner, group, namespaces):
        self.netrunner, self.group, self.namespaces = netrunner, group, namespaces
        self.run = self.failed = self.skipped = 0

    def lacks(self, script):
        """What this machine lacks for the example, or nothing."""
        if NEEDS_GROUPS.search(script) and not self.group:
            return "control groups"
        if re.search(r"\bunshare |^ENTRYPOINT", script, re.M) and not self.namespaces:
            return "namespaces"  # in a chroot, for example
        return "GNU parallel" if script.startswith("$ parallel") and not shutil.which("parallel") else ""

    def try_out(self, document, script, check, files):
        lacks = self.lacks(script)
        if lacks:
            self.skipped += 1
            print(f"{document.name}: skipped, because this machine has no {lacks} for it:\n{script}\n")
            return
        root = pathlib.Path(tempfile.mkdtemp(prefix="netrunner-examples-"))
        try:
            wrong = check(Place(root, self.netrunner, self.group, files))
        except subprocess.TimeoutExpired:
            wrong = "it does not end"
        finally:
            shutil.rmtree(root)
        self.run += 1
        if wrong:
            self.failed += 1
            print(f"{document.name}:\n{script}\n=> {wrong}\n")

    def try_document(self, document):
        before = self.run + self.skipped
        for script, files in scripts_of(document):
            self.try_out(document, script, lambda place, s=script: place.check(s), files)
        if document.suffix == ".md":
            text = document.read_text(encoding="utf-8")
            for language, block in blocks_of_markdown(text):
                if language in ("yaml", "groovy"):
                    self.try_out(document, block, lambda place, l=language, b=block: place.check_steps(l, b), {})
                if language == "dockerfile":
                    self.try_out(document, block, lambda place, b=block: place.check_image(b, text), {})
        if self.run + self.skipped == before:
            self.failed += 1
            print(f"{document.name}: no example was found")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    netrunner = pathlib.Path(sys.argv[1]).resolve()
    group = group_for_examples(netrunner)
    namespaces = subprocess.run(["unshare", "--fork", "--pid", "--mount-proc", "true"], check=False, capture_output=True).returncode == 0
    tally = Tally(netrunner, group, namespaces)
    try:
        for document in map(pathlib.Path, sys.argv[2:]):
            tally.try_document(document)
    finally:
        if group:
            os.rmdir(group)
    print(f"{tally.run} examples run, {tally.failed} of them failed, {tally.skipped} skipped")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
