"""Names to accounts (docs/reference/matching.md): which account a written name, ticker, CIK or headline means.

``Resolver`` is the whole surface; ``normalise`` is the form under which names are compared; ``load_families`` reads the
shipped pack of corporate families.
"""

from signalwatch.resolve.families import Fact, Families, Group
from signalwatch.resolve.families import load as load_families
from signalwatch.resolve.resolver import Resolver
from signalwatch.resolve.text import normalise

__all__ = ["Fact", "Families", "Group", "Resolver", "load_families", "normalise"]
