//! The registry's demonstration: fictional operators, agents and journeys, real geography.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::SignedDuration;
use socle::audit::Actor;
use socle::people::{Email, NewMembership};
use socle::rights::Scope;
use socle::service::{Demonstration, DemonstrationOperator, Progress};

use crate::connection::CONDITIONS;
use crate::example::{self, Couple};
use crate::generation::{Generator, Span, fill_with};
use crate::model::{LocalDay, Perimeter, Selector, SelectorKind};
use crate::preparation::{self, Sent};
use crate::sandbox::bring_operators;
use crate::store::breach::{self, NewBreach};
use crate::store::join_request::{self, Asking, Link};
use crate::store::operator::{self, NewOperator, Operator};
use crate::store::sign::{self, Kind};
use crate::store::territory::{self, NewTerritory};
use crate::store::{access_key, onboarding, tenant, territory_tenant};
use crate::{Registry, SHEET, pages};

const ACTOR: Actor = Actor::Program("demonstration");

/// Fictional operators: name, legal name, SIRET of form only, domain.
const OPERATORS: [(&str, &str, &str, &str); 3] = [
    ("Covoit’Vallée", "Coopérative Covoit’Vallée", "90000000100010", "covoit-vallee.exemple.fr"),
    ("Trajets Partagés", "Trajets Partagés SAS", "90000000200018", "trajets-partages.exemple.fr"),
    ("La Ligne Rurale", "Association La Ligne Rurale", "90000000300016", "ligne-rurale.exemple.fr"),
];

/// A fictional operator in the middle of its checklist: name, legal name, SIRET of form only, domain, administrator.
const CANDIDATE: (&str, &str, &str, &str, &str) = (
    "Navette du Lac",
    "Association Navette du Lac",
    "90000000500011",
    "navette-du-lac.exemple.fr",
    "Léa Moreau",
);

/// A fictional authority on a real perimeter, so that its figures are not empty.
const TERRITORY: (&str, &str, &str) =
    ("Mobilités du Nord (fictif)", "90000000400014", "mobilites-nord.exemple.fr");
const PERIMETER: (SelectorKind, &str) = (SelectorKind::Department, "59");

/// How many journeys, over how many months.
const JOURNEYS: u64 = 4_000;
const MONTHS: i32 = 12;

/// Fills an empty registry; then says what it offers.
pub async fn fill(
    registry: &Arc<Registry>,
    previous: Option<&Demonstration>,
    progress: &Progress,
) -> anyhow::Result<Demonstration> {
    let mut operators = operator::list(&registry.database, &Scope::All).await?;
    if operators.is_empty() {
        operators = register_operators(registry).await?;
        invite_agents(registry, &operators).await?;
        progress(format!("registre : {JOURNEYS} trajets fictifs sur {MONTHS} mois"));
        let now = registry.house.clock.now();
        let generator = Generator::new(&registry.house.places.reference, 46, &operators);
        fill_with(registry, generator, JOURNEYS, Span::months_before(now, MONTHS), progress).await?;
    }
    if !operators.iter().any(|operator| operator.name == CANDIDATE.0) {
        join_candidate(registry).await?;
    }
    if territory::list(&registry.database, &Scope::All).await?.is_empty() {
        register_territory(registry).await?;
    }
    if breach::list(&registry.database).await?.is_empty() {
        record_exercise(registry).await?;
    }
    Ok(Demonstration {
        accounts: socle::web::demonstration_accounts(&registry.house, SHEET.id).await?,
        operators: keys(registry, &operators, previous).await?,
    })
}

async fn register_operators(registry: &Registry) -> anyhow::Result<Vec<Operator>> {
    let mut operators = Vec::new();
    for (name, legal_name, siret, domain) in OPERATORS {
        let new = NewOperator {
            uuid: uuid::Uuid::new_v4().to_string(),
            name: name.to_owned(),
            legal_name: legal_name.to_owned(),
            siret: siret.to_owned(),
            contact_email: format!("contact@{domain}"),
        };
        operators.push(operator::register(&registry.database, ACTOR, new).await?);
    }
    Ok(operators)
}

/// A request, confirmed; then a first journey accepted in the sandbox, and one refused that its server has not
/// understood yet.
async fn join_candidate(registry: &Arc<Registry>) -> anyhow::Result<()> {
    let (name, legal_name, siret, domain, person) = CANDIDATE;
    let sandbox = registry.sandbox().context("a sandbox")?;
    let now = registry.house.clock.now();
    let asking = Asking {
        name: name.to_owned(),
        legal_name: legal_name.to_owned(),
        siret: siret.to_owned(),
        email: format!("direction@{domain}"),
        person: person.to_owned(),
        technical_email: format!("technique@{domain}"),
    };
    let (id, secret) = (uuid::Uuid::new_v4().to_string(), socle::chance::secret_text());
    let link = || Link { id: id.clone(), secret: secret.clone() };
    let letter = pages::join_letter(registry, &asking, &link());
    let key = join_request::key(&registry.keyring).await?;
    let conditions = CONDITIONS.at(now).version.clone();
    join_request::ask(&registry.database, key, &asking, conditions, link(), letter).await?;
    let confirmed = join_request::confirm(&registry.database, &registry.keyring, &link()).await?;
    let operator = confirmed.context("a request that was just made")?.operator;
    let role = NewMembership {
        service: SHEET.id.to_owned(),
        role: "operator.admin".to_owned(),
        tenant: Some(tenant(operator.id)),
        tenant_name: operator.name.clone(),
    };
    let email = Email::parse(&asking.email).context("a demonstration address")?;
    let given = registry.house.people.give_role(ACTOR, email, asking.person, role).await?;
    join_request::settle(&registry.database, id.clone(), operator.id, given.agent_id).await?;
    bring_operators(sandbox).await?;
    let (key, secret) = (uuid::Uuid::new_v4().to_string(), socle::chance::secret_text());
    let label = "Serveur d’essai".to_owned();
    access_key::create(&sandbox.database, ACTOR, operator.id, label, key, &secret, None).await?;
    let couple = Couple::number(1);
    let mut too_short = example::journey("essai-2", couple, now - SignedDuration::from_hours(6));
    too_short["distance"] = 800.into();
    let accepted = example::journey("essai-1", couple, now - SignedDuration::from_hours(2));
    for (body, shown, detail) in
        [(accepted, Kind::Accepted, "201"), (too_short, Kind::Refused, "distance_too_short")]
    {
        let bytes = serde_json::to_vec(&body)?;
        let sent = Sent {
            operator: operator.id,
            actor: ACTOR,
            api_version: "v3.4",
            submission: serde_json::from_value(body)?,
            bytes: &bytes,
            idempotency: None,
        };
        let prepared = preparation::prepare(sandbox, sent).await;
        let prepared = prepared.map_err(|refused| anyhow::anyhow!("an example is refused: {refused:?}"))?;
        sandbox.intake.submit(prepared).await?;
        sign::note(&sandbox.database, operator.id, vec![Kind::Call, shown], detail.to_owned()).await?;
    }
    Ok(())
}

async fn register_territory(registry: &Registry) -> anyhow::Result<()> {
    let (name, siret, domain) = TERRITORY;
    let new = NewTerritory {
        uuid: uuid::Uuid::new_v4().to_string(),
        name: name.to_owned(),
        siret: siret.to_owned(),
        contact_email: format!("contact@{domain}"),
        perimeter: Perimeter::of(
            &registry.house.places.reference,
            vec![Selector::new(PERIMETER.0, PERIMETER.1)],
        ),
    };
    let territory = territory::register(&registry.database, ACTOR, new).await?;
    for (person, local, role) in [
        ("Nadia Vandenbroucke", "direction", "territory.admin"),
        ("Louis Delattre", "equipe", "territory.user"),
    ] {
        let role = NewMembership {
            service: SHEET.id.to_owned(),
            role: role.to_owned(),
            tenant: Some(territory_tenant(territory.id)),
            tenant_name: name.to_owned(),
        };
        let email = Email::parse(&format!("{local}@{domain}")).context("a demonstration address")?;
        registry.house.people.give_role(ACTOR, email, person.to_owned(), role).await?;
    }
    Ok(())
}

/// A breach as an exercise, so that its clock is seen running.
async fn record_exercise(registry: &Registry) -> anyhow::Result<()> {
    let discovered_at = registry.house.clock.now() - SignedDuration::from_hours(20);
    let day = LocalDay::of(discovered_at, &socle::pages::format::paris());
    let new = NewBreach {
        discovered_at,
        nature: "Exercice : un fichier de trajets a été déposé par erreur sur un espace partagé".to_owned(),
        consequences: "Des personnes étrangères au service ont pu lire qui a voyagé avec qui, ce jour-là"
            .to_owned(),
        measures: "Fichier retiré une heure plus tard ; accès de l’espace en cours d’examen".to_owned(),
        operator: None,
        from: LocalDay(day.0 - 7),
        to: day,
    };
    breach::record(&registry.database, ACTOR, new).await?;
    Ok(())
}

async fn invite_agents(registry: &Registry, operators: &[Operator]) -> anyhow::Result<()> {
    let mut people = vec![
        ("Inès Karlsson-Müller", "ines.karlsson@registre.exemple.fr".to_owned(), "registry.admin", None),
        ("Jeanne Abgrall", "jeanne.abgrall@registre.exemple.fr".to_owned(), "registry.dpo", None),
        ("Baptiste Le Goff", "baptiste.legoff@registre.exemple.fr".to_owned(), "registry.user", None),
    ];
    let names = [
        ("Awa Diallo", "Thomas N’Guyen"),
        ("Élodie d’Hérouville", "Karim Benali"),
        ("Maëlle Le Bihan", "Ana Sánchez"),
    ];
    for ((operator, (_, _, _, domain)), (admin, user)) in operators.iter().zip(OPERATORS).zip(names) {
        people.push((admin, format!("direction@{domain}"), "operator.admin", Some(operator)));
        people.push((user, format!("equipe@{domain}"), "operator.user", Some(operator)));
    }
    for (name, email, role, operator) in people {
        let role = NewMembership {
            service: SHEET.id.to_owned(),
            role: role.to_owned(),
            tenant: operator.map(|operator| tenant(operator.id)),
            tenant_name: operator.map_or("Registre national", |operator| &operator.name).to_owned(),
        };
        let email = Email::parse(&email).context("a demonstration address")?;
        registry.house.people.give_role(ACTOR, email, name.to_owned(), role).await?;
    }
    Ok(())
}

/// A key per operator: the one of an earlier start if it still works, else a new one.
async fn keys(
    registry: &Registry,
    operators: &[Operator],
    previous: Option<&Demonstration>,
) -> anyhow::Result<Vec<DemonstrationOperator>> {
    let mut keys = Vec::new();
    for operator in operators {
        // A candidate draws its first key itself, at the end of its checklist.
        if onboarding::of(&registry.database, operator.id).await?.is_some() {
            continue;
        }
        let known =
            previous.and_then(|previous| previous.operators.iter().find(|known| known.uuid == operator.uuid));
        if let Some(known) = known
            && access_key::recognise(&registry.database, &known.access_key, &known.secret_key)
                .await?
                .is_some()
        {
            keys.push(known.clone());
            continue;
        }
        let key = DemonstrationOperator {
            name: operator.name.clone(),
            uuid: operator.uuid.clone(),
            access_key: uuid::Uuid::new_v4().to_string(),
            secret_key: socle::chance::secret_text(),
        };
        let label = "Serveur de démonstration".to_owned();
        access_key::create(
            &registry.database,
            ACTOR,
            operator.id,
            label,
            key.access_key.clone(),
            &key.secret_key,
            None,
        )
        .await?;
        keys.push(key);
    }
    Ok(keys)
}
