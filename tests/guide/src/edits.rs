//! The lines by which the rest of the repository knows a provider. Each goes where it belongs, or nowhere.

use std::path::Path;

use crate::name::Name;
use crate::problem::Problem;
use crate::template::{example, read};

const WORKSPACE: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
const CLI: &str = "crates/cli/Cargo.toml";
const KINDS: &str = "crates/cli/src/providers.rs";
const SIMULATORS: &str = "crates/simulator/src/lib.rs";
const EXAMPLE: &str = "config/ppob.example.toml";

/// The list of kinds begins with this line, and ends with the next `];`.
const LIST: &str = "pub(crate) const KINDS: &[ProviderKind] = &[";

/// Files that stand already, with the new provider in them.
pub(crate) fn edited(root: &Path, name: &Name) -> Result<Vec<(&'static str, String)>, Problem> {
    let text = |file: &'static str| read(&root.join(file)).map(|text| (file, text));
    let mut edited = vec![text(WORKSPACE)?, text(LOCK)?, text(CLI)?];
    edited.extend([text(KINDS)?, text(SIMULATORS)?, text(EXAMPLE)?]);
    for (file, text) in &mut edited {
        let file = *file;
        *text = match file {
            WORKSPACE => workspace(text, name),
            LOCK => lock(text, name),
            CLI => cli(text, name),
            KINDS => kinds(text, name),
            SIMULATORS => simulators(text, name),
            _ => with_example(text, &example(root, name)?, name),
        }
        .map_err(|what| Problem::NoPlace { file: file.to_owned(), what })?;
    }
    Ok(edited)
}

type Edited = Result<String, String>;

fn workspace(text: &str, name: &Name) -> Edited {
    let name = name.as_str();
    let line = format!("ppob-provider-{name} = {{ path = \"crates/provider-{name}\" }}");
    absent(text, &format!("ppob-provider-{name} ="))?;
    let testkit = at(text, "ppob-provider-testkit = ")?;
    Ok(with_line(text, testkit, &line))
}

fn cli(text: &str, name: &Name) -> Edited {
    let kind =
        |line: &str| Some(line.strip_prefix("ppob-provider-")?.split_once('.')?.0.to_owned());
    sorted(text, name, kind, &format!("ppob-provider-{}.workspace = true", name.as_str()))
}

fn kinds(text: &str, name: &Name) -> Edited {
    let line = format!("    ppob_provider_{}::KIND,", name.as_str());
    absent(text, &line)?;
    let list = at(text, LIST)?;
    let end = text.lines().skip(list).position(|line| line == "];");
    let end = end.ok_or("the list of kinds has no end")?;
    Ok(with_line(text, list + end, &line))
}

fn simulators(text: &str, name: &Name) -> Edited {
    let module = |line: &str| {
        let module = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?;
        Some(module.strip_suffix(';')?.to_owned())
    };
    sorted(text, name, module, &format!("pub mod {};", name.as_str()))
}

fn with_example(text: &str, block: &str, name: &Name) -> Edited {
    absent(text, &format!("kind = \"{}\"", name.as_str()))?;
    if !text.ends_with('\n') {
        return Err("its last line does not end".to_owned());
    }
    Ok(format!("{text}{block}"))
}

/// The lock of the same workspace: another package, and one more that the program is made of.
fn lock(text: &str, name: &Name) -> Edited {
    const PACKAGE: &str = "\n[[package]]\n";
    let mut packages: Vec<String> = text.split(PACKAGE).map(str::to_owned).collect();
    let is = |package: &str, name: &str| package.starts_with(&format!("name = \"{name}\"\n"));
    let wanted = format!("ppob-provider-{}", name.as_str());
    if packages.iter().any(|package| is(package, &wanted)) {
        return Err(format!("it has {wanted} already"));
    }
    let template = packages.iter().find(|package| is(package, "ppob-provider-bebek"));
    let new = name.rename(template.ok_or("it lacks ppob-provider-bebek")?);
    let program = packages.iter_mut().find(|package| is(package, "ppob-cli"));
    let program = program.ok_or("it lacks ppob-cli")?;
    let kind =
        |line: &str| Some(line.strip_prefix(" \"ppob-provider-")?.strip_suffix("\",")?.to_owned());
    *program = sorted(program, name, kind, &format!(" \"{wanted}\","))?;
    let later = |package: &String| {
        let named = package.strip_prefix("name = \"").and_then(|rest| rest.split('"').next());
        named.is_some_and(|named| named > wanted.as_str())
    };
    let place = packages.iter().position(later).ok_or("nothing stands behind the new package")?;
    packages.insert(place, new);
    Ok(packages.join(PACKAGE))
}

/// Puts a line among those that `key` knows a name of, in the order of the names.
fn sorted(text: &str, name: &Name, key: impl Fn(&str) -> Option<String>, line: &str) -> Edited {
    let lines: Vec<&str> = text.lines().collect();
    let others: Vec<(usize, String)> =
        (0..).zip(&lines).filter_map(|(number, line)| Some((number, key(line)?))).collect();
    if others.iter().any(|(_, other)| other == name.as_str()) {
        return Err(format!("it names {} already", name.as_str()));
    }
    let Some((last, _)) = others.last() else {
        return Err(format!("nothing in it looks like `{}`", line.trim()));
    };
    let later = others.iter().find(|(_, other)| other.as_str() > name.as_str());
    let mut place = later.map_or(last + 1, |(number, _)| *number);
    // What stands above a line may belong to it.
    while let Some(above) = place.checked_sub(1).and_then(|above| lines.get(above))
        && (above.starts_with("#[") || above.starts_with("//"))
    {
        place -= 1;
    }
    Ok(with_line(text, place, line))
}

/// The number of the only line that begins like this.
fn at(text: &str, beginning: &str) -> Result<usize, String> {
    let mut found = (0..).zip(text.lines()).filter(|(_, line)| line.starts_with(beginning));
    match (found.next(), found.next()) {
        (Some((number, _)), None) => Ok(number),
        (None, _) => Err(format!("it has no line `{beginning}`")),
        _ => Err(format!("it has more than one line `{beginning}`")),
    }
}

fn absent(text: &str, what: &str) -> Result<(), String> {
    if text.contains(what) { Err(format!("it has `{}` already", what.trim())) } else { Ok(()) }
}

fn with_line(text: &str, number: usize, line: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(number.min(lines.len()), line);
    let end = if text.ends_with('\n') { "\n" } else { "" };
    lines.join("\n") + end
}
