"""Proof that a killed service loses nothing: the world outside lives here, the service is a process of its own that is killed.

    python -m signalwatch.simulate.crash --kills 100 --seed 7 --json

The same seed is run twice: once in peace, once with ``SIGKILL`` at random real-time moments, aimed partly at commits and
at sends under way. Simulated time belongs to the parent and moves only between two commands, so both runs see the same
world at the same instants and must end with the same rows (`evidence.compare` says which).
"""
