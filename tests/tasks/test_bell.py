import threading

from ezscale.tasks import bell as bell_module
from ezscale.tasks.bell import Bell


def test_nobody_waits_for_a_slow_broker_and_nothing_is_forgotten_meanwhile():
    broker_answers, pulls = threading.Semaphore(0), []
    pulled = threading.Semaphore(0)

    def pull():
        broker_answers.acquire()
        pulls.append(1)
        pulled.release()

    bell = Bell(pull)
    for _ in range(100):
        bell.ring()  # would hang here if it waited for the broker
    for _ in range(2):
        broker_answers.release()
        assert pulled.acquire(timeout=10) or len(pulls) == 1

    assert 1 <= len(pulls) <= 2


def test_it_rings_at_each_moment_it_is_set_for():
    pulled = threading.Semaphore(0)
    bell = Bell(pulled.release)

    for after in (3600, 1.5, 0.1):  # each sooner than those before; far enough apart for a busy machine
        bell.ring(after)

    assert all(pulled.acquire(timeout=10) for _ in range(2))
    assert not pulled.acquire(blocking=False)


def test_it_rings_again_when_nobody_could_be_woken(monkeypatch):
    monkeypatch.setattr(bell_module, "AFTER_TROUBLE", 0.01)
    pulled, troubles = threading.Semaphore(0), iter(["the database is away"])

    def pull():
        pulled.release()
        for trouble in troubles:
            raise RuntimeError(trouble)

    Bell(pull).ring()

    assert all(pulled.acquire(timeout=10) for _ in range(2))
