//! What the send journal shows and the database has forgotten.

use ppob_journal::{AuditEntry, JournalError, JournalledSend, LostSends, Restored};
use ppob_journal_durable::chain::Head;
use ppob_journal_durable::decode::{from_json, integer, to_json};
use ppob_journal_durable::sealed::{Seal, SealedChange, SealedPayment};
use ppob_journal_durable::sends::{Forgotten, Put, SendJournal, SentHead, Tail, forgotten};
use ppob_journal_durable::serials;
use ppob_types::Timestamp;
use serde_json::Value;

use crate::error::unread;
use crate::identity::Named;
use crate::items::{ChangeItem, PaymentItem};
use crate::open::{Open, WriteConnection, high_water};
use crate::reader::Readers;
use crate::told::Told;
use crate::{OpenError, apply, query, sql};

/// The send journal of this opening, and the journal that it is held against.
pub(crate) struct Remembering<'a> {
    pub(crate) open: &'a Open,
    pub(crate) readers: &'a Readers,
    pub(crate) seal: &'a Seal,
    pub(crate) epoch: u64,
    /// The send journal.
    pub(crate) named: &'a Named,
}

/// What one statement writes.
#[derive(Default)]
struct Writes {
    changes: Vec<ChangeItem>,
    others: Vec<Value>,
    latest: Option<Timestamp>,
    covered: Option<u64>,
}

impl Remembering<'_> {
    /// Puts in doubt again what was sent and is not in the database: each send by itself, so that what
    /// breaks off goes on where it was. Says how many sends that were.
    pub(crate) async fn all(&self, sends: &mut SendJournal) -> Result<u64, OpenError> {
        let directory = sends.directory().to_owned();
        let tail = sends
            .tail(self.covered().await?)
            .map_err(|cause| OpenError::Sends { directory, cause })?;
        sends.skip_to(tail.next);
        let mut lost = self.lost().await.map_err(OpenError::NotRemembered)?;
        let before = lost.found;
        // Before anything is put in doubt, which is later than what the database stands at.
        let stands_at = self.high_water().await.map_err(OpenError::NotRemembered)?;
        for send in &tail.sends {
            self.one(send, &mut lost).await.map_err(OpenError::NotRemembered)?;
        }
        self.finish(&tail, stands_at).await.map_err(OpenError::NotRemembered)?;
        Ok(lost.found.saturating_sub(before))
    }

    async fn one(&self, send: &JournalledSend, lost: &mut LostSends) -> Result<(), JournalError> {
        if self.is_known(send).await? {
            return Ok(());
        }
        let known = match query::by_key(self.readers, self.seal, &send.key).await {
            Err(error @ JournalError::Unavailable(_)) => return Err(error),
            known => known,
        };
        let now = self.high_water().await?.max(send.begun_at());
        let Forgotten { entry, put } = forgotten(send, known, now, lost)?;
        let mut writes = Writes { latest: Some(now), ..Writes::default() };
        writes.others.push(apply::raise_serial(send.serial));
        match put {
            None => {}
            Some(Put::Change(change)) => {
                let sealed = SealedChange::new(self.seal, &change)?;
                let kept = change.payment.retention;
                writes.changes.push(ChangeItem::new(&change, &sealed, kept));
            }
            Some(Put::New(new)) => {
                let sealed = SealedPayment::new(self.seal, &new)?;
                writes.others.push(apply::put_forgotten(&PaymentItem::new(&new, sealed)));
            }
        }
        let entries: Vec<AuditEntry> = entry.into_iter().collect();
        let json = to_json(lost)?;
        writes.others.push(apply::save_document(self.seal, LostSends::DOCUMENT, &json, &entries)?);
        self.write(&writes).await
    }

    /// What was given out is not given out again, and everything up to here is known now. If the newest
    /// commit that the send journal knows is not there, the database was set back: the engine is told. So it
    /// is if the send journals of before are not at hand: they may know of more than the database.
    async fn finish(&self, tail: &Tail, stands_at: Timestamp) -> Result<(), JournalError> {
        let serial = tail.sends.iter().map(|send| send.serial).max().unwrap_or_default();
        let latest = tail.sends.iter().map(JournalledSend::begun_at).max();
        let mut writes = Writes { latest, covered: Some(tail.next), ..Writes::default() };
        writes.others.push(apply::raise_serial(serial));
        if let Some(set_back) = self.set_back(tail.head, stands_at).await? {
            writes.latest = writes.latest.max(Some(set_back.restored_at));
            let json = to_json(&set_back)?;
            writes.others.push(apply::reserve_serials(serials::AHEAD));
            writes.others.push(apply::raise_serial(serials::by_clock(set_back.restored_at)));
            writes.others.push(apply::restored(&set_back));
            writes.others.push(apply::save_document(self.seal, Restored::DOCUMENT, &json, &[])?);
        }
        self.write(&writes).await
    }

    /// The head that should stand in the chain and does not.
    async fn gone(&self, head: Option<SentHead>) -> Result<Option<SentHead>, JournalError> {
        let Some(sent) = head else { return Ok(None) };
        let Head { number, hash } = sent.head;
        let row = self
            .readers
            .one(
                "SELECT FROM chain WHERE number = $1 AND hash = $2",
                &[&integer(number), &hash.as_slice()],
            )
            .await?;
        Ok(row.is_none().then_some(sent))
    }

    /// What the engine is told, if the database was set back, or may have been.
    async fn set_back(
        &self,
        head: Option<SentHead>,
        taken_at: Timestamp,
    ) -> Result<Option<Restored>, JournalError> {
        let restored_at = if let Some(gone) = self.gone(head).await? {
            tracing::error!(
                commit = gone.head.number,
                "the database does not have a commit that the send journal knows: it was set back"
            );
            taken_at.max(gone.at)
        } else if self.named.is_new && self.has_others().await? {
            tracing::error!(
                "the send journal is new, and what was sent before stands in others that are not here"
            );
            taken_at
        } else {
            return Ok(None);
        };
        Ok(Some(Restored { taken_at, restored_at, providers_frozen: false }))
    }

    /// Whether other send journals were written to: the first segment of each has a higher number than 1.
    async fn has_others(&self) -> Result<bool, JournalError> {
        let others = "SELECT FROM send_journal WHERE name <> $1 AND covered > 1 LIMIT 1";
        Ok(self.readers.one(others, &[&self.named.name]).await?.is_some())
    }

    async fn lost(&self) -> Result<LostSends, JournalError> {
        let kept = query::document(self.readers, self.seal, LostSends::DOCUMENT).await?;
        Ok(kept.map(|json| from_json(json.as_bytes())).transpose()?.unwrap_or_default())
    }

    async fn covered(&self) -> Result<u64, OpenError> {
        let row = self.readers.one(sql::SENDS_COVERED, &[&self.named.name]).await;
        let covered = row.map_err(OpenError::NotRemembered)?.map(|row| row.try_get::<_, i64>(0));
        let covered = covered.transpose()?.unwrap_or_default();
        Ok(u64::try_from(covered).unwrap_or_default())
    }

    async fn is_known(&self, send: &JournalledSend) -> Result<bool, JournalError> {
        let (consumer, id) = (send.key.consumer.as_str(), send.key.id.as_str());
        let attempt = send.attempt.as_str();
        let row = self.readers.one(sql::ATTEMPT_KNOWN, &[&consumer, &id, &attempt]).await?;
        row.map_or(Ok(false), |row| row.try_get(0)).map_err(|error| unread(&error))
    }

    async fn high_water(&self) -> Result<Timestamp, JournalError> {
        high_water(self.open.client()).await.map_err(|error| unread(&error))
    }

    /// All of it is written, or the engine does not start.
    async fn write(&self, writes: &Writes) -> Result<(), JournalError> {
        let others = Value::Array(writes.others.clone());
        let payments: Vec<PaymentItem> = Vec::new();
        let rows = self
            .open
            .write(&[
                &writes.changes,
                &others,
                &payments,
                &integer(self.epoch),
                &writes.latest.map(Timestamp::as_micros),
                &writes.covered.map(|_| self.named.name.as_str()),
                &writes.covered.map(integer),
                &0_i64,
                &None::<Vec<u8>>,
            ])
            .await
            .map_err(|error| unread(&error))?;
        for row in rows {
            let failure: Option<String> = row.try_get(1).map_err(|error| unread(&error))?;
            if let Some(failure) = failure {
                return Err(JournalError::RuleBroken(failure));
            }
            let told = Told::read(&row).map_err(|error| unread(&error))?;
            if told.is("stale") || told.is("reference-taken") {
                let cause = "a payment could not be put in doubt again".to_owned();
                return Err(JournalError::Corrupt(cause));
            }
        }
        Ok(())
    }
}

/// As [`Remembering::all`], over a connection that is opened for it.
pub(crate) async fn remember(
    connection: &mut WriteConnection,
    readers: &Readers,
    seal: &Seal,
    epoch: u64,
    named: &Named,
    sends: &mut SendJournal,
) -> Result<u64, OpenError> {
    let open = connection.ready().await?;
    Remembering { open, readers, seal, epoch, named }.all(sends).await
}
