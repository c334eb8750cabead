//! The draft homologation file (RGS) and impact assessment (GDPR, article 35) of a service, generated from its
//! risk file and its entry in the register of processing. Drafts: people complete, sign and date them.

use std::fmt::Write as _;

use crate::privacy::ProcessingEntry;
use crate::risk::{FearedEvent, RiskFile};
use crate::service::Sheet;

/// The two drafts, in Markdown.
pub struct Drafts {
    pub homologation: String,
    pub impact_assessment: String,
}

const SEVERITY: [&str; 4] = ["mineure", "significative", "grave", "critique"];
const LIKELIHOOD: [&str; 4] = ["peu vraisemblable", "vraisemblable", "très vraisemblable", "quasi certaine"];

fn level(scale: [&'static str; 4], value: u8) -> &'static str {
    scale.get(usize::from(value.saturating_sub(1))).copied().unwrap_or("non cotée")
}

/// Writes both drafts of a service.
pub fn drafts(sheet: &Sheet) -> Result<Drafts, toml::de::Error> {
    let (risks, processing) = (sheet.risk_file()?, sheet.processing()?);
    Ok(Drafts {
        homologation: homologation(sheet, &risks),
        impact_assessment: impact_assessment(sheet, &risks, &processing),
    })
}

fn events(text: &mut String, events: &[FearedEvent]) {
    for event in events {
        let (severity, likelihood) = (level(SEVERITY, event.severity), level(LIKELIHOOD, event.likelihood));
        let _ = writeln!(
            text,
            "\n### {} – {}\n\nGravité {severity}, {likelihood} avec les mesures en place.\n",
            event.id, event.event
        );
        for measure in &event.measures {
            let proof = if measure.test.is_empty() {
                "à prouver par une personne".to_owned()
            } else {
                format!("prouvée par le test `{}`", measure.test)
            };
            let _ = writeln!(text, "- {} ({proof})", measure.what);
        }
    }
}

fn homologation(sheet: &Sheet, risks: &RiskFile) -> String {
    let mut text = format!(
        "# Dossier d’homologation (projet) : {}\n\nProjet généré par le programme, version {}. Revue des risques : {}.\n\n\
         ## Périmètre\n\n{}\n\n## Autorité d’homologation\n\nÀ désigner par l’administration qui exploite le service.\n\n\
         ## Événements redoutés et mesures\n",
        sheet.name,
        env!("CARGO_PKG_VERSION"),
        risks.reviewed,
        sheet.purpose
    );
    events(&mut text, &risks.events);
    text.push_str(
        "\n## Risques résiduels et décision\n\nÀ compléter : risques acceptés, plan d’action, durée de l’homologation, date et signature.\n",
    );
    text
}

fn impact_assessment(sheet: &Sheet, risks: &RiskFile, processing: &ProcessingEntry) -> String {
    let mut text = format!(
        "# Analyse d’impact relative à la protection des données (projet) : {}\n\nTraitement : {}. Responsable : {}. Base légale : {}.\n\n\
         ## Finalités\n\n",
        sheet.name, processing.name, processing.controller, processing.legal_basis
    );
    for purpose in &processing.purposes {
        let _ = writeln!(text, "- {purpose}");
    }
    text.push_str("\n## Données, durées\n\n");
    for category in &processing.categories {
        let _ = writeln!(text, "- {} : {} ({})", category.name, category.kept, category.source);
    }
    let _ = write!(
        text,
        "\n## Personnes, destinataires, droits\n\nPersonnes : {}.\nDestinataires : {}.\nDroits : {}.\n\n## Mesures\n\n",
        processing.people.join(", "),
        processing.recipients.join(", "),
        processing.rights
    );
    for measure in &processing.measures {
        let _ = writeln!(text, "- {measure}");
    }
    text.push_str("\n## Risques pour les personnes\n");
    events(&mut text, &risks.events);
    text.push_str("\n## Avis\n\nÀ compléter : avis du délégué à la protection des données, des personnes concernées, validation.\n");
    text
}
