use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Order, Query};
use sea_orm::{ConnectionTrait, QueryResult};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::master::NONCE;
use super::{MasterKeyError, MasterKeys};
use crate::audit::{Actor, Entry};
use crate::chance;
use crate::store::{Database, Instant, StoreError, Tx};

/// First byte of a sealed value: the version of its layout (version, key, nonce, ciphertext).
const LAYOUT: u8 = 1;

/// How long a process believes what it read of a key: a destruction by another process is seen after that.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(60);

/// A data key, in memory only.
pub struct DataKey {
    id: i64,
    bytes: Zeroizing<[u8; 32]>,
    cipher: XChaCha20Poly1305,
}

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the key that sealed this value was destroyed: the value is erased")]
    Destroyed,
    #[error("a sealed value was altered, or belongs somewhere else")]
    Altered,
    #[error(transparent)]
    Master(#[from] MasterKeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for SealError {
    fn from(cause: sea_orm::DbErr) -> Self {
        Self::Store(cause.into())
    }
}

impl DataKey {
    fn new(id: i64, bytes: &[u8]) -> Result<Self, SealError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| SealError::Altered)?;
        Ok(Self { id, cipher: XChaCha20Poly1305::new(&bytes.into()), bytes: Zeroizing::new(bytes) })
    }

    /// The key's number in its database.
    pub fn id(&self) -> i64 {
        self.id
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Signs `message` (HMAC-SHA-256); `label` separates uses of one key.
    pub fn sign(&self, label: &[u8], message: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.bytes.as_slice()).expect("HMAC takes any key");
        mac.update(label);
        mac.update(&[0]);
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Seals `plain`; `context` says where the value belongs, so that it does not open anywhere else.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let nonce = chance::secret_bytes::<NONCE>();
        let mut sealed = Vec::with_capacity(1 + 8 + NONCE + plain.len() + 16);
        sealed.push(LAYOUT);
        sealed.extend(self.id.to_be_bytes());
        sealed.extend(nonce);
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        // Encryption in memory only fails for messages of hundreds of gigabytes.
        sealed.extend(self.cipher.encrypt(&XNonce::from(nonce), payload).expect("a value is short"));
        sealed
    }

    pub(super) fn open(
        &self,
        context: &str,
        nonce: [u8; NONCE],
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Altered)
    }
}

/// The data keys of one database.
#[derive(Clone)]
pub struct Keyring {
    database: Database,
    master: Arc<MasterKeys>,
    opened: Arc<RwLock<Opened>>,
}

/// Keys remembered for a while: another process may rotate or destroy them.
#[derive(Default)]
struct Opened {
    current: HashMap<(String, &'static str), Remembered>,
    by_id: HashMap<i64, Remembered>,
}

/// A key, and when it was read from the database.
struct Remembered {
    key: Arc<DataKey>,
    at: Timestamp,
}

impl Remembered {
    fn is_fresh(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.at);
        !age.is_negative() && age < REMEMBERED
    }
}

impl Opened {
    /// Adds what was read at `now`.
    fn remember(&mut self, key: &Arc<DataKey>, current_of: Option<(&str, &'static str)>, now: Timestamp) {
        let remembered = || Remembered { key: Arc::clone(key), at: now };
        self.by_id.insert(key.id, remembered());
        if let Some((tenant, purpose)) = current_of {
            self.current.insert((tenant.to_owned(), purpose), remembered());
        }
    }
}

/// A data key, as people may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLine {
    pub id: i64,
    pub tenant: String,
    pub purpose: String,
    /// The name of the master key that wraps it.
    pub master_key: String,
    pub created_at: Timestamp,
    pub destroyed_at: Option<Timestamp>,
}

impl Keyring {
    pub fn new(database: Database, master: Arc<MasterKeys>) -> Self {
        Self { database, master, opened: Arc::default() }
    }

    /// Whether no key was ever drawn in `database`.
    pub async fn is_empty(database: &Database) -> Result<bool, SealError> {
        let select =
            Query::select().column(Alias::new("id")).from(Alias::new("data_keys")).limit(1).to_owned();
        Ok(database.read().query_one(&select).await?.is_none())
    }

    /// The key that seals new values of `tenant`; drawn and stored at first use.
    pub async fn current(&self, tenant: &str, purpose: &'static str) -> Result<Arc<DataKey>, SealError> {
        let now = self.database.clock().now();
        let known = self
            .opened
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .current
            .get(&(tenant.to_owned(), purpose))
            .filter(|one| one.is_fresh(now))
            .map(|one| Arc::clone(&one.key));
        if let Some(key) = known {
            return Ok(key);
        }
        let key = match newest(self.database.read(), tenant, purpose).await? {
            Some(row) => self
                .opened_already(row.try_get_by_index(0)?)
                .map_or_else(|| unwrap_row(&self.master, &row, tenant, purpose).map(Arc::new), Ok)?,
            None => Arc::new(self.first(tenant, purpose).await?),
        };
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        opened.remember(&key, Some((tenant, purpose)), now);
        Ok(key)
    }

    /// Draws the first key of `tenant`, unless another process was faster.
    async fn first(&self, tenant: &str, purpose: &'static str) -> Result<DataKey, SealError> {
        let master = Arc::clone(&self.master);
        let wanted = tenant.to_owned();
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(row) = newest(tx.connection(), &wanted, purpose).await? {
                        return unwrap_row(&master, &row, &wanted, purpose);
                    }
                    draw(tx, &master, Actor::Program("keyring"), "data_key.created", &wanted, purpose).await
                })
            })
            .await
    }

    /// Opens a value sealed by any key of this database.
    pub async fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (id, nonce, ciphertext) = parts(sealed)?;
        self.by_id(id).await?.open(context, nonce, ciphertext)
    }

    pub(super) async fn by_id(&self, id: i64) -> Result<Arc<DataKey>, SealError> {
        let now = self.database.clock().now();
        if let Some(key) = self
            .opened
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .by_id
            .get(&id)
            .filter(|one| one.is_fresh(now))
        {
            return Ok(Arc::clone(&key.key));
        }
        let select = Query::select()
            .columns(["id", "master_key", "wrapped", "tenant", "purpose"].map(Alias::new))
            .from(Alias::new("data_keys"))
            .and_where(Expr::col(Alias::new("id")).eq(id))
            .to_owned();
        let row = self.database.read().query_one(&select).await?;
        let live = match &row {
            Some(row) => row.try_get_by_index::<Option<Vec<u8>>>(2)?.is_some(),
            None => false,
        };
        let Some(row) = row.filter(|_| live) else {
            let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
            opened.by_id.remove(&id);
            opened.current.retain(|_, one| one.key.id != id);
            return Err(SealError::Destroyed);
        };
        let key = if let Some(key) = self.opened_already(id) {
            key
        } else {
            let (tenant, purpose): (String, String) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
            Arc::new(unwrap_row(&self.master, &row, &tenant, &purpose)?)
        };
        self.opened.write().unwrap_or_else(PoisonError::into_inner).remember(&key, None, now);
        Ok(key)
    }

    /// A key that was unwrapped before, for whoever has just seen that it still lives: a master key that this
    /// process did not read may wrap it by now.
    fn opened_already(&self, id: i64) -> Option<Arc<DataKey>> {
        let opened = self.opened.read().unwrap_or_else(PoisonError::into_inner);
        opened.by_id.get(&id).map(|one| Arc::clone(&one.key))
    }

    /// All the keys of this database, destroyed ones too.
    pub async fn list(&self) -> Result<Vec<KeyLine>, SealError> {
        let select = Query::select()
            .columns(["id", "tenant", "purpose", "master_key", "created_at", "destroyed_at"].map(Alias::new))
            .from(Alias::new("data_keys"))
            .order_by(Alias::new("id"), Order::Asc)
            .to_owned();
        let rows = self.database.read().query_all(&select).await?;
        let line = |row: &QueryResult| -> Result<KeyLine, sea_orm::DbErr> {
            Ok(KeyLine {
                id: row.try_get_by_index(0)?,
                tenant: row.try_get_by_index(1)?,
                purpose: row.try_get_by_index(2)?,
                master_key: row.try_get_by_index(3)?,
                created_at: row.try_get_by_index::<Instant>(4)?.timestamp(),
                destroyed_at: row.try_get_by_index::<Option<Instant>>(5)?.map(Instant::timestamp),
            })
        };
        Ok(rows.iter().map(line).collect::<Result<_, _>>()?)
    }

    /// Draws a new key for `tenant`: new values use it, old values still open.
    pub async fn rotate(&self, actor: Actor, tenant: &str, purpose: &str) -> Result<i64, SealError> {
        let master = Arc::clone(&self.master);
        let (wanted, used) = (tenant.to_owned(), purpose.to_owned());
        let id = self
            .database
            .write::<_, SealError, _>(move |tx| {
                Box::pin(async move {
                    let key = draw(tx, &master, actor, "data_key.rotated", &wanted, &used).await?;
                    Ok(key.id)
                })
            })
            .await?;
        let mut opened = self.opened.write().unwrap_or_else(PoisonError::into_inner);
        opened.current.retain(|(owner, use_), _| owner != tenant || *use_ != purpose);
        Ok(id)
    }

    /// Destroys every key of `tenant` for `purpose`: what they sealed can never be read again, in this
    /// database or in its backups made after this change.
    pub async fn destroy(&self, actor: Actor, tenant: &str, purpose: &str) -> Result<u64, SealError> {
        let (wanted, used) = (tenant.to_owned(), purpose.to_owned());
        let destroyed = self
            .database
            .write::<_, SealError, _>(move |tx| {
                Box::pin(async move {
                    let update = Query::update()
                        .table(Alias::new("data_keys"))
                        .value(Alias::new("wrapped"), Option::<Vec<u8>>::None)
                        .value(Alias::new("destroyed_at"), Expr::val(Instant::from(tx.now())))
                        .and_where(Expr::col(Alias::new("tenant")).eq(wanted.as_str()))
                        .and_where(Expr::col(Alias::new("purpose")).eq(used.as_str()))
                        .and_where(Expr::col(Alias::new("destroyed_at")).is_null())
                        .to_owned();
                    let destroyed = tx.connection().execute(&update).await?.rows_affected();
                    tx.record(
                        Entry::new(actor, "data_key.destroyed", "tenant", &wanted)
                            .with_facts(serde_json::json!({"purpose": used, "keys": destroyed})),
                    );
                    Ok(destroyed)
                })
            })
            .await?;
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = Opened::default();
        Ok(destroyed)
    }

    /// Wraps every data key with the current master key. Returns how many changed.
    pub async fn rewrap(&self, actor: Actor) -> Result<u64, SealError> {
        let master = Arc::clone(&self.master);
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let select = Query::select()
                        .columns(["id", "master_key", "wrapped", "tenant", "purpose"].map(Alias::new))
                        .from(Alias::new("data_keys"))
                        .and_where(Expr::col(Alias::new("master_key")).ne(master.current()))
                        .and_where(Expr::col(Alias::new("destroyed_at")).is_null())
                        .to_owned();
                    let rows = tx.connection().query_all(&select).await?;
                    for row in &rows {
                        let (tenant, purpose): (String, String) =
                            (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
                        let key = unwrap_row(&master, row, &tenant, &purpose)?;
                        let update = Query::update()
                            .table(Alias::new("data_keys"))
                            .value(
                                Alias::new("wrapped"),
                                master.wrap(key.bytes(), &context(&tenant, &purpose)),
                            )
                            .value(Alias::new("master_key"), master.current())
                            .and_where(Expr::col(Alias::new("id")).eq(key.id))
                            .to_owned();
                        tx.connection().execute(&update).await?;
                    }
                    tx.record(
                        Entry::new(actor, "master_key.rotated", "master_key", master.current())
                            .with_facts(serde_json::json!({"keys": rows.len()})),
                    );
                    Ok(rows.len() as u64)
                })
            })
            .await
    }
}

/// A sealed value: its key, its nonce, its ciphertext.
pub(super) fn parts(sealed: &[u8]) -> Result<(i64, [u8; NONCE], &[u8]), SealError> {
    let (&layout, rest) = sealed.split_first().ok_or(SealError::Altered)?;
    let (id, rest) = rest.split_first_chunk::<8>().ok_or(SealError::Altered)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Altered)?;
    if layout != LAYOUT {
        return Err(SealError::Altered);
    }
    Ok((i64::from_be_bytes(*id), *nonce, ciphertext))
}

/// Draws a key and stores it wrapped, within a change.
async fn draw(
    tx: &mut Tx,
    master: &MasterKeys,
    actor: Actor,
    action: &'static str,
    tenant: &str,
    purpose: &str,
) -> Result<DataKey, SealError> {
    let id = tx.next_number();
    let bytes = Zeroizing::new(chance::secret_bytes::<32>());
    let insert = Query::insert()
        .into_table(Alias::new("data_keys"))
        .columns(["id", "tenant", "purpose", "master_key", "wrapped", "created_at"].map(Alias::new))
        .values_panic([
            id.into(),
            tenant.into(),
            purpose.into(),
            master.current().into(),
            master.wrap(bytes.as_slice(), &context(tenant, purpose)).into(),
            Expr::val(Instant::from(tx.now())),
        ])
        .to_owned();
    tx.connection().execute(&insert).await?;
    tx.record(
        Entry::new(actor, action, "data_key", id)
            .with_facts(serde_json::json!({"tenant": tenant, "purpose": purpose})),
    );
    DataKey::new(id, bytes.as_slice())
}

/// A data key as its table keeps it.
pub(crate) struct WrappedKey<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) purpose: &'a str,
    /// The name of the master key that wraps it.
    pub(crate) master_key: &'a str,
    pub(crate) wrapped: &'a [u8],
}

impl WrappedKey<'_> {
    /// The same key, taken out of the hands of `from` and wrapped by the current key of `to`: for a service that
    /// changes houses.
    pub(crate) fn passed(&self, from: &MasterKeys, to: &MasterKeys) -> Result<Vec<u8>, MasterKeyError> {
        let place = context(self.tenant, self.purpose);
        Ok(to.wrap(&from.unwrap(self.master_key, self.wrapped, &place)?, &place))
    }
}

/// What binds a wrapped key to its place.
fn context(tenant: &str, purpose: &str) -> String {
    format!("{purpose}\u{0}{tenant}")
}

async fn newest(
    connection: &impl ConnectionTrait,
    tenant: &str,
    purpose: &str,
) -> Result<Option<QueryResult>, sea_orm::DbErr> {
    let select = Query::select()
        .columns(["id", "master_key", "wrapped"].map(Alias::new))
        .from(Alias::new("data_keys"))
        .and_where(Expr::col(Alias::new("tenant")).eq(tenant))
        .and_where(Expr::col(Alias::new("purpose")).eq(purpose))
        .and_where(Expr::col(Alias::new("destroyed_at")).is_null())
        .order_by(Alias::new("id"), Order::Desc)
        .limit(1)
        .to_owned();
    connection.query_one(&select).await
}

fn unwrap_row(
    master: &MasterKeys,
    row: &QueryResult,
    tenant: &str,
    purpose: &str,
) -> Result<DataKey, SealError> {
    let (id, name): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let wrapped: Option<Vec<u8>> = row.try_get_by_index(2)?;
    let wrapped = wrapped.ok_or(SealError::Destroyed)?;
    DataKey::new(id, &master.unwrap(&name, &wrapped, &context(tenant, purpose))?)
}
