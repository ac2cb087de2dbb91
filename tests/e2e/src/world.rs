//! One test's world: a directory, a simulated provider, and a configuration of the engine.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ppob_api::ClientTls;
use ppob_simulator::mmbc::{AccountConfig, MmbcConfig, MmbcHandle, MmbcSimulator};
use ppob_test_postgres::Database;
use ppob_types::Timestamp;
use tempfile::TempDir;
use tokio::process::Command;

use crate::kept::fresh_database;
use crate::process::{Ended, Process};
use crate::{Engine, Kept, Result};

/// Login of the account at the simulated provider.
pub const ACCOUNT: &str = "e2e";
/// Its password.
pub const PASSWORD: &str = "a-password-for-tests";
/// The deposit at the start, in rupiah.
pub const DEPOSIT: i64 = 1_000_000_000_000;
/// Where the configuration finds the password.
const PASSWORD_VARIABLE: &str = "E2E_MMBC_PASSWORD";
/// Where it finds the database of the journal, and the journal's key.
const URL_VARIABLE: &str = "E2E_JOURNAL_URL";
const KEY_VARIABLE: &str = "E2E_JOURNAL_KEY";

/// Limits that nobody meets, for tests that are not about limits: the end of a provider's table.
pub const NO_LIMITS: &str = "
limits.pay_per_second = 100000
limits.pay_burst = 100000
limits.pay_in_flight = 10000
limits.reads_per_second = 100000
limits.reads_in_flight = 10000
";

/// What one test has for itself.
#[derive(Debug)]
pub struct World {
    directory: TempDir,
    /// The provider, which knows what was really charged. Ends with the world.
    pub provider: MmbcHandle,
    /// The engine's configuration; a test may change it between two starts.
    pub config: String,
    /// Environment of the processes started.
    pub environment: Vec<(&'static str, String)>,
    /// How callers reach the engine, if by TLS.
    pub tls: Option<ClientTls>,
    /// What is started in place of the binary, with its first arguments; empty for the binary itself.
    pub program: Vec<String>,
    /// The journal, where that is a database. Last, so that nobody is on it any more when it goes.
    database: Option<Database>,
}

impl World {
    /// With one account at the provider.
    ///
    /// # Errors
    /// If no directory can be made or no port is free.
    pub async fn new() -> Result<Self> {
        Self::with_provider(|config| config).await
    }

    /// The same, with a provider that has the time of this machine: what is looked up there later has
    /// to have been paid when the engine says so.
    ///
    /// # Errors
    /// As [`World::new`].
    pub async fn of_today() -> Result<Self> {
        Self::with_provider(|config| config.local_time(now_in_wib)).await
    }

    async fn with_provider(change: impl FnOnce(MmbcConfig) -> MmbcConfig) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let accounts = vec![AccountConfig::new(ACCOUNT, PASSWORD, DEPOSIT)];
        let provider = MmbcSimulator::start(change(MmbcConfig::new(accounts))).await?;
        let journal = directory.path().join("journal.sqlite");
        let mut config = config(&journal);
        config.push_str(&provider_table("mmbc", &provider.base_url()));
        let environment = vec![(PASSWORD_VARIABLE, PASSWORD.to_owned())];
        let (tls, program, database) = (None, Vec::new(), None);
        Ok(Self { directory, provider, config, environment, tls, program, database })
    }

    /// With several accounts at the provider of today, each a provider of the engine by its login; they
    /// cost the same, and payments are spread over them.
    ///
    /// # Errors
    /// As [`World::new`].
    pub async fn with_accounts(logins: &[&str]) -> Result<Self> {
        let account = |login: &&str| AccountConfig::new(login, PASSWORD, DEPOSIT);
        let accounts = logins.iter().map(account).collect();
        let mut world =
            Self::with_provider(|_| MmbcConfig::new(accounts).local_time(now_in_wib)).await?;
        world.config = config(&world.journal());
        world.config.push_str("[routing]\ndefault = \"weighted\"\n");
        for login in logins {
            world.config.push_str(&account_table(login, login, &world.provider.base_url()));
        }
        Ok(world)
    }

    /// This world with its journal there; to be called before anything is configured in another way.
    ///
    /// # Errors
    /// If there is no server for a database.
    pub async fn kept(mut self, kept: Kept) -> Result<Self> {
        if kept == Kept::InAFile {
            return Ok(self);
        }
        let database = fresh_database().await?;
        self.keep_in(&database.url());
        self.database = Some(database);
        Ok(self)
    }

    /// Keeps the journal in the database with this connection string.
    pub fn keep_in(&mut self, url: &str) {
        let table = format!(
            "[journal]\nurl = {{ env = \"{URL_VARIABLE}\" }}\nkey = {{ env = \"{KEY_VARIABLE}\" }}\n"
        );
        self.config = self.config.replacen("[journal]\n", &table, 1);
        self.environment.push((URL_VARIABLE, url.to_owned()));
        self.environment.push((KEY_VARIABLE, "5a".repeat(32)));
    }

    /// The database of the journal, if that is one of its own.
    pub fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// This world with this provider's table in the place of all of its own.
    #[must_use]
    pub fn with_only(mut self, table: &str) -> Self {
        self.config = config(&self.journal());
        self.config.push_str(table);
        self
    }

    /// The same, where callers need TLS; certificate and key are `api.pem` and `api.key`, and the
    /// authority that callers trust is the certificate itself.
    ///
    /// # Errors
    /// If no certificate can be made or written, or as [`World::new`].
    pub async fn with_tls() -> Result<Self> {
        let mut world = Self::new().await?;
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
        let file = |name: &str| world.directory().join(name);
        let (certificate, key) = (file("api.pem"), file("api.key"));
        std::fs::write(&certificate, made.cert.pem())?;
        write_secret(&key, &made.signing_key.serialize_pem())?;
        let table = format!(
            "[listen.tls]\ncertificate = '{}'\nkey = '{}'\n",
            certificate.display(),
            key.display()
        );
        world.config.push_str(&table);
        world.tls = Some(ClientTls::default().trusting(made.cert.pem()));
        Ok(world)
    }

    /// The directory of the journal, the configuration and whatever processes write.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The journal.
    pub fn journal(&self) -> PathBuf {
        self.directory().join("journal.sqlite")
    }

    /// Starts `ppob serve` on the journal, and waits until it answers and knows prices.
    ///
    /// # Errors
    /// If it ends by itself or does not get ready.
    pub async fn serve(&self) -> Result<Engine> {
        let engine = self.serve_without_prices().await?;
        engine.wait_for_prices().await?;
        Ok(engine)
    }

    /// Starts `ppob serve` on the journal, and waits until it answers.
    ///
    /// # Errors
    /// If it ends by itself or does not get ready.
    pub async fn serve_without_prices(&self) -> Result<Engine> {
        Engine::of_serve(self.start_serve()?, self.tls.clone()).await
    }

    /// Runs `ppob serve` where it must not start.
    ///
    /// # Errors
    /// If it does start.
    pub async fn serve_in_vain(&self) -> Result<Ended> {
        self.start_serve()?.ended().await
    }

    /// Runs a short command of `ppob` in this world.
    ///
    /// # Errors
    /// If it does not end.
    pub async fn run(&self, arguments: &[&str]) -> Result<Ended> {
        self.start(arguments)?.ended().await
    }

    /// Starts a command of `ppob` that goes on.
    ///
    /// # Errors
    /// If there is no binary.
    pub fn start(&self, arguments: &[&str]) -> Result<Process> {
        let Some((program, first)) = self.program.split_first() else {
            return Process::start(self.directory(), arguments, &self.variables());
        };
        let mut command = Command::new(program);
        command.args(first);
        Process::of(command, self.directory(), arguments, &self.variables())
    }

    /// Writes the configuration to its file, and gives its path.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_config(&self) -> Result<String> {
        let file = self.directory().join("ppob.toml");
        std::fs::write(&file, &self.config)?;
        Ok(file.display().to_string())
    }

    /// Starts `ppob serve` on the journal.
    ///
    /// # Errors
    /// If there is no binary.
    pub fn start_serve(&self) -> Result<Process> {
        let config = self.write_config()?;
        self.start(&["serve", "--config", &config])
    }

    fn variables(&self) -> Vec<(&str, &str)> {
        self.environment.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

/// Writes a file that this user alone can read.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(path)?, text.as_bytes())?;
    Ok(())
}

/// The time of this machine in Western Indonesian Time, as providers write it.
#[expect(
    clippy::disallowed_methods,
    reason = "the engine under test is another process, whose clock is this machine's"
)]
pub fn now_in_wib() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)).wib()
}

/// A configuration without providers, on ports that the system chooses.
fn config(journal: &Path) -> String {
    let mut config = String::from("[listen]\n");
    for listener in ["api", "operator", "metrics", "callbacks"] {
        let _infallible = writeln!(config, "{listener} = \"127.0.0.1:0\"");
    }
    let _infallible = writeln!(config, "[journal]\npath = {:?}", journal.display().to_string());
    config
}

/// The table of a provider of the kind `mmbc`.
pub fn provider_table(name: &str, base_url: &str) -> String {
    account_table(name, ACCOUNT, base_url)
}

/// The same, with a login of its own.
pub fn account_table(name: &str, login: &str, base_url: &str) -> String {
    format!(
        "\n[[provider]]\nname = \"{name}\"\nkind = \"mmbc\"\nbase_url = \"{base_url}\"\n\
         allow_plaintext = true\nusername = \"{login}\"\n\
         password = {{ env = \"{PASSWORD_VARIABLE}\" }}\n{NO_LIMITS}"
    )
}
