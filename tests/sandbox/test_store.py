import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from ezscale.sandbox.store import Store


def test_documents_come_back_in_the_order_they_were_made():
    store = Store()
    for name in ("b", "a", "c"):
        store.put("servers", name, {"name": name})

    store.put("servers", "b", {"name": "changed"})

    assert [doc["name"] for doc in store.all("servers")] == ["changed", "a", "c"]
    assert store.get("servers", "a") == {"name": "a"}
    assert store.get("servers", "z") is None


def test_documents_are_found_by_a_field_even_a_nested_one():
    store = Store()
    store.put("intents", "1", {"customer": "cus_1", "metadata": {"invoice_id": "7"}})
    store.put("intents", "2", {"customer": None, "metadata": {}})

    found = [
        store.where("intents", "customer", "cus_1"),
        store.where("intents", "metadata.invoice_id", "7"),
        store.where("intents", "customer", None),
    ]

    assert [len(documents) for documents in found] == [1, 1, 1]


def test_a_transaction_that_fails_leaves_nothing_behind():
    store = Store()

    def fail_halfway():
        with store.transaction():
            store.put("servers", "1", {})
            raise LookupError

    with pytest.raises(LookupError):
        fail_halfway()

    assert store.all("servers") == []


def test_threads_never_get_the_same_number():
    store = Store()

    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda _: store.next_number("servers"), range(200)))

    assert sorted(numbers) == list(range(1, 201))


def test_only_the_newest_are_kept():
    store = Store()
    for number in range(5):
        store.put("calls", str(number), {"number": number})

    store.keep_newest("calls", 2)

    assert [doc["number"] for doc in store.all("calls")] == [3, 4]


def test_what_was_put_survives_a_killed_process(tmp_path):
    file = tmp_path / "store.db"
    story = (
        "import os, pathlib, signal; from ezscale.sandbox.store import Store;"
        f"Store(pathlib.Path({str(file)!r})).put('servers', '1', {{'name': 'one'}});"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )

    process = subprocess.run([sys.executable, "-c", story], check=False)

    assert process.returncode < 0
    assert Store(file).get("servers", "1") == {"name": "one"}
