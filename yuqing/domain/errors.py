"""What can go wrong, in the product's own words; no HTTP codes, no library types."""

from __future__ import annotations


class YuqingError(Exception):
    """Anything this product raises on purpose; `str(error)` is fit for a user."""


class InvalidMessage(YuqingError):
    """The input itself is wrong; trying again changes nothing. It goes to the `dead` topic."""


class RetryLater(YuqingError):
    """The world is not ready (a service is down, a disk is full, a lock is held); try again."""


class TooMany(RetryLater):
    """More ask at once than can be served; `str(error)` is fit for who asked."""


class Backlogged(RetryLater):
    """A consumer is so far behind that publishing more would bury it."""


class Conflict(YuqingError):
    """Somebody else changed the thing first; read it again."""


class NotAllowed(YuqingError):
    """The rules of the domain refuse the action."""


class NotFound(YuqingError):
    """There is no such thing."""


class ConfigError(YuqingError):
    """A settings, source or jurisdiction file is wrong: names file, line, field and remedy."""

    def __init__(
        self, file: str, field: str, problem: str, remedy: str, line: int | None = None
    ) -> None:
        where = f"{file}:{line}" if line is not None else file
        super().__init__(f"{where}: {field}: {problem}. {remedy}")
        self.file, self.field, self.problem, self.remedy, self.line = (
            file,
            field,
            problem,
            remedy,
            line,
        )
