"""Jobs of CI systems that use the files in packaging/, each under a stand-in of its agent. Used by ci.py and ci_faults.py.

Every path of a job has a blank in it. After each job, no process is left.
"""

import json
import pathlib
import shutil
import signal
import sys
import tempfile
import unittest

import yaml

from agents import Buildkite, GitHub, GitLab, Jenkins
from processes import become_subreaper, nothing_left
from release_files import SOURCES, make_release
from runner import run_cases

# Says when it runs, then ignores the signals of every agent, as does its child in a session of its own.
STUBBORN = "trap '' INT TERM; setsid sh -c 'trap \"\" INT TERM; sleep 600' & touch started; sleep 600 & wait; wait"


class Made:
    """What the jobs use, made by `main` from a build: copies of packaging/, the files of a release, an installed netrunner."""

    packaging = release = prefix = pathlib.Path()


class Job(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="netrunner ci "))
        self.addCleanup(shutil.rmtree, self.root)
        self.addCleanup(lambda: self.assertTrue(nothing_left(0), "processes are left"))

    def begin_again(self):
        shutil.rmtree(self.root)
        self.root.mkdir()

    def started(self, agent):
        return (agent.work / "started").exists

    def make(self, agent, text):
        """`make` of the job is a script."""
        for name in ("programs", "work"):
            (self.root / name).mkdir(exist_ok=True)
        file = self.root / "programs" / "make"
        file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        file.chmod(0o755)
        agent.environment["PATH"] = f"{file.parent}:{agent.environment['PATH']}"

    def report(self, file):
        return json.loads(pathlib.Path(file).read_text(encoding="utf-8"))


class GitHubJob(Job):
    def use(self, inputs, cancel=False, again=False):
        """Use the action in a new job, or again in the same one; return its outputs and the statuses of its steps."""
        if not again:
            self.agent = GitHub(self.root, {})
        outputs, statuses = self.agent.use(Made.packaging / "action", {"from": str(Made.release), **inputs}, self.started(self.agent) if cancel else None)
        self.summary = self.agent.files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return outputs, statuses


class GitLabJob(Job):
    def job(self, script):
        template = yaml.safe_load((Made.packaging / "gitlab/netrunner.gitlab-ci.yml").read_text(encoding="utf-8"))
        self.agent = GitLab(self.root, {})
        shutil.copytree(Made.release, self.agent.work / "ci/netrunner")
        return {**template[".netrunner"], "script": [script]}

    def script(self, command, options=""):
        return f'netrunner run {options} --report "$NETRUNNER_REPORT" --junit "$NETRUNNER_JUNIT" -- sh -c \'' + command.replace("'", "'\\''") + "'"

    def run_job(self, command, options="", cancel=False):
        job = self.job(self.script(command, options))
        status = self.agent.run(job, self.started(self.agent) if cancel else None)
        self.assertEqual(self.agent.missing, [], self.agent.log)
        return status, self.report(self.agent.work / "netrunner-report.json")["reason"]


class JenkinsJob(Job):
    def begin(self, make):
        self.agent = Jenkins(self.root, {})
        shutil.copytree(Made.release, self.agent.work / "ci/netrunner")
        self.make(self.agent, make)

    def build(self, cancel=False):
        pipeline = (Made.packaging / "jenkins/Jenkinsfile").read_text(encoding="utf-8")
        return self.agent.run(pipeline, self.started(self.agent) if cancel else None)

    def run_pipeline(self, make, cancel=False):
        self.begin(make)
        status = self.build(cancel)
        self.assertEqual(self.agent.missing, [], self.agent.log)
        return status, self.report(self.agent.work / "test.json")["reason"]


class BuildkiteJob(Job):
    def run_step(self, command, variables=None, cancel=False):
        self.agent = Buildkite(self.root, {})
        self.agent.environment["PATH"] = f"{Made.prefix}/bin:{self.agent.environment['PATH']}"
        status = self.agent.run(Made.packaging / "buildkite", command, variables or {}, self.started(self.agent) if cancel else None)
        self.assertEqual(list(self.root.glob("netrunner-*.json")), [])
        return status


def main():
    """The main function of both tests. Arguments: CMAKE BUILD [UNITTEST-ARGS]."""
    cmake, build = sys.argv[1:3]
    become_subreaper()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # not ignored, as it is if a shell started this with `&`
    with tempfile.TemporaryDirectory(prefix="netrunner ci ") as made:
        place = pathlib.Path(made)
        Made.packaging, Made.release, Made.prefix = place / "the packaging", place / "a release", place / "a prefix"
        shutil.copytree(SOURCES / "packaging", Made.packaging)
        tarball = make_release(cmake, build, Made.release)
        shutil.unpack_archive(tarball, made)
        (place / tarball.name.removesuffix(".tar.gz")).rename(Made.prefix)
        run_cases(sys.argv[3:])
