"""What administrators look into: the files of their governments, and whether the log is whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from responder.audit_check import Verified, verify
from responder.desk_reading import ReadingDesk
from responder.doors import check_admin, check_audits
from responder.edit_effects import effects, in_words, open_tickets
from responder.people import Person
from yuqing.domain.errors import InvalidMessage, NotFound
from yuqing.domain.jurisdiction import Jurisdiction
from yuqing.domain.jurisdiction_diff import differences
from yuqing.files.jurisdiction import read_jurisdiction

LONGEST_FILE = 400_000


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edited file would change, in Chinese lines; `mistakes` instead when it is wrong."""

    changed: tuple[str, ...]
    effects: tuple[str, ...]
    mistakes: tuple[str, ...] = ()


class AdminDesk(ReadingDesk):
    """Files of governments and the audit log, looked at and not changed."""

    def government(self, person: Person, code: str) -> Jurisdiction:
        """What is in force. Raises NotFound for what is not the person's."""
        home = self._jurisdictions.get(code)
        if home is None or person.jurisdiction not in (None, code):
            raise NotFound(f"没有辖区 {code}")
        return home

    def edited(self, person: Person, code: str, text: str) -> Edit:
        """What the file `text` would change of the government `code`, and for its open tickets;
        nothing is put in place. Raises NotAllowed, NotFound, InvalidMessage."""
        check_admin(person)
        before = self.government(person, code)
        if not text.strip() or len(text) > LONGEST_FILE:
            raise InvalidMessage("text: 文件是空的，或者太大；请给出修改后的文件全文")
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"{code}.yaml"
            file.write_text(text, encoding="utf-8")
            after = read_jurisdiction(file)
            if isinstance(after, tuple):
                named = (str(one).replace(str(file), file.name) for one in after)
                return Edit((), (), tuple(named))
        if after.code != code:
            raise InvalidMessage(f"text: 文件的代码是 {after.code}，不是 {code}")
        changed = differences(before, after)
        reached = effects(after, changed, open_tickets(self._engine, code)) if changed else ()
        return Edit(in_words(changed), tuple(reached))

    def verified(self, person: Person) -> Verified:
        """Whether the audit log is whole. Raises NotAllowed."""
        check_audits(person)
        return verify(self._engine)
