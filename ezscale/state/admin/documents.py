"""The look of documents: which designs there are, and which one is used."""

from dataclasses import dataclass

import reflex as rx

from ezscale.billing.documents import Design, DocumentRules
from ezscale.billing.samples import used_design
from ezscale.company.rules import set_rules
from ezscale.kit.errors import NotFound
from ezscale.state.admin.staff import StaffState
from ezscale.state.arguments import sent_text

WORDS = {
    Design.PLAIN: ("Plain", "Black on white, your name in colour."),
    Design.BAND: ("Band", "A band of your colour on top of the first page."),
}


@dataclass
class DesignView:
    """One design, with a sample of it."""

    name: str
    title: str
    words: str
    used: bool
    picture: str
    paper: str


class DocumentsState(StaffState):
    """The designs, the used one among them."""

    loading: bool = True
    designs: list[DesignView] = []

    @rx.event
    async def load(self) -> None:
        """Show the designs, each as it is with the colour and the words of now."""
        await self._look()
        self.loading = False

    @rx.event
    async def use(self, name: str) -> None:
        """Print everything that is issued from now on in another design."""
        chosen = sent_text(name, 20)
        if chosen not in list(Design):
            raise NotFound("There is no such design.")
        await self.perform(lambda work: set_rules(work, DocumentRules, {"design": chosen}))
        await self._look()
        self.say(f"Documents are printed in the design “{WORDS[Design(chosen)][0]}” from now on.")

    async def _look(self) -> None:
        used = await self.read(used_design)
        self.designs = [
            DesignView(
                name=design.value,
                title=title,
                words=words,
                used=design is used,
                picture=f"/api/documents/samples/{design}.png",
                paper=f"/api/documents/samples/{design}.pdf",
            )
            for design, (title, words) in WORDS.items()
        ]
