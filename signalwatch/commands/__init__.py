"""The commands of the command line, by topic. Thin: they parse flags, call, and print."""
