"""People of an application who share nothing with those of another but by chance.

Of twenty thousand, a few dozen pairs sound alike and were born on one day, or nearly: such two may be one person, and are linked.
"""

from __future__ import annotations

import random


def somebody(number):
    """Cells of A and B. The same number gives the same people."""
    rng = random.Random(number)  # noqa: S311 - made-up names

    def word(syllables):
        return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(syllables)).capitalize()

    def born():
        return f"{rng.randint(1950, 2000)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"

    people = {}
    for party in "ab":
        people |= {
            f"{party}_forename": word(3), f"{party}_surname": word(4), f"{party}_dob": born(),
            f"{party}_address": f"{number} {word(4)} Street", f"{party}_postcode": "",
        }  # fmt: skip
    return people
