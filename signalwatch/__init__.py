"""signalwatch: the public record of life science, joined to your target accounts."""

__version__ = "0.1.0"
