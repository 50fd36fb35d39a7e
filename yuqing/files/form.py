"""What the parts of a jurisdiction file are written in: strict forms, codes, names."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Grade = Annotated[int, Field(ge=1, le=4)]


class Form(BaseModel):
    """A part of a file; an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ContactForm(Form):
    """A person or post; `channels` are apprise URLs."""

    name: Name
    role: str = ""
    channels: tuple[Name, ...] = ()


def clock_time(written: object) -> time:
    """The time of day that `written` names, as 08:30; ValueError tells the form."""
    try:
        if isinstance(written, str) and len(written) == 5:
            return time.fromisoformat(written)
    except ValueError:
        pass
    raise ValueError(f'write a time of day in quotes, such as "08:30", not {written!r}')


TimeOfDay = Annotated[time, BeforeValidator(clock_time)]
