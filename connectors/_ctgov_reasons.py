"""Why a study stopped, and what a new lead sponsor hints at: free text and names, put into classes."""

from __future__ import annotations

import re

from connectors._ctgov_text import any_of, clean, folded, words

# A cause that is denied is no cause: "not driven by safety or efficacy concerns", "no new safety signals".
_DENIED = re.compile(
    r"(?i)\b(?:not|nor|neither|without|unrelated|independent|rather than)\b(?:\s+\w+){0,5}?"
    r"\s+(?:safety|efficacy|toxicity)\w*"
    r"(?:(?:\s*,\s*|\s+(?:or|and|nor|/)\s+|/)(?:\w+\s+)?(?:safety|efficacy|toxicity)\w*)*"
    r"(?:\s+(?:concerns?|reasons?|issues?|signals?|findings?|data))?"
    r"|\bno\s+(?:\w+\s+){0,2}?(?:safety|efficacy)\s+(?:\w+\s+)?(?:signals?|concerns?|issues?|reasons?|findings?)"
)
# What merely describes the state ("no patients were enrolled"), or names a committee, is a cause only if nothing else is.
_STATE = re.compile(
    r"(?i)\b(?:no|zero|0|any|\d+)\s+(?:patients?|subjects?|participants?)\s+(?:\w+\s+){0,3}?(?:enrol\w*|recruited|randomi[sz]ed|dosed)"
    r"|\b(?:before|prior to|without)\s+(?:\w+\s+){0,3}?(?:enrol\w*|recruit\w*)|\bdata\s+(?:and\s+)?safety\s+monitoring"
)

# The first class that matches wins: what is specific stands before what is often said along with it.
_REASONS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("safety", any_of(
        r"""
            \bsafety toxicit \badverse\b \bside[-_]effects?\b \bclinical_hold\b \bdeaths?\b \bfatal
            unacceptable_risk risk[-_/]benefit benefit[-_/]risk hepatotox \bDLTs?\b \btolerab
        """
    )),
    ("efficacy", any_of(
        r"""
            \bfutil \black_of_(?:\w+_)?(?:efficacy|benefit|activity|effect|effectiveness|response)
            \b(?:no|insufficient|limited|poor|low|inadequate)_(?:\w+_)?(?:efficacy|benefit|activity|effectiveness|response)\b
            \befficacy\b inefficac \bineffective \bnot_effective
            \b(?:failed_to|did_not)_(?:meet|show|demonstrate|reach|achieve)(?!_\w+_(?:enrol|recruit|accru))
            \bno_(?:significant_)?difference \binterim_analysis
            \bsurpassed
        """
    )),
    ("enrolment", any_of(
        r"""
            \benrol(?!led|l?ment_hold) \brecruit \baccru \bno_(?:eligible_|suitable_)?(?:participants|patients|subjects)\b
            \b(?:low|small|insufficient|few|limited|inadequate|not_enough)_(?:numbers?|patients?|participants?|subjects?|volunteers?)\b
            \beligible_(?:patients|subjects|participants)\b \bslow_inclusion \binclusion_(?:rate|was|too|difficult)
            \bnumbers?_of_(?:patients|subjects|participants|eligible) \brandomi[sz]e\b \bscreen(?:ing)?_fail
        """
    )),
    ("funding", any_of(
        r"""
            \bfund(?:s|ing|ed|ers?)?\b \bfinanc \bbudget \bgrant\b \bmoney\b \bbankrupt \binsolven \bresources\b
            \bcosts?\b \bliquidat \bsponsorship\b
        """
    )),
    ("supply", any_of(
        r"""
            \b(?:drug|product|medication|supply|supplies|device|vaccine|IMP)\b[^.;]{0,40}\b(?:shortages?|available|unavailab\w*|discontinued|marketed)
            \bshortages?\b \bsupply\b \bmanufactur \bpharmaceutical_support
        """
    )),
    ("regulatory", any_of(
        r"""
            \bFDA\b \bEMA\b \bregulator \bethics\b \bIRB\b \bIND\b \bhealth_authorit \bdisapprov \bnot_approved
            \bCTIMP\b
        """
    )),
    ("achieved", any_of(
        r"""
            \b(?:objectives?|goals?|endpoints?|aims?)_(?:of_the_study_)?(?:(?:has|have|was|were|is|are|been)_){0,2}(?:met|achieved|reached)\b
            \A\W*(?:study_)?(?:completed|finished)\b \bcompleted_(?:its_|the_)?primary_objective
            \bsufficient_data_(?:were_|was_)?(?:collected|obtained)
        """
    )),
    ("strategic", any_of(
        r"""
            \bstrateg \bpriorit \bportfolio \bpipeline \br_?&_?d\b \bbusiness_(?:objectives?|plans?|model)\b
            \bdevelopment_plans?_(?:has_|have_|was_|were_)?(?:changed|adjusted|revised)
        """
    )),
    ("efficacy", any_of(r"""\bbased_on_(?:\S+_){0,5}(?:results|data|analysis)\b""")),
    ("business", any_of(
        r"""
            \bbusiness\b
            \bsponsor(?:'?s)?\W+(?:\w+\W+){0,2}?(?:decision|decided|request|terminat|withdr|choice|stop)
            \b(?:decision|decided|request|terminat\w+|stopp\w+|clos\w+|cancel\w+|withdrawn|considered)\b[^.;]{0,30}\b(?:by|of|from)_(?:the_)?(?:\w+_)?sponsor
            \bcompan(?:y|ies)\b \bcorporate \bcommercial \bmanagement_decision
            \binternal_decision \boperational \bmarket\b \blicen[cs]e \bpartner \bacqui(?:red|sition) \bmerger
            \bceased_development
            \b(?:program(?:me)?|development|project|compound|asset)\b[^.;]{0,40}\b(?:terminat|discontinu|stopp|cancel|halt|ceas|abandon)
        """
    )),
    ("pandemic", any_of(r"""\bcovid \bpandemic \bcoronavirus \bSARS-CoV""")),
    ("investigator", any_of(
        r"""
            \bPI\b
            \binvestigators?\b[^.;]{0,40}\b(?:left|leav|mov|clos|chang|retir|relocat|depart|no_longer|decision)
            \bstaff \bpersonnel \bleft\b
        """
    )),
)  # fmt: skip
_MAIN = {"safety": "safety", "efficacy": "efficacy", "enrolment": "enrolment", "funding": "funding", "business": "business",
         "strategic": "business"}  # fmt: skip
_OBJECTIVE_UNMET = re.compile(r"(?i)\b(?:not|never|un(?:able|likely)|fail\w*|cannot|could)\b")


def reason_class(why: str) -> tuple[str, str]:
    """Class and finer class of a ``whyStopped`` text: what kept the study from going on, as far as it says so.

    The class is safety, efficacy, enrolment, funding, business or other ("" for no text); the finer one also knows
    strategic (of business), and supply, regulatory, pandemic, investigator and achieved (of other).
    """
    if not why:
        return "", ""
    text = _DENIED.sub(" ", clean(why[:1000]))  # the registry allows 250 characters
    fine = _first(_STATE.sub(" ", text)) or _first(text) or "other"
    return _MAIN.get(fine, "other"), fine


def _first(text: str) -> str:
    return next((name for name, pattern in _REASONS if _is_reason(name, pattern, text)), "")


def _is_reason(name: str, pattern: re.Pattern[str], text: str) -> bool:
    found = pattern.search(text)
    return found is not None and not (name == "achieved" and _OBJECTIVE_UNMET.search(text[: found.end()]))


_OWNED = any_of(
    r"""
        \bsubsidiary_of\b \ban?_[\w.&'-]{2,40}(?:_[\w.&'-]{2,40}){0,2}_company\b \bacquired_by\b \bpart_of\b
        \baffiliate_of\b \bmember_of_the\b \bdivision_of\b
    """
)
_CRO = any_of(
    r"""
        \bmedpace\b \biqvia\b \bquintiles\b \bparexel\b \bsyneos\b \binc_research\b \bppd\b
        \bpharmaceutical_product_development\b \bicon_(?:plc|clinical)\b \bpra_health \bcovance\b \bfortrea\b
        \bnovotech\b \bworldwide_clinical_trials\b \bpremier_research\b \bpsi_cro\b \bcelerion\b \btigermed\b
        \blinical\b \bveristat\b \brho,?_inc \bclinipace\b \bcaidya\b \ballucent\b \bavance_clinical\b
        \bgeorge_clinical\b \bergomed\b \bcontract_research\b \bCRO\b
    """
)
_LEGAL = frozenset(words("inc ltd llc co corp corporation company limited plc gmbh ag sa nv bv ab kk as spa srl"))
_COMMON = _LEGAL | frozenset(
    words(
        """the pharma pharmaceutical pharmaceuticals therapeutics therapeutic biosciences bioscience biotech biotechnology
        biopharma biopharmaceuticals biopharmaceutical medical medicines medicine university hospital institute
        center centre national of and for us usa international global group holdings holding sciences science laboratories
        labs health research development clinical oncology"""
    )
)


def same_name(before: str, after: str) -> bool:
    """Whether two sponsor names differ in case, punctuation or legal form only ("Co. Ltd" and "Co., Ltd.")."""
    old, new = ("".join(w for w in words(name) if w not in _LEGAL) or folded(name) for name in (before, after))
    return old == new


_OWNER = re.compile(
    r"(?i)\b(?:(?:wholly[- ]owned\s+)?subsidiary|part|affiliate|division|member)\s+of\s+(?:the\s+)?"
    r"(?P<a>[^()]{2,80}?)\s*(?:\)|,\s+(?:an?|the)\b|$)"
    r"|\bacquired\s+by\s+(?P<b>[^()]{2,80}?)\s*(?:\)|$)"
    r"|\ban?\s+(?P<c>[A-Z][\w.&'-]{1,40}(?:\s+[\w.&'-]{2,40}){0,2}?)\s+company\b"
)


def owner(name: str) -> str:
    """Whom a sponsor's name says it belongs to: "Oberland Pharma" of "Castleford, a subsidiary of Oberland Pharma"."""
    found = _OWNER.search(name)
    return (found["a"] or found["b"] or found["c"] or "").strip(" .,") if found else ""


def sponsor_change_kind(before: str, after: str, *, was_collaborator: bool, classes: tuple[str, str] = ("", "")) -> str:
    """What a new lead sponsor hints at: ``acquisition``, ``handover``, ``licence``, ``handback``, ``rename``, ``transfer``.

    ``acquisition``: the same company's name says now who owns it. ``handover``: a contract research organisation gave
    the entry back or took it over. ``licence``: a former collaborator, or a company after an institution, leads now.
    ``handback``: an institution after a company. ``rename``: the names share a distinctive word. Anything else is a
    ``transfer``, a sale or licence as a rule between companies, whose cause the registry does not tell.

    Args:
        classes: the registry's classes of both sponsors (INDUSTRY, OTHER ...), "" where unknown.
    """
    shared = any(len(word) >= 4 for word in (set(words(before)) & set(words(after))) - _COMMON)
    if shared and _OWNED.search(after) and not _OWNED.search(before):
        return "acquisition"
    if bool(_CRO.search(before)) != bool(_CRO.search(after)):
        return "handover"
    if was_collaborator:
        return "licence"
    if shared:
        return "rename"
    companies = tuple(c == "INDUSTRY" for c in classes)
    if all(classes) and companies[0] != companies[1]:
        return "licence" if companies[1] else "handback"
    return "transfer"
