use std::path::{Path, PathBuf};
use std::sync::Arc;

use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ConnectionTrait as _, DatabaseTransaction, DbBackend, Statement, TransactionTrait as _};
use serde_json::{Value as Facts, json};

use super::give::{mark, record};
use super::pack::Description;
use super::passing::Passing;
use super::people::{self, Everyone, Renumbered, Welcome};
use super::schema::{Schema, Table};
use super::staging::{Staging, occupied};
use super::table::{self, Rows};
use super::{DATA_KEYS, HandoverError, RECEIVED, documents, inventory, refused};
use crate::audit::{self, Actor, Broken, Entry};
use crate::documents::Documents;
use crate::house::House;
use crate::seal::MasterKeys;
use crate::service::Sheet;
use crate::store::{Database, Migrations, Store, connect};

/// How columns that name an agent are called.
const AGENT: &str = "agent_id";

const ACTOR: Actor = Actor::Program("command line");

/// A pack whose every byte was checked, and the key that opens it.
pub struct Accepted {
    pub description: Description,
    folder: PathBuf,
    inventory: String,
    handover: MasterKeys,
    everyone: Everyone,
    schema: Schema,
    sheet: &'static Sheet,
    /// How many of its data keys live.
    keys: u64,
}

/// A service that was received.
pub struct Receipt {
    /// Agents whose number of the pack was taken here: theirs in the pack, theirs here.
    pub renumbered: Renumbered,
    /// How many data keys this house wrapped with its own master key.
    pub keys: u64,
    /// Entries of the service's audit log, whose chain was computed again.
    pub audit_entries: i64,
}

/// Checks the pack `folder` and that the key in `key` opens it, before any house is touched. `sheets` are the services
/// that this program has.
pub async fn accept(folder: &Path, key: &Path, sheets: &[&'static Sheet]) -> Result<Accepted, HandoverError> {
    let inventory = inventory::verify(folder)?;
    let description = Description::read(folder)?;
    let Some(sheet) = sheets.iter().find(|sheet| sheet.id == description.service) else {
        return Err(refused(
            "pack.json",
            format_args!("service {:?} is not one of this program", description.service),
        ));
    };
    if !key.is_file() {
        return Err(refused(
            &key.display().to_string(),
            "it is not there: expected the key file that was written when the service was handed over",
        ));
    }
    let handover = MasterKeys::read(key, false)?;
    let expected = &description.handover_key;
    if handover.fingerprint(&expected.name) != Some(expected.fingerprint.as_str()) {
        return Err(refused(
            &key.display().to_string(),
            format_args!(
                "the key of this handover is expected: {}, fingerprint {}",
                expected.name, expected.fingerprint
            ),
        ));
    }
    let applied = description.applied(sheet.migrations)?;
    let schema = Schema::of(&applied).await?;
    let listed = description.tables.iter().map(|table| table.name.as_str());
    if !listed.eq(schema.tables.iter().map(|table| table.name.as_str())) {
        return Err(refused("pack.json", "its tables are not those that its migrations make"));
    }
    let mut accepted = Accepted {
        keys: 0,
        everyone: people::read(folder)?,
        folder: folder.to_owned(),
        inventory,
        handover,
        schema,
        sheet,
        description,
    };
    accepted.keys = accepted.open_keys()?;
    Ok(accepted)
}

impl Accepted {
    fn table_file(&self, table: &str) -> PathBuf {
        self.folder.join("data").join(format!("{table}.csv"))
    }

    /// Opens every data key: one that does not open is told before anything is written. Returns how many live.
    fn open_keys(&self) -> Result<u64, HandoverError> {
        let passing = Passing { from: &self.handover, to: &self.handover, at: self.description.at };
        let mut live = 0;
        for table in self.schema.tables.iter().filter(|table| table.name == DATA_KEYS) {
            for row in Rows::open(table, &self.table_file(&table.name))? {
                live += u64::from(passing.pass(table, &mut row?)?);
            }
        }
        Ok(live)
    }

    /// Makes the tables, fills them, compares them with what the pack says and computes the audit chain again. Returns how many
    /// entries it has.
    async fn fill(
        &self,
        transaction: &DatabaseTransaction,
        master: &MasterKeys,
    ) -> Result<i64, HandoverError> {
        let sql = self.schema.sql(transaction.get_database_backend());
        transaction.execute_unprepared(&sql).await?;
        let passing = Passing { from: &self.handover, to: master, at: self.description.at };
        for (table, line) in self.schema.tables.iter().zip(&self.description.tables) {
            let place = self.table_file(&table.name);
            let rows = table::fill(transaction, table, passing, &place).await?;
            if rows != line.rows {
                let text = format!("{rows} rows, pack.json says {}", line.rows);
                return Err(refused(&place.display().to_string(), text));
            }
        }
        let found = mark(transaction).await?;
        if found != self.description.mark {
            let text = format!("the log stands at {found:?}, pack.json says {:?}", self.description.mark);
            return Err(refused("data/commit_head.csv", text));
        }
        match audit::verify_on(transaction).await {
            Ok(verified) => Ok(verified.entries),
            Err(Broken::Store(cause)) => Err(cause.into()),
            Err(broken) => Err(refused("data/audit_entries.csv", broken)),
        }
    }

    /// Agents who have another number here have it in the service's tables too. (Its log cannot be changed: see
    /// [`super::Actors`].)
    async fn renumber(
        &self,
        transaction: &DatabaseTransaction,
        renumbered: &Renumbered,
    ) -> Result<(), HandoverError> {
        if renumbered.is_empty() {
            return Ok(());
        }
        let cases: String = renumbered
            .iter()
            .fold(String::new(), |cases, (there, here)| cases + &format!(" WHEN {there} THEN {here}"));
        let named = |table: &&Table| table.columns.iter().any(|column| column.name == AGENT);
        for table in self.schema.tables.iter().filter(named) {
            let sql = format!("UPDATE \"{}\" SET {AGENT} = CASE {AGENT}{cases} ELSE {AGENT} END", table.name);
            transaction.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}

/// Puts an accepted pack into a house that does not have this service. All of it or nothing: tables become visible once
/// they are complete, verified, and signed for in the service's log.
///
/// The house's database lets people in just before. When the service cannot be put in place after that, they are sent
/// away again; when the process dies between the two, the same command completes.
pub async fn receive(house: &Arc<House>, accepted: &Accepted) -> Result<Receipt, HandoverError> {
    let (store, service) = (house.config.store(), accepted.sheet.id);
    let staging = match &store {
        Store::Sqlite { folder } => Some(Staging::begin(folder)?),
        Store::Postgres { .. } => None,
    };
    refuse_a_second_one(&store, service).await?;
    let (read, write) = connect(&staging.as_ref().map_or(store.clone(), Staging::store), service).await?;
    let transaction = write.begin().await?;
    let entries = accepted.fill(&transaction, &house.master).await?;
    let documents = documents::put(&Documents::new(&house.config.store.folder, service), &accepted.folder)?;
    let welcome = let_in(house, accepted).await?;
    let facts = json!({
        "inventory": accepted.inventory, "keys": accepted.keys, "agents_renumbered": welcome.renumbered,
    });
    let placed = async {
        accepted.renumber(&transaction, &welcome.renumbered).await?;
        sign(house, &transaction, service, facts).await?;
        transaction.commit().await?;
        // The last connection that closes puts everything in the file itself.
        read.close().await?;
        write.close().await?;
        staging.map_or(Ok(()), |staging| staging.place(service))
    };
    if let Err(error) = placed.await {
        send_away(house, accepted, welcome).await?;
        return Err(error);
    }
    documents.keep();
    let facts = json!({"inventory": accepted.inventory, "agents_renumbered": welcome.renumbered});
    record(house.people.database(), RECEIVED, service, facts).await?;
    // A pack of an earlier program is brought to this one's tables.
    let migrations = Migrations::with_common(accepted.sheet.migrations);
    Database::open(&store, service, &migrations, Arc::clone(&house.clock)).await?;
    let Welcome { renumbered, .. } = welcome;
    Ok(Receipt { renumbered, keys: accepted.keys, audit_entries: entries + 1 })
}

/// Writes in the log of the service that it was received, within the transaction that fills it: an entry before this one
/// was written in another house.
async fn sign(
    house: &House,
    transaction: &DatabaseTransaction,
    service: &'static str,
    facts: Facts,
) -> Result<(), HandoverError> {
    let head = mark(transaction).await?;
    let previous = hex::decode(&head.link).map_err(|cause| refused("data/commit_head.csv", cause))?;
    let group = head.commit_group + 1;
    let entry = Entry::new(ACTOR, RECEIVED, "service", service).with_facts(facts);
    let link = audit::append(transaction, group, house.clock.now(), &previous, &[entry]).await?;
    let update = Query::update()
        .table(Alias::new("commit_head"))
        .value(Alias::new("commit_group"), group)
        .value(Alias::new("link"), link)
        .to_owned();
    transaction.execute(&update).await?;
    Ok(())
}

/// A house keeps what it has of a service, even if that is not much.
async fn refuse_a_second_one(store: &Store, service: &'static str) -> Result<(), HandoverError> {
    let place = match store {
        Store::Sqlite { folder } => {
            let Some(file) = occupied(folder, service) else { return Ok(()) };
            file.display().to_string()
        }
        Store::Postgres { schema_prefix, .. } => {
            let schema = format!("{schema_prefix}{service}");
            let (_, connection) = connect(store, service).await?;
            let sql = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()";
            let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
            let tables: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
            if tables == 0 {
                return Ok(());
            }
            format!("schema {schema}")
        }
    };
    Err(refused(
        &place,
        format_args!(
            "this house has a service {service} already, maybe an empty one made by another command; a service is received where there is none (`pepiniere destroy` ends one)"
        ),
    ))
}

/// Lets the people of the pack in. Doing it again changes nothing.
async fn let_in(house: &House, accepted: &Accepted) -> Result<Welcome, HandoverError> {
    let everyone = accepted.everyone.clone();
    let (service, inventory) = (accepted.sheet.id, accepted.inventory.clone());
    house
        .people
        .database()
        .write(move |tx| {
            Box::pin(async move {
                let welcome = people::restore(tx, &ACTOR, service, everyone).await?;
                tx.record(
                    Entry::new(ACTOR, "service.reception_begun", "service", service)
                        .with_facts(json!({"inventory": inventory})),
                );
                Ok(welcome)
            })
        })
        .await
}

/// Takes away what [`let_in`] added.
async fn send_away(house: &House, accepted: &Accepted, welcome: Welcome) -> Result<(), HandoverError> {
    let (service, inventory) = (accepted.sheet.id, accepted.inventory.clone());
    house
        .people
        .database()
        .write(move |tx| {
            Box::pin(async move {
                people::send_away(tx, &welcome).await?;
                tx.record(
                    Entry::new(ACTOR, "service.reception_undone", "service", service)
                        .with_facts(json!({"inventory": inventory})),
                );
                Ok(())
            })
        })
        .await
}
