"""The application service behind console and API: what a person may see and do, at one door.

All methods raise NotFound (also for what the person may not see), NotAllowed, Conflict (says who
was first), InvalidMessage (names the field) or RetryLater.
"""

from __future__ import annotations

from responder.desk_admin import AdminDesk
from responder.desk_deliveries import DeliveryDesk
from responder.desk_duty import DutyDesk
from responder.desk_export import ExportDesk
from responder.desk_judging import JudgeDesk
from responder.desk_reading import EventListing, Listing
from responder.desk_reporting import ReportDesk
from responder.desk_watching import WatchDesk
from responder.desk_work import WorkDesk
from responder.opening import NewCase
from responder.ticket_lists import TicketFilter
from responder.watchlists import WatchlistDraft

__all__ = ["Desk", "EventListing", "Listing", "NewCase", "TicketFilter", "WatchlistDraft"]


class Desk(
    ReportDesk,
    WorkDesk,
    WatchDesk,
    DutyDesk,
    DeliveryDesk,
    AdminDesk,
    JudgeDesk,
    ExportDesk,
):
    """Everything people do in the responder: `Desk(engine, jurisdictions)`."""
