use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::outbox::Message;
use socle::pages::{Choice, FormErrors, Page};
use socle::people::{Agent, Email, Membership, NewMembership, Taken};
use socle::rights::{Grant, Scope};
use socle::web::rates::Rate;
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::confirmation::Confirmation;
use super::organisation::{self, Organisation};
use super::place;
use crate::rights::RIGHTS;
use crate::{Registry, SHEET};
use socle::web::{Asked, Filled, Number};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/personnes", get(list).post(invite))
        .route("/registre/personnes/{id}/retirer", get(ask_removal).post(remove))
}

/// What the registry's own organisation is called.
const REGISTRY: &str = "Registre national";
/// How many people one account may invite.
const INVITATIONS: Rate = Rate { name: "invitations", limit: 60, window: 3_600 };
/// How many invitations one mailbox may receive.
const INVITED: Rate = Rate { name: "invited-mailbox", limit: 5, window: 3_600 };
/// The longest name of a person, in characters.
const LONGEST: usize = 120;

/// A line of the list: one role of one person.
struct Row {
    id: i64,
    name: String,
    email: String,
    role: &'static str,
    organisation: String,
    since: String,
    seen: String,
    is_me: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Invitation {
    email: String,
    name: String,
    role: String,
    /// `operator:3`.
    organisation: String,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Page,
    people: Vec<Row>,
    /// Whether people of several organisations are listed.
    of_every_organisation: bool,
    roles: Vec<Choice>,
    organisations: Vec<Choice>,
    new: Invitation,
    errors: FormErrors,
    may_manage: bool,
    /// Roles that nobody confirmed for a year.
    to_confirm: usize,
}

/// What a role is called.
pub(super) fn title(role: &str) -> &'static str {
    RIGHTS.role(role).map_or("Rôle inconnu", |role| role.title)
}

pub(super) fn tenant_of(scope: &Scope) -> Option<&str> {
    match scope {
        Scope::All => None,
        Scope::Tenant(tenant) => Some(tenant),
    }
}

async fn people_page(
    registry: &Registry,
    visitor: &Visitor,
    scope: &Scope,
    new: Invitation,
    errors: FormErrors,
    done: &Done,
) -> Result<Response, Problem> {
    let people = &registry.house.people;
    let agents = people.agents().await?;
    let me = visitor.signed_in.as_ref().map(|signed_in| signed_in.agent.id);
    let members = people.members_of(SHEET.id, tenant_of(scope)).await?;
    let now = registry.house.clock.now();
    let to_confirm = members.iter().filter(|member| member.review_due() <= now).count();
    let mut rows: Vec<Row> = members
        .into_iter()
        .filter_map(|member| {
            Some(Row::new(
                agents.iter().find(|agent| agent.id == member.agent_id)?,
                member,
                me,
                *scope == Scope::All,
            ))
        })
        .collect();
    rows.sort_by(|one, other| (&one.organisation, &one.name).cmp(&(&other.organisation, &other.name)));
    let organisations = organisation::list(registry, scope).await?;
    let shown = PeoplePage {
        page: done.announce(Page::of_service(visitor, &SHEET, "Personnes")),
        people: rows,
        of_every_organisation: *scope == Scope::All,
        roles: offered(scope).map(|role| Choice::new(role, title(role), &new.role)).collect(),
        organisations: organisation::choices(&organisations, &new.organisation),
        new,
        may_manage: visitor.grant(&SHEET, "user.manage") != Grant::No,
        to_confirm,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

impl Row {
    fn new(agent: &Agent, member: Membership, me: Option<i64>, for_team: bool) -> Self {
        // Whoever was invited and has not come yet may have an account elsewhere: inviting an address tells neither
        // whose it is nor when they last came.
        let came = agent.last_seen_at.filter(|seen| for_team || *seen >= member.created_at);
        Self {
            id: member.id,
            name: if for_team || came.is_some() { agent.name.clone() } else { agent.email.clone() },
            email: agent.email.clone(),
            role: title(&member.role),
            organisation: member.tenant_name,
            since: place::day(member.created_at),
            seen: came.map_or_else(|| "pas encore".to_owned(), place::day),
            is_me: me == Some(agent.id),
        }
    }
}

/// The roles that someone of this scope may give.
fn offered(scope: &Scope) -> impl Iterator<Item = &'static str> {
    let own = tenant_of(scope).and_then(|tenant| tenant.split_once(':')).map(|(kind, _)| kind.to_owned());
    RIGHTS
        .roles
        .iter()
        .filter(move |role| {
            role.for_people && (own.is_none() || organisation::kind_of(role.name) == own.as_deref())
        })
        .map(|role| role.name)
}

/// Whether the role lets one in those who have none any more.
fn administers(role: &str) -> bool {
    matches!(role, "registry.admin" | "operator.admin" | "territory.admin")
}

async fn list(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "user.list")?;
    people_page(&registry, &visitor, &scope, Invitation::default(), FormErrors::default(), &done).await
}

/// Gives a role, and writes to the person how to sign in.
async fn invite(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(new): Filled<Invitation>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "user.manage")?;
    let organisations = organisation::list(&registry, &scope).await?;
    let people = &registry.house.people;
    let (mut errors, read) = read(&new, &scope, &organisations);
    if let Some((email, _, role)) = &read
        && let Some(agent) = people.agent_by_email(email).await?
    {
        let held = people.roles_of(agent.id).await?;
        if held
            .iter()
            .any(|one| one.service == SHEET.id && one.role == role.role && one.tenant == role.tenant)
        {
            errors.add("email", "Cette personne a déjà ce rôle. Elle peut se connecter avec cette adresse.");
        }
    }
    let Some((email, name, role)) = read.filter(|_| errors.is_empty()) else {
        return people_page(&registry, &visitor, &scope, new, errors, &Done::default()).await;
    };
    let now = registry.house.clock.now();
    let inviter = visitor.actor().to_string();
    let rates = &registry.house.rates;
    if !rates.count_strictly(INVITATIONS, &inviter, now).allowed
        || !rates.count_strictly(INVITED, email.as_str(), now).allowed
    {
        return Err(Problem::TooMany);
    }
    let letter = letter(&visitor, &role, &email, &name);
    people.invite(visitor.actor(), email, name, role, letter).await?;
    Ok(redirect("/registre/personnes?fait=role-donne"))
}

/// The role to give, or what is to be corrected.
fn read(
    new: &Invitation,
    scope: &Scope,
    organisations: &[Organisation],
) -> (FormErrors, Option<(Email, String, NewMembership)>) {
    let mut errors = FormErrors::default();
    let name = new.name.trim().to_owned();
    match name.chars().count() {
        0 => errors.add("name", "Indiquez le nom de la personne, comme elle l’écrit."),
        length if length > LONGEST => {
            errors.add("name", format!("Ce nom compte {length} caractères ; la limite est de {LONGEST}."));
        }
        _ if !organisation::is_a_name(&name) => errors.add("name", organisation::NOT_A_NAME),
        _ => {}
    }
    let email = Email::parse(&new.email)
        .map_err(|error| {
            let text = if error.0.is_empty() {
                "Indiquez l’adresse électronique de la personne.".to_owned()
            } else {
                error.to_string()
            };
            errors.add("email", text);
        })
        .ok();
    let role = offered(scope).find(|role| *role == new.role);
    if role.is_none() {
        errors.add("role", "Choisissez un rôle.");
    }
    let named = tenant_of(scope).unwrap_or(&new.organisation);
    let chosen = organisations.iter().find(|one| one.tenant == named);
    let of_tenant = role.and_then(organisation::kind_of).is_some();
    if let Some(role) = role.filter(|_| of_tenant && !chosen.is_some_and(|one| one.suits(new.role.as_str())))
    {
        errors.add(
            "organisation",
            if role.starts_with("operator.") {
                "Ce rôle est celui d’un opérateur : choisissez lequel."
            } else {
                "Ce rôle est celui d’une collectivité : choisissez laquelle."
            },
        );
    }
    let membership = role.map(|role| {
        let organisation = chosen.filter(|one| one.suits(role));
        NewMembership {
            service: SHEET.id.to_owned(),
            role: role.to_owned(),
            tenant: organisation.map(|one| one.tenant.clone()),
            tenant_name: organisation.map_or(REGISTRY, |one| &one.name).to_owned(),
        }
    });
    let read = email.zip(membership).filter(|_| errors.is_empty()).map(|(email, role)| (email, name, role));
    (errors, read)
}

/// What the person receives.
fn letter(visitor: &Visitor, given: &NewMembership, email: &Email, name: &str) -> Message {
    let house = &visitor.house;
    let inviter =
        visitor.signed_in.as_ref().map_or("L’équipe du registre", |signed_in| &signed_in.agent.name);
    let text = format!(
        "Bonjour {name},\n\n\
         {inviter} vous a donné un rôle dans le {service}.\n\n\
         Rôle : {role}\n\
         Organisation : {organisation}\n\n\
         Pour vous connecter, ouvrez cette adresse :\n{base}/connexion?suite=%2Fregistre\n\n\
         Saisissez votre adresse électronique, {email}. Vous recevrez un lien et un code. Il n’y a pas de mot de passe.\n\n\
         Vous ne savez pas de quoi il s’agit ? Ne faites rien, et prévenez-nous : {team}\n",
        service = SHEET.name,
        role = title(&given.role),
        organisation = given.tenant_name,
        base = house.config.base_url(),
        email = email.as_str(),
        team = house.config.contact.team_email,
    );
    Message::Mail { to: email.as_str().to_owned(), subject: format!("Votre accès : {}", SHEET.name), text }
}

/// A role held here that the visitor may take back.
pub(super) async fn held(registry: &Registry, scope: &Scope, id: i64) -> Result<Membership, Problem> {
    let member = registry.house.people.membership(id).await?.filter(|member| member.service == SHEET.id);
    let within = |member: &Membership| match scope {
        Scope::All => true,
        Scope::Tenant(own) => member.tenant.as_ref() == Some(own),
    };
    member.filter(within).ok_or(Problem::NotFound)
}

fn the_last(organisation: &str) -> String {
    format!(
        "C’est la dernière personne à administrer « {organisation} ». Donnez d’abord ce rôle à quelqu’un d’autre, puis revenez le retirer."
    )
}

/// Why a role cannot be taken back: the organisation would have no way in any more.
pub(super) async fn kept_because(
    registry: &Registry,
    member: &Membership,
) -> Result<Option<String>, Problem> {
    let people = &registry.house.people;
    if administers(&member.role) {
        let all = people.members_of(SHEET.id, member.tenant.as_deref()).await?;
        let others = all.iter().filter(|other| {
            other.role == member.role && other.tenant == member.tenant && other.id != member.id
        });
        if others.count() == 0 {
            return Ok(Some(the_last(&member.tenant_name)));
        }
    }
    Ok(None)
}

async fn ask_removal(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "user.manage")?;
    let member = held(&registry, &scope, id).await?;
    let agent = registry.house.people.agent(member.agent_id).await?.ok_or(Problem::NotFound)?;
    let page_ =
        Page::of_service(&visitor, &SHEET, "Retirer un rôle").under("Personnes", "/registre/personnes");
    let question = format!("Retirer le rôle de {} ?", agent.name);
    let about = format!("{} ({}), {}, {}.", agent.name, agent.email, title(&member.role), member.tenant_name);
    if let Some(reason) = kept_because(&registry, &member).await? {
        return Ok(page(&RoleKept { page: page_, about, reason, back: "/registre/personnes" }));
    }
    let mut consequences = vec![
        "Ses connexions en cours dans ce rôle se ferment aussitôt.".to_owned(),
        "Ce qu’elle a fait reste au journal.".to_owned(),
        "Vous pourrez lui redonner ce rôle plus tard.".to_owned(),
    ];
    if visitor.signed_in.as_ref().is_some_and(|me| me.agent.id == member.agent_id) {
        consequences.insert(
            0,
            "C’est l’un de vos propres rôles : vous devrez vous reconnecter pour agir dans un autre."
                .to_owned(),
        );
    }
    let confirmation = Confirmation {
        page: page_,
        question,
        about,
        consequences,
        action: format!("/registre/personnes/{id}/retirer"),
        button: "Retirer ce rôle",
        danger: true,
        back: "/registre/personnes".to_owned(),
    };
    Ok(confirmation.answer())
}

/// A role that stays, and why.
#[derive(Template)]
#[template(path = "role_kept.html")]
pub(super) struct RoleKept {
    pub page: Page,
    pub about: String,
    pub reason: String,
    /// Where one goes back to.
    pub back: &'static str,
}

/// Takes a role back, unless its organisation would have no way in any more.
pub(super) async fn take(registry: &Registry, visitor: &Visitor, member: &Membership) -> Result<(), Problem> {
    let (people, within) = (&registry.house.people, member.tenant.clone());
    match people.take_role(visitor.actor(), SHEET.id, member.id, within, administers(&member.role)).await? {
        Taken::Done => Ok(()),
        Taken::NotHeld => Err(Problem::NotFound),
        Taken::TheLast => {
            Err(Problem::Refused { status: StatusCode::CONFLICT, text: the_last(&member.tenant_name) })
        }
    }
}

async fn remove(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "user.manage")?;
    let member = held(&registry, &scope, id).await?;
    take(&registry, &visitor, &member).await?;
    Ok(redirect("/registre/personnes?fait=role-retire"))
}
