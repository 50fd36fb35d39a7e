"""Posts a second of the judge, on one core, for texts written here.

usage: python -m benchmarks.judge [SECONDS]
"""

from __future__ import annotations

import sys
import time
from itertools import cycle, islice

from classifier.judge import load_judge
from yuqing.domain.jurisdiction import Place

SHORT = (
    "锦澜苑小区停水两天了,物业没人接电话,老人小孩都没水用,请自来水公司尽快处理。",
    "晚安,愿所有的努力都不被辜负。",
    "【柳溪街道开展河道清理】今日志愿者清理河道垃圾两吨,居民纷纷点赞。",
    "听说白鹤镇水厂出事了,大家千万别喝自来水,赶紧转给家人!",
    "104国道白鹤镇段发生追尾事故,造成2人死亡5人受伤,交警已到场处置。",
    "请问今年秋季小学入学报名什么时候开始?外地户口需要哪些材料?",
)
LONG = "尊敬的领导:" + "我们是锦澜苑三期的业主,开发商逾期交房一年多,工地早已停工," * 12
PLACES = {"liuxi": (Place("柳溪街道", ("柳溪",)), Place("白鹤镇"), Place("锦澜苑"))}


def main(seconds: float) -> None:
    """Print posts a second for short posts and for messages of about 400 characters."""
    judge = load_judge(PLACES)
    for name, texts in (("short", SHORT), ("long", (LONG,))):
        count, started = 0, time.process_time()
        while (spent := time.process_time() - started) < seconds:
            for text in islice(cycle(texts), 60):
                judge.judge("p", text)
            count += 60
        print(f"judge {name}: {count / spent:,.0f} posts/s of processor time")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
