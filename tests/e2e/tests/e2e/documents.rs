//! What `README.md` and `docs/OPERATIONS.md` tell people to do can be done.

use std::fs;
use std::process::Command;

use ppob_e2e::binary::repository;
use ppob_e2e::process::run;
use ppob_e2e::{Problem, Result};
use tempfile::tempdir;

fn readme() -> Result<String> {
    Ok(fs::read_to_string(repository().join("README.md"))?)
}

fn operations() -> Result<String> {
    Ok(fs::read_to_string(repository().join("docs/OPERATIONS.md"))?)
}

/// Every command line of `ppob` that the text quotes, without comments: in blocks of code and in
/// single quotes of code.
fn quoted(text: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            let command = line.split('#').next().unwrap_or_default().trim();
            let own =
                command.strip_prefix("cargo run --release -- ").map(|rest| format!("ppob {rest}"));
            commands
                .extend(own.or_else(|| command.starts_with("ppob ").then(|| command.to_owned())));
        } else {
            let pieces = line.split('`').skip(1).step_by(2);
            commands.extend(pieces.filter(|piece| piece.starts_with("ppob ")).map(str::to_owned));
        }
    }
    commands
}

/// The words up to the first that is no name of a command.
fn subcommands(command: &str) -> Vec<&str> {
    let is_name = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    command
        .split_whitespace()
        .skip(1)
        .take_while(|word| !word.starts_with('-'))
        .take_while(is_name)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_that_readme_and_operations_quote_exists_with_its_options() -> Result<()> {
    let directory = tempdir()?;
    let mut commands = quoted(&readme()?);
    assert!(commands.len() >= 8, "{commands:?}");
    let more = quoted(&operations()?);
    assert!(more.len() >= 10, "{more:?}");
    commands.extend(more);
    for command in &commands {
        let mut arguments = subcommands(command);
        arguments.push("--help");
        let help = run(directory.path(), &arguments, &[]).await?;
        assert_eq!(help.code, Some(0), "`{command}` does not exist:\n{}", help.stderr);
        for option in command.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(help.stdout.contains(option), "`{command}`: there is no {option}");
        }
    }
    for needed in
        ["ppob sandbox", "ppob demo", "ppob serve --config ", "ppob config check", "ppob restore "]
    {
        assert!(commands.iter().any(|command| command.starts_with(needed)), "no `{needed}`");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_lists_every_command_and_every_exit_code() -> Result<()> {
    let directory = tempdir()?;
    let help = run(directory.path(), &["--help"], &[]).await?;
    assert_eq!(help.code, Some(0));
    for command in [
        "serve",
        "sandbox",
        "demo",
        "config",
        "backup",
        "restore",
        "doctor",
        "products",
        "explain",
        "inquire",
        "pay",
        "payment",
        "providers",
        "reviews",
        "check",
        "resolve",
        "note",
        "deposit",
        "statement",
        "close",
        "provider",
        "offer",
        "refresh",
        "unmapped",
        "unlisted",
        "audit",
    ] {
        let listed = help.stdout.lines().any(|line| line.trim_start().starts_with(command));
        assert!(listed, "{command} is not listed:\n{}", help.stdout);
    }
    for code in 0..=6 {
        assert!(help.stdout.contains(&format!("\n  {code}  ")), "exit code {code}");
    }
    let unknown = run(directory.path(), &["pey"], &[]).await?;
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("pay"), "no suggestion:\n{}", unknown.stderr);
    Ok(())
}

#[test]
fn every_make_target_that_the_readme_quotes_exists() -> Result<()> {
    let readme = readme()?;
    let quoted: Vec<&str> = readme
        .lines()
        .flat_map(|line| line.split('`').chain([line]))
        .filter_map(|piece| piece.trim().strip_prefix("make "))
        .filter_map(|rest| rest.split_whitespace().next())
        .collect();
    assert!(quoted.contains(&"test") && quoted.contains(&"setup"), "{quoted:?}");
    for target in quoted {
        let output =
            Command::new("make").args(["-n", target]).current_dir(repository()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Problem::new(format!("make -n {target}: {said}")));
        }
    }
    Ok(())
}

#[test]
fn commands_are_found_in_blocks_and_in_quotes() {
    let text = "See `ppob pay` or `cargo test`.\n```sh\nppob serve --config a.toml  # comment\n\
                cargo run --release -- demo\nexport X=1\n```\n";
    assert_eq!(quoted(text), ["ppob pay", "ppob serve --config a.toml", "ppob demo"]);
    assert_eq!(subcommands("ppob payment get ID --json"), ["payment", "get"]);
}
