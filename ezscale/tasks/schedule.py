"""When things happen by themselves. Each runs once in its period, however many schedulers there are."""

from datetime import time, timedelta

from ezscale.tasks import billing, housekeeping, messaging, privacy, provisioning
from ezscale.tasks.registry import SCHEDULE, Periodic

SCHEDULE[:] = (
    Periodic(billing.tend_credit, at=time(3, 30)),  # before renewals spend what is still there
    Periodic(billing.renew, at=time(4)),
    Periodic(billing.end_cancelled, at=time(5)),
    Periodic(billing.chase, at=time(6)),
    Periodic(billing.settle_referrals, at=time(7)),
    Periodic(billing.charge_late_fees, at=time(6, 30)),
    Periodic(billing.top_up_all_low, at=time(7, 30)),  # after the runs that spend credit
    Periodic(billing.tell_of_expiring_cards, at=time(8)),
    Periodic(housekeeping.tidy, at=time(3)),
    Periodic(provisioning.delete_what_is_due, at=time(9)),  # when somebody is there who can be asked
    Periodic(provisioning.expire_orders, every=timedelta(hours=1)),
    Periodic(provisioning.warn_of_reserved, every=timedelta(hours=1)),
    Periodic(provisioning.read_stock, every=timedelta(minutes=5)),
    Periodic(provisioning.ask_again, every=timedelta(hours=1)),
    Periodic(provisioning.close_left_consoles, every=timedelta(minutes=5)),
    Periodic(provisioning.tend_waitlist, every=timedelta(minutes=5)),
    Periodic(provisioning.look_for_room, every=timedelta(hours=1)),
    Periodic(privacy.forget_what_is_left, every=timedelta(hours=6)),
    Periodic(billing.find_lost_answers, every=timedelta(minutes=5)),
    Periodic(billing.poll_gateway, every=timedelta(hours=1)),
    Periodic(billing.compare_payments, at=time(1)),
    Periodic(billing.book_payouts, at=time(1, 30)),  # after the comparison has booked what was missing
    Periodic(billing.stop_old_subscriptions, at=time(1, 30)),
    Periodic(billing.compare_kept_methods, at=time(2)),
    Periodic(provisioning.compare_panels, at=time(2, 30)),  # when hardly anything is built
    Periodic(billing.check_tax_ids, every=timedelta(minutes=10)),
    Periodic(billing.learn_tax_places, every=timedelta(hours=6)),
    Periodic(billing.fetch_exchange_rates, at=time(17)),
    Periodic(messaging.send_what_was_left, every=timedelta(minutes=10)),
)
