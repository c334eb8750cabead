use serde::Deserialize;
use socle::pages::Page;

/// What was done just before this page: `?fait=convention-inscrite`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    fait: String,
}

impl Done {
    pub fn new(fait: &str) -> Self {
        Self { fait: fait.to_owned() }
    }

    /// Tells it on the page. Only what is in this list is ever told.
    pub fn announce(&self, page: Page) -> Page {
        let text = match self.fait.as_str() {
            "convention-inscrite" => {
                "La convention est inscrite. Ses échéances et ses plafonds sont calculés."
            }
            "texte-change" => "Le texte est changé. Les échéances et les plafonds sont recalculés.",
            "fait-inscrit" => "C’est inscrit. Les échéances et les plafonds sont recalculés.",
            "fait-retire" => "C’est retiré, avec sa raison.",
            "preuve-inscrite" => "C’est noté : l’échéance est faite.",
            "ligne-ecrite" => "La ligne est écrite au registre des crédits.",
            "ligne-annulee" => "La ligne est annulée par une ligne contraire.",
            "commande-prevue" => "La commande est prévue. Elle n’engage rien tant qu’elle n’est pas signée.",
            "rythme-choisi" => "Le rythme est choisi.",
            "calendriers-arretes" => {
                "Vos calendriers sont arrêtés\u{a0}: leurs adresses ne montrent plus rien."
            }
            "comite-prevu" => "Le comité est prévu. Préparez son dossier\u{a0}: il se fait en un clic.",
            "comite-prepare" | "membre-change" | "appel-change" => "C’est changé.",
            "comite-tenu" => "Le comité est noté tenu. Inscrivez maintenant ce qui a été décidé.",
            "comite-annule" => "Le comité est annulé.",
            "dossier-envoye" => "L’envoi du dossier est noté.",
            "personne-ajoutee" => "La personne est ajoutée.",
            "personne-retiree" => "La personne est retirée.",
            "avis-donne" => "L’avis est inscrit.",
            "decision-inscrite" => {
                "La décision est inscrite. La phase, les échéances et les crédits en tiennent compte."
            }
            "hypothese-conclue" => "La conclusion est inscrite, avec ce que le terrain a montré.",
            "condition-verifiee" => "La condition est vérifiée\u{a0}: son échéance est terminée.",
            "objectif-ajoute" => "L’objectif est ajouté.",
            "objectif-change" => "Le point est fait.",
            "indicateur-ajoute" => "L’indicateur est ajouté. Saisissez sa première valeur.",
            "indicateur-suivi" => {
                "L’indicateur est suivi\u{a0}: ses valeurs viennent de votre page. Dites ce qu’il vise."
            }
            "indicateur-change" => "L’indicateur est changé.",
            "indicateur-retire" => "L’indicateur n’est plus montré. Ses valeurs sont gardées.",
            "valeur-saisie" => "La valeur est saisie.",
            "valeur-corrigee" => "La valeur est corrigée. L’ancienne reste dans la trace, avec sa raison.",
            "page-lue" => "La page est lue.",
            "conformite-repondue" => "La réponse est inscrite.",
            "demande-inscrite" => "La demande est inscrite. Notez la réponse quand elle vient.",
            "reponse-inscrite" => "La réponse est inscrite au registre des crédits.",
            "demande-close" => "La demande est close\u{a0}: rien n’est mis à disposition.",
            "report-inscrit" => "Le report est inscrit au registre des crédits.",
            "membre-ajoute" => "La personne est ajoutée à l’équipe.",
            "membre-oublie" => "Le nom est effacé. Les dates restent, comme preuves.",
            "lettre-inscrite" => "La lettre de mission est inscrite. Les échéances en tiennent compte.",
            "criteres-verifies" => "Les critères sont vérifiés.",
            "interets-declares" => "La déclaration est inscrite.",
            "profil-repondu" => "C’est noté. Les échéances des conventions en tiennent compte.",
            "compte-enregistre" => "Le texte est enregistré. Rien n’est envoyé.",
            "compte-envoye" => {
                "Le compte rendu est envoyé. Ses chiffres et son texte ne changent plus\u{a0}; son échéance est faite."
            }
            "compte-repris" => "Le compte rendu est de nouveau en préparation. Son échéance est à faire.",
            "compte-recu" => "L’accusé de réception est inscrit.",
            "candidature-envoyee" => {
                "Votre candidature est envoyée. Un reçu avec son numéro part à votre adresse."
            }
            "candidature-retiree" => "Votre candidature est retirée.",
            "appel-prepare" => {
                "L’appel est préparé. Relisez ses critères et ses questions, puis annoncez-le."
            }
            "appel-avance" => "L’étape est passée.",
            "candidature-decidee" => "La décision est inscrite.",
            "candidature-effacee" => "Le dossier est effacé.",
            "jury-invite" => "L’invitation part par courriel.",
            "jury-preside" => "La présidence du jury est notée.",
            "jury-retire" => "La personne n’est plus du jury\u{a0}: ses notes sont effacées.",
            "jury-declare" => "Votre déclaration est inscrite.",
            "jury-note" => "Vos notes sont enregistrées, et restent secrètes.",
            "proces-verbal-ecrit" => "Le procès-verbal est enregistré. La présidence du jury peut le signer.",
            "proces-verbal-signe" => {
                "Le procès-verbal est signé. Les organisateurs peuvent publier les résultats."
            }
            "laureat-accueilli" => "Le lauréat est accueilli.",
            "occultations-choisies" => "C’est enregistré. Relisez le texte qui sera publié.",
            "publiee" => "La convention est publiée sur data.gouv.fr. L’adresse et le jour sont inscrits.",
            "commande-avancee" => "C’est enregistré.",
            _ => return page,
        };
        page.with_flash("success", text)
    }
}
