"""Which concerns tell of a crime: what was done or threatened, not fear alone."""

import pytest

from casebook.domain.case.crime_told import tells_of_crime
from casebook.policies import risk_model

MODEL = risk_model.load()


@pytest.mark.parametrize(
    ("concern", "told"),
    [
        ("He strangled me on Sunday", True),
        ("he HIT me with a plate", True),
        ("She said he will kill her if she leaves", True),
        ("he would hurt me, he says", True),
        ("He raped her", True),
        ("he follows me home from work", True),
        ("Assault occasioning actual bodily harm last year", True),  # an offence by its name
        ("He grabbed the children and locked me in", True),
        ("I am frightened of him", False),  # fear, and no act
        ("I want to know about his past before I move in", False),
        ("My friend met him last week", False),
        ("He has a white car and works at the hospital", False),  # white, hospital: not "hit", not "spit"
        ("", False),
    ],
)
def test_a_concern_that_tells_of_an_act_or_a_threat_tells_of_a_crime(concern, told):
    assert tells_of_crime(concern, MODEL) is told
