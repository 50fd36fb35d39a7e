"""What ties two posts together whatever their words: one quotes the other, or both carry one tag.

People pass a post on as `own words//@author: words//@author: words`, mostly cut at the end; so the
author and how his words begin are what both the original and every copy of it can tell. A tag
(#…#) is a name that somebody gave the matter.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b

_QUOTED = re.compile(r"//\s*@([^:/\s]{1,40})\s*:")
_TAG = re.compile(r"#([^#\s]{4,30})#")
_SILENT = re.compile(r"[\W_]+")
_BEGINS, _SHORTEST = 12, 8
_TAGS_READ = 4


def chained(author: str, text: str) -> tuple[int, ...]:
    """A key for each voice in the chain: the author's own words and those quoted.

    `text` is normalised. Voices too short to be told from others, and an original without an
    author, give none. Signed 64-bit integers.
    """
    own, *quoted = _QUOTED.split(text)
    voices = [(author.strip().lower(), own), *zip(quoted[::2], quoted[1::2], strict=True)]
    begun = ((who, _SILENT.sub("", words)) for who, words in voices if who)
    keys = (
        _key("voice", f"{who}:{words[:_BEGINS]}") for who, words in begun if len(words) >= _SHORTEST
    )
    return tuple(dict.fromkeys(keys))


def tags(text: str) -> tuple[tuple[str, ...], str]:
    """(the first few tags of normalised `text`, the text without tags)."""
    if "#" not in text:
        return (), text
    return tuple(dict.fromkeys(_TAG.findall(text)))[:_TAGS_READ], _TAG.sub(" ", text)


def tag_key(tag: str) -> int:
    """The look-up key of a tag."""
    return _key("tag", tag)


@lru_cache(maxsize=8192)
def _key(kind: str, name: str) -> int:
    digest = blake2b(name.encode(), digest_size=8, person=kind.encode()).digest()
    return int.from_bytes(digest, "little", signed=True)
