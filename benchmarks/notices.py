"""Taking a gateway's messages, against inserting each of them under its unique key and committing, with the bare driver."""

import asyncio
import gc
import json
import random
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from sqlalchemy import Engine, func, select
from stripe import WebhookSignature

from benchmarks.measuring import Place, Result, peak_mb
from ezscale import wiring
from ezscale.api.webhooks.intake import Intake
from ezscale.integrations.smtp.adapter import KeptMail
from ezscale.integrations.stripe.adapter import open_gateway
from ezscale.kit.clock import WorldClock
from ezscale.kit.collector import calm_collector
from ezscale.kit.database import table_of
from ezscale.kit.encryption import Vault
from ezscale.kit.ids import new_id
from ezscale.kit.outbox import OutboxEvent
from ezscale.kit.work import Database
from ezscale.models import InboundNotice
from ezscale.wiring import House

SIZES = (1_000, 10_000)
ROUNDS = 5
COPIES = 0.3
SENDERS = 40  # as many as the web answers at the same time
SECRET = "whsec_benchmark"  # noqa: S105  # signs nothing real
AS_LONG_AT_MOST = 2.0
SLOWEST = 100.0  # milliseconds, the 99th percentile
Sent = tuple[bytes, dict[str, str]]


def measure(place: Place, size: int) -> Iterator[Result]:
    """Rounds of both, one after the other, each into empty tables."""
    ours, bare, waits = list[float](), list[float](), list[float]()
    for number in range(1 + (ROUNDS if size <= SIZES[0] else 2)):
        messages = signed(size, seed=number)
        engine = place.database()
        seconds, took = taken(engine, messages)
        check(engine, size)
        engine.dispose()
        engine = place.database()
        alone = with_driver(engine, messages)
        engine.dispose()
        if number:  # the first one only warms up
            ours.append(seconds)
            bare.append(alone)
            waits += took
    middle = len(ours) // 2
    against = "bare driver, one by one"
    yield Result(
        *("notices", size, place.kind, sorted(ours)[middle], sorted(bare)[middle], "s", peak_mb(), against),
        AS_LONG_AT_MOST,
    )
    slowest = 1000 * sorted(waits)[int(0.99 * len(waits))]
    yield Result("notices, p99", size, place.kind, slowest, SLOWEST, "ms", peak_mb(), "100 ms", 1.0)


def signed(size: int, seed: int) -> list[Sent]:
    """So many messages of 1.5 KB, three in ten of them copies, in no order."""
    chance, once = random.Random(seed), round(size * (1 - COPIES))
    numbers = [*range(once), *(chance.randrange(once) for _ in range(size - once))]
    chance.shuffle(numbers)
    return [message(number) for number in numbers]


def message(number: int) -> Sent:
    """One message, signed just now."""
    about = {
        "id": f"pi_{number}",
        "object": "payment_intent",
        "status": "succeeded",
        "metadata": {"filler": "x" * 1300},
    }
    event = {"id": f"evt_{number}", "object": "event", "type": "payment_intent.succeeded", "livemode": False}
    body = json.dumps({**event, "api_version": "2026-10-28.endive", "data": {"object": about}})
    return body.encode(), {"stripe-signature": WebhookSignature.generate_signature_header(body, SECRET)}


def taken(engine: Engine, messages: list[Sent]) -> tuple[float, list[float]]:
    """Seconds until all are verified and stored, and how long each of them took."""
    gateway = open_gateway(key="sk_test_benchmark", webhook_secret=SECRET, base_url="http://127.0.0.1:9")
    database = Database(engine, WorldClock())
    wiring.move_into(House(database, {"stripe": gateway}, {}, KeptMail(Path("unused")), Vault({"k1": bytes(32)})))
    intake, waits = Intake("stripe"), list[float]()

    async def take(sent: Sent) -> None:
        began = perf_counter()
        body, headers = sent
        await intake.take(gateway.read_notice(body, headers), body.decode())
        waits.append(perf_counter() - began)

    async def send(waiting: Iterator[Sent]) -> None:
        for sent in waiting:
            await take(sent)

    async def send_all() -> float:
        await take(messages[0])  # opens the connection
        waits.clear()
        calm_collector()  # as the web does when it starts; and what the benchmark itself holds costs nobody time
        waiting, began = iter(messages), perf_counter()
        await asyncio.gather(*(send(waiting) for _ in range(SENDERS)))
        return perf_counter() - began

    seconds = asyncio.run(send_all())
    gc.unfreeze()
    wiring.move_out()
    return seconds, waits


def check(engine: Engine, size: int) -> None:
    """Each message is stored once, and has one consequence."""
    notices, events = table_of(InboundNotice), table_of(OutboxEvent)
    with engine.connect() as connection:
        stored, told = (
            int(connection.scalar(select(func.count()).select_from(table)) or 0) for table in (notices, events)
        )
    assert 0.69 * size <= stored == told <= 0.71 * size


def with_driver(engine: Engine, messages: list[Sent]) -> float:
    """Seconds for the same rows in the same table, each in a transaction of its own."""
    is_lite = engine.dialect.name == "sqlite"
    mark = "?" if is_lite else "%s"
    key = "UPDATE id = id" if engine.dialect.name in ("mysql", "mariadb") else ""
    known = f"ON DUPLICATE KEY {key}" if key else "ON CONFLICT DO NOTHING"
    columns = "id, vendor, event_id, kind, subject_ref, live, payload, received_at"
    insert = f"INSERT INTO inbound_notice ({columns}) VALUES ({', '.join([mark] * 8)}) {known}"  # noqa: S608
    rows = [
        (
            new_id().hex,
            "stripe",
            json.loads(body)["id"],
            "payment_intent.succeeded",
            "pi",
            False,
            body.decode(),
            "2026-03-02 09:00:00",
        )
        for body, _ in messages
    ]
    raw = engine.raw_connection()
    cursor = raw.cursor()
    began = perf_counter()
    for row in rows:
        if is_lite:
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute(insert, row)
        raw.commit()
    seconds = perf_counter() - began
    raw.close()
    return seconds
