//! Who calls, and by what they show who they are.

use std::fs;
use std::path::Path;

use ppob_api::ApiKey;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::{Problem, Result, World};

/// A consumer with its key, and maybe a client certificate.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) name: &'static str,
    key: String,
    /// Whose certificate is shown.
    certificate: Option<&'static str>,
}

/// An authority that vouches for the server and for operators, its files in the world's directory.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Person {
    /// With a key of `ppob key new`; gives its table of the configuration, too.
    pub(super) async fn with_a_new_key(
        world: &World,
        name: &'static str,
        rest_of_table: &str,
    ) -> Result<(Self, String)> {
        let made = world.run(&["key", "new", name]).await?;
        let line = |start: &str| {
            let found = made.stdout.lines().find(|line| line.trim_start().starts_with(start));
            found.map(str::trim).ok_or_else(|| Problem::new(format!("no {start}: {made:?}")))
        };
        let table =
            format!("\n[[consumer]]\nname = \"{name}\"\n{}\n{rest_of_table}", line("keys")?);
        let key = line("ppob_")?.to_owned();
        Ok((Self { name, key, certificate: None }, table))
    }

    /// Nobody in particular.
    pub(super) fn stranger(key: &str) -> Self {
        Self { name: "stranger", key: key.to_owned(), certificate: None }
    }

    /// The same person on a connection that shows a certificate.
    pub(super) fn certified(self, world: &World, authority: &Authority) -> Result<Self> {
        let names = vec![format!("{}.operators", self.name)];
        authority.certify(world.directory(), self.name, names)?;
        Ok(Self { certificate: Some(self.name), ..self })
    }

    /// The same person, who got hold of somebody's certificate.
    pub(super) fn with_the_certificate_of(&self, other: &Self) -> Self {
        Self { name: self.name, key: self.key.clone(), certificate: Some(other.name) }
    }

    /// For calls that are made without a command.
    pub(super) fn api_key(&self) -> Result<ApiKey> {
        Ok(ApiKey::new(&self.key)?)
    }

    /// What the commands of this person are told by their environment.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let mut all = vec![("PPOB_API_KEY".to_owned(), self.key.clone())];
        if let Some(name) = self.certificate {
            all.push(("PPOB_CERTIFICATE".to_owned(), format!("{name}.pem")));
            all.push(("PPOB_CERTIFICATE_KEY".to_owned(), format!("{name}.key")));
        }
        all
    }
}

impl Authority {
    pub(super) fn new(directory: &Path) -> Result<Self> {
        let mut parameters = CertificateParams::new(Vec::new())?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?;
        fs::write(directory.join("ca.pem"), authority.pem())?;
        Ok(Self(authority))
    }

    /// Writes `NAME.pem` and `NAME.key`, which only this user can read.
    pub(super) fn certify(&self, directory: &Path, name: &str, names: Vec<String>) -> Result<()> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(names)?.signed_by(&key, &self.0)?;
        fs::write(directory.join(format!("{name}.pem")), certificate.pem())?;
        crate::world::write_secret(&directory.join(format!("{name}.key")), &key.serialize_pem())
    }
}
