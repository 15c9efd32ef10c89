"""A company with somebody whose things are nobody else's business, and with everybody who might reach for them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from ezscale import wiring
from ezscale.accounts.api_tokens import create_token
from ezscale.accounts.impersonating import begin_impersonation, take_over
from ezscale.accounts.permissions import IMPERSONATE, SEE_EVERYTHING, SEE_MAIL
from ezscale.accounts.signing_in import begin_session
from ezscale.accounts.staff import add_staff
from ezscale.billing.auto_agreements import Terms, agree_to_top_ups
from ezscale.billing.credit_notes import issue_credit_note
from ezscale.billing.documents import invoice_pdf
from ezscale.billing.invoicing import invoice_lines
from ezscale.billing.top_ups import ask_for_top_up
from ezscale.kit.actor import ANONYMOUS, Actor, Permission
from ezscale.kit.clock import FixedClock
from ezscale.kit.cookies import ACTING, SESSION
from ezscale.kit.money import Money
from ezscale.kit.work import Database
from ezscale.models import Customer, Delegation, Membership, StaffRole, User
from ezscale.models.customer import MemberRole
from ezscale.models.service import ServiceStatus
from ezscale.provisioning.credentials import reveal_login
from ezscale.provisioning.services import services
from ezscale.state.session import actor_behind
from tests.company import PASSWORD, Company, Person
from tests.security.records import Key, Reader, Rows, belonging_to, words_in

NOBODY, ANOTHER, SUSPENDED, LOWEST = "nobody", "another customer", "a suspended customer", "the lowest staff"
DELEGATE = "a delegate"  # of the victim's, for one of their servers
IMPERSONATING = "a colleague who acts as another customer"  # and may look, and change nothing
CALLERS = (NOBODY, ANOTHER, SUSPENDED, DELEGATE, LOWEST, IMPERSONATING)
VICTIM, BOSS = "the victim", "somebody who may see everything"  # who are told what the others are not
HELPER = "a colleague who acts as the victim"  # and is told, too
OF_A_SERVER = ("provisioning_log", "ip_assignment", "reverse_name")  # told to whoever may use it
ACTS_AS = {IMPERSONATING: ANOTHER, HELPER: VICTIM}


@dataclass(frozen=True)
class Shown:
    """The cookies of a browser, the secret among them that counts, and who was behind it at first."""

    cookies: dict[str, str]
    secret: str
    actor: Actor


@dataclass(frozen=True)
class Scene:
    """Who there is, and what is the victim's: an id from each table, every id, every word."""

    at: Company
    people: dict[str, Person]
    samples: dict[str, str]
    victims_ids: frozenset[str]
    victims_words: frozenset[str]
    passwords: dict[str, str]
    shared: UUID  # the victim's server that the delegate may use
    reader: Reader
    shown: dict[str, Shown] = field(default_factory=dict)
    looked_at: dict[str, int] = field(default_factory=dict)  # what had been written when a caller was last looked after

    def rows(self) -> Rows:
        """Every row there is now; those that are as they were when last read are the very same."""
        return self.reader.rows()

    def own_ids(self, who: str, rows: Rows) -> set[str]:
        """The ids of everything that belongs to a caller."""
        return belonging_to(owners(self.people[who]), rows) if who in self.people else set()

    def acted_ids(self, who: str) -> set[str]:
        """The ids of everything of the customer as whom a caller acts, which is theirs to look at and not to change."""
        return self.own_ids(ACTS_AS[who], self.rows()) if who in ACTS_AS else set()

    def own_samples(self, who: str) -> dict[str, str]:
        """An id from each table of what a caller finds in the portal: their own, or that of whom they act as."""
        rows = self.rows()
        own = self.own_ids(ACTS_AS.get(who, who), rows)
        return oldest_of_each(key for key in rows if key[1] in own)

    def entrusted_ids(self, who: str) -> set[str]:
        """What is the victim's and a caller may all the same use, and the customer for whom they do."""
        return {str(self.shared), str(self.people[VICTIM].actor.customer_id)} if who == DELEGATE else set()

    def entrusted_words(self, who: str) -> set[str]:
        """What the delegate is told: all about the one server, whoever shares it by name, and what is their own."""
        if who != DELEGATE:
            return set()
        shared, rows = str(self.shared), self.rows()
        told = {key: row for key, row in rows.items() if key[1] == shared or key[0] in OF_A_SERVER}
        own = self.own_ids(who, rows)
        known = {key: row for key, row in rows.items() if key[1] in own or (key in told and shared in row.ids)}
        return words_in(known) | own | self.entrusted_ids(who) | {self.people[VICTIM].user.name}

    def comes_back(self, who: str, shown: Mapping[str, str]) -> bool:
        """Whether a caller must show other cookies than these from now on, or could not go on without help.

        A delegate who has just tried the way out is let in again, so that what comes next is tried by one.
        """
        if (version := self.reader.version()) == self.looked_at.get(who):
            return False
        is_gone = who == DELEGATE and not self.people[who].actor.services
        if is_gone:
            self._lets_in_again(who)
        has_others = self.cookies(who) != shown
        self.looked_at[who] = self.reader.version() if is_gone or has_others else version
        return is_gone or has_others

    def _lets_in_again(self, who: str) -> None:
        customer_id = self.people[VICTIM].actor.own_customer()
        with self.at.robot() as work:
            member = Membership(
                user_id=self.people[who].user.id,
                customer_id=customer_id,
                role=MemberRole.DELEGATE,
                created_at=work.now,
            )
            work.session.add(member)
            work.session.flush()
            work.session.add(Delegation(membership_id=member.id, service_id=self.shared, created_at=work.now))

    def hidden_from(self, who: str) -> set[str]:
        """Root passwords that even their owner may not see, being suspended; and that nobody sees in another's name."""
        whose = {SUSPENDED: SUSPENDED, IMPERSONATING: ANOTHER}
        return {self.passwords[whose[who]]} if who in whose else set()

    def cookies(self, who: str) -> dict[str, str]:
        """What the browser shows of somebody whose password was entered just now; empty for nobody.

        A colleague's holds both: their own session, and the one that acts. It is the same for as long as it is good for
        the same.
        """
        if who not in self.people:
            return {}
        shown = self.shown.get(who)
        if shown is None or actor_behind(shown.secret) != shown.actor:
            cookies = self._signs_in(who)
            secret = cookies.get(ACTING, cookies[SESSION])
            shown = self.shown[who] = Shown(cookies, secret, actor_behind(secret))
        return shown.cookies

    def token(self, who: str) -> str:
        """An API token; empty for nobody."""
        return self.people[who].does(lambda work: create_token(work, "theirs"))[1] if who in self.people else ""

    def _signs_in(self, who: str) -> dict[str, str]:
        with self.at.robot() as work:
            own = begin_session(work, self.people[who].user).token
        return {SESSION: own, ACTING: self._acting(who, own)} if who in ACTS_AS else {SESSION: own}

    def _acting(self, who: str, own: str) -> str:
        """The secret of a session that acts. It was begun by somebody who might see the customer's file, and may no more.

        So whatever of the victim's is heard has not come by the panel, where another caller walks.
        """
        colleague, person = self.people[who].actor, self.people[ACTS_AS[who]]
        in_the_file = replace(colleague, permissions=colleague.permissions | {SEE_EVERYTHING})
        with self.at.house.database.opener(in_the_file)() as work:
            link = begin_impersonation(work, own, person.actor.own_customer(), person.user.id, "They have asked")
        with self.at.house.database.opener(ANONYMOUS)() as work:
            return take_over(work, link)


@dataclass(frozen=True)
class Told:
    """What is known of a scene once it is set: who there is, and what is the victim's."""

    users: dict[str, User]
    samples: dict[str, str]
    victims_ids: frozenset[str]
    victims_words: frozenset[str]
    passwords: dict[str, str]
    shared: UUID


@contextmanager
def a_scene(database: Database, clock: FixedClock, folder: Path) -> Iterator[Scene]:
    """Everybody has bought something, so that no list is empty; the victim owns one of everything."""
    at = Company(database, clock, folder)
    before = list(wiring._chosen)
    wiring.move_into(at.house)
    told = at.step(("the scene is set",), lambda: sets_the_scene(at))
    yield Scene(
        at,
        {who: Person(at, user) for who, user in told.users.items()},
        samples=told.samples,
        victims_ids=told.victims_ids,
        victims_words=told.victims_words,
        passwords=told.passwords,
        shared=told.shared,
        reader=Reader(database.engine),
    )
    wiring._chosen[:] = before


def sets_the_scene(at: Company) -> Told:
    """Everybody buys what they have."""
    people = {
        ANOTHER: a_buyer(at, "Oscar Nightingale"),
        SUSPENDED: a_buyer(at, "Susan Halloway"),
        LOWEST: a_colleague(at, "Terry Trainee"),
        BOSS: a_colleague(at, "Bridget Boss", SEE_EVERYTHING, SEE_MAIL),
        IMPERSONATING: a_colleague(at, "Imogen Proxy", IMPERSONATE),
        HELPER: a_colleague(at, "Hattie Helper", IMPERSONATE),
    }
    passwords = {who: root_password(people[who]) for who in (ANOTHER, SUSPENDED)}
    people[ANOTHER].brings_along("Nathan Nightingale", MemberRole.DELEGATE, people[ANOTHER].service().id)
    with at.robot() as work:
        work.session.get_one(Customer, people[SUSPENDED].actor.customer_id).suspended_at = work.now
    reader = Reader(at.house.database.engine)
    known = words_in(reader.rows())

    victim = a_buyer(at, "Victoria Underwood")
    secrets = {root_password(victim)}
    shared = shares_another_server(victim)
    people |= {VICTIM: victim, DELEGATE: victim.brings_along("Deborah Quill", MemberRole.DELEGATE, shared)}
    secrets |= {root_password(victim)}
    rows = reader.rows()
    ids = belonging_to(owners(victim), rows)
    theirs = {key: row for key, row in rows.items() if key[1] in ids}
    return Told(
        {who: person.user for who, person in people.items()},
        samples=oldest_of_each(theirs),
        victims_ids=frozenset(ids),
        victims_words=frozenset(words_in(theirs) - known | secrets),
        passwords=passwords,
        shared=shared,
    )


def shares_another_server(person: Person) -> UUID:
    """Another server of theirs, which they are going to share."""
    order = person.orders(hostname="shared.example.com")
    person.pays(order.invoice_id)
    person.at.lives(days=0.01)
    return person.service().id


def root_password(person: Person) -> str:
    """The password of their (latest) running server."""
    service, *_ = [each for each in person.does(services) if each.service.status is ServiceStatus.ACTIVE]
    return person.does(lambda work: reveal_login(work, person.at.house.vault, service.service.id)).password


def a_buyer(at: Company, name: str) -> Person:
    """Somebody with a running server, a paid invoice with its PDF and a credit note on it, a card, a token, another
    order not yet paid, and a top-up not yet paid beside one that came by itself."""
    person = at.signs_up(name)
    person.buys()
    [invoice] = person.invoices()
    with at.robot() as work:
        [line] = invoice_lines(work, invoice.id)
        issue_credit_note(work, invoice.id, {line.id: Money(100, line.currency)}, f"A slow start for {name}")
    person.does(lambda work: invoice_pdf(work, invoice.id))
    person.does(lambda work: create_token(work, f"token of {name}"))
    person.does(lambda work: ask_for_top_up(work, Money(5000, "EUR")))
    terms = Terms(Money(1500, "EUR"), Money(2000, "EUR"), Money(2000, "EUR"))
    person.does(lambda work: agree_to_top_ups(work, terms))
    at.works()
    person.orders(hostname=f"second.{name.split(maxsplit=1)[0].lower()}.example.com")
    return person


def a_colleague(at: Company, name: str, *permissions: Permission) -> Person:
    """Somebody who works here and may do these things."""
    with at.robot() as work:
        user = add_staff(work, name, f"{name.split(maxsplit=1)[0].lower()}@ezscale.example", PASSWORD)
        role = StaffRole(name=name, permissions=list(permissions))
        work.session.add(role)
        work.session.flush()
        user.staff_role_id = role.id
    return Person(at, user)


def oldest_of_each(keys: Iterable[Key]) -> dict[str, str]:
    """One row of each table: the first that was made, as the later ones are drafts and orders not yet paid."""
    return dict(sorted(keys, reverse=True))


def owners(person: Person) -> list[UUID]:
    """The user and the customer they act for, which is theirs unless they are a delegate."""
    customer_id = person.actor.customer_id if person.actor.services is None else None
    return [person.user.id, *([customer_id] if customer_id else [])]
