"""Scores the product against labelled files: detection, matching, stories. Nothing here knows a test set."""
