"""What is recorded about an early end, as a sensible person records it."""

from __future__ import annotations

# the person at risk said it, alone, and was identified
SAID = {
    "said_by": "a", "identified": "in_person", "channel": "in_person", "alone": "yes", "help_offered": "an IDVA, and the helpline",
}  # fmt: skip
# nobody said it: the force found the ground itself, or nobody was reached
UNSAID = {"said_by": "nobody", "help_offered": "a letter with the helpline, through the partner agency"}
