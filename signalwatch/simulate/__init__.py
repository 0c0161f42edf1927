"""A small world with known truth, served in the sources' real formats over real HTTP on loopback.

Everything here is invented: companies, people, programs, texts. `world.World` generates it from a seed,
`simulation.Simulation` serves it while a ManualClock moves, `truth.score` compares what a service made of it with
what really happened. The wording is written independently of the detection patterns and must stay so.
"""
