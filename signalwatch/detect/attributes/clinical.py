"""Phase and outcome of trials."""

from __future__ import annotations

import re
from typing import Any

from signalwatch.detect import facts
from signalwatch.detect.attributes.context import Context, related, story


def phase(context: Context) -> dict[str, Any]:
    """``phase`` in LABELS spelling: nearest in the clause, else in the title's story, else what the text says of the study.

    A study called pivotal or late-stage counts only where no phase is given; the bare words of a headline without any
    text (``late-stage trial``) are not taken for a phase.
    """
    doc = context.doc
    part = story(context)
    texts = related(context) if part else []
    in_text = [value for place in texts for _, value in facts.phases(doc.norm, *place)]
    places = [context.clause, *([part] if part else [])]
    for place in places:
        found = facts.phases(doc.norm, *place)
        if found:
            value = min(found, key=lambda f: _distance(context, f[0]))[1]
            finer = next((v for v in in_text if v != value and v[:-1] == value and v[-1] in "ab"), value)
            return {"phase": finer}
    if in_text:
        return {"phase": in_text[0]}
    for place in (*places, *texts):
        if facts.pivotal(doc.norm, *place) is not None:
            return {"phase": "pivotal"}
    if context.lead[1] > context.lead[0]:
        for place in (*texts, *places):
            stage = facts.stage_phase(doc.norm, *place)
            if stage:
                return {"phase": stage[1]}
    return {}


def _distance(context: Context, position: int) -> int:
    if context.start <= position < context.end:
        return 0
    return context.start - position if position < context.start else position - context.end


def _words(*groups: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{'|'.join(groups)})(?![a-z]|-(?:release|edge|grade|risk|dose|onset|acting))")


_INVESTORS = r"(?:investors?|wall street|analysts?|the street|markets?|shareholders)"
_GOAL = r"(?:endpoints?|end points?|goals?|objectives?|targets?|mark|bar)"

_MIXED = _words(
    r"mixed",
    r"unclear win",
    r"despite (?:missing|failing|failure|failed|a miss)",
    r"despite (?:[a-z0-9\-]+ ){1,3}(?:miss|flop|failure|fail)",
    r"muted|middling|so-so|lukewarm|tepid|ho-hum|patchy|uneven",
    r"(?:one|two) of (?:two|three)",
    r"some (?:endpoints|goals)",
    r"(?:hits?|met|meets|wins?|succeeds?) .{0,60}(?:miss(?:es|ed)?|fails|failed|flops) (?:in |on )?(?:another|"
    r"the other|the second|one)",
    r"(?:miss(?:es|ed)?|fails|failed|flops) .{0,60}(?:hits?|met|meets|wins?|succeeds?) (?:in |on )?(?:another|"
    r"the other|the second)",
    r"(?:split|mixed) (?:decision|bag|verdict|picture)",
)
"""What says by itself that there is praise and a miss."""

_UNIMPRESSED = _words(
    rf"(?:fail(?:s|ed|ing)? to|does not|doesn't|did not|didn't) (?:impress|wow|excite|convince|please|satisfy|sway|"
    rf"move|cheer)"
    rf"(?: [a-z]+)? {_INVESTORS}",
    rf"(?:disappoint|underwhelm|spook|alarm|rattle|worr(?:y|ie)|unnerve)(?:s|ed|d|ing)? (?:[a-z]+ )?{_INVESTORS}",
    r"undifferentiated",
)
_FAILED = _words(
    # with what was not reached, so that "fails to beat placebo" is no praise
    r"(?:fail(?:s|ed|ing|ure)?|unable) to (?:significantly |meaningfully )?[a-z\-]+(?: [a-z\-]+){0,3}",
    r"(?:did not|didn't|does not|doesn't|do not|don't|could not|couldn't|without) (?:significantly |meaningfully |"
    r"statistically )?"
    r"[a-z\-]+(?: [a-z\-]+){0,3}",
    r"not (?:meet|met|achieve|achieved|reach|reached|superior|better|statistically|significant|significantly|"
    r"separate|differ)"
    r"(?: [a-z\-]+){0,2}",
    r"(?:no|little|scant|insufficient) (?:significant |clinical |added |overall |additional )?"
    r"(?:benefit|efficacy|effect|improvement|difference|advantage|better)",
    r"(?:unlikely|not likely|not expected) to (?:succeed|work|meet|reach|hit|achieve|show)(?: [a-z\-]+){0,3}",
    r"no more effective",
    r"(?:lack of|poor|insufficient) (?:efficacy|benefit|effect)|inefficacy|stopped early|will not (?:advance|progress|proceed)",
    r"no (?:dice|luck)|(?:bites?|bit) the dust|(?:blows?|blew) up|(?:concedes?|admits?) (?:defeat|failure)|"
    r"hopes? (?:is |are )?dashed|"
    r"washout|letdown|debacle|unconvincing|dismal|disastrous",
    r"fail(?:s|ed|ure|ures|ing)?",
    r"miss(?:es|ed|ing)?(?! (?:class|data))",
    r"flunk(?:s|ed|ing)?|flop(?:s|ped|ping)?|flub(?:s|bed)?|whiff(?:s|ed|ing)?|fizzle[sd]?|bust|dud|bomb(?:s|ed)?|"
    r"stumble[sd]?|"
    r"misfire[sd]?|backfire[sd]?|sputter(?:s|ed)?|implode[sd]?|faltere?d?|falters",
    r"(?:falls?|fell|falling|comes?|came|coming) (?:up )?(?:short|flat|empty)(?: of (?:[a-z\-]+ ){0,3}(?:bar|mark|"
    r"goal|hopes|"
    r"expectations|endpoint))?",
    r"(?:strikes?|struck|crash(?:es|ed)?|washe[sd]) out|(?:comes?|came) to nothing",
    r"unsuccessful|futil(?:e|ity)|disappoint(?:s|ed|ing|ment)?|underwhelm(?:s|ed|ing)?|lacklust(?:er|re)|"
    r"negative (?:results?|data|"
    r"readout|outcome|topline|trial|study|phase)|setback|defeat|inferior to|worse than|lags|lagged|trails|trailed",
)
_DOUBT = _words(
    r"(?:rais|prompt|spark|stir|stok|fuel|draw|leav)[a-z]*(?: [a-z\-]+){0,4} (?:questions?|concerns?|doubts?|"
    r"worr(?:y|ies)|"
    r"fears?|eyebrows)",
    r"(?:doubts?|questions|concerns|worries) (?:over|about|on|around)",
    r"(?:safety|liver|heart|cardiac|tolerability|toxicity|side[ \-]effects?|efficacy|durability)"
    r" (?:concerns?|signals?|worr(?:y|ies)|scares?|questions?|issues?|fears?|flags?|events?|doubts?)",
    r"(?:questions?|concerns?|doubts?|worries) (?:remain|linger|loom|mount|persist|swirl|abound)s?",
    r"remains? (?:unclear|uncertain|murky|to be seen|in (?:doubt|question))",
    r"(?:cloud|overshadow|undermin|temper|mar|muddie|muddy|dampen|undercut|dim|taint)(?:s|ed|d|red|es|med|ing)?",
    r"caveats?|at a cost|wanes?|waned|fades?|faded|dropouts?|patient deaths?|(?:a|one|two|three) deaths?",
    r"(?:only )?modest(?:ly)?",
    r"(?:relapses|side effects|deaths|cases|dropouts|adverse events) (?:creep|pile|mount|crop|emerge|surface|build)[a-z]*",
    r"safety (?:board|panel|committee) (?:has|raises|flags|wants) [a-z ]{0,20}(?:question|concern|worr)",
)
_CONTRAST = _words(
    r"but|though|although|while|whereas|however|despite|even as|yet|nevertheless|nonetheless|with a catch|amid"
)
_GOOD = _words(
    r"(?<!-)positive(?! (?:for|feedback|airway|breast|lung|cancers?|patients|tumou?rs|solid|adults|people|disease))|"
    r"favou?rabl[ey]|promising|encouraging|robust|strong(?:er|ly)?|compelling|durable|superior(?:ity)?|"
    r"impressive|stellar|upbeat|unprecedented|best-in-class|practice-changing|groundbreaking|landmark|"
    r"stunning|eye-(?:catching|popping)|jaw-dropping|striking|remarkable|dazzling|spectacular|tantalizing|exciting|blowout|"
    r"knockout|stand-?out|sparkling|heartening|staying power|strikes? gold|with flying colors|"
    r"dramatic(?:ally)?",
    r"success(?:es|ful|fully)?|succeed(?:s|ed|ing)?|wins?|winning|won|victor(?:y|ies)|triumphs?|home run|clean sweep",
    r"(?:statistical(?:ly)?|clinical(?:ly)?|highly|and) (?:and clinically )?(?:significan(?:t|ce|tly)|meaningful)|"
    r"significant(?:ly)? "
    r"(?!unmet|adverse|safety|risk factor)[a-z]+",
    rf"(?:me(?:e)?t(?:s|ing)?|hits?|hitting|achiev(?:es?|ed|ing)|reach(?:es|ed|ing)|clear(?:s|ed|ing)|nail(?:s|ed)?|"
    rf"smash(?:es|ed)?|"
    rf"satisf(?:y|ies|ied))(?: [a-z0-9\-]+){{0,5}} {_GOAL}",
    r"achiev(?:es?|ed|ing)(?: [a-z0-9%.\-]+){0,6} (?:responses?|remission|control|clearance|reduction)",
    r"improv(?:es?|ed|ing|ements?)|benefits?|beats?|beat(?:en|ing)|outperform(?:s|ed)?|tops|topped|outshine[sd]?|"
    r"bests|bested",
    r"(?:show|shows|showed|early|holds?|clinical) promise|promise (?:in|as|for)|efficacious|effective(?:ly)?|"
    r"complete (?:responses?|remissions?)|remissions?",
    r"sustain(?:s|ed)|deep(?:er)? |rapid(?:ly)? |consistent|aces?|aced|pass(?:es|ed)|shines?|shone|scores?|scored|"
    r"excels?|"
    r"dazzle[sd]?|wow(?:s|ed)|impress(?:es|ed)?|responde?d? to|shields?|(?:doubl|tripl)(?:ed|ing)(?: of| in| the)|"
    r"spurs|lets (?:[a-z]+ ){0,2}(?:patients|people)|"
    r"(?:bolster|strengthen)(?:s|ed)?|more (?:protective|effective|efficacious|potent) than|delivers?|delivered|"
    r"holds? up|stacks? up|pays? off|paid off",
    r"reduc(?:es?|ed|ing|tions?)|cuts?|lowers?|lowered|lowering|slow(?:s|ed)|slowing|delay(?:s|ed)?|extends?|extended "
    r"(?:overall |progression-free )?survival|prolong(?:s|ed|ing)?|halve[sd]?|curb(?:s|ed|ing)?|ease[sd]|easing|"
    r"shr(?:ink|ank|unk)s?|"
    r"restore[sd]?|prevent(?:s|ed)|protect(?:s|ed)|suppress(?:es|ed)|relieve[sd]?|revers(?:es|ed)|stabilize[sd]|"
    r"eliminat(?:es|ed)|"
    r"wip(?:es|ed) out|slash(?:es|ed)|trim(?:s|med)|normaliz(?:es|ed)|preserve[sd]|boost(?:s|ed)|alleviat(?:es|ed)|"
    r"blunt(?:s|ed)|"
    r"clear(?:s|ed) (?:skin|virus|lesions)",
    r"helps?(?: [a-z\-]+){0,4} (?:lose|shed|sleep|walk|see|hear|drop|live|stay|reach|keep|quit)",
    r"keeps?(?: [a-z\-]+){0,4} (?:remission|alive|free|off|in check|at bay)",
    r"(?:in|as) league with|on par|comparable|equivalen(?:t|ce)|bioequivalen(?:t|ce)|non-?inferior(?:ity)?|rivals|"
    r"(?:tops?|exceed(?:s|ed)?|beats?|surpass(?:es|ed)?) (?:expectations|hopes)",
    r"(?:data|analys[ei]s|results|findings)(?: [a-z\-]+){0,3} (?:supports?|reinforces?|underscores?|validates?|"
    r"confirms?)",
    r"gains? (?:in|with|of)|vision gains|works (?:in|for)|wider use|makes .{0,30}case|jákvæð\w*|vielversprechend\w*|positiv\w*",
)
_RATE = re.compile(
    r"\d(?:%| percent)(?: [a-z\-]+){0,3} (?:response rates?|responses?|remissions?|efficacy|effective|survival|"
    r"reductions?|weight loss|"
    r"improvements?|cure|responded|of (?:their )?(?:body )?weight)|"
    r"(?:los[et]|lost|shed|weight loss of)(?: [a-z\-]+){0,4} \d+(?:\.\d+)?(?:%| percent| pounds| kg)|"
    r"\d(?:%| percent)(?: of (?:[a-z\-]+ ){1,4})(?:responded|achiev|had|saw|reached|experienced)"
)
_SAFE = _words(r"(?:generally )?well[ \-]tolerated|safe(?: and effective)?|clean safety|good tolerability|manageable")
_WEAK_GOOD = _words(
    r"potential|leading|support(?:s|ed|ive|ing)?|highlight\w*|differentiat\w+|predictive|touts?|touted|hails?|hailed|"
    r"trumpets?|brags?|maximize|benefit|builds?|responses|safety profile|higher|maintain\w*|lifts?|validat\w+|"
    r"reinforc\w+|confirm\w*|"
    r"prevention of|proof[ \-]of[ \-](?:concept|mechanism)|first evidence|promise",
)
_UP = _words(
    r"soar\w*|surg(?:e|es|ed|ing)|jump\w*|rall(?:y|ies|ied)|spik(?:e|es|ed|ing)|rocket\w*|skyrocket\w*|climb\w*|"
    r"rises?|rose|leap\w*|"
    r"pops?|popped|gains|doubles?|triples?|zooms?|higher|(?:stock|shares) up"
)
_DOWN = _words(
    r"plung\w+|plummet\w*|crater\w*|tumbl\w+|tank(?:s|ed|ing)?|sinks?|sank|slump\w*|nosediv\w*|crash\w*|slid(?:es?|"
    r"ing)?|"
    r"falls?|fell|drops?|dropped|dives?|dove|collaps\w+|weak\w*|sheds?|halved|lower"
)
_ON_DATA = re.compile(
    r"(?<![a-z])(?:data|results?|trial|stud(?:y|ies)|phase|ph\.?|endpoints?|patients?|readout|topline|"
    r"findings)(?![a-z])"
)


def outcome(context: Context) -> dict[str, Any]:
    """``outcome`` of a readout: positive, negative, mixed or unclear.

    The words of the clause decide, then those of its story, then the sentences of the text that speak of data; words that
    praise only a little and the way the shares went count where nothing else is said.
    """
    if "outcome" in context.fixed:
        return {}
    doc = context.doc
    part = story(context)
    places = [context.clause, *([part] if part else [])]
    texts = [doc.norm[a:b] for a, b in related(context)] if part else []
    titles = [doc.norm[a:b] for a, b in places]
    for text in (*titles, *(t for t in texts if _ON_DATA.search(t))):
        verdict = _judge(text)
        if verdict:
            return {"outcome": verdict}
    for text in titles:
        verdict = _lean(text)
        if verdict:
            return {"outcome": verdict}
    return {"outcome": "unclear"}


def _judge(text: str) -> str | None:
    """A miss beside praise, or praise beside a doubt, is mixed; otherwise a miss outweighs praise."""
    if _MIXED.search(text):
        return "mixed"
    unimpressed = bool(_UNIMPRESSED.search(text))
    text = _UNIMPRESSED.sub(" ", text) if unimpressed else text
    failed = _FAILED.search(text)
    contrast = _CONTRAST.search(text)
    if failed:
        rest = _FAILED.sub(" \n ", text)
        praised = contrast and (_GOOD.search(rest) or _RATE.search(rest) or _WEAK_GOOD.search(rest))
        return "mixed" if praised else "negative"
    doubt = unimpressed or bool(_DOUBT.search(text))
    good = _GOOD.search(text) or _RATE.search(text) or _SAFE.search(text)
    if good:
        return "mixed" if doubt and (contrast or unimpressed) else "positive"
    if doubt:
        return "mixed" if contrast and _WEAK_GOOD.search(text) else "negative"
    return None


def _lean(text: str) -> str | None:
    """What the shares did, or how warmly a company speaks of data that nobody judges."""
    if _DOWN.search(text):
        return "negative"
    return "positive" if _UP.search(text) or _WEAK_GOOD.search(text) else None
