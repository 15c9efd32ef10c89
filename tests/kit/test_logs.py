import io
import json

import structlog

from ezscale.kit.logs import configure_logs

PAY_LINK = "https://shop.example/pay/?link=aGVsbG8td29ybGQ"
TOKEN = "ezs_Zm9vYmFyYmF6cXV4"  # made up for this test


def test_a_traceback_in_the_log_holds_no_local_variables_and_no_secrets(monkeypatch):
    log_file, before = io.StringIO(), structlog.get_config()
    monkeypatch.setattr("sys.stderr", log_file)
    configure_logs()

    try:
        mine = "only a local variable"
        raise ValueError(f"cannot use {TOKEN} with {len(mine)} letters")
    except ValueError:
        structlog.get_logger().exception("job_broke", password="hunter22", url=PAY_LINK, customer="C-000001")

    line = json.loads(log_file.getvalue())
    assert (line["event"], line["customer"]) == ("job_broke", "C-000001")
    assert "ValueError: cannot use" in line["exception"]
    for secret in (TOKEN, "hunter22", "aGVsbG8", "only a local variable"):
        assert secret not in log_file.getvalue()
    structlog.configure(**before)
