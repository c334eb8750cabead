//! What the program says, by language. French is complete; another language falls back on it.

use std::cell::RefCell;
use std::collections::HashMap;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use unic_langid::LanguageIdentifier;

/// A language pages can be read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    French,
}

/// The direction of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Language {
    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
        }
    }

    pub fn direction(self) -> Direction {
        match self {
            Self::French => Direction::LeftToRight,
        }
    }

    fn sources(self) -> &'static [&'static str] {
        match self {
            Self::French => {
                &[include_str!("../locales/fr/layout.ftl"), include_str!("../locales/fr/errors.ftl")]
            }
        }
    }
}

impl Direction {
    /// The value of HTML's `dir`.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

thread_local! {
    static BUNDLES: RefCell<HashMap<Language, FluentBundle<FluentResource>>> = RefCell::new(HashMap::new());
}

/// The message `key` in `language`, with its arguments. A missing key shows itself, so that it is seen.
pub fn message(language: Language, key: &str, arguments: &[(&str, String)]) -> String {
    BUNDLES.with_borrow_mut(|bundles| {
        let bundle = bundles.entry(language).or_insert_with(|| bundle(language));
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, language = language.tag(), "message missing from the catalogue");
            return key.to_owned();
        };
        let mut named = FluentArgs::new();
        for (name, value) in arguments {
            named.set(*name, value.as_str());
        }
        bundle.format_pattern(pattern, Some(&named), &mut Vec::new()).into_owned()
    })
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new(vec![tag]);
    bundle.set_use_isolating(false);
    for source in language.sources() {
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(partial, faults)| {
            tracing::error!(?faults, "a catalogue has faults");
            partial
        });
        bundle.add_resource_overriding(resource);
    }
    bundle
}
