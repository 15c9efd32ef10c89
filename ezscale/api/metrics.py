"""Figures for Prometheus: requests by route, and what waits in the queues."""

import secrets
from collections.abc import Iterator
from ipaddress import ip_address

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func
from sqlmodel import col, select

from ezscale import wiring
from ezscale.api import rates
from ezscale.api.doors import Door, door
from ezscale.kit.actor import robot
from ezscale.kit.errors import NotAllowed, NotSignedIn
from ezscale.kit.jobs import Job, JobStatus, next_run
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.rates import PROBES, network_of
from ezscale.kit.settings import settings
from ezscale.kit.vendor_lines import silent_lines
from ezscale.kit.work import Work

REGISTRY = CollectorRegistry()
REQUESTS = Counter("ezscale_http_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY)
SECONDS = Histogram("ezscale_http_request_seconds", "Time to answer.", ("method", "route"), registry=REGISTRY)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

router = APIRouter(include_in_schema=False)


class Queues(Collector):
    """What waits, and what was given up, counted when somebody asks."""

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        with wiring.database().reader(robot("metrics"))() as work:
            counted, waiting, oldest = jobs_by_status(work), events_waiting(work), oldest_wait(work)
            silences = [(line.name, line.silent_since) for line in silent_lines(work)]
        jobs = GaugeMetricFamily("ezscale_jobs", "Jobs by status.", labels=["status"])
        for status in (JobStatus.READY, JobStatus.FAILED):
            jobs.add_metric([status], counted.get(status, 0))
        yield jobs
        yield GaugeMetricFamily("ezscale_outbox_waiting", "Events whose consequences are not yet jobs.", waiting)
        yield GaugeMetricFamily("ezscale_jobs_late_seconds", "How long the longest overdue job has waited.", oldest)
        silent = GaugeMetricFamily("ezscale_vendor_silent_seconds", "Vendors that do not answer.", labels=["vendor"])
        for name, since in silences:
            silent.add_metric([name], (work.now - since).total_seconds() if since else 0)
        yield silent


for collector in (PlatformCollector, ProcessCollector, GCCollector):
    collector(registry=REGISTRY)
REGISTRY.register(Queues())


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Note an answered request."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(known, route, status).inc()
    SECONDS.labels(known, route).observe(seconds)


@door(Door.OPERATOR)
def operator(request: Request) -> None:
    """Whoever holds the metrics token; without one in the settings, only a program on this very machine."""
    rates.count(request, PROBES, PROBES, network_of(rates.address_of(request)))
    token = settings().metrics_token.get_secret_value()
    if token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given.encode(), token.encode()):
            raise NotSignedIn("Send the metrics token as a bearer token.")
    elif not is_local(request):
        raise NotAllowed("Set EZSCALE_METRICS_TOKEN to read metrics from another machine.")


@router.get("/metrics", dependencies=[Depends(operator)])
def show_metrics() -> Response:
    """Everything, in Prometheus's text format."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def is_local(request: Request) -> bool:
    """From loopback, and not passed on by a proxy that stands there."""
    if request.client is None or any(name in request.headers for name in ("forwarded", "x-forwarded-for")):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def jobs_by_status(work: Work) -> dict[str, int]:
    """How many jobs are ready or were given up."""
    open_ones = select(Job.status, func.count()).where(col(Job.status).in_((JobStatus.READY, JobStatus.FAILED)))
    return dict(work.session.exec(open_ones.group_by(Job.status)).all())


def events_waiting(work: Work) -> int:
    """How many events nobody has looked at."""
    return work.session.exec(select(func.count()).where(col(OutboxEvent.relayed_at).is_(None))).one()


def oldest_wait(work: Work) -> float:
    """Seconds by which the most overdue job is late."""
    since = next_run(work.session)
    return max((work.now - since).total_seconds(), 0.0) if since else 0.0
