//! `ppob h2h`: descriptions of H2H centres, tried without sending anything.

use std::fmt::Write as _;
use std::path::Path;

use ppob_types::Family;

use crate::args::{H2hCommand, TestDescription};
use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::output;
use crate::providers::h2h::{Centre, Explanation, SHIPPED, Shipped};

pub(crate) fn h2h(command: &H2hCommand) -> Done {
    match command {
        H2hCommand::List => output::print(&listed()?)?,
        H2hCommand::Show { name } => output::print(shipped(name)?.text)?,
        H2hCommand::Test(options) => output::print(&tried(options)?)?,
    }
    Ok(Exit::Ok)
}

/// Name, title and families of each.
fn listed() -> Result<String, Failure> {
    let mut text = String::new();
    for shipped in SHIPPED {
        let centre = shipped.centre().map_err(|error| refused(shipped.name, &error.to_string()))?;
        let families: Vec<&str> = centre.families().iter().map(|family| family.as_str()).collect();
        let _ = writeln!(text, "{:<12} {}: {}", shipped.name, centre.title(), families.join(", "));
    }
    Ok(text)
}

fn shipped(name: &str) -> Result<&'static Shipped, Failure> {
    let found = SHIPPED.iter().find(|shipped| shipped.name == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = SHIPPED.iter().map(|shipped| shipped.name).collect();
        Failure::usage(format!(
            "There is no description {name:?} in the program. There are {}.",
            names.join(", ")
        ))
    })
}

fn refused(file: &str, what: &str) -> Failure {
    Failure::usage(format!(
        "The description {file} is not taken: {what}\nNothing was sent. No account can use it like this; \
         docs/H2H.md explains every key."
    ))
}

/// What a description says to a reply.
fn tried(options: &TestDescription) -> Result<String, Failure> {
    let file = &options.file;
    let is_file = Path::new(file).is_file();
    let text = match SHIPPED.iter().find(|shipped| shipped.name == file && !is_file) {
        Some(shipped) => shipped.text.to_owned(),
        None => std::fs::read_to_string(file).map_err(|error| {
            Failure::usage(format!("The description {file} could not be read: {error}."))
        })?,
    };
    let centre = Centre::read(&text).map_err(|error| refused(file, &error.to_string()))?;
    let Some(reply) = &options.reply else {
        return Ok(format!("{}: it reads every sample of its own as it says.\n", centre.title()));
    };
    let family = options.family.or_else(|| centre.families().first().copied());
    let family = family.unwrap_or(Family::Other);
    let call = options.call.call();
    let explained = centre.explain(call, family, reply);
    Ok(told(centre.title(), call.as_str(), family, &explained))
}

fn told(title: &str, call: &str, family: Family, explained: &Explanation) -> String {
    let mut text = format!("{title}: a reply to {call}, about {family}\n\n");
    for rule in &explained.rules {
        let fits = if rule.fits { "fits" } else { "-" };
        let _ = writeln!(text, "  {fits:<5} {:<24} {}", rule.name, rule.verdict);
        for (group, value) in &rule.groups {
            let _ = writeln!(text, "          {group}: {value}");
        }
    }
    let _ = write!(text, "\nTaken as {}.\n{}\n", explained.verdict, explained.meaning);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::CallName;

    fn test(file: &str, call: CallName, reply: &str) -> Result<String, Failure> {
        let (file, reply) = (file.to_owned(), Some(reply.to_owned()));
        tried(&TestDescription { file, reply, call, family: None })
    }

    #[test]
    fn a_reply_is_explained_rule_by_rule_and_shows_no_number() {
        let reply = "Saldo 284.939";
        let told = test("okeconnect", CallName::Balance, reply).unwrap();
        assert_eq!(
            told,
            "OkeConnect / OrderKuota H2H: a reply to balance, about mobile-top-up\n\n  \
             -     credentials              refused (credentials, scope provider)\n  \
             fits  balance                  balance\n          \
             balance: 284.939\n\n\
             Taken as balance.\nOur deposit. No money moves.\n"
        );
    }

    #[test]
    fn a_payment_shows_what_was_found_and_what_it_means_for_the_money() {
        let reply = "T#41169572 R#P00000000000AN1 Telkomsel 5.000 S5.082280004280 SUKSES. SN/Ref: \
                     R210630.2203. Saldo 20.000 - 5.500 = 14.500 @22:15";
        let told = test("okeconnect", CallName::Pay, reply).unwrap();
        assert_eq!(told, include_str!("h2h/success.txt"));
        for hidden in ["082280004280", "41169572", "R210630"] {
            assert!(!told.contains(hidden), "{hidden}");
        }
    }

    #[test]
    fn what_is_on_no_list_is_told_to_be_in_doubt() {
        let reply = "T#1 R#2 Telkomsel 5.000 S5.0822 GAGAL. Timeout. Saldo 14.500 @22:15";
        let told = test("otomax", CallName::Pay, reply).unwrap();
        assert!(told.contains("Taken as unlisted"), "{told}");
        assert!(told.ends_with("It is asked about and never paid again.\n"), "{told}");
        assert!(!told.contains("fits "), "{told}");
    }

    #[test]
    fn a_description_that_misreads_its_sample_is_refused_with_what_to_do() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let text = shipped("okeconnect").unwrap().text;
        let wide = text.replace(
            r"SUKSES\. SN(?:/Ref)?: ?(?<sn>\S(?:.*?\S)?)\. Saldo",
            "(?:SUKSES|akan diproses)(?<sn>.*) Saldo",
        );
        assert_ne!(wide, text);
        std::io::Write::write_all(&mut file, wide.as_bytes()).unwrap();
        let path = file.path().to_str().unwrap();
        let failure = test(path, CallName::Pay, "x").unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        for part in ["seen: taken", "would call it a success", "docs/H2H.md"] {
            assert!(failure.text.contains(part), "{}", failure.text);
        }
        let failure = test("nonsense", CallName::Pay, "x").unwrap_err();
        assert!(failure.text.contains("could not be read"), "{}", failure.text);
    }

    #[test]
    fn every_shipped_description_is_listed_and_can_be_shown() {
        let listed = listed().unwrap();
        for one in SHIPPED {
            assert!(listed.contains(one.name), "{listed}");
            assert_eq!(shipped(one.name).unwrap().text, one.text);
        }
        assert!(shipped("nonsense").is_err());
    }
}
