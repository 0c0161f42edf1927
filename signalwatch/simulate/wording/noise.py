"""What most documents are: nothing that happened. Categories follow the reasons a reader would give for ignoring them."""

from __future__ import annotations

from typing import NamedTuple


class NoiseKind(NamedTuple):
    """One kind of noise: share of all feed noise, outlets that carry it, titles, leads; ``about`` says who it names."""

    weight: float
    outlets: tuple[str, ...]  # wire | trade | agency | company
    about: str  # company | public | private | vendor | outsider | nobody
    titles: tuple[str, ...]
    leads: tuple[str, ...]


NOISE: dict[str, NoiseKind] = {
    "conference": NoiseKind(
        10, ("wire", "company"), "company",
        (
            "{co} to Present at {congress}",
            "{co} to Participate in Fireside Chat at {congress}",
            "{co} to Host Webcast to Discuss {quarter} Results on {month} {dom}",
            "{co} Announces Upcoming Poster Presentations on {asset} at {congress}",
            "{co} Management to Attend {congress}",
            "{co} Schedules Conference Call for {quarter} Financial Results",
        ),
        (
            "{legal}{tick} today announced that management will participate in {congress}. A live webcast will be available on the investor page.",
            "{legal}{tick}, {about}, will present at {congress} on {month} {dom}.",
        ),
    ),
    "earnings": NoiseKind(
        9, ("wire", "company"), "public",
        (
            "{co} Reports {quarter} Financial Results and Provides Business Update",
            "{co} Announces {quarter} Financial Results and Recent Highlights",
            "{co} Provides Corporate Update and Reports {quarter} Results",
            "{co} Reports {quarter} Results",
            "{co} Announces {quarter} Financial Results",
        ),
        (
            "{legal}{tick} today reported financial results for the {quarter_l}. Recent highlights: received {desig} designation for {asset} last spring; "
            "dosed the first patient in a {phase} trial in January; cash of {amt} as of quarter end.",
            "{legal}{tick} reported a net loss of {amt} for the {quarter_l}. The company expects its cash to fund operations into 2028.",
            "{legal}{tick}, {about}, today announced results for the {quarter_l}. In the previous quarter the company raised {amt} in a financing.",
        ),
    ),
    "law_firm": NoiseKind(
        9, ("wire",), "public",
        (
            "SHAREHOLDER ALERT: {law} Investigates {co} on Behalf of Investors",
            "{law} Reminds {co} Investors of Class Action Deadline",
            "{TICKER} INVESTOR NOTICE: {law} Announces Securities Lawsuit Against {co}",
            "INVESTOR ALERT: {law} Is Investigating the Sale of {co} to Ensure Shareholders Get a Fair Price",
            "Lost Money on {co}? Contact {law} Before {month} {dom}",
        ),
        (
            "{law} announces that it is investigating potential claims on behalf of purchasers of {legal} securities after the company disclosed a clinical hold.",
            "{law} is investigating whether the board of {legal} breached its duties in connection with the proposed merger.",
        ),
    ),
    "market_report": NoiseKind(
        8, ("wire",), "outsider",
        (
            "{Ind} Market to Reach USD {bn} Billion by 2033, Growing at a CAGR of {pct}%",
            "Global {mods_cap} Market Size Worth ${bn} Billion by 2032",
            "{Ind} Drugs Market Report 2026: Key Players Include {co} and Others",
            "{mods_cap} Contract Manufacturing Market Forecast to 2035",
            "Clinical Trials Outsourcing Industry Analysis: {pct}% CAGR Expected",
        ),
        (
            "The {ind} market is expected to reach USD {bn} billion by 2033. Key companies profiled include {co}, which recently launched a phase 3 trial.",
            "A new research report covers drivers, restraints and opportunities in {mods} development.",
        ),
    ),
    "plan": NoiseKind(
        4, ("wire", "company"), "company",
        (
            "{co} Plans to Submit IND for {asset} Next Year",
            "{co} Outlines {year} Milestones and Expected Catalysts",
            "{co} on Track to Report {phase} Data in Second Half",
            "{co} Expects to File {app} for {asset} in Coming Quarters",
            "{co} Intends to Initiate {phase} Study of {asset}",
            "{co} Announces Alignment With FDA on Design of Planned {phase} Trial",
        ),
        (
            "{legal}{tick} today outlined its goals for the year, including the expected start of a {phase} trial in {ind} and potential partnerships.",
            "{legal}{tick} said it plans to begin a {phl} trial of {asset} once financing is in place.",
        ),
    ),
    "plan_press": NoiseKind(
        3, ("trade",), "private",
        (
            "{short} aims to start {phl} trial in {ind} by year-end",
            "{short} eyes [an IPO|a partner for {asset}|a move into {area}]",
            "{short} could go public next year, CEO says",
            "{short} wants to take {asset} into {phl}",
            "{short} weighs a second site in {place}",
            "{short} hopes for {ind} approval in {year}",
        ),
        (
            "{co} said it plans to begin a {phl} trial of {asset} once financing is in place.",
            "In an interview, the head of {co} spoke about what might come next.",
        ),
    ),
    "rumour": NoiseKind(
        4, ("trade",), "company",
        (
            "{short} said to be in talks with {other} over takeover",
            "Takeover chatter swirls around {short}",
            "{other} may be circling {short}, report says",
            "Is {short} the next buyout target?",
            "{short} reportedly exploring a sale",
            "Sources: {short} could raise as much as {amts}",
        ),
        (
            "People familiar with the matter say {other} has held early talks about buying {co}. Neither company would comment.",
            "Shares of {co} rose on unconfirmed reports of takeover interest.",
        ),
    ),
    "retrospective": NoiseKind(
        4, ("trade",), "company",
        (
            "How {short} went from garage lab to the clinic",
            "Five years on: what {short}'s {amts} round bought",
            "Interview: {person} of {short} on building a {mods} company",
            "A look back at the year's biggest {area} deals",
            "Inside {short}: lessons from a failed trial",
            "{short} at 10: the long road to {asset}",
        ),
        (
            "{co}, which raised {amts} back in 2021 and won orphan drug designation a year later, talks about the lessons learned.",
            "We sat down with {person}, who joined {co} in 2019, to discuss {mods} science.",
        ),
    ),
    "opinion": NoiseKind(
        7, ("trade",), "nobody",
        (
            "Opinion: {mods_cap} drugs need a new regulatory path",
            "What the {area} field gets wrong about biomarkers",
            "Why payers are wary of {mods} prices",
            "The hidden cost of decentralised trials",
            "Five questions for the new head of the agency's drug center",
            "{area_cap} trials still fail to enrol diverse patients",
        ),
        (
            "Too few trials reflect the patients they are meant to serve, argues a group of researchers.",
            "As budgets tighten, sponsors are rethinking how they design {area} trials.",
        ),
    ),
    "policy": NoiseKind(
        6, ("trade", "agency"), "nobody",
        (
            "FDA Issues Draft Guidance on {mods_cap} Development",
            "FDA Warns Consumers About Unapproved {area_cap} Products",
            "Agency proposes new rules for laboratory-developed tests",
            "FDA Takes Action Against Unlawful Online Sellers",
            "Lawmakers press drugmakers on prices",
            "FDA Advances Rare Disease Drug Development With New Program",
        ),
        (
            "The U.S. Food and Drug Administration today issued draft guidance for industry on the development of {mods} products.",
            "The proposal would change how tests are overseen from next year.",
        ),
    ),
    "award": NoiseKind(
        4, ("wire",), "company",
        (
            "{co} Named One of the Best Places to Work in {city}",
            "{co} Receives Innovation Award at {congress}",
            "{co} CEO {person} Honored by Industry Group",
            "{co} Recognized on Fast 50 List of Growing Companies",
        ),
        ("{legal}{tick} today announced that it was recognized for its workplace culture.",),
    ),
    "inducement": NoiseKind(
        5, ("wire",), "public",
        (
            "{co} Reports Inducement Grants Under Nasdaq Listing Rule 5635(c)(4)",
            "{co} Announces Inducement Grant to New Employees",
            "{co} Grants Equity Awards to New Hires",
            "{co} Announces Equity Inducement Awards",
        ),
        ("{legal}{tick} today announced that it granted stock options to {count} newly hired employees as an inducement material to employment.",),
    ),
    "listing_notice": NoiseKind(
        2, ("wire",), "public",
        (
            "{co} Receives Nasdaq Notice Regarding Minimum Bid Price Requirement",
            "{co} Regains Compliance With Nasdaq Minimum Bid Price Rule",
            "{co} to Ring Opening Bell",
            "{co} Added to Small-Cap Index",
        ),
        ("{legal}{tick} today announced that it received a notice from Nasdaq. The notice has no immediate effect on the listing.",),
    ),
    "analyst": NoiseKind(
        4, ("trade",), "public",
        (
            "Analysts stay bullish on {short} ahead of {phl} data",
            "{bank} starts {short} at buy",
            "Why {short} shares are moving today",
            "{short} price target raised at {bank}",
        ),
        ("{bank} expects {co} to do well if {asset} succeeds.", "Shares of {co} were up in early trading without an obvious reason."),
    ),
    "science": NoiseKind(
        8, ("trade", "wire"), "nobody",
        (
            "Mouse study points to new {targetname} inhibitors",
            "Researchers at {university} map {ind} at single-cell resolution",
            "New imaging method reveals how {ind} spreads",
            "Preclinical Data on {targetname} Published in Journal",
            "{university} Team Finds Gene Linked to {Ind}",
        ),
        (
            "In mice, blocking {targetname} slowed the disease, a team at {university} reports.",
            "The work, done in cell lines, suggests a new way to attack {ind}.",
        ),
    ),
    "enrolment": NoiseKind(
        3, ("wire",), "company",
        (
            "{co} Completes Enrollment in {phase} {acronym} Trial of {asset}",
            "{co} Announces Full Enrollment of {phase} Study",
            "{co} Reaches 50% Enrollment in {acronym} Trial",
            "Last Patient Enrolled in {co}'s {phase} Study of {asset}",
        ),
        ("{legal}{tick} today announced that enrollment has been completed in its {phase} {acronym} trial. Data are expected next year.",),
    ),
    "out_of_scope": NoiseKind(
        13, ("wire",), "outsider",
        (
            "{outsider} Announces {amt} Share Repurchase Program",
            "{outsider} Appoints New Chief Financial Officer",
            "{outsider} Acquires Regional Competitor for {amt}",
            "{outsider} Raises {amt} in Series C Round",
            "{outsider} to Open Distribution Center in {place}",
            "{outsider} Declares Quarterly Dividend",
            "{outsider} and {outsider2} Announce Strategic Partnership",
            "{outsider} Announces Layoffs Affecting {count} Employees",
        ),
        (
            "{outsider} today announced that its board has approved a plan that it expects to create value for shareholders.",
            "{outsider}, a leader in its industry, today announced the transaction.",
        ),
    ),
    "vc_fund": NoiseKind(
        3, ("wire", "trade"), "nobody",
        (
            "{lead} Closes {amt} Fund to Back Life Science Startups",
            "{lead} raises {amts} for fourth fund",
            "{lead} hires new venture partner",
            "{lead} Announces First Close of {amt} Healthcare Fund",
        ),
        ("{lead} has closed a new fund of {amts} to invest in early-stage companies.",),
    ),
    "marketing": NoiseKind(
        5, ("wire", "trade"), "vendor",
        (
            "White Paper: {count} Ways to Speed Up {area_cap} Trials",
            "{co} Publishes Case Study on Assay Transfer",
            "Webinar: scaling up {mods} manufacturing with {co}",
            "{co} Exhibits at {congress}, Booth {count}",
            "{co} Launches Patient Awareness Campaign",
        ),
        ("Register now for a webinar hosted by {co} on best practices in {mods} development.",),
    ),
    "academic": NoiseKind(
        3, ("wire", "trade"), "nobody",
        (
            "{university} Receives {amt} Gift for New Cancer Wing",
            "{university} doses first patient in investigator-led {ind} trial",
            "{university} Names New Dean",
            "{university} Opens Research Center for {Ind}",
        ),
        ("{university} today announced the news at a ceremony attended by faculty and donors.",),
    ),
    "charity": NoiseKind(
        2, ("wire",), "company",
        (
            "{co} Foundation Donates {amts} to Patient Groups",
            "{co} Sponsors Annual Walk for {Ind}",
            "{short} University Hospital Opens New Wing",
            "{short} Capital Partners Closes Real Estate Fund",
        ),
        ("The donation will support families affected by {ind}.",),
    ),
    "milestone": NoiseKind(
        2, ("wire",), "company",
        (
            "{co} Earns {amt} Milestone Payment Under Existing Collaboration With {other}",
            "{co} Announces Issuance of U.S. Patent Covering {asset}",
            "{co} Announces Publication on {asset} in Peer-Reviewed Journal",
            "{co} Forms Scientific Advisory Board",
        ),
        ("{legal}{tick} today announced that it has reached a further step in its programs, as expected.",),
    ),
    "roundup": NoiseKind(
        4, ("trade",), "company",
        (
            "The morning brief: drug prices, a new guideline, and the week ahead",
            "Weekly recap: what we are reading",
            "{weekday} briefing: agency shake-up and more",
            "Podcast: the state of {area} research",
        ),
        (
            "Plus: a chat with {person} of {co}, and our pick of the week's reading.",
            "In today's newsletter we look at policy, prices and people.",
        ),
    ),
}  # fmt: skip

LAW_FIRMS: tuple[str, ...] = (
    "Tolliver and Grange LLP",
    "Marsh Pemberton LLP",
    "The Aldine Law Firm",
    "Crowe Hathersage LLP",
)
