"""Files of Slurm for the readers: one that Slurm 22.05 dumped of its own, and a slurm.conf in the styles of sites."""

DUMP = """\
# To edit this file start with a cluster line for the new cluster
# Cluster - 'cluster_name':MaxTRESPerJob=node=50
# Followed by Accounts you want in this fashion (root is created by default)...
# Parent - 'root'
# Account - 'cs':MaxTRESPerJob=node=5:MaxJobs=4:MaxTRESMinsPerJob=cpu=20:FairShare=399:MaxWallDurationPerJob=40
Cluster - 'alpha':Fairshare=1:QOS='normal'
Parent - 'root'
User - 'root':DefaultAccount='root':AdminLevel='Administrator':Fairshare=2147483647:QOS='normal,standard,urgent'
Account - 'market':Description='market':Organization='market':Fairshare=3
Account - 'public':Description='public':Organization='public':Fairshare=1:GrpTRES=cpu=9,gres/gpu=512
Parent - 'market'
User - 'root':DefaultAccount='root':AdminLevel='Administrator':Fairshare=2147483647:QOS='normal,standard,urgent'
Parent - 'public'
Account - 'sme':Description='sme':Organization='public':Fairshare=2147483647:GrpTRESMins=gres/gpu=60000
Account - 'Start_Ups':Description='a: b':Organization='public':Fairshare=2147483647:QOS='standard'
Parent - 'sme'
User - 'root':DefaultAccount='root':AdminLevel='Administrator':Fairshare=2147483647:QOS='normal,standard,urgent'
"""

CONF = """\
# A site's own
clustername=Alpha   # the name
SlurmctldHost=ctl1(10.0.0.1)
SchedulerType=sched/backfill
SchedulerParameters=bf_max_job_test=2000,bf_continue,\\
bf_job_part_count_reserve=1,bf_window=10080
PRIORITYTYPE=priority/multifactor
PriorityFlags=NO_FAIR_TREE
PriorityDecayHalfLife=14-0
PriorityMaxAge=3-12
PriorityCalcPeriod=10
PriorityWeightAge=100  PriorityWeightFairshare=10000
PriorityWeightQOS=2000
PriorityWeightPartition=7
PriorityWeightTRES=node=300,cpu=5
Include /etc/slurm/nodes.conf
NodeName=DEFAULT CPUs=64 Gres=gpu:4
NodeName=gpu[001-100,201] State=UNKNOWN
NodeName=rack[1-2]node[1-18]
PartitionName=DEFAULT MaxTime=1-00:00:00
PartitionName=short Nodes=gpu[001-010] MaxTime=90
PartitionName=batch Nodes=gpu[001-100] Default=YES
"""
