//! Files brought in by command: how far each was read, kept in the same change as its journeys.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ActiveValue::Set, QueryOrder as _, QuerySelect as _};
use socle::audit::{Actor, Entry};
use socle::store::{Database, Instant, StoreError, Tx};

use super::{ServiceError, journey};

/// Who brings files in.
pub const ACTOR: Actor = Actor::Program("import");

/// A file and an operator.
pub type Import = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "imports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub operator_id: i64,
    /// SHA-256 of the file, in hexadecimal.
    pub file: String,
    /// Every line up to this one is settled.
    pub position: i64,
    pub accepted: i64,
    /// Kept, and refused by the terms.
    pub refused: i64,
    /// Known before this import began.
    pub already_there: i64,
    /// Known since this import began: an earlier line has the same identifier.
    pub repeated: i64,
    /// Not a journey.
    pub broken: i64,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Lines that did not go in.
mod refusal {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_refusals")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub line: i64,
        pub refusal: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What became of some lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub accepted: i64,
    pub refused: i64,
    pub already_there: i64,
    pub repeated: i64,
    pub broken: i64,
}

impl Counts {
    /// Every line that held something.
    pub fn lines(self) -> i64 {
        self.accepted + self.already_there + self.left_out()
    }

    /// The lines that did not become a proof.
    pub fn left_out(self) -> i64 {
        self.refused + self.repeated + self.broken
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            refused: self.refused + other.refused,
            already_there: self.already_there + other.already_there,
            repeated: self.repeated + other.repeated,
            broken: self.broken + other.broken,
        }
    }
}

impl Model {
    pub fn counts(&self) -> Counts {
        Counts {
            accepted: self.accepted,
            refused: self.refused,
            already_there: self.already_there,
            repeated: self.repeated,
            broken: self.broken,
        }
    }
}

/// A line that did not go in, ready to be written beside the file.
#[derive(Clone, Debug)]
pub struct RefusedLine {
    pub line: i64,
    pub json: String,
}

/// The import of a file by an operator, if it was ever begun.
pub async fn find(database: &Database, operator: i64, file: &str) -> Result<Option<Import>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::OperatorId.eq(operator))
        .filter(Column::File.eq(file))
        .one(database.read())
        .await?)
}

/// The import of a file: begun now, or found where it was left.
pub async fn begin(database: &Database, operator: i64, file: String) -> Result<Import, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let known = Entity::find()
                    .filter(Column::OperatorId.eq(operator))
                    .filter(Column::File.eq(file.as_str()))
                    .one(tx.connection())
                    .await?;
                if let Some(import) = known {
                    return Ok(import);
                }
                let import = Model {
                    id: tx.next_number(),
                    operator_id: operator,
                    file,
                    position: 0,
                    accepted: 0,
                    refused: 0,
                    already_there: 0,
                    repeated: 0,
                    broken: 0,
                    started_at: tx.now().into(),
                    finished_at: None,
                };
                Entity::insert(ActiveModel::from(import.clone()))
                    .exec_without_returning(tx.connection())
                    .await?;
                tx.record(
                    Entry::new(ACTOR, "import.started", "import", import.id)
                        .with_facts(serde_json::json!({"operator": operator, "file": import.file})),
                );
                Ok(import)
            })
        })
        .await
}

/// Settles the lines up to `position`, within the change that stores their journeys. Returns the import as it is now.
///
/// The update names the position it expects: two programs that read one file do not both move it.
pub async fn advance(
    tx: &Tx,
    import: Import,
    position: i64,
    came: Counts,
    refused: Vec<RefusedLine>,
) -> Result<Import, ServiceError> {
    let counts = import.counts().plus(came);
    let moved = Entity::update_many()
        .set(ActiveModel {
            position: Set(position),
            accepted: Set(counts.accepted),
            refused: Set(counts.refused),
            already_there: Set(counts.already_there),
            repeated: Set(counts.repeated),
            broken: Set(counts.broken),
            ..Default::default()
        })
        .filter(Column::Id.eq(import.id))
        .filter(Column::Position.eq(import.position))
        .filter(Column::FinishedAt.is_null())
        .exec(tx.connection())
        .await?;
    if moved.rows_affected == 0 {
        return Err(StoreError::Stale { what: "the import of this file" }.into());
    }
    if !refused.is_empty() {
        let rows = refused.into_iter().map(|one| refusal::ActiveModel {
            import_id: Set(import.id),
            line: Set(one.line),
            refusal: Set(one.json),
        });
        refusal::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(Model {
        position,
        accepted: counts.accepted,
        refused: counts.refused,
        already_there: counts.already_there,
        repeated: counts.repeated,
        broken: counts.broken,
        ..import
    })
}

/// Ends an import. Returns it as it is now.
pub async fn finish(database: &Database, import: Import) -> Result<Import, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let ended = Some(tx.now().into());
                let changed = Entity::update_many()
                    .set(ActiveModel { finished_at: Set(ended), ..Default::default() })
                    .filter(Column::Id.eq(import.id))
                    .filter(Column::Position.eq(import.position))
                    .filter(Column::FinishedAt.is_null())
                    .exec(tx.connection())
                    .await?;
                if changed.rows_affected == 0 {
                    return Err(StoreError::Stale { what: "the import of this file" }.into());
                }
                tx.record(Entry::new(ACTOR, "import.finished", "import", import.id).with_facts(
                    serde_json::json!({
                        "operator": import.operator_id, "accepted": import.accepted, "refused": import.refused,
                        "already_there": import.already_there, "repeated": import.repeated, "broken": import.broken,
                    }),
                ));
                Ok(Model { finished_at: ended, ..import })
            })
        })
        .await
}

/// Which of these identifiers were first used since the import began.
pub async fn used_since(
    tx: &Tx,
    import: &Import,
    identifiers: &[&str],
) -> Result<std::collections::HashSet<String>, ServiceError> {
    if identifiers.is_empty() {
        return Ok(std::collections::HashSet::new());
    }
    let select = Query::select()
        .column(journey::Column::OperatorJourneyId)
        .from(journey::Entity)
        .and_where(Expr::col(journey::Column::OperatorId).eq(import.operator_id))
        .and_where(Expr::col(journey::Column::OperatorJourneyId).is_in(identifiers.iter().copied()))
        .and_where(Expr::col(journey::Column::Id).gt(import.id))
        .to_owned();
    tx.connection().query_all(&select).await?.into_iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Some of the lines that did not go in, after line `after`, in order.
pub async fn refusals_after(
    database: &Database,
    import: i64,
    after: i64,
    most: u64,
) -> Result<Vec<RefusedLine>, ServiceError> {
    Ok(refusal::Entity::find()
        .filter(refusal::Column::ImportId.eq(import))
        .filter(refusal::Column::Line.gt(after))
        .order_by_asc(refusal::Column::Line)
        .limit(most)
        .all(database.read())
        .await?
        .into_iter()
        .map(|row| RefusedLine { line: row.line, json: row.refusal })
        .collect())
}
