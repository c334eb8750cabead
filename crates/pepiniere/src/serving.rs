//! Serving: open the house and its rooms, listen, run the jobs, end gently.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use socle::clock::{Clock, SystemClock};
use socle::config::Config;
use socle::house::House;
use socle::jobs::{self, Job};
use socle::outbox;
use socle::places::Places;
use socle::service::{Finished, Report, Room};
use socle::web::app::{self, Alive, Rooms};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::command_line::WrongUsage;
use crate::services;

/// How long requests under way may last after the program was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(15);

/// The metrics of this process: recorded once, whatever is served.
fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return handle.clone();
    }
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    // Two starts at the same moment, in tests: the first recorder stays.
    let _ = metrics::set_global_recorder(recorder);
    HANDLE.get_or_init(|| handle).clone()
}

/// A house that serves.
pub struct Running {
    pub address: SocketAddr,
    pub house: Arc<House>,
    pub rooms: Rooms,
    stop: watch::Sender<bool>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Stops listening, lets requests and jobs under way end.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = tokio::time::timeout(LAST_REQUESTS, self.server).await;
    }

    /// Waits until the server ends by itself.
    pub async fn ended(self) -> anyhow::Result<()> {
        self.server.await.context("the server was cut")?.context("the server failed")
    }
}

/// Opens the house and the wanted services (all of them unless said).
pub async fn open(
    config: Config,
    clock: Arc<dyn Clock>,
    places: Arc<Places>,
    wanted: Option<Vec<String>>,
) -> anyhow::Result<(Arc<House>, Rooms)> {
    let house = House::open(config, clock, places).await?;
    let all = services();
    if let Some(unknown) =
        wanted.iter().flatten().find(|name| all.iter().all(|one| one.sheet().id != name.as_str()))
    {
        let known: Vec<_> = all.iter().map(|service| service.sheet().id).collect();
        let text =
            format!("--services: no service is called {unknown:?}; expected some of {}", known.join(", "));
        return Err(WrongUsage(text).into());
    }
    let mut rooms: Vec<Arc<dyn Room>> = Vec::new();
    for service in all {
        if wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|name| name == service.sheet().id)) {
            rooms.push(service.open(&house).await?);
        }
    }
    Ok((house, Rooms(Arc::new(rooms))))
}

/// Listens and, when `with_jobs`, runs the jobs.
pub fn listen(
    house: Arc<House>,
    rooms: Rooms,
    listener: TcpListener,
    with_jobs: bool,
) -> anyhow::Result<Running> {
    let (stop, stopping) = watch::channel(false);
    if with_jobs {
        let instance = &house.config.instance();
        let (people, reviewed, base_url) =
            (house.people.clone(), house.people.clone(), house.config.base_url());
        let own = vec![
            outbox::job(people.database().clone(), people.keyring().clone(), house.transports.clone()),
            Job::new(
                "sessions",
                "Oubli des sessions terminées et des messages anciens",
                Duration::from_mins(10),
                move || {
                    let people = people.clone();
                    async move {
                        people.forget_ended().await?;
                        outbox::forget_sent(people.database()).await?;
                        Ok(jobs::Ran::default())
                    }
                },
            ),
            Job::new(
                "dormant-accounts",
                "Fermeture des accès inutilisés depuis un an, effacement des comptes sans rôle",
                Duration::from_hours(6),
                move || {
                    let (people, base_url) = (reviewed.clone(), base_url.clone());
                    async move {
                        let done = people.close_dormant(&base_url).await?;
                        let emptied = people.forget_without_role().await?;
                        Ok(jobs::Ran { done: done.told + done.taken + emptied, more: false })
                    }
                },
            ),
        ];
        jobs::start(house.people.database(), "socle", &house.switches, own, instance, &stopping);
        for room in rooms.0.iter() {
            for one in room.databases() {
                let database = &one.database;
                jobs::start(database, database.name(), &house.switches, one.jobs, instance, &stopping);
            }
        }
    }
    let site = app::build(&house, rooms.clone(), Alive { stopping: stopping.clone(), metrics: metrics() });
    let address = listener.local_addr()?;
    let mut told = stopping;
    let server = tokio::spawn(async move {
        axum::serve(listener, site.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(async move {
                let _ = told.wait_for(|stop| *stop).await;
            })
            .await
    });
    Ok(Running { address, house, rooms, stop, server })
}

/// `pepiniere serve`.
pub async fn serve_until_told(
    config: Config,
    wanted: Option<Vec<String>>,
    report: Report,
) -> anyhow::Result<Finished> {
    let listener = bind(config.server.listen).await?;
    let places = Arc::new(Places::open(&config.store.folder)?);
    let (house, rooms) = open(config, Arc::new(SystemClock), places, wanted).await?;
    let base_url = house.config.base_url();
    let running = listen(house, rooms, listener, true)?;
    report.result(
        &format!("serving on {} ({base_url})", running.address),
        &serde_json::json!({"listening": running.address.to_string(), "base_url": base_url}),
    );
    until_told().await;
    running.stop().await;
    Ok(Finished::Done)
}

/// Binds an address, or says who may hold it.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: is another program using it? Choose another: --listen for demo, [server] listen for serve"))
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn until_told() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
