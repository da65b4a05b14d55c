"""Pure rules: standard library only; the present moment and new ids are arguments."""
