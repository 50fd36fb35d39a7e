"""流水线: whether every stage keeps up, how fast it is, and what it refused."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from dashboards.panels import at, board, lines, metric, number
from dashboards.sources import METRICS

_BY = "sum by (stage, topic)"
_LEGEND = "{{stage}} ← {{topic}}"
LAG = "max by (stage, topic) (yuqing_lag_records)"
HANDLED = f"{_BY} (rate(yuqing_handled_total[$__rate_interval]))"
DEAD = f"{_BY} (increase(yuqing_dead_total[$__rate_interval]))"
RETRIED = f"{_BY} (increase(yuqing_retried_total[$__rate_interval]))"
DRIFT = "max by (jurisdiction, head) (yuqing_drift_psi)"
_HEAD = "{{jurisdiction}} {{head}}"
SLOW = (
    "histogram_quantile(0.95, sum by (stage, le) "
    "(rate(yuqing_stage_seconds_bucket[$__rate_interval])))"
)
SHARE = "sum by (stage) (rate(yuqing_stage_seconds_sum[$__rate_interval]))"


def board_of_health() -> Dashboard:
    """The board over the stages' metrics."""
    worst = metric("max(yuqing_lag_records)", "积压")
    dead = metric("sum(increase(yuqing_dead_total[$__range]))", "拒收")
    rate = metric("sum(rate(yuqing_handled_total[$__rate_interval]))", "处理")
    silent = metric("count(up == 0) or vector(0)", "失联")
    return (
        board("yuqing-health", "流水线健康", "now-6h", ["运维"])
        .with_panel(number("最大积压（条）", METRICS, worst, at(0, 0, 6, 4), "lastNotNull"))
        .with_panel(number("处理速度（条/秒）", METRICS, rate, at(6, 0, 6, 4), "lastNotNull"))
        .with_panel(number("本时段拒收（条）", METRICS, dead, at(12, 0, 6, 4), "lastNotNull"))
        .with_panel(number("失联进程", METRICS, silent, at(18, 0, 6, 4), "lastNotNull"))
        .with_panel(lines("积压（条）", METRICS, metric(LAG, _LEGEND), at(0, 4, 12, 9)))
        .with_panel(lines("处理速度（条/秒）", METRICS, metric(HANDLED, _LEGEND), at(12, 4, 12, 9)))
        .with_panel(
            lines("批次用时（95 分位）", METRICS, metric(SLOW, "{{stage}}"), at(0, 13, 12, 9), "s")
        )
        .with_panel(
            lines(
                "各环节忙碌程度",
                METRICS,
                metric(SHARE, "{{stage}}"),
                at(12, 13, 12, 9),
                "percentunit",
            )
        )
        .with_panel(lines("拒收（条）", METRICS, metric(DEAD, _LEGEND), at(0, 22, 12, 8)))
        .with_panel(lines("重试（批）", METRICS, metric(RETRIED, _LEGEND), at(12, 22, 12, 8)))
        .with_panel(lines("研判漂移（PSI）", METRICS, metric(DRIFT, _HEAD), at(0, 30, 24, 8)))
    )
