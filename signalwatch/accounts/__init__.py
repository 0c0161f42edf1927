"""The account list: CSV in and out, merging, and what the SEC's company data adds to it. No database here."""

from signalwatch.accounts.csvfile import COLUMNS, ImportResult, account_id_of, read_csv, write_csv
from signalwatch.accounts.enriching import EnrichResult, enrich, enrichment
from signalwatch.accounts.merging import AccountChange, MergePlan, merge
from signalwatch.accounts.targets import no_target

__all__ = [
    "COLUMNS",
    "AccountChange",
    "EnrichResult",
    "ImportResult",
    "MergePlan",
    "account_id_of",
    "enrich",
    "enrichment",
    "merge",
    "no_target",
    "read_csv",
    "write_csv",
]
