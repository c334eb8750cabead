//! The reference geography this house uses: the one shipped with the program, or the one `reference load` wrote.

use std::path::Path;

use geography::{Placer, Reference};

/// Communes and what they belong to, and the index that places points in them.
pub struct Places {
    pub reference: Reference,
    pub placer: Placer,
}

/// The file that `pepiniere reference load` writes in the data folder.
pub const LOADED_PACK: &str = "reference.pack";

impl Places {
    /// The loaded reference of `folder` if there is one, else the shipped one.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let file = folder.join(LOADED_PACK);
        let reference = match std::fs::read(&file) {
            Ok(bytes) => Reference::from_pack(&bytes)
                .map_err(|cause| anyhow::anyhow!("{}: {cause}", file.display()))?,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Reference::embedded()?,
            Err(cause) => anyhow::bail!("{}: {cause}", file.display()),
        };
        let placer = Placer::new(&reference);
        Ok(Self { reference, placer })
    }
}
