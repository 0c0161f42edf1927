"""Words of headlines: what companies do, what stands before and after them, and what the industry talks about."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Verbs (and "to") that follow a company in a headline. Forms that are as often nouns after an adjective are left out.
VERBS: frozenset[str] = _set(
    """
    accelerates accepts acquired acquires adds admits advances agrees aims airs allies announced announces
    appeals appointed appoints are asks attracts awarded axes backs bags banks beats begins bets bids blames
    bolsters boosts borrows bounces bows brings budgets builds buyout buys calls cans caps ceases celebrates
    challenges changes chases claims clears climbs clinches closed closes collects combines commits completed
    completes confirms considers continues could courts crashes craters cut cuts debuts declares defends delays
    delists delivers denies details develops dips discloses discontinues ditches divests doses doubles drops
    drug drugs earns elects eliminates emerges ends enlists enrolls enters exits expands expects explores eyes
    faces fails falls fights files finalizes finds fires flags flunks forecasts forges forms gains gears gets
    gives goes grabs grants grows halts has hauls heads hires hits holds hopes hypes inches initiates inks
    introduces invests is issues jettisons joins jumps keeps kicks lags lands launched launches lays leads leans
    leaps licenses lifts links looks loses lowers makes matches may merges misses moves must nabs names nears
    nets notches obtains offers offloads opens ousts outlicenses outlines overhauls partners passes pauses pays
    pens picks pivots plans plots plunges pockets pops positions postpones posts pounces predicts prepares preps
    presents priced prices promises promotes proposes provides publishes pulls pumps pursues pushes puts quits
    racks raised raises rallies ramps reaches readies reaps rebounds rebrands received receives reclaims
    recruits reduces refocuses rejects rejoins releases reloads removes reorganizes reported reports restarts
    restructures resubmits results resumes retreats returns revamps reveals reworks rises rockets rolls runs
    said says scales scoops scores scraps seals secures seeks sees sells sends sets settles shakes shares shed
    sheds shelves shifts shows shrinks shuffles shuts shutters sidesteps signed signs sinks skyrockets slashes
    slides slips slumps snags snaps soars spends spins splits spurs stakes starts steps stock stocks stops
    strikes stumbles submits submitted sues suffers surges suspends swaps swings takes tanks taps targets teams
    terminates tests thins ties to tops touts trades trims triples trips tumbles turns unfurls unloads unveils
    updates upgrades uses wants warns was weighs welcomes will wins withdraws won would wraps
    """
)
# Words that follow a name and show it to be a company's.
ROLES: frozenset[str] = _set(
    """
    alum alums board ceo cfo chair chairman chairperson chairwoman chief cmo cofounder coo cso cto employees
    exec execs executive executives founded founder founders investors president r&d randd researchers scientist
    scientists shareholders shares spokesman spokesperson spokeswoman staff stock vet veteran
    """
)
# Words before a company: buying, joining, coming from.
BEFORE: frozenset[str] = _set(
    """
    absorb absorbs acquire acquired acquires acquiring against alongside at back backs biotech bought buy buying
    buys by company ditches drugmaker dumps ex firm for former from funds in into invests join joined joins
    leaves left license licensed licenses maker names over partner partners pharma picks purchase purchases
    rival rivals sells snap snaps sold spinoff spinout startup subsidiary sue sues swallows takeover tap taps to
    unit up versus via vs with
    """
)
# Of these, the ones that mean buying or joining forces even where every word has a capital.
DEALS: frozenset[str] = _set(
    """
    absorbs acquire acquired acquires acquiring buy buying buys drugmaker maker startup sue sues swallows
    takeover versus vs
    """
)
JOINED: frozenset[str] = _set(
    """
    and anti backed based born branded bred co controlled developed ex former founded funded led licensed linked
    made non owned partnered post pre pro shareholder sponsored supported
    """
)
DETERMINERS: frozenset[str] = _set(
    """
    a an another any between during each every first her his its less more most my new next no of old on our
    second some that the their these third this those toward towards under what which whose your
    """
)
# The industry and its business: their presence makes it likely that a capitalised word is a company of ours.
TALK: frozenset[str] = _set(
    """
    acquire acquired acquires acquiring acquisition ad adc adcs adhd aids aldosterone allergy alzheimer
    alzheimers amyloid antibiotic antibiotics antibodies antibody antisense approval approvals approve approved
    approves arthritis asco assay asset assets asthma autoimmune bankruptcy bid billion biologic biologics
    biomarker biopharma biopharmas biosimilar biosimilars biotech biotechs bispecific bla bladder blood board
    breast buyout buyouts cancer cancers candidate candidates car cardio cardiomyopathy cardiovascular cas9 cash
    catheter cdmo cell cells ceo ceos cfo chemotherapy chief chinese chmp cholesterol clinic clinical cmc cns
    colitis collaboration colorectal commercial copd cough covid crispr crl cro crohn crohns cut cuts cystic
    data deal deals debt dementia dengue depression dermatitis dermatology developer development device devices
    diabetes diagnostic diagnostics disease diseases disorder disorders dose dosed doses dosing downsize drug
    drugmaker drugs duchenne earnings eczema efficacy ema employees endpoint enrollment enzyme epilepsy eu
    europe exec eye fda fibrosis filing financing first-in-human flu forecast funding gene genes genetic genome
    genomic genomics glioblastoma glp glucagon gout growth guidance health healthcare heart hematology
    hemophilia hepatitis hiv hold hpv huntington hypertension ibd imaging immune immuno immunology immunotherapy
    implant ind infection inflammation inflammatory inhibitor inhibitors injection insomnia insulin investor
    investors ipo ipos jobs kidney kras label laid launch lay layoff layoffs leukemia license licenses licensing
    liver lung lupus lymphoma malaria manufacturing market mash medicine medicines medtech melanoma merger
    metabolic migraine milestone million mrna multiple muscular myeloma narcolepsy nasdaq nash nda neurology nih
    obesity offering oncology ophthalmology opioid orphan osteoarthritis outlook ovarian pain pancreatic
    parkinson parkinsons partner partnership patent patents patient patients peptide pharma pharmaceutical
    pharmaceuticals phase pill pipeline placebo plant preclinical price prices priority profit profitable
    profits program programs prostate protein proteins proteome proteomics psoriasis psychedelic quarter
    radioligand radiopharma radiopharmaceutical raise raises rare regulator regulators restructuring results
    retinal revenue rna rnai robot robotic round royalty rsv sale sales schizophrenia sclerosis seed seizures
    sepsis sequencer sequencing series shares shot shots sickle siena sirna sleep spatial spinoff staff stake
    stakes startup stem stock stroke studies study submission surgery surgical syndrome tau testing therapeutics
    therapies therapy treat treatment treatments trial trials tuberculosis tumor tumors tumour tumours ulcer
    ulcerative unit upfront vaccine vaccines venture voucher workforce
    """
)
# Terms of the trade that are also somebody's name or its beginning ("CRISPR", "ADC", "Cell Therapy").
JARGON: frozenset[str] = TALK | _set(
    """
    access adc adcs advanced alk alliance alliances american applied b better big blue braf capital car center
    cns crispr digital dna early east egfr european first general global her2 innovative international kit kras
    late life met national new next nextgen nk north open precision ret rna smart solid south stage standard t
    targeted tumor united west young
    """
)
# Capitalised words after a company that belong to the sentence, not to its name.
INDUSTRY: frozenset[str] = _set(
    """
    biotech cancer cell ceo cfo clinical covid data drug drugs ema fda gene genetic ipo oncology pharma phase
    shares stock study therapies therapy treatment trial trials vaccine
    """
)
# What is done to a person, before the name, and what follows it: a seat, a post.
HIRES: frozenset[str] = _set(
    """
    add adds announces appoint appointed appointing appointment appoints elects hires hiring joins loses
    name named names of picks poaches promotes promotion recruits taps welcomes
    """
)
SEATS: frozenset[str] = _set("as to joins joined")
POSTS: frozenset[str] = _set(
    """
    board ceo cfo chair chairman chairwoman chief cmo coo cso cto director evp head independent md non phd president
    senior svp vice vp
    """
)
# Two words that bind a company to what stands before them, even where every word has a capital.
BINDS: frozenset[tuple[str, str]] = frozenset(
    (one, two)
    for one, two in (
        ("acquisition", "of"), ("agreement", "with"), ("alliance", "with"), ("collaboration", "with"), ("deal", "with"),
        ("investment", "in"), ("merger", "with"), ("pact", "with"), ("partnership", "with"), ("rights", "from"),
        ("stake", "in"), ("takeover", "of"),
    )
)  # fmt: skip
# Universities and towns of the industry that are also the first word of a company's name.
UNIVERSITIES: frozenset[str] = _set("cambridge columbia cornell duke emory harvard oxford princeton stanford yale")
