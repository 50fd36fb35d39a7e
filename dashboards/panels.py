"""The few kinds of panels and queries the boards are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    elasticsearch,
    prometheus,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.cog import builder, variants
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    StackingMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    DynamicConfigValue,
    GridPos,
)

from dashboards.sources import POSTS, TICKETS

WIDTH = 24
Query = builder.Builder[variants.Dataquery]


class SqlQuery(variants.Dataquery):
    """A PostgreSQL query; the SDK has none of its own."""

    def __init__(self, sql: str, form: str) -> None:
        self.sql, self.form = sql, form

    def to_json(self) -> dict[str, object]:
        """As the PostgreSQL data source reads it."""
        return {
            "refId": "A",
            "datasource": TICKETS,
            "editorMode": "code",
            "rawQuery": True,
            "rawSql": self.sql,
            "format": self.form,
        }


class Sql(builder.Builder[variants.Dataquery]):
    """Builds a SqlQuery; `form` is "table" or "time_series"."""

    def __init__(self, sql: str, form: str = "table") -> None:
        self._query = SqlQuery(" ".join(sql.split()), form)

    def build(self) -> variants.Dataquery:
        """The query."""
        return self._query


def posts_by(field: str | None, lucene: str = "relevant:true", size: int = 12) -> Query:
    """Counts of posts over time, one line a value of `field` (None: one line in all)."""
    buckets: list[Any] = [elasticsearch.DateHistogram().field("first_known_at").id("2")]
    if field:
        settings: Any = elasticsearch.TermsSettings().size(str(size)).order_by("_count")
        buckets.insert(0, elasticsearch.Terms().field(field).id("3").settings(settings))
    return (
        elasticsearch.Dataquery()
        .ref_id("A")
        .query(lucene)
        .time_field("first_known_at")
        .metrics([elasticsearch.Count().id("1")])
        .bucket_aggs(buckets)
    )


def metric(expr: str, legend: str) -> Query:
    """A Prometheus query."""
    return prometheus.Dataquery().ref_id("A").expr(expr).legend_format(legend)


def lines(
    title: str, source: DataSourceRef, query: Query, pos: GridPos, unit: str = "short"
) -> Any:
    """Lines over time."""
    return _timeseries(title, source, query, pos, unit).fill_opacity(8)


def bars(
    title: str,
    query: Query,
    pos: GridPos,
    names: Mapping[str, str],
    colours: Mapping[str, str] | None = None,
) -> Any:
    """Stacked bars of posts over time; `names` and `colours` by the value in the data."""
    panel = _timeseries(title, POSTS, query, pos, "short").draw_style(GraphDrawStyle.BARS)
    panel = panel.fill_opacity(70).stacking(
        common.StackingConfig().mode(StackingMode.NORMAL).group("A")
    )
    for code, name in names.items():
        shown = [DynamicConfigValue(id_val="displayName", value=name)]
        if colours and code in colours:
            colour = {"mode": "fixed", "fixedColor": colours[code]}
            shown.append(DynamicConfigValue(id_val="color", value=colour))
        panel = panel.override_by_name(code, shown)
    return panel


def number(title: str, source: DataSourceRef, query: Query, pos: GridPos, calc: str = "sum") -> Any:
    """One large number: `calc` over what the query gives."""
    reduce = common.ReduceDataOptions().calcs([calc]).values(False)
    return (
        stat.Panel()
        .title(title)
        .datasource(source)
        .grid_pos(pos)
        .with_target(query)
        .reduce_options(reduce)
        .color_mode(BigValueColorMode.NONE)
        .no_value("0")
    )


def gauges(title: str, query: Query, pos: GridPos) -> Any:
    """Horizontal bars, one a row of the query's table."""
    reduce = common.ReduceDataOptions().calcs(["lastNotNull"]).values(True)
    return (
        bargauge.Panel()
        .title(title)
        .datasource(TICKETS)
        .grid_pos(pos)
        .with_target(query)
        .reduce_options(reduce)
        .orientation(VizOrientation.HORIZONTAL)
        .no_value("无")
    )


def listing(title: str, query: Query, pos: GridPos) -> Any:
    """A table."""
    return (
        table.Panel()
        .title(title)
        .datasource(TICKETS)
        .grid_pos(pos)
        .with_target(query)
        .no_value("无")
    )


def board(uid: str, title: str, since: str, tags: list[str]) -> dashboard.Dashboard:
    """An empty board that looks back to `since` and renews itself every half minute."""
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .tags(["舆情", *tags])
        .time(since, "now")
        .timezone("Asia/Shanghai")
        .refresh("30s")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .readonly()
    )


def at(x: int, y: int, width: int, height: int) -> GridPos:
    """A place on the board, WIDTH columns wide."""
    return GridPos(h=height, w=width, x=x, y=y)


def _timeseries(
    title: str, source: DataSourceRef, query: Query, pos: GridPos, unit: str
) -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    return (
        timeseries.Panel()
        .title(title)
        .datasource(source)
        .grid_pos(pos)
        .with_target(query)
        .legend(legend)
        .unit(unit)
        .min(0)
        .no_value("无数据")
    )
