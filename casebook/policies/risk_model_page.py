"""Writes `docs/risk-model.md`: the numbers in force and what ten vignettes score.

python -m casebook.policies.risk_model_page > docs/risk-model.md
"""

from collections.abc import Iterator
from typing import Any

from casebook import markdown
from casebook.domain.risk.record_weight import gravity
from casebook.domain.risk.risk_inputs import ScoreInputs
from casebook.domain.risk.risk_model import RiskModel
from casebook.domain.risk.risk_scoring import Score, score
from casebook.policies import reading, risk_model

INTRODUCTION = """# The risk model

A score says how grave the danger from a subject looks; a priority says how soon somebody must look. Both order
work. Neither ever decides an outcome: people do, staff may raise either with a reason, and lowering one needs a
second person.

This page is written by `python -m casebook.policies.risk_model_page`; a test fails when it no longer fits the
model. The numbers stand in `casebook/policies/{name}.toml`, each with its source and whether anybody checked
it. Nobody has calibrated them on outcomes. Published weights for such histories were not found: read the
vignettes and disagree.

## What it promises

* The score is exactly the sum of its listed contributions (each a multiple of 1/16, so floats add up in any
  order), and the same stored inputs score the same again under the model that the score names.
* Adding a record, a flag or a victim, or learning that one is graver or more recent, never lowers score or
  band.
* Unknown never scores below no. What is not known is listed, and raises the priority.
* The order of records and their duplicates do not matter. Equal source and number are one record; where its
  versions differ, the graver counts. A record without a number counts apart from every other.

## How it counts

* **Each record**: points of its offence group x kind (and, for intelligence, grading) x victim x recency.
  Recency halves every {half_life} days, down to a floor. A date that is missing or after today counts
  as today; a partial one as late as it can be. A score of a past moment first leaves out what was dated
  later (`risk_scoring.known_by`).
* **Lethality signs**, which harm days miss: those that a record flags and those that its offence proves, each
  once for a record, weighted like the record.
* **Pattern**: how many records in three years, how many different victims, a serial subject, escalation. A
  record that names no victim still has one.
* **The instrument**: question by question, with tool and version. The threshold of 14 belongs to the
  SafeLives form alone.
* **The person at risk**, earlier applications, and what the application says of now.
* **Floors**: some facts put the band at least somewhere, however few the points. Nobody lowers a band below one
  (`below_floor`), not two people either: who thinks the fact is wrong corrects it (the record's person, the
  answer), and it is scored again. Professional judgement raises what an instrument says and never takes it back.
* `insufficient_information`: no record, and no yes or no to at least half of the questions. It stands beside
  `standard`, never below it, and what is unknown raises its priority.

Harm days: Cambridge Crime Harm Index 2026, from a public digest by police-recorded sub-group (a statistic of
codes, not of cases). Offence codes: derived from the standing data of the Ministry of Justice (npm
`@moj-bichard7-developers/bichard7-next-data` 2.0.414, MIT licence) by `python -m
casebook.policies.offence_tables`; every notifiable code is in the table, in a group or as `unmapped`. Codes
that the table lacks, and records without one, are graded by the words of `offence_keywords.csv`.
"""


def page() -> str:
    model = risk_model.load()
    half_life = model.numbers.weights.half_life_days.value
    start = INTRODUCTION.format(name=model.numbers.name, half_life=half_life)
    parts = (start, *_vignettes(model), *_groups(model), *_floors(model), *_qualifying(model))
    return "\n".join(parts).rstrip() + "\n"


def vignettes() -> Iterator[tuple[str, ScoreInputs]]:
    table = reading.table("risk-vignettes")
    for each in table["vignettes"]:
        yield each["story"], ScoreInputs.from_dict(_inputs(each, table["today"].isoformat()))


def _inputs(vignette: dict[str, Any], today: str) -> dict[str, object]:
    """`every_answer` answers each question of the form, `yes` names those answered yes."""
    given: dict[str, object] = {"today": today, "subject_records": vignette.get("records", [])}
    given |= {key: vignette[key] for key in ("vulnerabilities", "circumstances") if key in vignette}
    given["earlier_applications"] = vignette.get("earlier_applications")
    if name := vignette.get("instrument"):
        questions = risk_model.load().numbers.instruments[name].questions
        answers = {each.code: vignette["every_answer"] for each in questions} | dict.fromkeys(
            vignette.get("yes", ()), "yes"
        )
        given["instrument"] = {"name": name, "answers": answers}
    return given


def _vignettes(model: RiskModel) -> Iterator[str]:
    scored = [(story, score(inputs, model)) for story, inputs in vignettes()]
    yield f"## What ten vignettes score\n\nModel `{model.version}`. The three greatest contributions and the floors.\n"
    yield from markdown.marked_table(
        ("#", "story", "band", "priority", "score", "because"),
        (
            (number, story, each.band, each.priority, f"{each.score:g}", _because(each))
            for number, (story, each) in enumerate(scored, 1)
        ),
    )


def _because(result: Score) -> str:
    greatest = [f"{each.value:g} {each.factor.replace('_', ' ')}" for each in result.contributions if each.value][:3]
    floors = [each.reason for each in result.contributions if each.factor == "floor"]
    return "; ".join([*greatest, *floors, *([] if greatest else ["nothing found and nothing open"])])


def _groups(model: RiskModel) -> Iterator[str]:
    yield "\n## Offence groups\n\nPoints are those of one conviction today with a victim who is nobody's partner.\n"
    groups = sorted(model.numbers.groups, key=lambda name: (-_points(name, model), name))
    yield from markdown.marked_table(
        ("group", "tier", "harm days", "points", "codes", "proves"),
        (
            (
                name,
                model.group(name).tier,
                f"{model.harm_days[name]:g}",
                f"{_points(name, model):.2f}",
                sum(group == name for group in model.offences.groups.values()),
                ", ".join(model.group(name).signs),
            )
            for name in groups
        ),
    )


def _points(group: str, model: RiskModel) -> float:
    signs = model.group(group).signs
    return gravity(group, model, counts=bool(signs)) + sum(model.numbers.signs.points.value[sign] for sign in signs)


def _floors(model: RiskModel) -> Iterator[str]:
    yield "\n## Floors\n"
    yield from markdown.marked_table(("at least", "when"), ((each.band, each.words) for each in model.numbers.floors))


def _qualifying(model: RiskModel) -> Iterator[str]:
    yield "\n## Which confirmed findings qualify for disclosure\n\nThe first line that fits holds; a person decides.\n"
    yield from markdown.marked_table(
        ("standing", "finding"), ((each.standing, each.words) for each in model.numbers.qualifying)
    )


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - a command's output
