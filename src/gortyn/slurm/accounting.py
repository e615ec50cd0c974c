"""This module owns accounting.sh: the sacctmgr commands that give slurmdbd the QOS, accounts, shares and limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gortyn.model import Scenario
from gortyn.slurm.clusters import SlurmCluster
from gortyn.slurm.terms import LEVELS, Qos, SlurmAccount

HEAD: Final = """\
#!/bin/sh
# QOS, accounts, fair-shares and limits of the scenario '{name}' for slurmdbd. Run it on a host that reaches slurmdbd;
# running it again changes nothing that is right already. A file with a user and its tenants (a,b) in each line,
# given as argument, makes the users:   sh accounting.sh members.txt
set -eu
export LC_ALL=C

clusters={clusters}

# Say what went wrong and stop.
manage() {{
  if ! said=$(sacctmgr -i "$@" 2>&1); then
    case "$may_stay:$said" in
      yes:*"Nothing new added"* | yes:*"Nothing modified"* | yes:*"already"*) ;;
      *) printf '%s\n' "sacctmgr $*: $said" >&2; exit 1 ;;
    esac
  fi
}}
change() {{ may_stay=no; manage "$@"; }}
ensure() {{ may_stay=yes; manage "$@"; }}

# What is there: rows of QOS, and of associations with accounts and users.
there_qos=$(sacctmgr -nP show qos format=name,priority,preempt,grptres,grptresmins)
there=$(sacctmgr -nP show assoc format=cluster,account,parentname,user,share,grptres,qos,defaultqos)
newline='
'
has() {{ printf '%s\n' "$1" | grep -qxF -e "$2"; }}
begins() {{ case "$newline$1" in *"$newline$2|"*) ;; *) return 1 ;; esac; }}

qos() {{  # name, priority, what it preempts, most minutes of chips; nothing limits its chips at once
  if has "$there_qos" "$1|$2|$3||${{4:+gres/gpu=}}$4"; then return; fi
  verb=modify; set=set
  if ! begins "$there_qos" "$1"; then verb=add; set=; fi
  change $verb qos "$1" $set Priority="$2" ${{3:+Preempt="$3"}} GrpTRES=gres/gpu=-1 \
    GrpTRESMins=gres/gpu="${{4:--1}}" ${{4:+Flags=NoDecay}}
}}

account() {{  # clusters, name, parent, shares, most chips, QOS
  missing=0; differs=0; moves=0
  for cluster in $(echo "$1" | tr , ' '); do
    if ! begins "$there" "$cluster|$2"; then missing=1; continue; fi
    if ! begins "$there" "$cluster|$2|$3"; then moves=1; fi
    if ! has "$there" "$cluster|$2|$3||$4|${{5:+gres/gpu=}}$5|${{6:-normal}}|$6"; then differs=1; fi
  done
  if [ $missing -eq 1 ]; then
    ensure add account "$2" cluster="$1" parent="$3" Fairshare="$4" GrpTRES=gres/gpu="${{5:--1}}" \
      ${{6:+QOS="$6"}} ${{6:+DefaultQOS="$6"}}
  fi
  # Alone, because with a parent that it has already nothing else would be set.
  if [ $moves -eq 1 ]; then ensure modify account "$2" where cluster="$1" set parent="$3"; fi
  if [ $differs -eq 1 ]; then
    change modify account "$2" where cluster="$1" set Fairshare="$4" GrpTRES=gres/gpu="${{5:--1}}" \
      ${{6:+QOS="$6"}} ${{6:+DefaultQOS="$6"}}
  fi
}}
"""
RESETS: Final = """\
# Whole quotas begin anew with their period; run this once a day, soon after midnight UTC:   sh accounting.sh renew
if [ "${1:-}" = renew ]; then
  day=$(( ($(date +%s) - START) / 86400 ))
  renew() {  # QOS, days of its period
    if [ $(( day % $2 )) -eq 0 ]; then change modify qos "$1" set RawUsage=0; fi
  }
"""
MEMBERS: Final = """\
# Users count for their tenant's account, which alone has shares.
if [ -n "${1:-}" ]; then
  while read -r user tenant; do
    [ -n "$user" ] || continue
    ensure add user "$user" account="$tenant" cluster="$(home "$tenant")" fairshare=parent
  done < "$1"
fi
"""


def accounting_sh(
    scenario: Scenario, clusters: Sequence[SlurmCluster], qos: Sequence[Qos], accounts: Sequence[SlurmAccount]
) -> str:
    """Text of accounting.sh."""
    names = ",".join(cluster.name for cluster in clusters)
    parts = [HEAD.format(name=scenario.name, clusters=names), *_renewal(scenario, qos)]
    parts += ["", "# Clusters."]
    parts += [f"ensure add cluster {cluster.name}" for cluster in clusters]
    if len(clusters) > 1 and scenario.operations.federation != "home":
        name = federation_name(scenario)
        parts.append(f"ensure add federation {name} clusters=$clusters")
    parts += ["", "# QOS, the lowest level first, so that what they preempt is there."]
    parts += [_qos(one) for level in LEVELS for one in qos if one.level == level]
    parts += [
        "",
        "# Accounts. The user root has no share of its own, or it would be a sibling of the first accounts.",
        "ensure modify user root where account=root cluster=$clusters set fairshare=parent",
    ]
    by_site = {cluster.site: cluster.name for cluster in clusters}
    parts += [_account(one, by_site) for one in accounts if one.site is None or one.site in by_site]
    parts += ["", "# Clusters that know an account.", "home() {", '  case "$1" in']
    parts += [f"    {one.name}) echo {by_site[one.site]} ;;" for one in accounts if one.site in by_site]
    parts += ['    *) echo "$clusters" ;;', "  esac", "}", ""]
    return "\n".join([*parts, MEMBERS])


def federation_name(scenario: Scenario) -> str:
    """Name of the federation: that of the scenario."""
    return scenario.name.replace("-", "_")


def _renewal(scenario: Scenario, qos: Sequence[Qos]) -> Iterator[str]:
    limited = [one for one in qos if one.period_days is not None]
    if not limited:
        return
    yield RESETS.replace("START", f"$(date -d '{scenario.simulation.start.isoformat()} UTC' +%s)") + "\n".join(
        f"  renew {one.name} {max(1, round(one.period_days or 1))}" for one in limited
    )
    yield "  exit 0\nfi"


def _qos(one: Qos) -> str:
    minutes = "" if one.chip_minutes is None else one.chip_minutes
    return f'qos {one.name} {one.priority} "{",".join(sorted(one.preempts))}" "{minutes}"'


def _account(one: SlurmAccount, by_site: dict[str, str]) -> str:
    on = '"$clusters"' if one.site is None else by_site[one.site]
    chips = "" if one.chips is None else one.chips
    return f'account {on} {one.name} {one.parent} {one.shares} "{chips}" "{one.qos or ""}"'
