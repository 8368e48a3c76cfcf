"""A file of each dialect, drawn by hand: who, when, and every value that is read of it."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optics.devices.file import DevicePatient, Dialect, read_device_file
from optics.measurement import EyeMeasurement, Kind, Measurement, derived
from optics.vocabulary import Eye, EyeState

from .device_files import FILES, edited, joia_ref, of_kind, read, told

POWERED = {"measured": True}


def test_joia_refractometer_and_keratometer_in_shift_jis() -> None:
    file = read("joia_ref_km.xml")
    assert (file.dialect, file.maker, file.model) == (Dialect.JOIA, "MAKER", "AR-SAMPLE")
    assert file.measured_on == datetime(2024, 11, 26, 14, 55)
    assert file.patient == DevicePatient(
        number="0007",
        identifier="2000000000077",
        first_name="アンナ",
        last_name="Пробина",
        sex="F",
        birth_date=date(1980, 2, 29),
    )
    objective = of_kind(file, Kind.OBJECTIVE)
    assert told(objective.od) == {**POWERED, "sphere": 371, "cylinder": -398, "axis": 180}
    assert told(objective.os) == POWERED
    assert told(objective) == {"vertex": 1375, "pd_far": 660, "pd_near": 660}
    cornea = of_kind(file, Kind.KERATOMETRY)
    assert told(cornea.od) == {"k1_radius": 848, "k1_axis": 180, "k2_radius": 779, "k2_axis": 90}
    assert told(cornea.os) == {}
    assert len(file.measurements) == 2
    assert file.left_out == ()


def test_joia_lens_meter() -> None:
    file = read("joia_lm.xml")
    (glasses,) = file.measurements
    assert glasses.kind is Kind.HABITUAL
    # In plus cylinder, as the device was set.
    assert told(glasses.od) == {
        **{**POWERED, "sphere": 375, "cylinder": 350, "axis": 9, "addition": 225},
        **{"prism_horizontal": -25, "prism_vertical": 75, "pd_monocular": 250},
    }
    assert told(glasses.os) == {**POWERED, "sphere": 350, "pd_monocular": 300}
    assert told(glasses) == {"pd_far": 550}
    (left_out,) = file.left_out
    assert (left_out.eye, left_out.field, left_out.value, left_out.code) == (
        *("OS", "prism_vertical", "-1.00"),
        "base_not_told",
    )


def test_joia_phoropter() -> None:
    file = read("joia_sbj.xml")
    assert file.measured_on == datetime(2024, 5, 13, 19, 48, 59)
    assert [each.kind for each in file.measurements] == [
        *(Kind.SUBJECTIVE, Kind.OBJECTIVE, Kind.HABITUAL),
        Kind.ACUITY,
    ]
    subjective, objective, glasses, acuity = file.measurements
    assert told(subjective.od) == {
        **{**POWERED, "sphere": 25, "cylinder": -150, "axis": 180, "addition": 200},
        **{"prism_horizontal": 100, "prism_vertical": -50, "pd_monocular": 320},
        **{"acuity_corrected_far": "0,8", "acuity_corrected_near": "0,8"},
    }
    assert told(subjective.os) == {
        **{**POWERED, "sphere": -25, "addition": 200, "pd_monocular": 320},
        "acuity_corrected_near": "0,7",
    }
    assert told(subjective) == {
        **{"vertex": 1200, "pd_far": 640, "pd_near": 610},
        "acuity_corrected_far": "1,2",
    }
    assert told(objective.od) == {**POWERED, "sphere": 12, "cylinder": -137, "axis": 178}
    assert told(objective.os) == {**POWERED, "sphere": -31}
    assert told(glasses.od) == {**POWERED, "cylinder": -100, "axis": 175}
    assert told(glasses.os) == {}
    assert told(acuity.od) == {"acuity_uncorrected_far": "0,3"}
    assert told(acuity) == {"acuity_uncorrected_far": "CF", "acuity_uncorrected_near": "0,5"}
    assert [(each.eye, each.field, each.value) for each in file.left_out] == [
        ("OS", "acuity_corrected_far", "20/20"),
        ("OS", "acuity_uncorrected_far", "0.00"),
    ]


def test_joia_what_was_prescribed_comes_before_the_full_correction() -> None:
    as_prescribed = edited("joia_sbj.xml", (">Objective Data<", ">Prescription<"))
    subjective = of_kind(read_device_file(as_prescribed, ""), Kind.SUBJECTIVE)
    assert (subjective.od.sphere, subjective.os.sphere) == (12, -31)
    of_empty = edited("joia_sbj.xml", (">Unaided Data<", ">Prescription<"))
    assert of_kind(read_device_file(of_empty, ""), Kind.SUBJECTIVE).od.sphere == 25


def test_joia_exams_without_a_distance_go_by_number() -> None:
    nameless = edited("joia_sbj.xml", (">500,000<", "><"), (">40,000<", "><"))
    assert read_device_file(nameless, "").measurements == read("joia_sbj.xml").measurements


def test_joia_near_powers_alone_are_no_refraction() -> None:
    near_only = edited("joia_sbj.xml", (">500,000<", ">40,000<"))
    kinds = [each.kind for each in read_device_file(near_only, "").measurements]
    assert kinds == [Kind.ACUITY]


def test_joia_near_spheres_below_the_far_ones_are_no_addition() -> None:
    content = edited("joia_sbj.xml", (">2,25<", ">0,00<"), (">1,75<", ">-0,25<"))
    subjective = of_kind(read_device_file(content, ""), Kind.SUBJECTIVE)
    assert (subjective.od.addition, subjective.os.addition) == (None, None)


def test_joia_tonometer() -> None:
    (pressure,) = read("joia_tm.xml").measurements
    # The average, to the tenth; of OS the last reading by number that succeeded.
    assert (told(pressure.od), told(pressure.os)) == ({"iop": 147}, {"iop": 130})
    assert pressure.kind is Kind.PRESSURE


def test_nidek_autorefractor() -> None:
    file = read("nidek_ark.xml")
    assert (file.dialect, file.maker, file.model) == (Dialect.NIDEK_AR, "NIDEK", "ARK-SAMPLE")
    assert file.measured_on == datetime(2023, 3, 11, 16, 3, 7)
    assert file.patient == DevicePatient(number="0003")
    pair = {"vertex": 1200, "pd_far": 560, "pd_near": 530}
    objective = of_kind(file, Kind.OBJECTIVE)
    assert told(objective.od) == {
        **{**POWERED, "sphere": -638, "cylinder": -64, "axis": 177},
        "pd_monocular": 280,
    }
    assert told(objective.os) == {"pd_monocular": 280}
    assert told(objective) == pair
    subjective = of_kind(file, Kind.SUBJECTIVE)
    assert told(subjective.od) == {
        **{**POWERED, "sphere": -625, "cylinder": -75, "axis": 177, "addition": 175},
        **{"pd_monocular": 280, "acuity_corrected_far": "1.0", "acuity_corrected_near": "0.8"},
    }
    assert told(subjective) == pair
    glasses = of_kind(file, Kind.HABITUAL)
    assert (told(glasses.od), told(glasses)) == ({**POWERED, "sphere": -550}, {})
    cornea = of_kind(file, Kind.KERATOMETRY)
    assert told(cornea.od) == {"k1_radius": 755, "k1_axis": 178, "k2_radius": 729, "k2_axis": 88}
    assert len(file.measurements) == 4
    assert [each.value for each in file.left_out] == ["<0.1"]


def test_nidek_acuities_without_a_refraction_are_a_measurement_of_their_own() -> None:
    content = edited("nidek_ark.xml", ("<SR>", "<Other>"), ("</SR>", "</Other>"))
    acuity = of_kind(read_device_file(content, ""), Kind.ACUITY)
    assert told(acuity.od) == {"acuity_corrected_far": "1.0", "acuity_corrected_near": "0.8"}


@pytest.mark.parametrize("name", ["nidek_lm.xml", "nidek_lm_sphare.xml"])
def test_nidek_lens_meter_in_both_spellings(name: str) -> None:
    file = read(name)
    assert (file.dialect, file.patient) == (
        Dialect.NIDEK_LM,
        DevicePatient(number="0001", identifier="pati"),
    )
    (glasses,) = file.measurements
    assert glasses.kind is Kind.HABITUAL
    assert told(glasses.od) == {
        **{**POWERED, "sphere": -200, "cylinder": -150, "axis": 143, "addition": 175},
        **{"prism_horizontal": 50, "prism_vertical": 200, "pd_monocular": 355},
    }
    assert told(glasses.os) == {
        **{**POWERED, "sphere": -200, "pd_monocular": 350},
        **{"prism_horizontal": -75, "prism_vertical": -125},
    }
    assert told(glasses) == {"pd_far": 705}


def test_nidek_phoropter_in_utf_16() -> None:
    assert FILES["nidek_rt.xml"].startswith(b"\xff\xfe")
    file = read("nidek_rt.xml")
    assert (file.dialect, file.measured_on) == (
        Dialect.NIDEK_RT,
        datetime(2021, 10, 26, 17, 16, 48),
    )
    assert (file.patient.number, file.patient.last_name) == ("0138", "Пробин")
    assert file.patient.birth_date == date(1975, 6, 12)
    glasses, objective, best = file.measurements
    assert [each.kind for each in file.measurements] == [
        *(Kind.HABITUAL, Kind.OBJECTIVE, Kind.SUBJECTIVE),
    ]
    assert told(glasses.od) == {
        **{**POWERED, "sphere": 100, "cylinder": -50, "axis": 90},
        "acuity_corrected_far": "1.00",
    }
    assert told(objective.od) == {
        **{**POWERED, "sphere": 52, "cylinder": -100, "axis": 90},
        "pd_monocular": 305,
    }
    assert told(best.os) == {
        **{**POWERED, "sphere": 150, "cylinder": -125, "axis": 85, "addition": 125},
        **{"pd_monocular": 305, "acuity_corrected_far": "1.00", "acuity_corrected_near": "0.80"},
    }
    assert told(best) == {
        **{"vertex": 1375, "pd_far": 610, "pd_near": 580},
        **{"acuity_corrected_far": "1.25", "acuity_corrected_near": "0.90"},
    }


def test_nidek_refraction_of_the_night_is_not_the_days() -> None:
    text = FILES["nidek_rt.xml"].decode("utf-16")
    best = 'CorrectionType="Best" Vision="Distant" Situation="Standard"'
    content = text.replace(best, best.replace("Best", "Other")).encode("utf-16")
    kinds = [each.kind for each in read_device_file(content, "").measurements]
    assert kinds == [Kind.HABITUAL, Kind.OBJECTIVE]


def test_a_prescription_is_derived_of_what_was_read() -> None:
    eyes = derived(of_kind(read("nidek_ark.xml"), Kind.OBJECTIVE))
    assert (eyes[Eye.OD].sphere, eyes[Eye.OD].cylinder, eyes[Eye.OD].axis) == (-52, -6, 177)
    assert eyes[Eye.OS].state is EyeState.BALANCE


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        ("2024-11-26", "14:55:00", datetime(2024, 11, 26, 14, 55)),
        ("2013/03/11", "16:03", datetime(2013, 3, 11, 16, 3)),
        ("2026.05.28", "17-16-48", datetime(2026, 5, 28, 17, 16, 48)),
        ("2024-05-13", "19:48:59.562", datetime(2024, 5, 13, 19, 48, 59)),
        ("2024-05-13", "", datetime(2024, 5, 13)),
        ("2024-02-30", "10:00:00", None),
        ("2024-02-28", "25:00:00", None),
        ("0000-00-00", "00:00:00", None),
        ("13.05.2024", "10:00:00", None),
        ("", "10:00:00", None),
    ],
)
def test_moments(day: str, clock: str, moment: datetime | None) -> None:
    content = edited("joia_lm.xml", (">2024-11-26<", f">{day}<"), (">15:01:02<", f">{clock}<"))
    assert read_device_file(content, "").measured_on == moment


def test_a_birth_date_that_the_calendar_has_not_is_not_told() -> None:
    content = edited("joia_lm.xml", ("1980-02-29", "1981-02-29"))
    assert read_device_file(content, "").patient.birth_date is None


def measured_eyes() -> st.SearchStrategy[EyeMeasurement]:
    powers = st.tuples(st.integers(-3000, 3000), st.integers(-1200, 1200), st.integers(1, 180))
    return powers.map(
        lambda told: EyeMeasurement(
            measured=True,
            sphere=told[0],
            cylinder=told[1],
            axis=told[2] if told[1] else None,
        )
    )


@given(
    od=measured_eyes(),
    os=measured_eyes() | st.just(EyeMeasurement()),
    vertex=st.none() | st.integers(100, 500).map(lambda steps: 5 * steps),
    pd_far=st.none() | st.integers(400, 800),
)
def test_what_an_autorefractor_wrote_comes_back(
    od: EyeMeasurement, os: EyeMeasurement, vertex: int | None, pd_far: int | None
) -> None:
    written = Measurement(kind=Kind.OBJECTIVE, od=od, os=os, vertex=vertex, pd_far=pd_far)
    assert read_device_file(joia_ref(written), "").measurements == (written,)
