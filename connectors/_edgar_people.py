"""Arrivals and departures in the legal text of 8-K item 5.02. Pay, plans and re-elections are no news of that kind."""

from __future__ import annotations

import re

import msgspec

_NAME = (
    r"(?:(?:Dr|Mr|Ms|Mrs|Prof|Sir)\.?\s+)?(?:[A-Z][\w'\u2019.-]+)(?:\s+(?:[A-Z]\.|(?:de|van|von|der|del|la|di)\b|"
    r"[\"\u201c(][A-Z]\w+[\"\u201d)]|[A-Z][\w'\u2019-]+)){0,4}(?:,?\s*(?:Jr\.|Sr\.|I{2,3}|(?:Ph\.?\s?D|M\.?D|MBA|M\.B\.A|J\.?D|CPA|"
    r"Pharm\.?\s?D|D\.?V\.?M|M\.?S|M\.?P\.?H|D\.?Sc)\b\.?))*"
)
_ROLE = (
    r"(?:(?:interim|acting|co-?|deputy|executive|group|corporate|global|senior|newly\s+created)[\s-]+)*"
    r"(?:chief(?:\s+[A-Za-z&,-]+){1,4}?\s+officer(?:\s*\([A-Z]+\))?|C[EFMOSTBL]O\b|president(?:\s+and\s+chief\s+executive\s+officer)?|"
    r"(?:executive\s+|senior\s+)*vice\s+president|general\s+counsel|(?:independent\s+)?(?:non-executive\s+)?chair(?:man|woman|person)?\b|"
    r"(?:principal\s+)?(?:accounting|financial|executive)\s+officer|head\s+of\s+[a-z ]{3,30}|treasurer|controller|"
    r"(?:an?\s+|the\s+)?(?:independent\s+|non-employee\s+|class\s+i{1,3}\s+)*(?:member|director)s?\b|"
    r"(?:the\s+)?(?:company.s\s+|its\s+)?board(?:\s+of\s+directors)?)"
)
_JOINS = re.compile(
    r"\b(?:appointed|elected|named|promoted|hired|designated)\s+(?:\([a-z]\)\s*)?(?P<person>" + _NAME + r")"
    r"(?:,[^,\n]{0,60},)?\s+(?:effective[^,\n]{0,40},?\s+)?(?:\w+\s+){0,3}?(?:as|the\s+Company.s|its|to\s+serve|to\s+fill|to\s+the|to\s+be|to\s+its|to\s+(?:become|join)|and\b|"
    + _ROLE
    + r")"
    r"|(?P<person2>"
    + _NAME
    + r")(?:,[^\n;]{0,120}?,)?\s+(?:was|were|has\s+been|had\s+been|have\s+been|will\s+be)\s+(?:(?:each|also|unanimously)\s+)*"
    r"(?:appointed|elected|named|promoted|hired|designated)\b"
    r"|\b(?:appointment|election|promotion|hiring)\s+of\s+(?P<person3>" + _NAME + r")\b"
    r"|(?P<person4>"
    + _NAME
    + r")(?:,[^\n;]{0,120}?,)?\s+(?:will\s+join|joined|has\s+joined|will\s+(?:become|assume|succeed|serve\s+as)|"
    r"(?:has\s+)?assumed|succeeds?|agreed\s+to\s+(?:join|serve\s+as))\b",
)
_LEAVES = re.compile(
    r"(?P<person>"
    + _NAME
    + r")(?:,(?:[^\n;.]|\.(?=\s*[(,]|\w)){0,200}?,?)?\s+(?:(?:has|had|will|also|formally|voluntarily|recently|verbally)\s+){0,3}"
    r"(?:(?:tendered|submitted|provided|delivered|gave)\s+(?:\w+\s+){0,3}?(?:notice|resignation|letter)|"
    r"(?:informed|notified|advised|told)\s+(?:(?:[^.\n]|\.(?=\s*[(,]|\w)|(?<=\bInc)\.|(?<=\bCorp)\.|(?<=\bLtd)\.){0,160}?)(?:resign|retir|step(?:ping)?\s+down|leav|depart|not\s+(?:to\s+)?(?:stand|seek)|intent)|"
    r"resigned|resigns?|retire[sd]?\b|(?:elected|decided|agreed|plans?|intends?|announced\s+(?:his|her|their)\s+(?:intention|decision|plan))\s+to\s+(?:resign|retire|step\s+down|leave|depart|transition)|"
    r"step(?:ped|ping|s)?\s+down|depart(?:ed|s|ing)?\b|leave\b|left\s+the|ceased?\s+(?:to\s+(?:be|serve)|serving|employment)|"
    r"(?:was|were|is|been|be)\s+(?:terminated|removed|dismissed|no\s+longer)|no\s+longer\s+(?:serv\w+|be)|"
    r"will\s+not\s+(?:stand|seek|be\s+standing)|passed\s+away|died)"
    r"|\b(?:resignation|retirement|departure|termination|separation|removal|passing|death)\s+(?:letter\s+)?(?:of|from)\s+(?P<person2>"
    + _NAME
    + r")"
    r"|(?P<person3>"
    + _NAME
    + r")[\u2019']s?\s+(?:(?:employment|service|position|term|role)\s+(?:[^.\n]{0,60}?)(?:terminat|end|ceas|conclud)\w*|"
    r"(?:decision|intention)\s+to\s+(?:resign|retire|leave|step)|(?:resignation|retirement|departure)\b)",
)
_ROLE_NEAR = re.compile(r"\b" + _ROLE, re.IGNORECASE)
_CHIEF_TOO = re.compile(
    r"(?:\s+of\s+the\s+board(?:\s+of\s+directors)?)?(?:,\s+(?:and\s+)?|\s+and\s+)(?:(?:(?!chief|principal|interim|acting|and)[A-Z][\w&]+\s+){0,2}(?!chief|principal|interim|acting|and)[A-Z][\w&]+,?\s+(?:and\s+)?)?"
    r"(?:(?:the|its|our|as)\s+)?(?P<role>(?:interim\s+|acting\s+|principal\s+)?(?:chief(?:\s+[A-Z][\w&,-]*){1,4}?\s+officer(?:\s*\([A-Z]+\))?|"
    r"C[EFMOSTBL]O\b|(?:accounting|financial|executive)\s+officer|general\s+counsel))",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"^(?:(?:the|this|such|any|each|certain|our|its|on|in|as|of|at|by|effective|following|pursuant|under|item|section|form|"
    r"compensatory|departure|board|directors?|committee|company|corporation|registrant|appointment|election|employment|"
    r"executive|officers?|chief|president|vice|senior|inc|the\s+board|annual|special|meeting|nasdaq|plan|amendment|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|chair\w*|general|"
    r"new|no|if|when|upon|both|all|he|she|they|we|none|other|there|mutual|named|resignation|retirement)\b)|"
    r"\b(?:Inc|Corp|LLC|Company|Agreement|Committee|Board|Plan|Officer|Directors|Officers|Exchange|Act|Meeting|Proxy|Corporation|President)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^(?:Dr|Mr|Ms|Mrs|Prof|Sir)\.?\s+")
_CUT = re.compile(
    r"\s+(?:Senior|Executive|Vice|Chief|President|Chair\w*|Director|General|Interim|Corporate|Group)\b.*$|[\u2019']s?$"
)
_ADVISER = re.compile(
    r"\s*(?:as\s+|to\s+serve\s+as\s+|to\s+be\s+)?(?:an?\s+|the\s+)?(?:(?:senior|special|strategic|executive|part-time|non-employee)\s+)*"
    r"(?:advis[eo]r|consultant|employee|counsel\s+to)",
    re.IGNORECASE,
)
_DEGREES = re.compile(
    r",?\s*(?:Ph\.?\s?D|M\.?D|MBA|M\.B\.A|J\.?D|CPA|Pharm\.?\s?D|D\.?V\.?M|M\.?S|M\.?P\.?H|D\.?Sc)\b\.?", re.IGNORECASE
)
_HISTORY = re.compile(
    r"(?:previously|prior\s+to|would\s+(?:end|serve|continue)|since\s+(?:\w+\s+)?\d{4}|from\s+(?:\w+\s+)?\d{4}|served\s+as|as\s+previously\s+(?:disclosed|reported|announced)|"
    r"was\s+appointed\s+\w+(?:\s+\w+){0,8}\s+in\s+\w*\s*\d{4}|age\s+\d\d,?\s+(?:has\s+)?(?:served|been)|in\s+(?:19|20)\d\d)",
    re.IGNORECASE,
)
_PROVIDED = re.compile(
    r"\b(?:had|previously)\s+provided\b|^\W*(?:\([a-z]\)\s*)?(?:if|in\s+the\s+event|should|upon\s+(?:a|any)|in\s+case)\b|\bif\s+(?:the|his|her|mr|ms|dr)\b",
    re.IGNORECASE,
)
"""What an agreement provides for a case that has not come is no departure."""
_NOMINATED = re.compile(
    r"(?:annual|special)\s+meeting[^.\n]{0,120}(?:re-?elect|elect)|re-?elect(?:ed|ion)", re.IGNORECASE
)

READ = 3000
"""Characters of item 5.02 that are read: biographies and pay follow the news."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One arrival or departure; ``start``/``end`` quote the sentence part that says so."""

    direction: str  # joins | leaves
    person: str
    role: str
    start: int
    end: int


def read_moves(text: str, start: int, end: int, registrant: str = "") -> list[Move]:
    """Arrivals and departures an item 5.02 announces, in order, one per person and direction."""
    stop = min(end, start + READ)
    company = (registrant.split() or ["\n"])[0].strip(",.").lower()
    moves: list[Move] = []
    seen: set[tuple[str, str]] = set()
    for pattern, direction in ((_LEAVES, "leaves"), (_JOINS, "joins")):
        at = start
        while (match := pattern.search(text, at, stop)) is not None:
            group, person = next((g, p) for g, p in match.groupdict().items() if p)
            own = person.lower().startswith(
                company
            )  # "Acme Foods, Inc., announced that ...": the company, not a person
            move = None if own else _judge(text, start, stop, match, person, direction)
            # What only looked like a name ("Purchase Agreement, Jane Roe resigned") must not hide the one behind it.
            at = match.end() if move is not None else match.end(group)
            if move is not None and (key := (move.person.split()[-1], direction)) not in seen:
                seen.add(key)
                moves.append(move)
    return sorted(moves, key=lambda m: m.start)


def _judge(text: str, start: int, stop: int, match: re.Match[str], person: str, direction: str) -> Move | None:
    plain = _CUT.sub("", _DEGREES.sub("", _TITLE.sub("", " ".join(person.split())))).strip(" ,.")
    titled = _TITLE.match(person.strip()) is not None
    if not plain or _NOT_A_NAME.search(plain) or (len(plain.split()) < 2 and not titled):
        return None
    left = max(start, text.rfind("\n", start, match.start()) + 1, _sentence_start(text, start, match.start()))
    if _PROVIDED.search(text[left : match.end()]):
        return None
    right = _sentence_end(text, match.end(), stop)
    following = text[match.end() : match.end() + 60].partition(". ")[0]
    if _HISTORY.search(match.group() + following):
        return None
    if direction == "joins":
        if _NOMINATED.search(text[left:right]) or _ADVISER.match(text, match.end()):
            return None
        role = _role(text, match.start(), min(right, match.end() + 110)) or _role(text, left, match.start())
    else:
        role = (
            _role(text, match.start(), right) or _role(text, left, right) or _role(text, right, min(stop, right + 160))
        )
    if not role:
        return None
    return Move(direction=direction, person=_full(text, start, stop, plain), role=role, start=left, end=right)


def _full(text: str, start: int, stop: int, name: str) -> str:
    """The full name for a surname ("Mr. Roe"), where the item gives it elsewhere."""
    if len(name.split()) > 1:
        return name
    found = re.search(r"\b(?:[A-Z][\w\u2019'-]+ (?:[A-Z]\. )?)" + re.escape(name) + r"\b", text[start:stop])
    plain = _TITLE.sub("", found.group()) if found else name
    return name if _NOT_A_NAME.search(plain) else plain


def _role(text: str, a: int, b: int) -> str:
    """The first role named; a chief officer's title behind it in the same breath says more ("EVP and Chief ... Officer")."""
    match = _ROLE_NEAR.search(text, a, b)
    if match is None:
        return ""
    chief = _CHIEF_TOO.match(text, match.end(), b)
    role = " ".join((chief["role"] if chief else match.group()).split())
    lower = role.lower()
    if "board" in lower or re.search(r"\b(?:member|director)s?$", lower):
        return "board director"
    return re.sub(r"^(?:an?|the)\s+", "", role, flags=re.IGNORECASE)


_ABBREVIATED = re.compile(r"(?:\b(?:Inc|Corp|Co|Ltd|No|Mr|Ms|Mrs|Dr|Jr|Sr|St|vs|U\.S|[A-Z]))\.$")


def _sentence_start(text: str, start: int, at: int) -> int:
    cuts = re.finditer(r"(?<=[a-z)\u201d\"\d]\.)\s+(?=[A-Z(])", text[start:at])
    ends = [
        m for m in cuts if _ABBREVIATED.search(text[max(start, start + m.start() - 12) : start + m.start()]) is None
    ]
    return start + ends[-1].end() if ends else start


def _sentence_end(text: str, at: int, stop: int) -> int:
    limit = min(stop, at + 600)
    for match in re.compile(r"(?<=[a-z)\u201d\"\d])\.(?=\s+[A-Z(\u201c]|\s*$)|\n").finditer(text, at, limit):
        if _ABBREVIATED.search(text[max(0, match.end() - 12) : match.end()]) is None:
            return match.start() + len(match.group().rstrip())
    return min(stop, at + 300)
