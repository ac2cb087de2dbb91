//! What the writer answers, as its caller reads it.

use ppob_journal::{Acceptance, Committed, JournalError, StoredPayment};

use crate::apply::{AcceptAnswer, ChangeAnswer};
use crate::decode::natural;
use crate::journal::SqliteJournal;

impl SqliteJournal {
    pub(crate) fn acceptance(&self, answer: AcceptAnswer) -> Result<Acceptance, JournalError> {
        Ok(match answer {
            AcceptAnswer::Accepted(new) => Acceptance::Accepted(Box::new(StoredPayment {
                key: new.key,
                serial: new.serial,
                version: 1,
                request: new.request,
                fingerprint: new.fingerprint,
                payment: new.payment,
                updated_at: new.now,
            })),
            AcceptAnswer::Known(row) => Acceptance::Known(Box::new(row.decode(&self.seal)?)),
            AcceptAnswer::Conflict => Acceptance::Conflict,
            AcceptAnswer::Abandoned => Acceptance::Abandoned,
            AcceptAnswer::Guarded(holder) => Acceptance::Guarded { holder },
            AcceptAnswer::HolderChanged => Acceptance::HolderChanged,
            AcceptAnswer::RepeatNeeded { repeat, succeeded_at } => {
                Acceptance::RepeatNeeded { repeat, succeeded_at }
            }
            AcceptAnswer::DayLimit { counted } => Acceptance::DayLimit { counted },
        })
    }

    pub(crate) fn committed(&self, answer: ChangeAnswer) -> Result<Committed, JournalError> {
        Ok(match answer {
            ChangeAnswer::Done { change, serial, version, request } => {
                let (fingerprint, request) = self.seal.open_request(&change.key, &request)?;
                Committed::Done(Box::new(StoredPayment {
                    key: change.key,
                    serial: natural(serial)?,
                    version: natural(version)?,
                    request,
                    fingerprint,
                    payment: change.payment,
                    updated_at: change.now,
                }))
            }
            ChangeAnswer::Stale => Committed::Stale,
            ChangeAnswer::ReferenceTaken(by) => Committed::ReferenceTaken { by },
        })
    }
}
