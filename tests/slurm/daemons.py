"""A Slurm of one's own: munged, MariaDB and Slurm's daemons in a folder and on a loopback that nobody else reaches.

Daemons end by their process ids, and with the tests: the kernel kills them when the process that started them dies.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = (
    "setpriv", "munged", "mariadbd", "mariadb-install-db", "mariadb", "slurmdbd", "slurmctld", "slurmd", "sacctmgr"
)  # fmt: skip
SBIN = ("/usr/sbin", "/usr/bin")
STARTS_S = 30.0
SHELL_S = 60
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL")
# Slurm answers in small packets, each of which waits 40 ms for an acknowledgement unless the route asks for it at once.
# Its daemons want an address that is not loopback; this one is for documentation and stays in here.
NETWORK = """\
ip address add 192.0.2.1/32 dev lo
ip link set lo up
for range in 127.0.0.0/8 127.0.0.1; do
  ip route replace table local local $range dev lo proto kernel scope host src 127.0.0.1 quickack 1
done
echo ready
exec sleep infinity
"""
OWN_NETWORK = ("unshare", "--net", "sh", "-ec", NETWORK)
OWN_PROCESSES = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
LISTENS = "0A"


def missing() -> list[str]:
    """Programs that are not installed, and what else keeps a Slurm from being started here."""
    lacking = [name for name in PROGRAMS if program(name) is None]
    return [*lacking, *(["rights of root"] if os.geteuid() != 0 else [])]


def program(name: str) -> str | None:
    return shutil.which(name, path=os.pathsep.join([*SBIN, os.environ.get("PATH", "")]))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with suppress(OSError):
        held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        ports = [one.getsockname()[1] for one in held]
        for one in held:
            one.close()
        return ports
    raise AssertionError("no free port")


@dataclass
class Slurm:
    """The daemons of one folder. `conf` is the folder of the cluster that the commands speak to."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    conf: Path = Path()
    ports: dict[str, int] = field(default_factory=dict)
    inside: tuple[str, ...] = ()
    """What puts a command into the network of these daemons."""
    watched: str = "self"
    """Process whose view of the network tells who listens."""

    def __post_init__(self) -> None:
        names = ("mariadb", "slurmdbd", "slurmctld", "slurmd")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([*SBIN, os.environ.get("PATH", "")])
        return {"PATH": path, "SLURM_CONF": str(self.conf / "slurm.conf"), "LC_ALL": "C", "TZ": "UTC"}

    def begin_network(self) -> None:
        """Make a network of loopback alone, where that is allowed; elsewhere munge keeps others out."""
        holder = subprocess.Popen(
            [*DIES_WITH_US, *OWN_NETWORK],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.running["network"] = holder
        assert holder.stdout is not None
        with holder.stdout as said:
            ready = said.readline() == b"ready\n"
        if ready:
            self.inside = ("nsenter", f"--net=/proc/{holder.pid}/ns/net", "--")
            self.watched = str(holder.pid)
        else:
            self.stop("network")

    def start(self, name: str, *arguments: str, around: tuple[str, ...] = ()) -> None:
        """Start a daemon in the foreground of its own process group; it speaks into NAME.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*DIES_WITH_US, *self.inside, *around, program(name) or name, *arguments],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, name: str) -> None:
        """End a daemon so that it saves its state."""
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(STARTS_S / 2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop_all(self) -> None:
        """Kill what runs, the node first: the steps of its jobs end with it."""
        for process in [*self.running.values()][::-1]:
            process.kill()
            process.wait()
        self.running.clear()

    def told(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    def await_(self, name: str, ready: object, told: str) -> None:
        """Wait until `ready()` holds; fail with the daemon's own words where it ends before, or takes too long."""
        until = time.monotonic() + STARTS_S
        while not ready():  # type: ignore[operator]
            process = self.running[name]
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"{name} {told}:\n{self.told(name)}")
            time.sleep(0.05)

    def listens(self, name: str) -> bool:
        rows = (line.split() for line in Path(f"/proc/{self.watched}/net/tcp").read_text().splitlines())
        return any(row[1].endswith(f":{self.ports[name]:04X}") and row[3] == LISTENS for row in rows)

    def run(self, *command: str, text: str | None = None, check: bool = True) -> str:
        """Output of a command that speaks to these daemons."""
        done = subprocess.run(
            [*self.inside, *command],
            env=self.environment,
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            timeout=SHELL_S,
        )
        assert not check or done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + ("" if check else done.stderr)

    def begin_accounting(self) -> None:
        """Start munged, MariaDB and slurmdbd."""
        self.folder.chmod(0o755)
        self.begin_network()
        self.start_munged()
        self.start_database()
        (self.conf / "slurmdbd.conf").write_text(
            f"DbdHost=localhost\nDbdAddr=127.0.0.1\nDbdPort={self.ports['slurmdbd']}\nSlurmUser=root\n"
            f"AuthType=auth/munge\nAuthInfo=socket={self.folder / 'munge.sock'}\n"
            f"StorageType=accounting_storage/mysql\nStorageHost=127.0.0.1\nStoragePort={self.ports['mariadb']}\n"
            f"StorageUser=slurm\nStoragePass=slurm\nStorageLoc=slurm\nPidFile={self.folder / 'slurmdbd.pid'}\n"
        )
        (self.conf / "slurmdbd.conf").chmod(0o600)
        self.start("slurmdbd", "-D")
        self.await_("slurmdbd", lambda: self.listens("slurmdbd"), "does not listen")

    def start_munged(self) -> None:
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(128))
        key.chmod(0o600)
        files = {name: self.folder / f"munge.{name}" for name in ("sock", "pid", "log", "seed")}
        self.start(
            "munged", "--foreground", "--key-file", str(key), "--socket", str(files["sock"]),
            "--pid-file", str(files["pid"]), "--log-file", str(files["log"]), "--seed-file", str(files["seed"]),
        )  # fmt: skip
        self.await_("munged", files["sock"].exists, "does not listen")

    def start_database(self) -> None:
        data = self.folder / "database"
        self.run(
            program("mariadb-install-db") or "", "--no-defaults", "--user=root", f"--datadir={data}",
            "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
        )  # fmt: skip
        address = self.folder / "mariadb.sock"
        self.start(
            "mariadbd", "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={address}",
            "--bind-address=127.0.0.1", f"--port={self.ports['mariadb']}", "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
            f"--pid-file={self.folder / 'mariadb.pid'}",
        )  # fmt: skip
        self.await_("mariadbd", lambda: self.listens("mariadb"), "does not listen")
        words = "CREATE DATABASE slurm; CREATE USER slurm@'%' IDENTIFIED BY 'slurm'; GRANT ALL ON slurm.* TO slurm@'%';"
        self.run("mariadb", "--no-defaults", f"--socket={address}", "--user=root", text=words)

    def begin_cluster(self) -> None:
        """Start slurmctld on the files of `conf` and wait until it answers."""
        self.start("slurmctld", "-D", "-f", str(self.conf / "slurm.conf"))
        self.await_("slurmctld", lambda: "UP" in self.run("scontrol", "ping", check=False).split(" is ")[-1], "is down")

    def begin_node(self, name: str) -> None:
        own = subprocess.run([*OWN_PROCESSES, "true"], capture_output=True, check=False).returncode == 0
        conf = str(self.conf / "slurm.conf")
        self.start("slurmd", "-D", "-N", name, "-f", conf, around=OWN_PROCESSES if own else ())
        self.await_("slurmd", lambda: self.listens("slurmd"), "does not listen")
