"""What a customer can do about a server that they have paid for and that could not be built."""

from dataclasses import dataclass
from typing import Self

from ezscale.kit.work import Work
from ezscale.models import ProvisioningJob, Service
from ezscale.ordering.undelivered import MoneyBack, money_back_for
from ezscale.provisioning.trouble import told_of_retry
from ezscale.state.reader import Reader


@dataclass
class UndeliveredView:
    """What goes back, in words; empty where nothing does, or somebody else decides. `all_goes` to where it came from."""

    whole: str = ""
    back: str = ""
    all_goes: bool = False

    @classmethod
    def of(cls, found: MoneyBack | None, reader: Reader) -> Self:
        if found is None:
            return cls()
        back = reader.money(found.could_go_back) if found.could_go_back else ""
        return cls(reader.money(found.whole), back, found.whole == found.could_go_back)


def undelivered_of(work: Work, service: Service, reader: Reader) -> UndeliveredView:
    """What the person may do about a service."""
    return UndeliveredView.of(money_back_for(work, service.id), reader)


def trouble_of(job: ProvisioningJob | None) -> str:
    """What holds up a build just now, in words for customers; nothing while it comes along."""
    if job is None or job.trouble_kind is None:
        return ""
    return told_of_retry(job.action, job.step, job.trouble_kind)
