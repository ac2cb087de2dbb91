//! Shows every right and every refusal of an engine with TLS, three consumers and two operators.

use std::io::Write as _;

use ppob_e2e::{Result, rights};

#[tokio::main]
async fn main() -> Result<()> {
    let transcript = rights::run().await?;
    write!(std::io::stdout(), "{transcript}")?;
    Ok(())
}
