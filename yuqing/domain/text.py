"""Text as the product compares it: normalised, simplified, cut into tokens, masked for display."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACE = re.compile(r"\s+")
_HAN = r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
_TOKEN = re.compile(rf"{_HAN}|\d+|(?:(?!{_HAN})[^\W\d_])+")
# Simplification looks at neighbours (乾坤 keeps what 乾净 loses), a search word may have none.
# So tokens also fold the characters that it treats both ways; a search must not depend on that.
_FOLD = str.maketrans(
    "乾藉瞭徵覆於鉅钜昇鍾锺著祕釐麽麼幺甦剋氾蒐衹谿脩餘馀夥吒逕迳",
    "干借了征复于巨巨升钟钟着秘厘么么么苏克泛搜只溪修余余伙咤径径",
)
_SECRETS = (
    re.compile(r"(?<![\dA-Za-z])\d{3}(?P<hide>\d{11}\d{3})[\dXx](?![\dA-Za-z])"),
    re.compile(r"(?<!\d)1[3-9]\d[ -]?(?P<hide>\d{4})[ -]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}[ -](?P<hide>\d{4})\d{3,4}(?!\d)"),
)


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def clean(text: str) -> str:
    """`text` without control, invisible and direction-changing characters; nothing else changes."""
    return _INVISIBLE.sub("", _CONTROL.sub("", text))


def simplify(text: str) -> str:
    """Traditional characters become simplified ones; the rest stays."""
    return str(_converter().convert(text)) if text else text


def normalise(text: str) -> str:
    """The form two texts are compared in: NFKC, simplified, lower case, single spaces, trimmed."""
    folded = unicodedata.normalize("NFKC", clean(text))
    return _SPACE.sub(" ", simplify(folded)).strip().lower()


def tokens(text: str) -> list[str]:
    """Search tokens of `text`: one a Han character, one a run of letters, one a run of digits.

    Both indexes and the watchlists search this sequence, so they agree by construction.
    No token holds a space, a quote or an underscore.
    """
    return _TOKEN.findall(normalise(text).casefold().translate(_FOLD))


def mask(text: str) -> str:
    """`text` with identity-card, mobile and landline numbers made unreadable, for display.

    The length stays, so spans into `text` still point to the same words.
    """
    for secret in _SECRETS:
        text = secret.sub(_hide, text)
    return text


def discreet(text: str) -> str:
    """`text` as people may see it: masked, and without what is invisible, behind which a number
    could hide from the mask."""
    return mask(clean(text))


def _hide(match: re.Match[str]) -> str:
    start, end = match.start("hide") - match.start(), match.end("hide") - match.start()
    return f"{match[0][:start]}{'*' * (end - start)}{match[0][end:]}"
