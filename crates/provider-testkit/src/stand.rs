//! Taps with a provider at each. Cases take turns with them: to build a provider takes longer than most
//! cases.

use std::sync::{Arc, Mutex, PoisonError};

use ppob_provider::BuiltProvider;

use crate::Subject;
use crate::check::Checked;
use crate::ground::{PATIENT, build, failed};
use crate::tap::Tap;

/// A tap, and a provider that finds its simulator behind it.
#[derive(Clone)]
pub(crate) struct Stand {
    pub(crate) tap: Arc<Tap>,
    pub(crate) built: BuiltProvider,
}

/// Stands that no case uses at the moment.
#[derive(Default)]
pub(crate) struct Stands(Mutex<Vec<Stand>>);

impl Stands {
    /// One that is free, or a new one.
    pub(crate) async fn take(&self, subject: &dyn Subject) -> Checked<Stand> {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(free) = free {
            return Ok(free);
        }
        let tap = Tap::start().await.map_err(|error| failed(&error))?;
        let built = build(subject, &tap.origin(), PATIENT)?;
        Ok(Stand { tap: Arc::new(tap), built })
    }

    /// Gives one back, once its case has ended by itself.
    pub(crate) fn give(&self, stand: Stand) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(stand);
    }
}
