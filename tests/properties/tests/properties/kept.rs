//! Every input that is kept has the properties of its target, without the fuzzer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ppob_properties::{TARGETS, Target, corpus, repository};

/// All inputs together are no more than this, so that they can be kept.
const MOST_BYTES: u64 = 1024 * 1024;

#[test]
fn every_kept_input_has_the_properties_of_its_target() {
    let mut bytes = 0;
    for Target { name, check } in TARGETS {
        let mut inputs = 0;
        for entry in fs::read_dir(corpus(name)).unwrap() {
            let path = entry.unwrap().path();
            let input = fs::read(&path).unwrap();
            let held = std::panic::catch_unwind(|| check(&input));
            assert!(held.is_ok(), "a property of {name} does not hold for {}", path.display());
            bytes += u64::try_from(input.len()).unwrap();
            inputs += 1;
        }
        assert!(inputs > 1, "no inputs are kept for {name}");
    }
    assert!(bytes < MOST_BYTES, "{bytes} bytes of inputs; `make fuzz-corpus` keeps what is needed");
}

#[test]
fn every_target_is_fuzzed_and_nothing_else_is() {
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names.len(), TARGETS.len());
    assert_eq!(listed("corpus", ""), names, "directories of fuzz/corpus");
    let files: BTreeSet<String> = names.iter().map(|name| name.replace('-', "_")).collect();
    assert_eq!(listed("fuzz_targets", ".rs"), files, "files of fuzz/fuzz_targets");
    let manifest = fs::read_to_string(repository().join("fuzz/Cargo.toml")).unwrap();
    for name in names {
        let file = name.replace('-', "_");
        let entry = format!("name = \"{name}\"\npath = \"fuzz_targets/{file}.rs\"");
        assert!(manifest.contains(&entry), "fuzz/Cargo.toml has no binary {name}");
        let path = format!("fuzz/fuzz_targets/{file}.rs");
        let code = fs::read_to_string(repository().join(&path)).unwrap();
        assert!(code.contains(&format!("check(\"{name}\", data)")), "{path} checks another target");
    }
}

fn listed(dir: &str, ending: &str) -> BTreeSet<String> {
    let dir = repository().join("fuzz").join(dir);
    let names = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| Path::new(&name).to_str().unwrap().to_owned());
    names.map(|name| name.strip_suffix(ending).unwrap().to_owned()).collect()
}
