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
_REASONS: dict[str, re.Pattern[str]] = {
    "safety": any_of(
        r"""
            \bsafety toxicit \badverse\b \bside[-_]effects?\b \bclinical_hold\b \bdeaths?\b \bfatal
            unacceptable_risk risk[-_/]benefit benefit[-_/]risk hepatotox \bDLTs?\b \btolerab
        """
    ),
    "efficacy": any_of(
        r"""
            \bfutil \black_of_(?:\w+_)?(?:efficacy|benefit|activity|effect|effectiveness|response)
            \b(?:no|insufficient|limited|poor|low|inadequate)_(?:\w+_)?(?:efficacy|benefit|activity|effectiveness|response)\b
            \befficacy\b inefficac \bineffective \bnot_effective
            \b(?:failed_to|did_not)_(?:meet|show|demonstrate|reach|achieve)(?!_\w+_(?:enrol|recruit|accru))
            \bno_(?:significant_)?difference \bbased_on_(?:\S+_){0,5}(?:results|data|analysis)\b \binterim_analysis
            \bsurpassed
        """
    ),
    "enrolment": any_of(
        r"""
            \benrol(?!led) \brecruit \baccru \bno_(?:eligible_|suitable_)?(?:participants|patients|subjects)\b
            \b(?:low|small|insufficient|few|limited|inadequate|not_enough)_(?:numbers?|patients?|participants?|subjects?|volunteers?)\b
            \beligible_(?:patients|subjects|participants)\b \bslow_inclusion \binclusion_(?:rate|was|too|difficult)
            \bnumbers?_of_(?:patients|subjects|participants|eligible) \brandomi[sz]e\b \bscreen(?:ing)?_fail
        """
    ),
    "funding": any_of(
        r"""
            \bfund(?:s|ing|ed|ers?)?\b \bfinanc \bbudget \bgrant\b \bmoney\b \bbankrupt \binsolven \bresources\b
            \bcosts?\b \bliquidat \bsponsorship\b
        """
    ),
    "supply": any_of(
        r"""
            \b(?:drug|product|medication|supply|supplies|device|vaccine|IMP)\b[^.;]{0,40}\b(?:shortages?|available|unavailab\w*|discontinued|marketed)
            \bshortages?\b \bsupply\b \bmanufactur \bpharmaceutical_support
        """
    ),
    "regulatory": any_of(
        r"""
            \bFDA\b \bEMA\b \bregulator \bethics\b \bIRB\b \bIND\b \bhealth_authorit \bdisapprov \bnot_approved
            \bCTIMP\b
        """
    ),
    "business": any_of(
        r"""
            \bbusiness\b \bstrateg
            \bsponsor(?:'?s)?\W+(?:\w+\W+){0,2}?(?:decision|decided|request|terminat|withdr|choice|stop)
            \b(?:decision|decided|request|terminat\w+|stopp\w+|clos\w+|cancel\w+|withdrawn|considered)\b[^.;]{0,30}\b(?:by|of|from)_(?:the_)?(?:\w+_)?sponsor
            \bcompan(?:y|ies)\b \bcorporate \bcommercial \bportfolio \bpipeline \bpriorit \bmanagement_decision
            \binternal_decision \boperational \bmarket\b \blicen[cs]e \bpartner \bacqui(?:red|sition) \bmerger
            \bceased_development \br_?&_?d\b
            \b(?:program(?:me)?|development|project|compound|asset)\b[^.;]{0,40}\b(?:terminat|discontinu|stopp|cancel|halt|ceas|abandon)
        """
    ),
    "pandemic": any_of(r"""\bcovid \bpandemic \bcoronavirus \bSARS-CoV"""),
    "investigator": any_of(
        r"""
            \bPI\b
            \binvestigators?\b[^.;]{0,40}\b(?:left|leav|mov|clos|chang|retir|relocat|depart|no_longer|decision)
            \bstaff \bpersonnel \bleft\b
        """
    ),
}
_MAIN = frozenset({"safety", "efficacy", "enrolment", "funding", "business"})


def reason_class(why: str) -> tuple[str, str]:
    """Class and finer class of a ``whyStopped`` text: what kept the study from going on, as far as it says so.

    The class is safety, efficacy, enrolment, funding, business or other ("" for no text); the finer one also knows
    supply, regulatory, pandemic and investigator.
    """
    if not why:
        return "", ""
    text = _DENIED.sub(" ", clean(why[:1000]))  # the registry allows 250 characters
    fine = _first(_STATE.sub(" ", text)) or _first(text) or "other"
    return (fine if fine in _MAIN else "other"), fine


def _first(text: str) -> str:
    return next((name for name, pattern in _REASONS.items() if pattern.search(text)), "")


_OWNED = any_of(
    r"""
        \bsubsidiary_of\b \ban?_[\w.&'-]{2,40}(?:_[\w.&'-]{2,40}){0,2}_company\b \bacquired_by\b \bpart_of\b
        \baffiliate_of\b \bmember_of_the\b \bdivision_of\b \bd/?b/?a\b
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


def sponsor_change_kind(before: str, after: str, *, was_collaborator: bool) -> str:
    """What a new lead sponsor hints at: ``acquisition``, ``handover``, ``licence``, ``rename`` or ``transfer``.

    ``acquisition``: the new name says who owns it. ``handover``: a contract research organisation gave the entry back
    or took it over. ``licence``: a former collaborator leads now. ``rename``: the names share a distinctive word.
    Anything else is a ``transfer``, whose cause the registry does not tell.
    """
    if _OWNED.search(after) and not _OWNED.search(before):
        return "acquisition"
    if bool(_CRO.search(before)) != bool(_CRO.search(after)):
        return "handover"
    if was_collaborator:
        return "licence"
    shared = (set(words(before)) & set(words(after))) - _COMMON
    return "rename" if any(len(word) >= 4 for word in shared) else "transfer"
