"""The synthetic force and its simulated staff; nothing outside this room but the command knows it exists."""
