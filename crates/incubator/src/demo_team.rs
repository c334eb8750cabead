//! Demonstration data of teams: what the registry's agreement asks for (seed 000, annex 1), with its measures read on this
//! house's own page; and a fictional product's objectives and values.

use jiff::Span;
use jiff::civil::Date;
use socle::audit::Actor;

use crate::Incubator;
use crate::model::figure::Figure;
use crate::model::indicator::{Axis, Indicator, Kind, key_of};
use crate::model::objective::{Objective, ObjectiveStatus};
use crate::model::point::Point;
use crate::store::{indicator, indicator_point, objective, reading};

const ACTOR: Actor = Actor::Program("demonstration");
const REGISTRY: &str = "registre-preuve-covoiturage";
const NOTEBOOK: &str = "carnet-archives";

use ObjectiveStatus::{InProgress, Open, Reached};

/// An objective, where it stands, and its parts.
type Aim = (&'static str, ObjectiveStatus, &'static [(&'static str, ObjectiveStatus)]);

/// The seven objectives of annex 1, in our words.
const OF_THE_REGISTRY: [Aim; 7] = [
    (
        "Rendre le registre fiable",
        InProgress,
        &[
            ("Repérer fraudes et anomalies, identités reconstituées comprises", InProgress),
            ("Tenir la croissance des trajets", Reached),
            ("Sécuriser le registre", InProgress),
        ],
    ),
    ("Aider les organismes volontaires à se raccorder", Reached, &[]),
    (
        "Offrir aux collectivités de quoi agir",
        InProgress,
        &[
            ("Cartes et flux", Reached),
            ("Accès de découverte", Open),
            ("Moteur de campagnes", Open),
            ("Exemples de campagnes qui inspirent", Open),
            ("Simulateur de campagnes", Open),
            ("Statistiques", Reached),
        ],
    ),
    ("Accompagner les autorités volontaires qui lancent une campagne", Open, &[]),
    (
        "Déployer les attestations",
        Open,
        &[
            ("Avec des opérateurs pilotes", Open),
            ("Avec des collectivités et des employeurs", Open),
            ("Mesurer leur potentiel et leur effet", Open),
        ],
    ),
    ("Contribuer à l’observatoire national", InProgress, &[]),
    ("Imaginer la déclaration des trajets sans application", Open, &[]),
];

const OF_THE_NOTEBOOK: [Aim; 2] = [
    (
        "Dix services d’archives publient leur inventaire sans aide",
        InProgress,
        &[("Trois services pilotes", Reached), ("Guide de prise en main testé", InProgress)],
    ),
    ("Un inventaire se publie en moins d’une journée", Open, &[]),
];

/// Fills what teams write.
pub async fn fill(incubator: &Incubator) -> anyhow::Result<()> {
    let today = incubator.today();
    aim(incubator, REGISTRY, REGISTRY, &OF_THE_REGISTRY, None).await?;
    let due = today.saturating_add(Span::new().days(120));
    aim(incubator, NOTEBOOK, "atelier-fictif", &OF_THE_NOTEBOOK, Some(due)).await?;
    let own = format!("{}/stats.json", incubator.house.config.base_url());
    reading::choose(&incubator.database, ACTOR, REGISTRY, own).await?;
    for (title, unit, axis, source) in [
        ("Opérateurs connectés", "opérateurs", Axis::Used, "registry/operators_connected"),
        ("Trajets par mois", "trajets", Axis::Used, "registry/journeys:period"),
        ("Kilomètres partagés", "km", Axis::Impact, "registry/kilometres"),
    ] {
        let one = Indicator {
            source: source.to_owned(),
            ..new(title, "Voir la définition sur la page du registre.", unit, axis)
        };
        indicator::add(&incubator.database, ACTOR, REGISTRY, one).await?;
    }
    measure(incubator, today).await
}

async fn aim(
    incubator: &Incubator,
    product: &str,
    agreement: &str,
    aims: &[Aim],
    due: Option<Date>,
) -> anyhow::Result<()> {
    let reviewed = incubator.today().saturating_sub(Span::new().days(40));
    let written = |title: &str, status, due| Objective {
        title: title.to_owned(),
        agreement: agreement.to_owned(),
        status,
        due,
        note: String::new(),
        reviewed: Some(reviewed),
    };
    let database = &incubator.database;
    for (title, status, parts) in aims {
        let top = objective::add(database, ACTOR, product, None, written(title, *status, due)).await?;
        for (title, status) in *parts {
            let part = Objective { agreement: String::new(), ..written(title, *status, None) };
            let _ = objective::add(database, ACTOR, product, top.ok(), part).await?;
        }
    }
    Ok(())
}

fn new(title: &str, definition: &str, unit: &str, axis: Axis) -> Indicator {
    Indicator {
        key: key_of(title),
        title: title.to_owned(),
        definition: definition.to_owned(),
        population: String::new(),
        unit: unit.to_owned(),
        axis,
        kind: Kind::Count,
        source: String::new(),
        baseline: None,
        target: None,
        target_day: None,
        published: true,
        points: Vec::new(),
    }
}

/// Eight months of a product that types its values, one of them corrected.
async fn measure(incubator: &Incubator, today: Date) -> anyhow::Result<()> {
    let month = |ago: i32| today.first_of_month().saturating_sub(Span::new().months(ago)).last_of_month();
    let database = &incubator.database;
    let active = Indicator {
        population: "les 101 services départementaux d’archives".to_owned(),
        baseline: Some(Figure::ZERO),
        target: Some(Figure::whole(10)),
        target_day: Some(today.saturating_add(Span::new().days(120))),
        ..new(
            "Services d’archives actifs",
            "Services ayant publié un inventaire dans les trente jours.",
            "services",
            Axis::Used,
        )
    };
    let id = indicator::add(database, ACTOR, NOTEBOOK, active).await?;
    for (ago, value) in (1..=8).rev().zip([1, 1, 2, 3, 3, 5, 6, 7]) {
        indicator_point::record(database, ACTOR, id, Point::on(month(ago), Figure::whole(value))).await?;
    }
    // What a use costs is computed from it.
    let users = new(
        "Usagers actifs par mois",
        "Personnes distinctes ayant ouvert un inventaire dans le mois.",
        "personnes",
        Axis::Used,
    );
    let id = indicator::add(database, ACTOR, NOTEBOOK, users).await?;
    for (ago, value) in (1..=4).rev().zip([820, 1_140, 1_690, 2_150]) {
        indicator_point::record(database, ACTOR, id, Point::on(month(ago), Figure::whole(value))).await?;
    }
    let pleased = Indicator {
        kind: Kind::Rate,
        baseline: Some(Figure::whole(62)),
        target: Some(Figure::whole(85)),
        ..new(
            "Archivistes satisfaits",
            "Réponses « plutôt » ou « tout à fait » satisfait, sur toutes les réponses du mois.",
            "%",
            Axis::Useful,
        )
    };
    let id = indicator::add(database, ACTOR, NOTEBOOK, pleased).await?;
    for (ago, (part, all)) in (1..=4).rev().zip([(31, 48), (40, 57), (52, 70), (66, 83)]) {
        let (numerator, denominator) = (Figure::whole(part), Figure::whole(all));
        let value = Figure::percent(numerator, denominator).unwrap_or_default();
        let point = Point {
            numerator: Some(numerator),
            denominator: Some(denominator),
            ..Point::on(month(ago), value)
        };
        indicator_point::record(database, ACTOR, id, point).await?;
    }
    let rows = indicator_point::rows(database, id).await?;
    if let Some(last) = rows.into_iter().next() {
        let (numerator, denominator) = (Figure::whole(65), Figure::whole(82));
        let value = Figure::percent(numerator, denominator).unwrap_or_default();
        let after =
            Point { numerator: Some(numerator), denominator: Some(denominator), ..Point::on(today, value) };
        let reason = "une réponse comptée deux fois".to_owned();
        indicator_point::correct(database, ACTOR, last, after, reason).await?;
    }
    Ok(())
}
