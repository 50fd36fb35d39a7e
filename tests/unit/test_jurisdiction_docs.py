"""The reference of a government's file names every field of the form, and every word it takes."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel

from yuqing.domain.jurisdiction_diff import TITLES
from yuqing.domain.verdict import Severity
from yuqing.files.form import ContactForm
from yuqing.files.jurisdiction import TEMPLATE
from yuqing.files.jurisdiction_form import JurisdictionForm

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "jurisdictions.md").read_text(encoding="utf-8")
SAMPLE = (ROOT / "jurisdictions" / TEMPLATE).read_text(encoding="utf-8")
FIELDS = {field.alias or name: field for name, field in JurisdictionForm.model_fields.items()}


def parts(annotation: Any) -> Iterator[Any]:
    """The annotation and all it is made of, within the forms too; of contacts the page has a
    sentence of its own."""
    if annotation is ContactForm:
        return
    yield annotation
    for argument in typing.get_args(annotation):
        yield from parts(argument)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field in annotation.model_fields.values():
            yield from parts(field.annotation)


def names(annotation: Any) -> set[str]:
    """What may be written as a key somewhere within a field."""
    forms = [p for p in parts(annotation) if isinstance(p, type) and issubclass(p, BaseModel)]
    return {field.alias or name for form in forms for name, field in form.model_fields.items()}


def words(annotation: Any) -> set[str]:
    """What may be written as a value somewhere within a field, where the form has a list."""
    found: set[str] = set()
    for part in parts(annotation):
        if typing.get_origin(part) is Literal:
            found |= {str(one) for one in typing.get_args(part) if not isinstance(one, Enum)}
        elif isinstance(part, type) and issubclass(part, Enum) and part is not Severity:
            found |= {str(one.value) for one in part}
    return found


def said_of(field: str) -> set[str]:
    """Every code word of the rows of the tables that are about the field."""
    rows = re.findall(rf"^\| `{field}(?![\w]).*$", PAGE, re.MULTILINE)
    return {word for row in rows for code in re.findall("`([^`]+)`", row) for word in split(code)}


def split(code: str) -> list[str]:
    return re.findall(r"\w+(?:/\w+)?", code)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_a_row_that_names_all_within_it(field: str) -> None:
    assert names(FIELDS[field].annotation) - said_of(field) == set()
    assert field in said_of(field)


@pytest.mark.parametrize("field", FIELDS)
def test_every_word_that_a_field_takes_is_on_the_page(field: str) -> None:
    everywhere = {word for code in re.findall("`([^`\n]+)`", PAGE) for word in split(code)}
    assert words(FIELDS[field].annotation) - everywhere == set()


def test_contacts_have_a_sentence_of_their_own() -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("A contact is"))
    assert set(ContactForm.model_fields) <= set(re.findall("`([^`]+)`", line))


@pytest.mark.parametrize("field", FIELDS)
def test_the_template_shows_every_field(field: str) -> None:
    assert re.search(rf"^(?:# )?{field}:", SAMPLE, re.MULTILINE)


def test_the_diff_has_a_name_for_every_field_that_can_change() -> None:
    told = set(FIELDS) - {"schema", "code", "name", "level", "zone", "police", "clocks", "cadence"}
    assert told <= set(TITLES)
