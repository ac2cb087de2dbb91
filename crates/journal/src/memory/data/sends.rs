//! The send journal of the journal in memory.

use std::sync::Arc;

use ppob_payment::{Payment, Remembered, remember};

use super::Data;
use crate::{EventKind, JournalledSend, LostSends, Restored, StoredPayment, begun_by};

impl Data {
    /// Writes the send down that `stored` has just made possible, if it has.
    pub(super) fn journal_send(&mut self, stored: &StoredPayment, recorded: usize) {
        let Some(attempt) = begun_by(&stored.payment, recorded) else { return };
        self.sends.push(Arc::new(JournalledSend {
            key: stored.key.clone(),
            serial: stored.serial,
            request: stored.request.clone(),
            fingerprint: stored.fingerprint,
            attempt: attempt.id.clone(),
            payment: stored.payment.clone(),
        }));
    }

    /// Sets everything but the send journal back.
    pub(in crate::memory) fn set_back(&mut self, earlier: &Self, restored: Option<&Restored>) {
        let now = std::mem::replace(self, earlier.clone());
        self.sends = now.sends;
        self.last_epoch = now.last_epoch;
        self.open_epoch = 0;
        self.last_serial = now.last_serial;
        self.time_high_water = now.time_high_water;
        if let Some(restored) = restored {
            self.save_document(Restored::DOCUMENT, json(restored));
        }
    }

    /// Puts in doubt again what was sent and is not in the record.
    pub(super) fn remember_sends(&mut self) {
        let unread: Vec<_> = self.sends.get(self.covered..).unwrap_or_default().to_vec();
        self.covered = self.sends.len();
        let kept = self.documents.get(LostSends::DOCUMENT);
        let mut lost: LostSends =
            kept.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let before = lost.clone();
        for send in unread {
            self.remember_send(&send, &mut lost);
        }
        if lost != before {
            self.save_document(LostSends::DOCUMENT, json(&lost));
        }
    }

    fn remember_send(&mut self, send: &JournalledSend, lost: &mut LostSends) {
        self.last_serial = self.last_serial.max(send.serial);
        self.saw(send.begun_at());
        let now = self.time_high_water;
        let known = self.payment(&send.key).cloned();
        let record = known.as_ref().map(|stored| &stored.payment);
        let remembered = remember(record, &send.payment, &send.attempt, now);
        lost.add(send, &remembered);
        if let Ok(Some(entry)) = send.audit(known.as_ref(), &remembered, now) {
            self.audit(&entry);
        }
        match remembered {
            Remembered::Known | Remembered::Ended => {}
            Remembered::InDoubt(payment) | Remembered::AnotherAlive(payment) => {
                self.put_remembered(send, known, *payment);
            }
        }
    }

    fn put_remembered(
        &mut self,
        send: &JournalledSend,
        known: Option<StoredPayment>,
        payment: Payment,
    ) {
        let updated_at = self.time_high_water;
        let stored = match known {
            Some(known) => {
                let version = known.version.saturating_add(1);
                StoredPayment { version, payment, updated_at, ..known }
            }
            None => StoredPayment {
                key: send.key.clone(),
                serial: if self.payments.contains_key(&send.serial) {
                    self.reserve_serial()
                } else {
                    send.serial
                },
                version: 1,
                request: send.request.clone(),
                fingerprint: send.fingerprint,
                payment,
                updated_at,
            },
        };
        self.serials.insert(stored.key.clone(), stored.serial);
        // Whoever holds it keeps it; when that payment ends, the guard comes to this one.
        self.guards.entry(stored.guard_key()).or_insert(stored.serial);
        self.put(stored, EventKind::Recovered);
    }
}

fn json(document: &impl serde::Serialize) -> String {
    serde_json::to_string(document).unwrap_or_default()
}
