"""An exported application verifies from its file alone, and says of each item whether a subject-access request may have it."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
import sealing
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casebook.casework.reporting import bundle
from casebook.domain import chain
from casebook.domain.seals import SignedSeal
from casebook.domain.vocabulary import Role
from casebook.storage import keys
from casebook.storage.seal_keys import SealKey

ENTRY = ("chain", "sequence", "at", "actor", "event", "body", "previous", "origin", "token")
THIRD = {"applicant": "third_party", "c_forename": "Cara", "c_surname": "Canarythree", "c_phone": "07700900003"}


@pytest.fixture
def exported(acting, received, person):
    def make(**overrides):
        reference = received(**overrides)
        with acting(person("au1", Role.AUDITOR)) as act:
            return json.loads(json.dumps(sealing.export(act, reference)))

    return make


@pytest.fixture
def checked(tmp_path):
    def check(contents, seal_key=sealing.FINGERPRINT):
        file = tmp_path / "bundle.json"
        file.write_text(json.dumps(contents), "utf-8")
        return sealing.check(file, seal_key)

    return check


def row(contents, name):
    return next(item for item in contents["items"] if item["row"].startswith(name))


def test_a_bundle_as_it_was_exported_verifies_without_the_database(exported, checked):
    assert checked(exported()) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda it: row(it, "application")["values"].update(concern="something else"),
        lambda it: row(it, "person").update(subject_access="after_advice"),
        lambda it: it["items"].pop(),
        lambda it: it["items"].append({**it["items"][0], "row": "decision:forged"}),
        lambda it: it["entries"].pop(),
        lambda it: it["entries"].pop(0),
        lambda it: it["entries"][0]["body"].update(route="right_to_know"),
        lambda it: it["entries"][0].update(actor="somebody"),
        lambda it: row(it, "application").update(digest="0" * 64),
    ],
)
def test_nothing_in_it_can_be_changed_added_or_left_out(exported, checked, damage):
    contents = exported()
    damage(contents)
    assert checked(contents) != []


def marks(contents):
    return {
        item["values"].get("party", item["row"].partition(":")[0]): item["subject_access"] for item in contents["items"]
    }


def test_each_item_is_marked_and_what_is_not_of_the_person_at_risk_is_not_theirs(exported):
    own = marks(exported())
    assert set(own.values()) <= {"yes", "no", "after_advice"}
    assert (own["a"], own["b"], own["application"]) == ("yes", "no", "yes")
    other = marks(exported(**THIRD, external_id="X-2", b_surname="Other"))
    assert (other["c"], other["application"]) == ("no", "after_advice")


def test_a_bundle_that_somebody_forged_whole_is_not_the_forces(exported, checked):
    """Content, hashes and a seal by a key of the forger's own: it holds together, and the fingerprint is another."""
    contents = exported()
    assert checked(contents, None) == ["signer_unknown"]
    forger = SealKey(private=Ed25519PrivateKey.generate())
    last = contents["entries"][-1]
    last["actor"] = "somebody"
    last["hash"] = chain.entry_hash(**{name: last[name] for name in ENTRY} | {"at": datetime.fromisoformat(last["at"])})
    heads = {contents["reference"]: (last["sequence"], last["hash"])}
    seal = SignedSeal(
        number=1, sealed_at=datetime.fromisoformat(last["at"]), heads=heads, entries=last["sequence"], chains=1,
        previous=chain.GENESIS, entry_key="x", public_key=forger.public,
    )  # fmt: skip
    contents["seal"] = bundle.proof_of(seal.signed(forger.sign(seal.statement)), contents["reference"])
    assert checked(contents, keys.public_fingerprint(forger.public)) == []
    assert checked(contents) == ["signed_by_another"]
    del contents["seal"]
    assert checked(contents) == ["not_signed"]
