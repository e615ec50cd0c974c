"""This module owns the accounts that a `sacctmgr dump` states: their tree, shares, limits and users."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gortyn.slurm.lines import MOST_LINES, Note
from gortyn.slurm.names import SlurmError

USE_PARENT: Final = 2**31 - 1  # source: slurmdb.h, SLURMDB_FS_USE_PARENT, as dumps write Fairshare=parent
MOST_COUNT: Final = 10**9  # unit: shares
HEADER: Final = "# To edit this file start with a cluster line for the new cluster"
ROW: Final = re.compile(r"\s*(?P<kind>[A-Za-z]+)\s*-\s*(?P<rest>.*)")
OPTION: Final = re.compile(r"\s*(?P<key>[A-Za-z]+)\s*=\s*(?P<value>'[^']*'|\"[^\"]*\"|[^:]*)\s*(?::|$)")
NAME: Final = re.compile(r"(?P<name>'[^']*'|\"[^\"]*\"|[^:]*)\s*(?::|$)")
TAKEN: Final = {"fairshare", "grptres", "grptresmins", "qos", "defaultqos"}
KNOWN: Final = {  # source: sacctmgr(1) of 22.05, options of a dump that a scenario has nothing like
    "adminlevel", "classification", "coordinator", "defaultaccount", "defaultwckey", "description", "feature",
    "federation", "fedstate", "grpjobs", "grpjobsaccrue", "grpsubmitjobs", "grptresrunmins", "grpwall", "id", "lft",
    "maxjobs", "maxjobsaccrue", "maxsubmitjobs", "maxtresminsperjob", "maxtresperjob", "maxtrespernode",
    "maxtresrunmins", "maxwalldurationperjob", "minpriorthresh", "minpriothresh", "organization", "priority", "weight",
    "wckeys",
}  # fmt: skip
LIMITS: Final = tuple(name for name in sorted(KNOWN) if name.startswith(("max", "grp")))


@dataclass(frozen=True, slots=True)
class DumpAccount:
    """One account of a dump.

    Attributes
    ----------
    name, parent : its own, and that of the account above it
    shares : its fair-shares; None where it has those of the account above it (Fairshare=parent)
    chips : most that its jobs hold at once [chips]; None without a limit
    chip_minutes : most that they use (GrpTRESMins) [chip-minutes]; None without a limit
    qos : names of the QOS that it may use
    users : who stands below it
    line : of the dump
    """

    name: str
    parent: str
    shares: float | None
    chips: int | None
    chip_minutes: int | None
    qos: tuple[str, ...]
    users: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Dump:
    """What a dump says, parents before children, and what of it was not read."""

    cluster: str | None
    accounts: tuple[DumpAccount, ...]
    notes: tuple[Note, ...]
    unread: tuple[Note, ...]
    """Lines and options of another version than 22.05."""


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.cluster: str | None = None
        self.parent = "root"
        self.accounts: dict[str, DumpAccount] = {}
        self.users: dict[str, list[str]] = {}
        self.notes: list[Note] = []
        self.unread: list[Note] = []

    def row(self, number: int, text: str) -> None:
        match = ROW.fullmatch(text)
        kind = match["kind"].casefold() if match else ""
        if match is None or kind not in ("cluster", "parent", "account", "user"):
            what = f"a line of {match['kind']!r}" if match else f"{text[:40]!r}"  # unit: letters that are repeated
            self.unread.append(Note(self.file, number, f"{what} is none of version 22.05; not read"))
            return
        name, options = self._named(number, match["rest"])
        if not name:
            self.unread.append(Note(self.file, number, f"{kind} without a name; not read"))
        elif kind == "cluster":
            self._cluster(number, name)
        elif kind == "parent":
            self._parent(number, name)
        elif kind == "account":
            self._account(number, name, options)
        else:
            self.users.setdefault(self.parent, []).append(name)
            self._shares_of_user(number, name, options)

    def _cluster(self, number: int, name: str) -> None:
        if self.cluster is not None:
            text = f"a second cluster, {name}: only {self.cluster} is read"
            raise SlurmError(f"{self.file}:{number}: {text}")
        self.cluster = name

    def _parent(self, number: int, name: str) -> None:
        if name != "root" and name not in self.accounts:
            self.notes.append(Note(self.file, number, f"parent {name} has no account line before; it hangs below root"))
            self.accounts[name] = DumpAccount(name, "root", 1.0, None, None, (), (), number)
        self.parent = name

    def _account(self, number: int, name: str, options: dict[str, str]) -> None:
        if name == "root":
            return
        if name in self.accounts:
            self.notes.append(Note(self.file, number, f"account {name} is there already; the first one is taken"))
            return
        unread = [key for key in LIMITS if options.get(key)]
        if unread:
            text = f"account {name}: {', '.join(unread)} not read: a scenario has nothing like it"
            self.notes.append(Note(self.file, number, text))
        self.accounts[name] = DumpAccount(
            name=name,
            parent=self.parent,
            shares=self._shares(number, options.get("fairshare", "1")),
            chips=self._chips(number, options.get("grptres", ""), "GrpTRES"),
            chip_minutes=self._chips(number, options.get("grptresmins", ""), "GrpTRESMins"),
            qos=tuple(part.lstrip("+-") for part in options.get("qos", "").split(",") if part.lstrip("+-")),
            users=(),
            line=number,
        )

    def _shares_of_user(self, number: int, name: str, options: dict[str, str]) -> None:
        shares = options.get("fairshare", "parent")
        if shares not in ("parent", str(USE_PARENT)) and self.parent != "root":
            text = f"user {name}: shares within an account are not read: a tenant is one for the fair share"
            self.notes.append(Note(self.file, number, text))

    def _named(self, number: int, rest: str) -> tuple[str, dict[str, str]]:
        first = NAME.match(rest)
        name = first["name"].strip().strip("'\"") if first else ""
        options: dict[str, str] = {}
        at = first.end() if first else 0
        while at < len(rest):
            match = OPTION.match(rest, at)
            if match is None or match.end() == at:
                self.unread.append(Note(self.file, number, f"{rest[at:][:40]!r} is no option; the rest is not read"))
                break
            key = match["key"].casefold()
            if key in TAKEN or key in KNOWN:
                options[key] = match["value"].strip().strip("'\"")
            else:
                self.unread.append(Note(self.file, number, f"option {match['key']} is none of version 22.05; not read"))
            at = match.end()
        return name, options

    def _shares(self, number: int, text: str) -> float | None:
        if text.casefold() in ("parent", str(USE_PARENT)):
            return None
        if not text.isdecimal() or not 0 < int(text) <= MOST_COUNT:
            self.notes.append(Note(self.file, number, f"Fairshare is {text!r}; 1 is taken"))
            return 1.0
        return float(text)

    def _chips(self, number: int, text: str, option: str) -> int | None:
        found, others = None, []
        for part in filter(None, text.split(",")):
            name, _, value = part.rpartition("=")
            if name.casefold() in ("gres/gpu", "gres:gpu") and value.isdecimal() and int(value) > 0:
                found = int(value)
            else:
                others.append(part)
        if others:
            self.notes.append(Note(self.file, number, f"{option} of {', '.join(others)} is not read, only gres/gpu"))
        return found


def read_dump(text: str, file: str) -> Dump:
    """Accounts of a `sacctmgr dump CLUSTER` of version 22.05; of other versions, what can be read.

    Parameters
    ----------
    text : of the dump
    file : what notes call it

    Raises
    ------
    SlurmError : the text is no dump, or of several clusters.
    """
    if "\0" in text:
        raise SlurmError(f"{file}: is no text: it holds a null character")
    rows = text.removeprefix("\ufeff").splitlines()
    if len(rows) > MOST_LINES:
        raise SlurmError(f"{file}: has {len(rows):,} lines; at most {MOST_LINES:,} are read")
    reader = _Reader(file)
    for number, row in enumerate(rows, start=1):
        if row.strip() and not row.lstrip().startswith("#"):
            reader.row(number, row)
    if reader.cluster is None and not reader.accounts:
        raise SlurmError(f"{file}: is no `sacctmgr dump`: it has neither a line of a cluster nor one of an account")
    if rows and rows[0].strip() != HEADER:
        text = "does not begin as dumps of version 22.05 do; what is not known of it is listed"
        reader.unread.insert(0, Note(file, 1, text))
    accounts = tuple(
        DumpAccount(
            a.name, a.parent, a.shares, a.chips, a.chip_minutes, a.qos, tuple(reader.users.get(a.name, ())), a.line
        )
        for a in reader.accounts.values()
    )
    return Dump(reader.cluster, accounts, tuple(reader.notes), tuple(reader.unread))
