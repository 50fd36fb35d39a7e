"""What a policy's name stands for, read from files only when a record names one besides the law."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from yuqing.domain.jurisdiction import Policy
from yuqing.domain.policy import NATIONAL, national
from yuqing.files.jurisdiction import load_jurisdictions


class NamedPolicies(Mapping[str, Policy]):
    """`national`, which is always the bare law, and the policy of every jurisdiction in `folders`
    by code, a later folder before an earlier one. Raises ConfigError, when asked for another
    name than `national`, for a wrong file."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def __getitem__(self, name: str) -> Policy:
        return national() if name == NATIONAL else self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter({NATIONAL: None, **self._read})

    def __len__(self) -> int:
        return len({NATIONAL, *self._read})

    @cached_property
    def _read(self) -> Mapping[str, Policy]:
        found: dict[str, Policy] = {}
        for folder in self._folders:
            if folder.is_dir():
                homes = load_jurisdictions(folder)
                found |= {code: home.policy for code, home in homes.items()}
        return found
