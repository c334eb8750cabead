//! Commit groups: the changes that wait while a transaction is being made durable share the next one.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::Timestamp;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use crate::audit;
use crate::clock::Clock;

/// How many changes may share one transaction. Larger groups make the last one wait for no gain.
const LARGEST_GROUP: usize = 128;

/// What a change that only touches the store fails with.
pub type WriteError = StoreError;

/// The transaction a change runs in, with the things every change may need.
///
/// On both stores changes run one group at a time: `SQLite` has one writer, `PostgreSQL` holds a lock on the head
/// of the audit chain. So a change sees all that was acknowledged before it, and sequence numbers follow
/// the order of acknowledgement.
pub struct Tx {
    connection: DatabaseTransaction,
    group: Group,
}

/// What the changes of one transaction have in common.
struct Group {
    at: Timestamp,
    /// Last number drawn in this database.
    sequence: i64,
    entries: Vec<audit::Entry>,
}

impl Tx {
    /// The connection to run statements on.
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }

    /// The instant of this change: that of its group.
    pub fn now(&self) -> Timestamp {
        self.group.at
    }

    /// The last number drawn: rows made from now on have greater ones.
    pub fn last_number(&self) -> i64 {
        self.group.sequence
    }

    /// A number that no other row of this database has, greater than all those drawn before.
    pub fn next_number(&mut self) -> i64 {
        self.group.sequence += 1;
        self.group.sequence
    }

    /// `count` numbers in a row; returns the first.
    pub fn next_numbers(&mut self, count: i64) -> i64 {
        let first = self.group.sequence + 1;
        self.group.sequence += count;
        first
    }

    /// Writes `entry` in the audit log, in the same transaction.
    pub fn record(&mut self, entry: audit::Entry) {
        self.group.entries.push(entry);
    }
}

/// The end of a change: whether it is kept, and how to tell whoever waits.
struct Settled {
    tx: Tx,
    keep: bool,
    reply: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

type Change = Box<dyn FnOnce(Tx) -> BoxFuture<'static, Settled> + Send>;

/// The one writer of a database.
#[derive(Clone)]
pub(super) struct Writer {
    database: &'static str,
    queue: mpsc::Sender<Change>,
}

impl Writer {
    pub(super) fn start(
        database: &'static str,
        connection: DatabaseConnection,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (queue, changes) = mpsc::channel(4 * LARGEST_GROUP);
        tokio::spawn(write_groups(database, connection, clock, changes));
        Self { database, queue }
    }

    pub(super) async fn submit<T, E, F>(&self, change: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        let boxed: Change = Box::new(move |mut tx| {
            Box::pin(async move {
                let outcome = change(&mut tx).await;
                let keep = outcome.is_ok();
                let reply = Box::new(move |committed: Result<(), StoreError>| {
                    let answer = match committed {
                        Err(error) if keep => Err(E::from(error)),
                        _ => outcome,
                    };
                    // Whoever asked may have gone: the change stands all the same.
                    let _ = tell.send(answer);
                });
                Settled { tx, keep, reply }
            })
        });
        let stopping = || StoreError::Stopping { database: self.database };
        self.queue.send(boxed).await.map_err(|_| stopping())?;
        told.await.map_err(|_| stopping())?
    }
}

async fn write_groups(
    database: &'static str,
    connection: DatabaseConnection,
    clock: Arc<dyn Clock>,
    mut changes: mpsc::Receiver<Change>,
) {
    let mut waiting = Vec::with_capacity(LARGEST_GROUP);
    while changes.recv_many(&mut waiting, LARGEST_GROUP).await > 0 {
        let group = std::mem::take(&mut waiting);
        let size = group.len();
        // A change that panics takes its group with it: nothing is half-written, the writer lives on.
        if let Ok(()) =
            AssertUnwindSafe(write_group(database, &connection, clock.now(), group)).catch_unwind().await
        {
            #[expect(clippy::cast_precision_loss, reason = "a group holds at most LARGEST_GROUP changes")]
            metrics::histogram!("pepiniere_commit_group_changes", "database" => database).record(size as f64);
        } else {
            tracing::error!(database, "a change panicked: its group was rolled back");
        }
    }
}

async fn write_group(
    database: &'static str,
    connection: &DatabaseConnection,
    at: Timestamp,
    changes: Vec<Change>,
) {
    let failed = |cause: DbErr| StoreError::Engine { database, cause: Arc::new(cause) };
    let (outer, head) = match open_group(connection).await {
        Ok(opened) => opened,
        Err(cause) => {
            let error = failed(cause);
            tracing::error!(database, %error, "no transaction could be opened");
            // Dropping a change tells its caller that the change was not made.
            return;
        }
    };
    let alone = changes.len() == 1;
    let mut group = Group { at, sequence: head.sequence, entries: Vec::new() };
    let mut replies = Vec::with_capacity(changes.len());
    let mut outer = Some(outer);
    let mut anything = false;
    for change in changes {
        // A change that is alone needs no savepoint: rolling back the transaction does the same.
        let nested = if alone {
            outer.take()
        } else if let Some(transaction) = &outer {
            transaction.begin().await.ok()
        } else {
            None
        };
        let Some(nested) = nested else { continue };
        let before = (group.sequence, group.entries.len());
        let settled = change(Tx { connection: nested, group }).await;
        group = settled.tx.group;
        let nested = settled.tx.connection;
        if settled.keep {
            anything = true;
            if alone {
                outer = Some(nested);
            } else if let Err(cause) = nested.commit().await {
                (settled.reply)(Err(failed(cause)));
                continue;
            }
            replies.push(settled.reply);
        } else {
            group.entries.truncate(before.1);
            group.sequence = before.0;
            if let Err(cause) = nested.rollback().await {
                tracing::error!(database, %cause, "a refused change could not be rolled back");
            }
            (settled.reply)(Ok(()));
        }
    }
    let Some(outer) = outer else { return };
    let committed = if anything { close_group(outer, head, group).await } else { outer.rollback().await };
    let committed = committed.map_err(failed);
    if let Err(error) = &committed {
        tracing::error!(database, %error, "a group of changes could not be committed");
    }
    for reply in replies {
        reply(committed.clone());
    }
}

/// Where the audit chain and the numbers stand at the start of a group.
struct Head {
    group: i64,
    link: Vec<u8>,
    sequence: i64,
}

async fn open_group(connection: &DatabaseConnection) -> Result<(DatabaseTransaction, Head), DbErr> {
    let transaction = connection
        .begin_with_options(TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        })
        .await?;
    let mut select = Query::select();
    select.columns(["commit_group", "link", "sequence"].map(Alias::new)).from(Alias::new("commit_head"));
    if transaction.get_database_backend() == DbBackend::Postgres {
        select.lock_exclusive();
    }
    let row = transaction.query_one(&select).await?.ok_or_else(|| {
        DbErr::RecordNotFound("commit_head has no row: the database is not migrated".to_owned())
    })?;
    let head = Head {
        group: row.try_get_by_index(0)?,
        link: row.try_get_by_index(1)?,
        sequence: row.try_get_by_index(2)?,
    };
    Ok((transaction, head))
}

async fn close_group(transaction: DatabaseTransaction, head: Head, group: Group) -> Result<(), DbErr> {
    let (number, link) = if group.entries.is_empty() {
        (head.group, head.link)
    } else {
        let number = head.group + 1;
        (number, audit::append(&transaction, number, group.at, &head.link, &group.entries).await?)
    };
    let update = Query::update()
        .table(Alias::new("commit_head"))
        .value(Alias::new("commit_group"), number)
        .value(Alias::new("link"), link)
        .value(Alias::new("sequence"), group.sequence)
        .and_where(Expr::col(Alias::new("id")).eq(1))
        .to_owned();
    transaction.execute(&update).await?;
    transaction.commit().await
}
