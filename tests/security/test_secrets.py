"""Secrets at rest: bound to their row, sealed anew while they are read, and found in no dump and no log (row 13)."""

import io
import json
import re
import threading

import pytest
import structlog
from sqlalchemy import select as core_select
from sqlmodel import SQLModel, select

from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.mailed_links import new_link_secret
from ezscale.accounts.signing_in import begin_session
from ezscale.kit.columns import Sealed
from ezscale.kit.database import table_of
from ezscale.kit.encryption import CannotDecrypt, add_key, drop_keys, open_vault
from ezscale.kit.ids import new_id
from ezscale.kit.logs import SECRET_NAMES, configure_logs
from ezscale.kit.sealing import binding, names_in_use, reseal, sealed_columns
from ezscale.models import Authenticator, Credential
from ezscale.models.sign_in import TokenPurpose
from ezscale.provisioning.credentials import reveal_login, store_login
from ezscale.provisioning.ports import Login
from tests.company import PASSWORD
from tests.sizes import figures, size

MANY = size(400, 10_000)
ONE_WAY = re.compile(r"_hash$|^(prefix|public_key)$|secret_?(?:at|since)$")


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "keys.json"
    open_vault(path)
    return path


@pytest.fixture
def sealed(at, bob, keys):
    """Many second factors, each with a secret of its own."""
    vault, rows = open_vault(keys), []
    for number in range(MANY):
        row_id = new_id()
        text = vault.seal(f"secret {number}", binding("authenticator", row_id))
        rows.append(
            Authenticator(id=row_id, user_id=bob.user.id, name=str(number), secret=text, created_at=at.clock.now)
        )
    with at.robot() as work:
        work.session.add_all(rows)
    return {row.id: f"secret {row.name}" for row in rows}


@pytest.mark.all_databases
def test_everything_is_sealed_anew_while_others_read_and_write(at, bob, keys, sealed):
    readers = [open_vault(keys) for _ in range(2)]  # as other processes, which know the old key alone
    with at.robot() as work:
        before = work.session.exec(select(Authenticator.secret)).all()
    stop, failed, read = threading.Event(), [], [0, 0]

    def reading(number: int) -> None:
        while not stop.is_set():
            with at.house.database.reader(bob.actor)() as work:
                rows = work.session.exec(select(Authenticator.id, Authenticator.secret).limit(200)).all()
            for row_id, text in rows:
                try:
                    assert readers[number].open(text, binding("authenticator", row_id)) == sealed[row_id]
                    read[number] += 1
                except (CannotDecrypt, AssertionError) as error:
                    failed.append(error)

    threads = [threading.Thread(target=reading, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        name = add_key(keys)
        done = reseal(at.house.automation("secrets"), open_vault(keys))
        used = names_in_use(at.house.automation("secrets"))
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    drop_keys(keys, {"k1"})

    figures("sealed anew", secrets=done.count, read_meanwhile=sum(read), failed=len(failed))
    assert (done.count, done.set_aside, used, failed) == (MANY, [], {name}, [])
    assert min(read) > 0
    with at.robot() as work:
        after = dict(work.session.exec(select(Authenticator.id, Authenticator.secret)).all())
    assert {row_id: readers[0].open(text, binding("authenticator", row_id)) for row_id, text in after.items()} == sealed
    assert not set(before) & set(after.values())
    with pytest.raises(CannotDecrypt):
        open_vault(keys).open(before[0], binding("authenticator", next(iter(sealed))))
    assert reseal(at.house.automation("secrets"), open_vault(keys)).count == 0


def test_a_process_that_runs_seals_with_the_new_key_at_once(keys):
    running = open_vault(keys)

    name = add_key(keys)

    assert running.seal("secret", "row").startswith(f"{name}:")
    assert running.current == name


def test_keys_are_never_half_written_and_nobody_elses_to_read(keys):
    for _ in range(3):
        add_key(keys)

    assert list(json.loads(keys.read_text())) == ["k4", "k3", "k2", "k1"]
    assert keys.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in keys.parent.glob("keys*")] == ["keys.json"]
    with pytest.raises(ValueError, match="cannot be dropped"):
        drop_keys(keys, {"k4"})


@pytest.mark.all_databases
def test_a_secret_that_was_moved_to_another_row_is_refused_by_name(at, keys, sealed):
    first, second = list(sealed)[:2]
    with at.robot() as work:
        moved = work.session.get_one(Authenticator, first)
        moved.secret = work.session.get_one(Authenticator, second).secret

    add_key(keys)
    done = reseal(at.house.automation("secrets"), open_vault(keys))

    assert done.set_aside == [binding("authenticator", first)]
    assert done.count == MANY - 1


def test_no_column_with_a_secret_can_be_forgotten():
    readable = {
        (table.name, column.name)
        for table in SQLModel.metadata.sorted_tables
        for column in table.c
        if SECRET_NAMES.search(column.name) and not ONE_WAY.search(column.name)
    }

    sealed = {(table_of(model).name, name) for model, name in sealed_columns()}
    assert readable == sealed == {("authenticator", "secret"), ("credential", "secret"), ("reinstall_wish", "secret")}
    assert all(isinstance(table_of(model).c[name].type, Sealed) for model, name in sealed_columns())


def test_plain_text_finds_no_way_into_a_sealed_column(at, ada):
    with pytest.raises(Exception, match="only what the vault has sealed"), at.robot() as work:
        work.session.exec(select(Credential)).one().secret = "plain password"


def test_no_dump_and_no_log_tells_a_planted_secret(at, ada, bob, web, capsys, monkeypatch):
    planted, line = [f"plant-{number}-{new_id().hex}" for number in range(200)], io.StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(line))
    monkeypatch.setattr("sys.stderr", line)
    configure_logs()
    for number, secret in enumerate(planted[:60]):
        with at.robot() as work:
            store_login(work, at.house.vault, ada.service().id, Login("root", secret))
        if number % 20 == 0:
            assert ada.does(lambda work: reveal_login(work, at.house.vault, ada.service().id)).password == secret
    for secret in planted[60:130]:
        web.post("/api/session", data={"email": bob.user.email, "password": secret})
        web.post("/api/register", data={"email": f"{secret}@example.com", "password": secret, "name": "New Person"})
        web.post("/api/password/reset", data={"token": secret, "password": secret})
        web.get(
            "/api/v1/services", headers={"Authorization": f"Bearer ezs_{secret}", "Cookie": f"ezscale_session={secret}"}
        )
        structlog.get_logger().error(
            "broke", password=secret, said=f"Bearer {secret}", header=f"ezscale_session={secret}"
        )
    with at.robot() as work:
        tokens = [begin_session(work, bob.user).token for _ in range(20)]
        tokens += [new_link_secret(work, bob.user.id, TokenPurpose.VERIFY_EMAIL) for _ in range(20)]
    tokens += [bob.does(lambda work: create_token(work, "test"))[1] for _ in range(20)]

    dump, told = dump_of(at), f"{line.getvalue()}{capsys.readouterr()}"
    secrets = [*(secret for secret in planted if secret not in planted[60:130]), *tokens, PASSWORD]
    found = [secret for secret in (*secrets, *planted[60:130]) if secret in told or secret in without_addresses(dump)]
    figures("secrets looked for", planted=len(planted), of_ours=len(tokens), found=len(found))
    assert "broke" in told
    assert len(dump) > 50_000
    assert found == []


def dump_of(at) -> str:
    """Every row of every table."""
    with at.house.database.engine.connect() as connection:
        return "\n".join(
            json.dumps(dict(row), default=shown)
            for table in SQLModel.metadata.sorted_tables
            for row in connection.execute(core_select(table)).mappings()
        )


def shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def without_addresses(dump: str) -> str:
    """What somebody gave as their e-mail address is kept, of course."""
    return re.sub(r"plant-[\w-]+@example\.com", "", dump)
