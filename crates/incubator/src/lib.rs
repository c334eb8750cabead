//! The incubator of products: agreements between services of the State, and the public portfolio.
//!
//! What an agreement says is computed by a pure model (`model/`): no clock, no file, no chance. An agreement is text in
//! the format of `docs/agreements.md` ([`file::read`]), and every result is computed from it as of a date that is given:
//!
//! ```
//! use incubator::{check, shipped};
//! use jiff::civil::date;
//!
//! let report = check(shipped::FRICHES, "friches.yaml", date(2020, 10, 1))?;
//! assert_eq!(report.standing.name(), "signed, not in force");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account_pdf;
mod account_tables;
mod account_words;
mod account_workbook;
mod call_letters;
mod check;
mod commands;
mod demo;
mod demo_team;
mod digest;
mod drafting;
pub mod file;
pub mod import;
mod indicators;
mod jobs;
pub mod model;
mod pack;
mod pages;
mod publication;
mod reading;
mod report;
pub mod rights;
pub mod shipped;
pub mod store;
mod table;

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use jiff::civil::{Date, DateTime};
use socle::audit::Actor;
use socle::house::House;
use socle::indicators::Indicator;
use socle::pages::format;
use socle::seal::Keyring;
use socle::service::{
    Anonymised, Demonstration, Document, Finished, MenuEntry, OpenDatabase, Progress, Report as Reporting,
    Room, Sealed, Service, Sheet,
};
use socle::store::Database;
use socle::switches::Switch;

pub use self::{
    check::{CheckError, check, check_until},
    report::Report,
};
use crate::drafting::Models;
use crate::model::call::CallTemplates;
use crate::model::library::ClauseLibrary;
use crate::model::member::IntrapreneurCriteria;
use crate::model::redaction::RedactionRules;
use crate::model::standards::Standards;
use crate::model::tenant::Tenant;
use crate::pages::public_agreement::Rendered;
use crate::publication::catalogue::Catalogue;
use crate::store::ServiceError;
use crate::store::agreement::Knowledge;
use crate::store::import::import;
use crate::store::portfolio::{self, Portfolio};
use crate::table::Columns;

/// What the incubator is.
pub static SHEET: Sheet = Sheet {
    id: "incubator",
    name: "Incubateur de services numériques",
    tagline: "De la convention signée à l’impact mesuré",
    purpose: "Les conventions, leurs crédits et leurs échéances ; et pour tous, une page par service numérique incubé.",
    home: "/incubateur",
    databases: &["incubator"],
    migrations: store::MIGRATIONS,
    rights: &rights::RIGHTS,
    menu: &[
        MenuEntry { label: "Portefeuille", href: "/incubateur", action: None },
        MenuEntry { label: "Appels", href: "/incubateur/appels", action: None },
        MenuEntry { label: "Incubateurs", href: "/incubateur/incubateurs", action: None },
        MenuEntry { label: "Conventions publiées", href: "/incubateur/conventions-publiees", action: None },
        MenuEntry { label: "Mesures d’impact", href: "/incubateur/mesures", action: Some("product.read") },
        MenuEntry { label: "Conventions", href: "/incubateur/conventions", action: Some("agreement.read") },
        MenuEntry { label: "Comités", href: "/incubateur/comites", action: Some("committee.read") },
        MenuEntry { label: "Échéances", href: "/incubateur/echeances", action: Some("agreement.read") },
        MenuEntry {
            label: "Interrupteurs",
            href: "/interrupteurs/incubator",
            action: Some(socle::switches::ACTION),
        },
        MenuEntry {
            label: "Journal des comptes",
            href: "/comptes/incubator",
            action: Some(socle::audit::READ),
        },
    ],
    switches: &[
        Switch {
            name: "digest",
            title: "Résumés des échéances par courriel",
            while_cut: "Aucun résumé ne part. Les pages et les calendriers continuent.",
        },
        Switch {
            name: "reading",
            title: "Lecture des mesures que publient les services",
            while_cut: "Aucune page de mesures n’est lue. Ce qui était connu reste affiché, à sa date.",
        },
    ],
    privacy: include_str!("../data/privacy.toml"),
    risks: include_str!("../data/risks.toml"),
    documents: &[
        Document {
            name: "incubator.md",
            about: "Le service, ses règles, ce qui manque",
            text: include_str!("../../../docs/services/incubator.md"),
        },
        Document {
            name: "agreements.md",
            about: "Le format des conventions",
            text: include_str!("../../../docs/agreements.md"),
        },
    ],
    sealed: Sealed {
        places: &[
            ("`agreements.bank`", "`agreement REFERENCE bank`"),
            ("`applications.sealed`", "`application NUMBER`"),
        ],
        notes: "Bank details of contributions: JSON, a pair (to pay, to give back) for each, each holder, bank, branch, account, key. Applications: JSON, who applies and what they answered.",
    },
};

/// The incubator, closed.
pub struct IncubatorService;

/// The incubator, open.
pub struct Incubator {
    pub house: Arc<House>,
    pub database: Database,
    pub keyring: Keyring,
    /// The clauses that agreements are made of.
    pub library: Arc<ClauseLibrary>,
    /// What each kind of agreement usually says.
    models: Models,
    /// What each kind of call usually asks.
    pub calls: CallTemplates,
    /// What is expected of products.
    pub standards: Standards,
    /// What conventions ask of an intrapreneur.
    pub criteria: IntrapreneurCriteria,
    /// How files of orders and extracts call their columns.
    columns: Columns,
    /// What is hidden before an agreement is published.
    redaction: RedactionRules,
    /// Where agreements are published by program, when it is configured.
    catalogue: Option<Catalogue>,
    /// Public files that were asked for before.
    rendered: Rendered,
    /// The portfolio as it was last read.
    read: RwLock<Arc<Portfolio>>,
}

impl Incubator {
    /// Opens the incubator's database.
    pub async fn open(house: &Arc<House>) -> anyhow::Result<Self> {
        // A wrong configuration is said before anything is made.
        let catalogue = Catalogue::configured(&house.config, &house.transports)?;
        let (database, keyring) = house.open_database(SHEET.id, SHEET.migrations).await?;
        let library = Arc::new(ClauseLibrary::shipped()?);
        let models = Models::shipped()?;
        let standards = Standards::shipped()?;
        let calls = CallTemplates::shipped()?;
        let criteria = IntrapreneurCriteria::shipped()?;
        let columns = Columns::shipped()?;
        let redaction = RedactionRules::shipped()?;
        let read = RwLock::default();
        Ok(Self {
            house: Arc::clone(house),
            database,
            keyring,
            library,
            models,
            calls,
            standards,
            criteria,
            columns,
            redaction,
            catalogue,
            rendered: Rendered::default(),
            read,
        })
    }

    /// Today, in Paris.
    pub fn today(&self) -> Date {
        self.hour().date()
    }

    /// Now, as the clocks of Paris say it.
    pub fn hour(&self) -> DateTime {
        format::paris().to_datetime(self.house.clock.now())
    }

    /// What reading agreements needs.
    pub async fn knowledge(&self) -> Result<Knowledge, ServiceError> {
        Ok(Knowledge { library: Arc::clone(&self.library), portfolio: self.portfolio().await? })
    }

    /// The portfolio, read again when it changed.
    pub async fn portfolio(&self) -> Result<Arc<Portfolio>, ServiceError> {
        let known = Arc::clone(&self.read.read().unwrap_or_else(PoisonError::into_inner));
        if portfolio::version(&self.database).await? == known.version {
            return Ok(known);
        }
        let fresh = Arc::new(portfolio::read(&self.database).await?);
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&fresh);
        Ok(fresh)
    }
}

/// The incubator as a room of the house.
struct OpenIncubator(Arc<Incubator>);

#[async_trait::async_trait]
impl Service for IncubatorService {
    fn sheet(&self) -> &'static Sheet {
        &SHEET
    }

    fn command(&self) -> Option<clap::Command> {
        Some(commands::command())
    }

    fn run_alone(
        &self,
        arguments: &clap::ArgMatches,
        now: jiff::Timestamp,
        report: Reporting,
    ) -> Option<anyhow::Result<Finished>> {
        commands::run_alone(arguments, format::paris().to_datetime(now).date(), report)
    }

    async fn open(&self, house: &Arc<House>) -> anyhow::Result<Arc<dyn Room>> {
        Ok(Arc::new(OpenIncubator(Arc::new(Incubator::open(house).await?))))
    }
}

#[async_trait::async_trait]
impl Room for OpenIncubator {
    fn sheet(&self) -> &'static Sheet {
        &SHEET
    }

    fn databases(&self) -> Vec<OpenDatabase> {
        vec![OpenDatabase {
            database: self.0.database.clone(),
            keyring: self.0.keyring.clone(),
            jobs: jobs::jobs(&self.0),
        }]
    }

    fn routes(&self) -> Router {
        pages::routes(&self.0)
    }

    async fn indicators(&self) -> anyhow::Result<Vec<Indicator>> {
        indicators::measure(&self.0).await
    }

    async fn statistics(&self) -> anyhow::Result<String> {
        indicators::charts(&self.0).await
    }

    async fn demonstrate(
        &self,
        _previous: Option<&Demonstration>,
        progress: &Progress,
    ) -> anyhow::Result<Demonstration> {
        demo::fill(&self.0, progress).await
    }

    async fn anonymise(&self, copy: &Arc<House>, _progress: &Progress) -> anyhow::Result<Anonymised> {
        let copy = Incubator::open(copy).await?;
        let content = portfolio::read(&self.0.database).await?.into_content();
        import(&copy.database, Actor::Program("copy for tests"), &content).await?;
        Ok(Anonymised { kept: content.products.len() as u64, ..Anonymised::default() })
    }

    async fn check_tenant(&self, role: &str, tenant: Option<&str>) -> anyhow::Result<Result<(), String>> {
        let expected = match role.split_once('.').map(|(of, _)| of) {
            Some("product") => "service:IDENTIFIER",
            Some("agreement") => "convention:REFERENCE",
            Some("call") => "appel:IDENTIFIER",
            _ => {
                return Ok(tenant.map_or(Ok(()), |tenant| {
                    Err(format!("{role} is not limited to anything: {tenant:?} is not expected"))
                }));
            }
        };
        let Some(tenant) = tenant else { return Ok(Err(format!("{role} needs a tenant: {expected}"))) };
        Ok(match tenant.parse() {
            Ok(Tenant::Service(slug)) if role.starts_with("product.") => {
                let known = self.0.portfolio().await?.product(&slug).is_some();
                if known { Ok(()) } else { Err(format!("no product {slug:?}")) }
            }
            Ok(Tenant::Agreement(reference)) if role.starts_with("agreement.") => {
                let known = store::agreement::exists(&self.0.database, &reference).await?;
                if known { Ok(()) } else { Err(format!("no agreement {reference:?}")) }
            }
            Ok(Tenant::Call(slug)) if role.starts_with("call.") => {
                let known = store::call_edition::find(&self.0.database, &slug).await?.is_some();
                if known { Ok(()) } else { Err(format!("no call {slug:?}")) }
            }
            _ => Err(format!("{tenant:?}: {role} is limited to {expected}")),
        })
    }

    async fn run(&self, arguments: &clap::ArgMatches, report: &Reporting) -> anyhow::Result<Finished> {
        commands::run(&self.0, arguments, *report).await
    }
}
