"""Kinds of words in organisation names: legal forms, descriptors, places, and words that mean another organisation.

General knowledge of how organisations are named in the languages of the registries; nothing here names a company. All
words are folded (no accents, lower case). ``words.txt`` beside this file lists ordinary English words, so that
a company called like one of them ("Relay", "Compass") is not found wherever the word stands.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# One spelling per descriptor, so that "Pharmaceuticals", "Pharmaceutical" and "Pharma" compare equal: the spelling that
# counts, then the others.
_SAME = """
pharma: pharmaceutical pharmaceuticals pharmaceut pharmac pharmacal pharmacals pharmas
  pharmaceutica pharmaceutici pharmaceutique pharmaceutiques pharm pharms farma
  farmaceutica farmaceutici farmaceutico farmaceuticos farmaceuticas farmaceutic farmaceutisk pharmazeutika
  pharmazeutische arzneimittel yakuhin seiyaku ilac pharmaco
therapeutics: therapeutic therapeutix therapies therapy therap ther tx
biotherapeutics: biotherapeutic biotherapies biotherapy
biopharma: biopharmaceutical biopharmaceuticals biopharmaceut biopharms biopharmas biopharm biopharmaceutics biofarma
bioscience: biosciences biosci bioscientific
biosolution: biosolutions
biotech: biotechnology biotechnologies biotechs biotechn biotechnol biotechnologia biyoteknoloji biotek biotec
  biotechnologie biotechnologia
biologics: biologic biologicals biological biologica
biomedicine: biomedicines
biomedical: biomed biomedicals biomedica
medicine: medicines medicament medicaments
lifescience: lifesciences
science: sciences sci
technology: technologies tech techs techn technol tecnologia tecnologias teknoloji teknolojileri technologie technologia
laboratory: laboratories laboratoire laboratoires laboratorio laboratorios laboratori labor labs lab laboratorium
  laboratoria
diagnostics: diagnostic diagnostica diagnostik dx diagn
vaccines: vaccine vaccins vacunas
immunotherapeutics: immunotherapeutic immunotherapies immunotherapy
radiopharma: radiopharmaceutical radiopharmaceuticals radiopharm
system: systems systeme sistemas sys
device: devices
product: products prod prods produits produtos productos
industry: industries inds industrie industria industrias industriale
solution: solutions
instrument: instruments instrumente
genetics: genetic
genomics: genomic
holding: holdings hldg hldgs
corporation: corp corpn
limited: ltd lim itd iimited
incorporated: inc
private: pvt
group: groupe grp gruppo gruppe grupo grup
company: co compagnie compania companhia
international: intl internat internacional internazionale internationale
medical: medicale medico medica med medicals
healthcare: healthcares
neuroscience: neurosciences
oncology: oncologics
clinical: clin clinicals
research: res
manufacturing: mfg manuf manufacture
development: dev devel developments
surgical: surg
service: services svcs servicos servicios
operation: operations
affiliate: affiliates
institute: institut instituto istituto institutes institutet
university: universite universitat universitaet universidad universidade universita universiteit universitet
  universities univ universitario universitaria universitaire universitats universitatsklinikum uniwersytet
hospital: hospitals hopital hopitaux ospedale ospedali ospedaliero ospedaliera hospitalier hospitalar hospices
  krankenhaus sygehus sairaala ziekenhuis szpital hastanesi hospitalario
foundation: foundations fondation fondazione fundacion fundacao fundacio stiftung stichting fondet fonden stiftelsen
  vakfi
clinic: clinics clinique cliniques clinica clinicas klinik kliniken klinikum kliniek klinika klinikken
center: centers centre centres centro centrum zentrum centra
"""


def _canon() -> dict[str, str]:
    found: dict[str, str] = {}
    one = ""
    for line in _SAME.splitlines():
        if ":" in line:
            one, line = line.split(":")
        found.update(dict.fromkeys(line.split(), one))
    return found


CANON: dict[str, str] = _canon()

# Legal forms, as tokens after joining of initials ("S.p.A." is "spa").
LEGAL: frozenset[str] = _set(
    """
    ab abp ad ag aktiebolag aktiengesellschaft aktieselskab anonim anonima anonyme ao aps as asa azioni berhad
    bhd bt bv bvba ccc cia cjsc clg co company corp corporate corporation cv cva dac dba dd doo ead eeig ehf
    eireli eood eurl gbr gesellschaft gk gmbh hf inc incorporated incorporation jsc kabushiki kaisha kft kg kgaa
    kk lc lim limitada limited llc llcs lllp llp lp ltd ltda mbh naamloze npo nv nyrt oao ohg ojsc ood ooo ou oy
    oyj pao pbc pjsc plc private proprietary pte pty publ public pvt rt sa saa sabdecv sac saci sadecv saic
    saicf sanayi sapa sapidecv sarl sarlau sas sasu sau sca scarl scs sdn se sia sirket sirketi sl sll slp slu
    snc sociedad sociedade societa societe sp spa spc sprl spzoo srl srlcv sro sti tbk ticaret uab ug ulc
    unlimited ve vennootschap vof yk zao zoo zrt
    """
)
# Legal forms that stand before the name.
LEGAL_PREFIX: frozenset[str] = _set(
    """
    ao cjsc firma jsc npo oao ojsc ooo pao pjsc pt zao
    """
)
# Legal forms of several words, in canonical spelling.
LEGAL_PHRASES: tuple[tuple[str, ...], ...] = tuple(
    tuple(phrase.split())
    for phrase in [
        "\n    sa de cv",
        " sab de cv",
        " sapi de cv",
        " s de rl",
        " sde rl de cv",
        " sp z oo",
        " sp z o o",
        " spolka z oo",
        " spol s ro",
        " spol\n    sro",
        " and company",
        " and cie",
        " and ca",
        " and sons",
        " e cia",
        " y cia",
        " et cie",
        " joint stock company",
        " limited liability\n    company",
        " sdn bhd",
        " public limited company",
        " pty limited",
        " private limited",
        " a s",
        " s a",
        " ag and company kgaa\n    ",
    ]
)
# What companies of this industry are called besides their own word, in classes that may stand for each other in loose
# speech: a coined "Xy Bio", "Xy Therapeutics" and "Xy Pharma" are one company, "Xy Devices" may be another.
DRUG: frozenset[str] = _set(
    """
    animal antibodies bio bioceuticals bioengineering bioinnovation bioinnovations biomanufacturing
    bioprocessing bioproducts biosurgery regenerative tissue biogenetics biolabs biologics biomedical biomedicine
    biopharma biopolis
    bioscience biosciences biosimilars biosolution biosystems biotech biotherapeutics bioworks cancer cell
    chemical chemicals chemie consumer dermatology gene generics genetics genomics global hematology immune
    immuno immunology immunopharma immunotherapeutics life lifescience medicinal medicine neuro neuroscience
    oncology ophthalmics otc peptide peptides pharma proteomics radiopharma radiotherapeutics respiratory rna rx
    science sciences specialty theranostics therapeutics therapeutique vaccines
    """
)
# Devices, diagnostics and care.
CARE: frozenset[str] = _set(
    """
    aesthetics ai analytical biomaterials biometrics bionics cardiac cardio cardiovascular care dental device
    diabetes diagnostics digital endovascular health healthcare hearing imaging implants instrument medical
    medtech molecular monitoring neuromodulation neurovascular optics orthopaedic orthopaedics orthopedic
    orthopedics renal respironics robotics spinal spine surgery surgical trauma vascular vision wound
    """
)
# Contract research and sites.
RESEARCH: frozenset[str] = _set(
    """
    bioanalytical bioservices cdmo clinical consulting contract cro laboratory research trials
    """
)
# Words of a technology company.
TECH: frozenset[str] = _set(
    """
    industry network product software solution system technology
    """
)
# Ordinary words that several companies of the industry are called by: one of them alone names nobody.
NAMESAKES: frozenset[str] = _set(
    """
    access alliance alpha apex apollo arena argo ark artemis ascend ascent athena atlas aurora avalon axis beacon
    bluebird
    bluejay bridge bright cascade catalyst century cornerstone
    crescent crystal delta discovery dynamic eagle eclipse
    element elevate elite emerald endeavor enterprise evolution
    evolve focus foundation freedom frontier fusion gemini
    genesis gravity guardian harbor harmony helix heritage horizon icon impact infinity insight integra iris juno
    keystone
    landmark legacy liberty lotus lumen matrix meridian mercury
    midas momentum navigator nexus nova oasis odyssey omega
    optima orchid orion pacific paradigm paragon phoenix
    pinnacle pioneer polaris precision premier prime prism pulse
    quantum quest radiant renaissance rise sage sapphire
    sentinel sierra signature solstice spark spectrum spring summit
    sunrise synergy target titan torch trinity triumph
    unity universal vanguard vantage vector venture victory vision
    vista
    vital zenith zephyr
    """
)
# Words of science and medicine that a unit or subsidiary is called by, besides those above.
SUBJECTS: frozenset[str] = _set(
    """
    androgen antibody antigen estrogen biomarker biomarkers bone
    brain brands cardiology cells disease diseases engineering
    enzyme eye
    fertility heart hormone immunotherapy insulin kidney
    liver lung metabolic microbiome microbiota migraine mobility
    muscle nephrology neurology nutrition nutritional nutritionals
    obesity ophthalmology pain plasma protein proteins
    psychiatry radioligand radiology rare receptor respiratory sight
    skin sleep stem supportive tumor urology vaccine
    wellness women
    """
)
# Words of a unit inside a company: they change nothing about which company it is.
UNIT: frozenset[str] = _set(
    """
    abteilung afdeling avdeling bereich bolumu comercial commerciale comercializadora departament departamento
    departement desarrollo developpement direccion direction distribucion distribution division divisione fazis
    filial filiale filiaal forschung forschungs entwicklung entwicklungs geschaeftsbereich geschaftsbereich handel
    handels investigacion niederlassung oddzial osasto produktion produktions recherche recherches
    representacion ricerca sube subesi succursale sucursal sviluppo vertrieb vertriebs vizsgalohely
    zweigniederlassung
    a advanced affairs affiliate africa america american americas an and apac asia at benelux bio branch branded
    business call capital central commercial commercialization contact corporate da de dei del department dept
    des development di distribution div division do du e early east eastern emea enterprise enterprises et eu
    europe european export federal finance financing for funding global government group headquarter
    headquarters hellas holding hq i iberia import in industry information innovation innovations intellectual
    international investigative investigator investments ip japan la latam le les licensing logistics
    manufacturing marketing medical new nordic north northern of office operation pacific partners phase product
    properties property public randd rd registration regulatory research royalty safety sales scandinavia
    schweiz service services site solution solutions south southern sponsor subsidiaries subsidiary suisse
    supply system technology the trading treasury uk ulc und unit us usa ventures west western worldwide y
    """
)
# Countries and their adjectives in the languages of the registries.
COUNTRIES: frozenset[str] = _set(
    """
    africa algeria america arabia argentina australia austria bangladesh belarus belgie belgique belgium bermuda
    bolivia brasil brazil britain bulgaria bvi canada cayman cesko ceylon chile china colombia croatia cuba
    cyprus czech czechia danmark denmark deutschland ecuador egypt emirates england espana estonia ethiopia
    finland france germany ghana gibraltar greece guatemala guernsey gulf hellas hk holland hongkong hungaria
    hungary iceland india indonesia iran iraq ireland irl israel italia italiana italy japan jersey jordan
    kazakhstan kenya kingdom korea latvia lebanon liechtenstein lithuania lux luxembourg magyarorszag malaysia
    malta maroc mexico monaco morocco nederland nepal netherlands nigeria nippon norge norway oesterreich
    osterreich pakistan panama paraguay peru philippines poland polska portugal prc puerto rico romania rus
    russia saudi schweiz scotland serbia singapore slovakia slovenia spain states suisse suomi sverige svizzera
    sweden switzerland taiwan thailand tunisia turkey turkiye uae uk ukraine uruguay us usa venezuela vietnam
    wales zealand
    """
)
# Cities, states and provinces where companies have units.
PLACES: frozenset[str] = _set(
    """
    aachen ahmedabad alberta allschwil amsterdam antwerp apeldoorn an angeles
    anhui ankara arizona athens atlanta auckland austin aviv az baltimore
    bangalore barcelona basel bc beijing bengaluru berlin bethesda boston brisbane brussels budapest busan ca
    calgary california cambridge carolina changchun changsha changzhou chapel chengdu chennai chicago chongqing
    changshu cincinnati cleveland co cologne colorado columbus
    connecticut copenhagen cork ct dalian dallas darmstadt de
    delaware delhi denver diego dongguan dublin durham dusseldorf edinburgh fl florida foshan francisco
    frankfurt fujian fuzhou ga gaithersburg gansu geneva georgia ghent glasgow gothenburg guangdong guangxi
    guangzhou guizhou haifa hainan hamburg hampshire hangzhou harbin haven hebei hefei heilongjiang helsinki
    heidelberg henan hohhot hong houston hsinchu hubei hunan
    hyderabad il illinois in incheon indiana indianapolis irl
    irvine istanbul jena jersey jerusalem jiangsu jiangxi jilin
    jinan kansas kaohsiung kenilworth kobe kong kunshan kunming kyoto
    lausanne leiden leuven leverkusen lianyungang liaoning lisbon london los louis ltda lux lyon ma macau
    madison madrid maine malmo manchester mannheim maryland
    massachusetts md melbourne mi miami michigan milan milano
    minneapolis minnesota missouri mn mo montreal moscow muenchen mumbai munchen munich nanchang nanjing nantong
    nc nebraska nevada ningbo nj nv ny ohio ontario or oregon osaka oslo ottawa oxford pa paris pennsylvania
    petersburg philadelphia phoenix portland porto prague pune qingdao quebec rahway raleigh rhode richmond
    rockville roma rome san seattle seoul shaanxi shandong shanghai shanxi shenyang shenzhen shijiazhuang
    sichuan stockholm strasbourg suzhou sydney taipei taiyuan taizhou tampa tel texas tianjin tokyo toronto
    tucson tx uppsala urumqi utah utrecht va valencia
    valparaiso vancouver vermont vienna virginia wa walkersville warsaw washington
    weifang wi wien wisconsin wuhan wuxi xi xiamen xian xuzhou yantai york yunnan zhejiang zhengzhou zhuhai
    zurich
    """
)
REGION_ENDS: frozenset[str] = _set(
    """
    city county district prefecture province region republic state
    """
)
# Words that make a name another organisation than the company it begins with, whatever the company is.
NOT_COMPANY: frozenset[str] = _set(
    """
    academy acquisition acquisitions alliance ambulatory apotek apotheke army associates association bancorp
    bancorporation bancshares bank cardiology charitable charities charity children childrens church clinic
    coalition coinvestors collaborative college committee community consortium cooperative council county
    dermatologists doctor doctors endowment endowments equity ev eye faculty federation fitness foundation fund
    funds gastroenterology gynaekologie gynakologie hall hospice hospital infirmary initiative investigators
    investor investors kidney league library lnstitute lottery lpfund medizinische memorial military ministry
    monastery municipal museum navy network nhs nursing oncologists pain parents patient patients pediatric
    pediatrics pension pesquisa physician physicians pllc policlinico polyclinic practice praxisgemeinschaft
    radiology regional registry rehab rehabilitation retina sanatorium sanitarium school society spac
    specialists spital sports stift surgeons survivors tandlaege trust trusts union university urology veterans
    yoga zorg
    """
)
# Mostly academic, now and then a company's.
CARE_SITES: frozenset[str] = _set(
    """
    center centers institute
    """
)
# Other trades. A company name continued by one of these is a namesake.
OTHER_TRADE: frozenset[str] = _set(
    """
    advertising advisors aerogels aerospace agri agriculture aircraft airlines airways aluminum apparel
    appliances asset assets assurance auto automotive aviation bancorp bank batteries battery beauty beverage
    beverages bitcoin blockchain brands brewery brewing broadcasting builders building burger cable cafe
    cannabis capital casino casinos cement clothing cloud coffee communications communities concrete
    construction container copper cosmetics credit cruise crypto cyber dairy defense ecommerce electric
    electrical electronics employment energy entertainment environmental estate exploration farm farms fashion
    film financial firearms fitness food foods footwear freight fuel fuels fund funds furniture games gaming gas
    glass gold grocery hemp homes hotel hotels housing hydrogen insurance internet investment iron jewelry
    leisure lending lithium logistics lumber luxury machinery marine maritime meat metals minerals mining
    mobility mortgage motor motors music networks newspapers oil online outdoor outdoors packaging paper
    partners payroll pet petroleum pictures pizza poultry press publishing radio rail railroad railway railways
    realty records recycling reit resorts resources restaurant restaurants retail royalties savings schools
    securities security semiconductor semiconductors shipping shoes silver software solar space spirits sporting
    staffing steel stores studios supermarkets sushi tankers telecom telecommunications television textile
    textiles timber tires tobacco tourism toys transport transportation travel truck trucking uranium utilities
    utility vehicles waste water wealth weapons wind wine wireless
    """
)
# Words of a group's financing unit.
FINANCE_ARM: frozenset[str] = _set(
    """
    capital finance financing funding investment investments treasury
    """
)
# Words of a fund or a trading house.
VENTURES: frozenset[str] = _set(
    """
    bioventures capital investment investments partners spv trading ventures
    """
)
# Words between other words.
SAYS_NOTHING: frozenset[str] = _set(
    """
    a an and at da de dei del des di do du e et for i in la le les of the und y
    """
)
# Articles, initials and words that stand before the name itself.
LEADING: frozenset[str] = _set(
    """
    a company dr f farmaceutici h industry ing koninklijke laboratory les p royal soc societe the
    """
)
PERSON_TITLES: frozenset[str] = _set(
    """
    dds do dphil dr facp frcp mbbs md mph msc pharmd phd prof professor rn
    """
)
# "X Clinical Research" and the like are, more often than not, small study sites with an ordinary word for a name.
SITE_TAILS: frozenset[tuple[str, ...]] = frozenset(
    tuple(pair.split())
    for pair in [
        "\n    clinical research",
        " clinical trials",
        " clinical trial",
        " clinical studies",
        " medical research",
        " research group",
        "\n    research associates",
        " research network",
        " research alliance",
        " cancer care",
        " health care",
        " medical group",
        " medical\n    company",
        " clinical site",
        " medical associates\n    ",
    ]
)

# Words that only describe. A name of nothing else ("Therapeutics, Inc.", "Clinical Research Alliance") names nobody.
DESCRIPTORS: frozenset[str] = DRUG | CARE | RESEARCH | UNIT | TECH | CARE_SITES


@cache
def ordinary_words() -> frozenset[str]:
    """English words, place and personal names (folded), from the packaged list. About 60,000."""
    text = files("signalwatch.resolve").joinpath("words.txt").read_text(encoding="ascii")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())
