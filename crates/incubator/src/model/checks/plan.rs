//! The table of credits: C6, C7, C8.

use crate::model::{
    credit_plan::CreditPlanLine,
    finding::{Finding, Level, Rule},
    money::Cents,
};

/// C6: cumulative CP never above cumulative AE. Year by year CP may well exceed AE: 1.7 M€ of CP against 1.5 M€ of AE
/// in 2022 is sound when 2.35 M€ face 2.35 M€ in all. C7: in the end they are equal. C8: blanks are unknown, not zero,
/// so that nothing that depends on one is concluded from it.
pub fn plan_findings(plan: &[CreditPlanLine]) -> Vec<Finding> {
    let mut lines = plan.to_vec();
    lines.sort_by_key(|line| line.year);
    let mut findings = blanks(&lines);
    let (mut ae, mut cp) = (Sum::default(), Sum::default());
    for line in &lines {
        ae.add(line.ae.map(|ae| ae.0));
        cp.add(line.cp.map(|cp| cp.0));
        // A blank CP can only add to what is known; a blank AE could cover anything.
        let last_of_year = lines.iter().rev().find(|other| other.year == line.year) == Some(line);
        if last_of_year && ae.complete && cp.known > ae.known {
            findings.push(
                Finding::new(
                    Rule::C6,
                    Level::Warning,
                    format!(
                        "plan: at the end of {}, cumulative CP {} exceed cumulative AE {}",
                        line.year, cp.known, ae.known
                    ),
                    format!(
                        "échéancier : fin {}, les CP cumulés ({}) dépassent les AE cumulées ({})",
                        line.year,
                        cp.known.fr(),
                        ae.known.fr()
                    ),
                )
                .money("cumulative_cp", cp.known)
                .money("cumulative_ae", ae.known),
            );
        }
    }
    if ae.complete && cp.complete && ae.known != cp.known {
        findings.push(
            Finding::new(
                Rule::C7,
                Level::Warning,
                format!("plan: AE come to {} and CP to {} over its life", ae.known, cp.known),
                format!("échéancier : les AE totalisent {} et les CP {}", ae.known.fr(), cp.known.fr()),
            )
            .money("ae", ae.known)
            .money("cp", cp.known),
        );
    }
    findings
}

fn blanks(lines: &[CreditPlanLine]) -> Vec<Finding> {
    lines
        .iter()
        .flat_map(|line| [("AE", line.year, line.ae.is_none()), ("CP", line.year, line.cp.is_none())])
        .filter(|(.., blank)| *blank)
        .map(|(what, year, _)| {
            Finding::new(
                Rule::C8,
                Level::Info,
                format!("plan: {what} of {year} is blank: unknown, not zero; ask"),
                format!("échéancier : {what} {year} non communiqué (n.c.), à demander"),
            )
            .named("cell", format!("{what} {year}"))
        })
        .collect()
}

/// A sum, and whether every part of it is known.
struct Sum {
    known: Cents,
    complete: bool,
}

impl Default for Sum {
    fn default() -> Self {
        Self { known: Cents::ZERO, complete: true }
    }
}

impl Sum {
    fn add(&mut self, part: Option<Cents>) {
        self.known = self.known + part.unwrap_or(Cents::ZERO);
        self.complete &= part.is_some();
    }
}
