"""What happens to a cluster. Each returns once the fault is over and what had ended is started again, as systemd
or whoever repairs the machine does."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import psutil

from tests.ha.cluster import Cluster, Host

FROZEN_SECONDS = CUT_OFF_SECONDS = 45  # longer than a leader's word counts (ttl)
MAJORITY_LOST_SECONDS = 50
STANDBYS_AWAY_SECONDS = 10
LEADER_AWAY_SECONDS = 45


def wait_for_another(cluster: Cluster, than: Host) -> None:
    """Wait until another host leads."""
    cluster.wait(lambda: cluster.leader() is not than, f"{than.name} leads still")


def killed(cluster: Cluster) -> None:
    """The leader's machine dies."""
    leader = cluster.leader()
    leader.kill()
    wait_for_another(cluster, leader)
    cluster.start(leader, "patroni")


def postmaster(cluster: Cluster) -> None:
    """The leader's PostgreSQL is killed."""
    server = cluster.leader().postmaster()
    assert server
    server.kill()
    cluster.wait(
        lambda: (cluster.leader().postmaster() or server) != server,
        "PostgreSQL is not started again",
    )


def frozen(cluster: Cluster) -> None:
    """The leader hangs: its disk, or its hypervisor."""
    leader = cluster.leader()
    family = leader.machine()
    try:
        for process in family:
            process.send_signal(signal.SIGSTOP)
        time.sleep(FROZEN_SECONDS)
    finally:
        for process in family:
            with suppress(psutil.Error):
                process.send_signal(signal.SIGCONT)


def orphaned(cluster: Cluster) -> None:
    """The leader's Patroni dies alone, its PostgreSQL serves on."""
    leader = cluster.leader()
    cluster.stop(leader, "patroni")
    time.sleep(CUT_OFF_SECONDS)
    cluster.start(leader, "patroni")


def cut_off(cluster: Cluster) -> None:
    """The leader alone does not reach etcd."""
    leader = cluster.leader()
    cluster.stop(leader, "gate")
    time.sleep(CUT_OFF_SECONDS)
    cluster.start(leader, "gate")


def switched(cluster: Cluster) -> None:
    """The administrator lets another host lead."""
    leader = cluster.leader()
    candidate = cluster.standbys()[0].name
    cluster.ask(leader, "/switchover", "POST", leader=leader.name, candidate=candidate)
    wait_for_another(cluster, leader)


def standby(cluster: Cluster) -> None:
    """A standby's machine dies."""
    one = cluster.standbys()[0]
    one.kill()
    time.sleep(STANDBYS_AWAY_SECONDS)
    cluster.start(one, "patroni")


def standbys(cluster: Cluster) -> None:
    """Both standbys die: nothing is acknowledged until one is back."""
    for host in (others := cluster.standbys()):
        host.kill()
    time.sleep(STANDBYS_AWAY_SECONDS)
    for host in others:
        cluster.start(host, "patroni")


def alone(cluster: Cluster) -> None:
    """Both standbys die, then the leader; the standbys come back without what it wrote alone. Synchronous ones
    wait for it: whoever it may have told of a commit is not among them."""
    leader, _ = _all_dead(cluster)
    end = time.monotonic() + LEADER_AWAY_SECONDS
    while time.monotonic() < end and cluster.leads() in (None, leader):
        time.sleep(1)
    cluster.start(leader, "patroni")


def forced(cluster: Cluster) -> None:
    """The same, and the leader does not come back: the administrator names the standby that has most."""
    leader, others = _all_dead(cluster)
    cluster.wait(lambda: cluster.members() and cluster.leads() is None, "it leads still")
    cluster.wait(lambda: all(map(cluster.has, others)), "the standbys are not there")
    best = max(others, key=cluster.has)
    cluster.ask(best, "/failover", "POST", candidate=best.name)
    wait_for_another(cluster, leader)
    cluster.start(leader, "patroni")


def _all_dead(cluster: Cluster) -> tuple[Host, list[Host]]:
    """Kill both standbys, the leader after them; start the standbys again."""
    leader, others = cluster.leader(), cluster.standbys()
    for host in others:
        host.kill()
    time.sleep(STANDBYS_AWAY_SECONDS)
    leader.kill()
    for host in others:
        cluster.start(host, "patroni")
    return leader, others


def majority(cluster: Cluster) -> None:
    """Two of three etcd are gone."""
    gone = [host for host in cluster.hosts.values() if host is not cluster.leader()]
    for host in gone:
        cluster.stop(host, "etcd")
    time.sleep(MAJORITY_LOST_SECONDS)
    for host in gone:
        cluster.start(host, "etcd")


class Bound(NamedTuple):
    """The longest gap, in seconds: what was measured on a machine at rest, and as much again; and how
    often one visitor is asked to try again."""

    gap: float
    away: int = 2


FAULTS: dict[Callable[[Cluster], None], Bound] = {
    killed: Bound(40),
    postmaster: Bound(20),
    frozen: Bound(45),
    orphaned: Bound(40),
    cut_off: Bound(40),
    switched: Bound(15),
    standby: Bound(5),
    standbys: Bound(STANDBYS_AWAY_SECONDS + 20),
    alone: Bound(STANDBYS_AWAY_SECONDS + LEADER_AWAY_SECONDS + 40, away=10),
    forced: Bound(STANDBYS_AWAY_SECONDS + LEADER_AWAY_SECONDS + 40, away=10),
    majority: Bound(5),
}
