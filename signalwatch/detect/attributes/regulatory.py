"""Agencies, applications, approvals and designations."""

from __future__ import annotations

import re
from typing import Any

from signalwatch.detect import facts
from signalwatch.detect.attributes.context import Context


def agency(context: Context) -> dict[str, Any]:
    """``agency``: short name of the authority that decided, said by name or by its country (``approved in the US``)."""
    named = [n for n in context.regulators if n.kind == "regulator"]
    if named:
        return {"agency": named[0].label}
    if context.fixed.get("stage") == "recommended":
        return {"agency": "EMA"}
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    for cue, value in _AGENCY_CUES:
        if cue.search(clause):
            return {"agency": value}
    return {}


_AS = r"approv|authori[sz]|clear|nod(?![a-z])|green.?light|go-?ahead|okay|ok(?![a-z])|blessing|endorse|licen[cs]|thumbs"
_BODY = (
    r"(?:'s|s')?(?: [a-z\-]+)? (?:regulators?|watchdog|panel|committee|agency|authorit(?:y|ies)|ministry|advis[eo]rs|"
    r"experts)(?![a-z])"
)


def _of(country: str) -> re.Pattern[str]:
    """A country as the one whose authority decides: ``in the X``, ``X approval``, ``X's drug regulator``, ``X clears ...``."""
    return re.compile(
        rf"(?<![a-z])(?:(?:in|across|throughout|within|from|for) (?:the )?(?:{country})(?![a-z])|"
        rf"(?:{country})(?![a-z])(?:(?:'s)?(?: [\w\-]+){{0,2}}? (?:{_AS})|{_BODY})|"
        rf"(?:{country}) (?:becomes|is) (?:the )?first)"
    )


_EURO_PANEL = re.compile(
    r"(?<![a-z])chmp(?![a-z])|(?:endorsement|backing|positive (?:opinion|recommendation|verdict)|recommend|thumbs.up|"
    r"favou?rable opinion).{0,60}(?<![a-z])(?:europe|eu(?![a-z]))|(?<![a-z])(?:europe(?:an|'s)?|eu)(?:'s)?"
    rf"{_BODY}(?: [a-z]+){{0,2}}? (?:back|endors|recommend|support|favou?r|say|smile)|"
    r"(?<![a-z])(?:europe|eu|european) .{0,20}(?:panel|endorse|backing|recommend)"
)
_AGENCY_CUES = (
    (re.compile(r"(?<![a-z])us-?fda(?![a-z])"), "FDA"),
    (_EURO_PANEL, "EMA"),
    (_of(r"u\.s\.?(?:a\.?)?|us|usa|united states|america|american"), "FDA"),
    (_of(r"eu|european union|europe|european"), "EC"),
    (_of(r"japan|japanese"), "PMDA"),
    (_of(r"uk|u\.k\.?|united kingdom|britain|great britain|british|england"), "MHRA"),
    (_of(r"china|chinese"), "NMPA"),
    (_of(r"canada|canadian"), "Health Canada"),
    (_of(r"australia|australian"), "TGA"),
    (_of(r"switzerland|swiss"), "Swissmedic"),
    (_of(r"brazil|brazilian"), "ANVISA"),
    (_of(r"south korea|korea|korean|south korean"), "MFDS"),
    (_of(r"india|indian"), "CDSCO"),
    (_of(r"mexico|mexican"), "COFEPRIS"),
    (_of(r"taiwan|taiwanese"), "TFDA"),
    (re.compile(r"(?<![a-z])saudi (?:food|fda)"), "Saudi FDA"),
    (_of(r"saudi arabia|saudi"), "Saudi FDA"),
    (_of(r"singapore"), "HSA"),
    (_of(r"new zealand"), "Medsafe"),
    (
        re.compile(
            r"emergency use authori|510 k|de novo|pre-?market approval|(?<![a-z])s?nda(?![a-z])|(?<![a-z])s?bla(?![a-z])"
        ),
        "FDA",
    ),
    (re.compile(r"(?<![a-z])eu (?:[\w\-]+ ){1,3}(?:approv|nod)"), "EC"),
    (re.compile(r"(?<![a-z])japan"), "PMDA"),
    (re.compile(r"(?<![a-z])china"), "NMPA"),
    (re.compile(r"(?<![a-z])canad"), "Health Canada"),
    (re.compile(r"(?<![a-z])australia"), "TGA"),
)

_RECOMMENDED = re.compile(
    r"(?<![a-z])(?:chmp|cvmp)(?![a-z])|(?:positive|favou?rable) (?:[a-z]+ )?(?:opinion|recommendation|verdict)|"
    r"(?<![a-z])(?:endorsement|backing)(?![a-z])|recommend(?:s|ed|ation)?(?![a-z]).{0,60}(?:approv|authori)|"
    r"recommended by|ema (?:backs|endorses|recommends|panel)|empfehlung"
)
_FINAL = re.compile(
    r"european commission (?:has |grants |issues )?(?:approv|market)|(?<![a-z])ec (?:approv|grants|clears)"
)
_EMERGENCY = re.compile(
    r"emergency[ \-](?:[\w\-]+ ){0,3}?(?:use|nod|authori[sz]ation|approval|clearance|green light|okay|ok)(?![a-z])|"
    r"(?<![a-z])eua(?![a-z])|(?:approv|authori[sz]|clear)(?:es|ed|s) .{0,60}for emergency"
)


def approval_stage(context: Context) -> dict[str, Any]:
    """``stage`` of an approval: approved, recommended, tentative or authorized (emergency use)."""
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    panel = context.fixed.get("stage") == "recommended"
    if (panel or _RECOMMENDED.search(clause)) and not _FINAL.search(clause):
        return {"stage": "recommended"}
    if "tentative" in clause:
        return {"stage": "tentative"}
    if _EMERGENCY.search(clause) and not re.search(r"(?:full|fda) approv|approval (?:and|&)|approval of", clause):
        return {"stage": "authorized"}
    return {"stage": "approved"}


_KINDS = (
    (re.compile(r"(?<![a-z])snda(?![a-z])|supplemental new drug|supplementary new drug"), "sNDA"),
    (re.compile(r"(?<![a-z])sbla(?![a-z])|supplemental biologics"), "sBLA"),
    (re.compile(r"(?<![a-z])j-?nda(?![a-z])"), "J-NDA"),
    (re.compile(r"(?<![a-z])anda(?![a-z])|abbreviated new drug"), "ANDA"),
    (re.compile(r"(?<![a-z])nda(?![a-z])|new drug application"), "NDA"),
    (re.compile(r"(?<![a-z])blas?(?![a-z])|biologics license"), "BLA"),
    (
        re.compile(
            r"(?<![a-z])maa(?![a-z])|marketing authori[sz]ation|marketing application|(?<![a-z])ema(?![a-z])|type ii "
            r"variation"
        ),
        "MAA",
    ),
    (re.compile(r"510 ?k"), "510(k)"),
    (re.compile(r"de novo"), "De Novo"),
    (re.compile(r"(?<![a-z])pma(?![a-z])|premarket approval|pre-market approval"), "PMA"),
    (re.compile(r"(?<![a-z])eua(?![a-z])|emergency use"), "EUA"),
    (re.compile(r"ukca"), "UKCA"),
    (re.compile(r"(?<![a-z])ce[ \-]mark"), "CE mark"),
    (re.compile(r"new drug submission|(?<![a-z])nds(?![a-z])"), "NDS"),
)


def submission(context: Context) -> dict[str, Any]:
    """``kind`` of application and ``status``: submitted, accepted or rolling."""
    doc = context.doc
    found = facts.first_in(doc.norm, *context.clause, _KINDS)
    if found is None:
        start, end = context.lead
        found = facts.first_in(doc.norm, start, end, _KINDS)
    out: dict[str, Any] = {"kind": found[1]} if found else {}
    clause = doc.norm[context.clause[0] : context.clause[1]]
    if (
        re.search(r"accept|validat|agrees to review|for review|receives (?:priority )?review", clause)
        and context.fixed.get("status") == "accepted"
    ):
        out["status"] = "accepted"
    elif "rolling" in clause and not re.search(r"complet|wrap|finish|finali[sz]|final part|conclud", clause):
        out["status"] = "rolling"
    return out


_DESIGNATIONS = (
    (re.compile(r"fast[ \-]track"), "fast_track"),
    (
        re.compile(
            r"breakthrough (?:therapy|device|drug|medicine|designation|status|therapies|tag|label|badge|nod|recognition)|"
            r"breakthrough(?= (?:and|or|&|,|from|program))|(?:fda|cde|nmpa) breakthrough|breakthrough-status|"
            r"(?:designat\w+|name[sd]?|deem\w*|tag(?:s|ged)|label(?:s|ed|led)) .{0,40}breakthrough|(?<![a-z])btd(?![a-z])"
        ),
        "breakthrough",
    ),
    (re.compile(r"orphan|(?<![a-z])odd(?= (?:from|by|for))"), "orphan"),
    (re.compile(r"(?<![a-z])rmat(?![a-z])|regenerative medicine advance"), "rmat"),
    (
        re.compile(
            r"priority review(?! voucher)|(?:speedy|speedier|expedited|quick|quicker|fast|faster|shortened) (?:[a-z]+ )?review"
        ),
        "priority_review",
    ),
    (
        re.compile(
            r"(?<![a-z])prime (?:designation|status|scheme|eligib|program|tag|label|and)|"
            r"(?:and|\() ?prime(?![a-z])|priority medicines?"
        ),
        "prime",
    ),
    (re.compile(r"(?<![a-z])qidp(?![a-z])|qualified infectious"), "qidp"),
    (re.compile(r"rare pa?ediatric(?!(?: disease)?(?: priority review)? voucher)"), "rare_pediatric"),
    (
        re.compile(r"accelerated assessment|(?:ema|eu|europe\w*)(?:'s)? .{0,80}accelerated review"),
        "accelerated_assessment",
    ),
    (
        re.compile(
            r"innovation passport|(?<![a-z])ilap(?![a-z])|sakigake|platform technology|voucher|innovative (?:device|"
            r"drug|medicine|medical device|licensing)|safer technologies|promising innovative|"
            r"advanced therapy (?:designation|status)|"
            r"emerging technology|humanitarian|pioneer drug|conditional early approval|animal rule"
        ),
        "other",
    ),
)


def designations(context: Context) -> list[str]:
    """All designations that the clause of the match names, in order."""
    norm = context.doc.norm
    found: list[tuple[int, str]] = []
    for pattern, value in _DESIGNATIONS:
        m = pattern.search(norm, *context.clause)
        if m:
            found.append((m.start(), value))
    found.sort()
    values = [v for _, v in found]
    if len(values) > 1 and "other" in values and "voucher" not in norm[context.clause[0] : context.clause[1]]:
        values.remove("other")
    return values


def designation(context: Context) -> dict[str, Any]:
    """``designation``: the first one named; the detector makes one event of each."""
    values = designations(context)
    return {"designation": values[0]} if values else {}
