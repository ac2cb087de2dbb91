//! What is generated and checked in is what the generator makes now.

use std::fs;

use ppob_tidy::generate::{
    CODE_FILE, DEBUG_FILE, DESCRIPTOR_FILE, checked_in_dir, descriptor_pool, generate, is_masked,
};
use ppob_tidy::reference::{checked_in, documents};

#[test]
fn generated_code_is_fresh() {
    let fresh = tempfile::tempdir().unwrap();
    generate(fresh.path()).unwrap();
    for file in [CODE_FILE, DEBUG_FILE, DESCRIPTOR_FILE] {
        assert!(
            fs::read(fresh.path().join(file)).unwrap()
                == fs::read(checked_in_dir().join(file)).unwrap(),
            "{file} is stale, run `cargo run -p ppob-tidy --bin gen`",
        );
    }
}

#[test]
fn generated_documents_are_fresh() {
    for document in documents().unwrap() {
        assert!(
            fs::read_to_string(checked_in(&document)).unwrap() == document.text,
            "{} is stale, run `make gen`",
            document.path
        );
    }
}

#[test]
fn no_two_headings_of_a_generated_document_have_one_anchor() {
    for document in documents().unwrap() {
        let headings = document.text.lines().filter(|line| line.starts_with('#'));
        let mut anchors: Vec<String> =
            headings.map(|line| line.trim_start_matches('#').trim().to_lowercase()).collect();
        let all = anchors.len();
        assert!(all > 50, "{}", document.path);
        anchors.sort();
        anchors.dedup();
        assert_eq!(anchors.len(), all, "{}", document.path);
    }
}

#[test]
fn fields_with_personal_data_or_secrets_are_masked() {
    let pool = descriptor_pool().unwrap();
    let mut masked = 0;
    for message in pool.all_messages().filter(|message| message.package_name() == "ppob.v1") {
        let file = message.parent_file();
        let comments = &file.file_descriptor_proto().source_code_info.as_ref().unwrap().location;
        for field in message.fields() {
            let comment = comments.iter().find(|location| location.path == field.path());
            let comment = comment.map_or("", |location| location.leading_comments());
            let personal = comment.to_lowercase().contains("personal data");
            let promised_absent = comment.contains("without personal data")
                || comment.contains("personal data masked");
            let sensitive =
                personal && !promised_absent || comment.to_lowercase().contains("a secret.");
            assert_eq!(is_masked(&field), sensitive, "{}: {comment}", field.full_name());
            masked += usize::from(sensitive);
        }
    }
    assert!(masked > 30, "{masked}");
}
