//! How this house is run: a TOML file, then environment variables `PEPINIERE_SECTION__NAME`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::store::Store;

/// Everything that can be configured, with defaults good for one machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub struct Config {
    pub server: Server,
    pub store: StoreConfig,
    pub mail: Mail,
    pub contact: Contact,
    pub theme: Theme,
    pub limits: Limits,
    pub retention: Retention,
    pub onboarding: Onboarding,
    /// Sign-in of agents by `ProConnect`; without it, by e-mail only.
    pub proconnect: Option<ProConnect>,
    /// Where data and agreements are published by program; without it, they are handed over as files.
    pub data_gouv: Option<DataGouv>,
    /// Address of the "Je donne mon avis" form of each service.
    pub feedback: std::collections::BTreeMap<String, String>,
    /// Outside providers this house uses.
    pub providers: Vec<Provider>,
    /// Demonstration: fictional data, one-click sign-in, nothing is sent.
    pub demonstration: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    /// The address people type, without a final slash. Empty: `http://<listen>`.
    pub base_url: String,
    /// Identifier of this instance in leases; each instance has its own. Empty: `one` on
    /// `SQLite`, drawn at each start on `PostgreSQL`.
    pub instance: String,
    /// Whether the address of the visitor is read from `X-Forwarded-For` (a trusted proxy stands in front).
    pub behind_proxy: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// Folder of the `SQLite` files, of the master key and of documents.
    pub folder: PathBuf,
    /// `postgres://…` to use `PostgreSQL` instead of `SQLite`.
    pub postgres: Option<String>,
    /// Prefix of the `PostgreSQL` schemas.
    pub schema_prefix: String,
    /// File of the master keys; default `<folder>/master.key`. Keep it out of the databases' backups.
    pub master_key: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtps://user:password@host`. Without it, mail waits in the outbox and `doctor` says so.
    pub smtp: Option<String>,
    /// `Registre <ne-pas-repondre@exemple.fr>`.
    pub from: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    /// The administration that publishes this site.
    pub publisher: String,
    pub publisher_address: String,
    pub publication_director: String,
    pub host: String,
    pub team_email: String,
    pub security_email: String,
    pub data_protection_email: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Theme {
    /// Folder of a copy of the State design system, for a deployer entitled to it.
    pub dsfr_dir: Option<PathBuf>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Multiplies every rate limit.
    pub rate_multiplier: u32,
    /// Whether webhooks, pages of measures, the catalogue of data and `ProConnect` may be called on this machine's own
    /// network, without https: demonstrations and tests only.
    pub allow_internal_calls: bool,
}

/// How long personal data are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Months after its departure at which a journey of the registry is erased.
    pub journeys_months: u32,
}

/// How operators join the registry.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Onboarding {
    /// Whether the registry's team must agree before a candidate draws its first real key.
    pub approval: bool,
}

/// How agents sign in by `ProConnect`, or by another provider of `OpenID` Connect that answers as it does.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProConnect {
    /// The provider's issuer, exactly as it names itself: its configuration is read under
    /// `<issuer>/.well-known/openid-configuration`.
    pub issuer: String,
    pub client_id: String,
    /// The client's secret, or `client_secret_file` that holds it.
    pub client_secret: Option<String>,
    pub client_secret_file: Option<PathBuf>,
    /// What is asked of the provider.
    pub scopes: Vec<String>,
    /// Levels of authentication (`acr`): asked for, and the only ones accepted.
    pub acr_values: Vec<String>,
    /// Whose agents may enter: SIRET (14 digits) or SIREN (9 digits, all its establishments). At least one.
    pub organisations: Vec<String>,
    /// Whether the provider is on an internal network (that of the State): https still, at any address.
    pub internal_network: bool,
}

/// How data sets are published on data.gouv.fr, or on another catalogue of the same software (udata).
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataGouv {
    /// The address of its API, version 1, without a final slash.
    pub api: String,
    /// The key of an account there, or `key_file` that holds it.
    pub key: Option<String>,
    pub key_file: Option<PathBuf>,
    /// The identifier there of the organisation that publishes; none: the account itself.
    pub organisation: Option<String>,
}

impl Default for DataGouv {
    fn default() -> Self {
        Self {
            api: "https://www.data.gouv.fr/api/1".to_owned(),
            key: None,
            key_file: None,
            organisation: None,
        }
    }
}

/// The key is left out.
impl std::fmt::Debug for DataGouv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataGouv")
            .field("api", &self.api)
            .field("organisation", &self.organisation)
            .finish_non_exhaustive()
    }
}

impl Default for ProConnect {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            client_secret_file: None,
            scopes: words(&["openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id"]),
            acr_values: words(&["eidas1"]),
            organisations: Vec::new(),
            internal_network: false,
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { journeys_months: 15 }
    }
}

/// An outside provider and where it keeps data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub name: String,
    /// What it does for us.
    pub purpose: String,
    /// ISO 3166-1 alpha-2 code of the country that hosts the data.
    pub hosting_country: String,
    /// Whether it sees personal data.
    pub personal_data: bool,
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
#[error("configuration: {0}")]
pub struct ConfigError(Box<figment::Error>);

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: String::new(),
            instance: String::new(),
            behind_proxy: false,
        }
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            folder: PathBuf::from("data"),
            postgres: None,
            schema_prefix: "pepiniere_".to_owned(),
            master_key: None,
        }
    }
}

impl Default for Contact {
    fn default() -> Self {
        let missing = || "à compléter par l’administration qui publie ce site".to_owned();
        Self {
            publisher: missing(),
            publisher_address: missing(),
            publication_director: missing(),
            host: missing(),
            team_email: "equipe@exemple.fr".to_owned(),
            security_email: "securite@exemple.fr".to_owned(),
            data_protection_email: "donnees-personnelles@exemple.fr".to_owned(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { rate_multiplier: 1, allow_internal_calls: false }
    }
}

impl Config {
    /// Reads `file` when given, then the environment.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment
            // Other variables with this prefix (PEPINIERE_LOG, those of tests) are not configuration.
            .merge(Env::prefixed("PEPINIERE_").filter(|name| name.as_str().contains("__")).split("__"))
            .extract()
            .map_err(|cause| ConfigError(Box::new(cause)))
    }

    /// Where databases live.
    pub fn store(&self) -> Store {
        match &self.store.postgres {
            Some(url) => {
                Store::Postgres { url: url.clone(), schema_prefix: self.store.schema_prefix.clone() }
            }
            None => Store::Sqlite { folder: self.store.folder.clone() },
        }
    }

    /// The file of the master keys.
    pub fn master_key_file(&self) -> PathBuf {
        self.store.master_key.clone().unwrap_or_else(|| self.store.folder.join("master.key"))
    }

    /// The name under which this process leases jobs.
    pub fn instance(&self) -> String {
        match (self.server.instance.as_str(), &self.store.postgres) {
            ("", None) => "one".to_owned(),
            ("", Some(_)) => format!("i-{}", hex::encode(crate::chance::secret_bytes::<4>())),
            (named, _) => named.to_owned(),
        }
    }

    /// The address people type, without a final slash.
    pub fn base_url(&self) -> String {
        if self.server.base_url.is_empty() {
            format!("http://{}", self.server.listen)
        } else {
            self.server.base_url.trim_end_matches('/').to_owned()
        }
    }
}
