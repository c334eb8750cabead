use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pepiniere::serving::{self, Running};
use registry::Registry;
use registry::store::operator::{self, NewOperator};
use registry::store::{access_key, tenant};
use socle::audit::Actor;
use socle::clock::{Clock as _, SettableClock};
use socle::config::Config;
use socle::people::{Email, NewMembership};
use socle::places::Places;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::{Agent, OperatorServer};

/// Where a scratch house keeps its data.
#[derive(Clone, Debug)]
pub enum StoreKind {
    Sqlite,
    /// An address, and a prefix of its own.
    Postgres {
        url: String,
    },
}

impl StoreKind {
    /// `PostgreSQL`, if this machine has one for tests.
    ///
    /// # Panics
    /// When it is compulsory and missing.
    pub fn postgres() -> Option<Self> {
        if let Ok(url) = std::env::var("PEPINIERE_TEST_POSTGRES") {
            return Some(Self::Postgres { url });
        }
        assert!(
            std::env::var_os("PEPINIERE_TEST_COMPULSORY").is_none(),
            "PEPINIERE_TEST_POSTGRES is not set and PostgreSQL is compulsory here"
        );
        eprintln!("skipped on PostgreSQL: PEPINIERE_TEST_POSTGRES is not set");
        None
    }
}

/// A house of one test.
pub struct TestHouse {
    pub base_url: String,
    /// Moves time: tokens end, deadlines pass.
    pub clock: Arc<SettableClock>,
    /// The registry beside the served one, on the same store: to prepare what no page does.
    pub registry: Registry,
    pub client: reqwest::Client,
    running: Option<Running>,
    config: Config,
    folder: TempDir,
}

/// When every test starts: a Wednesday, 15 h in Paris.
pub fn start_of_tests() -> Timestamp {
    "2026-11-25T14:00:00Z".parse().expect("an instant")
}

fn places() -> Arc<Places> {
    static PLACES: OnceLock<Arc<Places>> = OnceLock::new();
    let nowhere = std::path::Path::new("no loaded reference in tests");
    Arc::clone(PLACES.get_or_init(|| Arc::new(Places::open(nowhere).expect("the shipped reference"))))
}

impl TestHouse {
    /// Starts a house on a fresh store.
    pub async fn start(store: StoreKind) -> anyhow::Result<Self> {
        let mut config = Config { demonstration: true, ..Config::default() };
        config.limits.rate_multiplier = 1_000;
        config.limits.allow_internal_calls = true;
        Self::start_with(store, config).await
    }

    /// Starts a house with a configuration of its own.
    pub async fn start_with(store: StoreKind, mut config: Config) -> anyhow::Result<Self> {
        let folder = TempDir::new()?;
        config.store.folder = folder.path().to_owned();
        if let StoreKind::Postgres { url } = store {
            config.store.postgres = Some(url);
            config.store.schema_prefix = format!("t{}_", uuid::Uuid::new_v4().simple());
        }
        Self::open(config, folder, Arc::new(SettableClock::at(start_of_tests()))).await
    }

    /// Starts a house on data that are there already, at `clock`'s time; `config` says where.
    pub async fn start_on(
        config: Config,
        folder: TempDir,
        clock: Arc<SettableClock>,
    ) -> anyhow::Result<Self> {
        Self::open(config, folder, clock).await
    }

    /// How the house is configured.
    pub fn config(&self) -> &Config {
        &self.config
    }

    async fn open(mut config: Config, folder: TempDir, clock: Arc<SettableClock>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        config.server.listen = listener.local_addr()?;
        let (house, rooms) = serving::open(config.clone(), Arc::clone(&clock) as _, places(), None).await?;
        let registry = Registry::open(&house).await?;
        let running = serving::listen(house, rooms, listener, true)?;
        let client = crate::http_client();
        Ok(Self {
            base_url: config.base_url(),
            clock,
            registry,
            client,
            running: Some(running),
            config,
            folder,
        })
    }

    /// Stops the program and starts it again on the same data.
    pub async fn restart(mut self) -> anyhow::Result<Self> {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        Self::open(self.config, self.folder, self.clock).await
    }

    /// Moves time forward.
    pub fn wait(&self, span: SignedDuration) {
        self.clock.advance(span);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An operator with a key, ready to send.
    pub async fn operator(&self, name: &str) -> OperatorServer {
        let new = NewOperator {
            uuid: uuid::Uuid::new_v4().to_string(),
            name: name.to_owned(),
            legal_name: name.to_owned(),
            siret: "90000000100010".to_owned(),
            contact_email: "contact@exemple.fr".to_owned(),
        };
        let operator = operator::register(&self.registry.database, Actor::Program("tests"), new)
            .await
            .expect("an operator");
        let (access_key, secret_key) = (uuid::Uuid::new_v4().to_string(), socle::chance::secret_text());
        access_key::create(
            &self.registry.database,
            Actor::Program("tests"),
            operator.id,
            "serveur".to_owned(),
            access_key.clone(),
            &secret_key,
            None,
        )
        .await
        .expect("a key");
        let server =
            OperatorServer::new(self.client.clone(), &self.base_url, operator.id, access_key, secret_key);
        server.renew_token().await;
        server
    }

    /// An agent signed in with `role`, of an operator or of none.
    pub async fn agent(&self, role: &str, operator: Option<i64>) -> Agent {
        self.agent_of(role, operator.map(tenant)).await
    }

    /// An agent of the registry signed in with `role`, of a tenant or of none.
    pub async fn agent_of(&self, role: &str, tenant: Option<String>) -> Agent {
        self.agent_in("registry", role, tenant).await
    }

    /// An agent signed in with a role of a service, of a tenant or of none.
    pub async fn agent_in(&self, service: &str, role: &str, tenant: Option<String>) -> Agent {
        let email = format!("{}@exemple.fr", uuid::Uuid::new_v4().simple());
        let role = NewMembership {
            service: service.to_owned(),
            role: role.to_owned(),
            tenant,
            tenant_name: "Organisation d’essai".to_owned(),
        };
        let people = &self.registry.house.people;
        let address = Email::parse(&email).expect("an address");
        let role = people
            .give_role(Actor::Program("tests"), address, "Camille Test".to_owned(), role)
            .await
            .expect("a role");
        let link = socle::web::demonstration_link(&self.registry.house, role.id).await.expect("a link");
        Agent::enter(self.client.clone(), &self.base_url, &email, &link).await
    }

    /// The server of an operator, with a key of the sandbox that its administrator has just drawn on the page.
    pub async fn sandbox_server(&self, admin: &Agent, operator: i64) -> OperatorServer {
        let made = admin.submit("/registre/bac-a-sable/cles", &[("label", "essai")]).await;
        let (access_key, secret_key) = made.new_key();
        let base_url = format!("{}/bac-a-sable", self.base_url);
        let server = OperatorServer::new(self.client.clone(), &base_url, operator, access_key, secret_key);
        server.renew_token().await;
        server
    }

    /// Runs once a job of one of the registry's databases.
    pub async fn run_job(&self, database: &str, kind: &str) -> u64 {
        let rooms = &self.running.as_ref().expect("a house that serves").rooms;
        let databases = rooms.0.iter().flat_map(|room| room.databases());
        let mut jobs = databases.filter(|one| one.database.name() == database).flat_map(|one| one.jobs);
        let job = jobs.find(|job| job.kind == kind).expect("a job");
        job.run_now().await.expect("a run").done
    }

    /// Waits until no journey is pending, on either side.
    pub async fn settle(&self) {
        let sandbox = self.registry.sandbox().expect("a sandbox");
        for _ in 0..400 {
            let mut waiting = 0;
            for database in [&self.registry.database, &sandbox.database] {
                waiting += registry::store::verification::waiting(database).await.expect("a count");
            }
            if waiting == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("journeys still wait after ten seconds");
    }
}
