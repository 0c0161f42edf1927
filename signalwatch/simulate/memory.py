"""How much memory this process ever held."""

from __future__ import annotations

import resource
import sys


def peak_rss_mb() -> float:
    """Peak resident size in megabytes (Linux counts kilobytes, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
