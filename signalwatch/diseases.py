"""Diseases by name: how differently one indication is told, and which diseases a text names. Pure.

"Non-small cell lung cancer", "NSCLC", "advanced NSCLC" and "Non-Small Cell Lung Cancer (NSCLC)" are one indication.
The list holds what is told in several ways or abbreviated; what is not on it is compared by its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_LIST = """
# oncology
non-small cell lung cancer: nsclc, non small cell lung carcinoma, non-squamous non-small cell lung cancer
small cell lung cancer: sclc, es-sclc, small cell lung carcinoma
lung cancer: lung neoplasms, lung carcinoma
breast cancer: breast neoplasms, breast carcinoma
triple negative breast cancer: tnbc, triple negative breast neoplasms
prostate cancer: mcrpc, crpc, mhspc, prostatic neoplasms, castration resistant prostate cancer, prostate carcinoma
colorectal cancer: crc, mcrc, colorectal neoplasms, colorectal carcinoma, colon cancer, colorectal adenocarcinoma
pancreatic cancer: pdac, pancreatic ductal adenocarcinoma, pancreatic adenocarcinoma, pancreatic neoplasms
hepatocellular carcinoma: hcc, liver cancer, liver neoplasms
renal cell carcinoma: rcc, ccrcc, clear cell renal cell carcinoma, kidney cancer, renal cancer
bladder cancer: nmibc, mibc, urothelial carcinoma, urothelial cancer, urinary bladder neoplasms,
  non-muscle invasive bladder cancer
gastric cancer: stomach cancer, gej cancer, gastric adenocarcinoma, stomach neoplasms, gastroesophageal junction cancer,
  gastric or gastroesophageal junction adenocarcinoma
esophageal cancer: escc, esophageal squamous cell carcinoma, oesophageal cancer, esophageal neoplasms
biliary tract cancer: btc, cholangiocarcinoma, bile duct cancer
head and neck cancer: hnscc, scchn, head and neck squamous cell carcinoma, squamous cell carcinoma of the head and neck
nasopharyngeal carcinoma: npc, nasopharyngeal cancer
ovarian cancer: proc, platinum resistant ovarian cancer, ovarian neoplasms, ovarian carcinoma
cervical cancer: uterine cervical neoplasms
endometrial cancer: endometrial carcinoma, endometrial neoplasms
glioblastoma: gbm, glioblastoma multiforme
glioma: low-grade glioma, high-grade glioma, malignant glioma
neuroblastoma:
melanoma: metastatic melanoma, cutaneous melanoma
uveal melanoma:
thyroid cancer: thyroid neoplasms
mesothelioma:
soft tissue sarcoma: sts, sarcoma
desmoid tumor: desmoid tumors, desmoid tumour
cutaneous squamous cell carcinoma: cscc
solid tumor: solid tumors, solid tumours, solid tumour, advanced solid tumors, solid malignancies, advanced malignancies
neuroendocrine tumor: nets, gep-nets, neuroendocrine tumors, neuroendocrine tumours
gastrointestinal stromal tumor: gist, gastrointestinal stromal tumors
# oncology hematology
multiple myeloma: mm, rrmm, myeloma
acute myeloid leukemia: aml, acute myeloid leukaemia, acute myelogenous leukemia
acute lymphoblastic leukemia: all, b-all, acute lymphocytic leukemia
chronic lymphocytic leukemia: cll, sll, cll/sll, small lymphocytic lymphoma
chronic myeloid leukemia: cml, chronic myelogenous leukemia
myelodysplastic syndrome: mds, myelodysplastic syndromes, myelodysplastic neoplasms
myelofibrosis:
polycythemia vera: pv
diffuse large B-cell lymphoma: dlbcl, large b-cell lymphoma, lbcl
follicular lymphoma: fl
mantle cell lymphoma: mcl
cutaneous T-cell lymphoma: ctcl
T-cell lymphoma: ptcl, peripheral t-cell lymphoma
hodgkin lymphoma: hodgkin's lymphoma
non-hodgkin lymphoma: nhl, b-nhl, non-hodgkin's lymphoma, b-cell lymphoma, b-cell malignancies
# hematology
sickle cell disease: scd, sickle cell anemia
beta thalassemia: tdt, thalassemia, β-thalassemia, transfusion dependent beta thalassemia
hemophilia A: haemophilia a
hemophilia B: haemophilia b
paroxysmal nocturnal hemoglobinuria: pnh
immune thrombocytopenia: itp, immune thrombocytopenic purpura
cold agglutinin disease: cad
warm autoimmune hemolytic anemia: waiha
aplastic anemia:
von willebrand disease: vwd
# hematology immunology
graft-versus-host disease: gvhd, agvhd, cgvhd, graft versus host disease
# immunology
rheumatoid arthritis: ra
psoriatic arthritis: psa
psoriasis: plaque psoriasis, moderate to severe plaque psoriasis
axial spondyloarthritis: axspa, ankylosing spondylitis
juvenile idiopathic arthritis: jia
systemic lupus erythematosus: sle, lupus
lupus nephritis: ln
sjogren's syndrome: sjögren's disease, sjogren's disease, primary sjogren's syndrome, sjögren's syndrome
systemic sclerosis: ssc, scleroderma
myositis: dermatomyositis, idiopathic inflammatory myopathy
giant cell arteritis: gca
# musculoskeletal
gout: gouty arthritis
osteoarthritis: oa, knee osteoarthritis, osteoarthritis of the knee
osteoporosis:
# gastroenterology immunology
ulcerative colitis: uc
crohn's disease: crohn disease, crohns disease
inflammatory bowel disease: ibd
celiac disease: coeliac disease
eosinophilic esophagitis: eoe
# gastroenterology
irritable bowel syndrome: ibs
short bowel syndrome: sbs
# infectious_disease
clostridioides difficile infection: cdi, rcdi, c. difficile infection, clostridium difficile infection
# dermatology
atopic dermatitis: ad, eczema, atopic eczema
alopecia areata: aa
vitiligo:
hidradenitis suppurativa: hs
prurigo nodularis: pn
chronic spontaneous urticaria: csu, chronic urticaria
acne: acne vulgaris
epidermolysis bullosa: eb, deb, rdeb, dystrophic epidermolysis bullosa
pemphigus vulgaris: pemphigus
bullous pemphigoid:
# respiratory
asthma: bronchial asthma
chronic obstructive pulmonary disease: copd
idiopathic pulmonary fibrosis: ipf, pulmonary fibrosis
pulmonary arterial hypertension: pah
cystic fibrosis: cf
bronchiectasis: ncfb, non-cystic fibrosis bronchiectasis
# ent respiratory
chronic rhinosinusitis with nasal polyps: crswnp, nasal polyps
allergic rhinitis: hay fever, seasonal allergic rhinitis, allergic rhinoconjunctivitis, seasonal allergic rhinoconjunctivitis
# allergy
food allergy: food allergies
peanut allergy:
# immunology rare_disease
hereditary angioedema: hae
# respiratory
chronic cough: refractory chronic cough
acute respiratory distress syndrome: ards
# infectious_disease
respiratory syncytial virus: rsv, rsv infection
COVID-19: covid, sars-cov-2, sars-cov-2 infection, coronavirus
influenza: flu
HIV infection: hiv, hiv-1, hiv-1 infection, hiv infections
hepatitis B: hbv, chronic hepatitis b, hepatitis b virus
hepatitis C: hcv, chronic hepatitis c
hepatitis D: hdv, hepatitis delta, chronic hepatitis delta
cytomegalovirus: cmv, cmv infection
herpes zoster: shingles
malaria: plasmodium falciparum malaria
tuberculosis: tb
pneumococcal disease: pneumococcal infection
complicated urinary tract infection: cuti, complicated urinary tract infections
urinary tract infection: uti, urinary tract infections
candidiasis: candidemia, invasive candidiasis
# metabolic endocrinology
type 2 diabetes: t2d, t2dm, type 2 diabetes mellitus, diabetes mellitus type 2, type ii diabetes
type 1 diabetes: t1d, t1dm, type 1 diabetes mellitus, diabetes mellitus type 1
obesity: overweight, overweight or obesity, weight management, chronic weight management
# hepatology metabolic
metabolic dysfunction-associated steatohepatitis: mash, nash, non-alcoholic steatohepatitis, nonalcoholic steatohepatitis,
  metabolic dysfunction associated steatohepatitis, noncirrhotic nash
primary biliary cholangitis: pbc
primary sclerosing cholangitis: psc
alpha-1 antitrypsin deficiency: aatd, alpha 1 antitrypsin deficiency
# cardiovascular metabolic
hypercholesterolemia: ldl-c, hyperlipidemia, dyslipidemia, heterozygous familial hypercholesterolemia
hypertriglyceridemia: severe hypertriglyceridemia, shtg
familial chylomicronemia syndrome: fcs
# cardiovascular
hypertension: high blood pressure
heart failure: hfpef, hfref, congestive heart failure
atrial fibrillation: af
hypertrophic cardiomyopathy: hcm, ohcm, obstructive hypertrophic cardiomyopathy
transthyretin amyloid cardiomyopathy: attr-cm
transthyretin amyloidosis: attr amyloidosis, hattr, attr, hereditary transthyretin amyloidosis, hattr amyloidosis
transthyretin amyloid polyneuropathy: hattr-pn, attr-pn, attrv-pn, hereditary transthyretin amyloidosis with polyneuropathy,
  hereditary transthyretin-mediated amyloidosis with polyneuropathy
myocardial infarction: heart attack, stemi
stroke: acute ischemic stroke, ischemic stroke
peripheral artery disease: pad
venous thromboembolism: vte
# nephrology
chronic kidney disease: ckd
IgA nephropathy: igan, iga nephropathy, immunoglobulin a nephropathy
focal segmental glomerulosclerosis: fsgs
membranous nephropathy: pmn, primary membranous nephropathy
C3 glomerulopathy: c3g
polycystic kidney disease: adpkd, autosomal dominant polycystic kidney disease
hyperkalemia:
# neurology
alzheimer's disease: alzheimer disease, alzheimers disease, alzheimer's
parkinson's disease: pd, parkinson disease, parkinson's
huntington's disease: huntington disease, hd
amyotrophic lateral sclerosis: als
multiple sclerosis: ms, rms, rrms, relapsing multiple sclerosis
myasthenia gravis: gmg, generalized myasthenia gravis, mg
chronic inflammatory demyelinating polyneuropathy: cidp
neuromyelitis optica spectrum disorder: nmosd
spinal muscular atrophy: sma
duchenne muscular dystrophy: dmd, duchenne
facioscapulohumeral muscular dystrophy: fshd
limb-girdle muscular dystrophy: lgmd
myotonic dystrophy: dm1, myotonic dystrophy type 1
friedreich ataxia: fa, friedreich's ataxia
rett syndrome: rtt
angelman syndrome:
fragile X syndrome: fxs
dravet syndrome:
lennox-gastaut syndrome: lgs
epilepsy: focal epilepsy, partial onset seizures, focal onset seizures
migraine: episodic migraine, chronic migraine
narcolepsy: narcolepsy type 1
insomnia: insomnia disorder
essential tremor: et
tardive dyskinesia: td
# psychiatry
schizophrenia:
bipolar disorder: bipolar depression, bipolar i disorder
major depressive disorder: mdd, depression, major depression
treatment-resistant depression: trd, treatment resistant depression
postpartum depression: ppd
post-traumatic stress disorder: ptsd, posttraumatic stress disorder
generalized anxiety disorder: gad
social anxiety disorder:
attention deficit hyperactivity disorder: adhd
autism spectrum disorder: asd, autism
opioid use disorder: oud
alcohol use disorder: aud
# rare_disease
prader-willi syndrome: pws
fabry disease: fabry's disease
gaucher disease: gaucher's disease
pompe disease: lopd, late-onset pompe disease
hunter syndrome: mps ii, mucopolysaccharidosis ii
sanfilippo syndrome: mps iii, mucopolysaccharidosis iii
phenylketonuria: pku
wilson disease: wilson's disease
x-linked hypophosphatemia: xlh
achondroplasia:
# endocrinology
hypoparathyroidism:
congenital adrenal hyperplasia: cah
cushing's syndrome: cushing syndrome, cushing disease
acromegaly:
thyroid eye disease: ted, graves' ophthalmopathy
graves' disease: graves disease
# ophthalmology
wet age-related macular degeneration: wet amd, namd, neovascular age-related macular degeneration
geographic atrophy: ga, dry amd, dry age-related macular degeneration
diabetic macular edema: dme
diabetic retinopathy: dr, npdr
retinitis pigmentosa: rp, xlrp, x-linked retinitis pigmentosa
stargardt disease:
leber congenital amaurosis: lca
dry eye disease: ded, dry eye
presbyopia:
glaucoma: open-angle glaucoma, ocular hypertension
myopia:
uveitis:
# womens_health
endometriosis: endometriosis-related pain
uterine fibroids: heavy menstrual bleeding
vasomotor symptoms: vms, hot flashes, menopause symptoms
preeclampsia: pre-eclampsia
# urology
benign prostatic hyperplasia: bph
overactive bladder: oab
erectile dysfunction:
# neurology pain
diabetic peripheral neuropathy: dpn, painful diabetic peripheral neuropathy
postoperative pain: post-surgical pain, acute pain, postsurgical pain
fibromyalgia:
# ent
hearing loss: sensorineural hearing loss
# allergy
anaphylaxis: severe allergic reactions
"""

_QUALIFIERS = frozenset(
    """
    a an the adult adults adolescent adolescents child
    children pediatric paediatric patient patients people participants individuals
    subjects with who have having relapsed refractory
    and or advanced metastatic recurrent locally unresectable resectable
    previously treated untreated newly diagnosed moderate moderately to severe
    severely active mild early late stage line first second
    third high risk low intermediate symptomatic persistent uncontrolled stable
    histologically confirmed certain forms form of in for to
    associated disorder disorders due i ii iii iv iiib
    """.split()
)
_NO_DISEASE = frozenset(
    "various multiple diverse skin types type disease diseases condition conditions men women infants autoimmune "
    "inflammatory rare common "
    "years age older younger human humans healthy general population treatment therapy mutated".split()
)
_SPELLINGS = {
    "tumour": "tumor", "tumours": "tumor", "tumors": "tumor", "neoplasms": "cancer", "neoplasm": "cancer", "carcinoma": "cancer",
    "carcinomas": "cancer", "malignancies": "cancer", "malignancy": "cancer", "cancers": "cancer", "lymphomas": "lymphoma",
    "infections": "infection", "diseases": "disease", "disorders": "disorder", "nonsmall": "non small", "syndromes": "syndrome",
    "leukemias": "leukemia", "seizures": "seizure", "pulmonary": "lung",
}  # fmt: skip
_BRITISH = (
    ("leukaemia", "leukemia"),
    ("anaemia", "anemia"),
    ("haem", "hem"),
    ("oesoph", "esoph"),
    ("oedema", "edema"),
    ("coeliac", "celiac"),
)
_BROADER = {
    "ulcerative colitis": "inflammatory bowel disease", "crohn's disease": "inflammatory bowel disease",
    "diffuse large B-cell lymphoma": "non-hodgkin lymphoma", "follicular lymphoma": "non-hodgkin lymphoma",
    "mantle cell lymphoma": "non-hodgkin lymphoma", "wet age-related macular degeneration": "retinal disease",
    "lupus nephritis": "systemic lupus erythematosus", "treatment-resistant depression": "major depressive disorder",
    "postpartum depression": "major depressive disorder", "peanut allergy": "food allergy", "anaphylaxis": "food allergy",
    "COVID-19": "coronavirus", "glioblastoma": "glioma",
}  # fmt: skip
_CANCER = re.compile(r"cancer|carcinoma|sarcoma|melanoma|glio|tumor|mesothelioma|neuroblastoma")
_TOKEN = re.compile(r"[^\W_]+(?:['.][^\W_]+)*")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]{1,60})[)\]]")
_SHOUTED_ONLY = frozenset(
    """
    all mm ra psa ad aa hs pn pd hd ms mg fa et td pv fl ga dr
    rp ted ln oa uc psc pad af cad eb cf proc sts nets gist flu ibs gca ssc
    asd aud mash nash mcl ded lca pku gad sma als att attr cah tb cmv npc btc
    """.split()
)
"""Abbreviations that are also words, or too short to trust in lower case."""
_ONLY_AS_INDICATION = frozenset(
    "ad pd td et fa dr ga rp ted pv fl mm hd ln af aa pn hs cad cf pad sts nets oa ra".split()
)
"""Abbreviations that mean too many things in running text, though not where an indication is named."""


def _plain(text: str) -> str:
    text = text.replace("’", "'")
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("β", "beta")).encode("ascii", "ignore").decode()
    return text.casefold()


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(_plain(text)))


def _read() -> tuple[dict[tuple[str, ...], str], dict[str, list[tuple[str, ...]]], dict[str, tuple[str, ...]]]:
    names: dict[tuple[str, ...], str] = {}
    areas: dict[str, tuple[str, ...]] = {}
    area: tuple[str, ...] = ()
    for line in _LIST.replace(",\n  ", ", ").strip().splitlines():
        if line.startswith("# "):
            area = tuple(line[2:].split())
            continue
        canonical, _, others = line.partition(":")
        areas[canonical] = area
        for name in (canonical, *others.split(",")):
            if name.strip():
                names.setdefault(_tokens(name), canonical)
    firsts: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(names, key=len, reverse=True):
        firsts.setdefault(phrase[0], []).append(phrase)
    return names, firsts, areas


_NAMES, _FIRSTS, _AREAS = _read()


@lru_cache(maxsize=4_000)
def find(text: str) -> tuple[str, ...]:
    """The diseases a text names, by their canonical name, in the order of the text; the longest name wins."""
    folded = _folded(text)
    words = _TOKEN.findall(folded)
    raws: list[str] = []
    found: dict[str, None] = {}
    free = 0
    for at in [i for i, word in enumerate(words) if word in _FIRSTS]:
        if at < free:
            continue
        word = words[at]
        for phrase in _FIRSTS[word]:
            size = len(phrase)
            if size > 1:
                if tuple(words[at : at + size]) != phrase:
                    continue
            elif word in _ONLY_AS_INDICATION and len(words) > 3:
                continue
            elif word in _SHOUTED_ONLY or len(word) <= 3:
                raws = raws or [text[m.start() : m.end()] for m in _TOKEN.finditer(folded)]
                if 2 * sum(map(str.isupper, raws[at])) < len(raws[at]):
                    continue
            found.setdefault(_NAMES[phrase])
            free = at + size
            break
    return tuple(found)


def _folded(text: str) -> str:
    """Lower case, position by position: what cannot be kept in place is left as it is."""
    return (text if text.isascii() else _BEYOND.sub(_fold, text)).lower()


def _fold(sign: re.Match[str]) -> str:
    c = sign.group()
    low = "'" if c == "’" else unicodedata.normalize("NFKD", c.casefold())[:1]
    return low if len(low.lower()) == 1 else c


_BEYOND = re.compile(r"[^\x00-\x7f]")


@lru_cache(maxsize=8_000)
def canonical(indication: str) -> str:
    """One name for an indication however it is written: its listed name, else its words without brackets and qualifiers.

    "" for healthy volunteers, who have none.
    """
    bare = _uninverted(_BRACKETS.sub(" ", indication))
    for form in (bare, *_BRACKETS.findall(indication)):
        listed = _NAMES.get(_tokens(form)) or _BY_WORDS.get(frozenset(_significant(form)))
        if listed:
            return listed
    kept = _significant(bare)
    if kept and kept[0] == "healthy":
        return ""
    words = [
        _NAMES.get((w,), w) if len(w) > 2 else w for w in _tokens(bare) if w not in _QUALIFIERS
    ]  # NSCLC written out
    return " ".join(words) or " ".join(_tokens(indication))


def says(text: str) -> bool:
    """Whether a phrase names more than people, severity and lines of treatment."""
    words = set(_tokens(text)) - _QUALIFIERS - _NO_DISEASE
    return bool(words) and any(len(w) > 2 for w in words)


def _uninverted(text: str) -> str:
    """ "Arthritis, Rheumatoid" as it is spoken; a list of diseases stays a list."""
    parts = [p.strip() for p in text.split(",") if p.strip()]
    if 2 <= len(parts) <= 3 and all(len(p.split()) <= 3 for p in parts):
        return " ".join(reversed(parts))
    return text


def _significant(text: str) -> tuple[str, ...]:
    kept = []
    words = _tokens(text)
    for word in [w for w in words if w not in _QUALIFIERS] or words:
        for a, b in _BRITISH:
            word = word.replace(a, b)
        kept.extend(_SPELLINGS.get(word, word).split())
    return tuple(kept)


_BY_WORDS = {
    frozenset(_significant(" ".join(phrase))): name for phrase, name in reversed(_NAMES.items()) if len(phrase) > 1
}


@lru_cache(maxsize=8_000)
def _words(name: str) -> frozenset[str]:
    return frozenset(w for w in _significant(name) if len(w) > 1 or w.isdigit())


def related(a: str, b: str) -> int:
    """How two indications relate: 2 the same, 1 one is a narrower name of the other ("asthma", "eosinophilic asthma"), 0 two."""
    ca, cb = canonical(a), canonical(b)
    if ca == cb:
        return 2
    wa, wb = _words(ca), _words(cb)
    if not wa or not wb:
        return 0
    if wa == wb:
        return 2
    if "non" in wa ^ wb:
        return 0  # small cell and non-small cell
    return 1 if wa < wb or wb < wa else 0


def areas_of(names: Iterable[str]) -> tuple[str, ...]:
    """The therapeutic areas of diseases, as far as they are listed."""
    found = dict.fromkeys(a for name in names for a in _AREAS.get(canonical(name), ()))
    return tuple(found)


def compatible(a: str, b: str) -> bool:
    """Whether two names may stand for one disease in two tellings: related, or one is the group the other belongs to."""
    if related(a, b):
        return True
    ca, cb = canonical(a), canonical(b)
    if _BROADER.get(ca) == cb or _BROADER.get(cb) == ca:
        return True
    return "solid tumor" in (ca, cb) and bool(_CANCER.search(ca) and _CANCER.search(cb))
