//! Requests the program makes to addresses that people typed: never to its own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

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

/// Calls outside, and only outside.
#[derive(Clone)]
pub struct Outgoing {
    client: reqwest::Client,
    allow_internal: bool,
}

impl Outgoing {
    /// `allow_internal` is for demonstrations and tests, where the other end is on the same machine.
    pub fn new(allow_internal: bool) -> Result<Self, reqwest::Error> {
        // Installed once for the whole program; a second call finds it there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(10))
            .connect_timeout(Duration::from_secs(5))
            // A proxy of the environment would resolve names for us, past the guard.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent("pepiniere")
            .dns_resolver(Arc::new(PublicOnly { allow_internal }))
            .build()?;
        Ok(Self { client, allow_internal })
    }

    /// Reads an address a person typed; the resolved addresses are checked again at each call.
    pub fn check(&self, text: &str) -> Result<Url, Refused> {
        let url = Url::parse(text.trim()).map_err(|cause| Refused::Unreadable(cause.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        if self.allow_internal && url.scheme() == "http" {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(Refused::NotHttps);
        }
        match url.host() {
            None => Err(Refused::Unreadable("aucun nom de machine".to_owned())),
            Some(Host::Ipv4(ip)) if is_internal(IpAddr::V4(ip)) => Err(Refused::Internal(ip.to_string())),
            Some(Host::Ipv6(ip)) if is_internal(IpAddr::V6(ip)) => Err(Refused::Internal(ip.to_string())),
            Some(Host::Domain(name)) if name == "localhost" || name.ends_with(".localhost") => {
                Err(Refused::Internal(name.to_owned()))
            }
            Some(_) => Ok(url),
        }
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
}

struct PublicOnly {
    allow_internal: bool,
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_internal = self.allow_internal;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let kept: Vec<SocketAddr> =
                found.into_iter().filter(|address| allow_internal || !is_internal(address.ip())).collect();
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
        let outgoing = Outgoing::new(false).expect("a client");
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
}
