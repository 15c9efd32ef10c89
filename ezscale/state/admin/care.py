"""What staff do for a customer, from their file: suspend, bring back, correct, and act as one of their people."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import reflex as rx

from ezscale.accounts.customers import PostalAddress, correct_address
from ezscale.accounts.suspending import bring_back_customer, bring_back_person, suspend_customer, suspend_person
from ezscale.kit.cookies import form_answer
from ezscale.kit.work import Work
from ezscale.state.admin.customer import CustomerState
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_fields, sent_id, sent_text
from ezscale.state.telling import Answer

ADDRESS = ("name", "company", "address", "city", "postcode", "country")
LONGEST_REASON = 501
SUSPEND, BRING_BACK, ACT, CORRECT = "suspend", "back", "act", "address"


class CareState(StaffState):
    """The one question that is open: about the customer, or about a person as "suspend:<id>"."""

    question: str = ""
    typed: str = ""

    @rx.event
    async def load(self) -> None:
        """No question is open, unless its posted form came back with something wrong."""
        self.question = self.typed = ""
        answer = form_answer(self.router.headers.cookie) if self._asked("again", 1) else None
        if answer is None:
            return
        self.question, self.typed = f"{ACT}:{answer.typed.get('user', '')}", answer.typed.get("reason", "")
        if answer.field:
            self.errors = {answer.field: answer.message}
        else:
            self.question = ""
            self.say(answer.message, "danger")

    @rx.event
    async def ask(self, question: str) -> None:
        """Open a question."""
        self.question, self.typed, self.errors = sent_text(question, 60), "", {}

    @rx.event
    async def show(self, is_open: bool) -> None:
        """The question was closed without an answer."""
        if is_open is not True:
            self.question, self.errors = "", {}

    @rx.event
    async def suspend(self, form: dict[str, Any]) -> Answer:
        """Suspend the customer, or the person the question is about."""
        return await self._decide(form, suspend_customer, suspend_person, "Suspended. They are told by mail.")

    @rx.event
    async def bring_back(self, form: dict[str, Any]) -> Answer:
        """Bring the customer back, or the person."""
        return await self._decide(form, bring_back_customer, bring_back_person, "Brought back. They are told by mail.")

    @rx.event
    async def correct(self, form: dict[str, Any]) -> Answer:
        """Change what stands on the customer's later invoices."""
        customer_id, typed = self._customer(), PostalAddress(**sent_fields(form, *ADDRESS))
        await self.perform(lambda work: correct_address(work, customer_id, typed))
        return self._done("Saved. Later invoices go to this address.")

    async def _decide(
        self,
        form: Any,
        about_customer: Callable[[Work, UUID, str], None],
        about_person: Callable[[Work, UUID, UUID, str], None],
        said: str,
    ) -> Answer:
        customer_id, reason = self._customer(), sent_fields(form, "reason", longest=LONGEST_REASON)["reason"]
        _, about, person = self.question.partition(":")
        if about:
            user_id = sent_id(person)
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
