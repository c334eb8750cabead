//! The provider, over our own outgoing calls.

use futures::future::BoxFuture;
use openidconnect::core::CoreClient;
use openidconnect::{
    AsyncHttpClient, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IssuerUrl, ProviderMetadataWithLogout,
};

use super::Failure;
use crate::outgoing::{CallError, Outgoing};

/// What a provider says of itself, its keys included.
pub(super) type Metadata = ProviderMetadataWithLogout;

/// A client whose addresses come from the provider.
pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Our outgoing calls, as the protocol's library asks for them.
pub(super) struct Caller(pub(super) Outgoing);

impl<'c> AsyncHttpClient<'c> for Caller {
    type Error = CallError;
    type Future = BoxFuture<'c, Result<HttpResponse, CallError>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.call(request))
    }
}

/// Reads the configuration of `issuer`, then its keys.
pub(super) async fn discover(issuer: &str, caller: &Caller) -> Result<Metadata, Failure> {
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|cause| Failure::Unverified(cause.to_string()))?;
    Metadata::discover_async(issuer, caller).await.map_err(|cause| match cause {
        DiscoveryError::Request(cause) => Failure::Unreachable(cause.to_string()),
        DiscoveryError::Response(status, _, _) => {
            Failure::Unreachable(format!("its configuration answers {status}"))
        }
        other => Failure::Unverified(format!("its configuration: {other}")),
    })
}
