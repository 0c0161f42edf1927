"""Words of headlines: what companies do, what stands before and after them, and what the industry talks about."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Verbs (and "to") that follow a company in a headline. Forms that are as often nouns after an adjective are left out.
VERBS: frozenset[str] = _set(
    """
    accelerates accepts acquires acquired adds admits advances agrees aims airs allies announces announced appeals appoints
    appointed asks attracts awarded axes backs bags banks beats begins bets bids blames bolsters boosts borrows bounces brings budgets
    builds buys bows calls cans caps celebrates ceases challenges changes chases claims clears clinches closes closed collects
    combines commits completes completed confirms considers continues courts cuts cut debuts declares defends delays delists
    delivers denies details develops discloses discontinues divests doses drops ditches doubles earns eliminates elects emerges
    enlists enrolls ends enters expands expects explores exits eyes faces fails falls files fights finds finalizes fires flags
    flunks forecasts forges forms gains gears gets gives goes grabs grows grants halts has heads hires hits holds hopes
    hypes hauls inches inks initiates introduces invests issues jettisons joins jumps keeps kicks lags lands launches launched
    leads lays leaps leans licenses lifts links looks loses lowers makes matches merges misses moves names nabs nears nets
    notches obtains offers offloads opens ousts outlines outlicenses overhauls partners passes pauses pays pens pivots picks
    plans plots plunges pockets posts positions postpones pounces predicts preps prepares presents prices priced promises
    promotes proposes provides publishes pulls pumps pursues pushes puts quits racks raises raised ramps reaches readies reaps
    rebounds rebrands receives received reclaims recruits reduces refocuses rejects rejoins releases reloads removes reorganizes
    reports reported restarts restructures resubmits results resumes returns reveals revamps reworks rises rolls runs said says
    scales scoops scores scraps seals secures sees seeks sells sends sets settles shakes shares shed sheds shelves shifts shows
    shrinks shuffles shuts shutters sidesteps signs signed sinks slashes slides slips snags snaps soars spends spins splits
    spurs stakes starts steps stops strikes stumbles submits submitted sues suffers surges suspends swaps swings takes tanks
    taps targets teams terminates tests thins ties tops touts trades trims triples trips tumbles turns unloads unveils updates
    upgrades uses wants warns was weighs welcomes will wins withdraws won wraps to is are could may must plans would
    stock stocks shares buyout drug drugs rockets soars slips jumps climbs craters drops slumps skyrockets dips pops rallies
    leaps crashes retreats unfurls rolls debuts
    """
)
# Words that follow a name and show it to be a company's.
ROLES: frozenset[str] = _set(
    """
    ceo cfo cso cmo coo cto chief chair chairman chairwoman chairperson exec execs executive executives president founder
    founders founded cofounder board spokesperson spokesman spokeswoman scientist scientists researchers employees staff
    shareholders investors stock shares alum alums veteran vet r&d randd
    """
)
# Words before a company: buying, joining, coming from.
BEFORE: frozenset[str] = _set(
    """
    acquire acquires acquired acquiring buy buys buying bought with by from against sues sue join joins joined leaves left
    partner partners alongside via versus vs over takeover ex former rival rivals maker drugmaker biotech pharma startup company
    firm spinout spinoff subsidiary unit taps tap license licenses licensed sells sold backs back funds joins at for to
    snaps snap picks up ditches dumps purchase purchases swallows absorbs absorb names invests in into
    """
)
# Of these, the ones that mean buying or joining forces even where every word has a capital.
DEALS: frozenset[str] = _set(
    "acquire acquires acquired acquiring buy buys buying sue sues takeover versus vs maker drugmaker startup swallows absorbs"
)
JOINED: frozenset[str] = _set(
    """
    backed partnered owned led founded bred developed made based sponsored branded licensed shareholder linked controlled born
    supported funded ex former pre post non anti pro co and
    """
)
DETERMINERS: frozenset[str] = _set(
    "the a an this that these those its their his her our your my no any every each some what which whose new old next more "
    "most less another first second third of on under during between toward towards"
)
# The industry and its business: their presence makes it likely that a capitalised word is a company of ours.
TALK: frozenset[str] = _set(
    """
    growth profitable profit profits stake stakes earnings outlook forecast guidance acquisition acquire acquires acquired acquiring ad adc adcs adhd aids aldosterone allergy alzheimer alzheimers amyloid
    antibodies antibody antibiotic antibiotics antisense approval approvals approve approved approves arthritis asco assay asset
    assets asthma autoimmune bankruptcy biologic biologics biomarker biopharma biopharmas biosimilar biosimilars biotech
    biotechs bispecific bla blood bid board buyout buyouts cancer cancers candidate candidates car cardio cardiovascular cas9
    cash cdmo cell cells ceo cfo chemotherapy chief chmp chinese cholesterol clinic clinical cmc cns collaboration commercial
    copd covid crispr crl cro cuts cut cystic data deal deals debt dementia depression dermatitis developer development device
    devices diabetes diagnostic diagnostics disease diseases disorder disorders doses dosed dose dosing downsize drug drugmaker
    drugs duchenne earnings eczema efficacy ema endpoint enrollment enzyme epilepsy eu europe exec fda fibrosis filing financing
    first-in-human flu funding gene genes genetic genome genomic genomics glp glucagon health healthcare heart hemophilia
    hepatitis hiv hold huntington ibd immune immunology immunotherapy immuno ind infection inflammation inflammatory
    inhibitor inhibitors injection insulin investor investors ipo ipos jobs kidney kras label launch laid layoffs layoff lay
    leukemia license licenses licensing liver lung lupus lymphoma manufacturing market medicine medicines melanoma merger
    metabolic migraine milestone million billion mrna multiple muscular myeloma nasdaq nda neurology nash mash nih obesity
    oncology offering opioid orphan osteoarthritis pain parkinson parkinsons partner partnership patent patents patient patients
    peptide pharma pharmaceutical pharmaceuticals phase pill pipeline placebo plant preclinical price prices priority program
    programs protein proteins psoriasis psychedelic quarter radioligand radiopharma radiopharmaceutical raise raises rare
    regulator regulators restructuring results revenue rna rnai round royalty sale sales schizophrenia sclerosis seed
    sequencing series shares shot shots sickle siena sirna spinoff staff startup stem stock studies study submission surgery
    surgical syndrome tau testing therapeutics therapies therapy treat treatment treatments trial trials tumor tumors tumour
    tumours unit vaccine vaccines venture voucher workforce employees ceos upfront candidate asthma eye gout glioblastoma ulcer
    ulcerative colitis crohn crohns bladder ovarian prostate breast colorectal pancreatic hematology dermatology retinal
    ophthalmology cardiomyopathy hypertension stroke seizures sleep narcolepsy insomnia cough sepsis rsv dengue malaria
    tuberculosis hpv medtech catheter implant device robot robotic imaging sequencer proteomics proteome spatial
    """
)
# Terms of the trade that are also somebody's name or its beginning ("CRISPR", "ADC", "Cell Therapy").
JARGON: frozenset[str] = TALK | _set(
    """
    nextgen alk met kit ret egfr her2 braf kras
    adc adcs car t b nk crispr rna dna cns alliance alliances access advanced applied precision solid tumor targeted innovative digital
    national united global american european first new next life young better big open smart blue
    north south east west international capital general standard center stage late early
    """
)
# Capitalised words after a company that belong to the sentence, not to its name.
INDUSTRY: frozenset[str] = _set(
    """
    ceo cfo biotech pharma drug drugs gene cell therapy cancer trial fda ema ipo phase oncology data study stock shares
    covid vaccine therapies treatment trials clinical genetic
    """
)
