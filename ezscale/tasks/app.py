"""Celery: carries the bell from where something happened to where it is worked on. Losing a message costs a sweep."""

import structlog
from celery import Celery
from celery.signals import worker_process_init, worker_ready, worker_shutting_down
from kombu.exceptions import OperationalError

from ezscale import wiring
from ezscale.kit.collector import calm_collector
from ezscale.kit.logs import configure_logs
from ezscale.kit.settings import settings
from ezscale.tasks import company as engine
from ezscale.tasks.bell import Bell
from ezscale.tasks.crew import Crew, usual_hands

log = structlog.get_logger()

SWEEP_EVERY = 2.0  # seconds

configure_logs()
app = Celery("ezscale", broker=settings().broker)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 600, "socket_timeout": 5, "socket_connect_timeout": 2},
    task_publish_retry=False,
    worker_hijack_root_logger=False,
    beat_schedule={"sweep": {"task": "ezscale.sweep", "schedule": SWEEP_EVERY, "options": {"expires": SWEEP_EVERY}}},
    beat_schedule_filename=str(settings().data_dir / "beat-schedule"),
)


@app.task(name="ezscale.relay")
def relay() -> None:
    """Events have happened: make jobs of them and do them."""
    inner_bell.ring()


@app.task(name="ezscale.sweep")
def sweep() -> None:
    """Enter what is scheduled, and pick up whatever a lost message has left lying."""
    engine.tick(wiring.house())
    inner_bell.ring()


@worker_ready.connect
@worker_process_init.connect
def start_working(**_about: object) -> None:
    """Go on with what a killed predecessor has left, without waiting for its leases to run out."""
    calm_collector()
    wiring.hang_up_bell(inner_bell.ring)
    wiring.database().take_turns()
    engine.take_over(wiring.house())  # the last that can fail: when the database is away, the next sweep begins
    inner_bell.ring()


@worker_shutting_down.connect
def stop_working(**_about: object) -> None:
    """End what is begun, and begin nothing more."""
    crew.end()


def wake_a_worker() -> None:
    """Ask for a look at what waits, if the broker can be reached; otherwise the next sweep finds the work."""
    try:
        relay.delay()
    except (OperationalError, OSError):
        log.warning("broker_unreachable")


crew = Crew(wiring.house, usual_hands(settings().charges_at_once))
inner_bell = Bell(crew.look)  # in a worker
bell = Bell(wake_a_worker)  # everywhere else
wiring.hang_up_bell(bell.ring)
