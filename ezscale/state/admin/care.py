"""What staff do for a customer, from their file: suspend, bring back, correct, and act as one of their people."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import reflex as rx

from ezscale.accounts.customers import PostalAddress, correct_address
from ezscale.accounts.suspending import bring_back_customer, bring_back_person, suspend_customer, suspend_person
from ezscale.kit.cookies import form_answer
from ezscale.kit.work import Work
from ezscale.privacy.erasing import erase_customer
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.telling import Answer

ADDRESS = ("name", "company", "address", "city", "postcode", "country", "region")
LONGEST_REASON = 501
SUSPEND, BRING_BACK, ACT, CORRECT, ERASE = "suspend", "back", "act", "address", "erase"


class CareState(StaffState):
    """The one question that is open, about the customer or about one of their people."""

    question: str = ""
    user_id: str = ""
    person: str = ""
    typed: str = ""

    @rx.event
    async def load(self) -> None:
        """No question is open, unless the form to act came back with something wrong."""
        await self._open("", "")
        answer = form_answer(self.router.headers.cookie) if self._asked("again", 1) else None
        if answer is None:
            return
        if answer.field:
            await self._open(ACT, answer.typed.get("user", ""))
            self.typed, self.errors = answer.typed.get("why", ""), {answer.field: answer.message}
        else:
            self.say(answer.message, "danger")

    @rx.event
    async def ask(self, question: str, user_id: str) -> None:
        """Open a question about a person, or about the customer when no person is named."""
        await self._open(sent_text(question, 20), sent_text(user_id, 40))

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The question was closed without an answer."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def decide(self, form: dict[str, Any]) -> Answer:
        """Suspend or bring back, whichever was asked, for the reason that was given."""
        if self.question == SUSPEND:
            return await self._decide(form, suspend_customer, suspend_person, "Suspended. They are told by mail.")
        return await self._decide(form, bring_back_customer, bring_back_person, "Brought back. They are told by mail.")

    @rx.event
    async def correct(self, form: dict[str, Any]) -> Answer:
        """Change what stands on the customer's later invoices."""
        customer_id, typed = self._customer(), PostalAddress(**sent_fields(form, *ADDRESS))
        await self.perform(lambda work: correct_address(work, customer_id, typed))
        return self._done("Saved. Later invoices go to this address.")

    @rx.event
    async def erase(self, form: dict[str, Any]) -> Answer:
        """Forget the customer for good, for the reason that was given."""
        customer_id, reason = self._customer(), sent_fields(form, "reason", longest=LONGEST_REASON)["reason"]
        await self.converse(lambda open_work: erase_customer(open_work, customer_id, reason))
        return self._done("Forgotten here; vendors are being told. Invoices and payments are kept, as the law asks.")

    async def _open(self, question: str, user_id: str) -> None:
        people = (await self.get_state(CustomerState)).people if user_id else []
        self.person = next((person.name for person in people if person.id == user_id), "")
        self.question, self.user_id, self.typed, self.errors = question, user_id, "", {}

    async def _decide(
        self,
        form: Any,
        about_customer: Callable[[Work, UUID, str], None],
        about_person: Callable[[Work, UUID, UUID, str], None],
        said: str,
    ) -> Answer:
        customer_id, reason = self._customer(), sent_fields(form, "reason", longest=LONGEST_REASON)["reason"]
        if self.user_id:
            user_id = sent_id(self.user_id)
            await self.perform(lambda work: about_person(work, customer_id, user_id, reason))
        else:
            await self.perform(lambda work: about_customer(work, customer_id, reason))
        return self._done(said)

    def _done(self, said: str) -> Answer:
        self.question = ""
        self.say(said)
        return [CustomerState.refresh]

    def _customer(self) -> UUID:
        return sent_id(self._asked("id", 40))
