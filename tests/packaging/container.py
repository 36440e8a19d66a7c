#!/usr/bin/python3
"""Tests netrunner as process 1 of containers, and the table of docs/containers.md. Usage: container.py BUILD [UNITTEST-ARGS]

The image of packaging/Dockerfile is made by packaging/oci-layout, read by skopeo, unpacked by umoci and run by crun, in
three situations, and by unshare and chroot. Exits with 77 if a tool is missing; needs root.
"""

import itertools
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from bundles import ARCHITECTURES, SECCOMP_PROFILE, cgroup2_mount, configuration, crun, restrict
from processes import become_subreaper, nothing_left, wait_until
from release_files import SOURCES
from runner import run_cases

SITUATIONS = ("docker", "restricted", "privileged", "unshare")
NUMBERS = itertools.count()


class Image:
    """The image in a layout, and a root directory that is the image and busybox."""

    def __init__(self, build, folder):
        self.layout, self.bundle, self.state = folder / "layout", folder / "bundle", folder / "state"
        self.architecture = ARCHITECTURES[platform.machine()][0]
        context = folder / "context" / self.architecture
        for program, target in (("netrunner", "bin"), ("netrunner-shepherd", "libexec/netrunner")):
            (context / target).mkdir(parents=True)
            shutil.copy(pathlib.Path(build) / program, context / target)
        self.make(folder / "context", self.layout)
        self.context = folder / "context"
        subprocess.run(["umoci", "unpack", "--image", f"{self.layout}:latest", self.bundle], check=True, capture_output=True)
        self.files = sorted(str(file.relative_to(self.bundle / "rootfs")) for file in (self.bundle / "rootfs").rglob("*") if file.is_file())
        self.config = json.loads((self.bundle / "config.json").read_text(encoding="utf-8"))
        self.root = self.bundle / "rootfs"
        shutil.copy(shutil.which("busybox"), self.root / "bin/busybox")
        subprocess.run(["chroot", self.root, "/bin/busybox", "--install", "-s", "/bin"], check=True)
        for name in ("proc", "dev", "sys", "tmp"):
            (self.root / name).mkdir(exist_ok=True)
        os.chmod(folder, 0o755)

    @staticmethod
    def make(context, layout):
        subprocess.run([SOURCES / "packaging/oci-layout", context, layout], check=True)

    def words(self, situation, words):
        """A command that starts a container whose process 1 is netrunner with these words, and the container's name. The
        situation is one of SITUATIONS, or a restriction that is added to a privileged container."""
        name = f"netrunner-test-{os.getpid()}-{next(NUMBERS)}"
        if situation == "unshare":
            enter = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" /bin/netrunner "$@"'
            return ["unshare", "--fork", "--pid", "--mount", "--kill-child", "sh", "-c", enter, str(self.root), *words], name
        config = configuration(self.config, words, situation if situation in SITUATIONS else "privileged")
        if situation not in SITUATIONS:
            restrict(config, situation)
        (self.bundle / "config.json").write_text(json.dumps(config), encoding="utf-8")
        return crun(self.state, "--cgroup-manager=disabled", "run", "--bundle", str(self.bundle), name), name


class Container(unittest.TestCase):
    def run_in(self, situation, *words):
        """Run a container to its end; return its status, standard output and standard error."""
        done = subprocess.run(IMAGE.words(situation, words)[0], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.assertTrue(nothing_left(5), f"processes of the container are left: {words}")
        return done.returncode, done.stdout, done.stderr

    def works(self, situation, *words, status=0, out=r"\A", err=r"\A", refusal=None):
        """Whether the run ends as it should. If netrunner refuses it instead, that is 125 and a line that says why."""
        code, seen, said = self.run_in(situation, "run", *words)
        if code == 125 and refusal:
            self.assertRegex(said, r"\Anetrunner: " + refusal, situation)
            return False
        self.assertEqual(code, status, f"{situation}: {words}: {seen}{said}")
        self.assertRegex(seen, out, f"{situation}: {words}")
        self.assertRegex(said, err, f"{situation}: {words}")
        return True

    # ---- the rows of the table: whether they work in a situation

    def status_and_signal(self, where):
        return self.works(where, "--", "sh", "-c", "echo $PPID; exit 7", status=7, out=r"\A\d+\n\Z") and \
            self.works(where, "--", "sh", "-c", "kill -KILL $$", status=128 + signal.SIGKILL)

    def time_limit(self, where):
        return self.works(where, "-t", "300ms", "-k", "300ms", "--", "sh", "-c", "trap '' TERM; setsid sleep 60 & sleep 60; wait", status=124,
                          err=r"timed out after 300ms: sent SIGTERM, [\d.]+m?s later SIGKILL")

    def orphans(self, where):
        return self.works(where, "--", "sh", "-c", "setsid sleep 60 & exit 3", status=3, err="ended 1 orphan: sleep")

    def order_to_end(self, where):
        words, name = IMAGE.words(where, ("run", "--", "sh", "-c", "trap 'echo told; exit 5' TERM; echo ready; while :; do sleep 0.02; done"))
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as container:
            self.assertEqual(container.stdout.readline(), "ready\n")
            if where == "unshare":
                below = pathlib.Path(f"/proc/{container.pid}/task/{container.pid}/children")
                wait_until(lambda: below.read_text(encoding="utf-8").split(), "process 1")
                os.kill(int(below.read_text(encoding="utf-8").split()[0]), signal.SIGTERM)
            else:
                subprocess.run(crun(IMAGE.state, "kill", name, "TERM"), check=True)
            self.assertEqual(container.stdout.read(), "told\n")
        self.assertEqual(container.returncode, 5)
        return nothing_left(5)

    def terminal(self, where):
        return self.works(where, "--pty", "--", "sh", "-c", "tty <&1", out=r"\A/dev/pts/\d+\n\Z")

    def watched_limits(self, where):
        return self.works(where, "--max-processes", "3", "--", "sh", "-c", "for i in 1 2 3 4 5; do sleep 60 & done; wait", status=124, err="processes") and \
            self.works(where, "--max-rss", "20M", "--", "sh", "-c", "head -c 60m /dev/zero | tail -n 1 | cat >/dev/null; sleep 60", status=124, err="memory")

    def control_group(self, where):
        return self.works(where, "--cgroup-set", "cgroup.max.depth=max", "--", "true", refusal="cgroup: ")

    def another_user(self, where):
        return self.works(where, "--uid", "4321", "--gid", "4321", "--", "id", "-u", out=r"\A4321\n\Z", refusal=".*(setgroups|uid|gid|user|group)")

    def pid_namespace(self, where):
        return self.works(where, "--pid-namespace", "--", "sh", "-c", "echo $$", out=r"\A\d+\n\Z", refusal=".*namespace")

    def report(self, where):
        return self.works(where, "--report", "-", "--", "true", out=r'"reason": "exited"')

    ROWS = {
        "exit status; 128+N after a signal": status_and_signal,
        "`-t`: all processes end, also those of other sessions": time_limit,
        "orphans are ended and named": orphans,
        "SIGTERM of the engine reaches the command": order_to_end,
        "`--report`": report,
        "`--pty`": terminal,
        "`--max-rss`, `--max-processes`": watched_limits,
        "`--memory-max` and all limits of control groups": control_group,
        "`--uid`, `--gid`": another_user,
        "`--pid-namespace`": pid_namespace,
    }

    # ---- tests

    def test_the_table_is_true(self):
        page = (SOURCES / "docs/containers.md").read_text(encoding="utf-8")
        rows = dict(re.findall(r"^\| (.*?) \| ((?:(?:yes|no) \| ){3}(?:yes|no)) \|$", page, re.M))
        self.assertEqual(list(rows), list(self.ROWS))
        for name, works in self.ROWS.items():
            with self.subTest(name):
                found = ["yes" if works(self, where) else "no" for where in SITUATIONS]
                print(f"| {name} | {' | '.join(found)} |")
                self.assertEqual(" | ".join(found), rows[name])

    def test_each_restriction_alone_withholds_what_the_page_says(self):
        page = (SOURCES / "docs/containers.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| ([^|]+) \| ((?:(?:yes|no) \| ){2}(?:yes|no)) \|$", page, re.M)
        self.assertEqual([name for name, _ in rows], ["control groups read-only", "no `CAP_SYS_ADMIN`", "the seccomp profile", "user 1000"])
        asked = {"cgroups": "writable", "sys_admin": True, "seccomp": False}
        told = ({"cgroups": "read-only"}, {"sys_admin": False}, {"seccomp": True}, {"sys_admin": False})
        for (name, works), differs in zip(rows, told):
            with self.subTest(name):
                for always in (self.status_and_signal, self.time_limit, self.orphans, self.order_to_end, self.terminal, self.watched_limits, self.report):
                    self.assertTrue(always(name), always)
                found = ["yes" if each(name) else "no" for each in (self.control_group, self.another_user, self.pid_namespace)]
                print(f"| {name} | {' | '.join(found)} |")
                self.assertEqual(" | ".join(found), works)
                doctor = json.loads(self.run_in(name, "doctor", "--json")[1])["container"]
                self.assertEqual({key: doctor[key] for key in asked}, asked | differs)

    def test_doctor_says_where_it_is(self):
        said = {where: json.loads(self.run_in(where, "doctor", "--json")[1])["container"] for where in SITUATIONS}
        default = {"engine": None, "first_process": True, "seccomp": True, "sys_admin": False, "no_new_privileges": False, "cgroups": "read-only"}
        self.assertEqual(said["docker"], default)
        self.assertEqual(said["restricted"], default | {"no_new_privileges": True})
        self.assertEqual(said["privileged"], default | {"seccomp": False, "sys_admin": True, "cgroups": "writable"})
        self.assertEqual(said["unshare"]["first_process"], True)
        self.assertRegex(self.run_in("docker", "doctor")[1], r"\nin a container: netrunner is process 1; a seccomp filter is on; .*\n\Z")

    def test_the_image_has_two_files_and_its_entry_point(self):
        self.assertEqual(IMAGE.files, ["bin/netrunner", "libexec/netrunner/netrunner-shepherd"])
        self.assertEqual(IMAGE.config["process"]["args"], ["/bin/netrunner", "--help"])
        self.assertIn("Usage: netrunner", self.run_in("docker", "--help")[1])

    def test_skopeo_reads_and_copies_the_image_of_each_processor(self):
        # The bytes of the programs do not matter here, so those of this machine stand for the other's.
        with tempfile.TemporaryDirectory() as folder:
            both = pathlib.Path(folder) / "context"
            for name in ("amd64", "arm64"):
                shutil.copytree(IMAGE.context / IMAGE.architecture, both / name)
            layout = pathlib.Path(folder) / "layout"
            IMAGE.make(both, layout)
            for name in ("amd64", "arm64"):
                skopeo = ["skopeo", "--insecure-policy", "--override-arch", name]
                told = json.loads(subprocess.run([*skopeo, "inspect", "--config", f"oci:{layout}"], check=True, capture_output=True).stdout)
                self.assertEqual((told["architecture"], told["config"]["Entrypoint"]), (name, ["/bin/netrunner"]))
                subprocess.run([*skopeo, "copy", "--quiet", f"oci:{layout}", f"docker-archive:{folder}/{name}.tar:netrunner:latest"], check=True)
            again = pathlib.Path(folder) / "again"
            IMAGE.make(both, again)
            self.assertEqual((layout / "index.json").read_bytes(), (again / "index.json").read_bytes())


def missing():
    """What this machine lacks for these tests, or nothing."""
    for program in ("skopeo", "umoci", "crun", "busybox", "unshare"):
        if not shutil.which(program):
            return f"{program} is not installed"
    if not cgroup2_mount():
        return "no control groups of version 2 are mounted"
    if not SECCOMP_PROFILE.exists():
        return f"there is no {SECCOMP_PROFILE}"
    if os.geteuid() != 0 or subprocess.run(["unshare", "-pfm", "true"], check=False, capture_output=True).returncode != 0:
        return "namespaces need root"
    return None


if __name__ == "__main__":
    if lacks := missing():
        print(f"packaging.container: skipped: {lacks}")
        sys.exit(77)
    become_subreaper()
    with tempfile.TemporaryDirectory(prefix="netrunner-container-") as made:
        IMAGE = Image(sys.argv[1], pathlib.Path(made))
        run_cases(sys.argv[2:])
