"""Agencies, applications, approvals and designations."""

from __future__ import annotations

import re
from typing import Any

from signalwatch.detect import facts
from signalwatch.detect.attributes.context import Context


def agency(context: Context) -> dict[str, Any]:
    """``agency``: short name of the authority that decided."""
    named = [n for n in context.regulators if n.kind == "regulator"]
    if named:
        return {"agency": named[0].label}
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    for cue, value in _AGENCY_CUES:
        if cue.search(clause):
            return {"agency": value}
    return {}


_AGENCY_CUES = (
    (
        re.compile(
            r"emergency use authori|510 k|de novo|pre-?market approval|(?<![a-z])u\.?s\.? (?:approval|clearance|nod|"
            r"authori)|nda\b|\bbla\b"
        ),
        "FDA",
    ),
    (
        re.compile(
            r"(?:endorsement|backing|positive (?:opinion|recommendation)|recommend).{0,40}(?:europe|"
            r"(?<![a-z])eu(?![a-z]))|(?:europe|(?<![a-z])eu) .{0,20}(?:panel|endorse|backing)"
        ),
        "EMA",
    ),
    (
        re.compile(
            r"(?<![a-z])(?:eu|european union|europe) (?:approval|nod|green light|authori)|in the european union|in the eu\b"
        ),
        "EC",
    ),
    (re.compile(r"(?<![a-z])japan"), "PMDA"),
    (re.compile(r"(?<![a-z])uk (?:approval|nod)|in the uk\b|united kingdom"), "MHRA"),
    (re.compile(r"(?<![a-z])china"), "NMPA"),
    (re.compile(r"(?<![a-z])canad"), "Health Canada"),
    (re.compile(r"(?<![a-z])australia"), "TGA"),
)


def approval_stage(context: Context) -> dict[str, Any]:
    """``stage`` of an approval: approved, recommended, tentative or authorized (emergency use)."""
    clause = context.doc.norm[context.clause[0] : context.clause[1]]
    if re.search(
        r"chmp|cvmp|positive (?:opinion|recommendation)|endorsement|backing|positive recommendation|recommend(?:s|ed|"
        r"ation)? .{0,60}(?:approv|authori)|recommended by|ema (?:backs|endorses|recommends|panel)|empfehlung",
        clause,
    ) and not re.search(r"european commission approves|ec approves", clause):
        return {"stage": "recommended"}
    if "tentative" in clause:
        return {"stage": "tentative"}
    if re.search(r"emergency use|(?<![a-z])eua(?![a-z])", clause) and not re.search(r"approv", clause):
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
    elif "rolling" in clause and not re.search(r"complet", clause):
        out["status"] = "rolling"
    return out


_DESIGNATIONS = (
    (re.compile(r"fast[ \-]track(?!\w)"), "fast_track"),
    (
        re.compile(
            r"breakthrough (?:therapy|device|designation|status|therapies|tag)|breakthrough(?= (?:and|or|,|nod|from))|"
            r"breakthrough-status"
        ),
        "breakthrough",
    ),
    (re.compile(r"orphan"), "orphan"),
    (re.compile(r"(?<![a-z])rmat(?![a-z])|regenerative medicine advanced"), "rmat"),
    (re.compile(r"priority review(?! voucher)"), "priority_review"),
    (re.compile(r"(?<![a-z])prime(?![a-z])|priority medicines?"), "prime"),
    (re.compile(r"(?<![a-z])qidp(?![a-z])|qualified infectious"), "qidp"),
    (re.compile(r"rare pa?ediatric"), "rare_pediatric"),
    (re.compile(r"accelerated assessment"), "accelerated_assessment"),
    (
        re.compile(
            r"innovation passport|(?<![a-z])ilap(?![a-z])|sakigake|platform technology|voucher|innovative (?:device|"
            r"drug|medicine|licensing)|safer technologies|promising innovative|advanced therapy|emerging technology|"
            r"humanitarian"
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
