//! Runs commands as somebody, and writes down what was seen.

use std::fmt::Write as _;

use super::people::Person;
use crate::engine::Addresses;
use crate::process::{Ended, run};
use crate::wait::until;
use crate::{Problem, Result, World};

/// How many lines of an answer are written down.
const LINES: usize = 60;

/// A running engine, and what was shown of it so far.
pub(super) struct Stage<'a> {
    pub(super) world: &'a World,
    pub(super) addresses: Addresses,
    pub(super) transcript: String,
}

/// What has to be seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) exit: i32,
    pub(super) words: &'static str,
}

/// It is done, and says this.
pub(super) const fn granted(words: &'static str) -> Seen {
    Seen { exit: 0, words }
}

/// It is refused, for this reason, and nothing is done.
pub(super) const fn refused(words: &'static str) -> Seen {
    Seen { exit: 1, words }
}

impl Stage<'_> {
    pub(super) fn chapter(&mut self, title: &str) {
        let _infallible = write!(self.transcript, "\n== {title}\n");
    }

    /// Runs a command as this person; an error unless that is seen.
    pub(super) async fn show(
        &mut self,
        person: &Person,
        arguments: &[&str],
        seen: Seen,
    ) -> Result<Ended> {
        let ended = self.run(person, arguments).await?;
        self.judge(person, arguments, seen, ended)
    }

    /// As [`Stage::show`], once the person's calls are not too fast any more.
    pub(super) async fn show_in_time(
        &mut self,
        person: &Person,
        arguments: &[&str],
        seen: Seen,
    ) -> Result<Ended> {
        let ended = until("the calls are slow enough", async || {
            let ended = self.run(person, arguments).await.map_err(|problem| problem.to_string())?;
            if ended.stderr.contains("RATE_LIMITED") { Err(ended.stderr) } else { Ok(ended) }
        })
        .await?;
        self.judge(person, arguments, seen, ended)
    }

    fn judge(
        &mut self,
        person: &Person,
        arguments: &[&str],
        seen: Seen,
        ended: Ended,
    ) -> Result<Ended> {
        let said = format!("{}{}", ended.stdout, ended.stderr);
        let Seen { exit, words } = seen;
        self.write(person, arguments, &ended);
        if ended.code == Some(exit) && said.contains(words) {
            return Ok(ended);
        }
        let wanted = format!("wanted exit code {exit} and {words:?}");
        Err(Problem::new(format!("{wanted}, of this:\n{}", self.transcript)))
    }

    pub(super) fn note(&mut self, what: &str) {
        let _infallible = writeln!(self.transcript, "{what}");
    }

    /// Runs a command as this person, without a trace.
    pub(super) async fn run(&self, person: &Person, arguments: &[&str]) -> Result<Ended> {
        let mut environment = person.environment();
        let https = |address: &str| format!("https://{address}");
        environment.push(("PPOB_ADDRESS".to_owned(), https(&self.addresses.api)));
        environment.push(("PPOB_OPERATOR_ADDRESS".to_owned(), https(&self.addresses.operator)));
        environment.push(("PPOB_CA".to_owned(), "ca.pem".to_owned()));
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        run(self.world.directory(), arguments, &environment).await
    }

    fn write(&mut self, person: &Person, arguments: &[&str], ended: &Ended) {
        let quoted = |word: &&str| {
            if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() }
        };
        let words: Vec<String> = arguments.iter().map(quoted).collect();
        let _infallible = writeln!(self.transcript, "{}$ ppob {}", person.name, words.join(" "));
        let said = format!("{}{}", ended.stdout, ended.stderr);
        let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        for line in lines.iter().take(LINES) {
            let _infallible = writeln!(self.transcript, "    {line}");
        }
        if lines.len() > LINES {
            let _infallible = writeln!(self.transcript, "    … {} more lines", lines.len() - LINES);
        }
        let code = ended.code.map_or("none".to_owned(), |code| code.to_string());
        let _infallible = writeln!(self.transcript, "    (exit code {code})");
    }
}
