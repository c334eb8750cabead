//! Committees of the demonstration: one that was held and set a condition, one to come.

use anyhow::Context as _;
use jiff::Span;
use jiff::civil::Date;

use super::ACTOR;
use crate::Incubator;
use crate::model::committee::CommitteeKind;
use crate::model::decision::{Opinion, Outcome};
use crate::model::money::Cents;
use crate::store::attendee::{self, Person};
use crate::store::committee::{self, Prepared};
use crate::store::decision::{self, Criterion, Envelope, NewDecision};
use crate::store::opinion::{self, Given};

const PRODUCT: &str = "carnet-archives";

fn prepared(day: Date, asked: &str) -> Prepared {
    Prepared {
        kind: CommitteeKind::Investment,
        day,
        place: "Salle des cartes, et à distance".to_owned(),
        chair: "Ministère fictif de la Culture".to_owned(),
        asked: asked.to_owned(),
        agenda: CommitteeKind::Investment.agenda().to_owned(),
    }
}

/// Holds one committee under an agreement, and foresees the next.
pub async fn fill(incubator: &Incubator, agreement: i64) -> anyhow::Result<()> {
    let today = incubator.today();
    let day = |days: i32| today.saturating_add(Span::new().days(days));
    let database = &incubator.database;
    let asked = "Poursuivre l’accélération avec 120 000 € pour neuf mois";
    let of = || vec![PRODUCT.to_owned()];
    let id = committee::plan(database, ACTOR, Some(agreement), of(), prepared(day(-150), asked)).await?;
    for (name, body, function) in [
        ("Karim Joubert", "Ministère fictif de la Culture", "sous-directeur"),
        ("Solène Marchetti", "Atelier numérique", "directrice"),
        ("Maïwenn Fournel", "Archives départementales", "intrapreneuse"),
    ] {
        let person = Person {
            name: name.to_owned(),
            body: body.to_owned(),
            function: function.to_owned(),
            present: true,
        };
        attendee::add(database, ACTOR, id, person).await?;
    }
    let knowledge = incubator.knowledge().await?;
    let scope = socle::rights::Scope::All;
    let found = committee::find(database, &scope, id).await?.context("a committee")?;
    let minutes =
        "L’impact a été présenté devant le commanditaire.\nLe déploiement dans dix services est la priorité.";
    committee::hold(database, &knowledge, ACTOR, &found, day(-150), minutes.to_owned()).await?;
    let given = Given {
        product: PRODUCT.to_owned(),
        body: "Ministère fictif de la Culture".to_owned(),
        opinion: Opinion::Favourable,
        reason: String::new(),
    };
    opinion::give(database, ACTOR, id, given).await?;
    let decision = NewDecision {
        outcome: Outcome::ContinueProvisionally,
        stage: None,
        envelope: Some(Envelope { amount: Cents::euros(120_000), from: day(-150), to: day(120) }),
        team:
            "L’intrapreneuse, un coach, deux développeurs ; une chargée de déploiement à partir du printemps"
                .to_owned(),
        note: String::new(),
        hypothesis: "Un service d’archives qui commence seul finit par ne plus répondre par courrier"
            .to_owned(),
        criteria: vec![Criterion {
            text: "Services d’archives qui utilisent le carnet chaque semaine".to_owned(),
            target: "10 services".to_owned(),
            by: Some(day(30)),
        }],
        conditions: vec![("Trouver qui portera le service après l’incubateur".to_owned(), day(20))],
    };
    decision::record(database, &knowledge, ACTOR, (id, PRODUCT.to_owned()), None, decision).await?;
    let asked = "Passer en consolidation avec 90 000 € pour six mois";
    committee::plan(database, ACTOR, Some(agreement), of(), prepared(day(20), asked)).await?;
    Ok(())
}
