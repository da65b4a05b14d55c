"""The `casebook` command: one module per noun, imported only when that command is called."""
