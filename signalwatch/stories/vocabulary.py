"""Words and patterns by which one happening is told from another: lists only."""

from __future__ import annotations

import re

WEAK = frozenset(
    """
    ab ag and asa bio biologics biopharma biopharmaceuticals bioscience biosciences biotech biotechnologies
    biotechnology biotherapeutics bv co company corp corporation devices diagnostics genetics genomics global
    gmbh group health healthcare holding holdings immunotherapeutics inc incorporated international kk
    laboratories laboratory labs life limited llc ltd medical medicine medicines medtech nv of oncology oy
    pharma pharmaceutical pharmaceuticals plc sa sciences se spa srl systems technologies technology the
    therapeutics us usa vaccines
    """.split()
)
STOP = frozenset(
    """
    a after agreement an and announce announced announces approval approved are as at based be billion
    biopharmaceutical biotech by clinical collaboration common companies company data deal drug elsewhere
    exclusive fda first focused for from globe had has have in inc into is it its leading license medicine
    medicines million more nasdaq new news newswire not of offering on or over patients pharma phase plus
    positive press pricing public release results s said says stage stat stock study than that the their
    therapies therapy this to today treat treatment trial u up us was which will with
    """.split()
)
NOT_PRODUCTS = frozenset(
    """
    announce announces barda basel beijing boston breaking business california cambridge canada carolina cber
    cdc cder china chmp copenhagen covid denmark diego dublin durham ema exclusive fda france francisco geneva
    germany globe ireland israel item items japan jersey london maine massachusetts mhra montreal montréal
    munich nasdaq nct newswire nih nmpa nyse paris phase plus pmda press release seoul shanghai stat study
    sweden tokyo toronto trial update updated vancouver vienna wire york zurich
    degrader degraders mrna protac protacs radioligand rnai sirna
    """.split()
)
STEM_STOP = frozenset(
    """
    absent accel alfa assent beta important intercept peptide nucleotide oligonucleotide cancel essen excel gel
    gene level model novavax novel patient present recent stat status travel
    """.split()
)
COMPASS = frozenset(
    """
    city county east eastern new north northern republic south southern state united west western
    """.split()
)
BUILDINGS = frozenset(
    """
    access additional building campus center centre expansion facility facilities factory global headquarters hub laboratory
    laboratories manufacturing office open park plant production research second site suite technology
    """.split()
)
"""What is built rather than where: no places."""
TICKER = re.compile(
    r"\(?\b(?:NASDAQ|NYSE(?: American| Arca| MKT)?|OTCQ[BX]|OTC|AMEX|TSXV?|LSE|AIM|SIX|EURONEXT|ASX|HKEX|XETRA|ETR)"
    r"[A-Za-z /]{0,20}"
    r":\s*([A-Z]{1,5})\b",
    re.IGNORECASE,
)
CODE = re.compile(r"\b([A-Z][A-Za-z]{0,9}[- ]?\d{2,6}[A-Za-z]{0,3}|[A-Z]{1,6}\d{1,5}[A-Z]{0,2}|[A-Z]{2,4}-\d[A-Z]?)\b")
MARKED = re.compile(r"\b([A-Za-z][A-Za-z0-9-]{2,30})\s?[®™]")
BRAND = re.compile(r"\b([A-Z][a-z]{4,20}) \([a-z][^)]{5,80}\)")
BRACKETED = re.compile(r"\(([a-z][a-z-]{5,30})(?:-[a-z]{4})?(?:[ )])")
CAPS = re.compile(r"\b([A-Z][A-Z-]{4,20})\b")
STEM = re.compile(
    r"\b([a-z]{2,16}(?:mab|nib|tinib|ciclib|parib|rafenib|tide|glutide|gliptin|gliflozin|vir|ciran|siran|rsen|cel|gene|"
    r"vec|vax|stat|degib|zumab|(?:er|ta|ci)cept|kinra|bart|metinib|lisib|tadine|setron|oxacin|mycin|cillin|azole|prazole|sartan|"
    r"olol|pril|statin|afil|xaban|gatran|fusp|alfa|beta|toclax|dopa|lukast|pitant|netant|gepant|orexant|pride|caine|platin|"
    r"rubicin|taxel|[al]bine|relix|relin|parin|terol|sone|olone|fenac|coxib|bactam|penem|floxacin|cycline|zolid|fungin|"
    r"phrine|[fd]rine|nidine|dipine|fibrate|grel|profen|oxetine|triptan|zepam|zolam|thiazide|mustine|trexate|poetin|grastim|"
    r"leukin|plase|rsiran|imod|tecan|trectinib|lutamide|sertib|clax|domide|vaptan|glinide|glitazone|parvovec|tegravir))"
    r"(?:-[a-z]{4})?\b"
)
CODE_STOP = re.compile(
    r"^(?:COVID|FDA|Item|Phase|Q[1-4]|FY|H[12]|CD|IL|PD|HER|GLP|CAR|Type|Part|Day|Week|Series"
    r"|Class|Rule|Form|No|US|EU|BTK|TNF|mRNA|A1C|HIV|Top|Year"
    r"|SCHEDULE|January|February|March|April|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug"
    r"|Sep|Sept|Oct|Nov|Dec|Nasdaq|CEO|K|ASH|ASCO|ESMO|EHA|AAN|ADA|AACR|ACR"
    r"|Tier|Grade|Stage|Section|Chapter|Title|Article|S|F|N|NT|SC|BA|XBB|KP|JN|COV)[- ]?\d"
    r"|^(?:LAG|CTLA|TIM|FGFR|PDE|CDK|JAK|TYK|SGLT|NLRP|PCSK|TLR|CCR|BCL|SARS|DLL|APOL|CYP|DPP|PAR|MMP|NTRK|HSV|HPV)-\d[A-Z]?$"
    r"|^(?:ESR|BRCA|IDH|NPM|ROS|DPP|SOD|LRRK|GBA|SCN|KCNQ|SMN|RPE)\d{1,2}[A-Z]?$",
    re.IGNORECASE,
)
ROLE = (
    ("ceo", r"\bceo\b|chief executive|geschäftsführer|vorstandschef"), ("cfo", r"\bcfo\b|chief financial"),
    ("cmo", r"\bcmo\b|chief medical"), ("coo", r"\bcoo\b|chief operating"), ("cso", r"\bcso\b|chief scientific"),
    ("cbo", r"\bcbo\b|chief business"), ("cco", r"\bcco\b|chief commercial"), ("cto", r"\bcto\b|chief techn"),
    ("founder", r"founder|gründer"), ("president", r"\bpresident\b(?! and)"), ("chair", r"\bchair"),
    ("board", r"\bboard\b|\bdirector\b"),
    ("general counsel", r"general counsel|chief legal"), ("rd", r"r&d|research and development|head of research"),
)  # fmt: skip
ROLES = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in ROLE)
AGENCIES = {
    "fda": "fda", "food and drug administration": "fda", "therapeutic goods administration": "tga",
    "center for drug evaluation": "nmpa", "national medical products administration": "nmpa",
    "cber": "fda", "cder": "fda", "us food and drug administration": "fda", "ema": "eu",
    "ec": "eu", "chmp": "eu",
    "european commission": "eu", "european medicines agency": "eu", "mhra": "mhra", "nmpa": "nmpa", "cde": "nmpa",
    "pmda": "japan", "mhlw": "japan", "health canada": "canada", "tga": "tga", "anvisa": "anvisa", "swissmedic": "swissmedic",
}  # fmt: skip
INSTRUMENTS = (
    ("atm", r"at[- ]the[- ]market (?:offering|facility|program|equity|sales|agreement)|\batm\b"
     r"|sales agreement|from time to time"),
    ("debt", r"\bloan|credit facility|debt financing|venture debt|royalty financing|note purchase|convertible (?:senior )?notes"
     r"|\bconverts (?:to|due)\b|\b(?:its|the|new) converts\b"),
    ("pipe", r"private placement|\bpipe\b"), ("direct", r"registered direct"), ("warrant", r"warrant (?:inducement|exercise)"),
    ("rights", r"rights (?:issue|offering)"),
)  # fmt: skip
INSTRUMENT = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in INSTRUMENTS)
TRANCHE = re.compile(
    r"\b(?:second|third|final|additional|subsequent|follow-on) (?:closing|tranche|close)\b|\bextension\b|\btranche\b",
    re.IGNORECASE,
)
AGAIN = re.compile(
    r"\b(?:second|third|another|again|resubmi\w+|re-?submitted|separate from|additional|further|new round|latest)\b",
    re.IGNORECASE,
)
PARTNERS = frozenset(
    """
    pembrolizumab keytruda nivolumab opdivo ipilimumab yervoy atezolizumab tecentriq durvalumab imfinzi
    bevacizumab avastin trastuzumab herceptin rituximab rituxan cetuximab erbitux carboplatin cisplatin
    oxaliplatin paclitaxel nabpaclitaxel docetaxel pemetrexed gemcitabine etoposide fluorouracil capecitabine
    leucovorin irinotecan folfox folfiri folfirinox doxorubicin cyclophosphamide fludarabine bendamustine
    vincristine cytarabine melphalan busulfan dexamethasone prednisone methylprednisolone methotrexate
    azacitidine decitabine venetoclax lenalidomide bortezomib daratumumab carfilzomib pomalidomide metformin
    insulin semaglutide osimertinib enzalutamide abiraterone fulvestrant letrozole toripalimab sintilimab
    tislelizumab camrelizumab penpulimab tacrolimus placebo
    """.split()
)
"""Medicines that many sponsors combine theirs with; as the only name they are still an asset."""

STUDY = re.compile(
    r"\b([A-Z][A-Z0-9]{3,}(?:-[A-Z0-9]+)*)(?= (?:(?:Phase|phase|Pivotal|pivotal) (?:\S+ )?)?(?:[Tt]rial|[Ss]tudy|[Pp]art)\b)"
    r"|(?<=[Tt]rial )([A-Z][A-Z0-9]{3,}(?:-[A-Z0-9]+)*)\b|(?<=[Ss]tudy )([A-Z][A-Z0-9]{3,}(?:-[A-Z0-9]+)*)\b"
    r"|\(([A-Z][A-Z0-9]{4,}(?:-[A-Z0-9]+)*)(?: [^()]{1,12})?\)|\bin ([A-Z][A-Z0-9]{4,}(?:-[A-Z0-9]+)*)$"
)
"""The name of a study as titles write it: SUMMIT trial, (SUMMIT), dosed in SUMMIT."""
NO_STUDY = frozenset(
    """
    active clinical completed enrolling first nasdaq nyse part phase pivotal recruiting registry study suspended terminated
    trial withdrawn update
    """.split()
)
TWO_WORDS = re.compile(r"\b([a-z]{5,}(?:gene|mab|tug|mig|bart|cept)) ([a-z]{5,})\b")
"""Names of two words: gene and cell therapies, conjugates."""
CONGRESS = re.compile(
    r"\b(ASCO|ASH|ESMO|EHA|AACR|SABCS|ASN|AHA|ACC|ESC|ADA|EASD|AASLD|EASL|DDW|UEG|ECCO|ACG|AAN|CTAD|AAIC|ECTRIMS|ACTRIMS|AES|EAN"
    r"|AAD|EADV|ACR|EULAR|ATS|ERS|CHEST|IDWeek|CROI|ECCMID|ESCMID|AAO|ARVO|ASRS|EURETINA|ENDO|ObesityWeek|ASGCT|ESGCT|WCLC|SGO"
    r"|AUA|EAU|ASTRO|SITC|ISTH|WMS|MDA|SNO|ACAAI|AAAAI|TCT|HRS)\b(?! Therapeutics| Bio)"
)
PERIODIC = re.compile(
    r"\b(?:(?:first|second|third|fourth|full)[- ](?:quarter|half|year)|quarterly|half[- ]year|interim|fiscal|annual|year[- ]end"
    r"|Q[1-4])\b.{0,40}\b(?:results|report|update|highlights)\b|\b(?:business|corporate|pipeline) (?:update|highlights)\b"
    r"|\bmonth(?:ly)? in review\b|\brecap\b|\blook(?:ing)? back\b",
    re.IGNORECASE,
)
"""A release that looks back on a period and tells again what was told."""
NOTICE_WORDS = frozenset(
    """
    accepts accepted administration adults agency approval approvals approve approved approves authority authorisation
    authorised authorization authorized authorizes breakthrough children clearance cleared clears commission complete
    designation disease disorder european expanded federal federation fast-track general generic grants granted injection
    issues january february march april august september october november december letter market marketing medicines
    monthly notice novel opinion orphan patients pediatric positive prescription previously product products recommends
    rejection rejects response severe solution submission syndrome tablet tablets capsules therapies treating treatment
    withdrawal withdrawn withdraws extension indication
    treatments update updates cancer tumors chronic advanced metastatic relapsed refractory infection infections
    ophthalmic topical intravenous subcutaneous people companies company
    """.split()
)
"""Words of agencies' notices that say nothing about which product is meant."""
PAYER_WORDS = frozenset(
    """
    agency and authority award award-winning bundesregierung bureau care centers centre center commission council defence
    defense department development disease diseases district for foundation fund funding gouvernement government health
    human innovation institute institutes ministry national of office program programme public regierung research science
    sciences services society state states the und union united works world
    """.split()
)
COUNTRY = (
    ("us", r"\bu\.?s\.?a?\b|united states|\bamerican?\b|\bbarda\b|\bhhs\b|\bnih\b|\bdod\b|\basp?r\b|\bdarpa\b|\bdtra\b|\bniaid\b"
     r"|\bcdc\b|\bpentagon\b|vereinigten? staaten|etats[- ]unis|\barmy\b|\bnci\b|project nextgen|operation warp speed"
     r"|defense health|\bdha\b|veterans affairs"),
    ("uk", r"\bu\.?k\.?\b|united kingdom|\bbritish\b|\bbritain\b|\bukhsa\b|\bnhs\b|grossbritannien"),
    ("eu", r"\be\.?u\.?\b|european (?:commission|union)|\bhera\b|eu-kommission"),
    ("canada", r"canad"), ("japan", r"\bjapan"), ("germany", r"german|deutsch|\bbund\b"),
    ("france", r"\bfrench\b|france|francais"),
    ("australia", r"australia"), ("israel", r"israel"), ("brazil", r"brazil|brasil"), ("china", r"\bchin(?:a|ese)\b"),
    ("india", r"\bindian?\b"), ("korea", r"\bkorea"), ("switzerland", r"swiss|switzerland|schweiz"), ("italy", r"ital(?:y|ian)"),
    ("spain", r"spain|spanish"), ("netherlands", r"dutch|netherlands"), ("sweden", r"swed(?:en|ish)"),
    ("denmark", r"danish|denmark"),
    ("unicef", r"\bunicef\b"), ("cepi", r"\bcepi\b|coalition for epidemic"), ("gavi", r"\bgavi\b"), ("paho", r"\bpaho\b"),
    ("who", r"world health organi[sz]ation"),
)  # fmt: skip
COUNTRIES = tuple((name, re.compile(pattern)) for name, pattern in COUNTRY)
"""Whose money a contract is: a government by any of its names and agencies, or one of the large common buyers."""

CALLED = re.compile(
    r"(?:\b(?:for|of|[Aa]pproves|[Cc]lears|[Rr]ejects|[Ll]aunches|[Aa]uthori[sz]es|[Ii]ntroduces|[Dd]osed [Ww]ith)|'s|’s|s'|s’) "
    r"([A-Z][A-Za-z]{5,20})\b(?! (?:Therapeutics|Pharma|Bio|Inc|Disease|Syndrome|Cancer|Disorder|Street))"
)
"""Where titles put the name of a product. Brands look like any other word; a few words are known to be none."""
NOT_CALLED = frozenset(
    """
    accelerated active acute adolescents adult advanced allergic antibody application approval autoimmune bladder breast
    bristol business cancer candidate cardiac cell chronic clinical combination common complete congress continued
    cutaneous designation detection development diabetic diagnosis disease diseases disorder drug eczema efficacy
    emergency european evaluation executive expansion expanded females generic genetic heart hemophilia hereditary
    injection inhibitor initial intravenous investigational kidney launch leading liver lymphoma males management
    manufacturing maintenance metastatic migraine moderate molecule monotherapy multiple muscular neonatal nervous
    neovascular nonsmall novel obesity ophthalmic option orphan ovarian pancreatic part partial patient patients pediatric
    people persistent phase pivotal population positive potential prevention previously primary priority program
    progressive prostate pulmonary rapid recurrent reduction refractory registration relapsed renal review rolling seasonal
    second severe single sleep solid solution submission subjects syndrome systemic tablet tablets targeted third treating
    treatment treatment-resistant trial trials type uncontrolled united unresectable untreated vaccine vaccines venous
    women world young
    """.split()
)
