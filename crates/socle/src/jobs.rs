//! What happens without a request: one list per service, leased so that one instance runs each job, retried
//! with growing pauses, visible to the people who run the program.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, QueryOrder as _};
use tokio::sync::{Notify, watch};

use crate::store::{Database, Instant, StoreError};
use crate::switches::Switches;

/// How long a run may last before another instance takes the job over.
const LEASE: SignedDuration = SignedDuration::from_mins(1);
/// After so long a job lets its lease go and asks for it again.
const RENEW: Duration = Duration::from_secs(20);
/// The longest pause after failures.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// What one run did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ran {
    /// How many things were treated.
    pub done: u64,
    /// Whether more wait: then the job runs again at once.
    pub more: bool,
}

type Run = Arc<dyn Fn() -> BoxFuture<'static, anyhow::Result<Ran>> + Send + Sync>;

/// A thing to do again and again. Each run must be idempotent: it may be cut and done again.
#[derive(Clone)]
pub struct Job {
    /// Stable name, unique in its database.
    pub kind: &'static str,
    /// What people read.
    pub title: &'static str,
    /// The longest time between two runs.
    pub every: Duration,
    /// Wakes the job earlier, in this process.
    pub wake: Arc<Notify>,
    /// Names the switch that cuts it, if one does.
    pub switch: Option<&'static str>,
    run: Run,
}

impl Job {
    pub fn new<F, R>(kind: &'static str, title: &'static str, every: Duration, run: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = anyhow::Result<Ran>> + Send + 'static,
    {
        Self {
            kind,
            title,
            every,
            wake: Arc::new(Notify::new()),
            switch: None,
            run: Arc::new(move || Box::pin(run())),
        }
    }

    /// Uses `wake` to be woken.
    #[must_use]
    pub fn woken_by(mut self, wake: Arc<Notify>) -> Self {
        self.wake = wake;
        self
    }

    /// Does nothing while this switch of its service is cut.
    #[must_use]
    pub fn cut_by(mut self, switch: &'static str) -> Self {
        self.switch = Some(switch);
        self
    }

    /// Runs once, now, whoever holds the lease: for tests and commands.
    pub async fn run_now(&self) -> anyhow::Result<Ran> {
        (self.run)().await
    }
}

/// The state of a job, for the page that shows it.
pub type JobState = Model;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// Not before.
    pub run_at: Instant,
    pub leased_until: Option<Instant>,
    pub leased_by: Option<String>,
    /// Failures in a row.
    pub failures: i32,
    pub last_error: Option<String>,
    pub last_started_at: Option<Instant>,
    pub last_finished_at: Option<Instant>,
    /// Things treated since the beginning.
    pub done: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The state of every job of `database`.
pub async fn states(database: &Database) -> Result<Vec<JobState>, StoreError> {
    Ok(Entity::find().order_by_asc(Column::Kind).all(database.read()).await?)
}

/// Starts the jobs of `service`, kept in `database`; they end when `stop` becomes true, after their present run.
pub fn start(
    database: &Database,
    service: &'static str,
    switches: &Switches,
    jobs: Vec<Job>,
    instance: &str,
    stop: &watch::Receiver<bool>,
) {
    for job in jobs {
        let switches = switches.clone();
        let is_cut = move || job.switch.is_some_and(|name| switches.cut(service, name).is_some());
        tokio::spawn(repeat(database.clone(), job.clone(), is_cut, instance.to_owned(), stop.clone()));
    }
}

async fn repeat(
    database: Database,
    job: Job,
    is_cut: impl Fn() -> bool + Send,
    instance: String,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let ran = if is_cut() { Ok(false) } else { run_leased(&database, &job, &instance).await };
        let pause = match ran {
            Ok(true) => Duration::ZERO,
            Ok(false) => job.every,
            Err(error) => {
                tracing::error!(job = job.kind, %error, "a job could not be leased or closed");
                job.every.max(Duration::from_secs(5))
            }
        };
        if *stop.borrow() {
            return;
        }
        if pause.is_zero() {
            tokio::task::yield_now().await;
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = job.wake.notified() => {}
            _ = stop.changed() => return,
        }
    }
}

/// Leases, runs and closes; whether more waits.
async fn run_leased(database: &Database, job: &Job, instance: &str) -> Result<bool, StoreError> {
    if !lease(database, job.kind, instance).await? {
        return Ok(false);
    }
    let mut done = 0;
    let started = std::time::Instant::now();
    let outcome = loop {
        // A run that panics is a run that failed.
        let ran = AssertUnwindSafe((job.run)()).catch_unwind().await;
        match ran.unwrap_or_else(|_| Err(anyhow::anyhow!("the job panicked"))) {
            Ok(ran) => {
                done += ran.done;
                // The lease is renewed by closing and leasing again, well before it ends.
                if !ran.more || started.elapsed() > RENEW {
                    break Ok(ran.more);
                }
            }
            Err(error) => break Err(error),
        }
    };
    if let Err(error) = &outcome {
        tracing::warn!(job = job.kind, error = format!("{error:#}"), "a job failed, it will be tried again");
    }
    metrics::counter!("pepiniere_job_done", "job" => job.kind).increment(done);
    let more = matches!(outcome, Ok(true));
    close(database, job.kind, instance, done, outcome.err().map(|error| format!("{error:#}"))).await?;
    Ok(more)
}

async fn lease(database: &Database, kind: &'static str, instance: &str) -> Result<bool, StoreError> {
    let instance = instance.to_owned();
    database
        .write(move |tx| {
            Box::pin(async move {
                let now = Instant::from(tx.now());
                let fresh = ActiveModel {
                    kind: Set(kind.to_owned()),
                    run_at: Set(now),
                    failures: Set(0),
                    done: Set(0),
                    ..Default::default()
                };
                Entity::insert(fresh)
                    .on_conflict(OnConflict::column(Column::Kind).do_nothing().to_owned())
                    .exec_without_returning(tx.connection())
                    .await?;
                let leased = Entity::update_many()
                    .set(ActiveModel {
                        leased_until: Set(Some((tx.now() + LEASE).into())),
                        leased_by: Set(Some(instance.clone())),
                        last_started_at: Set(Some(now)),
                        ..Default::default()
                    })
                    .filter(Column::Kind.eq(kind))
                    .filter(Column::RunAt.lte(now))
                    .filter(
                        Condition::any()
                            .add(Column::LeasedUntil.is_null())
                            .add(Column::LeasedUntil.lt(now))
                            // Its own lease, from before it was killed: instances have distinct names.
                            .add(Column::LeasedBy.eq(instance)),
                    )
                    .exec(tx.connection())
                    .await?;
                Ok(leased.rows_affected == 1)
            })
        })
        .await
}

async fn close(
    database: &Database,
    kind: &'static str,
    instance: &str,
    done: u64,
    error: Option<String>,
) -> Result<(), StoreError> {
    let instance = instance.to_owned();
    database
        .write(move |tx| {
            Box::pin(async move {
                let Some(state) = Entity::find_by_id(kind).one(tx.connection()).await? else { return Ok(()) };
                let now = tx.now();
                let failures = if error.is_some() { state.failures + 1 } else { 0 };
                let pause = if failures == 0 {
                    SignedDuration::ZERO
                } else {
                    std::cmp::min(SignedDuration::from_secs(1 << failures.clamp(1, 12)), LONGEST_PAUSE)
                };
                Entity::update_many()
                    .set(ActiveModel {
                        run_at: Set((now + pause).into()),
                        leased_until: Set(None),
                        leased_by: Set(None),
                        failures: Set(failures),
                        last_error: Set(error),
                        last_finished_at: Set(Some(now.into())),
                        done: Set(state.done + i64::try_from(done).unwrap_or(i64::MAX)),
                        ..Default::default()
                    })
                    .filter(Column::Kind.eq(kind))
                    .filter(Column::LeasedBy.eq(instance))
                    .exec(tx.connection())
                    .await?;
                Ok(())
            })
        })
        .await
}
