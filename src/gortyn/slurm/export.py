"""This module owns the files that give a real Slurm the policy of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gortyn.machine import Partition, SitePlan
from gortyn.model import Scenario
from gortyn.model.conversions import MIN_PER_HOUR
from gortyn.slurm.accounting import accounting_sh, federation_name
from gortyn.slurm.carried import not_carried
from gortyn.slurm.clusters import SlurmCluster, clusters, topology
from gortyn.slurm.conf import HOSTS, gres_conf, slurm_conf
from gortyn.slurm.names import Name, SlurmError, name_faults
from gortyn.slurm.reservations import reservations_sh
from gortyn.slurm.terms import Qos, SlurmAccount, accounts, qualities

HOST_FILE: Final = "host.conf"
README: Final = """\
# Slurm with the policy of {title}

Made by `gortyn export slurm` from the scenario `{name}`, for Slurm 22.05 and later.

| file | what it is |
|---|---|
| `SITE/slurm.conf` | scheduler, priorities, preemption, nodes and partitions of the cluster of a site |
| `SITE/host.conf` | hosts, users and folders of its daemons: yours to fill in; `--force` keeps it |
| `SITE/topology.conf` | scale-up domains below pods below the site |
| `SITE/gres.conf` | device files of the chips of each node |
| `SITE/reservations.sh` | nodes set aside for tenants, and kept idle under limits on power |
| `accounting.sh` | QOS, accounts, fair-shares and limits for slurmdbd |

Clusters: {clusters}.

1. Fill in `host.conf`, put in each `NodeName` line the CPUs and memory that `slurmd -C` prints, and copy the four
   `.conf` files of a site to `/etc/slurm` of its hosts.
2. Start slurmdbd, the slurmctld of each site (slurmdbd learns from it that chips can be counted) and the slurmds.
3. Run `sh accounting.sh members.txt`; each line of `members.txt` is a user and its tenants (`ada founders,university`;
   tenants with a home in lines of their own). Run it again whenever the policy changes. Then run `sh reservations.sh`
   of each site.
{renewal}
A job names its account and QOS: `sbatch --account={account} --qos={qos} --partition={partition} --gpus-per-node=N …`.

## QOS

| QOS | level | priority | stops | chip-hours | tenants |
|---|---|---|---|---|---|
{qos_rows}

## What is not as in the simulation

{notes}
"""
RENEWAL: Final = "4. Run `sh accounting.sh renew` once a day, soon after midnight UTC: it grants quotas anew.\n"


def export(
    scenario: Scenario, partitions: Sequence[Partition], plans: Sequence[SitePlan], cluster_prefix: str = ""
) -> Mapping[str, str]:
    """Files for one Slurm cluster per site, and for the slurmdbd that they share.

    Parameters
    ----------
    scenario : resolved
    partitions : of all sites, as the simulation has them
    plans : one per site of the scenario
    cluster_prefix : what the names of the clusters begin with: lower case, digits and `_`

    Returns
    -------
    Text of each file by its path, in the order of the sites.

    Raises
    ------
    SlurmError : names that a configuration cannot carry, one line each; or no site has nodes in the window.
    """
    found = clusters(scenario, partitions, cluster_prefix)
    if not found:
        message = f"scenario '{scenario.name}' has no nodes in the simulated window: there is no cluster to write"
        raise SlurmError(message)
    qos = qualities(scenario)
    tree = accounts(scenario, qos)
    if faults := name_faults(_names(scenario, found, qos, tree, cluster_prefix)):
        raise SlurmError(*faults)
    files: dict[str, str] = {}
    for cluster in found:
        files[f"{cluster.site}/slurm.conf"] = slurm_conf(scenario, cluster)
        files[f"{cluster.site}/{HOST_FILE}"] = HOSTS
        files[f"{cluster.site}/topology.conf"] = "\n".join(topology(cluster)) + "\n"
        files[f"{cluster.site}/gres.conf"] = gres_conf(cluster)
        files[f"{cluster.site}/reservations.sh"] = reservations_sh(scenario, partitions, cluster)
    files["accounting.sh"] = accounting_sh(scenario, found, qos, tree)
    files["README.md"] = _readme(scenario, found, qos, not_carried(scenario, plans, found, qos, tree))
    return files


def _names(
    scenario: Scenario,
    found: Sequence[SlurmCluster],
    qos: Sequence[Qos],
    tree: Sequence[SlurmAccount],
    prefix: str,
) -> Iterator[Name]:
    prefixed = f" with prefix '{prefix}'" if prefix else ""
    for cluster in found:
        yield Name("cluster", cluster.name, f"site {cluster.site}{prefixed}")
        for partition in cluster.partitions:
            enclave = partition.allowed is not None
            where = f"{'enclave' if enclave else 'machine'} {partition.name} of site {cluster.site}"
            yield Name("partition", partition.name, where, cluster.name)
            last = partition.nodes[-1]
            yield Name("node", f"{last.prefix}{last.last:0{last.digits}}", f"a node of {where}", cluster.name)
    if len(found) > 1 and scenario.operations.federation != "home":
        yield Name("federation", federation_name(scenario), "the scenario")
    for one in qos:
        yield Name(
            "QOS", one.name, f"mode {one.mode}" if one.mode else f"level {one.level} of {', '.join(one.tenants)}"
        )
    for account in tree:
        stated = any(account.name == other.name for other in scenario.operations.accounts) and account.tenant is None
        yield Name("account", account.name, f"{'account' if stated else 'tenant'} {account.name}")
    for reservation in scenario.operations.reservations:
        yield Name("reservation", reservation.name, f"reservation {reservation.name}")


def _readme(scenario: Scenario, found: Sequence[SlurmCluster], qos: Sequence[Qos], notes: Sequence[str]) -> str:
    rows = [
        f"| {one.name} | {one.level} | {one.priority} | {', '.join(one.preempts) or '–'} "
        f"| {'–' if one.chip_minutes is None else f'{one.chip_minutes // MIN_PER_HOUR:,}'} | {', '.join(one.tenants)} |"
        for one in qos
    ]
    return README.format(
        title=scenario.title,
        name=scenario.name,
        clusters=", ".join(f"`{cluster.name}` ({cluster.chips:,} chips at {cluster.site})" for cluster in found),
        renewal=RENEWAL if any(one.period_days is not None for one in qos) else "",
        account=qos[0].tenants[0],
        qos=qos[0].name,
        partition=found[0].partitions[0].name,
        qos_rows="\n".join(rows),
        notes="\n".join(f"- {note}" for note in notes),
    )
