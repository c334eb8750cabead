//! What candidates and juries receive by mail.

use socle::outbox::Message;

use crate::Incubator;
use crate::pages::{call_hour, call_instant};
use crate::store::application::{Dossier, Model, Outcome};
use crate::store::call_edition::Edition;

fn link(incubator: &Incubator, secret: &str) -> String {
    format!("{}/incubateur/appels/candidatures/{secret}", incubator.house.config.base_url())
}

/// The private link of an application that begins.
pub fn begun(incubator: &Incubator, edition: &Edition, dossier: &Dossier, secret: &str) -> Message {
    let text = format!(
        "Bonjour {person},\n\n\
         Vous commencez une candidature à « {title} ».\n\n\
         Ce lien est personnel : il ouvre votre dossier, à compléter puis à envoyer avant le {closing}, heure de Paris.\n{link}\n\n\
         Gardez ce message : le même lien montrera où en est votre dossier. Qui l’a lit votre dossier, ne le transmettez pas.\n\n\
         Vous n’avez rien demandé ? Ignorez ce message : rien n’est envoyé sans vous, et ce brouillon sera effacé {days} jours après la clôture.\n\n{organiser}\n",
        person = dossier.person,
        title = edition.told.title,
        closing = call_hour(edition.told.calendar.closes),
        link = link(incubator, secret),
        days = incubator.calls.retention.unsent_days,
        organiser = edition.told.organiser,
    );
    let subject = format!("Votre candidature : {}", edition.told.title);
    Message::Mail { to: dossier.email.clone(), subject, text }
}

/// The receipt of an application that was sent.
pub fn received(edition: &Edition, dossier: &Dossier, number: &str) -> Message {
    let text = format!(
        "Bonjour {person},\n\n\
         Votre candidature « {project} » à « {title} » est reçue.\n\
         Son numéro : {number}\n\n\
         Le lien de votre premier message montre où elle en est ; vous pouvez aussi l’y retirer.\n\n{organiser}\n",
        person = dossier.person,
        project = dossier.project,
        title = edition.told.title,
        organiser = edition.told.organiser,
    );
    Message::Mail { to: dossier.email.clone(), subject: format!("Candidature reçue : {number}"), text }
}

/// The hour of a hearing.
pub fn heard(incubator: &Incubator, edition: &Edition, row: &Model, dossier: &Dossier) -> Message {
    let when = row.hearing_at.map_or_else(String::new, |at| call_instant(at.timestamp()));
    let text = format!(
        "Bonjour {person},\n\n\
         Votre projet « {project} » est retenu pour être entendu par le jury de « {title} ».\n\
         Votre audition : le {when}, heure de Paris. Trois minutes pour présenter, cinq pour répondre.\n\n\
         Un empêchement ? Écrivez à {team}.\n\n{organiser}\n",
        team = incubator.house.config.contact.team_email,
        person = dossier.person,
        project = dossier.project,
        title = edition.told.title,
        organiser = edition.told.organiser,
    );
    let subject = format!("Votre audition : {}", edition.told.title);
    Message::Mail { to: dossier.email.clone(), subject, text }
}

/// What was decided, with the reasons.
pub fn decided(incubator: &Incubator, edition: &Edition, row: &Model, dossier: &Dossier) -> Message {
    let laureate = row.is_laureate() && row.outcome() == Some(Outcome::Laureate);
    let outcome = if laureate {
        let mut text =
            "Votre projet est lauréat. Les organisateurs vous joignent pour préparer la suite.".to_owned();
        for condition in row.conditions() {
            text.push_str("\nCondition du jury : ");
            text.push_str(&condition);
        }
        text
    } else {
        format!(
            "Votre projet n’est pas retenu. Pourquoi :\n{}\n\n\
             Merci du temps que vous y avez passé. Votre dossier est effacé dans {} mois, ou plus tôt si vous le demandez par votre lien.",
            row.reason(),
            incubator.calls.retention.rejected_months
        )
    };
    let text = format!(
        "Bonjour {person},\n\n\
         Les résultats de « {title} » sont publiés.\n{outcome}\n\n\
         Les résultats : {base}/incubateur/appels/{slug}\n\n{organiser}\n",
        person = dossier.person,
        title = edition.told.title,
        base = incubator.house.config.base_url(),
        slug = edition.row.slug,
        organiser = edition.told.organiser,
    );
    let subject = format!("Résultats : {}", edition.told.title);
    Message::Mail { to: dossier.email.clone(), subject, text }
}

/// The invitation of a member of the jury.
pub fn invited(incubator: &Incubator, edition: &Edition, (name, email): (&str, &str)) -> Message {
    let text = format!(
        "Bonjour {name},\n\n\
         Vous êtes membre du jury de « {title} ».\n\n\
         Votre espace, où vous déclarez vos liens avec les candidats puis donnez vos notes :\n{base}/incubateur/appels/{slug}/jury\n\n\
         Connectez-vous avec cette adresse : {email}. Vos notes restent secrètes jusqu’à la délibération.\n\n{organiser}\n",
        title = edition.told.title,
        base = incubator.house.config.base_url(),
        slug = edition.row.slug,
        organiser = edition.told.organiser,
    );
    Message::Mail { to: email.to_owned(), subject: format!("Jury : {}", edition.told.title), text }
}

/// The first role of a laureate.
pub fn welcomed(incubator: &Incubator, dossier: &Dossier, product: &str) -> Message {
    let text = format!(
        "Bonjour {person},\n\n\
         Vous êtes l’intrapreneur de « {project} ».\n\n\
         Votre espace : {base}/incubateur/services/{product}/equipe\n\
         Connectez-vous avec cette adresse : {email}.\n",
        person = dossier.person,
        project = dossier.project,
        base = incubator.house.config.base_url(),
        email = dossier.email,
    );
    Message::Mail { to: dossier.email.clone(), subject: format!("Bienvenue : {}", dossier.project), text }
}
