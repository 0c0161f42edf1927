"""Headlines and fields where a name stands and somebody else, or more than the name, is meant."""

import pytest

from signalwatch.model import Account
from signalwatch.resolve import Resolver, load_families

PACK = """
- company: Bolvane
  names: [Bolvane Scientific]
  facts:
    - { name: Bolvane Rapid Diagnostics, kind: division, since: 2017, source: web site 2017 }
    - { name: Ostrel Systems, kind: owned, since: 2010, source: announcement 2010 }
    - { name: Ostrava Imaging, kind: owned, since: 2011, source: announcement 2011 }
    - { name: Tirvex, kind: owned, since: 2012, source: announcement 2012 }
    - { name: Clinical Research Management, kind: owned, since: 2013, source: announcement 2013 }
    - { name: Globe Med Technologies, kind: owned, since: 2014, source: announcement 2014 }
- company: Pennant Pioneering
  press: [Pennant]
"""


def resolver() -> Resolver:
    def account(account_id: str, name: str, legal: str = "", **more: object) -> Account:
        return Account(account_id=account_id, name=name, legal_name=legal, **more)  # type: ignore[arg-type]

    return Resolver(
        [
            account("bolvane", "Bolvane", "Bolvane Inc.", kind="big_pharma", country="US"),
            account("plumed", "PluMed", "PluMed Group, Inc.", parent_account_id="bolvane", country="US"),
            account("edwards", "Edwards", "Edwards Lifesciences Corp.", kind="big_pharma", country="US"),
            account("pennant", "Pennant Pioneering", "Pennant Pioneering, Inc.", country="US"),
            account("leads", "Leads Biolabs", "Leads Biolabs Co., Ltd.", country="CN"),
            account("harvard", "Harvard Bioscience", "Harvard Bioscience Inc.", ticker="HBIO", country="US"),
            account("dorwoong", "Dorwoong", "Dorwoong Pharmaceutical Co., Ltd.", country="KR"),
            account("zerelles", "Zerelles", "Zerelles Therapeutics, Inc.", country="US"),
            account("gore", "Gorestad", "W. L. Gorestad & Associates, Inc.", country="US"),
            account("diyao", "Xandiyao", "Xandiyao Pharmaceutical Group Co., Ltd.", country="CN"),
            account("pulmo", "Lung Therapeutics", "Lung Therapeutics, Inc.", country="US"),
        ],
        families=load_families(PACK),
    )


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("Power Maker Appoints Simon Edwards as Chief Financial Officer", []),
        ("GBI names Dr. Jane Edwards to its board", []),
        ("Edwards names Jane Roe as chief financial officer", ["edwards"]),
        ("Edwards Appoints Former Pfizer Executive as Chief Medical Officer", ["edwards"]),
        ("FDA-Issued CRL for New Cancer Drug Leads to Bullish Views", []),
        ("Harvard-linked biotech raises $40M for gene therapy", []),
        ("Genomic Medicine Company Raises $40M for Cancer Drug", []),
        ("Pennant inks cancer drug deal with a wealth fund", ["pennant"]),
        ("A Pennant of hope for cancer patients", []),
        ("Lung Therapeutics Inc., of Austin, said it was awarded a grant by the NIH", ["pulmo"]),
        ("Bolvane Will Help Make Zerelles Vaccine in U.S.", ["bolvane", "zerelles"]),
    ],
)
def test_headlines(headline: str, expected: list[str]) -> None:
    assert [mention.account_id for mention in resolver().find(headline)] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Bolvane PluMed, Inc.", "plumed"),
        ("Bolvane Rapid Diagnostics Jena GmbH", "bolvane"),
        ("Bolvane Scientific Xorax Biomarkers France", "bolvane"),
        ("Bolvane Nederland B.V. acting through Bolvane CTO organization", "bolvane"),
        ("W.L.Gorestad & Associates", "gore"),
        ("W.L. Gorestad & Associates, Inc.", "gore"),
        ("Chendu Xandiyao Pharmaceutical Group Co., Ltd.", "diyao"),
        ("Chengdu Xandiyao Pharmaceutical Group Co., Ltd.", "diyao"),
        ("Therapeutics Zerelles, Inc.", "zerelles"),
        ("Dorwoong Bio Inc.", ""),
        ("Dorwoong Pharma", "dorwoong"),
        ("Zerelles Group Co., Ltd.", ""),
        ("Clinical Research Management Group Inc", ""),
        ("GlobeMed Technologies Co.", ""),
    ],
)
def test_names(name: str, expected: str) -> None:
    assert resolver().resolve_name(name).account_id == expected
