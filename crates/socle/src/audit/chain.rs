use jiff::Timestamp;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Order, Query};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use sha2::{Digest as _, Sha256};

use crate::store::{Database, Instant};

/// How many groups are verified at once: bounds the memory of `doctor`.
const GROUPS_AT_ONCE: i64 = 2_000;

/// A link being computed: the fingerprint of the previous link, of the group and of each entry in order.
pub(super) struct Link(Sha256);

impl Link {
    pub(super) fn after(previous: &[u8], group: i64, at: Timestamp) -> Self {
        let mut digest = Sha256::new();
        digest.update(b"pepiniere audit 1");
        digest.update(previous);
        digest.update(group.to_be_bytes());
        digest.update(at.as_microsecond().to_be_bytes());
        Self(digest)
    }

    /// Adds an entry. Each field is preceded by its length, so that no two entries read the same.
    pub(super) fn add(&mut self, fields: &[&str], commitment: Option<&[u8]>) {
        for field in fields.iter().map(|field| field.as_bytes()).chain([commitment.unwrap_or_default()]) {
            self.0.update((field.len() as u64).to_be_bytes());
            self.0.update(field);
        }
    }

    /// Adds an entry read from the store, after checking its personal part if it is still there.
    fn add_row(&mut self, group: i64, entry: &QueryResult) -> Result<(), Broken> {
        let position: i32 = entry.try_get_by_index(1)?;
        let mut fields: [String; 5] = Default::default();
        for (field, column) in fields.iter_mut().zip(2..) {
            *field = entry.try_get_by_index(column)?;
        }
        let recorded: Option<Vec<u8>> = entry.try_get_by_index(7)?;
        let sealed: Option<Vec<u8>> = entry.try_get_by_index(8)?;
        if let Some(sealed) = sealed
            && recorded.as_deref() != Some(commitment(&sealed).as_slice())
        {
            return Err(Broken::Personal { group, position });
        }
        self.add(&fields.each_ref().map(String::as_str), recorded.as_deref());
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

/// The fingerprint of a sealed value.
pub(super) fn commitment(sealed: &[u8]) -> [u8; 32] {
    Sha256::digest(sealed).into()
}

/// A chain without a fault.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    pub groups: i64,
    pub entries: i64,
}

/// Where a chain was tampered with.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error("audit group {0} is missing")]
    Missing(i64),
    #[error("audit group {0} does not follow from the one before it: an entry was changed, added or removed")]
    Link(i64),
    #[error("audit group {group}, entry {position}: the personal part is not the one that was recorded")]
    Personal { group: i64, position: i32 },
    #[error("the log holds entries that belong to no group of the chain")]
    Stray,
    #[error("the last audit group is {found}, the head says {expected}: entries were removed at the end")]
    Truncated { found: i64, expected: i64 },
    #[error(transparent)]
    Store(#[from] DbErr),
}

/// Reads the whole chain of `database` and recomputes every link.
pub async fn verify(database: &Database) -> Result<Verified, Broken> {
    verify_on(database.read()).await
}

/// The same, on a connection to the database, or within a transaction that fills it.
pub(crate) async fn verify_on(connection: &impl ConnectionTrait) -> Result<Verified, Broken> {
    let expected = head_of(connection).await?;
    let mut previous: Vec<u8> = Vec::new();
    let mut verified = Verified { groups: 0, entries: 0 };
    while verified.groups < expected {
        let (from, to) = (verified.groups + 1, verified.groups + GROUPS_AT_ONCE);
        let groups = groups_between(connection, from, to).await?;
        let mut entries = entries_between(connection, from, to).await?.into_iter().peekable();
        for group in groups {
            let number: i64 = group.try_get_by_index(0)?;
            if number != verified.groups + 1 {
                return Err(Broken::Missing(verified.groups + 1));
            }
            let at: Instant = group.try_get_by_index(1)?;
            let mut link = Link::after(&previous, number, at.timestamp());
            while let Some(entry) = entries.peek() {
                if entry.try_get_by_index::<i64>(0)? != number {
                    break;
                }
                if entry.try_get_by_index::<Instant>(9)? != at {
                    return Err(Broken::Link(number));
                }
                link.add_row(number, entry)?;
                verified.entries += 1;
                entries.next();
            }
            let link = link.finish();
            if link != group.try_get_by_index::<Vec<u8>>(2)? {
                return Err(Broken::Link(number));
            }
            previous = link;
            verified.groups = number;
        }
        if verified.groups < std::cmp::min(to, expected) {
            return Err(Broken::Missing(verified.groups + 1));
        }
    }
    let last: Option<i64> = connection
        .query_one(
            Query::select()
                .expr(Expr::col(Alias::new("commit_group")).max())
                .from(Alias::new("audit_groups")),
        )
        .await?
        .and_then(|row| row.try_get_by_index(0).ok());
    // Groups written meanwhile are beyond what was verified; groups that the head does not know are not.
    let now = head_of(connection).await?;
    if !(expected..=now).contains(&last.unwrap_or(0)) {
        return Err(Broken::Truncated { found: last.unwrap_or(0), expected });
    }
    let (first, last) = ends_of_entries(connection).await?;
    if first.is_some_and(|first| first < 1) || last.is_some_and(|last| last > now) {
        return Err(Broken::Stray);
    }
    Ok(verified)
}

/// The least and the greatest group that has entries.
async fn ends_of_entries(connection: &impl ConnectionTrait) -> Result<(Option<i64>, Option<i64>), DbErr> {
    let group = || Expr::col(Alias::new("commit_group"));
    let select =
        Query::select().expr(group().min()).expr(group().max()).from(Alias::new("audit_entries")).to_owned();
    match connection.query_one(&select).await? {
        Some(row) => Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)),
        None => Ok((None, None)),
    }
}

/// The number of the last group, as the head says it.
async fn head_of(connection: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let select =
        Query::select().column(Alias::new("commit_group")).from(Alias::new("commit_head")).to_owned();
    let head = connection.query_one(&select).await?;
    head.ok_or_else(|| DbErr::RecordNotFound("commit_head".to_owned()))?.try_get_by_index(0)
}

/// The groups numbered from `from` to `to`: number, instant, link.
async fn groups_between(
    connection: &impl ConnectionTrait,
    from: i64,
    to: i64,
) -> Result<Vec<QueryResult>, DbErr> {
    let select = Query::select()
        .columns(["commit_group", "at", "link"].map(Alias::new))
        .from(Alias::new("audit_groups"))
        .and_where(Expr::col(Alias::new("commit_group")).between(from, to))
        .order_by(Alias::new("commit_group"), Order::Asc)
        .to_owned();
    connection.query_all(&select).await
}

/// The entries of these groups in order, each with its personal part if it was not erased.
async fn entries_between(
    connection: &impl ConnectionTrait,
    from: i64,
    to: i64,
) -> Result<Vec<QueryResult>, DbErr> {
    let entry = |column: &str| (Alias::new("audit_entries"), Alias::new(column));
    let personal = |column: &str| (Alias::new("audit_personal"), Alias::new(column));
    let columns =
        ["commit_group", "position", "actor", "action", "subject_kind", "subject", "facts", "commitment"]
            .map(entry);
    let same = Expr::col(personal("commit_group"))
        .equals(entry("commit_group"))
        .and(Expr::col(personal("position")).equals(entry("position")));
    let select = Query::select()
        .columns(columns)
        .column(personal("sealed"))
        .column(entry("at"))
        .from(Alias::new("audit_entries"))
        .left_join(Alias::new("audit_personal"), same)
        .and_where(Expr::col(entry("commit_group")).between(from, to))
        .order_by(entry("commit_group"), Order::Asc)
        .order_by(entry("position"), Order::Asc)
        .to_owned();
    connection.query_all(&select).await
}
