"""Choosing how documents look."""

import io
from functools import partial

import pytest
from pypdf import PdfReader

from ezscale.billing.documents import Design, DocumentRules
from ezscale.billing.samples import sample_pdf, sample_picture
from ezscale.company.rules import rules, set_rules
from ezscale.kit.errors import NotAllowed
from ezscale.state.admin.documents import DocumentsState
from tests.state.panel import administrator, onlooker
from tests.state.portal import Screen

HERE = "/admin/documents/"


def used(page):
    return [design.name for design in page.designs if design.used]


async def test_a_colleague_looks_at_both_designs_and_chooses_one(company):
    screen = Screen(company, DocumentsState, administrator(company))
    page = await screen.opens(HERE)
    assert [design.name for design in page.designs] == list(Design)
    assert used(page) == ["plain"]

    await screen.does(page.use("band"))

    assert used(page) == ["band"]
    with company.robot() as work:
        assert rules(work, DocumentRules).design is Design.BAND


async def test_neither_a_design_that_does_not_exist_nor_somebody_who_may_not_decide_changes_anything(company):
    boss, sam = (
        Screen(company, DocumentsState, administrator(company)),
        Screen(company, DocumentsState, onlooker(company)),
    )
    for screen, asked in ((boss, "golden"), (boss, {"design": "band"}), (sam, "band")):
        page = await screen.opens(HERE)
        await screen.does(page.use(asked))
        assert page.messages

    with company.robot() as work:
        assert rules(work, DocumentRules).design is Design.PLAIN


def test_a_sample_is_a_real_document_in_the_design_and_the_houses_own_words(company):
    boss = administrator(company)
    with company.robot() as work:
        set_rules(work, DocumentRules, {"footer": "Registered in Dublin, 123456"})

    plain, band = (boss.does(partial(sample_pdf, design=design)) for design in Design)
    pictures = [boss.does(partial(sample_picture, design=design)) for design in Design]

    assert plain != band
    for paper in (plain, band):
        text = PdfReader(io.BytesIO(paper)).pages[0].extract_text()
        for words in ("SAMPLE-000123", "VAT 23%", "Registered in Dublin, 123456"):
            assert words in text
    assert pictures[0] != pictures[1]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


@pytest.mark.parametrize("sample", [sample_pdf, sample_picture])
def test_customers_are_shown_no_samples(company, sample):
    ada = company.signs_up("Ada Moreno")

    with pytest.raises(NotAllowed):
        ada.does(lambda work: sample(work, Design.BAND))
