//! Requests the program makes: to addresses that people typed, never to its own network; to a provider that the
//! configuration names, as far as it says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::http;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Why an address will not be called.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refused {
    #[error("l’adresse n’est pas lisible : {0}")]
    Unreadable(String),
    #[error("l’adresse doit commencer par https://")]
    NotHttps,
    #[error("l’adresse désigne un réseau interne ({0})")]
    Internal(String),
    #[error("l’adresse ne doit contenir ni identifiant ni mot de passe")]
    Credentials,
}

/// How far calls may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, over https.
    Public,
    /// Any address, over https: an administration's own network.
    Internal,
    /// Any address, in clear too: demonstrations and tests, where the other end is on the same machine.
    Anywhere,
}

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// How many times one may be sent to another address.
const MOST_REDIRECTS: usize = 2;

/// Calls outside, and only as far as it may.
#[derive(Clone)]
pub struct Outgoing {
    client: reqwest::Client,
    reach: Reach,
}

/// Why a call brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the answer is longer than {LARGEST_ANSWER} bytes")]
    TooLong,
    #[error("no answer within ten seconds")]
    TooLate,
    #[error("it sends elsewhere more than {MOST_REDIRECTS} times")]
    Astray,
    #[error("{0}")]
    Failed(String),
}

impl From<reqwest::Error> for CallError {
    fn from(cause: reqwest::Error) -> Self {
        if cause.is_timeout() {
            return Self::TooLate;
        }
        // The address may carry a secret: the cause says enough.
        Self::Failed(format!("{:#}", anyhow::Error::new(cause.without_url())))
    }
}

impl Outgoing {
    pub fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        // Installed once for the whole program; a second call finds it there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(5))
            // A proxy of the environment would resolve names for us, past the guard.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("pepiniere")
            .dns_resolver(Arc::new(Within { reach }))
            .build()?;
        Ok(Self { client, reach })
    }

    /// Reads an address a person typed; the resolved addresses are checked again at each call.
    pub fn check(&self, text: &str) -> Result<Url, Refused> {
        let url = Url::parse(text.trim()).map_err(|cause| Refused::Unreadable(cause.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        if url.scheme() != "https" && (self.reach != Reach::Anywhere || url.scheme() != "http") {
            return Err(Refused::NotHttps);
        }
        if self.reach != Reach::Public {
            return Ok(url);
        }
        public(&url)?;
        Ok(url)
    }

    /// Reads a public document, `etag` being that of the copy one has (empty: none). Follows at most
    /// [`MOST_REDIRECTS`] redirections; one that leaves the site it began on never leads to an internal address, however
    /// far other calls may go.
    pub async fn get(&self, url: &str, etag: &str) -> Result<http::Response<Vec<u8>>, CallError> {
        let mut url = self.check(url)?;
        for _ in 0..=MOST_REDIRECTS {
            let mut request = http::Request::get(url.as_str()).header("accept", "application/json");
            if !etag.is_empty() {
                request = request.header("if-none-match", etag);
            }
            let request = request.body(Vec::new()).map_err(|cause| CallError::Failed(cause.to_string()))?;
            let answer = self.call(request).await?;
            let location = answer.headers().get("location").and_then(|value| value.to_str().ok());
            let Some(location) = location.filter(|_| answer.status().is_redirection()) else {
                return Ok(answer);
            };
            let next = url.join(location).map_err(|cause| Refused::Unreadable(cause.to_string()))?;
            let next = self.check(next.as_str())?;
            if next.origin() != url.origin() {
                public(&next)?;
            }
            url = next;
        }
        Err(CallError::Astray)
    }

    /// Posts `body` to an address that [`check`](Self::check) accepted. Success is a 2xx answer.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> anyhow::Result<()> {
        let url = self.check(url)?;
        let mut request = self.client.post(url).header("content-type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let status = request.send().await?.status();
        anyhow::ensure!(status.is_success(), "answered {status}");
        Ok(())
    }

    /// Sends a request to an address that [`check`](Self::check) accepts, and reads its answer whole, whatever its
    /// status.
    pub async fn call(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, CallError> {
        self.check(&request.uri().to_string())?;
        let mut answer = self.client.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if body.len() + piece.len() > LARGEST_ANSWER {
                return Err(CallError::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        let mut whole = http::Response::new(body);
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(whole)
    }
}

/// Whether an address, as it is written, is on the public Internet. What its name resolves to is looked at by each call.
fn public(url: &Url) -> Result<(), Refused> {
    match url.host() {
        None => Err(Refused::Unreadable("aucun nom de machine".to_owned())),
        Some(Host::Ipv4(ip)) if is_internal(IpAddr::V4(ip)) => Err(Refused::Internal(ip.to_string())),
        Some(Host::Ipv6(ip)) if is_internal(IpAddr::V6(ip)) => Err(Refused::Internal(ip.to_string())),
        Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => {
            Err(Refused::Internal(name.to_owned()))
        }
        Some(_) => Ok(()),
    }
}

struct Within {
    reach: Reach,
}

impl Resolve for Within {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let kept: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| reach != Reach::Public || !is_internal(address.ip()))
                .collect();
            if kept.is_empty() {
                return Err(format!("{} has no public address", name.as_str()).into());
            }
            Ok(Box::new(kept.into_iter()) as Addrs)
        })
    }
}

/// Addresses that are not on the public Internet (RFC 6890 and its registry).
fn is_internal(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => internal_v4(ip),
        IpAddr::V6(ip) => internal_v6(ip),
    }
}

fn internal_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 0 && c == 0)
}

fn internal_v6(ip: Ipv6Addr) -> bool {
    if let Some(ip) = ip.to_ipv4_mapped().or_else(|| ip.to_ipv4()) {
        return internal_v4(ip);
    }
    let segments = ip.segments();
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
        || (segments[0] == 0x2001 && segments[1] == 0x0db8)
        || (segments[0] == 0x0064 && segments[1] == 0xff9b)
        || segments[0] == 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_inside_the_house_is_never_called() {
        let outgoing = Outgoing::new(Reach::Public).expect("a client");
        for inside in [
            "https://127.0.0.1/x",
            "https://10.1.2.3/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[fd00::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://localhost/",
            "https://100.64.0.1/",
            "https://0.0.0.0/",
            "https://2130706433/",
        ] {
            assert!(matches!(outgoing.check(inside), Err(Refused::Internal(_))), "{inside}");
        }
        assert_eq!(outgoing.check("http://exemple.fr/"), Err(Refused::NotHttps));
        assert_eq!(outgoing.check("https://moi:secret@exemple.fr/"), Err(Refused::Credentials));
        assert!(outgoing.check("https://exemple.fr/notifications").is_ok());
    }

    #[test]
    fn an_administration_s_own_network_is_called_over_https_only() {
        let outgoing = Outgoing::new(Reach::Internal).expect("a client");
        assert!(outgoing.check("https://10.1.2.3/").is_ok());
        assert_eq!(outgoing.check("http://10.1.2.3/"), Err(Refused::NotHttps));
        assert_eq!(outgoing.check("file:///etc/passwd"), Err(Refused::NotHttps));
        let anywhere = Outgoing::new(Reach::Anywhere).expect("a client");
        assert!(anywhere.check("http://127.0.0.1:8000/").is_ok());
        assert_eq!(anywhere.check("file:///etc/passwd"), Err(Refused::NotHttps));
    }
}
