//! The proof-of-carpooling registry: operators send journeys, the registry makes them trustworthy.

mod anonymised;
pub mod api;
mod commands;
mod connection;
mod demo;
mod example;
pub mod explanation;
pub mod export;
pub mod generation;
pub mod import;
mod indicators;
mod jobs;
pub mod model;
mod pages;
pub mod preparation;
pub mod rights;
mod sandbox;
mod space;
pub mod store;

use std::sync::{Arc, LazyLock};

use anyhow::Context as _;
use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use socle::house::House;
use socle::indicators::Indicator;
use socle::rights::Scope;
use socle::seal::{Keyring, Linkage};
use socle::service::{
    Anonymised, Demonstration, Document, Finished, MenuEntry, OpenDatabase, Progress, Report, Room, Sealed,
    Service, Sheet,
};
use socle::store::Database;
use socle::switches::{self, Switch};
use tokio::sync::Notify;

pub use crate::space::Space;

use crate::api::TokenSigner;
use crate::model::TermsCatalogue;
use crate::store::intake::Intake;

/// The terms shipped with the program. They are tested: a program that cannot read them does not build.
static TERMS: LazyLock<TermsCatalogue> = LazyLock::new(|| {
    TermsCatalogue::parse(include_str!("../data/terms.toml")).expect("the shipped terms are well formed")
});

const fn entry(label: &'static str, href: &'static str, action: Option<&'static str>) -> MenuEntry {
    MenuEntry { label, href, action }
}

/// What the registry is.
pub static SHEET: Sheet = Sheet {
    id: "registry",
    name: "Registre de preuve de covoiturage",
    tagline: "Chaque trajet partagé reçoit une preuve que l’on peut expliquer",
    purpose: "Les opérateurs de covoiturage y envoient leurs trajets ; chacun reçoit une preuve, avec un état expliqué.",
    home: "/registre",
    databases: &["registry", Space::SANDBOX],
    migrations: store::MIGRATIONS,
    rights: &rights::RIGHTS,
    menu: &[
        entry("Accueil du registre", "/registre", None),
        entry("Trajets", "/registre/trajets", Some("journey.browse")),
        entry("Essayer un trajet", "/registre/essai", Some("journey.judge")),
        entry("Clés d’accès", "/registre/cles", Some("credentials.read")),
        entry("Notifications", "/registre/notifications", Some("subscription.read")),
        entry("Chiffres", "/registre/chiffres", Some("operator.figures")),
        entry("Raccordement", "/registre/raccordement", Some("onboarding.read")),
        entry("Accompagnement", "/registre/accompagnement", Some("onboarding.accompany")),
        entry("Bac à sable", "/registre/bac-a-sable", Some("journey.browse")),
        entry("Territoires", "/registre/territoires", Some("territory.figures")),
        entry("Exports", "/registre/exports", Some("journey.export")),
        entry("Personnes", "/registre/personnes", Some("user.list")),
        entry("Opérateurs", "/registre/operateurs", Some("operator.list")),
        entry("Règles", "/registre/regles", Some("rules.read")),
        entry("Files de travail", "/registre/files", Some("queues.read")),
        entry("Données personnelles", "/registre/donnees", Some("privacy.read")),
        entry("Interrupteurs", "/interrupteurs/registry", Some(switches::ACTION)),
        entry("Journal", "/registre/journal", Some("audit.read")),
        entry("Journal des comptes", "/comptes/registry", Some("audit.read")),
    ],
    switches: &[
        Switch {
            name: "intake",
            title: "Réception des trajets",
            while_cut: "Envois, corrections et annulations sont refusés avec le code 503 : les opérateurs les renverront. Les lectures continuent.",
        },
        Switch {
            name: "verification",
            title: "Examen des trajets",
            while_cut: "Les trajets reçus restent en attente ; ils seront examinés ensuite.",
        },
        Switch {
            name: "notifications",
            title: "Notifications aux opérateurs",
            while_cut: "Les changements d’état s’accumulent ; ils seront notifiés ensuite, dans l’ordre.",
        },
        Switch {
            name: "exports",
            title: "Écriture des exports",
            while_cut: "Les exports demandés attendent. Ceux qui sont prêts se téléchargent toujours.",
        },
        Switch {
            name: "retention",
            title: "Effacement des trajets anciens",
            while_cut: "Plus rien n’est effacé par la règle de conservation. À ne couper que le temps d’une enquête : la règle reste due.",
        },
    ],
    privacy: include_str!("../data/privacy.toml"),
    risks: include_str!("../data/risks.toml"),
    documents: &[
        document(
            "registry.md",
            "Le service, ses règles, ses chiffres",
            include_str!("../../../docs/services/registry.md"),
        ),
        document("operators.md", "L’interface des opérateurs", include_str!("../../../docs/operators.md")),
        document("import.md", "Les fichiers de trajets passés", include_str!("../../../docs/import.md")),
        document("agents.md", "Guide des agents", include_str!("../../../docs/agents/registre.md")),
        document("terms.toml", "Les règles d’utilisation, datées", include_str!("../data/terms.toml")),
        document(
            "decisions-api.md",
            "Décisions sur l’interface",
            include_str!("../../../docs/adr/0006-operator-api-decisions.md"),
        ),
        document(
            "decisions-territories.md",
            "Décisions sur les chiffres des territoires",
            include_str!("../../../docs/adr/0007-figures-of-territories.md"),
        ),
    ],
    sealed: Sealed {
        places: &[
            (
                "`journeys.payload`, and `journey_requests.payload` of kind `superseded`",
                "`journey OPERATOR_ID OPERATOR_JOURNEY_ID`",
            ),
            ("the other `journey_requests.payload`", "`journey request JOURNEY_ID`"),
            ("`subscriptions.secret`", "`subscription ID`"),
            ("`join_requests.sealed`", "`join request ID`"),
            ("`answer` of `idempotency_keys.answer`, in hexadecimal", "`answer TENANT KEY`"),
        ],
        notes: "The opened body of a journey is the JSON that the operator sent.\n\n\
            Pseudonyms (`participants`) are the first 16 bytes of HMAC-SHA-256 under the data key whose purpose is `linkage`, of a \
            label (`identity`, `phone`, `phone-truncated`, `travel-pass`, `name-sound`, `operator-user`), a zero byte, and the value.",
    },
};

const fn document(name: &'static str, about: &'static str, text: &'static str) -> Document {
    Document { name, about, text }
}

/// The registry, closed.
pub struct RegistryService;

/// The registry, open.
pub struct Registry {
    pub house: Arc<House>,
    pub database: Database,
    pub keyring: Keyring,
    pub space: Space,
    pub(crate) intake: Intake,
    pub(crate) linkage: Linkage,
    pub(crate) tokens: TokenSigner,
    pub(crate) terms: &'static TermsCatalogue,
    pub(crate) working_keys: api::WorkingKeys,
    verification: Arc<Notify>,
    exports: Arc<Notify>,
}

impl Registry {
    /// Opens the registry and its sandbox, each with its database.
    pub async fn open(house: &Arc<House>) -> anyhow::Result<Self> {
        let (database, keyring) = house.open_database(SHEET.id, SHEET.migrations).await?;
        let (aside, its_keys) = house.open_database(Space::SANDBOX, SHEET.migrations).await?;
        let space = Space::Sandbox { real: database.clone() };
        let sandbox = Self::stand(house, aside, its_keys, space).await.context("the sandbox")?;
        Self::stand(house, database, keyring, Space::Real { sandbox: Arc::new(sandbox) }).await
    }

    /// What one side needs to serve.
    async fn stand(
        house: &Arc<House>,
        database: Database,
        keyring: Keyring,
        space: Space,
    ) -> anyhow::Result<Self> {
        store::fact::catch_up(&database).await.context("counting past journeys")?;
        store::quality::catch_up(&database, &TERMS).await.context("counting past receptions")?;
        let linkage = Linkage::current(&keyring).await.context("linkage key")?;
        let tokens = TokenSigner::current(&keyring).await.context("token key")?;
        Ok(Self {
            intake: Intake::open(database.clone(), &TERMS),
            house: Arc::clone(house),
            database,
            keyring,
            space,
            linkage,
            tokens,
            terms: &TERMS,
            working_keys: api::WorkingKeys::default(),
            verification: Arc::new(Notify::new()),
            exports: Arc::new(Notify::new()),
        })
    }

    /// The other side of a real registry, where nothing is real.
    pub fn sandbox(&self) -> Option<&Arc<Self>> {
        match &self.space {
            Space::Real { sandbox } => Some(sandbox),
            Space::Sandbox { .. } => None,
        }
    }

    /// Tells the verification job that a journey waits.
    pub(crate) fn wake_verification(&self) {
        self.verification.notify_one();
    }

    /// Tells the export job that a file was asked for.
    pub(crate) fn wake_exports(&self) {
        self.exports.notify_one();
    }
}

/// The registry as a room of the house.
struct OpenRegistry(Arc<Registry>);

#[async_trait::async_trait]
impl Service for RegistryService {
    fn sheet(&self) -> &'static Sheet {
        &SHEET
    }

    fn command(&self) -> Option<clap::Command> {
        Some(commands::command())
    }

    async fn open(&self, house: &Arc<House>) -> anyhow::Result<Arc<dyn Room>> {
        Ok(Arc::new(OpenRegistry(Arc::new(Registry::open(house).await?))))
    }
}

#[async_trait::async_trait]
impl Room for OpenRegistry {
    fn sheet(&self) -> &'static Sheet {
        &SHEET
    }

    fn databases(&self) -> Vec<OpenDatabase> {
        std::iter::once(&self.0)
            .chain(self.0.sandbox())
            .map(|side| OpenDatabase {
                database: side.database.clone(),
                keyring: side.keyring.clone(),
                jobs: jobs::jobs(side),
            })
            .collect()
    }

    fn routes(&self) -> Router {
        let mut routes = api::routes(&self.0).merge(pages::routes(&self.0));
        if let Some(sandbox) = self.0.sandbox() {
            let follow = middleware::from_fn_with_state(Arc::clone(sandbox), sandbox::follow);
            let small = DefaultBodyLimit::max(sandbox::LARGEST_BODY);
            routes = routes.nest(sandbox.space.api(), api::routes(sandbox).layer(follow).layer(small));
        }
        routes
    }

    async fn indicators(&self) -> anyhow::Result<Vec<Indicator>> {
        indicators::measure(&self.0).await
    }

    async fn statistics(&self) -> anyhow::Result<String> {
        indicators::charts(&self.0).await
    }

    async fn demonstrate(
        &self,
        previous: Option<&Demonstration>,
        progress: &Progress,
    ) -> anyhow::Result<Demonstration> {
        demo::fill(&self.0, previous, progress).await
    }

    async fn anonymise(&self, copy: &Arc<House>, progress: &Progress) -> anyhow::Result<Anonymised> {
        let copy = Arc::new(Registry::open(copy).await?);
        anonymised::copy(&self.0, &copy, progress).await
    }

    async fn check_tenant(&self, role: &str, tenant: Option<&str>) -> anyhow::Result<Result<(), String>> {
        let kind = role.split_once('.').map_or("", |(kind, _)| kind);
        let of_tenant = matches!(kind, "operator" | "territory");
        let Some(tenant) = tenant else {
            let missing = format!("this role is that of one {kind}: expected {kind}:NUMBER");
            return Ok(if of_tenant { Err(missing) } else { Ok(()) });
        };
        if !of_tenant {
            return Ok(Err(format!("{role} is not limited to an organisation: {tenant:?} is not expected")));
        }
        let own = Scope::Tenant(tenant.to_owned());
        let database = &self.0.database;
        let known = if kind == "operator" {
            let number = store::operator_of(&own).unwrap_or(-1);
            store::operator::find(database, &Scope::All, number).await?.is_some()
        } else {
            let number = store::territory_of(&own).unwrap_or(-1);
            store::territory::find(database, &Scope::All, number).await?.is_some()
        };
        Ok(if known { Ok(()) } else { Err(format!("no {kind} is {tenant:?}")) })
    }

    async fn run(&self, arguments: &clap::ArgMatches, report: &Report) -> anyhow::Result<Finished> {
        commands::run(&self.0, arguments, *report).await
    }
}
