"""Rules of the stages of an application."""
