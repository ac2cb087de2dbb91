//! The simulated providers, running.

use std::collections::BTreeMap;
use std::sync::Arc;

use ppob_simulator::CallbackAddress;
use ppob_simulator::digiflazz::DigiflazzHandle;
use ppob_simulator::h2h::H2hHandle;
use ppob_simulator::iak::IakHandle;
use ppob_simulator::mmbc::MmbcHandle;
use ppob_types::Clock;

use super::addresses::Simulated;
use super::kinds::{digiflazz, iak, mmbc, okeconnect};
use crate::failure::Failure;

/// One of each kind.
pub(super) struct Simulators {
    mmbc: MmbcHandle,
    digiflazz: DigiflazzHandle,
    iak: IakHandle,
    okeconnect: H2hHandle,
}

impl Simulators {
    /// Starts all of them; MMBC on this port (0: the system chooses).
    pub(super) async fn start(clock: &Arc<dyn Clock>, mmbc_port: u16) -> Result<Self, Failure> {
        Ok(Self {
            mmbc: mmbc::start(clock, mmbc_port).await?,
            digiflazz: digiflazz::start(clock).await?,
            iak: iak::start(clock).await?,
            okeconnect: okeconnect::start(clock).await?,
        })
    }

    /// Where they are, by name.
    pub(super) fn simulated(&self) -> BTreeMap<String, Simulated> {
        let one = |name: &str, providers: &[&str], address: String, control: String| {
            let providers = providers.iter().map(|&name| name.to_owned()).collect();
            (name.to_owned(), Simulated { providers, address, control })
        };
        let Self { mmbc, digiflazz, iak, okeconnect } = self;
        BTreeMap::from([
            one(mmbc::KIND, &mmbc::NAMES, mmbc.base_url(), mmbc.control_url()),
            one(digiflazz::NAME, &[digiflazz::NAME], digiflazz.base_url(), digiflazz.control_url()),
            one(iak::NAME, &[iak::NAME], iak.base_url(), iak.control_url()),
            one(
                okeconnect::NAME,
                &[okeconnect::NAME],
                okeconnect.origin(),
                okeconnect.control_url(),
            ),
        ])
    }

    /// Has their callbacks sent to this port of the sandbox. MMBC sends none.
    pub(super) fn call_back_to(&self, port: u16) {
        let to = |name: &str| {
            CallbackAddress::parse(&format!("http://127.0.0.1:{port}/callbacks/{name}")).ok()
        };
        if let Some(address) = to(digiflazz::NAME) {
            // The only error is an account that is not there.
            let _is_there = self.digiflazz.call_back_to(digiflazz::USERNAME, address);
        }
        if let Some(address) = to(iak::NAME) {
            self.iak.call_back_to(address);
        }
        if let Some(address) = to(okeconnect::NAME) {
            self.okeconnect.call_back_to(address);
        }
    }

    /// Ends them, and waits for that.
    pub(super) async fn shutdown(self) {
        let Self { mmbc, digiflazz, iak, okeconnect } = self;
        mmbc.shutdown().await;
        digiflazz.shutdown().await;
        iak.shutdown().await;
        okeconnect.shutdown().await;
    }
}
