//! `make provider NAME=foo`: writes a provider that compiles, and says what is left to write.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command")]

use std::path::Path;
use std::process::ExitCode;

use ppob_guide::{Name, Plan, Problem, left};

fn main() -> ExitCode {
    let mut names = std::env::args().skip(1);
    let (Some(name), None) = (names.next(), names.next()) else {
        eprintln!("one name is needed: make provider NAME=foo");
        return ExitCode::FAILURE;
    };
    match write(&name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn write(name: &str) -> Result<(), Problem> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let name = Name::parse(name)?;
    let left = left(&root)?;
    let plan = Plan::make(&root, &name)?;
    plan.carry_out()?;
    for file in plan.new_files() {
        println!("new      {}", file.display());
    }
    for file in plan.changed_files() {
        println!("changed  {}", file.display());
    }
    let name = name.as_str();
    println!(
        "\nIt compiles, and reads nothing yet: every answer is unknown. What is left to write:\n\n    \
         grep -rn LEFT: crates/provider-{name} crates/simulator/src/{name}\n    \
         cargo test -p ppob-provider-{name} --test conformance\n\n\
         Of the conformance kit these cases fail now, and nothing else does; each says in which files to write:\n"
    );
    for case in left {
        println!("    {case}");
    }
    println!(
        "\nGo on with docs/PROVIDER_GUIDE.md. Two tests wait for the end: one for the marks, one for docs/PROVIDERS.md."
    );
    Ok(())
}
