"""The fast model of the seven topics: what it learns from, and that its opening counts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from classifier.features import NAMES
from classifier.heads import SEVEN, TAIDI7
from classifier.linear import LinearModel, ngram_keys, opening_keys
from classifier.train.linear.seven import OPENING_LENGTH, fit_seven

TITLES = {
    "城乡建设": "小区 电梯 停运 业主 住房",
    "环境保护": "河道 污水 臭气 污染",
    "交通运输": "公交 班次 客车 停开",
    "教育文体": "学校 补课 老师 招生",
    "劳动和社会保障": "工资 拖欠 社保 断缴",
    "商贸旅游": "超市 价格 欺诈 退款",
    "卫生计生": "医院 挂号 医生 二胎",
}
BODY = "领导 您好 希望 部门 尽快 处理 反映 多次 一直 没人 答复 请求 督促 解决 谢谢"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LinearModel:
    return fit_seven(_data(tmp_path_factory.mktemp("data")))


def test_each_topic_is_known_again(model: LinearModel) -> None:
    said = {topic: _said(model, f"反映{title}。{BODY}") for topic, title in TITLES.items()}
    assert said == {topic: topic for topic in TITLES}


def test_the_opening_decides_between_two_topics(model: LinearModel) -> None:
    first, second = TITLES["卫生计生"], TITLES["交通运输"]
    assert _said(model, f"{first}{BODY}{second}") == "卫生计生"
    assert _said(model, f"{second}{BODY}{first}") == "交通运输"


def test_openings_have_rows_of_their_own_in_one_sorted_vocabulary(model: LinearModel) -> None:
    assert model.opening == OPENING_LENGTH
    assert (np.diff(model.vocabulary) > 0).all()
    for keys in (ngram_keys("污水"), opening_keys("污水", OPENING_LENGTH)):
        assert set(keys) <= set(model.vocabulary)


def test_the_same_data_give_the_same_bytes(model: LinearModel, tmp_path: Path) -> None:
    again = fit_seven(_data(tmp_path))
    assert (again.name, again.ngrams.tobytes()) == (model.name, model.ngrams.tobytes())


def _said(model: LinearModel, text: str) -> str:
    scores = model.scores(text.replace(" ", ""), np.zeros(len(NAMES), dtype=np.float32))
    return TAIDI7[int(scores[SEVEN].argmax())]


def _data(folder: Path) -> Path:
    """Three messages a topic, segmented as the tokenised set is."""
    (folder / "topics").mkdir()
    beginnings = ("反映", "投诉", "咨询")
    lines = [
        json.dumps({"text": f"{beginning} {title} {BODY}", "label": topic}, ensure_ascii=False)
        for topic, title in TITLES.items()
        for beginning in beginnings
    ]
    with gzip.open(folder / "topics/taidi_tokenised_train.jsonl.gz", "wt", encoding="utf8") as file:
        file.write("\n".join(lines) + "\n")
    return folder
