"""The files a new place starts from."""

from __future__ import annotations

from importlib.resources import files

from yuqing.app.settings import Settings
from yuqing.files.jurisdiction import load_jurisdictions

_SOURCE = """\
# One source a list item. All fields: docs/guide.md, "Sources".
- id: portal-news
  name: 政府门户网站要闻
  kind: portal            # feed | portal | microblog
  owner: official         # official | media | citizen
  jurisdictions: [{code}]
  urls: ["https://portal.example/news/"]
  rhythm: 30m
  selectors:
    links: ul.news-list a # CSS：列表页上每篇文章的链接
"""


def lay_out(settings: Settings) -> list[str]:
    """Write a jurisdiction and an example source where there are none; says what it did.

    Raises ConfigError when a jurisdiction that is already there is wrong.
    """
    said = []
    settings.jurisdictions.mkdir(parents=True, exist_ok=True)
    settings.sources_dir.mkdir(parents=True, exist_ok=True)
    if not any(settings.jurisdictions.glob("*.yaml")):
        home = settings.jurisdictions / "mine.yaml"
        template = (files("jurisdictions") / "template.yaml").read_text(encoding="utf-8")
        home.write_text(template, encoding="utf-8")
        said.append(f"写了 {home}，请改成本地的单位、地点和渠道")
    if not any(settings.sources_dir.glob("*.yaml")):
        source = settings.sources_dir / "example.yaml"
        code = next(iter(load_jurisdictions(settings.jurisdictions)), "mine")
        source.write_text(_SOURCE.format(code=code), encoding="utf-8")
        said.append(f"写了 {source}，请改成本地的信源")
    return said or ["辖区和信源文件都已存在，未改动"]
