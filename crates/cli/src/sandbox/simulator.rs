//! The simulated provider.

use std::sync::Arc;

use ppob_simulator::mmbc::{MmbcConfig, MmbcHandle, MmbcSimulator};
use ppob_types::Clock;

use super::accounts;
use crate::exit::Exit;
use crate::failure::Failure;

/// Starts it on `port` (0: the system chooses), with the time of this machine.
pub(super) async fn start(clock: &Arc<dyn Clock>, port: u16) -> Result<MmbcHandle, Failure> {
    let mut config = MmbcConfig::new(accounts::of_the_simulator());
    config.port = port;
    // A journal that is kept must not meet the invoices of an earlier sandbox again.
    config.first_invoice =
        u64::try_from(clock.now().as_micros() / 1_000_000).unwrap_or(config.first_invoice);
    let time = Arc::clone(clock);
    let config = config.local_time(move || time.now().wib());
    MmbcSimulator::start(config).await.map_err(|error| {
        Failure::new(
            Exit::Refused,
            format!(
                "The simulator could not start: {error}. Nothing was started; it needs a free port of \
                 this machine."
            ),
        )
    })
}
