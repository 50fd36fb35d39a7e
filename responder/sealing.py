"""Secrets that must be used again rest sealed: what signs a webhook, the address of a chat's robot.

A hash would do for what is only compared; these are needed as they are. Whoever has the database
without the key has nothing. The engine that the store is opened with brings the seal along, so
that it is at hand wherever a row is written; one without (a rehearsal, a test) seals nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Engine

from yuqing.domain.errors import ConfigError

PREFIX = "sealed:"
SETTING = "YUQING_SECRETS_KEY"
SHORTEST = 32
_OPTION = "seal"


class Seal:
    """Shuts with the first of `keys` and opens with any: a former key stands after the new one
    until everything is sealed anew. Raises ConfigError naming the setting and the remedy."""

    def __init__(self, keys: Sequence[str]) -> None:
        if any(len(key) < SHORTEST for key in keys):
            raise _wrong(f"holds a key of fewer than {SHORTEST} characters", "Make a longer one.")
        self._each = [Fernet(_derived(key)) for key in keys]

    def shut(self, text: str) -> str:
        """`text` as it may rest."""
        return PREFIX + self._all().encrypt(text.encode()).decode()

    def open(self, resting: str) -> str:
        """What was shut; what never was (`is_shut`) as it is."""
        if not is_shut(resting):
            return resting
        try:
            return self._all().decrypt(resting.removeprefix(PREFIX)).decode()
        except InvalidToken:
            remedy = (
                "Write the key it was sealed with after the present one, apart by a space, "
                "and run `yuqing migrate`."
            )
            raise _wrong("does not open what rests sealed in the ticket store", remedy) from None

    def is_newest(self, resting: str) -> bool:
        """Whether the first key shut it."""
        try:
            self._each[0].decrypt(resting.removeprefix(PREFIX))
        except (InvalidToken, IndexError):
            return False
        return is_shut(resting)

    def _all(self) -> MultiFernet:
        if not self._each:
            remedy = f"Set it to a random text of {SHORTEST} characters or more, in every process."
            raise _wrong("is missing, and secrets are kept in this store", remedy)
        return MultiFernet(self._each)


def is_shut(resting: str) -> bool:
    """Whether it is sealed at all."""
    return resting.startswith(PREFIX)


def sealing(engine: Engine, seal: Seal) -> Engine:
    """The same database; what is written there rests sealed."""
    return engine.execution_options(**{_OPTION: seal})


def sealed(at: Connection | Engine, text: str) -> str:
    """`text` as it may rest there."""
    seal = seal_of(at)
    return seal.shut(text) if seal else text


def opened(at: Connection | Engine, resting: Iterable[str]) -> tuple[str, ...]:
    """What rests there, as it was written. Raises ConfigError when there is no key for it."""
    seal = seal_of(at) or Seal(())
    return tuple(seal.open(one) for one in resting)


def seal_of(at: Connection | Engine) -> Seal | None:
    """The seal that the store was opened with, if any."""
    found = at.get_execution_options().get(_OPTION)
    return found if isinstance(found, Seal) else None


def _derived(key: str) -> bytes:
    """A Fernet key of whatever was written: `make secrets` writes hexadecimal."""
    made = HKDF(SHA256(), 32, salt=None, info=b"yuqing secrets at rest").derive(key.encode())
    return base64.urlsafe_b64encode(made)


def _wrong(problem: str, remedy: str) -> ConfigError:
    return ConfigError("environment", SETTING, problem, remedy)
