"""Engines: what calls the stages, and when. ``local`` is one process; ``health`` serves its state over HTTP."""
