"""Papers of a case: attached as sealed rows, or named where they are kept; listed, and read one by one."""
