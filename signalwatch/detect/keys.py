"""Every key of a trigger file with what it means. The loader refuses others; schema and reference pages print these texts."""

from __future__ import annotations

from collections.abc import Mapping

TYPE: Mapping[str, str] = {
    "type": "name of the event type; the file has the same name",
    "polarity": "what it means for a vendor",
    "about": "what counts and what does not, in one sentence",
    "allow": "kinds of scope that do not stop this type",
    "deny": "kinds of scope that stop it though they stop no other",
    "attributes": "extractors to run on a match",
    "beats": "of two types that read one statement, this one stays",
    "listed": "another type that it becomes for a listed company",
    "parties": "true: look for a counterparty",
    "each": "one event for each of these attribute values that is named",
    "unless": "phrases that forbid it when they stand in the same statement",
    "unless_title": "phrases that forbid it when they stand anywhere in the title",
    "patterns": "what makes a text such an event",
    "examples": "titles that must and must not make such an event",
}
PATTERN: Mapping[str, str] = {
    "id": "unique name in this file",
    "any": "phrases; one match is enough",
    "where": "which part of an item is read",
    "set": "attribute values that this pattern states",
    "allow": "kinds of scope that do not stop this pattern, besides those of the type",
    "unless": "phrases that must not stand in the statement",
    "unless_title": "phrases that must not stand in the title",
    "needs": "phrases of which one must stand somewhere",
    "confidence": "0 to 1; decides between matches, and how weak a match may be outside the title",
    "always": "true: also for listed companies (see 'listed' of the type)",
    "only_listed": "true: only for listed companies",
    "proper": "true: something with a name of its own must follow",
    "beside": "true: also counts in the text when the title already has an event",
    "alone": "true: a last resort, tried on a title only where nothing surer spoke; one event at most",
    "becomes": "another type when one of these phrases stands in the document",
    "yields": "types this pattern steps back for in one statement",
}
BECOMES: Mapping[str, str] = {"type": "the other type", "when": "phrases of which one must stand in the document"}
EXAMPLES: Mapping[str, str] = {"fires": "items that must make such an event", "silent": "items that must not"}
EXAMPLE: Mapping[str, str] = {
    "title": "the headline",
    "text": "the text below it",
    "publisher": "who published it",
    "kind": "kind of document: news (default), filing ...",
    "expect": "attribute values that must be found",
}
SCOPES: Mapping[str, str] = {
    "infinitive": "to start, to raise",
    "future": "will start",
    "plan": "plans, expects, aims",
    "rumour": "is said to, in talks",
    "negation": "does not, fails to",
    "past": "what happened before: relative clauses, old news",
    "progressive": "is raising",
    "gerund": "raising",
}
WHERE: Mapping[str, str] = {"any": "title and text", "title": "the title only", "text": "the text only"}
POLARITIES: Mapping[str, str] = {"positive": "good for a vendor", "neutral": "neither", "negative": "bad for a vendor"}
