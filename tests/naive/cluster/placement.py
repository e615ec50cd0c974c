"""Which nodes a job gets."""

from __future__ import annotations

from collections import defaultdict

from naive.cluster.world import Node, NodeState, Part

PACK, DOMAINS, SPREAD = range(3)


def free_nodes(part: Part) -> list[Node]:
    return [node for node in part.nodes if node.state is NodeState.FREE]


def by_domain(nodes: list[Node]) -> dict[int, list[Node]]:
    """Nodes in each domain that has any, ascending."""
    groups: dict[int, list[Node]] = defaultdict(list)
    for node in sorted(nodes, key=lambda node: node.number):
        groups[node.domain].append(node)
    return dict(sorted(groups.items()))


def by_pod(nodes: list[Node]) -> dict[int, list[Node]]:
    """Nodes in each pod that has any, ascending."""
    groups: dict[int, list[Node]] = defaultdict(list)
    for node in sorted(nodes, key=lambda node: node.number):
        groups[node.pod].append(node)
    return dict(sorted(groups.items()))


def place(part: Part, count: int, policy: int) -> list[Node]:
    """So many of the free nodes, of which there are enough."""
    free = free_nodes(part)
    assert 1 <= count <= len(free)
    chosen = {PACK: pack, DOMAINS: whole_domains, SPREAD: spread}[policy](part, free, count)
    assert len({id(node) for node in chosen}) == len(chosen) == count
    return chosen


def pack(_: Part, free: list[Node], count: int) -> list[Node]:
    """Nodes of as few pods as possible."""
    pods = by_pod(free)
    roomy = [(len(nodes), pod) for pod, nodes in pods.items() if len(nodes) >= count]
    if roomy:
        return pack_in_pod(pods[min(roomy)[1]], count)
    chosen: list[Node] = []
    rest = count
    while True:
        whole = [(-len(nodes), pod) for pod, nodes in pods.items() if len(nodes) <= rest]
        if not whole:
            break
        taken = pods.pop(min(whole)[1])
        chosen += taken
        rest -= len(taken)
    if rest > 0:
        chosen += pack_in_pod(pods[min((len(nodes), pod) for pod, nodes in pods.items())[1]], rest)
    return chosen


def pack_in_pod(free: list[Node], count: int) -> list[Node]:
    """Nodes of as few domains of one pod as possible."""
    domains = by_domain(free)
    roomy = [(len(nodes), domain) for domain, nodes in domains.items() if len(nodes) >= count]
    if roomy:
        return domains[min(roomy)[1]][:count]
    chosen: list[Node] = []
    rest = count
    unused = dict(domains)
    for size in range(max(map(len, domains.values())), 0, -1):
        for domain, nodes in domains.items():
            if len(nodes) == size and size <= rest:
                chosen += nodes
                rest -= size
                del unused[domain]
    if rest > 0:
        enough = [(len(nodes), domain) for domain, nodes in unused.items() if len(nodes) >= rest]
        chosen += unused[min(enough)[1]][:rest]
    return chosen


def whole_domains(part: Part, free: list[Node], count: int) -> list[Node]:
    """Domains that are free as a whole, in one pod if possible, and the remainder packed."""
    wanted = count // part.domain_nodes
    whole: dict[int, list[list[Node]]] = defaultdict(list)
    for nodes in by_domain(free).values():
        if len(nodes) == part.domain_nodes:
            whole[nodes[0].pod].append(nodes)
    if wanted == 0 or sum(map(len, whole.values())) < wanted:
        return pack(part, free, count)
    enough = [(len(domains), pod) for pod, domains in whole.items() if len(domains) >= wanted]
    if enough:
        groups = whole[min(enough)[1]][:wanted]
    else:
        largest = sorted(whole, key=lambda pod: (-len(whole[pod]), pod))
        groups = [domain for pod in largest for domain in whole[pod]][:wanted]
    chosen = [node for domain in groups for node in domain]
    rest = count - len(chosen)
    if rest > 0:
        left = [node for node in free if node not in chosen]
        chosen += pack(part, left, rest)
    return chosen


def spread(_: Part, free: list[Node], count: int) -> list[Node]:
    """One node after the other, from the emptiest domain of the emptiest pod."""
    left = list(free)
    for _i in range(count):
        pods = by_pod(left)
        pod = min(pods, key=lambda pod: (-len(pods[pod]), pod))
        domains = by_domain(pods[pod])
        domain = min(domains, key=lambda domain: (-len(domains[domain]), domain))
        left.remove(domains[domain][0])
    return [node for node in free if node not in left]


def tier(nodes: list[Node]) -> int:
    """What a set of nodes spans: 0 one node, 1 one domain, 2 one pod, 3 more."""
    if len(nodes) == 1:
        return 0
    if len({node.domain for node in nodes}) == 1:
        return 1
    return 2 if len({node.pod for node in nodes}) == 1 else 3


def least_tier(part: Part, count: int) -> int:
    if count == 1:
        return 0
    if count <= part.domain_nodes:
        return 1
    return 2 if count <= part.pod_nodes else 3


def stretch(part: Part, nodes: list[Node]) -> int:
    least = least_tier(part, len(nodes))
    return part.stretch[least][max(least, tier(nodes))]
