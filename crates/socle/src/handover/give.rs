use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sea_orm::sea_query::{Alias, Query};
use sea_orm::{
    AccessMode, ConnectionTrait as _, DatabaseTransaction, DbBackend, IsolationLevel, TransactionOptions,
    TransactionTrait as _,
};
use serde::Serialize;
use serde_json::json;

use super::pack::{Description, FORMAT, TableLine};
use super::passing::Passing;
use super::schema::Schema;
use super::{HandoverError, documents, inventory, io_at, people, refused, table};
use crate::audit::{Actor, Entry};
use crate::backup::{Mark, MasterKeyPrint};
use crate::compliance::drafts;
use crate::config::{Config, Contact, Provider, Retention};
use crate::documents::Documents;
use crate::house::House;
use crate::seal::MasterKeys;
use crate::service::{Document, Sheet};
use crate::store::{Database, Migrations};

/// What a pack says of itself to a person.
const READ_ME: &str = include_str!("../../data/handover.md");

/// A handover to make.
pub struct Order<'a> {
    pub house: &'a House,
    pub sheet: &'static Sheet,
    /// The service's own.
    pub database: &'a Database,
    /// Texts of the house that leave with the service's own.
    pub documents: &'a [Document],
    /// The folder to write: it does not exist, or is empty.
    pub output: &'a Path,
    /// The file in which the key drawn for this handover is written: it does not exist.
    pub key: &'a Path,
}

/// A pack that was written.
pub struct Given {
    pub description: Description,
    /// SHA-256 of its inventory, which the socle's audit log keeps.
    pub inventory: String,
}

/// The file of the key, taken away again when the handover fails.
struct KeyFile<'a>(Option<&'a Path>);

impl Drop for KeyFile<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.0 {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Writes the pack of a service, as its database is at one instant, while others serve and write.
pub async fn give(order: &Order<'_>) -> Result<Given, HandoverError> {
    let Order { house, sheet, database, output, key, .. } = *order;
    refuse_what_is_there(output, key)?;
    let parent = match output.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    std::fs::create_dir_all(&parent).map_err(io_at(&parent))?;
    let staging =
        tempfile::Builder::new().prefix(".handover-").tempdir_in(&parent).map_err(io_at(&parent))?;
    if key.parent().is_some_and(|folder| folder == output) {
        return Err(refused(
            &key.display().to_string(),
            "the key never lies in the pack: give another place",
        ));
    }
    MasterKeys::draw(key)?;
    let mut drawn = KeyFile(Some(key));
    let handover = MasterKeys::read(key, false)?;
    let print = MasterKeyPrint {
        name: handover.current().to_owned(),
        fingerprint: handover.fingerprint(handover.current()).unwrap_or_default().to_owned(),
    };
    // Written first: the log that leaves tells that it leaves.
    let at = house.clock.now();
    record(database, "service.handover_begun", sheet.id, json!({"key_fingerprint": print.fingerprint}))
        .await?;
    let known = Migrations::with_common(sheet.migrations);
    let schema = Schema::of(known.all()).await?;
    let mut about = BTreeMap::new();
    let folder = staging.path();
    let snapshot = snapshot(database).await?;
    schema.check(&snapshot).await?;
    let passing = Passing { from: &house.master, to: &handover, at };
    let data = folder.join("data");
    std::fs::create_dir(&data).map_err(io_at(&data))?;
    let mut tables = Vec::with_capacity(schema.tables.len());
    for table in &schema.tables {
        let place = data.join(format!("{}.csv", table.name));
        let rows = table::write(&snapshot, table, None, Some(passing), &place).await?;
        about.insert(format!("data/{}.csv", table.name), format!("table {}, {rows} rows", table.name));
        tables.push(TableLine { name: table.name.clone(), rows });
    }
    let mark = mark(&snapshot).await?;
    snapshot.commit().await?;
    let kept = Documents::new(&house.config.store.folder, sheet.id);
    let documents = documents::take(&kept, folder)?;
    let (agents, memberships) = people::write(house.people.database(), sheet.id, folder).await?;
    about.insert("people/agents.csv".to_owned(), format!("{agents} people with a role in the service"));
    about.insert("people/memberships.csv".to_owned(), format!("{memberships} roles, taken back ones too"));
    let description = Description {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        at,
        service: sheet.id.to_owned(),
        name: sheet.name.to_owned(),
        handover_key: print,
        mark,
        migrations: known.all().iter().map(|migration| migration.name.to_owned()).collect(),
        tables,
        agents,
        memberships,
        documents,
    };
    description.write(folder)?;
    about.insert("pack.json".to_owned(), "what the pack holds, for a program".to_owned());
    for text in texts(order, &schema, &description)? {
        write_text(folder, &text.path, &text.content)?;
        about.insert(text.path, text.about);
    }
    let inventory = inventory::write(folder, &about)?;
    inventory::settle(folder)?;
    // An empty folder is replaced; a folder that was filled meanwhile refuses.
    let pack = staging.keep();
    if let Err(cause) = std::fs::rename(&pack, output) {
        let _ = std::fs::remove_dir_all(&pack);
        return Err(io_at(output)(cause));
    }
    std::fs::File::open(&parent).and_then(|folder| folder.sync_all()).map_err(io_at(&parent))?;
    drawn.0 = None;
    let facts = json!({"inventory": inventory, "link": description.mark.link});
    record(house.people.database(), "service.handed_over", sheet.id, facts).await?;
    Ok(Given { description, inventory })
}

fn refuse_what_is_there(output: &Path, key: &Path) -> Result<(), HandoverError> {
    if key.symlink_metadata().is_ok() {
        return Err(refused(
            &key.display().to_string(),
            "the file exists: a key is drawn for each handover, give another name",
        ));
    }
    let full = match std::fs::read_dir(output) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => output.symlink_metadata().is_ok(),
    };
    if full {
        return Err(refused(
            &output.display().to_string(),
            "it exists and is not empty: a handover overwrites nothing",
        ));
    }
    Ok(())
}

/// Writes in the audit log of `database` what happens to `service`.
pub(super) async fn record(
    database: &Database,
    action: &'static str,
    service: &'static str,
    facts: serde_json::Value,
) -> Result<(), HandoverError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let actor = Actor::Program("command line");
                tx.record(Entry::new(actor, action, "service", service).with_facts(facts));
                Ok(())
            })
        })
        .await
}

/// A transaction that sees the database as it is at one instant, whatever others write meanwhile.
pub(super) async fn snapshot(database: &Database) -> Result<DatabaseTransaction, HandoverError> {
    let connection = database.read();
    if connection.get_database_backend() != DbBackend::Postgres {
        // In WAL mode a reading transaction keeps what it saw first.
        return Ok(connection.begin().await?);
    }
    let options = TransactionOptions {
        isolation_level: Some(IsolationLevel::RepeatableRead),
        access_mode: Some(AccessMode::ReadOnly),
        ..TransactionOptions::default()
    };
    Ok(connection.begin_with_options(options).await?)
}

/// Where the chain and the numbers of a database stand.
pub(super) async fn mark(connection: &DatabaseTransaction) -> Result<Mark, HandoverError> {
    let select = Query::select()
        .columns(["commit_group", "link", "sequence"].map(Alias::new))
        .from(Alias::new("commit_head"))
        .to_owned();
    let row = connection.query_one(&select).await?;
    let row = row.ok_or_else(|| refused("commit_head", "no row: the database is not migrated"))?;
    Ok(Mark {
        commit_group: row.try_get_by_index(0)?,
        link: hex::encode(row.try_get_by_index::<Vec<u8>>(1)?),
        sequence: row.try_get_by_index(2)?,
    })
}

/// A text of the pack.
struct Text {
    path: String,
    about: String,
    content: String,
}

fn texts(order: &Order<'_>, schema: &Schema, description: &Description) -> Result<Vec<Text>, HandoverError> {
    let sheet = order.sheet;
    let drafts = drafts(sheet)?;
    let json = |value: serde_json::Result<String>| {
        value.map_err(|cause| io_at(Path::new("schema/tables.json"))(cause.into()))
    };
    let mut texts = Vec::new();
    let mut add = |path: &str, about: &str, content: String| {
        texts.push(Text { path: path.to_owned(), about: about.to_owned(), content });
    };
    add("README.md", "read this first", read_me(sheet, description));
    add("schema/sqlite.sql", "makes the empty tables in SQLite", schema.sql(DbBackend::Sqlite));
    add("schema/postgresql.sql", "makes the empty tables in PostgreSQL", schema.sql(DbBackend::Postgres));
    add(
        "schema/tables.json",
        "each column: its type, whether it may be NULL, what it is",
        json(serde_json::to_string_pretty(&schema.tables))?,
    );
    add("compliance/processing.toml", "entry in the register of processing", sheet.privacy.to_owned());
    add("compliance/risks.toml", "risk file", sheet.risks.to_owned());
    add("compliance/homologation.md", "draft homologation file", drafts.homologation);
    add("compliance/impact-assessment.md", "draft impact assessment", drafts.impact_assessment);
    add(
        "configuration.toml",
        "configuration that matters, without any secret",
        configuration(&order.house.config, sheet.id)?,
    );
    for document in sheet.documents.iter().chain(order.documents) {
        add(&format!("documentation/{}", document.name), document.about, document.text.to_owned());
    }
    Ok(texts)
}

fn write_text(folder: &Path, path: &str, content: &str) -> Result<(), HandoverError> {
    let place = folder.join(path);
    if let Some(parent) = place.parent() {
        std::fs::create_dir_all(parent).map_err(io_at(parent))?;
    }
    std::fs::write(&place, content).map_err(io_at(&place))
}

fn read_me(sheet: &Sheet, description: &Description) -> String {
    let mut sealed = String::new();
    for (column, place) in sheet.sealed.places {
        let _ = writeln!(sealed, "| {column} | {place} |");
    }
    READ_ME
        .replace("{{sealed}}", &sealed)
        .replace("{{notes}}", sheet.sealed.notes)
        .replace("{{name}}", &description.name)
        .replace("{{service}}", &description.service)
        .replace("{{at}}", &description.at.to_string())
        .replace("{{program}}", &description.program)
        .replace("{{key}}", &description.handover_key.name)
        .replace("{{fingerprint}}", &description.handover_key.fingerprint)
        .replace("{{tables}}", &description.tables.len().to_string())
        .replace("{{rows}}", &description.tables.iter().map(|table| table.rows).sum::<u64>().to_string())
        .replace("{{group}}", &description.mark.commit_group.to_string())
        .replace("{{link}}", &description.mark.link)
}

/// What another house must be told to serve alike. Addresses of stores and mail servers, which hold passwords, are
/// the house's own and stay there.
#[derive(Serialize)]
struct Leaving<'a> {
    base_url: String,
    feedback: Option<&'a String>,
    retention: &'a Retention,
    contact: &'a Contact,
    providers: &'a [Provider],
}

fn configuration(config: &Config, service: &str) -> Result<String, HandoverError> {
    let leaving = Leaving {
        base_url: config.base_url(),
        feedback: config.feedback.get(service),
        retention: &config.retention,
        contact: &config.contact,
        providers: &config.providers,
    };
    toml::to_string_pretty(&leaving).map_err(|cause| refused("configuration.toml", cause))
}
