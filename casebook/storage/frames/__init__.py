"""What each gate looks at, as plain rows: one row for each thing that must be there, left-joined with what is.

Each module offers `frames(session, references)`: frame name -> rows, every row with its `reference`.
"""

FrameRows = list[dict[str, object]]
