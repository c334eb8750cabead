use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::course::{Course, Fate, replace};
use super::stock::DatabaseOfStock;
use super::{DestructionError, io_at};
use crate::pages::format::{date_time, paris};

/// Writes the certificate in French, and the same for machines. Returns the SHA-256 of the first.
pub(super) fn write(course: &Course, markdown: &Path, json: &Path) -> Result<String, DestructionError> {
    let text = text(course);
    let sha256 = hex::encode(Sha256::digest(&text));
    let value = serde_json::json!({
        "format": "pepiniere-destruction/1",
        "certificate_sha256": sha256,
        "destroyed": course,
        "unreachable": unreachable(course),
    });
    let machine = serde_json::to_vec_pretty(&value).map_err(|cause| io_at(json)(cause.into()))?;
    replace(json, &machine)?;
    replace(markdown, text.as_bytes())?;
    Ok(sha256)
}

fn when(at: Timestamp) -> String {
    format!("{} ({at})", date_time(at, &paris()))
}

fn text(course: &Course) -> String {
    let stock = &course.stock;
    let mut text = format!(
        "# Certificat de destruction : {}\n\n\
         - Service : `{}`\n- Fait par : {}\n- Commencé : {}\n- Terminé : {}\n- Programme : pepiniere {}\n\n\
         ## Ce qui a été détruit\n\n\
         Les clés de données d’abord, puis les tables et les documents.\n",
        course.name,
        course.service,
        course.by,
        when(course.started_at),
        course.ended_at.map_or_else(String::new, when),
        course.program,
    );
    for database in &stock.databases {
        of_database(&mut text, &stock.engine, database);
    }
    if !stock.leftovers.is_empty() {
        let folders: Vec<_> = stock.leftovers.iter().map(|one| format!("`{}`", one.display())).collect();
        let _ = writeln!(
            text,
            "\nRestes de réceptions ou de restaurations interrompues, réécrits par des zéros puis supprimés : {}.",
            folders.join(", ")
        );
    }
    let _ = write!(
        text,
        "\nPersonnes : {} rôles retirés, {} comptes vidés de leur nom et de leur adresse (ceux qui n’avaient pas d’autre rôle).\n\n\
         ## Sauvegardes\n\n",
        stock.memberships, stock.agents
    );
    archives(&mut text, course);
    text.push_str("\n## Ce qui n’a pas pu être atteint\n\n");
    for line in unreachable(course) {
        let _ = writeln!(text, "- {line}");
    }
    text.push_str(
        "\n## Preuve\n\nLe journal de la maison (base `socle`, action `service.destroyed`) garde l’empreinte SHA-256 de ce fichier.\n",
    );
    text
}

fn of_database(text: &mut String, engine: &str, database: &DatabaseOfStock) {
    let _ = write!(
        text,
        "\n### Base `{}` ({engine}, `{}`)\n\n| Table | Lignes |\n|---|---:|\n",
        database.name, database.place
    );
    for (table, rows) in &database.tables {
        let _ = writeln!(text, "| {table} | {rows} |");
    }
    let _ = writeln!(text, "\nDocuments scellés à côté de la base (exports) : {}.", database.documents);
    text.push_str("\nClés de données :\n\n| Numéro | De qui | Usage | Enveloppée par | Déjà détruite le |\n|---:|---|---|---|---|\n");
    for key in &database.keys {
        let before = key.destroyed_before.map_or_else(String::new, when);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {before} |",
            key.id, key.tenant, key.purpose, key.master_key
        );
    }
    let chain = match &database.audit_entries {
        Ok(entries) => format!("{entries} entrées, chaîne vérifiée avant la destruction"),
        Err(broken) => format!("chaîne déjà rompue avant la destruction : {broken}"),
    };
    let _ = writeln!(
        text,
        "\nJournal : {chain}. Il se terminait au groupe {}, maillon `{}`.",
        database.mark.commit_group, database.mark.link
    );
}

fn archives(text: &mut String, course: &Course) {
    let folders: Vec<_> = course.backup_folders.iter().map(|one| format!("`{}`", one.display())).collect();
    if folders.is_empty() {
        text.push_str("Aucun dossier de sauvegardes n’a été donné.\n");
        return;
    }
    let _ = writeln!(text, "Dossiers examinés : {}.", folders.join(", "));
    if course.archives.is_empty() {
        text.push_str("\nAucune archive n’y contenait le service.\n");
        return;
    }
    text.push_str("\n| Archive | Ce qui a été fait | SHA-256 avant | SHA-256 après |\n|---|---|---|---|\n");
    for line in &course.archives {
        let (done, after) = match &line.fate {
            Fate::Rewritten { sha256_after } => {
                ("réécrite sans le service, puis vérifiée", sha256_after.as_str())
            }
            Fate::Deleted => ("supprimée : elle ne contenait que lui", ""),
        };
        let _ = writeln!(text, "| `{}` | {done} | {} | {after} |", line.file.display(), line.sha256_before);
    }
}

/// What the program cannot know to be gone, and what to do about it.
fn unreachable(course: &Course) -> Vec<String> {
    let stock = &course.stock;
    let keys = stock.master_keys().join(", ");
    let mut lines = vec![format!(
        "Les archives gardées ailleurs, s’il y en a. Elles contiennent encore les clés de données, enveloppées par la clé maîtresse {keys} : \
         elles s’ouvrent tant que cette clé maîtresse existe. Pour les rendre illisibles : détruire ces archives ; ou ajouter une nouvelle \
         clé maîtresse, lancer `pepiniere keys rewrap`, puis détruire l’ancienne et toutes ses copies (les archives de toute la maison faites \
         avant deviennent alors illisibles)."
    )];
    lines.push(
        "Les dossiers de remise (`pepiniere handover`) déjà donnés, et ce qui a été envoyé à des tiers : opérateurs abonnés, agents, exports."
            .to_owned(),
    );
    lines.push(
        "Les blocs que le système a rendus libres pendant la vie du service, sans que rien ne les réécrive : journaux de la base déjà vidés, \
         documents retirés, et les fichiers de travail sans nom, **en clair**, que l’écriture d’un export pour tableur (`.xlsx`) laisse un \
         moment sur le disque des documents."
            .to_owned(),
    );
    lines.push(if stock.engine == "SQLite" {
        "Les blocs du disque : les fichiers ont été réécrits par des zéros puis supprimés, ce qui ne prouve rien sur une mémoire flash, un \
         système de fichiers à instantanés ou une machine virtuelle copiée. Les données personnelles y restent scellées par des clés détruites ; \
         les colonnes en clair (communes, heures, distances, identifiants des opérateurs) ne le sont pas."
            .to_owned()
    } else {
        "Le serveur PostgreSQL : ses journaux (WAL), ses répliques et ses sauvegardes physiques gardent les lignes et les clés enveloppées \
         jusqu’à leur propre expiration. Demander à qui l’exploite quand elles expirent."
            .to_owned()
    });
    if course.archives.iter().any(|line| matches!(line.fate, Fate::Rewritten { .. })) {
        lines.push(
            "Dans les archives réécrites, la base `socle` de la maison, telle qu’elle était : noms et adresses électroniques des agents de \
             l’époque. L’ancienne version de chaque archive a été remplacée, ses blocs sur le disque n’ont pas été réécrits."
                .to_owned(),
        );
    }
    for path in &course.not_read {
        lines.push(format!(
            "`{}` : un lien, ou ni une archive ni un fichier que le programme sait lire ; il n’y a pas touché, ni à ce où mène le lien.",
            path.display()
        ));
    }
    lines
}
