"""Charging kept cards, against what the gateway allows: as many in a second as fit its latency, or our pace below its limit."""

import json
import multiprocessing
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from math import exp, log
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.parse import parse_qs

import httpx
from sqlalchemy import Engine, func, insert, update
from sqlalchemy import select as core_select
from sqlmodel import select

from benchmarks.measuring import Place, Result, Watch, peak_mb
from benchmarks.workers import work_until
from ezscale.billing.collecting import request_charge
from ezscale.billing.renewals import issue_renewals
from ezscale.billing.tax_rates import stock_tax_rates
from ezscale.cli.broker import embedded_broker
from ezscale.cli.processes import Tree
from ezscale.integrations.guarding import guard_of
from ezscale.integrations.http import open_http
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.kit.clock import WorldClock, world_now
from ezscale.kit.database import open_engine, table_of
from ezscale.kit.encryption import Vault
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Job, Lane
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.pace import Pace, open_store
from ezscale.kit.work import Database
from ezscale.models import Customer, Invoice, KnownPayer, Payment, PaymentAttempt, PaymentMethod
from ezscale.models.invoice import InvoiceStatus
from ezscale.models.payment import AttemptStatus, AttemptTrigger
from ezscale.reporting.payment_checks import OF_PAYMENTS
from ezscale.tasks import company
from ezscale.tasks.crew import AT_ONCE, share_of, usual_hands
from ezscale.wiring import House
from tests.bulk import write_book

SIZES = (1_000, 10_000, 100_000)
PER_SECOND = 80
WORKERS = 2
HANDS = usual_hands(charges_at_once=16)
MEDIAN, P99 = 0.120, 0.380  # seconds until the gateway answers
SPREAD = log(P99 / MEDIAN) / 2.326
LOST = 0.007
AS_LONG_AT_MOST = 1 / 0.95
MOST_MS = 10.0  # of our own for each charge
A_FEW = 640


class Gateway:
    """A gateway that speaks Stripe's HTTP as far as charges need it, as slow as a real one, and counts what it takes.

    One answer in 140 is lost after the money has moved. The same key is the same charge. It is asked over loopback, as
    more than one worker asks it.
    """

    def __init__(self, seed: int, *, is_slow: bool = True) -> None:
        self.taken: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._by_key: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._is_slow = is_slow

    def answer(self, key: str, body: str) -> bytes:
        """The money moves, and after a while there is an answer, as a rule; nothing when it is lost."""
        with self._lock:
            seconds = MEDIAN * exp(self._chance.gauss(0, SPREAD))
            is_lost = self._is_slow and self._chance.random() < LOST
            if key not in self._by_key:
                self._by_key[key] = json.dumps(intent_of(body)).encode()
                self.taken[key] += 1
        if self._is_slow:
            sleep(seconds)
        return b"" if is_lost else self._by_key[key]

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Its address on this machine."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Line, self))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


class Line(BaseHTTPRequestHandler):
    """One connection to the gateway, kept open as long as the other side likes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, gateway: Gateway, *connection: Any) -> None:
        self.gateway = gateway
        super().__init__(*connection)

    def do_POST(self) -> None:  # the library calls it so
        """A charge."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = self.gateway.answer(self.headers["Idempotency-Key"], body)
        if not answer:
            self.close_connection = True
            return
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        self.wfile.write(head.encode() + answer)


def intent_of(body: str) -> dict[str, object]:
    """What Stripe says of a charge that has succeeded."""
    sent = {name: values[0] for name, values in parse_qs(body).items()}
    amount, currency = int(sent["amount"]), sent["currency"]
    ref = sent["metadata[attempt_id]"].replace("-", "")
    fee = {"id": f"txn_{ref}", "object": "balance_transaction", "fee": 29, "currency": currency, "amount": amount}
    return {
        "id": f"pi_{ref}",
        "object": "payment_intent",
        "status": "succeeded",
        "last_payment_error": None,
        "amount": amount,
        "amount_received": amount,
        "currency": currency,
        "customer": sent["customer"],
        "payment_method": sent["payment_method"],
        "metadata": {name: sent[f"metadata[{name}]"] for name in ("attempt_id", "invoice_id")},
        "latest_charge": {"id": f"ch_{ref}", "object": "charge", "balance_transaction": fee},
    }


def measure(place: Place, size: int) -> Iterator[Result]:
    """What each charge costs us alone; then the run, and beside it as many bare calls as take the gateway a while.

    Alone means with our database. How much of it is work of our process, and how much is waiting for a server that works
    on the same processors, is told apart.
    """
    with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as broker_url:
        quick = Gateway(3, is_slow=False)
        few = Site(new_database(place), "http://gateway.test", broker_url, folder, 1_000_000).house(at_once(quick))
        fill(few, A_FEW)
        own, worked = alone(few, place.kind)
        check(few, quick)
        gateway = Gateway(size)
        with gateway.listening() as address:
            site = Site(new_database(place), address, broker_url, folder, PER_SECOND)
            house = site.house()
            fill(house, size)
            bare = ceiling(min(size, 1_000), broker_url)
            seconds, charges = run(site, house)
        check(house, gateway)
    wanted = charges / bare
    against = f"{bare:.1f} bare calls a second"
    yield Result("charges", size, place.kind, seconds, wanted, "s", peak_mb(), against, AS_LONG_AT_MOST)
    for name, ms in {"our own part": own, "our own part, processor": worked}.items():
        yield Result(f"charges, {name}", A_FEW, place.kind, ms, MOST_MS, "ms", peak_mb(), "10 ms a charge", 1.0)


@dataclass(frozen=True, slots=True)
class Site:
    """Where everything is that the workers of one company share."""

    database_url: str
    gateway_url: str
    broker_url: str
    folder: str
    per_second: float
    name: str = field(default_factory=lambda: f"stripe {new_id().hex[:8]}")

    def house(self, line: httpx.BaseTransport | None = None) -> House:
        """The company, as one process sees it. `line` is another way to the gateway."""
        database = Database(open_engine(self.database_url), WorldClock())
        guard = guard_of(self.name, self.per_second, database, open_store(self.broker_url))
        http = open_http(self.gateway_url, guard=guard, transport=line)
        stripe = open_gateway(
            key="sk_test_benchmark", webhook_secret="", base_url=self.gateway_url, http=http, retries=0
        )
        mail = KeptMail(Path(self.folder) / new_id().hex)
        return House(database, {"stripe": stripe}, {}, mail, Vault({"k1": bytes(32)}))


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """The embedded broker, in which the pace is kept."""
    tree = Tree(lambda _sentence: None)
    tree.start([embedded_broker(folder / "valkey.sock", folder / "log")])
    yield f"redis+socket://{folder / 'valkey.sock'}"
    tree.stop()


def run(site: Site, house: House) -> tuple[float, int]:
    """All charges that were asked for are made by the hands of a few workers: in how many seconds, and how many."""
    processes = multiprocessing.get_context("spawn")
    ready, over = processes.Barrier(WORKERS + 1), processes.Event()
    workers = [processes.Process(target=work, args=(site, ready, over), daemon=True) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    ready.wait()
    began = perf_counter()
    while live := live_charges(house.database.engine):
        sleep(0.05 if live < 100 else 0.5)
    seconds = perf_counter() - began
    over.set()
    for worker in workers:
        worker.join()
    with house.database.engine.connect() as connection:
        return seconds, int(connection.scalar(core_select(func.count()).select_from(table_of(Payment))) or 0)


def work(site: Site, ready: Barrier, over: Event) -> None:
    """One worker."""
    work_until(over, ready, site.house(), HANDS)


def ceiling(count: int, broker_url: str) -> float:
    """How many bare calls in a second as many threads make, at the same pace, to such a gateway."""
    pace = Pace(f"bare {new_id().hex}", PER_SECOND, open_store(broker_url))
    with Gateway(count).listening() as address:
        return calls_a_second(count, pace, httpx.Client(base_url=address))


def calls_a_second(count: int, pace: Pace, http: httpx.Client) -> float:
    """Charges with nothing before and after them."""

    def call(number: int) -> None:
        pace.wait(60)
        body = {"amount": 1, "currency": "eur", "customer": "c", "payment_method": "p"}
        names = {"metadata[attempt_id]": str(number), "metadata[invoice_id]": str(number)}
        try:
            http.post("/v1/payment_intents", data=body | names, headers={"Idempotency-Key": str(number)})
        except httpx.HTTPError:
            return

    began = perf_counter()
    with ThreadPoolExecutor(WORKERS * HANDS[Lane.GATEWAY]) as hands:
        list(hands.map(call, range(count)))
    return count / (perf_counter() - began)


def alone(house: House, kind: str) -> tuple[float, float]:
    """Milliseconds for each charge, when the gateway takes no time: from the look at what is due to the end of the job.

    A hand takes up as many together as one of a worker does, and does one after the other. First with its database, then
    those of our processor only, which on SQLite are the same: measured in turn.
    """
    while company.relay(house):
        pass
    whole, worked = Watch(kind), Watch(kind, ours_only=True)
    together = share_of(Lane.GATEWAY, HANDS[Lane.GATEWAY], A_FEW)
    for _, watch in zip(range(0, A_FEW, together), cycle((whole, worked)), strict=False):
        with watch.running():
            taken = company.take_up(house, company.due_jobs(house, Lane.GATEWAY, AT_ONCE)[:together])
            for job in taken:
                company.run(house, [job])
        watch.next_round()
    return 1000 * whole.median / together, 1000 * worked.median / together


def new_database(place: Place) -> str:
    """The address of one with empty tables."""
    return place.database().url.render_as_string(hide_password=False)


def at_once(gateway: Gateway) -> httpx.BaseTransport:
    """The same gateway in this very process, whose work is little beside ours."""

    def carry(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=gateway.answer(request.headers["Idempotency-Key"], request.content.decode()))

    return httpx.MockTransport(carry)


def fill(house: House, size: int) -> None:
    """Invoices of today, kept cards, and the wish to charge them; what follows from other events is left out."""
    now, engine = world_now(), house.database.engine
    write_book(engine, size, now)
    open_work = house.automation("benchmark")
    with open_work() as work:
        stock_tax_rates(work)
    issue_renewals(open_work)
    customers, outbox, jobs = table_of(Customer), table_of(OutboxEvent), table_of(Job)
    with engine.begin() as connection:
        connection.execute(update(outbox).values(relayed_at=now))
        connection.execute(jobs.delete())
        ids = connection.execute(core_select(customers.c.id)).scalars().all()
        connection.execute(insert(table_of(PaymentMethod)), [card_of(customer_id, now) for customer_id in ids])
        payers = [{"id": new_id(), "customer_id": each, "gateway": "stripe", "ref": f"cus_{each.hex}"} for each in ids]
        connection.execute(insert(table_of(KnownPayer)), payers)
    with open_work() as work:
        invoice_ids = work.session.exec(select(Invoice.id).where(Invoice.status == InvoiceStatus.OPEN)).all()
    for start in range(0, len(invoice_ids), 100):
        with open_work() as work:
            for invoice_id in invoice_ids[start : start + 100]:
                request_charge(work, invoice_id, AttemptTrigger.DUE)


def card_of(customer_id: object, now: object) -> dict[str, object]:
    """The row of a kept card."""
    ref = new_id()
    names = {"gateway": "stripe", "gateway_ref": f"pm_{ref.hex}", "brand": "visa", "last4": "4242", "country": "IE"}
    day = {"exp_month": 12, "exp_year": 2099, "added_at": now, "is_default": True, "is_backup": False}
    return {"id": ref, "customer_id": customer_id, **names, **day}


def live_charges(engine: Engine) -> int:
    """How many charges have no answer."""
    attempts = table_of(PaymentAttempt)
    with engine.connect() as connection:
        return int(
            connection.scalar(core_select(func.count()).select_from(attempts).where(attempts.c.live_for.is_not(None)))
            or 0
        )


def check(house: House, gateway: Gateway) -> None:
    """Every charge was made once, is paid and booked, and nothing else was taken."""
    with house.automation("benchmark")() as work:
        attempts = work.session.exec(select(PaymentAttempt.key, PaymentAttempt.status)).all()
        broken = [name for promise in OF_PAYMENTS for name in promise(work)]
    assert set(gateway.taken.values()) == {1}
    assert {key for key, _ in attempts} == set(gateway.taken)
    assert {status for _, status in attempts} == {AttemptStatus.SUCCEEDED}
    assert broken == []
