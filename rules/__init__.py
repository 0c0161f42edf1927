"""Rule files as data. This package holds no code: ops own everything in it (see rules/README.md)."""
