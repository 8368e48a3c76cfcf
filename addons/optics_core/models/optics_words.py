from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

SENTENCES = {
    "not_an_acuity": _lt("%(value)s is no visual acuity: write 0.8, 1.0 or, for example, CF"),
    "not_within": _lt("%(value)s %(symbol)s is not from %(lowest)s to %(highest)s"),
    "off_step": _lt("%(value)s %(symbol)s lies between two steps of %(step)s"),
    "axis_missing": _lt("the cylinder needs one, from %(lowest)s to %(highest)s"),
    "axis_without_cylinder": _lt("%(value)s without a cylinder"),
    "power_of_no_lens": _lt("must be empty: the eye has no lens with a power"),
    "not_the_sum": _lt(
        "%(value)s %(symbol)s is not the sum of both eyes, %(total)s, give or take %(tolerance)s"
    ),
    "near_beyond_far": _lt("%(value)s %(symbol)s is more than the far one, %(far)s"),
}
"""What is said of a broken rule of ``optics.problems``, by its code."""
SYMBOLS = {"D": _lt("dpt"), "mm": _lt("mm")}
"""Units that are written otherwise in Russian; Δ and ° are not. (No term of one letter is ever
translated by Odoo.)"""


def has_comma(env):
    """Tell whether the reader parts decimals by a comma."""
    return env["res.lang"]._get_data(code=env.lang or env.user.lang).decimal_point == ","


def words_of_problem(env, problem, label):
    """Say what is wrong with a field, in the reader's language.

    :param problem: ``optics.problems.Problem``
    :param label: the field's name as its reader knows it
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
    return f"{label}: {sentence % told}"
