"""What devices write that is no value, or another than it seems; and what is refused of values."""

from __future__ import annotations

import pytest

from optics.devices.file import read_device_file
from optics.devices.reading import BASES, number
from optics.measurement import Kind, Measurement
from optics.problems import UnreadableEntry, UnreadableFile
from optics.units import Unit

from .device_files import edited, joia, of_kind, refused, told

EYE = "<R><Median><Sphere>{}</Sphere><Cylinder>{}</Cylinder><Axis>{}</Axis></Median></R>"


def refraction(sphere: str, cylinder: str, axis: str, *, beside: str = "") -> Measurement:
    content = joia("REF", f"<REF>{EYE.format(sphere, cylinder, axis)}</REF>{beside}")
    (measurement,) = read_device_file(content, "").measurements
    return measurement


def lens(inside: str, eye: str = "R") -> dict[str, object]:
    content = joia("LM", f"<LM><{eye}><Sphere>1.00</Sphere>{inside}</{eye}></LM>")
    (measurement,) = read_device_file(content, "").measurements
    return told(measurement.od if eye == "R" else measurement.os)


def problems(content: bytes) -> list[tuple[str, str, object, str]]:
    error = refused(content)
    assert error.code == "values_refused"
    return [(each.eye, each.field, each.value, each.code) for each in error.problems]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12.00 mm", Unit.HUNDREDTH_MM, 1200),
        ("13.75", Unit.HUNDREDTH_MM, 1375),
        ("+ 1.25D", Unit.HUNDREDTH_DIOPTRE, 125),
        ("   -0.64", Unit.HUNDREDTH_DIOPTRE, -64),
        ("-0.00", Unit.HUNDREDTH_DIOPTRE, 0),
        ("-1,50", Unit.HUNDREDTH_DIOPTRE, -150),
        # Never hundredths without a point, as people type them.
        ("125", Unit.HUNDREDTH_DIOPTRE, 12500),
        ("177°", Unit.DEGREE, 177),
        ("008 deg", Unit.DEGREE, 8),
        ("62", Unit.TENTH_MM, 620),
        ("30.25", Unit.TENTH_MM, 303),
        ("14.67 mmHg", Unit.TENTH_MMHG, 147),
        ("500,000", Unit.TENTH_MM, 5000),
    ],
)
def test_numbers(text: str, unit: Unit, value: int) -> None:
    assert number(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("", Unit.DEGREE, "not_a_number"),
        ("mm", Unit.TENTH_MM, "not_a_number"),
        ("OVER", Unit.HUNDREDTH_DIOPTRE, "not_a_number"),
        ("1e3", Unit.HUNDREDTH_DIOPTRE, "not_a_number"),
        ("nan", Unit.HUNDREDTH_DIOPTRE, "not_a_number"),
        ("٣", Unit.DEGREE, "not_a_number"),
        ("1.2 cm", Unit.HUNDREDTH_MM, "not_a_number"),
        ("90.5", Unit.DEGREE, "too_fine"),
        ("-0.125", Unit.HUNDREDTH_DIOPTRE, "too_fine"),
    ],
)
def test_texts_that_are_no_numbers(text: str, unit: Unit, code: str) -> None:
    with pytest.raises(UnreadableEntry) as caught:
        number(text, unit)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("cylinder", "axis", "expected"),
    [
        ("-0.00", "0", {}),
        ("0.00", "178", {}),
        ("", "90", {}),
        ("0.00", "999", {}),
        ("-0.50", "0", {"cylinder": -50, "axis": 180}),
        ("+0.50", "  5", {"cylinder": 50, "axis": 5}),
    ],
)
def test_axes(cylinder: str, axis: str, expected: dict[str, int]) -> None:
    assert told(refraction("0.00", cylinder, axis).od) == {"measured": True, **expected}


def test_the_median_counts_and_never_the_first_reading() -> None:
    content = joia(
        "REF",
        "<REF><R><List No='1'><Sphere>9.00</Sphere></List>"
        "<Median><Sphere>1.00</Sphere></Median></R></REF>",
    )
    assert read_device_file(content, "").measurements[0].od.sphere == 100


@pytest.mark.parametrize(
    "median", ["", "<Median/>", "<Median><Sphere/><Axis>0</Axis></Median>"]
    + ["<Median><Error>NO CENTER</Error><Sphere>5.00</Sphere></Median>"]
    + ["<Median><Sphere>5.00</Sphere><ConfidenceIndex>CYL OVERFLOW</ConfidenceIndex></Median>"],
)  # fmt: skip
def test_without_a_median_the_last_valid_reading_counts_by_number(median: str) -> None:
    content = joia(
        "REF",
        "<REF><R>"
        "<List No='10'><Sphere>1.00</Sphere><Cylinder>-1.00</Cylinder><Axis>10</Axis></List>"
        "<List No='9'><Sphere>2.00</Sphere><Cylinder>-2.00</Cylinder><Axis>20</Axis></List>"
        "<List No='11'><Error>COVR </Error></List>"
        "<List No='12'><Sphere/><Cylinder/><Axis/></List>"
        f"{median}</R></REF>",
    )
    (measurement,) = read_device_file(content, "").measurements
    assert told(measurement.od) == {"measured": True, "sphere": 100, "cylinder": -100, "axis": 10}


def test_an_eye_of_errors_alone_was_not_measured() -> None:
    content = edited("nidek_ark.xml", ("<Sphere>-6", "<Error>COVR</Error><Sphere>-6"))
    kinds = {each.kind for each in read_device_file(content, "").measurements}
    assert kinds == {Kind.KERATOMETRY, Kind.HABITUAL, Kind.ACUITY}


@pytest.mark.parametrize(
    "eyes",
    [
        "",
        "<R/><L/>",
        "<R><List No='1'><Error>NO CENTER</Error></List></R><L><Median><Sphere/></Median></L>",
        "<R><Median><Cylinder>-1.00</Cylinder><Axis>5</Axis></Median></R>",
        "<S><Median><Sphere>1.00</Sphere></Median></S>",
    ],
)
def test_no_eye_is_no_measurement(eyes: str) -> None:
    content = joia("REF", f"<VD>12.00</VD><REF>{eyes}</REF><PD><Distance>62.0</Distance></PD>")
    assert refused(content).code == "no_measurement"


def test_a_lens_of_no_side_is_no_measurement() -> None:
    changes = [("<R>", "<S>"), ("</R>", "</S>"), ("<L>", "<S>"), ("</L>", "</S>")]
    assert refused(edited("nidek_lm.xml", *changes)).code == "no_measurement"


def test_what_a_device_adds_without_the_namespace_is_not_the_standards() -> None:
    content = edited("joia_tm.xml", ("<t:Average>", "<Average>"), ("</t:Average>", "</Average>"))
    assert read_device_file(content, "").measurements[0].od.iop == 140


def test_a_rounded_trial_lens_is_never_taken() -> None:
    content = edited("nidek_ark.xml", ("ARMedian>", "Other>"), ("ARList", "Other"))
    file = read_device_file(content, "")
    assert Kind.OBJECTIVE not in {each.kind for each in file.measurements}


@pytest.mark.parametrize("text", ["", "0", "0.0", "00.0"])
def test_distances_of_nought_are_not_told(text: str) -> None:
    beside = f"<PD><Distance>{text}</Distance><Near>{text}</Near></PD>"
    assert told(refraction("1.00", "", "", beside=beside)) == {}


def test_distances_beside_one_another() -> None:
    beside = (
        "<PD><Distance>66.00</Distance><Near>66.00</Near>"
        "<DistanceR>33.5</DistanceR><DistanceL>32.5</DistanceL></PD>"
    )
    measurement = refraction("1.00", "", "", beside=beside)
    assert told(measurement) == {"pd_far": 660, "pd_near": 660}
    assert (measurement.od.pd_monocular, measurement.os.pd_monocular) == (335, 325)


@pytest.mark.parametrize("text", ["", "0", "0.00", "+0.00"])
def test_no_addition(text: str) -> None:
    assert "addition" not in lens(f"<ADD>{text}</ADD>")


@pytest.mark.parametrize("eye", ["R", "L"])
@pytest.mark.parametrize(
    ("tags", "name"),
    [
        (("H", "PrismX"), "prism_horizontal"),
        (("V", "PrismY"), "prism_vertical"),
    ],
)
def test_prisms_by_their_base(eye: str, tags: tuple[str, ...], name: str) -> None:
    for tag in tags:
        for base, sign in BASES[name].items():
            inside = f"<{tag} base='{base.upper()}'>1.25</{tag}>"
            assert lens(inside, eye)[name] == sign * 125
    assert BASES["prism_horizontal"]["in"] == BASES["prism_vertical"]["up"] == 1


def test_prisms_as_resultant_and_base() -> None:
    polar = "<Prism>2.00</Prism><PrismBase>{}</PrismBase>"
    assert lens(polar.format(0))["prism_horizontal"] == 200
    assert lens(polar.format(360), "L")["prism_horizontal"] == -200
    assert lens(polar.format(270))["prism_vertical"] == -200
    # Components that are told count, for they are not rounded once more.
    both = lens(polar.format(90) + "<PrismX base='in'>0.00</PrismX><PrismY base='up'>1.99</PrismY>")
    assert (both.get("prism_horizontal"), both["prism_vertical"]) == (None, 199)


@pytest.mark.parametrize("inside", ["<H Prism='P'>+1.00</H>", "<V base='in'>1.00</V>"])
def test_prisms_without_a_base_are_left_out_and_told(inside: str) -> None:
    content = joia("LM", f"<LM><R><Sphere>1.00</Sphere>{inside}</R></LM>")
    (left_out,) = read_device_file(content, "").left_out
    assert left_out.code == "base_not_told"


def test_a_resultant_without_a_base_is_left_out_and_told() -> None:
    for inside in ("<Prism>1.00</Prism>", "<Prism>-1.00</Prism><PrismBase>5</PrismBase>"):
        content = joia("LM", f"<LM><R><Sphere>1.00</Sphere>{inside}</R></LM>")
        (left_out,) = read_device_file(content, "").left_out
        assert (left_out.field, left_out.code) == ("prism_horizontal", "base_not_told")


@pytest.mark.parametrize("scale", ["logMAR", "Fraction"])
def test_acuities_on_other_scales_are_left_out_and_told(scale: str) -> None:
    content = edited("joia_sbj.xml", ('unit="Decimal"', f'unit="{scale}"'))
    file = read_device_file(content, "")
    assert of_kind(file, Kind.SUBJECTIVE).od.acuity_corrected_far is None
    assert {each.code for each in file.left_out} == {"not_an_acuity"}


def test_all_values_out_of_range_are_told_with_their_ranges() -> None:
    content = joia(
        "REF",
        "<VD>30.00</VD><REF>" + EYE.format("-31.00", "-1.00", "181") + "</REF>"
        "<PD><Distance>39.9</Distance></PD>",
    )
    assert sorted(problems(content)) == [
        ("", "pd_far", 399, "not_within"),
        ("", "vertex", 3000, "not_within"),
        ("OD", "axis", 181, "not_within"),
        ("OD", "sphere", -3100, "not_within"),
    ]
    assert "OD sphere: must be from -30.00 D to +30.00 D (got -3100)" in str(refused(content))


def test_texts_that_are_no_values_are_told_with_their_fields() -> None:
    content = joia("REF", "<REF>" + EYE.format("OVER", "-1.005", "10.5") + "</REF>")
    assert sorted(problems(content)) == [
        ("OD", "axis", "10.5", "too_fine"),
        ("OD", "cylinder", "-1.005", "too_fine"),
        ("OD", "sphere", "OVER", "not_a_number"),
    ]


def test_of_a_wrong_text_its_beginning_is_told() -> None:
    content = joia("REF", "<REF>" + EYE.format("x" * 100_000, "", "") + "</REF>")
    assert problems(content) == [("OD", "sphere", "x" * 60, "not_a_number")]


def test_a_cylinder_needs_its_axis() -> None:
    content = joia("REF", "<REF>" + EYE.format("1.00", "-1.00", "") + "</REF>")
    assert problems(content) == [("OD", "axis", None, "axis_missing")]


def test_distances_that_contradict_one_another_are_refused() -> None:
    content = edited("nidek_lm.xml", ("70.5", "68.0"))
    assert problems(content) == [("", "pd_far", 680, "not_the_sum")]


def test_powers_of_a_contact_lens_are_refused() -> None:
    content = edited("nidek_ark.xml", ("<VD>12.00 mm", "<VD>0.00 mm"))
    assert ("", "vertex", 0, "not_within") in problems(content)


def test_the_error_names_the_file() -> None:
    error = refused(b"", "KR_0001.xml")
    assert isinstance(error, UnreadableFile) and error.name == "KR_0001.xml"
    assert "KR_0001.xml" in str(error)
