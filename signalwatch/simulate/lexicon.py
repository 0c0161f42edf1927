"""Word lists of the invented world: names, places, diseases, people. Facts about diseases are MeSH headings."""

from __future__ import annotations

from typing import NamedTuple

HEADS: tuple[str, ...] = (
    "Vel", "Quor", "Nard", "Tolv", "Bryn", "Kesh", "Lumor", "Ostr", "Pelv", "Ravd", "Selk", "Torv", "Ulm", "Wexl",
    "Xand", "Yorv", "Zelk", "Dovr", "Fenn", "Galv", "Holm", "Ivar", "Jorv", "Kolb", "Lysk", "Mord", "Nesk", "Orl",
    "Prosk", "Rusk", "Sorv", "Tarn", "Umb", "Varg", "Wold", "Ysk", "Brisk", "Crav", "Drim", "Eskl",
)  # fmt: skip
TAILS: tuple[str, ...] = (
    "orin", "adane", "evant", "itha", "ulon", "aris", "oxen", "imar", "etra", "anova", "iqua", "onda", "elis", "avir",
    "umen", "istal", "ovia", "arc", "enta", "ioma",
)  # fmt: skip
COMMON_WORDS: tuple[str, ...] = (
    "Cinder", "Thicket", "Bramble", "Thimble", "Paddock", "Gable", "Hearth", "Kindling", "Pebble", "Saddle", "Tinder",
    "Meadow", "Gravel", "Mallow", "Parcel", "Spindle", "Furrow", "Bobbin", "Ferry",
)  # fmt: skip

SUFFIXES: dict[str, tuple[str, ...]] = {
    "biotech": ("Therapeutics", "Biosciences", "Bio", "Pharma", "Medicines", "Oncology", "Biologics", "Genetics",
                "Immunotherapeutics", "Pharmaceuticals"),
    "big_pharma": ("Pharma", "Laboratories", "Healthcare"),
    "cro_cdmo": ("Clinical Research", "Biomanufacturing", "Development Services", "BioProcess"),
    "diagnostics": ("Diagnostics", "Genomics"),
    "medtech": ("Medical", "Surgical", "Devices"),
    "tools": ("Instruments", "Life Sciences"),
}  # fmt: skip
LEGAL: tuple[str, ...] = (", Inc.", ", Inc.", ", Inc.", " Corporation", ", Ltd.", " Corp.")
LEGAL_ABROAD: tuple[str, ...] = (" AG", " plc", " A/S", " SA", " Limited")

CITIES: tuple[tuple[str, str, str, str], ...] = (
    ("Cambridge", "Mass.", "MA", "US"), ("Boston", "", "MA", "US"), ("Waltham", "Mass.", "MA", "US"),
    ("San Diego", "", "CA", "US"), ("South San Francisco", "Calif.", "CA", "US"), ("Redwood City", "Calif.", "CA", "US"),
    ("Durham", "N.C.", "NC", "US"), ("Princeton", "N.J.", "NJ", "US"), ("Philadelphia", "", "PA", "US"),
    ("Seattle", "", "WA", "US"), ("Gaithersburg", "Md.", "MD", "US"), ("Houston", "", "TX", "US"),
    ("New York", "", "NY", "US"), ("Salt Lake City", "", "UT", "US"), ("Boulder", "Colo.", "CO", "US"),
    ("Basel, Switzerland", "", "V8", "CH"), ("Copenhagen, Denmark", "", "G7", "DK"), ("London", "", "X0", "GB"),
    ("Munich, Germany", "", "2M", "DE"), ("Ghent, Belgium", "", "C9", "BE"),
)  # fmt: skip
"""City, state as AP style writes it in a dateline, EDGAR location code, ISO country."""

STATE_NAMES: dict[str, str] = {
    "MA": "MASSACHUSETTS", "CA": "CALIFORNIA", "NC": "NORTH CAROLINA", "NJ": "NEW JERSEY", "PA": "PENNSYLVANIA",
    "WA": "WASHINGTON", "MD": "MARYLAND", "TX": "TEXAS", "NY": "NEW YORK", "UT": "UTAH", "CO": "COLORADO",
    "V8": "SWITZERLAND", "G7": "DENMARK", "X0": "UNITED KINGDOM", "2M": "GERMANY", "C9": "BELGIUM", "DE": "DELAWARE",
}  # fmt: skip

FIRST_NAMES: tuple[str, ...] = (
    "Maren", "Tobias", "Ines", "Radek", "Priya", "Callum", "Noor", "Elske", "Bastian", "Yumi", "Odette", "Felix",
    "Amara", "Janek", "Linnea", "Rohan", "Greta", "Mateo", "Saskia", "Emil", "Hana", "Oskar", "Leila", "Viktor",
)  # fmt: skip
LAST_NAMES: tuple[str, ...] = (
    "Halvorsen", "Okonedo", "Brandtner", "Castellane", "Vasquel", "Thornbury", "Achterberg", "Delacour", "Mbeki-Roux",
    "Sundqvist", "Kawahara", "Petrossian", "Lindqvane", "Moradian", "Fairweather", "Ostrowe", "Ramdeen", "Zielinska",
    "Carrow", "Ashdowne", "Bellamont", "Yildirim", "Norquist", "Pellerin",
)  # fmt: skip

INVESTORS: tuple[str, ...] = (
    "Northgate Ventures", "Halden Capital", "Bluewater Life Science Partners", "Copperleaf Ventures",
    "Tideline Bio Capital", "Redfern Partners", "Sextant Health Fund", "Kestrel Growth Equity", "Oakmoor Ventures",
    "Palisade BioVentures", "Fjordbank Capital", "Ninth Street Ventures", "Alder and Lowe Capital", "Vantage Row Partners",
    "Greywether Ventures", "Sandpiper Bio",
)  # fmt: skip
FUNDERS: tuple[str, ...] = (
    "the National Institutes of Health", "the California Institute for Regenerative Medicine",
    "the Michael Fenwick Foundation", "the European Innovation Council", "Innovate UK", "the CARB-X partnership",
    "the Cystic Fibrosis Research Alliance", "the National Institute of Allergy and Infectious Diseases",
    "the Bellhaven Charitable Trust", "the National Cancer Institute",
)  # fmt: skip
BUYERS: tuple[str, ...] = (
    "BARDA", "the Biomedical Advanced Research and Development Authority", "the U.S. Department of Defense",
    "the Defense Threat Reduction Agency", "UNICEF", "the Department of Health and Human Services", "CEPI",
)  # fmt: skip
UNIVERSITIES: tuple[str, ...] = (
    "University of Ashbourne", "Karlow Institute of Technology", "Westmarch University", "Saint Brennan Medical Center",
    "University of Northern Dell", "Hallam Cancer Institute", "Port Aldous University Hospital", "Lakemont College of Medicine",
    "Royal Eddington Hospital", "University Hospital, Vieuxpont", "Tervuren University Medical Centre",
    "National Heart Institute of Galdara", "Assiutane University", "Cairenne University", "Mount Orrin Health System",
)  # fmt: skip


class Disease(NamedTuple):
    """A disease with its MeSH heading, the heading's ancestors and the therapeutic area they stand for."""

    name: str
    mesh: str
    ancestors: tuple[str, ...]
    area: str


_NEO = "Neoplasms"
_NERV = "Nervous System Diseases"
_IMM = "Immune System Diseases"
_CARD = "Cardiovascular Diseases"
_META = "Metabolic Diseases"
_RESP = "Respiratory Tract Diseases"

DISEASES: tuple[Disease, ...] = (
    Disease("non-small cell lung cancer", "Carcinoma, Non-Small-Cell Lung", ("Lung Neoplasms", _NEO), "oncology"),
    Disease("relapsed or refractory multiple myeloma", "Multiple Myeloma", ("Neoplasms, Plasma Cell", _NEO), "oncology"),
    Disease("triple-negative breast cancer", "Triple Negative Breast Neoplasms", ("Breast Neoplasms", _NEO), "oncology"),
    Disease("platinum-resistant ovarian cancer", "Ovarian Neoplasms", ("Genital Neoplasms, Female", _NEO), "oncology"),
    Disease("acute myeloid leukemia", "Leukemia, Myeloid, Acute", ("Leukemia", _NEO), "oncology"),
    Disease("metastatic castration-resistant prostate cancer", "Prostatic Neoplasms, Castration-Resistant",
            ("Prostatic Neoplasms", _NEO), "oncology"),
    Disease("glioblastoma", "Glioblastoma", ("Astrocytoma", "Glioma", _NEO), "oncology"),
    Disease("Parkinson's disease", "Parkinson Disease", ("Movement Disorders", _NERV), "neurology"),
    Disease("amyotrophic lateral sclerosis", "Amyotrophic Lateral Sclerosis", ("Motor Neuron Disease", _NERV), "neurology"),
    Disease("treatment-resistant depression", "Depressive Disorder, Treatment-Resistant", ("Mood Disorders", "Mental Disorders"),
            "psychiatry"),
    Disease("Dravet syndrome", "Epilepsies, Myoclonic", ("Epilepsy", _NERV), "neurology"),
    Disease("generalized myasthenia gravis", "Myasthenia Gravis", ("Neuromuscular Diseases", _IMM, _NERV), "neurology"),
    Disease("moderate-to-severe ulcerative colitis", "Colitis, Ulcerative", ("Inflammatory Bowel Diseases", "Digestive System Diseases"),
            "immunology"),
    Disease("systemic lupus erythematosus", "Lupus Erythematosus, Systemic", ("Connective Tissue Diseases", _IMM), "immunology"),
    Disease("atopic dermatitis", "Dermatitis, Atopic", ("Skin Diseases, Eczematous", _IMM), "dermatology"),
    Disease("plaque psoriasis", "Psoriasis", ("Skin Diseases, Papulosquamous", "Skin Diseases"), "dermatology"),
    Disease("heart failure with preserved ejection fraction", "Heart Failure", ("Heart Diseases", _CARD), "cardiovascular"),
    Disease("transthyretin amyloid cardiomyopathy", "Amyloidosis", ("Proteostasis Deficiencies", _META), "cardiovascular"),
    Disease("resistant hypertension", "Hypertension", ("Vascular Diseases", _CARD), "cardiovascular"),
    Disease("obesity", "Obesity", ("Overweight", "Nutrition Disorders"), "metabolic"),
    Disease("metabolic dysfunction-associated steatohepatitis", "Fatty Liver", ("Liver Diseases", "Digestive System Diseases"),
            "metabolic"),
    Disease("type 1 diabetes", "Diabetes Mellitus, Type 1", ("Diabetes Mellitus", _META), "metabolic"),
    Disease("idiopathic pulmonary fibrosis", "Idiopathic Pulmonary Fibrosis", ("Lung Diseases, Interstitial", _RESP), "respiratory"),
    Disease("cystic fibrosis", "Cystic Fibrosis", ("Genetic Diseases, Inborn", _RESP), "respiratory"),
    Disease("severe hemophilia A", "Hemophilia A", ("Blood Coagulation Disorders", "Hematologic Diseases"), "hematology"),
    Disease("sickle cell disease", "Anemia, Sickle Cell", ("Anemia, Hemolytic", "Hematologic Diseases"), "hematology"),
    Disease("Duchenne muscular dystrophy", "Muscular Dystrophy, Duchenne", ("Muscular Dystrophies", "Genetic Diseases, Inborn"),
            "rare_disease"),
    Disease("Fabry disease", "Fabry Disease", ("Lysosomal Storage Diseases", _META), "rare_disease"),
    Disease("neovascular age-related macular degeneration", "Wet Macular Degeneration", ("Retinal Degeneration", "Eye Diseases"),
            "ophthalmology"),
    Disease("geographic atrophy", "Geographic Atrophy", ("Macular Degeneration", "Eye Diseases"), "ophthalmology"),
    Disease("respiratory syncytial virus infection", "Respiratory Syncytial Virus Infections", ("Paramyxoviridae Infections", "Virus Diseases"),
            "infectious_disease"),
    Disease("chronic hepatitis B", "Hepatitis B, Chronic", ("Hepatitis, Viral, Human", "Virus Diseases"), "infectious_disease"),
)  # fmt: skip


class Modality(NamedTuple):
    """A drug modality: key, registry intervention type, how it is described, and endings of its INN-like names."""

    key: str
    intervention: str
    described: str
    endings: tuple[str, ...]


MODALITIES: tuple[Modality, ...] = (
    Modality("small_molecule", "DRUG", "an oral small molecule", ("tinib", "stat", "pant", "lisib", "grel")),
    Modality("antibody", "BIOLOGICAL", "a monoclonal antibody", ("limab", "tumab", "kimab", "bartamig")),
    Modality("adc", "BIOLOGICAL", "an antibody-drug conjugate", ("tumab vedotin", "limab deruxtecan")),
    Modality("cell_therapy", "BIOLOGICAL", "an autologous CAR-T cell therapy", ("cabtagene autoleucel", "leucel")),
    Modality("gene_therapy", "GENETIC", "an AAV gene therapy", ("gene parvovec", "gene vecnavir")),
    Modality("rna", "DRUG", "an siRNA therapeutic", ("siran", "nersen")),
    Modality("peptide", "DRUG", "a once-weekly peptide", ("glutide", "tide")),
    Modality("vaccine", "BIOLOGICAL", "a recombinant vaccine candidate", ("vax",)),
)

INN_HEADS: tuple[str, ...] = (
    "zavo", "tilu", "morve", "kera", "balu", "fezo", "ruxi", "ondi", "pelci", "varbe", "sutri", "dalco", "emvo",
    "jonta", "levri", "nabu", "quizo", "retva", "silto", "turva", "uxema", "vimbo", "yebra", "cazu",
)  # fmt: skip
INN_MIDDLES: tuple[str, ...] = ("ra", "mi", "do", "ne", "lu", "to", "si", "ve")

TARGETS: tuple[str, ...] = (
    "KRAS G12D", "TL1A", "CD19", "GPRC5D", "IL-4R alpha", "FcRn", "LRRK2", "APOC3", "PCSK9", "B7-H3", "CLDN18.2",
    "MASP-2", "GLP-1", "TYK2", "Nav1.8", "complement factor B",
)  # fmt: skip
CONGRESSES: tuple[str, ...] = (
    "the Northfield Healthcare Conference", "the Spring Oncology Congress", "the Harlow and Pike Biotech Summit",
    "the International Neurology Forum", "the Annual Hematology Meeting", "the Global Gene Therapy Symposium",
)  # fmt: skip
COUNTRIES: tuple[str, ...] = (
    "United States", "Germany", "France", "Spain", "Italy", "United Kingdom", "Poland", "Australia", "Canada", "Japan",
    "South Korea", "Netherlands", "Belgium", "Israel", "Brazil",
)  # fmt: skip
BANKS: tuple[str, ...] = ("Harlow and Pike", "Merriton Securities", "Caldwell Stroud", "Lindgren Markets")
OUTSIDERS: tuple[str, ...] = (
    "Brightwater Utilities", "Castlemere Bancorp", "Dunmore Energy Partners", "Fairholm Realty Trust", "Gridley Software",
    "Harrowgate Insurance Group", "Ironvale Steel", "Jasperline Logistics", "Kingsbarrow Foods", "Larkhill Airlines",
    "Milverton Retail Holdings", "Norcross Semiconductor", "Oakhurst Mortgage Trust", "Pinehollow Mining",
    "Quayside Hotels", "Rosedene Apparel", "Stonebridge Telecom", "Trentham Motors", "Underwold Capital", "Vickersby Rail",
)  # fmt: skip
"""Companies that have nothing to do with life science."""
