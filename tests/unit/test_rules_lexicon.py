"""Words found longest first, and every word of the product's lists can be found."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.rules.folding import fold
from classifier.rules.lexicon import Lexicon, product_lexicon
from classifier.rules.mark_words import MARK_WORDS
from classifier.rules.topic_words import TOPIC_WORDS
from yuqing.domain.verdict import Topic


def test_the_longest_word_wins_and_inner_words_are_left_out() -> None:
    lexicon = Lexicon({"消防": (1,), "消防通道": (2,), "通道": (3,)})
    assert [(hit.word, hit.means) for hit in lexicon.find("占用消防通道")] == [("消防通道", (2,))]


def test_words_that_overlap_without_containing_are_both_found() -> None:
    lexicon = Lexicon({"停水停": (1,), "水停电": (2,)})
    assert [hit.word for hit in lexicon.find("停水停电")] == ["停水停", "水停电"]


def test_every_word_is_in_folded_form_and_every_topic_has_words() -> None:
    lists = [*TOPIC_WORDS.values(), *MARK_WORDS.values()]
    assert all(fold(word).text == word for words in lists for word in words)
    assert set(TOPIC_WORDS) == set(Topic) - {Topic.OTHER}


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_hits_say_what_stands_there(text: str) -> None:
    folded = fold(text)
    for hit in product_lexicon().find(folded.text) if len(text) > 60 else []:
        assert folded.text[hit.start : hit.end] == hit.word


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60))
def test_folding_keeps_every_character_traceable(text: str) -> None:
    folded = fold(text)
    for i in range(len(folded.text)):
        start, end = folded.span(i, i + 1)
        assert 0 <= start < end <= len(text)
