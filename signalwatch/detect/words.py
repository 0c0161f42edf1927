"""Words of the raw text with what their punctuation says, and the closed word classes that the finder of names needs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"\S+")
_EDGE = "\"'“”‘’„()[]{}<>*,;:!?…•®™℠†‡|/"
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")
CAMEL = re.compile(r"[a-z][A-Z]|^[A-Z]{2,}[a-z]{2,}")
HYPHEN_DESCRIPTOR = re.compile(
    r"-(?:based|backed|led|focused|listed|headquartered|born|bred|founded|funded|stage|owned|partnered|supported|"
    r"grown|run|linked|related|associated|affiliated|targeting|targeted|mediated|driven|sponsored|licensed|controlled|"
    r"allied|incubated|positive|negative|resistant|induced|specific|dependent|free|seeded|spawned|spun)$",
    re.I,
)


class Word(NamedTuple):
    """One word of the raw text: its core without punctuation, and what the punctuation said."""

    start: int
    end: int
    core: str
    low: str
    comma: bool
    possessive: bool
    marked: bool  # a trademark sign stands on it
    opens: bool  # an opening bracket stands before it
    closes: bool


_new = tuple.__new__  # what Word(...) comes down to, without the call between: words are made by the million


def split_words(raw: str, start: int, end: int) -> list[Word]:
    """The words of a stretch of raw text."""
    out: list[Word] = []
    for m in _WORD.finditer(raw, start, end):
        text = m.group()
        if text.isalnum():
            at = m.start()
            out.append(_new(Word, (at, at + len(text), text, text.lower(), False, False, False, False, False)))
            continue
        if "/" in text and not text.startswith("http") and _SLASHED.match(text):
            at = m.start()
            for part in text.split("/"):
                if part:
                    _add(out, part, at)
                at += len(part) + 1
            continue
        lead, size, rest = _taken_apart(text)
        if size:
            at = m.start() + lead
            out.append(_new(Word, (at, at + size, *rest)))
    return out


_SLASHED = re.compile(r"^[A-Z][\w&.’']+(?:/[A-Z][\w&.’']+)+[,:;.]?$")


def _add(out: list[Word], text: str, at: int) -> None:
    """Append the word that a run of signs holds, if there is one."""
    lead, size, rest = _taken_apart(text)
    if size:
        at += lead
        out.append(_new(Word, (at, at + size, *rest)))


@lru_cache(maxsize=50_000)
def _taken_apart(text: str) -> tuple[int, int, tuple[str, str, bool, bool, bool, bool, bool]]:
    """Where the core of a word begins, how long it is (0: no word), and the rest of its `Word`; most words come again."""
    if text.isalnum() and text.isascii():
        return 0, len(text), (text, text.lower(), False, False, False, False, False)
    opens = text[:1] in "(["
    lead = len(text) - len(text.lstrip(_EDGE))
    body = text.strip(_EDGE)
    marked = "®" in text or "™" in text or "℠" in text
    tail = text[lead + len(body) :]
    comma = "," in tail
    closes = ")" in tail or "]" in tail
    possessive = False
    m = _POSSESSIVE.search(body)
    if m and len(body) > 2:
        possessive = True
        body = body[: m.start()]
    elif body[-1:] in "sS" and tail[:1] in ("'", "’") and text[:1] not in "'‘" and len(body) > 2:
        possessive = True  # "Acme Therapeutics’ drug"
    if marked:
        for sign in "®™℠":
            head, _, rest = body.partition(sign)
            if rest.strip("'’s ") == "" or rest:
                possessive = possessive or bool(re.match(r"['’]s", rest))
                body = head or body
    if body.endswith(".") and body.lower() not in _DOTTED:
        body = body[:-1]
    if not (body in "&+" or any(map(str.isalnum, body))):
        return 0, 0, ("", "", False, False, False, False, False)
    return lead, len(body), (body, body.lower().replace("’", "'"), comma, possessive, marked, opens, closes)


_DOTTED = frozenset(
    "inc. co. ltd. corp. u.s. u.k. s.a. n.v. a.g. b.v. s.p.a. l.p. k.k. st. dr. jr. sr. mr. ms. s.e. p.l.c.".split()
)


def title_case(words: list[Word]) -> bool:
    """Is this headline written With Capitals On Most Words (or all in capitals)?"""
    depth, outside = 0, []
    for word in words:  # generic names in brackets are lower case in any headline
        depth += word.opens
        if not depth:
            outside.append(word)
        depth -= word.closes and depth > 0
    long = [
        w for w in outside if len(w.core) > 3 and w.core[0].isalpha() and w.low not in FUNCTION and w.low not in SMALL
    ]
    if len(long) < 3:
        return False
    small = sum(1 for w in long if w.core[0].islower())
    return small <= max(0, len(long) // 6)


NOT_PREDICATES = frozenset(
    "is was as plans results launches leads reports shares studies trials tests offers deals awards uses posts lists "
    "works prices".split()
)
EXCHANGES = frozenset(
    "nasdaq nyse nasd otcqb otcqx otc asx tsx aim euronext lse hkex six tase kosdaq xice american otcmkts market".split()
)
FUNCTION = frozenset(
    "the a an and or of to in on for with from by at as is are was be its their his her this that these those it into "
    "over under after before amid "
    "about against between during via per than up off out not no but if how why what when who which will can could "
    "may new now still yet also more "
    "most less first second third one two three four five six seven eight nine ten plus elsewhere here there he she "
    "they we you i our your my mr ms dr".split()
)
SMALL = frozenset(
    "than through towards toward within without across upon versus among around onto vs. from mid-year "
    "next-generation due".split()
)
OPENERS = frozenset(
    "with after in at amid following as from on despite by under for chasing seeking ahead armed fresh facing citing "
    "looking based while when once since "
    "hot before hoping aiming betting undeterred elsewhere separately meanwhile additionally plus also finally backed "
    "to using without near months weeks days years".split()
)
SKIPPED = frozenset("based the a an new exclusive breaking updated report biotech-backed startup's and 'pharma".split())
PLAIN_NOUNS = frozenset(
    "patients shares drugs trials data results judge court doctors scientists researchers investors analysts "
    "regulators companies drugmakers biotechs deals "
    "layoffs approval approvals study trial research report news report women men people experts tech money stocks "
    "cancer obesity vaccine vaccines gene cell "
    "therapy biotech pharma startups funding healthcare health medicine acquisition merger partnership collaboration "
    "launch agreement topline positive negative "
    "new latest abstract executive leadership chief former ex passing trading clinical phase pipeline early late "
    "first second third two three four five final "
    "global european international national american updated exclusive breaking plus elsewhere promising statement "
    "investigational monotherapy combination "
    "treatment bispecific long-term real-world interim preliminary additional further more many most several some "
    "multiple both all".split()
)
RELATIONS = frozenset(
    "partner partners subsidiary unit affiliate spinout spin-out spinoff spin-off ally licensee licensor collaborator "
    "rival parent backer cro cros cdmo cdmos".split()
)
COMPANY_NOUNS = frozenset(
    "company startup start-up biotech drugmaker firm biopharma drugmaker developer maker upstart".split()
)
UNIT_ACTS = frozenset(
    "acquires buys cuts lays appoints names hires raises signs inks opens closes sues settles invests licenses partners "
    "reports announces expands axes".split()
)
AILMENTS = frozenset("disease syndrome disorder deficiency dystrophy anemia cancer carcinoma lymphoma ataxia".split())
BEFORE_NAMES = frozenset(
    "with by from for and rejects rejected approves approved accepts accepted clears cleared grants granted".split()
)
STRICKEN = frozenset(
    "faced hit dealt buoyed battered bruised burned spurned spooked rocked plagued hampered saddled stung struck fueled "
    "driven squeezed pressed boosted armed hot undaunted undeterred".split()
)
"""Words that open a headline with what happened to a company before it is named (``Hit with delays, Acme cuts ...``)."""
STUDIES = frozenset("study trial studies trials".split())
LOWER_NAMES = frozenset({"atai"})
"""Companies that write themselves without a capital."""
ALUMNI = frozenset("alum alums alumnus alumna alumni veteran veterans vet vets founder founders exec execs".split())
THINGS = frozenset(
    "assay test drug pill vaccine device app system kit shot therapy treatment injection implant stent platform".split()
)
COMPANY_ACTS = frozenset(
    "announces receives appoints names acquires raises secures closes launches completes enters signs submits initiates "
    "doses reports prices files obtains wins awarded granted selects hires promotes expands opens commences partners "
    "collaborates licenses doses enrolls begins presents introduces welcomes adds to strengthens gets earns achieves".split()
)
PEOPLE = frozenset(
    "exec execs executive executives alum alums veteran veterans founder founders "
    "scientist researchers doctor doctors physician physicians "
    "surgeon investor investors leader leaders ceo head chief analyst analysts expert experts team group".split()
)
ACADEMIC = frozenset(
    "university institute hospital college school center centre foundation clinic academy council universität "
    "université universidad karolinska".split()
)
RISKY_SUFFIX = frozenset(
    "life health vision medicine science company international global animal consumer group ai tech technology "
    "technologies systems solutions imaging devices "
    "capital partners nutrition oncology diagnostics vaccines surgical cardiovascular dermatology genetic chemical "
    "medical med immunotherapy laboratory "
    "genetics genomics instruments industries co se sa ag ab as bio laboratories labs".split()
) - frozenset("ag labs laboratories bio genomics diagnostics medical ab".split())
