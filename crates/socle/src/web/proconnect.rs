//! Signing in by `ProConnect`: leaving for the provider, coming back, confirming an address, signing out there too.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Deserialize;

use super::answer::{Problem, encode, page, redirect};
use super::app::Rooms;
use super::origin::Origin;
use super::rates::Rate;
use super::sign_in::{ASKING, entered, set_cookie};
use super::visitor::{Visitor, cookie, safe_next};
use crate::chance;
use crate::outbox::Message;
use crate::pages::{FormErrors, Page};
use crate::people::{Agent, Arrived, Challenge, Email, Method, Newcomer, Proof, Refusal};
use crate::proconnect::{Arrival, Failure, Known, ProConnect, RETURN, SIGNED_OUT};

/// Holds the secret of a browser that left for the provider.
pub(super) const BROWSER_COOKIE: &str = "pepiniere_proconnect";
/// Tells a browser that comes back after signing out there.
const SIGNED_OUT_COOKIE: &str = "pepiniere_sortie";
/// How often one address may come back.
const RETURNS: Rate = Rate { name: "proconnect-return", limit: 20, window: 60 };

pub(super) fn routes() -> Router<Rooms> {
    Router::new()
        .route("/connexion/proconnect", get(depart))
        .route(RETURN, get(come_back))
        .route(SIGNED_OUT, get(signed_out))
}

/// Where signing in begins. A link and not a form: providers send browsers further, and browsers forbid what the form of a
/// page with a content policy may lead to.
pub(super) fn address(next: &str) -> String {
    format!("/connexion/proconnect?suite={}", encode(next))
}

#[derive(Deserialize)]
struct Going {
    #[serde(default)]
    suite: String,
}

async fn depart(
    visitor: Visitor,
    Origin(from): Origin,
    headers: HeaderMap,
    Query(going): Query<Going>,
) -> Result<Response, Problem> {
    let house = &visitor.house;
    let proconnect = house.proconnect.as_ref().ok_or(Problem::NotFound)?;
    if !house.rates.count(ASKING, &from, house.clock.now()).allowed {
        return Err(Problem::TooMany);
    }
    let next = safe_next(&going.suite);
    let departure = match proconnect.depart().await {
        Ok(departure) => departure,
        Err(failure) => return Ok(failed(&visitor, &failure, next)),
    };
    // A browser keeps its secret from one tab to the next: each has its own state.
    let browser = cookie(&headers, BROWSER_COOKIE).filter(|secret| secret.len() == 43);
    let browser = browser.unwrap_or_else(chance::secret_text);
    house.people.depart(&departure, &browser, next.to_owned()).await?;
    let mut response = elsewhere(departure.url.as_str())?;
    remember(&visitor, &mut response, &browser);
    Ok(response)
}

/// Gives the browser its secret for the time of a sign-in.
fn remember(visitor: &Visitor, response: &mut Response, browser: &str) {
    set_cookie(visitor, response, &format!("{BROWSER_COOKIE}={browser}; Path=/connexion; Max-Age=900"));
}

/// Sends the browser to another site.
fn elsewhere(url: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(url).map_err(|cause| Problem::internal(&cause))?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response())
}

/// What the provider answers (RFC 6749, section 4.1.2; RFC 9207).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Returned {
    state: String,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

async fn come_back(
    visitor: Visitor,
    Origin(from): Origin,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, Problem> {
    let house = &visitor.house;
    let proconnect = house.proconnect.as_ref().ok_or(Problem::NotFound)?;
    if !house.rates.count(RETURNS, &from, house.clock.now()).allowed {
        return Err(Problem::TooMany);
    }
    let browser = cookie(&headers, BROWSER_COOKIE).unwrap_or_default();
    // Whoever did not leave from here writes nothing, not even in the log.
    let Some((kept, next)) = house.people.come_back(&returned.state, &browser).await? else {
        return Ok(too_late(&visitor, "/"));
    };
    let code = match (returned.error, returned.code) {
        (Some(error), _) => {
            let given_up = error == "access_denied";
            tracing::warn!(error, "the provider of identities let nobody in");
            let refusal = if given_up { Refusal::GivenUp } else { Refusal::Provider };
            house.people.refuse(refusal, None).await?;
            return Ok(if given_up { given_up_page(&visitor, &next) } else { out_of_order(&visitor, &next) });
        }
        (None, Some(code)) if returned.iss.is_none_or(|iss| iss == proconnect.issuer()) => code,
        _ => {
            house.people.refuse(Refusal::Unverified, None).await?;
            return Ok(unverified(&visitor, &next));
        }
    };
    let arrival = match proconnect.arrive(code, kept).await {
        Ok(arrival) => arrival,
        Err(failure) => {
            let refusal = match failure {
                Failure::Unreachable(_) | Failure::CodeRefused(_) => Refusal::Provider,
                Failure::Unverified(_) => Refusal::Unverified,
                Failure::Level(_) => Refusal::Level,
            };
            house.people.refuse(refusal, None).await?;
            return Ok(failed(&visitor, &failure, &next));
        }
    };
    arrive(&visitor, proconnect, arrival, &browser, next).await
}

/// Lets somebody in whom the provider vouches for, or says why not.
async fn arrive(
    visitor: &Visitor,
    proconnect: &ProConnect,
    arrival: Arrival,
    browser: &str,
    next: String,
) -> Result<Response, Problem> {
    let people = &visitor.house.people;
    let known = proconnect.organisations().know(arrival.siret.as_deref(), arrival.siren.as_deref());
    if known != Known::Yes {
        people.refuse(Refusal::Organisation, Some(arrival.identity)).await?;
        return Ok(unknown_organisation(visitor, &known));
    }
    let email = arrival.email.as_deref().and_then(|email| Email::parse(email).ok());
    let shown = email.as_ref().map_or_else(String::new, |email| email.as_str().to_owned());
    let newcomer = Newcomer {
        identity: arrival.identity,
        email,
        proof: Proof {
            methods: vec![Method::ProConnect],
            assurance: arrival.assurance,
            id_token: Some(arrival.id_token),
        },
    };
    let base = visitor.house.config.base_url();
    let letter = move |agent: &Agent, challenge: &Challenge| letter(&base, agent, challenge);
    Ok(match people.arrive(newcomer, browser, next.clone(), letter).await? {
        Arrived::In(secret) => entered(visitor, &secret, &next),
        Arrived::ToConfirm(id) => {
            let mut response = confirmation_page(visitor, id, &shown, FormErrors::default());
            // The browser may answer as long as the letter is good.
            remember(visitor, &mut response, browser);
            response
        }
        Arrived::Refused(refusal) => refused(visitor, refusal, &shown, &next),
    })
}

fn letter(base: &str, agent: &Agent, challenge: &Challenge) -> Message {
    Message::Mail {
        to: agent.email.clone(),
        subject: "Confirmez votre première connexion par ProConnect".to_owned(),
        text: format!(
            "Bonjour {},\n\nQuelqu’un vient de se connecter par ProConnect avec votre adresse. Si c’est vous, confirmez-le une \
             fois : ouvrez ce lien dans le navigateur où vous avez commencé :\n{base}/connexion/lien/{}/{}\n\nOu saisissez ce \
             code sur la page restée ouverte : {}\n\nLe lien et le code servent une fois, pendant 15 minutes. Si ce n’est pas \
             vous, n’ouvrez pas le lien et ne donnez ce code à personne : sans lui, personne n’entre dans votre compte.\n",
            agent.name, challenge.id, challenge.secret, challenge.code
        ),
    }
}

#[derive(Template)]
#[template(path = "sign_in/confirmation.html")]
struct ConfirmationPage {
    page: Page,
    id: String,
    email: String,
    errors: FormErrors,
    demonstration: bool,
}

/// Asks for the code sent to the account's address, once for an identity.
pub(super) fn confirmation_page(visitor: &Visitor, id: String, email: &str, errors: FormErrors) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let demonstration = visitor.house.config.demonstration;
    let page_ = Page::of_the_house(visitor, "Confirmez votre adresse");
    let shown = ConfirmationPage { page: page_, id, email: email.to_owned(), errors, demonstration };
    let mut response = page(&shown);
    *response.status_mut() = status;
    response
}

/// Why nobody came in, and what one may do now.
#[derive(Template)]
#[template(path = "sign_in/not_in.html")]
struct NotInPage {
    page: Page,
    title: &'static str,
    text: String,
    /// What to do, in sentences.
    advice: &'static str,
    /// Where to begin again, when it may help.
    again: Option<String>,
    /// The way by e-mail, when it may help.
    by_email: Option<String>,
}

/// Says it. `again` and `by_email`: whether these ways may help.
fn not_in(
    visitor: &Visitor,
    status: StatusCode,
    (title, text, advice): (&'static str, String, &'static str),
    next: &str,
    (again, by_email): (bool, bool),
) -> Response {
    let shown = NotInPage {
        page: Page::of_the_house(visitor, title),
        title,
        text,
        advice,
        again: again.then(|| address(next)),
        by_email: by_email.then(|| format!("/connexion?suite={}#courriel", encode(next))),
    };
    let mut response = page(&shown);
    *response.status_mut() = status;
    response
}

const BOTH_WAYS: &str =
    "Recommencez. Si cela ne marche toujours pas, recevez un lien par courriel : il mène au même compte.";

fn too_late(visitor: &Visitor, next: &str) -> Response {
    let words = (
        "Cette connexion n’est plus valable",
        "Elle a déjà servi, elle a commencé il y a plus de dix minutes, ou elle a commencé dans un autre navigateur.".to_owned(),
        BOTH_WAYS,
    );
    not_in(visitor, StatusCode::GONE, words, next, (true, true))
}

fn given_up_page(visitor: &Visitor, next: &str) -> Response {
    let words = (
        "Vous n’êtes pas connecté",
        "La connexion a été abandonnée chez ProConnect. Rien n’a été transmis.".to_owned(),
        "Recommencez, ou recevez un lien par courriel.",
    );
    not_in(visitor, StatusCode::FORBIDDEN, words, next, (true, true))
}

fn out_of_order(visitor: &Visitor, next: &str) -> Response {
    let words = (
        "ProConnect ne répond pas",
        "ProConnect est injoignable, ou il a refusé notre demande. Ce n’est pas de votre fait.".to_owned(),
        "Recevez un lien par courriel : il mène au même compte. Ou recommencez dans quelques minutes.",
    );
    not_in(visitor, StatusCode::BAD_GATEWAY, words, next, (true, true))
}

fn unverified(visitor: &Visitor, next: &str) -> Response {
    let words = (
        "La réponse de ProConnect n’est pas sûre",
        "Nous n’avons pas pu vérifier qu’elle vient de ProConnect et qu’elle vous est destinée. Personne n’a été connecté.".to_owned(),
        BOTH_WAYS,
    );
    not_in(visitor, StatusCode::BAD_GATEWAY, words, next, (true, true))
}

/// A link that answers for another browser: somebody else may have begun.
pub(super) fn other_browser(visitor: &Visitor) -> Response {
    let words = (
        "Ouvrez ce lien là où vous avez commencé",
        "Ce lien confirme une connexion par ProConnect commencée dans un autre navigateur. Il n’a pas servi."
            .to_owned(),
        "Si c’est vous, saisissez le code du message sur la page restée ouverte, ou recommencez ici. Si ce n’est pas vous, n’allez pas plus loin et ne donnez ce code à personne.",
    );
    not_in(visitor, StatusCode::FORBIDDEN, words, "/", (true, false))
}

fn failed(visitor: &Visitor, failure: &Failure, next: &str) -> Response {
    tracing::warn!(%failure, "nobody came in by the provider of identities");
    match failure {
        Failure::Unreachable(_) => out_of_order(visitor, next),
        Failure::CodeRefused(_) => too_late(visitor, next),
        Failure::Unverified(_) => unverified(visitor, next),
        Failure::Level(seen) => {
            let seen = if seen.is_empty() { "aucun" } else { seen };
            let words = (
                "Votre connexion n’est pas assez sûre",
                format!(
                    "Le niveau d’authentification annoncé par votre administration ({seen}) n’est pas de ceux que ce service accepte."
                ),
                "Écrivez à l’équipe en citant ce niveau, ou recevez un lien par courriel.",
            );
            not_in(visitor, StatusCode::FORBIDDEN, words, next, (false, true))
        }
    }
}

fn unknown_organisation(visitor: &Visitor, known: &Known) -> Response {
    let text = match known {
        Known::No(seen) => format!(
            "ProConnect vous rattache à l’organisation {}. Elle n’est pas de celles dont les agents entrent ici par ProConnect. Aucun compte n’a été créé.",
            shortened(seen)
        ),
        _ => "ProConnect n’a pas dit à quelle organisation vous appartenez : son numéro SIRET manque. Aucun compte n’a été créé.".to_owned(),
    };
    let advice = "Ce numéro est le bon ? Écrivez à l’équipe en le citant, pour qu’elle ajoute votre organisation. Il est faux ou il manque ? Demandez à votre administration de le corriger dans votre annuaire.";
    let words = ("Votre organisation n’est pas connue ici", text, advice);
    not_in(visitor, StatusCode::FORBIDDEN, words, "/", (false, false))
}

/// What a provider says, when it is to be read: a number, not a novel.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn refused(visitor: &Visitor, refusal: Refusal, email: &str, next: &str) -> Response {
    match refusal {
        Refusal::Blocked => {
            let words = (
                "Votre compte est bloqué",
                "ProConnect vous a bien reconnu, mais votre accès a été fermé ici.".to_owned(),
                "Demandez à la personne qui administre votre organisation, ou écrivez à l’équipe.",
            );
            not_in(visitor, StatusCode::FORBIDDEN, words, next, (false, false))
        }
        Refusal::TooManyLinks => {
            let words = (
                "Trop de messages demandés",
                "Cinq messages sont déjà partis vers votre adresse en un quart d’heure.".to_owned(),
                "Attendez quinze minutes, puis recommencez.",
            );
            not_in(visitor, StatusCode::TOO_MANY_REQUESTS, words, next, (true, false))
        }
        _ => {
            let seen = if email.is_empty() {
                "sans adresse électronique".to_owned()
            } else {
                format!("avec l’adresse {email}")
            };
            let words = (
                "Aucun rôle ne vous est attribué ici",
                format!(
                    "ProConnect vous a bien reconnu, {seen}, mais personne ne vous a invité avec cette adresse. Aucun compte n’a été créé."
                ),
                "Demandez à la personne qui administre votre organisation dans ce service de vous inviter avec cette adresse, ou écrivez à l’équipe.",
            );
            not_in(visitor, StatusCode::FORBIDDEN, words, next, (false, false))
        }
    }
}

#[derive(Template)]
#[template(path = "sign_in/leaving.html")]
struct LeavingPage {
    page: Page,
    /// Where the provider ends its session.
    there: String,
}

/// Sends a browser whose session here is over to end the one at the provider.
///
/// A page, not a redirection: this answers a form, and the content policy would stop it wherever the provider leads.
pub(super) async fn sign_out_there(visitor: &Visitor, id_token: &str) -> Response {
    let Some(proconnect) = &visitor.house.proconnect else { return redirect("/") };
    let state = chance::secret_text();
    let Some(there) = proconnect.end_session(id_token, &state).await else { return redirect("/") };
    let page_ = Page::of_the_house(visitor, "Déconnexion");
    let mut response = page(&LeavingPage { page: page_, there: there.into() });
    set_cookie(
        visitor,
        &mut response,
        &format!("{SIGNED_OUT_COOKIE}={state}; Path={SIGNED_OUT}; Max-Age=600"),
    );
    response
}

#[derive(Template)]
#[template(path = "sign_in/signed_out.html")]
struct SignedOutPage {
    page: Page,
}

#[derive(Deserialize)]
struct Out {
    #[serde(default)]
    state: String,
}

async fn signed_out(
    visitor: Visitor,
    headers: HeaderMap,
    Query(out): Query<Out>,
) -> Result<Response, Problem> {
    if visitor.house.proconnect.is_none() {
        return Err(Problem::NotFound);
    }
    let expected = cookie(&headers, SIGNED_OUT_COOKIE).filter(|state| !state.is_empty());
    if expected.is_none_or(|state| state != out.state) {
        return Ok(redirect("/"));
    }
    let mut response = page(&SignedOutPage { page: Page::of_the_house(&visitor, "Vous êtes déconnecté") });
    set_cookie(&visitor, &mut response, &format!("{SIGNED_OUT_COOKIE}=; Path={SIGNED_OUT}; Max-Age=0"));
    Ok(response)
}
