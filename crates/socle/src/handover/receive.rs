use std::path::{Path, PathBuf};
use std::sync::Arc;

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait as _,
};
use serde_json::json;

use super::field::Value;
use super::give::{mark, record};
use super::pack::Description;
use super::people::{self, Everyone, Renumbered};
use super::schema::{Schema, Table};
use super::table::{self, Passing, Rows};
use super::{DATA_KEYS, HandoverError, RECEIVED, documents, inventory, io_at, refused};
use crate::audit::{self, Actor, Entry};
use crate::documents::Documents;
use crate::house::House;
use crate::seal::MasterKeys;
use crate::service::Sheet;
use crate::store::{Database, Store, connect};

/// How columns that name an agent are called.
const AGENT: &str = "agent_id";

/// A pack whose every byte was checked, and the key that opens it.
pub struct Accepted {
    pub description: Description,
    folder: PathBuf,
    inventory: String,
    handover: MasterKeys,
    everyone: Everyone,
    schema: Schema,
    sheet: &'static Sheet,
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
    let accepted = Accepted {
        everyone: people::read(folder)?,
        folder: folder.to_owned(),
        inventory,
        handover,
        schema,
        sheet,
        description,
    };
    accepted.open_keys()?;
    Ok(accepted)
}

impl Accepted {
    fn table_file(&self, table: &str) -> PathBuf {
        self.folder.join("data").join(format!("{table}.csv"))
    }

    /// Opens every data key: one that does not open is told before anything is written.
    fn open_keys(&self) -> Result<(), HandoverError> {
        let passing = Passing { from: &self.handover, to: &self.handover };
        for table in self.schema.tables.iter().filter(|table| table.name == DATA_KEYS) {
            for row in Rows::open(table, &self.table_file(&table.name))? {
                passing.pass(table, &mut row?)?;
            }
        }
        Ok(())
    }

    /// Makes the tables, fills them and compares them with what the pack says. Returns how many keys live.
    async fn fill(
        &self,
        transaction: &DatabaseTransaction,
        master: &MasterKeys,
    ) -> Result<u64, HandoverError> {
        let sql = self.schema.sql(transaction.get_database_backend());
        transaction.execute_unprepared(&sql).await?;
        let passing = Passing { from: &self.handover, to: master };
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
        self.live_keys()
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

    fn live_keys(&self) -> Result<u64, HandoverError> {
        let mut live = 0;
        for table in self.schema.tables.iter().filter(|table| table.name == DATA_KEYS) {
            let wrapped = table.columns.iter().position(|column| column.name == "wrapped");
            for row in Rows::open(table, &self.table_file(&table.name))? {
                let row = row?;
                live +=
                    u64::from(wrapped.is_some_and(|at| matches!(row.get(at), Some(Some(Value::Bytes(_))))));
            }
        }
        Ok(live)
    }
}

/// Puts an accepted pack into a house that does not have this service. All of it or nothing: tables become visible once
/// they are complete.
pub async fn receive(house: &Arc<House>, accepted: &Accepted) -> Result<Receipt, HandoverError> {
    let store = house.config.store();
    refuse_a_second_one(&store, accepted.sheet.id).await?;
    let (keys, renumbered) = match &store {
        Store::Sqlite { folder } => into_file(house, accepted, folder).await?,
        Store::Postgres { .. } => into_schema(house, accepted, &store).await?,
    };
    let migrations = crate::store::Migrations::with_common(accepted.sheet.migrations);
    let database = Database::open(&store, accepted.sheet.id, &migrations, Arc::clone(&house.clock)).await?;
    let facts = json!({
        "inventory": accepted.inventory, "keys": keys, "agents_renumbered": renumbered,
    });
    record(&database, RECEIVED, accepted.sheet.id, facts).await?;
    let verified = audit::verify(&database).await?;
    Ok(Receipt { renumbered, keys, audit_entries: verified.entries })
}

/// A house keeps what it has of a service, even if that is not much.
async fn refuse_a_second_one(store: &Store, service: &'static str) -> Result<(), HandoverError> {
    let place = match store {
        Store::Sqlite { folder } => {
            let file = folder.join(format!("{service}.db"));
            if !file.exists() {
                return Ok(());
            }
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

/// Fills a file beside, then gives it its name.
async fn into_file(
    house: &House,
    accepted: &Accepted,
    folder: &Path,
) -> Result<(u64, Renumbered), HandoverError> {
    let staging = tempfile::Builder::new().prefix(".receive-").tempdir_in(folder).map_err(io_at(folder))?;
    let (read, write) =
        connect(&Store::Sqlite { folder: staging.path().to_owned() }, accepted.sheet.id).await?;
    let transaction = write.begin().await?;
    let keys = accepted.fill(&transaction, &house.master).await?;
    let renumbered = welcome(house, accepted, &transaction).await?;
    transaction.commit().await?;
    close([read, write]).await?;
    let name = format!("{}.db", accepted.sheet.id);
    let place = folder.join(&name);
    std::fs::rename(staging.path().join(&name), &place).map_err(io_at(&place))?;
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_at(folder))?;
    Ok((keys, renumbered))
}

/// The last connection that closes puts everything in the file itself.
async fn close(connections: [DatabaseConnection; 2]) -> Result<(), HandoverError> {
    for connection in connections {
        connection.close().await?;
    }
    Ok(())
}

/// One transaction for all tables.
async fn into_schema(
    house: &House,
    accepted: &Accepted,
    store: &Store,
) -> Result<(u64, Renumbered), HandoverError> {
    let (_, write) = connect(store, accepted.sheet.id).await?;
    let transaction = write.begin().await?;
    let keys = accepted.fill(&transaction, &house.master).await?;
    let renumbered = welcome(house, accepted, &transaction).await?;
    transaction.commit().await?;
    write.close().await?;
    Ok((keys, renumbered))
}

/// Lets the people of the pack in, and puts its documents in place, once everything else is ready to be seen. Doing it
/// again changes nothing.
async fn welcome(
    house: &House,
    accepted: &Accepted,
    transaction: &DatabaseTransaction,
) -> Result<Renumbered, HandoverError> {
    documents::put(&Documents::new(&house.config.store.folder, accepted.sheet.id), &accepted.folder)?;
    let renumbered = let_in(house, accepted).await?;
    accepted.renumber(transaction, &renumbered).await?;
    Ok(renumbered)
}

async fn let_in(house: &House, accepted: &Accepted) -> Result<Renumbered, HandoverError> {
    let everyone = accepted.everyone.clone();
    let (service, inventory) = (accepted.sheet.id, accepted.inventory.clone());
    house
        .people
        .database()
        .write(move |tx| {
            Box::pin(async move {
                let actor = Actor::Program("command line");
                let renumbered = people::restore(tx, &actor, service, everyone).await?;
                tx.record(
                    Entry::new(actor, RECEIVED, "service", service)
                        .with_facts(json!({"inventory": inventory, "agents_renumbered": renumbered})),
                );
                Ok(renumbered)
            })
        })
        .await
}
