"""Every table of the casebook."""

from casebook.storage.tables.application import (
    Application,
    ApplicationLink,
    Clock,
    Disposal,
    Person,
    Proposal,
    Restriction,
    SafeContact,
)
from casebook.storage.tables.base import Base
from casebook.storage.tables.checks import (
    ApplicantSign,
    Assurance,
    Candidate,
    Finding,
    InstrumentAnswer,
    Meeting,
    Search,
    SearchAttempt,
    SourceExtract,
    SourceFrequency,
    SourcePerson,
    SourceRecord,
)
from casebook.storage.tables.decision import (
    Approval,
    ContactAttempt,
    ContactOverride,
    Decision,
    DisclosedItem,
    Disclosure,
    EmergencyDisclosure,
    FollowUp,
    MemberAnswer,
    OwnerAgreement,
    Panel,
    Referral,
    RiskAssessment,
    RiskScore,
    Watch,
)
from casebook.storage.tables.house import (
    ChainHead,
    ClockOffset,
    Competence,
    Home,
    LedgerEntry,
    ReferenceCounter,
    Seal,
    Staff,
    StaffRole,
    Token,
)
from casebook.storage.tables.review import ReviewApplication, ReviewImport, ReviewRow, ReviewState
from casebook.storage.tables.work import (
    Escalation,
    GateOverride,
    GateResult,
    Heartbeat,
    Lease,
    Notice,
    Outbox,
    WorkItem,
)

__all__ = [
    "Application", "ApplicationLink", "ApplicantSign", "Approval", "Assurance", "Base", "Candidate", "ChainHead", "Clock",
    "ClockOffset", "Competence", "ContactAttempt", "ContactOverride", "Decision", "DisclosedItem", "Disclosure", "Disposal",
    "EmergencyDisclosure", "Escalation", "Finding", "FollowUp", "GateOverride", "GateResult", "Heartbeat", "Home",
    "InstrumentAnswer", "Lease", "LedgerEntry", "Meeting", "MemberAnswer", "Notice", "Outbox", "OwnerAgreement", "Panel",
    "Person", "Proposal", "ReferenceCounter", "Referral", "Restriction", "ReviewApplication", "ReviewImport", "ReviewRow", "ReviewState", "RiskAssessment", "RiskScore", "SafeContact",
    "Seal", "Search", "SearchAttempt", "SourceExtract", "SourceFrequency", "SourcePerson", "SourceRecord", "Staff", "StaffRole", "Token", "Watch",
    "WorkItem",
]  # fmt: skip
