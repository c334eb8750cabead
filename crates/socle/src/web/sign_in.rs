//! Signing in, choosing a role, signing out.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, Router};
use serde::Deserialize;

use super::answer::{Problem, page, redirect};
use super::app::Rooms;
use super::origin::Origin;
use super::proconnect::{self, BROWSER_COOKIE};
use super::rates::Rate;
use super::visitor::{Visitor, cookie, safe_next};
use crate::chance;
use crate::outbox::Message;
use crate::pages::{FormErrors, Page, format};
use crate::people::{
    Answered, Challenge, ChallengeRefused, CodeRefused, Email, Method, Proof, SESSION_COOKIE, SignedIn,
};
use crate::seal::{Linkage, LinkageKind};
use crate::service::DemonstrationAccount;

/// How many second codes one agent may try.
const SECOND_CODES: Rate = Rate { name: "second-code", limit: 5, window: 300 };
/// How many codes one address may type.
const TYPING: Rate = Rate { name: "typed-code", limit: 20, window: 300 };
/// How often one address may ask for links.
pub(super) const ASKING: Rate = Rate { name: "sign-in", limit: 20, window: 60 };

pub(super) fn routes(rooms: Rooms) -> Router {
    Router::new()
        .route("/connexion", get(ask_email).post(send_link))
        .route("/connexion/lien/{id}/{secret}", get(confirm_link).post(follow_link))
        .route("/connexion/code-recu", post(typed_code))
        .route("/connexion/code", get(second_proof).post(check_second_proof))
        .route("/role", get(choose_role).post(take_role))
        .route("/deconnexion", post(sign_out))
        .route("/demonstration/entrer/{token}", get(enter_demonstration))
        .merge(proconnect::routes())
        .with_state(rooms)
}

#[derive(Deserialize)]
struct Going {
    #[serde(default)]
    suite: String,
}

#[derive(Template)]
#[template(path = "sign_in/email.html")]
struct EmailPage {
    page: Page,
    next: String,
    email: String,
    errors: FormErrors,
    demonstration: bool,
    /// Where `ProConnect` begins, when it is configured.
    proconnect: Option<String>,
}

async fn ask_email(visitor: Visitor, Query(going): Query<Going>) -> Response {
    email_page(&visitor, &going.suite, String::new(), FormErrors::default())
}

fn email_page(visitor: &Visitor, next: &str, email: String, errors: FormErrors) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let demonstration = visitor.house.config.demonstration;
    let next = safe_next(next).to_owned();
    let page_ = Page::of_the_house(visitor, "Se connecter");
    let proconnect = visitor.house.proconnect.as_ref().map(|_| proconnect::address(&next));
    let mut response = page(&EmailPage { page: page_, next, email, errors, demonstration, proconnect });
    *response.status_mut() = status;
    response
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    email: String,
    #[serde(default)]
    suite: String,
}

#[derive(Template)]
#[template(path = "sign_in/sent.html")]
struct SentPage {
    page: Page,
    id: String,
    email: String,
    errors: FormErrors,
    demonstration: bool,
}

async fn send_link(
    visitor: Visitor,
    Origin(from): Origin,
    Form(asked): Form<Asked>,
) -> Result<Response, Problem> {
    let house = &visitor.house;
    if !house.rates.count(ASKING, &from, house.clock.now()).allowed {
        return Err(Problem::TooMany);
    }
    let email = match Email::parse(&asked.email) {
        Ok(email) => email,
        Err(error) => {
            let mut errors = FormErrors::default();
            errors.add("email", error.to_string());
            return Ok(email_page(&visitor, &asked.suite, asked.email, errors));
        }
    };
    // The answer is the same whether the account exists or not: nobody learns who works here.
    let mut id = chance::secret_text();
    let agent = house.people.agent_by_email(&email).await?.filter(|agent| agent.blocked_at.is_none());
    if let Some(agent) = agent {
        let (base, name, to) = (house.config.base_url(), agent.name.clone(), email.as_str().to_owned());
        let letter = move |challenge: &Challenge| Message::Mail {
            to,
            subject: "Votre lien de connexion".to_owned(),
            text: format!(
                "Bonjour {name},\n\nPour vous connecter, ouvrez ce lien :\n{base}/connexion/lien/{}/{}\n\nOu saisissez ce \
                 code sur la page restée ouverte : {}\n\nLe lien et le code servent une fois, pendant 15 minutes. Si vous \
                 n’avez rien demandé, ignorez ce message.\n",
                challenge.id, challenge.secret, challenge.code
            ),
        };
        match house.people.challenge(&agent, safe_next(&asked.suite).to_owned(), letter).await {
            Ok(challenge) => id = challenge.id,
            Err(ChallengeRefused::People(error)) => return Err(error.into()),
            // Too many links: the earlier ones still work, and a stranger learns nothing.
            Err(_) => {}
        }
    }
    Ok(sent_page(&visitor, id, email.as_str(), FormErrors::default()))
}

fn sent_page(visitor: &Visitor, id: String, email: &str, errors: FormErrors) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let demonstration = visitor.house.config.demonstration;
    let page_ = Page::of_the_house(visitor, "Consultez votre messagerie");
    let mut response = page(&SentPage { page: page_, id, email: email.to_owned(), errors, demonstration });
    *response.status_mut() = status;
    response
}

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct LinkPage {
    page: Page,
}

/// A link opened by a mail scanner must not use it up: the person presses a button.
async fn confirm_link(visitor: Visitor, Path(_link): Path<(String, String)>) -> Response {
    page(&LinkPage { page: Page::of_the_house(&visitor, "Terminer la connexion") })
}

async fn follow_link(
    visitor: Visitor,
    Path((id, secret)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match visitor.house.people.answer(id, secret, cookie(&headers, BROWSER_COOKIE)).await {
        Ok(Answered { agent, proof, next }) => enter(&visitor, agent, &proof, None, &next).await,
        Err(ChallengeRefused::OtherBrowser) => Ok(proconnect::other_browser(&visitor)),
        Err(ChallengeRefused::People(error)) => Err(error.into()),
        Err(_) => Err(Problem::Refused {
            status: StatusCode::GONE,
            text: "Ce lien de connexion a déjà servi, ou il date de plus de 15 minutes. Demandez-en un autre depuis « Se connecter ».".to_owned(),
        }),
    }
}

#[derive(Deserialize)]
struct Typed {
    id: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    email: String,
    /// Not empty when the code joins an identity of `ProConnect` to the account.
    #[serde(default)]
    proconnect: String,
}

async fn typed_code(
    visitor: Visitor,
    Origin(from): Origin,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Problem> {
    let house = &visitor.house;
    if !house.rates.count_strictly(TYPING, &from, house.clock.now()).allowed {
        return Err(Problem::TooMany);
    }
    let code = typed.code.replace(char::is_whitespace, "");
    match visitor.house.people.answer(typed.id.clone(), code, cookie(&headers, BROWSER_COOKIE)).await {
        Ok(Answered { agent, proof, next }) => enter(&visitor, agent, &proof, None, &next).await,
        Err(ChallengeRefused::OtherBrowser) => Ok(proconnect::other_browser(&visitor)),
        Err(ChallengeRefused::People(error)) => Err(error.into()),
        Err(_) => {
            let mut errors = FormErrors::default();
            // The same words whether the account exists or not.
            errors.add(
                "code",
                "Ce code n’est pas le bon, ou il n’est plus valable. Vérifiez les six chiffres du dernier message reçu ; après cinq essais, redemandez un lien.",
            );
            Ok(if typed.proconnect.is_empty() {
                sent_page(&visitor, typed.id, &typed.email, errors)
            } else {
                proconnect::confirmation_page(&visitor, typed.id, &typed.email, errors)
            })
        }
    }
}

/// Opens the session and goes where the person wanted to go, or to their service.
async fn enter(
    visitor: &Visitor,
    agent: i64,
    proof: &Proof,
    acting_as: Option<i64>,
    next: &str,
) -> Result<Response, Problem> {
    let secret = visitor.house.people.open_session(agent, proof, acting_as).await?;
    Ok(entered(visitor, &secret, next))
}

/// Gives the browser its session and sends it where it goes.
pub(super) fn entered(visitor: &Visitor, secret: &str, next: &str) -> Response {
    let next = if next == "/" || next.is_empty() { "/role".to_owned() } else { next.to_owned() };
    let mut response = redirect(&next);
    set_cookie(visitor, &mut response, &format!("{SESSION_COOKIE}={secret}; Path=/; Max-Age=43200"));
    response
}

/// Adds a cookie that scripts do not read, that other sites do not send with their forms, and that travels encrypted
/// where the house does.
pub(super) fn set_cookie(visitor: &Visitor, response: &mut Response, cookie: &str) {
    let secure = if visitor.house.config.base_url().starts_with("https://") { "; Secure" } else { "" };
    if let Ok(value) = HeaderValue::from_str(&format!("{cookie}; HttpOnly; SameSite=Lax{secure}")) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

fn signed_in(visitor: &Visitor) -> Result<&SignedIn, Problem> {
    visitor.signed_in.as_ref().ok_or_else(|| Problem::SignInFirst { next: visitor.path.clone() })
}

/// A code generator being set up.
struct Setup {
    /// Opens the application of a telephone.
    link: String,
    /// Base32, by groups of four letters.
    groups: String,
}

#[derive(Template)]
#[template(path = "sign_in/second_proof.html")]
struct SecondProofPage {
    page: Page,
    next: String,
    /// What to enter in the application, when it is being set up.
    setup: Option<Setup>,
    errors: FormErrors,
}

async fn second_proof(visitor: Visitor, Query(going): Query<Going>) -> Result<Response, Problem> {
    let secret = visitor.house.people.unconfirmed_secret(signed_in(&visitor)?).await?;
    Ok(second_proof_page(&visitor, &going.suite, secret, FormErrors::default()))
}

fn second_proof_page(visitor: &Visitor, next: &str, secret: Option<String>, errors: FormErrors) -> Response {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page_ = Page::of_the_house(visitor, "Saisir le second code");
    let next = safe_next(next).to_owned();
    let account = visitor.signed_in.as_ref().map_or("", |who| who.agent.email.as_str());
    let setup = secret.map(|secret| Setup {
        link: format!("otpauth://totp/Pepiniere:{account}?secret={secret}&issuer=Pepiniere"),
        groups: secret
            .as_bytes()
            .chunks(4)
            .map(|four| String::from_utf8_lossy(four).into_owned())
            .collect::<Vec<_>>()
            .join(" "),
    });
    let mut response = page(&SecondProofPage { page: page_, next, setup, errors });
    *response.status_mut() = status;
    response
}

#[derive(Deserialize)]
struct SecondCode {
    #[serde(default)]
    code: String,
    #[serde(default)]
    suite: String,
}

async fn check_second_proof(visitor: Visitor, Form(given): Form<SecondCode>) -> Result<Response, Problem> {
    let who = signed_in(&visitor)?;
    let people = &visitor.house.people;
    // A limit of security: configuration does not multiply it.
    let tries = visitor.house.rates.count_strictly(
        SECOND_CODES,
        &who.agent.id.to_string(),
        visitor.house.clock.now(),
    );
    if !tries.allowed {
        return Err(Problem::TooMany);
    }
    match people.check_code(who, given.code).await {
        Ok(()) => {
            people.strengthen(who, Method::CodeGenerator).await?;
            Ok(redirect(&given.suite))
        }
        Err(CodeRefused::People(error)) => Err(error.into()),
        Err(CodeRefused::None | CodeRefused::Wrong) => {
            let mut errors = FormErrors::default();
            errors.add("code", "Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant (30 secondes au plus) et saisissez-le.");
            let secret = people.unconfirmed_secret(who).await?;
            Ok(second_proof_page(&visitor, &given.suite, secret, errors))
        }
    }
}

/// A role one may act in.
struct RoleChoice {
    id: i64,
    title: String,
    organisation: String,
    service: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "sign_in/role.html")]
struct RolePage {
    page: Page,
    roles: Vec<RoleChoice>,
    since: String,
}

async fn choose_role(State(rooms): State<Rooms>, visitor: Visitor) -> Result<Response, Problem> {
    let who = signed_in(&visitor)?;
    let roles = visitor.house.people.roles_of(who.agent.id).await?;
    if let [only] = roles.as_slice()
        && who.acting_as.as_ref().is_some_and(|role| role.id == only.id)
    {
        return Ok(redirect(rooms.home_of(&only.service)));
    }
    let roles = roles
        .into_iter()
        .map(|role| {
            let sheet = rooms.sheet(&role.service);
            RoleChoice {
                id: role.id,
                title: sheet
                    .and_then(|sheet| sheet.rights.role(&role.role))
                    .map_or_else(|| role.role.clone(), |known| known.title.to_owned()),
                organisation: role.tenant_name.clone(),
                service: sheet.map_or_else(|| role.service.clone(), |sheet| sheet.name.to_owned()),
                current: who.acting_as.as_ref().is_some_and(|acting| acting.id == role.id),
            }
        })
        .collect();
    let since = format::date(format::paris().to_datetime(who.agent.created_at.timestamp()).date());
    Ok(page(&RolePage { page: Page::of_the_house(&visitor, "Choisir un rôle"), roles, since }))
}

#[derive(Deserialize)]
struct Taken {
    role: i64,
}

async fn take_role(
    State(rooms): State<Rooms>,
    visitor: Visitor,
    Form(taken): Form<Taken>,
) -> Result<Response, Problem> {
    let who = signed_in(&visitor)?;
    let people = &visitor.house.people;
    if !people.act_as(who, taken.role).await? {
        return Err(Problem::Forbidden { role: "ce rôle n’est pas le vôtre".to_owned() });
    }
    let role = people.roles_of(who.agent.id).await?.into_iter().find(|role| role.id == taken.role);
    Ok(redirect(role.map_or("/", |role| rooms.home_of(&role.service))))
}

async fn sign_out(visitor: Visitor) -> Result<Response, Problem> {
    let id_token = match &visitor.secret {
        Some(secret) => visitor.house.people.close_session(secret).await?,
        None => None,
    };
    let visitor = Visitor { signed_in: None, ..visitor };
    let mut response = match id_token {
        Some(id_token) => proconnect::sign_out_there(&visitor, &id_token).await,
        None => redirect("/"),
    };
    set_cookie(&visitor, &mut response, &format!("{SESSION_COOKIE}=; Path=/; Max-Age=0"));
    Ok(response)
}

/// The address that signs in as a role in one click, in demonstrations only.
pub async fn demonstration_link(
    house: &crate::house::House,
    membership: i64,
) -> Result<String, crate::seal::SealError> {
    let key = Linkage::current(house.people.keyring()).await?;
    let proof = hex::encode(key.token(LinkageKind::OperatorUser, &format!("demonstration {membership}")));
    Ok(format!("{}/demonstration/entrer/{membership}-{proof}", house.config.base_url()))
}

/// The roles held in a service, each with the address that signs in as it, for `demo.json`.
pub async fn demonstration_accounts(
    house: &crate::house::House,
    service: &str,
) -> anyhow::Result<Vec<DemonstrationAccount>> {
    let agents = house.people.agents().await?;
    let mut accounts = Vec::new();
    for role in house.people.members_of(service, None).await? {
        let Some(agent) = agents.iter().find(|agent| agent.id == role.agent_id) else { continue };
        accounts.push(DemonstrationAccount {
            service: role.service.clone(),
            sign_in_url: demonstration_link(house, role.id).await?,
            role: role.role,
            organisation: role.tenant_name,
            email: agent.email.clone(),
        });
    }
    Ok(accounts)
}

async fn enter_demonstration(
    State(rooms): State<Rooms>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let house = &visitor.house;
    let membership = token.split('-').next().and_then(|id| id.parse::<i64>().ok());
    let (true, Some(membership)) = (house.config.demonstration, membership) else {
        return Err(Problem::NotFound);
    };
    let expected = demonstration_link(house, membership).await?;
    if !expected.ends_with(&format!("/{token}")) {
        return Err(Problem::NotFound);
    }
    let Some(role) = house.people.membership(membership).await? else { return Err(Problem::NotFound) };
    let home = rooms.home_of(&role.service);
    enter(&visitor, role.agent_id, &Method::Demonstration.into(), Some(role.id), home).await
}
