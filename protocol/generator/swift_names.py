"""What the Swift types are called, and which of them are written by hand."""

from __future__ import annotations

from swift_text import capitalised

# Schemas whose types are written by hand, in Sources/KernelProtocol/Wire, each with the reason.
BY_HAND = {
    "ActivationThreshold": "its shares are refused together, in one sentence",
    "Box": "an array of four numbers in order",
    "CorpusPlace": "one of several members",
    "DomainErrorData": "written by DomainError, from errors of any module",
    "ExplanationGenerate.Explainer": "one of two members",
    "ExplanationRefine.Refiner": "one of three members",
    "ImageSource": "one of three members, and how it is read",
    "IndexBuild.View": "a name, whatever a family calls its views",
    "IndexSearch.Query": "one of several members",
    "Intervention": "whether it must have a value depends on its operation",
    "LargeInteger": "Swift's UInt64, read by JSONRPC from a number or digits",
    "LatentSelection": "one of several members",
    "Part": "one of two members, and what it is called",
    "ProgressToken": "read by JSONRPC",
    "Region": "one of four members, one with more",
    "Target": "its kind decides on its members",
    "TokenSet": "one, several, or all that spell a text",
    "TokenSpec": "one of two members",
    "View": "a name, whatever a family calls its views",
    "WireNumbers": "a list or a tensor",
    "WireTensor": "numbers as bytes",
}
# What types are called that are not called as their schemas.
SPELLINGS = {"IndexBuild.View": "String", "LargeInteger": "UInt64", "View": "String"}
# Types that are keys of dictionaries and elements of sets.
HASHABLE = {"FeatureRef", "Span", "TextPosition", "TextRange"}
# Types that the language server reads from its own protocol's params, beside those of this one's.
ALSO_READ = {"TextPosition", "TextRange"}
# Params that any request may have: the connection and the table of jobs read them.
ENVELOPE = {"workDoneToken", "partialResultToken", "deadlineMs", "subscribe"}
ABBREVIATIONS = {"sae": "SAE"}


def type_name(method: str) -> str:
    """`sae/load` → `SAELoad`; `rpc.discover` → `Discover`."""
    words = method.removeprefix("rpc.").split("/")
    return "".join(ABBREVIATIONS.get(word, capitalised(word)) for word in words)


def swift_name(schema: str) -> str:
    return SPELLINGS.get(schema, schema)


def root_of(name: str) -> str:
    """`Job.Progress` → `Job`."""
    return name.split(".")[0]
