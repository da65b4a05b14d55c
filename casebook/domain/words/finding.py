"""The words of a search for applications: what was asked, how a hit agrees with it, and what to know before ringing."""

from __future__ import annotations

from casebook.domain.words.vocabulary import Vocabulary

ASKED = Vocabulary("What a search is by", {
    "reference": "reference",
    "external_id": "id in the sender's system",
    "name": "name",
    "date_of_birth": "date of birth",
    "postcode": "postcode",
    "phone": "telephone number",
    "email": "e-mail address",
    "identifier": "PNC or CRO number",
    "code_word": "code word",
})  # fmt: skip
AGREES = Vocabulary("How a hit agrees with what was asked", {
    "same": "the same",
    "other_form": "another spelling or a nickname",
    "swapped": "forename and surname swapped",
    "near": "nearly the same",
    "partly": "the same in part",
    "differs": "differs",
    "not_known": "not known here",
})  # fmt: skip
UNUSED = Vocabulary("Why a part of a search was not used", {
    "cannot_be_read": "cannot be read",
    "wrong_check_letter": "its check letter is wrong",
    "too_little": "a year alone fits too many people",
    "given_twice": "given twice",
})  # fmt: skip
CAUTION = Vocabulary("Before anybody rings a person who was found", {
    "never": "do not contact: this is the subject, who must not learn of it",
    "no_safe_contact": "do not contact: no safe way is known",
    "only_by_plan": "contact only by the safe-contact plan: `applications safe-time`",
})  # fmt: skip

ALL = (ASKED, AGREES, UNUSED, CAUTION)
