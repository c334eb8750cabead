use super::format;
use crate::language::{Language, message};
use crate::rights::Grant;
use crate::service::Sheet;
use crate::web::{Assets, Visitor, switches_of};

/// The frame of a page: what `layout.html` shows around the content.
pub struct Page {
    pub lang: &'static str,
    pub dir: &'static str,
    pub title: String,
    pub service_name: String,
    pub service_tagline: String,
    pub service_home: String,
    pub nav: Vec<MenuItem>,
    pub breadcrumb: Vec<Crumb>,
    pub person: Option<Person>,
    pub sign_in_href: String,
    pub notices: Vec<String>,
    pub flash: Option<Flash>,
    pub footer: Vec<Link>,
    pub help_href: String,
    pub feedback_href: Option<String>,
    pub theme_css: Vec<String>,
    language: Language,
}

/// An entry of the menu.
pub struct MenuItem {
    pub label: String,
    pub href: String,
    pub current: bool,
}

/// A step of the breadcrumb; the present page has no address.
pub struct Crumb {
    pub label: String,
    pub href: String,
}

/// A link of the footer.
pub struct Link {
    pub label: String,
    pub href: String,
}

/// Who is signed in.
pub struct Person {
    pub name: String,
    pub role: String,
    pub organisation: String,
}

/// What has just happened: `kind` is info, success, warning or error.
pub struct Flash {
    pub kind: String,
    pub text: String,
}

impl Page {
    /// A page of the house itself: home, sign-in, legal notices.
    pub fn of_the_house(visitor: &Visitor, title: &str) -> Self {
        Self::build(visitor, title, None)
    }

    /// A page of a service, with the menu its visitor may use.
    pub fn of_service(visitor: &Visitor, sheet: &'static Sheet, title: &str) -> Self {
        Self::build(visitor, title, Some(sheet))
    }

    fn build(visitor: &Visitor, title: &str, sheet: Option<&'static Sheet>) -> Self {
        let config = &visitor.house.config;
        let path = visitor.path.split('?').next().unwrap_or_default();
        let nav = sheet.map_or_else(Vec::new, |sheet| {
            // The entry whose address is the longest beginning of the path is the current one.
            let here = sheet
                .menu
                .iter()
                .map(|entry| entry.href)
                .filter(|href| path == *href || path.starts_with(&format!("{href}/")))
                .max_by_key(|href| href.len());
            sheet
                .menu
                .iter()
                .filter(|entry| entry.action.is_none_or(|action| visitor.grant(sheet, action) != Grant::No))
                .map(|entry| MenuItem {
                    label: entry.label.to_owned(),
                    href: entry.href.to_owned(),
                    current: Some(entry.href) == here,
                })
                .collect()
        });
        let person = visitor.signed_in.as_ref().map(|signed_in| Person {
            name: signed_in.agent.name.clone(),
            role: signed_in.acting_as.as_ref().map_or_else(String::new, |role| {
                sheet
                    .filter(|sheet| sheet.id == role.service)
                    .and_then(|sheet| sheet.rights.role(&role.role))
                    .map_or_else(String::new, |known| known.title.to_owned())
            }),
            organisation: signed_in
                .acting_as
                .as_ref()
                .map_or_else(String::new, |role| role.tenant_name.clone()),
        });
        let breadcrumb = match sheet {
            Some(sheet) if path != sheet.home => vec![
                Crumb { label: sheet.name.to_owned(), href: sheet.home.to_owned() },
                Crumb { label: title.to_owned(), href: String::new() },
            ],
            None if path != "/" => vec![
                Crumb { label: "Accueil".to_owned(), href: "/".to_owned() },
                Crumb { label: title.to_owned(), href: String::new() },
            ],
            _ => Vec::new(),
        };
        let link = |label: &str, href: &str| Link { label: label.to_owned(), href: href.to_owned() };
        let mut notices = Vec::new();
        if config.demonstration {
            notices.push(
                "Démonstration : les données sont fictives et aucun message ne part vers l’extérieur."
                    .to_owned(),
            );
        }
        if let Some(sheet) = sheet.filter(|sheet| visitor.role_in(sheet.id).is_some()) {
            for switch in switches_of(sheet) {
                if let Some(cut) = visitor.house.switches.cut(sheet.id, switch.name) {
                    let since = format::date_time(cut.since, &format::paris());
                    notices.push(format!("{} : coupé depuis le {since}. {}", switch.title, cut.reason));
                }
            }
        }
        Self {
            lang: visitor.language.tag(),
            dir: visitor.language.direction().attribute(),
            title: title.to_owned(),
            service_name: sheet.map_or("Pépinière", |sheet| sheet.name).to_owned(),
            service_tagline: sheet
                .map_or("Les services publics numériques d’une administration, de l’accord signé à l’impact mesuré", |sheet| sheet.tagline)
                .to_owned(),
            service_home: sheet.map_or("/", |sheet| sheet.home).to_owned(),
            nav,
            breadcrumb,
            person,
            sign_in_href: format!("/connexion?suite={}", url::form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>()),
            notices,
            flash: None,
            footer: vec![
                link("Tous les services", "/"),
                link("Statistiques", "/stats"),
                link("Accessibilité : non conforme", "/accessibilite"),
                link("Mentions légales", "/mentions-legales"),
                link("Données personnelles", "/confidentialite"),
                link("Sécurité", "/securite"),
            ],
            help_href: sheet.map_or_else(|| "/aide".to_owned(), |sheet| format!("/aide?service={}", sheet.id)),
            feedback_href: sheet.and_then(|sheet| config.feedback.get(sheet.id).cloned()),
            theme_css: Assets::stylesheets(&config.theme),
            language: visitor.language,
        }
    }

    /// Inserts a step before the present page in the breadcrumb.
    #[must_use]
    pub fn under(mut self, label: &str, href: &str) -> Self {
        let at = self.breadcrumb.len().saturating_sub(1);
        self.breadcrumb.insert(at, Crumb { label: label.to_owned(), href: href.to_owned() });
        self
    }

    /// Tells what has just happened.
    #[must_use]
    pub fn with_flash(mut self, kind: &str, text: &str) -> Self {
        self.flash = Some(Flash { kind: kind.to_owned(), text: text.to_owned() });
        self
    }

    /// A fixed word of the interface.
    pub fn t(&self, key: &str) -> String {
        message(self.language, key, &[])
    }
}
