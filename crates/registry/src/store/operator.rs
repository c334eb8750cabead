use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, QueryOrder as _, QuerySelect as _};
use socle::audit::{Actor, Entry};
use socle::rights::Scope;
use socle::store::{Database, Instant, StoreError};

use super::{ServiceError, operator_of};

/// A carpool operator, told apart by its UUID: several may share one SIRET (spec §1.5).
pub type Operator = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operators")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub uuid: String,
    pub name: String,
    pub legal_name: String,
    pub siret: String,
    pub contact_email: String,
    pub created_at: Instant,
    /// Its first accepted journey: the operator is connected.
    pub connected_at: Option<Instant>,
    /// Set while the operator may not send journeys.
    pub suspended_at: Option<Instant>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// An operator to register.
#[derive(Clone, Debug)]
pub struct NewOperator {
    pub uuid: String,
    pub name: String,
    pub legal_name: String,
    pub siret: String,
    pub contact_email: String,
}

/// Registers an operator.
pub async fn register(database: &Database, actor: Actor, new: NewOperator) -> Result<Operator, ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let operator = Model {
                    id: tx.next_number(),
                    uuid: new.uuid,
                    name: new.name,
                    legal_name: new.legal_name,
                    siret: new.siret,
                    contact_email: new.contact_email,
                    created_at: tx.now().into(),
                    connected_at: None,
                    suspended_at: None,
                    version: 1,
                };
                Entity::insert(ActiveModel::from(operator.clone()))
                    .exec_without_returning(tx.connection())
                    .await?;
                tx.record(
                    Entry::new(actor, "operator.registered", "operator", operator.id)
                        .with_facts(serde_json::json!({"uuid": operator.uuid, "name": operator.name})),
                );
                Ok(operator)
            })
        })
        .await
}

/// Copies operators into the sandbox: those that are missing there or differ. They keep their number and UUID, and
/// what the sandbox knows of them; their contact stays on the real side. Returns how many changed.
pub async fn mirror(database: &Database, operators: Vec<Operator>) -> Result<u64, ServiceError> {
    let here = list(database, &Scope::All).await?;
    let same = |one: &Operator, other: &Operator| {
        one.id == other.id
            && (&one.uuid, &one.name, &one.legal_name, &one.siret, one.suspended_at)
                == (&other.uuid, &other.name, &other.legal_name, &other.siret, other.suspended_at)
    };
    let changed: Vec<Operator> =
        operators.into_iter().filter(|one| !here.iter().any(|known| same(known, one))).collect();
    if changed.is_empty() {
        return Ok(0);
    }
    database
        .write(move |tx| {
            Box::pin(async move {
                let count = changed.len() as u64;
                for operator in changed {
                    let id = operator.id;
                    let row = Model { contact_email: String::new(), connected_at: None, ..operator };
                    let columns =
                        [Column::Uuid, Column::Name, Column::LegalName, Column::Siret, Column::SuspendedAt];
                    Entity::insert(ActiveModel::from(row))
                        .on_conflict(OnConflict::column(Column::Id).update_columns(columns).to_owned())
                        .exec_without_returning(tx.connection())
                        .await?;
                    tx.record(Entry::new(Actor::Program("sandbox"), "operator.brought_over", "operator", id));
                }
                Ok(count)
            })
        })
        .await
}

/// Suspends an operator or lifts its suspension.
pub async fn set_suspended(
    database: &Database,
    actor: Actor,
    operator: &Operator,
    suspended: bool,
) -> Result<(), ServiceError> {
    let operator = operator.clone();
    database
        .write(move |tx| {
            Box::pin(async move {
                let changed = Entity::update_many()
                    .set(ActiveModel {
                        suspended_at: Set(suspended.then(|| tx.now().into())),
                        version: Set(operator.version + 1),
                        ..Default::default()
                    })
                    .filter(Column::Id.eq(operator.id))
                    .filter(Column::Version.eq(operator.version))
                    .exec(tx.connection())
                    .await?;
                if changed.rows_affected == 0 {
                    return Err(StoreError::Stale { what: "operator" }.into());
                }
                let action = if suspended { "operator.suspended" } else { "operator.resumed" };
                tx.record(Entry::new(actor, action, "operator", operator.id));
                Ok(())
            })
        })
        .await
}

/// The operators of a scope, by name.
pub async fn list(database: &Database, scope: &Scope) -> Result<Vec<Operator>, ServiceError> {
    let mut select = Entity::find().order_by_asc(Column::Name);
    if let Some(operator) = operator_of(scope) {
        select = select.filter(Column::Id.eq(operator));
    }
    Ok(select.all(database.read()).await?)
}

/// One operator of a scope.
pub async fn find(database: &Database, scope: &Scope, id: i64) -> Result<Option<Operator>, ServiceError> {
    if operator_of(scope).is_some_and(|own| own != id) {
        return Ok(None);
    }
    Ok(Entity::find_by_id(id).one(database.read()).await?)
}

/// When each connected operator had its first journey accepted, in order.
pub async fn connections(database: &Database) -> Result<Vec<Instant>, ServiceError> {
    let found: Vec<Option<Instant>> = Entity::find()
        .select_only()
        .column(Column::ConnectedAt)
        .filter(Column::ConnectedAt.is_not_null())
        .order_by_asc(Column::ConnectedAt)
        .into_tuple()
        .all(database.read())
        .await?;
    Ok(found.into_iter().flatten().collect())
}
