"""Small stand-ins of four CI agents, each with the environment, files and signals of the real one. Used by ci.py.

An agent runs the steps of a job. `cancel_when` is a condition, checked while a step runs: when it holds, the agent cancels
that step as the real agent does. `log` is all that the steps have written.
"""

import os
import re
import signal
import subprocess
import time

import yaml

from processes import descendants, with_variable


class Agent:
    """What all agents share. `place` is a directory of the job's own; `environment` is that of every step."""

    def __init__(self, place, environment):
        self.place = place
        self.work = place / "work"
        self.work.mkdir(exist_ok=True)
        self.environment = {"HOME": str(place), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", **environment}
        self.log = ""
        self.cancelled = False
        self.ladder = []  # what the agent had to send until the step had ended

    def step(self, words, environment, cancel_when, directory=None):
        """Run a step to its end; return its exit status, as a shell shows it."""
        log = self.place / "log"
        with open(log, "wb") as out, subprocess.Popen(
                words, cwd=directory or self.work, env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True) as process:
            while process.poll() is None:
                if cancel_when and not self.cancelled and cancel_when():
                    self.cancelled = True
                    self.cancel(process)
                time.sleep(0.01)
        self.log += log.read_text(encoding="utf-8", errors="replace")
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def send(self, process, number, send, seconds):
        """Send a signal and wait; return whether the step has ended."""
        if process.poll() is None:
            send(number)
            self.ladder.append(number.name)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def cancel(self, process):
        raise NotImplementedError


class GitHub(Agent):
    """Runs a composite action. Cancelling: INT to the step's first process, 7.5 s, TERM, 2.5 s, KILL to its tree."""

    def __init__(self, place, environment):
        for name in ("temp", "files"):
            (place / name).mkdir()
        self.files = {name: place / "files" / name for name in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        super().__init__(place, {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.example",
                                 "RUNNER_TEMP": str(place / "temp"), "GITHUB_WORKSPACE": str(place / "work"), **environment})

    def use(self, action, inputs, cancel_when=None):
        """Use the action in the directory `action`; return its outputs and the status of each step that has run."""
        text = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        unknown = inputs.keys() - text["inputs"].keys()
        assert not unknown, f"the action has no input {unknown}"
        values = {name: inputs.get(name, about.get("default", "")) for name, about in text["inputs"].items()}
        context = {"inputs": values, "github": {"action_repository": "owner/netrunner", "action_ref": "v0.1.0"}, "steps": {}}
        statuses, failed = {}, False
        for step in text["runs"]["steps"]:
            if (failed or self.cancelled) and step.get("if") != "always()":
                if "id" in step:
                    context["steps"][step["id"]] = {"outcome": "skipped"}
                continue
            status, outputs = self.run_step(step, action, context, cancel_when if step["name"] == "Run" else None)
            statuses[step["name"]] = status
            failed = failed or status != 0
            if "id" in step:
                context["steps"][step["id"]] = {"outputs": outputs, "outcome": "success" if status == 0 else "failure"}
        return {name: self.expand(about["value"], context) for name, about in text["outputs"].items()}, statuses

    def run_step(self, step, action, context, cancel_when):
        for file in self.files.values():
            file.touch()
        self.files["GITHUB_OUTPUT"].write_text("", encoding="utf-8")
        script = self.place / "temp" / "step.sh"
        script.write_text(self.expand(step["run"], context) + "\n", encoding="utf-8")
        environment = {name: self.expand(value, context) for name, value in step.get("env", {}).items()}
        environment |= {name: str(path) for name, path in self.files.items()} | {"GITHUB_ACTION_PATH": str(action)}
        directory = self.work / self.expand(step.get("working-directory", "."), context)
        assert step["shell"] == "bash", "a composite action has to say its shell"
        status = self.step(["/bin/bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)], environment,
                           cancel_when, directory)
        added = self.files["GITHUB_PATH"].read_text(encoding="utf-8").splitlines()
        self.environment["PATH"] = ":".join([*added, "/usr/sbin:/usr/bin:/sbin:/bin"])
        outputs = self.files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        return status, dict(line.split("=", 1) for line in outputs)

    @staticmethod
    def expand(text, context):
        """Replace each `${{ a.b.c }}` by its value; a value that is not there is empty, as on GitHub."""
        def value(match):
            found = context
            for name in match[1].split("."):
                found = found.get(name, {}) if isinstance(found, dict) else {}
            return found if isinstance(found, str) else ""
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", value, str(text))

    def cancel(self, process):
        for number, seconds in ((signal.SIGINT, 7.5), (signal.SIGTERM, 2.5)):
            if self.send(process, number, process.send_signal, seconds):
                return
        for pid in {process.pid} | descendants(process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.ladder.append("SIGKILL")


class GitLab(Agent):
    """Runs a job of a .gitlab-ci.yml. Cancelling: TERM to the script's process group, then KILL."""

    grace = 10.0

    def run(self, job, cancel_when=None):
        """before_script and script share one shell, after_script has its own; return the status of the first."""
        variables = {"CI": "true", "GITLAB_CI": "true", "CI_PROJECT_DIR": str(self.work)}
        for name, value in job["variables"].items():  # a variable may use those before it
            variables[name] = re.sub(r"\$\{?(\w+)\}?", lambda match: variables.get(match[1], ""), str(value))
        status = self.step(self.shell(job["before_script"] + job["script"]), variables, cancel_when)
        after = self.step(self.shell(job.get("after_script", [])), variables, None)
        assert after == 0, f"after_script ended with {after}: {self.log}"
        kept = job["artifacts"]["paths"] + [job["artifacts"]["reports"]["junit"]]
        self.missing = [name for name in (re.sub(r"\$(\w+)", lambda match: variables[match[1]], path) for path in kept)
                        if not (self.work / name).exists()]
        return status

    @staticmethod
    def shell(lines):
        return ["/bin/bash", "--noprofile", "--norc", "-c", "set -eo pipefail\n" + "\n".join(lines)]

    def cancel(self, process):
        self.send(process, signal.SIGTERM, lambda number: os.killpg(process.pid, number), self.grace)
        self.send(process, signal.SIGKILL, lambda number: os.killpg(process.pid, number), self.grace)


class Jenkins(Agent):
    """Runs the `sh` steps of a Jenkinsfile. Aborting: TERM to each process with the build's cookie, later KILL."""

    grace = 10.0

    def __init__(self, place, environment):
        self.cookie = f"durable-{os.getpid()}-{time.monotonic_ns()}"
        super().__init__(place, {"CI": "true", "WORKSPACE": str(place / "work"), **environment})

    def run(self, pipeline, cancel_when=None):
        """Run the steps of the stages, then those of `post`; return the status of the last stage."""
        stages, post = pipeline.split("\n    post {\n")
        for name, value in re.findall(r'^ +(\w+) = "(.*)"$', stages, re.M):
            self.environment[name] = value.replace("${env.WORKSPACE}", str(self.work))
        status = 0
        for script in re.findall(r"\bsh '(.*)'", stages):
            status = status or self.sh(script, cancel_when)
        for script in re.findall(r"\bsh '(.*)'", post):
            assert self.sh(script, None) == 0, self.log
        kept = re.split(r", *", ", ".join(re.findall(r"(?:artifacts|testResults): '(.*?)'", post)))
        self.missing = [name for name in kept if not (self.work / name).exists()]
        return status

    def sh(self, script, cancel_when):
        # The step's shell is the child of a wrapper, which waits for it and writes its status. Only the script has the cookie.
        file = self.place / "script.sh"
        file.write_text(f"#!/bin/sh -xe\n{script}\n", encoding="utf-8")
        file.chmod(0o755)
        return self.step(["/bin/sh", "-c", 'JENKINS_SERVER_COOKIE=$1 "$2"; exit $?', "sh", self.cookie, str(file)], {}, cancel_when)

    def cancel(self, process):
        def to_all(number):
            for pid in with_variable("JENKINS_SERVER_COOKIE", self.cookie):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
        self.send(process, signal.SIGTERM, to_all, self.grace)
        self.send(process, signal.SIGKILL, to_all, self.grace)


class Buildkite(Agent):
    """Runs the hooks `command` and `pre-exit`. Cancelling: TERM to the process group, 10 s, KILL."""

    grace = 10.0

    def __init__(self, place, environment):
        super().__init__(place, {"CI": "true", "BUILDKITE": "true", "BUILDKITE_JOB_ID": "0198-job", "TMPDIR": str(place), **environment})
        programs = place / "programs"  # of the agent
        programs.mkdir()
        agent = programs / "buildkite-agent"
        agent.write_text(f'#!/bin/sh\necho "$*" >"{place}/annotated"\ncat >>"{place}/annotated"\n', encoding="utf-8")
        agent.chmod(0o755)
        self.environment["PATH"] = f"{programs}:{self.environment['PATH']}"

    def run(self, hooks, command, variables, cancel_when=None):
        status = self.step([str(hooks / "command")], {"BUILDKITE_COMMAND": command, **variables}, cancel_when)
        after = self.step([str(hooks / "pre-exit")], {"BUILDKITE_COMMAND_EXIT_STATUS": str(status)}, None)
        assert after == 0, f"pre-exit ended with {after}: {self.log}"
        return status

    def annotation(self):
        file = self.place / "annotated"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def cancel(self, process):
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.send(process, number, lambda number: os.killpg(process.pid, number), self.grace):
                return
