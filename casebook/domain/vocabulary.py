"""The codes of the scheme, each spelled once. `docs/glossary.md` explains them."""

from enum import StrEnum


class Stage(StrEnum):
    """The stage of an application. Each comment says what is true in that stage."""

    INTAKE = "intake"  # received; the clock runs; what is known is being made sufficient
    RECORD_CHECKS = "record_checks"  # every source that must be searched is being searched and read
    RISK_SCORING = "risk_scoring"  # the confirmed history is known; its weight is being assessed
    PANEL_DECISION = "panel_decision"  # people are deciding; nobody has been told anything
    DISCLOSURE = "disclosure"  # decided and approved; the outcome is being delivered
    FOLLOW_UP = "follow_up"  # delivered; the person at risk is being supported
    CLOSED = "closed"  # has an outcome; a watch may stay


class Route(StrEnum):
    RIGHT_TO_ASK = "right_to_ask"
    RIGHT_TO_KNOW = "right_to_know"


class Applicant(StrEnum):
    """Who applies: the person at risk, somebody who worries about them, or an agency."""

    A = "a"
    THIRD_PARTY = "third_party"
    AGENCY = "agency"


class Party(StrEnum):
    """A is the person at risk, B the subject, C a third party who applies."""

    A = "a"
    B = "b"
    C = "c"


class Answer3(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Sex(StrEnum):
    F = "f"
    M = "m"
    X = "x"
    UNKNOWN = "unknown"


class Certainty(StrEnum):
    EXACT = "exact"
    APPROXIMATE = "approximate"
    UNKNOWN = "unknown"


class Relationship(StrEnum):
    PARTNER = "partner"
    EX_PARTNER = "ex_partner"
    OTHER = "other"


class Identified(StrEnum):
    """How somebody who asks for something was identified. Whoever was not ends nothing, and widens nothing."""

    CODE_WORD = "code_word"
    IN_PERSON = "in_person"
    CALLED_BACK = "called_back"  # on the number of their safe-contact plan
    KNOWN_PROFESSIONAL = "known_professional"
    DOCUMENT = "document"
    QUESTIONS = "questions"
    KNOWN = "known"  # to whoever spoke to them
    NOT_IDENTIFIED = "not_identified"


class Channel(StrEnum):
    PHONE = "phone"
    TEXT = "text"
    EMAIL = "email"
    IN_PERSON = "in_person"
    THROUGH_AGENCY = "through_agency"


class RecordKind(StrEnum):
    CONVICTION = "conviction"
    CAUTION = "caution"
    CHARGE = "charge"
    ARREST = "arrest"
    NO_FURTHER_ACTION = "no_further_action"
    NON_CRIME_INCIDENT = "non_crime_incident"
    INTELLIGENCE = "intelligence"
    ORDER = "order"


class VictimRelationship(StrEnum):
    INTIMATE_PARTNER = "intimate_partner"
    EX_PARTNER = "ex_partner"
    FAMILY = "family"
    OTHER = "other"
    UNKNOWN = "unknown"


class Flag(StrEnum):
    """High-risk indicators of a record, which harm days do not measure."""

    STRANGULATION = "strangulation"
    WEAPON = "weapon"
    STALKING = "stalking"
    THREATS_TO_KILL = "threats_to_kill"
    SEXUAL = "sexual"
    BREACH_OF_ORDER = "breach_of_order"
    CHILD_PRESENT = "child_present"
    PREGNANCY = "pregnancy"
    COERCIVE_CONTROL = "coercive_control"
    ANIMAL_HARM = "animal_harm"


class Source(StrEnum):
    PNC = "pnc"
    PND = "pnd"
    VISOR = "visor"
    RMS = "rms"
    DVDS_REGISTER = "dvds_register"
    MARAC = "marac"
    COURTS = "courts"
    PROBATION = "probation"
    PRISON = "prison"
    CHILDRENS_SERVICES = "childrens_services"
    ADULT_SERVICES = "adult_services"
    HEALTH = "health"
    HOUSING = "housing"
    ACRO = "acro"


class Outcome(StrEnum):
    DISCLOSED_TO_A = "disclosed_to_a"
    DISCLOSED_TO_PROTECTOR = "disclosed_to_protector"
    NOTHING_TO_DISCLOSE = "nothing_to_disclose"
    NOT_DISCLOSED = "not_disclosed"
    OUT_OF_SCOPE = "out_of_scope"
    WITHDRAWN = "withdrawn"
    NO_ENGAGEMENT = "no_engagement"
    UNKNOWN = "unknown"


class Role(StrEnum):
    INTAKE_OFFICER = "intake_officer"
    RESEARCHER = "researcher"
    SECOND_READER = "second_reader"
    RISK_ASSESSOR = "risk_assessor"
    PANEL_MEMBER = "panel_member"
    PANEL_CHAIR = "panel_chair"
    APPROVER = "approver"
    DISCLOSURE_OFFICER = "disclosure_officer"
    SUPERVISOR = "supervisor"
    HEAD_OF_UNIT = "head_of_unit"
    DUTY_INSPECTOR = "duty_inspector"
    CHIEF_OFFICER = "chief_officer"
    REVIEW_OFFICER = "review_officer"
    REVIEW_LEAD = "review_lead"
    PROFESSIONAL_STANDARDS = "professional_standards"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SYSTEM = "system"


class Priority(StrEnum):
    IMMEDIATE = "immediate"
    URGENT = "urgent"
    HIGH = "high"
    STANDARD = "standard"

    @property
    def rank(self) -> int:
        """The place in the queue; 0 comes first."""
        return list(Priority).index(self)

    @property
    def is_danger(self) -> bool:
        """Whether somebody may be harmed now: it comes before everything else."""
        return self in {Priority.IMMEDIATE, Priority.URGENT}


class Band(StrEnum):
    """How grave the risk from B is."""

    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    INSUFFICIENT_INFORMATION = "insufficient_information"


class MatchBand(StrEnum):
    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


class WorkKind(StrEnum):
    """What a person can be asked to do."""

    COMPLETE_DETAILS = "complete_details"
    IMMEDIATE_SAFEGUARDING = "immediate_safeguarding"
    RECORD_CRIME = "record_crime"
    REFER_SAFEGUARDING = "refer_safeguarding"
    MEET_APPLICANT = "meet_applicant"
    VERIFY_APPLICANT = "verify_applicant"
    LOCATE_PERSON_AT_RISK = "locate_person_at_risk"
    RETURN_SEARCH = "return_search"
    REVIEW_MATCH = "review_match"
    SECOND_LOOK_AT_REJECTION = "second_look_at_rejection"
    SIGN_OFF_IDENTITY = "sign_off_identity"
    STATE_ADEQUACY = "state_adequacy"
    ASSESS_RISK = "assess_risk"
    CONVENE_PANEL = "convene_panel"
    VALIDATE_WITH_OWNER = "validate_with_owner"
    DECIDE = "decide"
    APPROVE_DECISION = "approve_decision"
    DELIVER_DISCLOSURE = "deliver_disclosure"
    DELIVER_NO_DISCLOSURE = "deliver_no_disclosure"
    ATTEST_DELIVERY = "attest_delivery"
    RATIFY_EMERGENCY = "ratify_emergency"
    CONTACT_FOLLOW_UP = "contact_follow_up"
    MEND_QUALITY = "mend_quality"
    CONFIRM_URGENT = "confirm_urgent"
    ACKNOWLEDGE_ESCALATION = "acknowledge_escalation"
    SAFEGUARD_DURING_DELAY = "safeguard_during_delay"
    TELL_OF_TRANSFER = "tell_of_transfer"
    REVIEW_WATCH_PROPOSAL = "review_watch_proposal"
    ANSWER_SIGNAL = "answer_signal"
    REDECIDE_SAMPLE = "redecide_sample"
    REVIEW_APPLICATION = "review_application"
    SECOND_REVIEW = "second_review"
    LOOK_AGAIN_AT_CONTACT = "look_again_at_contact"
    CHECK_BEFORE_TELLING = "check_before_telling"
    REVIEW_RESTRICTED = "review_restricted"
    READ_REJECTED_ROW = "read_rejected_row"
    LINK_ACROSS_RESTRICTION = "link_across_restriction"
    LOOK_AT_PLAN_CHANGE = "look_at_plan_change"
    ACT_ON_CALL = "act_on_call"
    FINISH_DRAFT = "finish_draft"
    ASK_ABOUT_DANGER = "ask_about_danger"
    REASSESS_RISK = "reassess_risk"
    CLOSE_GRAVE_CASE = "close_grave_case"
    COMPLETE_INSTRUMENT = "complete_instrument"
    ACCEPT_LESS = "accept_less"


class Limit(StrEnum):
    """A time limit of the scheme. The policy says how each is counted."""

    IMMEDIATE_SAFEGUARDING = "immediate_safeguarding"
    INITIAL_CHECKS = "initial_checks"
    FACE_TO_FACE = "face_to_face"
    RECORD_CHECKS = "record_checks"
    RISK_SCORING = "risk_scoring"
    PANEL_DECISION = "panel_decision"
    DISCLOSURE = "disclosure"
    WHOLE_PROCESS = "whole_process"
    FOLLOW_UP_24H = "follow_up_24h"
    FOLLOW_UP_7D = "follow_up_7d"
    FOLLOW_UP_28D = "follow_up_28d"
