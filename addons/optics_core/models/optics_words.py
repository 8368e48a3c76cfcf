from dataclasses import replace

from odoo.tools import LazyTranslate

from ..optics.power import show_power
from ..optics.refraction import Refraction
from ..optics.units import Unit

_lt = LazyTranslate(__name__)

SENTENCES = {
    "not_a_power": _lt("%(value)s is no power: write -1.25, -125, +2 or pl"),
    "not_an_eighth": _lt(
        "%(value)s lies between %(lower)s and %(upper)s, which are two steps of an eighth"
    ),
    "not_a_number": _lt("%(value)s is no number: write 62.5 or 90"),
    "too_fine": _lt("%(value)s lies between two steps of %(step)s"),
    "not_an_acuity": _lt("%(value)s is no visual acuity: write 0.8, 1.0 or, for example, CF"),
    "not_within": _lt("%(value)s %(symbol)s is not from %(lowest)s to %(highest)s"),
    "off_step": _lt("%(value)s %(symbol)s lies between two steps of %(step)s"),
    "axis_missing": _lt("the cylinder needs one, from %(lowest)s to %(highest)s"),
    "axis_without_cylinder": _lt("%(value)s without a cylinder"),
    "power_of_no_lens": _lt("must be empty: the eye has no lens with a power"),
    "not_the_sum": _lt(
        "%(value)s %(symbol)s is not the sum of both eyes, %(total)s, give or take %(tolerance)s"
    ),
    "not_of_kind": _lt("must be empty: other kinds of measurement have it"),
    "nothing_measured": _lt("nothing is told yet of what was measured"),
    "eye_not_measured": _lt("must be empty, or the eye is ticked as measured"),
    "axis_without_radius": _lt("%(value)s without a radius"),
    "two_additions": _lt("the addition is told as a number as well: one of both"),
    "design_without_addition": _lt("goes with an addition only"),
    "near_beyond_far": _lt("%(value)s %(symbol)s is more than the far one, %(far)s"),
    "required": _lt("is required"),
    "not_a_size": _lt("%(value)s is no size of a frame: write 52□18–140"),
    "addition_of_one_power": _lt("goes with designs of several powers only"),
    "too_few_points": _lt("needs %(least)s points at least"),
    "not_of_trace": _lt(
        "%(value)s %(symbol)s is unlike the trace's, %(traced)s, give or take %(tolerance)s"
    ),
    "too_large": _lt("The file is larger than %(limit)s bytes"),
    "wrong_encoding": _lt(
        "The file cannot be read as %(encoding)s; UTF-8, UTF-16 and Shift-JIS are read"
    ),
    "has_entities": _lt("The file declares a document type or entities, as no device does"),
    "not_xml": _lt("The file is no XML, or was cut off, at line %(line)s"),
    "is_stylesheet": _lt("The file is a stylesheet and no measurement"),
    "unknown_dialect": _lt("The file is of no device that is read: its root is %(root)s"),
    "no_measurement": _lt("The file tells no measurement of a right or a left eye"),
    "values_refused": _lt("The file tells values that no measurement holds"),
    "base_not_told": _lt("%(value)s has no base: in, out, up or down"),
    "gs1_damaged": _lt("The code was read in part only, or tells an impossible date: scan again"),
}
"""What is said of a broken rule of ``optics.problems``, by its code."""
QUESTIONS = {
    "eyes_swapped": _lt("OD has what OS had last time, and OS what OD had. Are the eyes swapped?"),
    "eyes_identical": _lt(
        "Both eyes have the same powers now and differed last time. Was a line copied?"
    ),
    "columns_exchanged": _lt(
        "Last time %(last)s, now %(now)s: SPH and CYL seem to stand in each other's column."
    ),
    "axis_digits": _lt("AXIS was %(last)s° last time and is %(now)s°: the same digits exchanged."),
    "axis_mirrored": _lt(
        "AXIS was %(last)s° last time and is %(now)s°: its mirror image. Was it read from behind?"
    ),
    "sign_flipped": _lt("SPH was %(last)s last time and is %(now)s: only the sign has changed."),
    "cylinder_flipped": _lt(
        "CYL was %(last)s last time and is %(now)s, with the same SPH and AXIS: only the sign has"
        " changed, which is another lens."
    ),
    "axis_turned": _lt(
        "AXIS was %(last)s° last time and is %(now)s°: more than the eye turns it. Is it of the"
        " other form of the cylinder?"
    ),
    "mirror_lost": _lt(
        "The axes mirrored each other last time and no more: %(right)s° and %(left)s°."
    ),
    "decimal_slipped": _lt(
        "SPH was %(last)s last time and is %(now)s. Did the decimal point slip?"
    ),
    "one_eye_changed": _lt(
        "One eye has changed by %(difference)s dpt more than the other since last time."
    ),
    "jump": _lt("Last time %(last)s, now %(now)s: more than usually changes."),
    "near_weaker": _lt(
        "For distance %(far)s, for near %(near)s: glasses for near are not stronger in minus."
    ),
    "near_addition_of_age": _lt(
        "For distance %(far)s, for near %(near)s: an addition of %(difference)s dpt is unusual at"
        " the age of %(age)s."
    ),
    "spheres_differ": _lt("One SPH is plus and the other minus. Is a sign wrong?"),
    "cylinders_differ": _lt("One CYL is plus and the other minus. Is a sign wrong?"),
    "anisometropia": _lt(
        "The eyes differ by %(difference)s dpt; more than 2 dpt are seldom borne in glasses."
    ),
    "addition_missing": _lt("The purpose needs an addition, and one eye or both have none."),
    "addition_gone": _lt(
        "Last time there was an addition for this purpose, and now there is none."
    ),
    "addition_new": _lt("An addition, which the glasses for this purpose did not have last time."),
    "addition_for_distance": _lt("An addition, though the glasses are for distance."),
    "additions_differ": _lt("The additions of both eyes differ; they seldom do."),
    "addition_of_age": _lt("An addition of %(addition)s is unusual at the age of %(age)s."),
    "addition_changed": _lt(
        "The addition was %(last)s last time and is %(now)s: it rises slowly and does not fall."
    ),
    "pd_missing": _lt(
        "The pupillary distance of this purpose is missing: no glasses are made without it."
    ),
    "pd_changed": _lt(
        "%(of)s was %(last)s mm last time and is %(now)s mm; that of an adult stays,"
        " and a child's grows by 1 mm a year."
    ),
    "pd_monocular_changed": _lt(
        "The distance of this eye was %(last)s mm last time and is %(now)s mm."
    ),
    "pd_unlike_last": _lt(
        "PD %(far)s mm for far and %(near)s mm for near, one of them of last time: they do not go"
        " together."
    ),
    "pd_of_age": _lt("A distance of %(pd)s mm is unusual at the age of %(age)s."),
    "pd_near_unlikely": _lt(
        "PD %(far)s mm for far and %(near)s mm for near: near is 1 to 5.5 mm less."
    ),
}
"""What is asked, with its reason, by the code of ``optics.traps``."""
VERDICTS = {
    "power_made": _lt(
        "strongest meridian %(power)s, cylinder %(cylinder)s: made in diameters up to %(diameter)s"
    ),
    "strongest_beyond": _lt("strongest meridian %(power)s; made from %(lowest)s to %(highest)s"),
    "cylinder_beyond": _lt(
        "cylinder %(cylinder)s; made to %(highest)s with a strongest meridian of %(power)s"
    ),
    "addition_beyond": _lt(
        "addition %(addition)s; made from %(lowest)s to %(highest)s in steps of %(step)s"
    ),
    "addition_not_told": _lt("this design needs an addition, and none is told"),
    "purpose_of_several_powers": _lt(
        "the purpose needs a lens of several powers, not a single-vision one"
    ),
    "purpose_of_one_power": _lt(
        "the purpose needs a single-vision lens, not one of several powers"
    ),
    "blank_large_enough": _lt("needs %(needed)s by the %(way)s, blank %(blank)s"),
    "blank_too_small": _lt(
        "needs %(needed)s by the %(way)s, largest blank of this power %(blank)s"
    ),
    "blank_may_be_too_small": _lt(
        "needs %(needed)s at most, by the diagonal of the box, largest blank of this power"
        " %(blank)s: measure the effective diameter or trace the frame"
    ),
    "blank_pd_not_told": _lt("needs the pupillary distance of the eye"),
    "blank_height_not_told": _lt(
        "needs the fitting height; %(needed)s by the %(way)s without it, blank %(blank)s"
    ),
    "blank_of_no_range": _lt("no diameter is known to be made in this power and prism"),
    "rim_full": _lt("a full rim holds any material"),
    "groove_possible": _lt("half rim: a lens without plus power has an edge for the groove"),
    "groove_edge_not_known": _lt(
        "half rim: the edge of a lens with plus power or prism must be thick enough for the"
        " groove, and is not computed"
    ),
    "groove_in_mineral": _lt("half rim: mineral glass chips along a groove"),
    "holes_borne": _lt("drilled: %(material)s of index %(index)s bears holes"),
    "holes_may_crack": _lt(
        "drilled: %(material)s of index %(index)s may crack; polycarbonate, Trivex or an organic"
        " lens of index %(least)s and more bear holes"
    ),
    "material_not_told": _lt("the material is not told, which holes and grooves ask for"),
    "height_enough": _lt("height %(height)s, the design needs %(least)s"),
    "height_below_minimum": _lt("height %(height)s, the design needs %(least)s"),
    "height_unusual": _lt("height %(height)s, progressive lenses usually need %(least)s"),
    "height_outside_box": _lt("height %(height)s, the box is only %(b)s high"),
    "height_free": _lt("a single-vision lens has no minimum height"),
    "height_not_told": _lt("the fitting height is not told"),
    "minimum_height_not_told": _lt("height %(height)s, the minimum of the design is not told"),
    "decentration_usual": _lt("%(inward)s inward and %(up)s up from the centre of the box"),
    "decentration_large": _lt(
        "%(inward)s inward from the centre of the box, more than %(most)s: is the frame too wide"
        " or narrow?"
    ),
    "decentration_not_told": _lt("needs the pupillary distance of the eye"),
    "prism_none": _lt("no prism"),
    "prism_ground": _lt("%(prism)s; ground up to %(highest)s"),
    "prism_by_decentration": _lt(
        "%(prism)s by moving the optical centre %(inward)s inward and %(up)s up"
    ),
    "prism_without_power": _lt(
        "%(prism)s: no decentration makes it, for the lens has no power in its direction"
    ),
    "prism_beyond": _lt("%(prism)s; ground up to %(highest)s"),
    "prism_not_told": _lt("%(prism)s; what prism is ground into this design is not told"),
    "prism_of_no_range": _lt("%(prism)s; no diameter is known to be made in this power"),
}
"""What is said of a lens that is to go into a frame, by the code of ``optics.verdict``."""
CHECKS = {
    "power_range": _lt("Range of powers"),
    "blank": _lt("Blank"),
    "index_and_rim": _lt("Material and rim"),
    "height": _lt("Fitting height"),
    "decentration": _lt("Decentration"),
    "prism": _lt("Prism"),
}
"""What is looked at, by ``optics.verdict.Check``."""
NAMES_IN_VERDICTS = {
    "trace": _lt("trace"),
    "effective_diameter": _lt("effective diameter"),
    "diagonal": _lt("diagonal"),
    "mineral": _lt("mineral glass"),
    "organic": _lt("an organic lens"),
    "polycarbonate": _lt("polycarbonate"),
    "trivex": _lt("Trivex"),
    "high_index": _lt("a high-index lens"),
}
"""Ways of ``optics.blank`` and materials of ``optics.lens``, as they stand in a sentence."""
UNITS_OF_QUESTIONS = {
    **dict.fromkeys(
        ("sign_flipped", "cylinder_flipped", "decimal_slipped", "addition_changed"),
        {"last": Unit.EIGHTH_DIOPTRE, "now": Unit.EIGHTH_DIOPTRE},
    ),
    "addition_of_age": {"addition": Unit.EIGHTH_DIOPTRE},
    "pd_changed": {"last": Unit.TENTH_MM, "now": Unit.TENTH_MM},
    "pd_of_age": {"pd": Unit.TENTH_MM},
    "pd_monocular_changed": {"last": Unit.TENTH_MM, "now": Unit.TENTH_MM},
    "pd_unlike_last": {"far": Unit.TENTH_MM, "near": Unit.TENTH_MM},
    "pd_near_unlikely": {"far": Unit.TENTH_MM, "near": Unit.TENTH_MM},
}
"""Of the whole numbers in a question: those that are no plain numbers."""
SYMBOLS = {"D": _lt("dpt"), "mm": _lt("mm"), "mmHg": _lt("mmHg")}
"""Units that are written otherwise in Russian; Δ and ° are not. (No term of one letter is ever
translated by Odoo.)"""


def lines_of_problems(records, problems, prefixes):
    """Return a line for each problem, which names eye and field as the form does.

    :param prefixes: of each eye, how the names of its columns begin
    """
    columns = [prefixes.get(each.eye, "") + each.field for each in problems]
    labels = records.fields_get(columns, ["string"])
    return "\n".join(
        f"{labels[column]['string']}: {words_of_problem(records.env, each)}"
        for column, each in zip(columns, problems, strict=True)
    )


def problems_of_columns(error, prefix):
    """Return the problems of an ``InvalidPrescription`` with the names of a model's columns."""
    return tuple(replace(each, field=prefix + each.field) for each in error.problems)


def has_comma(env):
    """Tell whether the reader parts decimals by a comma."""
    return env["res.lang"]._get_data(code=env.lang or env.user.lang).decimal_point == ","


def words_of_problem(env, problem):
    """Say what is wrong with a field, in the reader's language and without the field's name.

    :param problem: ``optics.problems.Problem``
    """
    env = env["base"].with_context(lang=env.lang or env.user.lang).env
    unit = problem.params.get("unit")
    comma = has_comma(env)

    def said(value):
        is_quantity = unit and isinstance(value, int)
        return unit.shown(value, decimal_comma=comma) if is_quantity else value

    told = {name: said(value) for name, value in problem.params.items()}
    symbol = unit.symbol if unit else ""
    symbol = env._(SYMBOLS[symbol]) if symbol in SYMBOLS else symbol
    told |= {"value": said(problem.value), "symbol": symbol}
    sentence = env._(SENTENCES[problem.code])
    return sentence % told


def words_of_question(env, question):
    """Put a question in the reader's language, with the eye before it.

    :param question: ``optics.traps.Question``
    """
    env = env["base"].with_context(lang=env.lang or env.user.lang).env
    units = UNITS_OF_QUESTIONS.get(question.code, {})
    told = {name: _told(env, value, units.get(name)) for name, value in question.params.items()}
    sentence = env._(QUESTIONS[question.code])
    return (f"{question.eye}: " if question.eye else "") + sentence % told


def words_of_verdict(env, verdict):
    """Say what a check found, in the reader's language, numbers with their units.

    :param verdict: ``optics.verdict.Verdict``
    """
    env = env["base"].with_context(lang=env.lang or env.user.lang).env
    comma = has_comma(env)

    def said(value):
        if isinstance(value, str):
            return env._(NAMES_IN_VERDICTS[value])
        shown = value.shown(comma).replace("-", "−")
        symbol = value.unit.symbol
        return f"{shown} {env._(SYMBOLS[symbol]) if symbol in SYMBOLS else symbol}".rstrip()

    told = {name: said(value) for name, value in verdict.params.items()}
    sentence = env._(VERDICTS[verdict.code])
    return sentence % told


def _told(env, value, unit):
    comma = has_comma(env)
    if unit:
        return unit.shown(value, decimal_comma=comma).replace("-", "−")
    if isinstance(value, Refraction):
        return shown_refraction(value, comma)
    if isinstance(value, str):
        return env["optics.prescription"].fields_get([value], ["string"])[value]["string"]
    if isinstance(value, int):
        return value
    return f"{float(value):.2f}".replace(".", "," if comma else ".")


def shown_refraction(refraction, comma):
    """Write a power as a prescription's line: ``−1,25 −0,75 × 90``."""
    parts = [show_power(refraction.sphere, comma)]
    if refraction.cylinder:
        parts += [show_power(refraction.cylinder, comma), "×", str(refraction.axis)]
    return " ".join(parts).replace("-", "−")
