use serde::Deserialize;
use socle::pages::Page;

/// What was done just before this page: `?fait=cle-revoquee`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    fait: String,
}

impl Done {
    /// Tells it on the page. Only what is in this list is ever told.
    pub fn announce(&self, page: Page) -> Page {
        if self.fait == "export-absent" {
            let text = "Ce fichier n’est plus sur le serveur. Demandez l’export de nouveau.";
            return page.with_flash("warning", text);
        }
        let text = match self.fait.as_str() {
            "cle-revoquee" => "La clé est révoquée : elle n’ouvre plus rien.",
            "notification-arretee" => "Les notifications vers cette adresse sont arrêtées.",
            "role-donne" => "Le rôle est donné. Un courriel part pour expliquer comment se connecter.",
            "role-retire" => "Le rôle est retiré. Les connexions en cours dans ce rôle sont fermées.",
            "operateur-inscrit" => {
                "L’opérateur est inscrit. Donnez-lui maintenant un administrateur et une clé d’accès."
            }
            "personne-effacee" => "La personne est effacée. Ses trajets restent comptés, sans mener à elle.",
            "violation-inscrite" => {
                "La violation est inscrite. Prévenez maintenant la CNIL, puis notez-le ici."
            }
            "violation-notifiee" => "La notification à la CNIL est notée.",
            "territoire-inscrit" => {
                "La collectivité est inscrite. Définissez son périmètre, puis donnez-lui un administrateur."
            }
            "perimetre-change" => "Le périmètre est changé. Les chiffres sont recalculés.",
            "perimetre-accepte" => "Le périmètre est accepté. La collectivité peut demander des exports.",
            "bascule-choisie" => "La date est enregistrée. La comparaison est à jour.",
            "export-demande" => {
                "L’export est demandé. Il s’écrit sans vous\u{a0}: un courriel vous prévient quand il est prêt."
            }
            "acces-garde" => "Le rôle est confirmé pour un an.",
            "export-annule" => "L’export est annulé.",
            "information-donnee" => "L’adresse de votre page d’information est enregistrée.",
            "conditions-acceptees" => "Les conditions sont acceptées au nom de l’opérateur.",
            "note-ecrite" => "La note est ajoutée.",
            "accord-donne" => "L’accord est donné : l’opérateur peut créer une clé du vrai registre.",
            "demande-close" => "La demande est close. L’opérateur en lit la raison sur sa page.",
            "demande-rouverte" => "La demande est rouverte.",
            "operateur-suspendu" => "L’opérateur est suspendu : ses envois sont refusés dès maintenant.",
            "operateur-repris" => {
                "La suspension est levée : l’opérateur peut de nouveau envoyer des trajets."
            }
            _ => return page,
        };
        page.with_flash("success", text)
    }
}
