"""The files a new place starts from."""

from __future__ import annotations

from importlib.resources import files

from yuqing.app.settings import Settings

_SOURCE = """\
# One source a list item. All fields: docs/guide.md, "Sources".
- id: portal-news
  name: 政府门户网站要闻
  kind: portal            # feed | portal | microblog
  owner: official         # official | media | citizen
  jurisdictions: [{code}]
  urls: [https://www.example.gov.cn/news/]
  rhythm: 30m
"""
CODE = "mine"


def lay_out(settings: Settings) -> list[str]:
    """Write a jurisdiction and an example source where there are none; says what it did."""
    said = []
    settings.jurisdictions.mkdir(parents=True, exist_ok=True)
    settings.sources_dir.mkdir(parents=True, exist_ok=True)
    if not any(settings.jurisdictions.glob("*.yaml")):
        home = settings.jurisdictions / f"{CODE}.yaml"
        home.write_text((files("jurisdictions") / "template.yaml").read_text(encoding="utf-8"))
        said.append(f"写了 {home}，请改成本地的单位、地点和渠道")
    if not any(settings.sources_dir.glob("*.yaml")):
        source = settings.sources_dir / "example.yaml"
        source.write_text(_SOURCE.format(code=CODE), encoding="utf-8")
        said.append(f"写了 {source}，请改成本地的信源")
    return said or ["辖区和信源文件都已存在，未改动"]
