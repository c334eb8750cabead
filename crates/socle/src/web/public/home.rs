use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::outbox::{self, Message};
use crate::pages::{Page, format};
use crate::service::Sheet;
use crate::web::app::Rooms;
use crate::web::{Problem, Visitor, page};

pub(super) fn routes(rooms: Rooms) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/demonstration", get(demonstration))
        .route("/demonstration/messages", get(messages))
        .with_state(rooms)
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
    services: Vec<&'static Sheet>,
    demonstration: bool,
}

async fn home(State(rooms): State<Rooms>, visitor: Visitor) -> Response {
    let page_ = Page::of_the_house(&visitor, "Accueil");
    let services = rooms.0.iter().map(|room| room.sheet()).collect();
    page(&HomePage { page: page_, services, demonstration: visitor.house.config.demonstration })
}

/// A role one can take in one click.
struct Entry {
    href: String,
    role: String,
    organisation: String,
    person: String,
}

#[derive(Template)]
#[template(path = "demonstration.html")]
struct DemonstrationPage {
    page: Page,
    services: Vec<(&'static str, Vec<Entry>)>,
}

async fn demonstration(State(rooms): State<Rooms>, visitor: Visitor) -> Result<Response, Problem> {
    let house = &visitor.house;
    if !house.config.demonstration {
        return Err(Problem::NotFound);
    }
    let agents = house.people.agents().await?;
    let mut services = Vec::new();
    for room in rooms.0.iter() {
        let sheet = room.sheet();
        let mut entries = Vec::new();
        for role in house.people.members_of(sheet.id, None).await? {
            let person = agents.iter().find(|agent| agent.id == role.agent_id);
            entries.push(Entry {
                href: crate::web::demonstration_link(house, role.id).await?,
                role: sheet.rights.role(&role.role).map_or(role.role.clone(), |known| known.title.to_owned()),
                organisation: role.tenant_name,
                person: person.map_or_else(String::new, |person| person.name.clone()),
            });
        }
        services.push((sheet.name, entries));
    }
    Ok(page(&DemonstrationPage {
        page: Page::of_the_house(&visitor, "Entrer dans la démonstration"),
        services,
    }))
}

/// A message that would have been sent.
struct Shown {
    when: String,
    channel: &'static str,
    to: String,
    subject: String,
    text: String,
}

impl Shown {
    fn title(&self) -> &str {
        if self.subject.is_empty() { self.channel } else { &self.subject }
    }
}

#[derive(Template)]
#[template(path = "messages.html")]
struct MessagesPage {
    page: Page,
    messages: Vec<Shown>,
}

async fn messages(State(rooms): State<Rooms>, visitor: Visitor) -> Result<Response, Problem> {
    let house = &visitor.house;
    if !house.config.demonstration {
        return Err(Problem::NotFound);
    }
    let mut found = outbox::latest(house.people.database(), house.people.keyring(), 50).await?;
    for room in rooms.0.iter() {
        for one in room.databases() {
            found.extend(outbox::latest(&one.database, &one.keyring, 50).await?);
        }
    }
    found.sort_by_key(|(posted, _)| std::cmp::Reverse(posted.created_at));
    let messages = found
        .into_iter()
        .map(|(posted, message)| {
            let when = format::date_time(posted.created_at.timestamp(), &format::paris());
            match message {
                Message::Mail { to, subject, text } => Shown { when, channel: "Courriel", to, subject, text },
                Message::Webhook { url, body, .. } => Shown {
                    when,
                    channel: "Notification à une machine",
                    to: url,
                    subject: String::new(),
                    text: body,
                },
            }
        })
        .collect();
    Ok(page(&MessagesPage { page: Page::of_the_house(&visitor, "Messages qui seraient partis"), messages }))
}
