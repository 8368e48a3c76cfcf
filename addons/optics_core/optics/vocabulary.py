"""What is chosen from a list in a prescription. Terms: ISO 13666."""

from __future__ import annotations

from enum import StrEnum


class Eye(StrEnum):
    """Which eye, as problems and forms name it."""

    OD = "OD"
    """Right, oculus dexter."""
    OS = "OS"
    """Left, oculus sinister."""


class EyeState(StrEnum):
    """What stands before an eye."""

    POWERED = "powered"
    """A lens of the powers told; zero is one too, where cylinder, prism or addition go with it."""
    PLANO = "plano"
    BALANCE = "balance"
    """A lens for looks and weight; its power is the workshop's choice."""
    OCCLUDER = "occluder"
    FROSTED = "frosted"
    OWN_LENS = "own_lens"
    """The lens in the frame stays."""
    PROSTHESIS = "prosthesis"

    @property
    def has_power(self) -> bool:
        """Whether powers, prism and addition are told with this state."""
        return self is EyeState.POWERED


class Purpose(StrEnum):
    """What the prescription is for."""

    DISTANCE = "distance"
    NEAR = "near"
    INTERMEDIATE = "intermediate"
    OFFICE = "office"
    BIFOCAL = "bifocal"
    PROGRESSIVE = "progressive"
    CONTACT_LENSES = "contact_lenses"


class AcuityWord(StrEnum):
    """Visual acuity too low for a decimal."""

    FINGER_COUNTING = "finger_counting"
    HAND_MOVEMENT = "hand_movement"
    LIGHT_PERCEPTION = "light_perception"
    NONE = "none"
    """No light perception."""


class AdditionLevel(StrEnum):
    """Addition of a multifocal contact lens whose maker gives no number."""

    LOW = "low"
    MEDIUM = "med"
    HIGH = "high"


class LensDesign(StrEnum):
    """Which of a pair of multifocal contact lenses."""

    DOMINANT = "D"
    NON_DOMINANT = "N"
