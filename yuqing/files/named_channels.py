"""Addresses of pushes that a jurisdiction's file only names: `env:NAME` stands for what the
environment holds, so that the key of a robot need not stand in a file that is shared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from yuqing.domain.conduct import Spokespeople, Voice
from yuqing.domain.errors import ConfigError
from yuqing.domain.jurisdiction import Jurisdiction, Unit
from yuqing.domain.roster import Contact, Shift

PREFIX = "env:"


def with_named_channels(home: Jurisdiction, value_of: Callable[[str], str | None]) -> Jurisdiction:
    """`home` with the addresses that its names stand for.

    Raises ConfigError naming the contact and the remedy when one stands for nothing.
    """

    def found(contact: Contact) -> Contact:
        if not any(one.startswith(PREFIX) for one in contact.channels):
            return contact
        channels = tuple(_address(home, contact, one, value_of) for one in contact.channels)
        return replace(contact, channels=channels)

    def shift(one: Shift) -> Shift:
        return replace(one, contacts=tuple(found(contact) for contact in one.contacts))

    def unit(one: Unit) -> Unit:
        duty = tuple(found(contact) for contact in one.duty)
        return replace(one, principal=found(one.principal), duty=duty)

    return replace(
        home,
        units=tuple(unit(one) for one in home.units),
        superior=found(home.superior) if home.superior else None,
        leader=found(home.leader) if home.leader else None,
        roster=replace(home.roster, shifts=tuple(shift(one) for one in home.roster.shifts)),
        spokespeople=_spokespeople(home.spokespeople, found),
    )


def _spokespeople(told: Spokespeople, found: Callable[[Contact], Contact]) -> Spokespeople:
    voices = tuple(Voice(found(one.contact), one.unit, one.topic) for one in told.voices)
    return replace(told, head=found(told.head) if told.head else None, voices=voices)


def _address(
    home: Jurisdiction, contact: Contact, channel: str, value_of: Callable[[str], str | None]
) -> str:
    if not channel.startswith(PREFIX):
        return channel
    name = channel.removeprefix(PREFIX)
    value = value_of(name) if name else None
    if not value or not value.strip():
        raise ConfigError(
            f"jurisdiction {home.code}",
            f"channels of {contact.name}",
            f"the environment holds nothing under {name!r}",
            "Set it to the channel's address for respond and serve, or write the address here.",
        )
    return value.strip()
