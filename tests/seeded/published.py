"""Figures that people's eyes are drawn from, each with its source.

Marks, as in the project's notes: [C] the figure was read in the source or its abstract, [K] it is
from memory, [own] nobody has told it and it is our assumption. A *survival* says which share of
people has at least so much; between its points the logarithm of the share is a straight line.

Left out: eyes operated on between both prescriptions, keratoconus, prisms, contact lenses, and eyes
without power. This was written, and committed, before the rules of :mod:`optics.traps` were
measured by it.
"""

from __future__ import annotations

Survival = tuple[tuple[float, float], ...]
"""Pairs of a size and the share that has at least that, from the whole down."""

# --- who comes ------------------------------------------------------------------------------------

AGES = (((6, 11), 0.06), ((12, 17), 0.08), ((18, 39), 0.24), ((40, 64), 0.42), ((65, 85), 0.20))
"""First and last age at the last visit, and share of customers [own]."""
YEARS = (1, 4)
"""Between both prescriptions; even between these [own: the span of the issue]."""
PRESBYOPIC = 40
"""Years, from which glasses may be for more than distance."""
PURPOSES = (
    ("progressive", 0.40),
    ("distance", 0.25),
    ("near", 0.20),
    ("office", 0.10),
    ("bifocal", 0.05),
)
"""Of presbyopes' glasses [own]; younger people's are for distance."""
KEEPS_PURPOSE = 0.8
"""Share of presbyopes whose new glasses are for what the last were for [own]."""
OTHER_EXAMINER = 0.25
"""Share of last prescriptions that somebody else wrote [own]."""
PLUS_FORM = 0.15
"""Share written with a plus cylinder, mostly by physicians [own]."""
KEEPS_FORM = 0.9
"""Share of pairs written in one form [own]."""

# --- power ----------------------------------------------------------------------------------------

AMETROPIA = (
    (12, 0.25, 0.25),
    (18, 0.43, 0.12),
    (40, 0.47, 0.10),
    (55, 0.33, 0.17),
    (65, 0.25, 0.35),
    (999, 0.18, 0.50),
)
"""Until an age: shares of myopia (−0.75 D or more) and of hyperopia (+1 D or more).

Williams et al. 2015 (E3, 61,946 Europeans, Eur J Epidemiol 30:305): 47.2 % of 25 to 29 year olds
are myopic; over all adults 30.6 % and 25.2 % [C]. The course of it by age is theirs [K]. Children:
Matamoros et al. 2015, about 43 % of 10 to 19 year olds who came to French ophthalmologists [K];
below that [own].
"""
MYOPIA_BEYOND = 2.16
"""Mean of an exponential tail beyond −0.75 D: 2.7 % of adults have −6 D or more, of 30.6 % that are
myopic (Williams et al. 2015 [C]); exp(−5.25/2.16) is their ratio."""
HYPEROPIA_BEYOND = 1.3
"""Mean of such a tail beyond +1 D; about a fifth of hyperopes has +3 D or more [K]."""
ANISOMETROPIA: tuple[tuple[int, Survival], ...] = (
    (18, ((0, 1), (0.2, 0.5), (0.7, 0.05), (1, 0.016), (2, 0.005), (4, 0.001))),
    (65, ((0, 1), (0.5, 0.231), (1, 0.077), (2, 0.032), (3, 0.019), (6, 0.001))),
    (999, ((0, 1), (0.5, 0.40), (1, 0.20), (2, 0.06), (3, 0.025), (6, 0.001))),
)
"""Until an age: difference of the eyes' spherical equivalents, dioptres.

Children: Huynh et al. 2006 (Sydney, 1,765 of six years), 1.6 % with 1 D or more; 350 Japanese
schoolchildren, median 0.15 to 0.20 D and 95th percentile 0.58 to 0.85 D [C]; beyond that [own].
Adults: Mohammadi et al. 2013 (Shahroud, 4,918 of 40 to 64), 23.1, 7.7, 3.2 and 1.9 % with 0.5, 1,
2 and 3 D [C]. Old people: Haegerstrom-Portnoy et al. 2014, 16.1 % with 1 D at 67 and 32.2 % at 79
[C]; the other points [own]. Qin et al. 2005 has the same rise with age [K].
"""

# --- cylinder -------------------------------------------------------------------------------------

CYLINDER: tuple[tuple[int, Survival], ...] = (
    (65, ((0, 1), (0.5, 0.50), (1, 0.239), (2, 0.06), (3, 0.02), (4, 0.008), (6, 0.001))),
    (999, ((0, 1), (0.5, 0.65), (1, 0.38), (2, 0.10), (3, 0.03), (4, 0.01), (6, 0.001))),
)
"""Until an age: size of an eye's astigmatism, dioptres.

Williams et al. 2015: 23.9 % of adults have 1 D or more [C], more with age [K]; other points [K].
"""
CYLINDER_APART: Survival = ((0, 1), (0.25, 0.40), (0.5, 0.148), (1, 0.04), (2, 0.008), (3, 0.001))
"""Difference of both eyes' astigmatism: Asharlous et al. (160,608 Iranians), 0.31 ± 0.40 D, 85.2 %
under 0.50 D [C]; the other points fit that mean [own]."""
RULE = (
    (40, 0.65, 0.17),
    (55, 0.50, 0.27),
    (65, 0.35, 0.42),
    (999, 0.20, 0.60),
)
"""Until an age: shares of astigmatism with and against the rule (minus axis within 30° of 180 and
of 90); the rest is oblique. That it turns against the rule with age: Fotedar et al. 2007 (Blue
Mountains: 10 % more of it in ten years), Laughton et al. 2018 [C]; the shares [K], of the kind of
Leube et al. 2019."""
OFF_MIRROR: Survival = (
    (0, 1),
    (0.1, 0.836),
    (10, 0.5),
    (15, 0.32),
    (30, 0.15),
    (60, 0.05),
    (90, 0.01),
)
"""Degrees by which the left axis is not the right one's mirror image: Asharlous et al. 2016
(160,608), median 10°, 16.4 % exactly, 68.0 % within 15° [C]; another 50,995 astigmats of 2008
("Axes of astigmatism in fellow eyes show mirror rather than direct symmetry"), median 10° [C].
Beyond 15° [own]; 82.9 % have both axes of one rule [C]."""
MIRRORS_BETTER = 0.75
"""Dioptres from which the mirror gets better, in proportion to the cylinder, to 0.4 of it: "high
astigmatic cases showed better symmetry" (Asharlous et al. 2016 [C]); how much [own]."""

# --- change ---------------------------------------------------------------------------------------

MYOPES_PER_YEAR = ((10, -0.43), (13, -0.40), (16, -0.19), (19, -0.11), (30, -0.08), (49, -0.01))
"""Until an age: mean change of a myope's spherical equivalent, dioptres a year.

Tricard et al. 2021 (136,333 French children): −0.43 at 7 to 9, −0.42 at 10 to 12, in 11 to 24
months. Polling et al. 2021 (DREAM, opticians): −0.50 to 10, −0.19 at 13 to 15, −0.09 at 16 to 18.
Ducloux et al. 2021 (167,204 French): −0.16 at 14, −0.13 at 16, −0.10 at 18, −0.08 at 20 [C]. From
30 on Laughton et al. 2018: 85 % of myopes unchanged within 0.50 D in 2.5 years [C].
"""
ALL_PER_YEAR = ((49, 0.0), (55, 0.08), (65, 0.06), (75, 0.01), (999, -0.045))
"""Until an age: everybody else's, and from 49 everybody's. Blue Mountains, five years: +0.41,
+0.30, +0.05, −0.22 D for 49 to 54, to 64, to 74 and over (Ophthalmology 2003;110:1364 [C])."""
MYOPE = -0.5
"""Spherical equivalent of a myope in those studies [C]."""
CHILD_RATE_SPREAD = 0.23
"""Dioptres a year, standard deviation between young people: 33.1 % of those of 7 to 9 get more than
0.50 D a year more myopic (Tricard et al. 2021 [C]); taken until 18."""
ADULT_RATE_SPREAD = 0.09
EYE_RATE_SPREAD = 0.06
"""Dioptres a year, between people and between one's eyes. Laughton et al. 2018: 13 to 15 % changed
by 0.50 D or more in 2.5 years, so 0.34 D in all. Blue Mountains: eyes changed alike within 0.5 D in
72 % over five years, so 0.46 D between eyes [C]; both less what measuring spreads."""
AGAINST_THE_RULE_PER_YEAR = 0.015
"""Dioptres of J0 a year from 40 on: 10 % more against the rule in ten years (Fotedar et al. 2007
[C]); in dioptres [K]."""
ASTIGMATISM_RATE_SPREAD = 0.015
"""Dioptres of J0 and of J45 a year, of each eye [own]."""
EXAMINED = {"both": 0.12, "eye": 0.07, "astigmatism": 0.045}
"""Dioptres, standard deviations of one refraction: of the spherical equivalent, common to both
eyes and of each eye, and of J0 and J45. Half of MacKenzie 2008 (40 optometrists, one eye: 0.28 D
in all, 0.20 D of the difference of both eyes, J 0.085 D [C]), which calls that twice the
repeatability of one examiner [C]. Doubled where two people refracted."""

# --- addition -------------------------------------------------------------------------------------

ADDITION = (
    (40, 0.80),
    (42, 0.90),
    (47, 1.25),
    (52, 1.75),
    (57, 2.15),
    (62, 2.40),
    (67, 2.50),
    (85, 2.65),
)
"""Mean addition at an age, dioptres, straight between. Tables of practice [C evident.co.uk, and
Millodot's dictionary]: 0.75 to 1 at 40, 1 to 1.5 at 45, 1.5 to 2 at 50, 2 to 2.5 at 55, 2.5 to
2.75 from 60; 44 people of 73 years had 2.21 to 2.53 D ("Loss of visual acuity is the main
reason…" [C]);
Hofstetter's 15 − 0.25·age with half of it in reserve at 40 cm ends at 2.5 [K]."""
ADDITION_OF_PERSON = 0.30
"""Dioptres, standard deviation between people of one age: of 0.38 to 0.49 measured [C] this much is
the arm's length and lasts [own]."""
ADDITION_MEASURED = 0.12
"""Dioptres, standard deviation of one measurement [own]."""
ADDITIONS_APART = 0.01
"""Share of people whose eyes are given different additions, by 0.25 D [own]."""

# --- pupillary distance ---------------------------------------------------------------------------

ADULT_PD = {"man": (64.7, 3.7), "woman": (62.3, 3.6)}
"""Millimetres, mean and standard deviation: Dodgson 2004 (ANSUR); "around 63 mm" for all [C], by
sex [K]."""
CHILD_PD = {"man": (43.36, 1.663, -0.034), "woman": (41.76, 1.891, -0.052)}
"""Millimetres by age and age², to 19 years: MacLachlan and Howland 2002 (1,311 people) [K]."""
CHILD_PD_SPREAD = 2.7
"""Millimetres [K, of the same]."""
GROWN = (19, 30)
"""Years between which a face goes from the children's mean to the adults' [own]; Yildirim et al.
2015 find that it still widens after 30 [C]."""
PD_MEASURED = 0.40
"""Millimetres, standard deviation of one measurement: 95 % of repeated ones agree within −1.04 and
+1.20 mm with a rule, −0.79 and +0.73 mm with a pupillometer (McMahon et al. 2012 [C])."""
RULE_READS_MORE = 0.59
"""Millimetres by which a rule reads more than a pupillometer (McMahon et al. 2012 [C]); half of
all are measured with a rule [own]."""
NEAR_PD_LESS = (3.0, 0.6)
"""Millimetres by which near is less than far, mean (Gantz et al. 2021, 199 people [C]) and standard
deviation [own]."""
MONOCULAR_APART = 0.8
"""Millimetres, standard deviation of half the difference of right and left [own]."""
