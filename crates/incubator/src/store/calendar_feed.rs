//! Calendars of duties that people subscribe to.

use sea_orm::ActiveValue::Set;
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sha2::{Digest as _, Sha256};
use socle::audit::{Actor, Entry};
use socle::chance;
use socle::store::{Database, Instant};

use super::ServiceError;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_feeds")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub membership_id: i64,
    pub secret: Vec<u8>,
    pub created_at: Instant,
    pub revoked_at: Option<Instant>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

fn kept(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Makes a calendar for a membership; its secret is told once.
pub async fn make(database: &Database, actor: Actor, membership: i64) -> Result<String, ServiceError> {
    let secret = chance::secret_text();
    let hash = kept(&secret);
    database
        .write(move |tx| {
            Box::pin(async move {
                let id = tx.next_number();
                let row = Model {
                    id,
                    membership_id: membership,
                    secret: hash,
                    created_at: tx.now().into(),
                    revoked_at: None,
                };
                Entity::insert(ActiveModel::from(row)).exec_without_returning(tx.connection()).await?;
                tx.record(Entry::new(actor, "calendar.made", "calendar", id));
                Ok(secret)
            })
        })
        .await
}

/// The membership whose calendar has that secret.
pub async fn membership(database: &Database, secret: &str) -> Result<Option<i64>, ServiceError> {
    let found = Entity::find()
        .filter(Column::Secret.eq(kept(secret)))
        .filter(Column::RevokedAt.is_null())
        .one(database.read())
        .await?;
    Ok(found.map(|row| row.membership_id))
}

/// The calendars of a membership.
pub async fn list(database: &Database, membership: i64) -> Result<Vec<Model>, ServiceError> {
    Ok(Entity::find()
        .filter(Column::MembershipId.eq(membership))
        .filter(Column::RevokedAt.is_null())
        .order_by_asc(Column::Id)
        .all(database.read())
        .await?)
}

/// Revokes all calendars of a membership.
pub async fn revoke(database: &Database, actor: Actor, membership: i64) -> Result<(), ServiceError> {
    database
        .write(move |tx| {
            Box::pin(async move {
                let revoked = ActiveModel { revoked_at: Set(Some(tx.now().into())), ..Default::default() };
                let changed = Entity::update_many()
                    .set(revoked)
                    .filter(Column::MembershipId.eq(membership))
                    .filter(Column::RevokedAt.is_null())
                    .exec(tx.connection())
                    .await?;
                if changed.rows_affected > 0 {
                    tx.record(Entry::new(actor, "calendar.revoked", "membership", membership));
                }
                Ok(())
            })
        })
        .await
}
