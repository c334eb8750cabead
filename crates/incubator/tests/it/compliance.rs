//! The compliance data shipped with the service are well formed, and the tests they name exist.

use incubator::SHEET;

#[test]
fn every_test_named_by_the_risk_file_exists() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = SHEET.risk_file().expect("a risk file");
    assert_eq!(file.missing_tests(&root), Vec::<String>::new());
}

#[test]
fn the_entry_of_the_register_of_processing_is_complete() {
    let entry = SHEET.processing().expect("an entry");
    assert!(!entry.purposes.is_empty() && !entry.categories.is_empty() && !entry.measures.is_empty());
}
