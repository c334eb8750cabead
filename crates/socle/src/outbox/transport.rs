use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use sha2::Sha256;

use super::Message;
use crate::outgoing::Outgoing;

/// Sends mail.
#[async_trait::async_trait]
pub trait Mailer: Send + Sync {
    async fn send(&self, to: &str, subject: &str, text: &str) -> anyhow::Result<()>;
}

/// Mail by SMTP.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: lettre::message::Mailbox,
}

impl Smtp {
    /// `url` as `smtps://user:password@host:port`; `from` as `Service <adresse@exemple.fr>`.
    pub fn new(url: &str, from: &str) -> anyhow::Result<Self> {
        Ok(Self {
            transport: AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.build(),
            from: from.parse()?,
        })
    }
}

#[async_trait::async_trait]
impl Mailer for Smtp {
    async fn send(&self, to: &str, subject: &str, text: &str) -> anyhow::Result<()> {
        let message = lettre::Message::builder()
            .from(self.from.clone())
            .to(to.parse()?)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())?;
        self.transport.send(message).await?;
        Ok(())
    }
}

/// Sends nothing: in a demonstration, a page shows what would have been sent.
pub struct Shown;

#[async_trait::async_trait]
impl Mailer for Shown {
    async fn send(&self, _to: &str, _subject: &str, _text: &str) -> anyhow::Result<()> {
        Ok(())
    }
}

/// The ways out.
#[derive(Clone)]
pub struct Transports {
    pub mail: Arc<dyn Mailer>,
    pub http: Outgoing,
    /// In a demonstration nothing leaves this machine: a page shows what would have.
    pub demonstration: bool,
}

impl Transports {
    /// Whether an address may be called at all: in a demonstration, on this machine only.
    pub fn may_call(&self, url: &str) -> bool {
        !self.demonstration || is_this_machine(url)
    }

    pub(super) async fn send(&self, id: i64, at: Timestamp, message: &Message) -> anyhow::Result<()> {
        match message {
            Message::Mail { to, subject, text } => self.mail.send(to, subject, text).await,
            Message::Webhook { url, .. } if !self.may_call(url) => Ok(()),
            Message::Webhook { url, body, secret } => {
                let moment = at.as_second();
                let headers = [
                    ("x-pepiniere-delivery", id.to_string()),
                    ("x-pepiniere-signature", format!("t={moment},v1={}", signature(secret, moment, body))),
                ];
                self.http.post(url, &headers, body.clone()).await
            }
        }
    }
}

fn is_this_machine(url: &str) -> bool {
    let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| host == "127.0.0.1" || host == "localhost" || host == "[::1]")
}

/// HMAC-SHA-256 of `<seconds>.<body>` with the subscription's secret, in hexadecimal.
fn signature(secret: &str, moment: i64, body: &str) -> String {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes any key");
    mac.update(moment.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
