use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::rights::Grant;
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::{place, step_example, step_words};
use crate::connection::{self, CONDITIONS, Connection};
use crate::model::checklist::{Gate, Standing, Step};
use crate::store::{accepted_conditions, operator_notice, operator_of};
use crate::{Registry, SHEET};
use socle::web::{Asked, Filled};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/raccordement", get(show))
        .route("/registre/raccordement/information", post(give_notice))
        .route("/registre/raccordement/conditions", post(accept_conditions))
}

/// The longest address, in characters.
const LONGEST: usize = 500;

/// A step as the page shows it.
pub struct Shown {
    pub number: usize,
    pub title: &'static str,
    pub word: &'static str,
    pub colour: &'static str,
    /// « le 25 novembre 2026 à 14 h 05 »; empty when it is not done.
    pub done: String,
    /// Whether it is the one to do now.
    pub current: bool,
    pub text: String,
    pub href: &'static str,
    pub action: &'static str,
    pub example: String,
    pub form: &'static str,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Given {
    url: String,
}

#[derive(Template)]
#[template(path = "checklist.html")]
struct ChecklistPage {
    page: Page,
    operator: String,
    connected: String,
    closed: Option<String>,
    count: usize,
    total: usize,
    next: &'static str,
    steps: Vec<Shown>,
    given: Given,
    errors: FormErrors,
    conditions: String,
    may_manage: bool,
    feedback: bool,
}

/// The steps of one operator. `acts` for those who may do something about them.
pub fn steps(registry: &Registry, connection: &Connection, acts: bool) -> Vec<Shown> {
    let checklist = &connection.checklist;
    let current = checklist.current();
    let now = registry.house.clock.now();
    let base_url = registry.house.config.base_url();
    Step::ALL
        .into_iter()
        .map(|step| {
            let standing = checklist.standing(step);
            let (word, colour) = match standing {
                Standing::Done(_) => ("Fait", "success"),
                Standing::Unneeded => ("Pas nécessaire", ""),
                Standing::Possible if current == Some(step) => ("À faire maintenant", "info"),
                Standing::Possible => ("À faire", ""),
                Standing::Later => ("Plus tard", ""),
            };
            let open = standing == Standing::Possible;
            let (href, action) = match step {
                Step::SandboxKey if open => ("/registre/bac-a-sable/cles", "Créer une clé du bac à sable"),
                Step::RealKey if open => ("/registre/cles", "Créer une clé du vrai registre"),
                Step::SandboxJourney | Step::SandboxRefusal | Step::SandboxChanges if open => {
                    ("/registre/bac-a-sable/trajets", "Voir ses trajets d’essai")
                }
                Step::RealJourney if open => ("/registre/trajets", "Voir ses trajets"),
                _ => ("", ""),
            };
            Shown {
                number: step.number(),
                title: step_words::title(step),
                word,
                colour,
                done: match standing {
                    Standing::Done(at) => format!("le {}", place::moment(at)),
                    _ => String::new(),
                },
                current: current == Some(step),
                text: text(step, standing, checklist.gate()),
                href: if acts { href } else { "" },
                action,
                example: if open {
                    step_example::of(step, connection, &base_url, now)
                } else {
                    String::new()
                },
                form: if acts && open { form(step) } else { "" },
            }
        })
        .collect()
}

fn form(step: Step) -> &'static str {
    match step {
        Step::Notice => "notice",
        Step::Conditions => "conditions",
        _ => "",
    }
}

/// What to do, or why not yet.
fn text(step: Step, standing: Standing, gate: Gate) -> String {
    let why = match (step, standing, gate) {
        (_, Standing::Done(_) | Standing::Unneeded, _) => return String::new(),
        (Step::RealKey, _, Gate::Steps) => " Elle s’ouvre seule quand les sept premières étapes sont faites.",
        (Step::RealKey, _, Gate::Approval) => {
            " Tout est prêt de votre côté\u{a0}: l’équipe du registre doit maintenant donner son accord. Elle voit votre demande ; vous n’avez rien à faire."
        }
        (Step::RealKey, _, Gate::Closed) => " L’équipe du registre a clos votre demande.",
        (_, Standing::Later, _) => " Faites d’abord l’étape précédente.",
        _ => "",
    };
    format!("{}{why}", step_words::text(step))
}

/// The operator of whoever looks, and how far it got.
async fn own(registry: &Registry, visitor: &Visitor, action: &str) -> Result<Connection, Problem> {
    let scope = visitor.allow(&SHEET, action)?;
    let operator = operator_of(&scope).ok_or(Problem::NotFound)?;
    connection::of(registry, operator).await?.ok_or(Problem::NotFound)
}

fn checklist_page(
    registry: &Registry,
    visitor: &Visitor,
    connection: &Connection,
    given: Given,
    errors: FormErrors,
    done: &Done,
) -> Response {
    let checklist = &connection.checklist;
    let may_manage = visitor.grant(&SHEET, "onboarding.manage") != Grant::No;
    let closed = connection.onboarding.as_ref().filter(|one| one.closed_at.is_some());
    let shown = ChecklistPage {
        page: done.announce(Page::of_service(visitor, &SHEET, "Raccordement")),
        operator: connection.operator.name.clone(),
        connected: connection.operator.connected_at.map_or_else(String::new, place::day),
        closed: closed.map(|one| one.closed_because.clone()),
        count: checklist.count_done(),
        total: Step::ALL.len(),
        next: checklist.current().map_or("", step_words::title),
        steps: steps(registry, connection, may_manage),
        given,
        conditions: CONDITIONS.at(registry.house.clock.now()).version.clone(),
        may_manage,
        feedback: checklist.is_connected(),
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let connection = own(&registry, &visitor, "onboarding.read").await?;
    let given = Given { url: connection.notice.clone().unwrap_or_default() };
    Ok(checklist_page(&registry, &visitor, &connection, given, FormErrors::default(), &done))
}

/// An address that people can open.
fn read_url(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("Indiquez l’adresse de la page où vous informez les personnes.".to_owned());
    }
    let length = typed.chars().count();
    if length > LONGEST {
        return Err(format!("Cette adresse compte {length} caractères ; la limite est de {LONGEST}."));
    }
    let read = url::Url::parse(typed).ok().filter(|url| {
        url.scheme() == "https"
            && url.host_str().is_some_and(|host| host.contains('.'))
            && url.username().is_empty()
            && url.password().is_none()
    });
    read.map(|url| url.to_string()).ok_or_else(|| {
        format!(
            "«\u{a0}{typed}\u{a0}» n’est pas l’adresse d’une page publique\u{a0}: elle doit ressembler à https://www.exemple.fr/vos-donnees"
        )
    })
}

async fn give_notice(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(given): Filled<Given>,
) -> Result<Response, Problem> {
    let connection = own(&registry, &visitor, "onboarding.manage").await?;
    match read_url(&given.url) {
        Ok(url) => {
            let operator = connection.operator.id;
            operator_notice::give(&registry.database, visitor.actor(), operator, url).await?;
            Ok(redirect("/registre/raccordement?fait=information-donnee"))
        }
        Err(text) => {
            let mut errors = FormErrors::default();
            errors.add("url", text);
            Ok(checklist_page(&registry, &visitor, &connection, given, errors, &Done::default()))
        }
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Acceptance {
    conditions: String,
    /// The version that was shown.
    version: String,
}

async fn accept_conditions(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(accepted): Filled<Acceptance>,
) -> Result<Response, Problem> {
    let connection = own(&registry, &visitor, "onboarding.manage").await?;
    let in_force = &CONDITIONS.at(registry.house.clock.now()).version;
    let agent = visitor.signed_in.as_ref().map(|who| who.agent.id).ok_or(Problem::NotFound)?;
    let mut errors = FormErrors::default();
    if accepted.version != *in_force {
        errors.add("conditions", "Les conditions viennent de changer. Relisez-les, puis acceptez-les.");
    } else if accepted.conditions != "oui" {
        errors.add("conditions", "Lisez les conditions d’utilisation, puis cochez cette case.");
    }
    if !errors.is_empty() {
        let given = Given { url: connection.notice.clone().unwrap_or_default() };
        return Ok(checklist_page(&registry, &visitor, &connection, given, errors, &Done::default()));
    }
    let operator = connection.operator.id;
    accepted_conditions::accept(&registry.database, operator, agent, in_force.clone()).await?;
    Ok(redirect("/registre/raccordement?fait=conditions-acceptees"))
}

#[cfg(test)]
mod tests {
    use super::read_url;

    #[test]
    fn a_notice_is_a_page_that_people_can_open() {
        assert_eq!(read_url(" https://exemple.fr/donnees "), Ok("https://exemple.fr/donnees".to_owned()));
        for wrong in [
            "",
            "exemple.fr",
            "http://exemple.fr",
            "https://localhost/",
            "javascript:alert(1)",
            "https://a:b@exemple.fr",
        ] {
            assert!(read_url(wrong).is_err(), "{wrong}");
        }
    }
}
