use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::outbox::{Mailer, Shown, Smtp, Transports};
use crate::outgoing::{Outgoing, Reach};
use crate::people::{MIGRATIONS, People};
use crate::places::Places;
use crate::proconnect::ProConnect;
use crate::seal::{Keyring, MasterKeys};
use crate::store::{Database, Migrations};
use crate::switches::Switches;
use crate::web::rates::Rates;

/// What every service shares while the program runs.
pub struct House {
    pub config: Config,
    pub clock: Arc<dyn Clock>,
    pub master: Arc<MasterKeys>,
    pub people: People,
    pub transports: Transports,
    pub rates: Rates,
    pub places: Arc<Places>,
    pub switches: Switches,
    /// Sign-in by `ProConnect`, when it is configured.
    pub proconnect: Option<ProConnect>,
}

/// Mail that cannot leave, because nothing says how.
struct NoMailer;

#[async_trait::async_trait]
impl Mailer for NoMailer {
    async fn send(&self, _to: &str, _subject: &str, _text: &str) -> anyhow::Result<()> {
        anyhow::bail!("no mail server is configured ([mail] smtp)")
    }
}

impl House {
    /// Opens what is shared: keys, the socle's database, the ways out, the geography.
    pub async fn open(
        config: Config,
        clock: Arc<dyn Clock>,
        places: Arc<Places>,
    ) -> anyhow::Result<Arc<Self>> {
        // A wrong configuration is said before anything is made.
        let proconnect = ProConnect::configured(&config, Arc::clone(&clock))?;
        let database = Database::open(
            &config.store(),
            "socle",
            &Migrations::with_common(MIGRATIONS),
            Arc::clone(&clock),
        )
        .await?;
        // A first key is drawn for an empty house only: another key would open nothing.
        let fresh = Keyring::is_empty(&database).await?;
        let master = Arc::new(MasterKeys::read(&config.master_key_file(), fresh)?);
        let keyring = Keyring::new(database.clone(), Arc::clone(&master));
        keyring.current("house", "presence").await?;
        let mail: Arc<dyn Mailer> = match &config.mail.smtp {
            _ if config.demonstration => Arc::new(Shown),
            Some(url) => Arc::new(Smtp::new(url, &config.mail.from)?),
            None => Arc::new(NoMailer),
        };
        let anywhere = config.limits.allow_internal_calls;
        let transports = Transports {
            mail,
            http: Outgoing::new(if anywhere { Reach::Anywhere } else { Reach::Public })?,
            demonstration: config.demonstration,
        };
        let rates = Rates::new(config.limits.rate_multiplier);
        let switches = Switches::open(database.clone()).await?;
        let people = People::new(database, keyring);
        Ok(Arc::new(Self { config, clock, master, people, transports, rates, places, switches, proconnect }))
    }

    /// Opens a service's database and its keys.
    pub async fn open_database(
        &self,
        name: &'static str,
        migrations: &[crate::store::Migration],
    ) -> anyhow::Result<(Database, Keyring)> {
        let migrations = Migrations::with_common(migrations);
        let database =
            Database::open(&self.config.store(), name, &migrations, Arc::clone(&self.clock)).await?;
        let keyring = Keyring::new(database.clone(), Arc::clone(&self.master));
        Ok((database, keyring))
    }
}
