from dataclasses import replace

import pytest
from sqlmodel import select

from ezscale.kit.errors import NotAllowed, NotFound, Rejected, TemporaryFailure
from ezscale.kit.ids import new_id
from ezscale.kit.jobs import Job, JobStatus
from ezscale.messaging.ports import Letter
from ezscale.messaging.sending import mail, mails, send_mail
from ezscale.models import MailMessage
from ezscale.models.mail import MailStatus


class Postman:
    """Carries letters, or says the next of the troubles it was given."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles, self.asked = list(troubles), 0
        self.carried: list[Letter] = []

    def send(self, letter: Letter) -> None:
        self.asked += 1
        if self.troubles:
            raise self.troubles.pop(0)
        self.carried.append(letter)


@pytest.fixture
def postman(at):
    """Another carrier for the company's mail."""

    def postman(*troubles):
        at.house = replace(at.house, mailer=Postman(*troubles))
        return at.house.mailer

    return postman


def statuses(at):
    with at.robot() as work:
        return list(work.session.exec(select(MailMessage.status)))


def test_a_letter_is_carried_once_under_our_own_name_for_it(at, postman):
    carrier = postman()
    at.signs_up("Ada Moreno")
    at.works()

    with at.robot() as work:
        [written] = mails(work)
    for _ in range(2):
        send_mail(at.house.automation("mail"), carrier, written.id)
    send_mail(at.house.automation("mail"), carrier, new_id())

    [letter] = carrier.carried
    assert (letter.to, letter.sender) == ("ada@example.com", "EZSCALE <billing@ezscale.example>")
    assert letter.message_id == f"<{written.id}@ezscale.example>"
    assert (written.status, written.sent_at) == (MailStatus.SENT, at.clock.now)


def test_a_letter_that_its_carrier_will_never_take_is_not_tried_again(at, postman):
    carrier = postman(Rejected("550 no such mailbox"))
    at.signs_up("Ada Moreno")

    at.lives(days=0.2)

    assert statuses(at) == [MailStatus.REFUSED]
    assert (carrier.asked, carrier.carried) == (1, [])


def test_a_carrier_that_is_away_is_asked_again_until_it_takes_the_letter(at, postman):
    carrier = postman(*[TemporaryFailure("421 try later")] * 5)
    at.signs_up("Ada Moreno")

    at.works()
    meanwhile = statuses(at)
    at.lives(days=0.05)

    assert meanwhile == [MailStatus.QUEUED]
    assert statuses(at) == [MailStatus.SENT]
    assert len(carrier.carried) == 1


def test_after_a_long_absence_each_letter_gets_its_chance_whatever_happens_to_the_others(at, postman, monkeypatch):
    monkeypatch.setattr("ezscale.tasks.engine.MOST_TRIES", 1)
    carrier = postman(*[TemporaryFailure("421 try later")] * 3)
    at.signs_up("Ada Moreno")
    at.signs_up("Ben Orr")
    at.works()
    given_up = at.complaints()

    at.sleeps(0.05)

    assert given_up == {"nothing_is_stuck": ("messaging.send: 421 try later",) * 2}
    assert statuses(at).count(MailStatus.SENT) == 1
    at.sleeps(0.05)
    assert {letter.to for letter in carrier.carried} == {"ada@example.com", "ben@example.com"}
    forgets_what_was_given_up(at)


def test_mail_is_for_staff_to_read(at):
    ada = at.signs_up("Ada Moreno")
    at.works()
    with at.robot() as work:
        [written] = mails(work, customer_id=None)
        assert mail(work, written.id).subject.startswith("Welcome to EZSCALE")
        with pytest.raises(NotFound):
            mail(work, new_id())

    for look in (mails, lambda work: mail(work, written.id)):
        with pytest.raises(NotAllowed):
            ada.does(look)


def forgets_what_was_given_up(at):
    with at.robot() as work:
        for job in work.session.exec(select(Job).where(Job.status == JobStatus.FAILED)):
            work.session.delete(job)
