"""Two models, one verdict: the same bytes alone and in company; a tuning fits its own models."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import orjson
import pytest

from classifier.artifacts import SHIPPED, load_models
from classifier.cascade import TUNING_FILE, Blend, Route, Tuning, kept_tuning, load_tuning
from classifier.features import dense, read
from classifier.heads import HEADS, TAIDI7
from classifier.jsonl import WINDOW, as_row, classify_lines, seven_lines
from classifier.judge import Asked, Judge
from classifier.places import Gazetteers
from classifier.rules.lexicon import product_lexicon
from yuqing.domain.errors import ConfigError, InvalidMessage

TEXTS = (
    "锦澜苑三期逾期交房一年多,两百多户业主联名要说法,住建局至今没有回复",
    "晚安,愿所有的努力都不被辜负",
    "听说白鹤镇水厂出事了,大家千万别喝自来水,赶紧转给家人",
    "请问城乡居民医保断缴一年还能补吗?",
    "【柳溪街道】志愿者今日清理河道垃圾两吨",
    "尊敬的领导:" + "工地夜里施工,孩子睡不着,打过热线也没人管。" * 60,
    "好",
    "104国道白鹤镇段发生追尾事故,造成4人死亡5人受伤",
    "建议在学苑路口加一个左转灯,早高峰太堵了",
    "村支书把征地款扣下不发,有人管吗",
)


@lru_cache(maxsize=1)
def asking() -> Judge:
    """A judge that asks the slow model about every post."""
    models = load_models()
    always = replace(models, tuning=models.tuning.always())
    return Judge(always, Gazetteers({}), product_lexicon())


@lru_cache(maxsize=1)
def shipped() -> Judge:
    return Judge(load_models(), Gazetteers({}), product_lexicon())


def bytes_of(judge: Judge, texts: list[str]) -> list[bytes]:
    return [orjson.dumps(as_row(v)) for v in judge.judge_all([Asked("p", t) for t in texts])]


@pytest.mark.parametrize("judge", [asking, shipped])
def test_a_verdict_is_the_same_bytes_alone_among_others_and_in_any_order(
    judge: object,
) -> None:
    one = judge()  # type: ignore[operator]
    alone = {text: bytes_of(one, [text])[0] for text in TEXTS}
    for seed in range(3):
        texts = list(TEXTS * 2)
        random.Random(seed).shuffle(texts)
        assert bytes_of(one, texts) == [alone[text] for text in texts]


def test_the_slow_model_answers_every_head() -> None:
    encoder = load_models().encoder
    assert encoder is not None
    scores = encoder.scores(TEXTS[0])
    assert {head: len(values) for head, values in scores.items()} == {
        head: len(columns) for head, columns in HEADS.items()
    }
    assert all(np.isfinite(values).all() for values in scores.values())


def test_no_post_is_too_long_or_too_short_for_the_slow_model() -> None:
    encoder = load_models().encoder
    assert encoder is not None
    long = TEXTS[5] * 50
    assert encoder.scores(long)["topic"].tolist() == encoder.scores(TEXTS[5])["topic"].tolist()
    for text in ("", " ", "\x00", "a" * 5000, "\U0001f600" * 3000):
        assert np.isfinite(encoder.scores(text)["topic"]).all()


def test_the_shipped_models_fit_in_forty_megabytes() -> None:
    files = [file for file in Path(str(SHIPPED)).rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) <= 40_000_000


def test_noise_is_left_to_the_fast_model_and_a_vague_grievance_is_not() -> None:
    models, lexicon = load_models(), product_lexicon()

    def unsure(text: str, tuning: Tuning = models.tuning) -> bool:
        reading = read(text, lexicon)
        linear = models.linear.scores(reading.folded.text, dense(reading))
        return tuning.unsure(tuning.alone.scores(linear))

    assert not unsure("晚安,愿所有的努力都不被辜负")
    assert unsure("小区门口天天有人摆摊,还偷电瓶,保安也不管")
    assert unsure("晚安,愿所有的努力都不被辜负", models.tuning.always())


def test_a_blend_mixes_and_shifts() -> None:
    fast, slow = np.array([1.0, -1.0], np.float32), np.array([3.0, 1.0], np.float32)
    assert Blend(0.5, 0.5)(fast, slow).tolist() == [2.0, 0.0]
    assert Blend(2.0, 9.0)(fast, None).tolist() == [2.0, -2.0]
    assert Blend(1.0, 0.0, (0.5, 1.0))(fast, slow).tolist() == [1.5, 0.0]


def test_a_head_without_a_blend_stays_the_fast_model_s() -> None:
    scores = {"rumour": np.array([0.25], np.float32)}
    assert Route({}, {}).scores(scores, {"rumour": np.array([9.0], np.float32)}) == scores


def test_a_tuning_comes_back_as_it_went(tmp_path: Path) -> None:
    tuning = load_models().tuning
    (tmp_path / TUNING_FILE).write_text(json.dumps(kept_tuning(tuning)), encoding="utf8")
    assert load_tuning(tmp_path) == tuning


def test_a_folder_of_one_s_own_stands_in(tmp_path: Path) -> None:
    shutil.copytree(str(SHIPPED), tmp_path / "own")
    own = Judge(load_models(tmp_path / "own"), Gazetteers({}), product_lexicon())
    assert bytes_of(own, list(TEXTS)) == bytes_of(shipped(), list(TEXTS))
    only_encoder = load_models(tmp_path / "own" / "encoder")
    assert only_encoder.name == shipped().name


@pytest.mark.parametrize("name", ["model.onnx", "encoder.json", TUNING_FILE])
def test_a_file_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    shutil.copytree(str(SHIPPED), tmp_path / "own")
    (tmp_path / "own" / "encoder" / name).unlink()
    with pytest.raises(ConfigError, match=name):
        load_models(tmp_path / "own")


def test_models_that_were_not_tuned_together_are_refused(tmp_path: Path) -> None:
    shutil.copytree(str(SHIPPED), tmp_path / "own")
    file = tmp_path / "own" / "encoder" / TUNING_FILE
    kept = json.loads(file.read_text(encoding="utf8")) | {"models": "linear-other+encoder-other"}
    file.write_text(json.dumps(kept), encoding="utf8")
    with pytest.raises(ConfigError, match="linear-other"):
        load_models(tmp_path / "own")


def test_seven_topics_have_a_scheme_of_their_own() -> None:
    lines = [orjson.dumps({"id": str(i), "text": text}) for i, text in enumerate(TEXTS)]
    answers = [orjson.loads(line) for line in seven_lines(lines, shipped())]
    assert [set(answer) for answer in answers] == [{"id", "topic"}] * len(TEXTS)
    assert all(answer["topic"] in TAIDI7 for answer in answers)
    assert answers[3]["topic"] == "劳动和社会保障"


def test_what_came_before_a_bad_line_is_answered_before_it_is_told() -> None:
    good = [orjson.dumps({"id": str(i), "text": "路灯不亮"}) for i in range(WINDOW + 3)]
    answered: list[bytes] = []
    with pytest.raises(InvalidMessage, match=f"line {WINDOW + 4}"):
        answered.extend(classify_lines([*good, b"{}", *good], shipped()))
    assert len(answered) == WINDOW + 3
