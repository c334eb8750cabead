//! A fact as people read it.

use socle::pages::format;

use super::agreement::sentence;
use crate::model::agreement::Agreement;
use crate::model::fact::Fact;
use crate::model::money::Cents;
use crate::model::named::Named as _;

/// A fact in a sentence, and what is known besides.
pub fn told(agreement: &Agreement, fact: &Fact) -> (String, Vec<String>) {
    let named = |key| agreement.name_of(key).to_owned();
    let on = format::date;
    match fact {
        Fact::Publication(one) => (
            format!("Publiée sur {}, le {}", one.channel.fr(), on(one.published_on)),
            one.address.iter().cloned().collect(),
        ),
        Fact::Copy(one) => (
            format!(
                "Copie de {} envoyée à {}, le {}",
                one.document.fr(),
                named(&one.recipient),
                on(one.sent_on)
            ),
            one.proof.iter().cloned().collect(),
        ),
        Fact::Amendment(one) => {
            let mut more = Vec::new();
            more.extend(one.requested_on.map(|day| format!("demandé le {}", on(day))));
            more.extend(one.until.map(|day| format!("nouveau dernier jour\u{a0}: {}", on(day))));
            let cell = |amount: Option<Cents>| amount.map_or_else(|| "n.c.".to_owned(), Cents::fr);
            more.extend(one.plan.iter().map(|line| {
                format!(
                    "{}\u{a0}: AE {}, CP {}",
                    line.year,
                    cell(line.ae.map(|ae| ae.0)),
                    cell(line.cp.map(|cp| cp.0))
                )
            }));
            more.extend(one.summary.clone());
            let what = match one.signed_on {
                Some(day) => format!("Avenant n°\u{a0}{} signé le {}", one.number, on(day)),
                None => format!("Avenant n°\u{a0}{} en préparation", one.number),
            };
            (what, more)
        }
        Fact::Notice(one) => {
            let mut more: Vec<String> = one.ground.iter().cloned().collect();
            more.extend(one.cured_on.map(|day| format!("réponse satisfaisante le {}", on(day))));
            (format!("{} de {}, le {}", sentence(one.kind.fr()), named(&one.by), on(one.sent_on)), more)
        }
        Fact::Suspension(one) => {
            let what = match one.to {
                Some(day) => format!("Suspendue du {} au {}", on(one.from), on(day)),
                None => format!("Suspendue depuis le {}", on(one.from)),
            };
            (what, vec![one.reason.clone()])
        }
        Fact::Evidence(one) => {
            let clause = format!("clause {}", one.clause);
            let mut more: Vec<String> = one.reference.iter().cloned().collect();
            more.extend(one.waived.as_ref().map(|reason| format!("dispensée\u{a0}: {reason}")));
            let article = one.article.as_ref().map_or(clause, |article| format!("article {article}"));
            (format!("Échéance de l’{article} notée faite le {}", on(one.done_on)), more)
        }
        Fact::Expert(one) => {
            let what = match one.declared_on {
                Some(day) => format!("{}\u{a0}: intérêts déclarés le {}", one.name, on(day)),
                None => format!("{}\u{a0}: déclaration d’intérêts attendue", one.name),
            };
            (what, one.role.iter().cloned().collect())
        }
        Fact::Visa(one) => {
            let asked = format!("demandé le {}", on(one.asked_on));
            let what = match (one.opinion, one.given_on) {
                (Some(opinion), Some(day)) => {
                    format!("Avis {} de {}, le {}", opinion.fr(), named(&one.body), on(day))
                }
                _ => format!("Avis de {} attendu", named(&one.body)),
            };
            (what, std::iter::once(asked).chain(one.note.clone()).collect())
        }
        Fact::Signature(one) => {
            let signatory = match &one.title {
                Some(title) => format!("{}, {title}", one.by),
                None => one.by.clone(),
            };
            (format!("Signée par {}, le {}", named(&one.party), on(one.on)), vec![signatory])
        }
    }
}
