"""A customer's data as one file: for themselves, and for the colleague whom they have asked."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from ezscale import wiring
from ezscale.api.doors import Person
from ezscale.api.rates import Heavy
from ezscale.kit.actor import Actor
from ezscale.privacy.exporting import export_customer

router = APIRouter(prefix="/api/privacy", include_in_schema=False, dependencies=[Heavy])

IN_MEMORY = 4_000_000  # bytes; more than that goes to a file without a name
PIECE = 64_000


@router.get("/mine.zip")
def own_data(actor: Person) -> StreamingResponse:
    """Everything about the customer that one acts for."""
    return _archive(actor, actor.own_customer())


@router.get("/customers/{customer_id}.zip")
def data_of_customer(customer_id: UUID, actor: Person) -> StreamingResponse:
    """Everything about a customer."""
    return _archive(actor, customer_id)


def _archive(actor: Actor, customer_id: UUID) -> StreamingResponse:
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed when it has been sent
    try:
        with wiring.work_of(actor)() as work:
            about = export_customer(work, customer_id, file)
            name = f"{about.number}.zip"
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_pieces(file), media_type="application/zip", headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
