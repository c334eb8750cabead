use typst::foundations::Bytes;

use crate::writable;

/// A picture that a template may show, by its name.
#[derive(Debug, Clone)]
pub struct Image {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) bytes: Bytes,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Svg,
    Png,
}

impl Image {
    /// `source` carries its own colours (`fill="#333"`): the stylesheets of pages do not reach it. Its text is written with the fonts of
    /// documents.
    pub fn svg(name: impl Into<String>, source: &str) -> Self {
        Self { name: name.into(), kind: Kind::Svg, bytes: Bytes::from_string(writable::text(source)) }
    }

    /// Eight bits a channel: sixteen are refused.
    pub fn png(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), kind: Kind::Png, bytes: Bytes::new(bytes) }
    }
}

impl Kind {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}
