//! Pages and documents for anyone: home, statistics, notices, help, health.

mod help;
mod home;
mod notices;
mod probes;
mod statistics;

use axum::Router;

use super::app::{Alive, Rooms};

pub(super) fn routes(rooms: Rooms, alive: Alive) -> Router {
    Router::new()
        .merge(home::routes(rooms.clone()))
        .merge(statistics::routes(rooms.clone()))
        .merge(notices::routes(rooms.clone()))
        .merge(help::routes(rooms))
        .merge(probes::routes(alive))
}
