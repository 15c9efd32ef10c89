"""The people whom a customer of the demo works with: somebody technical, two delegates, and a program."""

import re
from collections.abc import Mapping
from uuid import UUID

from sqlmodel import col, select

from ezscale.accounts.actors import actor_for
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.delegates import share_service
from ezscale.accounts.invitations import accept_invitation, invite, sign_up_invited
from ezscale.accounts.permissions import SEE_SERVICES
from ezscale.cli.demo import logins
from ezscale.cli.demo.acts import Customer
from ezscale.cli.demo.logins import PASSWORDS, DemoLogin
from ezscale.cli.demo.simulation import Simulation
from ezscale.kit.actor import ANONYMOUS
from ezscale.kit.work import OpenWork
from ezscale.models import MailMessage, Service
from ezscale.models.customer import MemberRole

OWNER, FRIEND = "fjordline", "kuzey"
TECHNICAL, DELEGATE = ("Kari Nygaard", "kari@fjordline.example"), ("Jonas Berg", "jonas@bergcode.example")
WAITING = "accounts@fjordline.example"
INVITATION_LINK = re.compile(r"/invitation/\?token=([\w-]+)")


def bring_people_together(company: Simulation, customers: Mapping[str, Customer]) -> list[DemoLogin]:
    """Whom the demo's first customer works with. Returns the logins of those who are new."""
    owner, friend = customers.get(OWNER), customers.get(FRIEND)
    if owner is None or owner.user_id is None or not owner.items:
        return []
    own = _hands_of(company, owner.user_id)
    with company.house.automation("demo")() as work:
        [server_id] = work.session.exec(select(Service.id).where(Service.item_id == owner.items[0]))
    with own() as work:
        invite(work, TECHNICAL[1], MemberRole.TECHNICAL)
        invite(work, WAITING, MemberRole.BILLING)
        share_service(work, server_id, DELEGATE[1])
        create_token(work, "Monitoring", [SEE_SERVICES], lasts=365, for_customer=True)
    company.settle()
    kari, jonas = _comes(company, *TECHNICAL, "kari"), _comes(company, *DELEGATE, "jonas")
    if friend is not None and friend.user_id is not None:
        with own() as work:
            share_service(work, server_id, friend.person.email)
        company.settle()
        with _hands_of(company, friend.user_id)() as work:
            accept_invitation(work, _secret_in_mail(company, friend.person.email))
    company.settle()
    database = company.house.database
    return [
        logins.new_login(database, kari, "colleague", TECHNICAL[1], PASSWORDS["kari"], "Looks after Nora's servers"),
        logins.new_login(database, jonas, "delegate", DELEGATE[1], PASSWORDS["jonas"], "May use one server of Nora's"),
    ]


def _comes(company: Simulation, name: str, email: str, password_of: str) -> UUID:
    secret = _secret_in_mail(company, email)
    return sign_up_invited(company.house.database.opener(ANONYMOUS), secret, name, PASSWORDS[password_of]).id


def _hands_of(company: Simulation, user_id: UUID) -> OpenWork:
    """Transactions of somebody who has just entered their password."""
    with company.house.automation("demo")() as work:
        actor = actor_for(work, user_id, confirmed=True)
    return company.house.database.opener(actor)


def _secret_in_mail(company: Simulation, email: str) -> str:
    with company.house.database.reader(ANONYMOUS)() as work:
        mails = select(MailMessage.text).where(MailMessage.to == email).order_by(col(MailMessage.id))
        return str(INVITATION_LINK.findall("\n".join(work.session.exec(mails)))[-1])
