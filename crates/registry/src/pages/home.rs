use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::Span;
use socle::pages::{Page, format};
use socle::rights::{Grant, Scope};
use socle::web::{Problem, Visitor, page};

use super::journey_filters::Filters;
use super::{breaches, place, step_words};
use crate::model::PublicStatus;
use crate::model::checklist::Step;
use crate::store::journey::{self, Listing};
use crate::store::{breach, erasure, operator, operator_of, territory, territory_of, verification};
use crate::{Registry, SHEET, connection, explanation};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new().route("/registre", get(home))
}

/// Statuses that ask for something come before those that ask for nothing.
const MOST_URGENT_FIRST: [PublicStatus; 7] = [
    PublicStatus::TermsViolationError,
    PublicStatus::AcquisitionError,
    PublicStatus::AnomalyError,
    PublicStatus::FraudError,
    PublicStatus::Pending,
    PublicStatus::Ok,
    PublicStatus::Canceled,
];

/// A way to something, with what is to do there.
struct Tile {
    href: String,
    title: String,
    text: &'static str,
}

/// What someone at work sees first.
struct Desk {
    /// « Vos trajets des sept derniers jours »
    heading: &'static str,
    period: String,
    tiles: Vec<Tile>,
    links: Vec<Tile>,
}

#[derive(Template)]
#[template(path = "home_of_registry.html")]
struct HomePage {
    page: Page,
    desk: Option<Desk>,
    /// Signed in, but a second proof is needed before anything is shown.
    second_proof: bool,
}

async fn home(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    // Operators and the team browse journeys; authorities read the figures of their territory.
    let of_territory = visitor.allow(&SHEET, "territory.figures").ok().and_then(|scope| territory_of(&scope));
    if let Some(id) = of_territory {
        let desk = Some(desk_of_territory(&registry, &visitor, id).await?);
        let page_ = Page::of_service(&visitor, &SHEET, "Accueil");
        return Ok(page(&HomePage { page: page_, desk, second_proof: false }));
    }
    let allowed = visitor.allow(&SHEET, "journey.browse");
    let protection = visitor.allow(&SHEET, "privacy.person");
    let second_proof = [allowed.as_ref().err(), protection.as_ref().err()]
        .into_iter()
        .any(|refused| matches!(refused, Some(Problem::SecondProofFirst { .. })));
    let desk = match allowed {
        _ if protection.is_ok() => Some(desk_of_protection(&registry, &visitor).await?),
        Ok(Scope::All) => Some(desk_of_team(&registry, &visitor).await?),
        Ok(scope) => Some(desk_of_operator(&registry, &visitor, &scope).await?),
        Err(_) => None,
    };
    Ok(page(&HomePage { page: Page::of_service(&visitor, &SHEET, "Accueil"), desk, second_proof }))
}

/// Entries of the menu the visitor may open, with one sentence each.
fn links(visitor: &Visitor) -> Vec<Tile> {
    let text = |href: &str| match href {
        "/registre/trajets" => "Retrouver un trajet et comprendre son état",
        "/registre/essai" => "Vérifier un trajet sans rien enregistrer",
        "/registre/cles" => "Connecter un serveur, ou lui retirer l’accès",
        "/registre/notifications" => "Être prévenu des changements d’état",
        "/registre/chiffres" => "Les trajets mois par mois, et la qualité des envois",
        "/registre/exports" => "Emporter des trajets dans un fichier",
        "/registre/raccordement" => "Les étapes jusqu’à un premier trajet accepté",
        "/registre/accompagnement" => "Voir qui est arrêté, où, et depuis quand",
        "/registre/bac-a-sable" => "Essayer son serveur, sans rien de réel",
        "/registre/territoires" => "Voir les trajets d’un territoire",
        "/comptes/registry" => "Qui s’est connecté, quels rôles ont été donnés",
        "/registre/personnes" => "Voir qui a accès",
        "/registre/operateurs" => "Voir chaque opérateur",
        "/registre/regles" => "Lire les limites et depuis quand elles valent",
        "/registre/files" => "Savoir si tout avance, et quoi faire sinon",
        "/registre/donnees" => "Durées de conservation, demandes des personnes",
        "/interrupteurs/registry" => "Couper ce qui gêne, puis remettre en marche",
        "/registre/journal" => "Savoir qui a fait quoi, et quand",
        _ => "",
    };
    SHEET
        .menu
        .iter()
        .filter(|entry| entry.action.is_some_and(|action| visitor.grant(&SHEET, action) != Grant::No))
        .map(|entry| Tile {
            href: entry.href.to_owned(),
            title: entry.label.to_owned(),
            text: text(entry.href),
        })
        .collect()
}

async fn desk_of_operator(registry: &Registry, visitor: &Visitor, scope: &Scope) -> Result<Desk, Problem> {
    let paris = format::paris();
    let today = place::today(registry.house.clock.now(), &paris);
    let from = today.saturating_sub(Span::new().days(6));
    let since = from.at(0, 0, 0, 0).to_zoned_datetime(paris).ok().map(|zoned| zoned.timestamp());
    let mut tiles = Vec::new();
    let connection = match operator_of(scope) {
        Some(operator) => connection::of(registry, operator).await?,
        None => None,
    };
    let step = connection.and_then(|one| one.checklist.current());
    if let Some(step) = step {
        tiles.push(Tile {
            href: "/registre/raccordement".to_owned(),
            title: format!(
                "Étape {} sur {}\u{a0}: {}",
                step.number(),
                Step::ALL.len(),
                step_words::title(step)
            ),
            text: "La page dit quoi faire maintenant, avec des exemples prêts à copier.",
        });
    }
    for status in MOST_URGENT_FIRST {
        let listing = Listing { status: Some(status), from: since, ..Listing::default() };
        let count =
            i64::try_from(journey::count(&registry.database, scope, &listing).await?).unwrap_or(i64::MAX);
        if count > 0 {
            let filters = Filters { status: status.as_str().to_owned(), ..Filters::default() };
            let word = explanation::of_status(status).0;
            tiles.push(Tile {
                href: filters.address(1),
                title: format!(
                    "{word}\u{a0}: {} trajet{}",
                    format::integer(count),
                    if count > 1 { "s" } else { "" }
                ),
                text: next_step(status),
            });
        }
    }
    let period = format!("Départs du {} au {}.", format::date(from), format::date(today));
    let (heading, period) = match step {
        Some(_) => ("Votre raccordement", "Jusqu’à votre premier trajet accepté.".to_owned()),
        None => ("Vos trajets des sept derniers jours", period),
    };
    Ok(Desk { heading, period, tiles, links: links(visitor) })
}

async fn desk_of_territory(registry: &Registry, visitor: &Visitor, id: i64) -> Result<Desk, Problem> {
    let territory = territory::find(&registry.database, &Scope::All, id).await?.ok_or(Problem::NotFound)?;
    let perimeter = territory::perimeter(&registry.database, id).await?;
    let mut tiles = vec![Tile {
        href: format!("/registre/territoires/{id}"),
        title: "Les trajets de votre territoire".to_owned(),
        text: "Combien, où, à quelle heure, avec quels opérateurs.",
    }];
    if territory.agreed_at.is_none() && !perimeter.is_empty() {
        tiles.push(Tile {
            href: "/registre/exports".to_owned(),
            title: "Votre périmètre attend un accord".to_owned(),
            text: "L’équipe du registre le vérifie. Vos chiffres sont là ; les exports viendront ensuite.",
        });
    }
    if visitor.grant(&SHEET, "territory.manage") != Grant::No {
        tiles.push(Tile {
            href: format!("/registre/territoires/{id}/perimetre"),
            title: if perimeter.is_empty() {
                "Définir votre périmètre"
            } else {
                "Changer votre périmètre"
            }
            .to_owned(),
            text: "Les communes dont vous suivez les trajets.",
        });
    }
    let mut links = links(visitor);
    links.retain(|link| link.href != "/registre/territoires");
    Ok(Desk { heading: "Votre territoire", period: territory.name, tiles, links })
}

async fn desk_of_protection(registry: &Registry, visitor: &Visitor) -> Result<Desk, Problem> {
    let now = registry.house.clock.now();
    let mut tiles = vec![Tile {
        href: "/registre/donnees/personne".to_owned(),
        title: "Répondre à une personne".to_owned(),
        text: "Ce que le registre sait d’elle, ou l’effacement de ses données\u{a0}: vous avez un mois.",
    }];
    // What is due first: breaches nobody has notified yet.
    let open = breach::list(&registry.database).await?.into_iter().filter(|one| one.notified_at.is_none());
    for one in open {
        tiles.insert(
            0,
            Tile {
                href: format!("/registre/violations/{}", one.id),
                title: breaches::standing(&one, now),
                text: "Prévenez la CNIL, puis notez-le sur la page de la violation.",
            },
        );
    }
    let standing = erasure::standing(&registry.database).await?;
    let limit = erasure::limit(now, registry.house.config.retention.journeys_months);
    if standing.oldest.is_some_and(|oldest| oldest.timestamp() < limit) {
        tiles.push(Tile {
            href: "/registre/donnees".to_owned(),
            title: "Des trajets ont dépassé leur durée de conservation".to_owned(),
            text: "L’effacement passe toutes les heures. S’ils sont encore là demain, prévenez l’équipe technique.",
        });
    }
    tiles.push(Tile {
        href: "/registre/violations".to_owned(),
        title: "Violations de données".to_owned(),
        text: "Inscrire une violation, suivre les 72 heures.",
    });
    Ok(Desk { heading: "Protection des données", period: String::new(), tiles, links: links(visitor) })
}

/// What there is to do about journeys of a status.
fn next_step(status: PublicStatus) -> &'static str {
    match status {
        PublicStatus::Ok => "Ce sont des preuves. Rien à faire.",
        PublicStatus::Pending => "L’examen est en cours. Rien à faire.",
        PublicStatus::TermsViolationError => "Lisez pourquoi\u{a0}: certains peuvent encore être corrigés.",
        PublicStatus::AcquisitionError => {
            "Un lieu est inconnu\u{a0}: vérifiez les coordonnées, puis corrigez."
        }
        PublicStatus::Canceled => "Vous les avez annulés. Ils ne comptent plus.",
        PublicStatus::FraudError | PublicStatus::AnomalyError => {
            "Lisez pourquoi, puis écrivez à l’équipe si vous n’êtes pas d’accord."
        }
        PublicStatus::ValidationError | PublicStatus::NormalizationError | PublicStatus::Unknown => {
            "Écrivez à l’équipe du registre."
        }
    }
}

async fn desk_of_team(registry: &Registry, visitor: &Visitor) -> Result<Desk, Problem> {
    let operators = operator::list(&registry.database, &Scope::All).await?;
    let connected = operators.iter().filter(|operator| operator.connected_at.is_some()).count();
    let waiting = i64::try_from(verification::waiting(&registry.database).await?).unwrap_or(i64::MAX);
    let to_agree = territory::to_agree(&registry.database).await?;
    let mut tiles = Vec::new();
    if to_agree > 0 && visitor.grant(&SHEET, "territory.agree") != Grant::No {
        tiles.push(Tile {
            href: "/registre/territoires".to_owned(),
            title: format!("{to_agree} périmètre{} à accepter", if to_agree > 1 { "s" } else { "" }),
            text: "Une collectivité attend votre accord pour emporter des trajets.",
        });
    }
    tiles.extend([
        Tile {
            href: "/registre/operateurs".to_owned(),
            title: format!(
                "{} opérateur{} inscrit{}",
                operators.len(),
                plural(operators.len()),
                plural(operators.len())
            ),
            text: if connected == operators.len() {
                "Tous ont déjà envoyé un trajet accepté."
            } else {
                "Certains n’ont encore envoyé aucun trajet accepté."
            },
        },
        Tile {
            href: "/registre/files".to_owned(),
            title: match waiting {
                0 => "Aucun trajet en attente d’examen".to_owned(),
                1 => "Un trajet en attente d’examen".to_owned(),
                _ => format!("{} trajets en attente d’examen", format::integer(waiting)),
            },
            text: "L’examen prend quelques secondes. Si le nombre ne baisse pas, regardez les files de travail.",
        },
    ]);
    Ok(Desk { heading: "Le registre maintenant", period: String::new(), tiles, links: links(visitor) })
}

fn plural(count: usize) -> &'static str {
    if count > 1 { "s" } else { "" }
}
