"""Holds, restriction, disposal, early closing, freezing and oversight."""
