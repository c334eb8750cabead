//! The table of French public holidays, as data: one line a text, with the years in which it holds.
//!
//! The years before 1982 are there so that old deadlines can be checked; today's list is article L3133-1 of the code
//! du travail (eleven days), L3134-13 for Alsace-Moselle and L3422-2 for the abolition of slavery overseas.
//! Holidays of Mayotte that follow the Muslim calendar are usages that L3422-2 preserves without dating them: they
//! cannot be computed, and are declared as closed days where they are observed.

use crate::{HolidayDay, HolidayLaw, Territory};

const fn fixed(month: i8, day: i8) -> HolidayDay {
    HolidayDay::Fixed { month, day }
}

const fn easter(offset: i8) -> HolidayDay {
    HolidayDay::Easter { offset }
}

const DECREE_1983: &str = "loi n° 83-550 du 30 juin 1983 ; décret n° 83-1003 du 23 novembre 1983, art. 1er ; \
     code du travail, art. L3422-2";
const ABOLITION: &str = "Abolition de l'esclavage";
const VICTORY: &str = "Fête de la Victoire";

/// Every line, in the order of the year.
pub const HOLIDAY_LAWS: &[HolidayLaw] = &[
    // Code du travail, art. L3133-1
    HolidayLaw::statutory(
        "Jour de l'an",
        fixed(1, 1),
        1811,
        "avis du Conseil d'État approuvé le 20 mars 1810 ; code du travail, art. L3133-1, 1°",
    ),
    HolidayLaw::statutory(
        "Lundi de Pâques",
        easter(1),
        1886,
        "loi du 8 mars 1886 ; code du travail, art. L3133-1, 2°",
    ),
    HolidayLaw::statutory(
        "Fête du Travail",
        fixed(5, 1),
        1947,
        "loi n° 47-778 du 30 avril 1947 ; code du travail, art. L3133-1, 3° et L3133-4",
    ),
    HolidayLaw::statutory(VICTORY, fixed(5, 8), 1953, "loi n° 53-225 du 20 mars 1953").until(1958),
    HolidayLaw::statutory(VICTORY, fixed(5, 8), 1965, "décret du 1er avril 1965 (vingtième anniversaire)")
        .until(1965)
        .doubted("number of the decree not found"),
    HolidayLaw::statutory(
        VICTORY,
        fixed(5, 8),
        1982,
        "loi n° 81-893 du 2 octobre 1981 ; code du travail, art. L3133-1, 4°",
    ),
    HolidayLaw::statutory(
        "Ascension",
        easter(39),
        1802,
        "arrêté du 29 germinal an X ; code du travail, art. L3133-1, 5°",
    ),
    // Working it under the journée de solidarité (loi n° 2004-626) leaves it a public holiday.
    HolidayLaw::statutory(
        "Lundi de Pentecôte",
        easter(50),
        1886,
        "loi du 8 mars 1886 ; code du travail, art. L3133-1, 6°",
    ),
    HolidayLaw::statutory(
        "Fête nationale",
        fixed(7, 14),
        1880,
        "loi du 6 juillet 1880 ; code du travail, art. L3133-1, 7°",
    ),
    HolidayLaw::statutory(
        "Assomption",
        fixed(8, 15),
        1802,
        "arrêté du 29 germinal an X ; code du travail, art. L3133-1, 8°",
    ),
    HolidayLaw::statutory(
        "Toussaint",
        fixed(11, 1),
        1802,
        "arrêté du 29 germinal an X ; code du travail, art. L3133-1, 9°",
    ),
    HolidayLaw::statutory(
        "Armistice",
        fixed(11, 11),
        1922,
        "loi du 24 octobre 1922 ; code du travail, art. L3133-1, 10°",
    ),
    HolidayLaw::statutory(
        "Noël",
        fixed(12, 25),
        1802,
        "arrêté du 29 germinal an X ; code du travail, art. L3133-1, 11°",
    ),
    // Code du travail, art. L3134-13
    HolidayLaw::statutory(
        "Vendredi saint",
        easter(-2),
        1893,
        "ordonnance du 16 août 1892 ; code du travail, art. L3134-13, 2° (communes ayant un temple protestant ou une \
         église mixte)",
    )
    .only_in(&[Territory::AlsaceMoselle]),
    HolidayLaw::statutory(
        "Saint-Étienne",
        fixed(12, 26),
        1892,
        "ordonnance du 16 août 1892 ; code du travail, art. L3134-13 (second jour de Noël)",
    )
    .only_in(&[Territory::AlsaceMoselle, Territory::AlsaceMoselleWithoutTemple]),
    // Code du travail, art. L3422-2
    HolidayLaw::statutory(ABOLITION, fixed(4, 27), 1984, DECREE_1983).only_in(&[Territory::Mayotte]),
    HolidayLaw::statutory(ABOLITION, fixed(5, 22), 1984, DECREE_1983).only_in(&[Territory::Martinique]),
    HolidayLaw::statutory(ABOLITION, fixed(5, 27), 1984, DECREE_1983).only_in(&[Territory::Guadeloupe]),
    HolidayLaw::statutory(ABOLITION, fixed(6, 10), 1984, DECREE_1983).only_in(&[Territory::Guyane]),
    HolidayLaw::statutory(ABOLITION, fixed(12, 20), 1983, DECREE_1983).only_in(&[Territory::Reunion]),
    HolidayLaw::statutory(ABOLITION, fixed(5, 27), 1984, DECREE_1983)
        .until(2011)
        .only_in(&[Territory::SaintBarthelemy])
        .doubted("commune of Guadeloupe until 2007; the years 2007-2011 are assumed to continue Guadeloupe's date"),
    HolidayLaw::statutory(
        ABOLITION,
        fixed(10, 9),
        2012,
        "décret n° 2012-553 du 23 avril 2012 ; code du travail, art. L3422-2",
    )
    .only_in(&[Territory::SaintBarthelemy]),
    HolidayLaw::statutory(
        ABOLITION,
        fixed(5, 27),
        1984,
        "décret n° 83-1003 du 23 novembre 1983, modifié par le décret n° 2012-553 du 23 avril 2012",
    )
    .until(2017)
    .only_in(&[Territory::SaintMartin])
    .doubted("commune of Guadeloupe until 2007; named by the decree from 2012 only"),
    HolidayLaw::statutory(
        ABOLITION,
        fixed(5, 28),
        2018,
        "délibération du conseil territorial du 5 novembre 2015 ; circulaires des 4 mai 2018 et 3 mai 2019 ; \
         communiqué de la préfecture de mai 2019",
    )
    .only_in(&[Territory::SaintMartin])
    .doubted(
        "article L3422-2 of the code du travail read 27 May for Saint-Martin in May 2019, and a later correction \
         reportedly says 28 March by a clerical error; State services treat 28 May as the holiday",
    ),
    // Usages
    HolidayLaw::statutory("Mi-Carême", easter(-24), 1984, "usage local, absent des articles L3133-1 et L3422-2")
        .customary()
        .only_in(&[Territory::Guadeloupe])
        .doubted("first year unknown; listed by the Python package `holidays`, not by Etalab's list"),
    HolidayLaw::statutory("Vendredi saint", easter(-2), 1984, "usage local, absent des articles L3133-1 et L3422-2")
        .customary()
        .only_in(&[Territory::Guadeloupe])
        .doubted("first year unknown; listed by the Python package `holidays`, not by Etalab's list"),
    HolidayLaw::statutory(
        "Fête de Victor Schoelcher",
        fixed(7, 21),
        1984,
        "usage local, absent des articles L3133-1 et L3422-2",
    )
    .customary()
    .only_in(&[Territory::Guadeloupe, Territory::Martinique, Territory::SaintMartin])
    .doubted("first year unknown; Etalab's list has it for Guadeloupe and Martinique only"),
];
