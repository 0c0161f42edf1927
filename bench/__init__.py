"""Speed, as medians and ratios, on seeded inputs: `make bench`."""
