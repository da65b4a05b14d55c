"""Contacts after a delivery, and the watch after closure."""
