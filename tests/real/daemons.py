"""The daemons that the scripts beside this file start on the loopback device, in a folder that the caller removes.

Each class starts its daemons as children of this process and ends them by pid. Nothing outside the folder is changed,
except that /run/sshd is made, which sshd wants.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import time

LIMIT = 30.0


def wait_until(is_so, limit=LIMIT):
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Daemons:
    def __init__(self):
        self.processes = []

    def start(self, words, log):
        with open(log, "wb") as file:
            self.processes.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                                   start_new_session=True))

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes = []


class Ssh(Daemons):
    """An sshd with its own keys. `config` is for `ssh -F` and knows the host `localhost` and `hosts`."""

    def __init__(self, top, hosts=()):
        super().__init__()
        self.folder = pathlib.Path(top) / "ssh"
        self.config = self.folder / "config"
        self.hosts = " ".join(["localhost", *hosts])

    @staticmethod
    def is_installed():
        return pathlib.Path("/usr/sbin/sshd").exists()

    def begin(self):
        """False if sshd does not answer."""
        folder = self.folder
        folder.mkdir(mode=0o700)
        for key in ["host", "user"]:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
        shutil.copy(folder / "user.pub", folder / "authorized")
        port = free_port()
        (folder / "sshd").write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\nStrictModes no\nUsePAM no\n"
            f"PermitRootLogin yes\nAuthorizedKeysFile {folder}/authorized\nPrintMotd no\nPrintLastLog no\n")
        self.config.write_text(
            f"Host {self.hosts}\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {folder}/user\n  LogLevel ERROR\n"
            "  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n")
        os.makedirs("/run/sshd", exist_ok=True)
        self.start(["/usr/sbin/sshd", "-D", "-f", str(folder / "sshd")], folder / "log")
        return wait_until(self.answers)

    def answers(self):
        probe = subprocess.run(["ssh", "-F", str(self.config), "localhost", "true"], stderr=subprocess.DEVNULL,
                               stdin=subprocess.DEVNULL, check=False)
        return probe.returncode == 0


class Slurm(Daemons):
    """munged, slurmctld and slurmd for one node that claims four processors. Needs root."""

    def __init__(self, top):
        super().__init__()
        self.folder = pathlib.Path(top) / "slurm"
        self.environment = {"SLURM_CONF": str(self.folder / "slurm.conf")}

    @staticmethod
    def is_installed():
        return os.getuid() == 0 and all(shutil.which(name) for name in ["munged", "slurmctld", "slurmd", "sbatch"])

    def begin(self):
        """False if the node does not become idle."""
        folder = self.folder
        for name in ["", "state", "spool"]:
            (folder / name).mkdir(mode=0o755)
        key = folder / "key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        host = socket.gethostname().split(".")[0]
        (folder / "slurm.conf").write_text(
            f"ClusterName=loopback\nSlurmctldHost={host}(127.0.0.1)\nSlurmUser=root\nAuthType=auth/munge\n"
            f"AuthInfo=socket={folder}/munge\nSlurmctldPort={free_port()}\nSlurmdPort={free_port()}\n"
            f"StateSaveLocation={folder}/state\nSlurmdSpoolDir={folder}/spool\nSlurmctldPidFile={folder}/slurmctld.pid\n"
            f"SlurmdPidFile={folder}/slurmd.pid\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n"
            "JobAcctGatherType=jobacct_gather/none\nAccountingStorageType=accounting_storage/none\nMpiDefault=none\n"
            "SwitchType=switch/none\nSchedulerType=sched/builtin\nSchedulerParameters=sched_interval=1\n"
            "SelectType=select/cons_tres\n"
            "SelectTypeParameters=CR_CPU\nSlurmdParameters=config_overrides\nReturnToService=2\n"
            f"NodeName={host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN\nPartitionName=all Nodes=ALL Default=YES\n")
        self.start(["munged", "--force", "--foreground", f"--socket={folder}/munge", f"--key-file={key}",
                    f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log", f"--seed-file={folder}/seed"],
                   folder / "munged.out")
        if not wait_until((folder / "munge").exists):
            return False
        for daemon in ["slurmctld", "slurmd"]:
            self.start([daemon, "-D", "-f", str(folder / "slurm.conf")], folder / f"{daemon}.out")
        return wait_until(self.is_idle)

    def is_idle(self):
        asked = subprocess.run(["sinfo", "--noheader", "--format=%T"], env={**os.environ, **self.environment},
                               capture_output=True, text=True, check=False)
        return asked.stdout.strip() == "idle"
