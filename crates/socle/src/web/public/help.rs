use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use axum::{Form, Router};
use sea_orm::ConnectionTrait as _;
use sea_orm::sea_query::{Alias, Expr, Query as Sql};
use serde::Deserialize;

use crate::audit::Entry;
use crate::outbox::{self, Message};
use crate::pages::{Choice, FormErrors, Page};
use crate::people::{Email, PeopleError};
use crate::store::Instant;
use crate::web::app::Rooms;
use crate::web::rates::Rate;
use crate::web::{Origin, Problem, Visitor, page};

/// How often one address may write.
const WRITING: Rate = Rate { name: "help", limit: 5, window: 60 };
/// The longest message, in characters.
const LONGEST: usize = 4_000;

pub(super) fn routes(rooms: Rooms) -> Router {
    Router::new().route("/aide", get(ask).post(send)).with_state(rooms)
}

#[derive(Deserialize, Default)]
struct About {
    #[serde(default)]
    service: String,
}

#[derive(Deserialize, Default, Clone)]
struct Asked {
    #[serde(default)]
    service: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    message: String,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    page: Page,
    asked: Asked,
    services: Vec<Choice>,
    errors: FormErrors,
    sent: bool,
    team_email: String,
}

fn help_page(rooms: &Rooms, visitor: &Visitor, asked: Asked, errors: FormErrors, sent: bool) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let services = rooms
        .0
        .iter()
        .map(|room| Choice::new(room.sheet().id, room.sheet().name, &asked.service))
        .chain([Choice::new("", "Autre chose", &asked.service)])
        .collect();
    let team_email = visitor.house.config.contact.team_email.clone();
    let title = if sent { "Votre demande est transmise" } else { "Besoin d’aide" };
    let mut response = page(&HelpPage {
        page: Page::of_the_house(visitor, title),
        asked,
        services,
        errors,
        sent,
        team_email,
    });
    *response.status_mut() = status;
    response
}

async fn ask(State(rooms): State<Rooms>, visitor: Visitor, Query(about): Query<About>) -> Response {
    let email = visitor.signed_in.as_ref().map_or_else(String::new, |who| who.agent.email.clone());
    let asked = Asked { service: about.service, email, message: String::new() };
    help_page(&rooms, &visitor, asked, FormErrors::default(), false)
}

async fn send(
    State(rooms): State<Rooms>,
    visitor: Visitor,
    Origin(from): Origin,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let house = &visitor.house;
    if !house.rates.count(WRITING, &from, house.clock.now()).allowed {
        return Err(Problem::TooMany);
    }
    let mut errors = FormErrors::default();
    let email = Email::parse(&asked.email).map_err(|error| errors.add("email", error.to_string())).ok();
    let length = asked.message.trim().chars().count();
    if length == 0 {
        errors.add("message", "Écrivez votre question, même en quelques mots.");
    } else if length > LONGEST {
        errors.add(
            "message",
            format!("Votre message compte {length} caractères ; la limite est de {LONGEST}."),
        );
    }
    let Some(email) = email.filter(|_| errors.is_empty()) else {
        return Ok(help_page(&rooms, &visitor, asked, errors, false));
    };
    let service = rooms.sheet(&asked.service).map_or("la plateforme", |sheet| sheet.name);
    let key = house.people.keyring().current("help", "people").await?;
    let team = house.config.contact.team_email.clone();
    let message = Message::Mail {
        to: team,
        subject: format!("Demande d’aide : {service}"),
        text: format!("De : {}\nService : {service}\n\n{}\n", email.as_str(), asked.message.trim()),
    };
    let sealed_text =
        serde_json::json!({"email": email.as_str(), "message": asked.message.trim()}).to_string();
    let (actor, service_id) = (visitor.actor(), asked.service.clone());
    house
        .people
        .database()
        .write::<_, PeopleError, _>(move |tx| {
            Box::pin(async move {
                let id = tx.next_number();
                let insert = Sql::insert()
                    .into_table(Alias::new("help_requests"))
                    .columns(["id", "service", "sealed", "created_at"].map(Alias::new))
                    .values_panic([
                        id.into(),
                        service_id.as_str().into(),
                        key.seal(&format!("help {id}"), sealed_text.as_bytes()).into(),
                        Expr::val(Instant::from(tx.now())),
                    ])
                    .to_owned();
                tx.connection().execute(&insert).await?;
                outbox::post(tx, &key, "help", &format!("help {id}"), &message).await?;
                tx.record(Entry::new(actor, "help.asked", "help_request", id));
                Ok(())
            })
        })
        .await?;
    Ok(help_page(&rooms, &visitor, asked, FormErrors::default(), true))
}
