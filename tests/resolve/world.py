"""An invented account list in the shape of a real one, and a small families pack."""

from __future__ import annotations

from signalwatch.model import Account
from signalwatch.resolve import Families, Resolver, load_families

ACCOUNTS = (
    Account(account_id="novarix", name="Novarix", legal_name="Novarix Pharmaceuticals, Inc.", cik=9000001, ticker="NVRX",
            aliases=("NRX Labs",), country="US", kind="big_pharma", website_domain="novarix.example"),
    Account(account_id="tibexa", name="Tibexa", legal_name="Tibexa Therapeutics, Inc.", parent_account_id="novarix", country="US"),
    Account(account_id="lantern", name="Lantern", legal_name="Lantern Therapeutics, Inc.", ticker="LTRN", country="US"),
    Account(account_id="harbor-bio", name="Harbor Biosciences", legal_name="Harbor Biosciences, Inc.", ticker="HRBR", country="US"),
    Account(account_id="compass-rx", name="Compass Therapeutics", legal_name="Compass Therapeutics, Inc.", country="US"),
    Account(account_id="compass-dx", name="Compass Diagnostics", legal_name="Compass Diagnostics GmbH", country="DE"),
    Account(account_id="merkwald-us", name="Merkwald", legal_name="Merkwald & Co., Inc.", ticker="MKW", country="US", kind="big_pharma"),
    Account(account_id="merkwald-de", name="Merkwald KGaA", legal_name="Merkwald KGaA", country="DE", kind="big_pharma"),
    Account(account_id="qtc", name="QTC", legal_name="QTC Therapeutics, Inc.", ticker="QTCT", country="US"),
    Account(account_id="zbv", name="ZBV", legal_name="ZBV plc", ticker="ZBV", country="GB", kind="big_pharma"),
    Account(account_id="solvind", name="Solvind", legal_name="Solvind A/S", country="DK", aliases=("Solvind Pharma",)),
    Account(account_id="gruenwald", name="Grünwald", legal_name="Grünwald Arzneimittel GmbH", country="DE"),
    Account(account_id="orebell", name="Orebell", legal_name="ООО Орэбелл".replace("ООО Орэбелл", "Orebell LLC"), country="RU"),
    Account(account_id="kaltma", name="Kaltma", legal_name="PT Kaltma Farma Tbk", country="ID"),
    Account(account_id="meridox", name="Meridox Ostrava", legal_name="Meridox Ostrava s.r.o.", country="CZ"),
    Account(account_id="dr-vensky", name="Dr. Vensky's", legal_name="Dr. Vensky's Laboratories Limited", country="IN"),
    Account(account_id="pellux", name="Pellux", legal_name="Jiangsu Pellux Pharmaceutical Co., Ltd.", country="CN"),
    Account(account_id="veltacro", name="Veltacro", legal_name="Veltacro Clinical Research Ltd", country="GB", kind="cro_cdmo"),
    Account(account_id="disc", name="Disc", legal_name="Disc Medicine, Inc.", ticker="IRON", country="US"),
)  # fmt: skip

FAMILIES = """
- company: Novarix
  names: [Novarix Oncology, NVX]
  press: [Nova]
  tickers: ['SIX:NVX', OLDN]
  facts:
    - {name: Ardentis, kind: owned, since: 2019-04, source: 'purchase completed; company announcement, Apr 2019', cik: 9000077}
    - {name: Brellapharm, kind: renamed, since: 2011, source: 'change of name; SEC 8-K, 2011'}
    - {name: Tibexa Therapeutics, kind: owned, since: 2021-02, source: 'purchase completed; company announcement, Feb 2021'}
    - {name: Castellan Acquisition Corp., kind: shell, since: 2020-01, source: 'business combination; SEC 8-K, Jan 2020'}
    - {name: Dorvane, kind: split, since: 2015, with: [Solvind], source: 'divided; company announcements, 2015'}
- company: Ardentis
  facts:
    - {name: Fennora, kind: owned, since: 2014-09, source: 'purchase completed; company announcement, Sep 2014'}
- company: Outlandia Pharma
  names: [Outlandia]
  facts:
    - {name: Ezrabio, kind: owned, since: 2018, source: 'purchase completed; company announcement, 2018'}
- company: Merkwald & Co.
  shared: [Merkwald]
  press: [Merkwald]
  clues: [Truvexa, Rahwood]
- company: Merkwald KGaA
  names: [MKD Serano]
  shared: [Merkwald]
  clues: [Dormstadt, Serano]
"""


def families() -> Families:
    """The pack above, loaded."""
    return load_families(FAMILIES)


def resolver(*accounts: Account, with_families: bool = True) -> Resolver:
    """A resolver over the list above, or over the accounts given."""
    return Resolver(accounts or ACCOUNTS, families=families() if with_families else None)
