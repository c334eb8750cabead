use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use super::visitor::house_of;

/// The address a request comes from, by which strangers are counted. Behind a trusted proxy it is the last one
/// the proxy wrote.
#[derive(Clone, Debug)]
pub struct Origin(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let behind_proxy = house_of(parts).config.server.behind_proxy;
        // The proxy appends: the last line it wrote is the one to believe.
        let forwarded = parts.headers.get_all("x-forwarded-for").iter().next_back().filter(|_| behind_proxy);
        let forwarded = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next());
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_string());
        Ok(Self(forwarded.map(|address| address.trim().to_owned()).or(peer).unwrap_or_default()))
    }
}
